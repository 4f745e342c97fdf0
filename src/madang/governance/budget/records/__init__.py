"""What crosses the borders of the budget service: lines, findings, forecasts, risks and likenesses.

Amounts are whole won (`_krw`), shares run from 0 to 1 (`_ratio`); None is an amount that was not stated.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from madang.core.base.interface import Text


class Level(StrEnum):
    """The levels a line of a budget table may name, outermost first."""

    ORGANIZATION = "organization"
    ACCOUNT = "account"
    SUB_ACCOUNT = "sub_account"
    FIELD = "field"
    SECTOR = "sector"
    PROGRAM = "program"
    UNIT_PROJECT = "unit_project"
    PROJECT = "project"
    ITEM = "item"
    EXPENSE_KIND = "expense_kind"
    SPENDING_KIND = "spending_kind"


LEVEL_NAMES = {
    Level.ORGANIZATION: Text(ko="소관", en="Organisation"),
    Level.ACCOUNT: Text(ko="회계", en="Account"),
    Level.SUB_ACCOUNT: Text(ko="계정", en="Sub-account"),
    Level.FIELD: Text(ko="분야", en="Field"),
    Level.SECTOR: Text(ko="부문", en="Sector"),
    Level.PROGRAM: Text(ko="프로그램", en="Programme"),
    Level.UNIT_PROJECT: Text(ko="단위사업", en="Unit project"),
    Level.PROJECT: Text(ko="세부사업", en="Project"),
    Level.ITEM: Text(ko="편성목", en="Item"),
    Level.EXPENSE_KIND: Text(ko="경비구분", en="Kind of expense"),
    Level.SPENDING_KIND: Text(ko="지출구분", en="Kind of spending"),
}


class RevenueLevel(StrEnum):
    """The levels of a revenue budget, outermost first (장·관·항·목 of 지방자치단체 예산편성 운영기준)."""

    CATEGORY = "category"
    GROUP = "group"
    KIND = "kind"
    SOURCE = "source"


AnyLevel = Level | RevenueLevel


class Measure(StrEnum):
    """The amounts a line may state; each value is the name of its column."""

    PROPOSED = "proposed_krw"
    ORIGINAL = "original_krw"
    CARRIED_IN = "carried_in_krw"
    TRANSFERRED = "transferred_krw"
    SUPPLEMENTARY = "supplementary_krw"
    CURRENT = "current_budget_krw"
    COMMITTED = "committed_krw"
    DISBURSED = "disbursed_krw"


MEASURE_NAMES = {
    Measure.PROPOSED: Text(ko="예산안", en="Proposed budget"),
    Measure.ORIGINAL: Text(ko="당초예산", en="Original budget"),
    Measure.CARRIED_IN: Text(ko="이월액", en="Carried over"),
    Measure.TRANSFERRED: Text(ko="이체·전용액", en="Transferred"),
    Measure.SUPPLEMENTARY: Text(ko="추경액", en="Supplementary budget"),
    Measure.CURRENT: Text(ko="예산현액", en="Current budget"),
    Measure.COMMITTED: Text(ko="원인행위액", en="Committed"),
    Measure.DISBURSED: Text(ko="지출액", en="Disbursed"),
}


class BudgetLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a budget table, with the row it stands on (the header is row 1).

    `names` has every level the table has a column for; "" where the line belongs to none (a general
    account has no sub-account). `amounts` has every measure the table has a column for.
    """

    row: int
    fiscal_year: int
    names: dict[AnyLevel, str]
    amounts: dict[Measure, int | None]


class RejectReason(StrEnum):
    """Why a row of a table was not taken."""

    CELL_COUNT = "cell_count"
    YEAR_UNREADABLE = "year_unreadable"
    NAME_MISSING = "name_missing"
    NAME_IS_NUMBER = "name_is_number"
    AMOUNT_EMPTY = "amount_empty"
    AMOUNT_UNREADABLE = "amount_unreadable"
    AMOUNT_PART_WON = "amount_part_won"
    AMOUNT_TOO_LARGE = "amount_too_large"
    NO_AMOUNT = "no_amount"
    REPEATED = "repeated"


REJECT_NAMES = {
    RejectReason.CELL_COUNT: Text(ko="칸 수가 머리글과 다릅니다", en="Not as many cells as the header"),
    RejectReason.YEAR_UNREADABLE: Text(ko="회계연도를 읽을 수 없습니다", en="The fiscal year can't be read"),
    RejectReason.NAME_MISSING: Text(ko="이름이 비어 있습니다", en="A name is missing"),
    RejectReason.NAME_IS_NUMBER: Text(
        ko="이름 자리에 숫자가 있습니다", en="A number stands where a name should"
    ),
    RejectReason.AMOUNT_EMPTY: Text(
        ko="금액 칸이 비어 있습니다(없으면 '-')", en="An amount is empty (none is '-')"
    ),
    RejectReason.AMOUNT_UNREADABLE: Text(ko="금액을 읽을 수 없습니다", en="An amount can't be read"),
    RejectReason.AMOUNT_PART_WON: Text(ko="1원보다 작은 금액입니다", en="An amount has a part of a won"),
    RejectReason.AMOUNT_TOO_LARGE: Text(
        ko="금액이 너무 큽니다(10경 원 이상)", en="An amount is too large (10^17 won or more)"
    ),
    RejectReason.NO_AMOUNT: Text(ko="금액이 하나도 없습니다", en="The row states no amount"),
    RejectReason.REPEATED: Text(ko="같은 행이 앞에 있습니다", en="The same row stands above"),
}


class RejectedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that was not taken: where it stands (the header is row 1), why, the column and what it says."""

    row: int
    reason: RejectReason
    column: str
    cells: tuple[str, ...]


class BudgetTable(msgspec.Struct, frozen=True, kw_only=True):
    """A table as read: lines, stated totals (levels below a total are absent in `names`), and what was refused.

    `rows_read` counts all rows below the header that are not wholly empty: lines, totals and rejects together.
    """

    levels: tuple[AnyLevel, ...]
    measures: tuple[Measure, ...]
    lines: tuple[BudgetLine, ...]
    totals: tuple[BudgetLine, ...]
    rejects: tuple[RejectedRow, ...]
    rows_read: int
    ignored_columns: tuple[str, ...] = ()


class TreeAmount(msgspec.Struct, frozen=True, kw_only=True):
    """An amount at a place in a tree: names from the root down; () is the grand total. None: unreadable."""

    row: int
    path: tuple[str, ...]
    amount_krw: int | None


class TotalFault(StrEnum):
    """What is wrong with a stated total."""

    SUM = "sum"
    REPEAT = "repeat"
    NO_PARTS = "no_parts"
    UNKNOWN_PART = "unknown_part"


TOTAL_FAULT_NAMES = {
    TotalFault.SUM: Text(ko="합계와 내역의 합이 다릅니다", en="The total isn't the sum of its parts"),
    TotalFault.REPEAT: Text(
        ko="같은 합계가 두 값으로 적혔습니다", en="The same total is stated with two values"
    ),
    TotalFault.NO_PARTS: Text(ko="합계의 내역이 없습니다", en="The total has no parts"),
    TotalFault.UNKNOWN_PART: Text(ko="읽을 수 없는 내역이 있어 확인하지 못합니다", en="A part can't be read"),
}


class Cause(StrEnum):
    """What would explain a difference."""

    NONE = ""
    PART_LEFT_OUT = "part_left_out"
    PART_TWICE = "part_twice"
    SIGN = "sign"
    DIGITS_SWAPPED = "digits_swapped"
    ONE_DIGIT = "one_digit"
    UNIT = "unit"


CAUSE_NAMES = {
    Cause.NONE: Text(ko="", en=""),
    Cause.PART_LEFT_OUT: Text(ko="내역 하나가 합계에서 빠짐", en="One part was left out of the total"),
    Cause.PART_TWICE: Text(ko="내역 하나가 두 번 더해짐", en="One part was added twice"),
    Cause.SIGN: Text(ko="내역 하나의 부호가 반대", en="One part was taken with the other sign"),
    Cause.DIGITS_SWAPPED: Text(ko="이웃한 두 숫자가 바뀜", en="Two neighbouring digits are swapped"),
    Cause.ONE_DIGIT: Text(ko="숫자 하나가 다름", en="One digit differs"),
    Cause.UNIT: Text(ko="단위가 다름(천원, 백만원)", en="Another unit (thousand or million won)"),
}


class TotalFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A stated total that doesn't agree; `part` names the part that explains it, where one does.

    `difference_krw` is stated less computed. `computed_krw` is None where it can't be known.
    """

    row: int
    path: tuple[str, ...]
    kind: TotalFault
    stated_krw: int | None
    computed_krw: int | None
    difference_krw: int | None
    cause: Cause = Cause.NONE
    part: str = ""


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """What will be spent by the year's end, and between which amounts with what chance.

    `completion_ratio` is the share of a year's spending that is usually done by the end of `month`;
    `weight_ratio` is how far the forecast rests on that rather than on the usual year-end rate.
    """

    month: int
    spent_krw: int
    budget_krw: int
    year_end_krw: int
    low_krw: int
    high_krw: int
    year_end_ratio: float
    completion_ratio: float
    weight_ratio: float
    coverage_ratio: float
    past_years: int


class MonthError(msgspec.Struct, frozen=True, kw_only=True):
    """How forecasts made at the end of `month` turned out: mean absolute percentage errors, as ratios.

    `usual_rate_error_ratio` is the error of the simplest forecast, the usual year-end rate.
    `skipped` years ended with nothing spent, so that no percentage exists.
    """

    month: int
    tested: int
    skipped: int
    error_ratio: float
    usual_rate_error_ratio: float
    covered_ratio: float


class BackTest(msgspec.Struct, frozen=True, kw_only=True):
    """Forecasts of past years made from the years before them, against what came."""

    coverage_ratio: float
    tested: int
    error_ratio: float
    usual_rate_error_ratio: float
    covered_ratio: float
    months: tuple[MonthError, ...]


class ItemStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Where one budget item stands at the end of `month` of its fiscal year.

    `usual_ratio` is the share of its budget usually disbursed by now, `usual_year_end_ratio` by the end
    of the year; None where no history is at hand. `late_money_krw` came in the last three months by
    supplementary budget or transfer. `ends_on` is when the contract or the work is to end.
    """

    item_id: str
    year_end_on: date
    month: int
    budget_krw: int
    committed_krw: int
    disbursed_krw: int
    carried_in_krw: int = 0
    late_money_krw: int = 0
    ends_on: date | None = None
    usual_ratio: float | None = None
    usual_year_end_ratio: float | None = None


class RiskReason(StrEnum):
    """Why money of an item may not be spent by the year's end."""

    NOT_STARTED = "not_started"
    BEHIND_USUAL = "behind_usual"
    NOT_COMMITTED = "not_committed"
    PAID_LATE = "paid_late"
    ENDS_AFTER_YEAR = "ends_after_year"
    CARRIED_BEFORE = "carried_before"
    LATE_MONEY = "late_money"
    USUALLY_LEFT = "usually_left"


RISK_NAMES = {
    RiskReason.NOT_STARTED: Text(ko="아직 집행이 시작되지 않음", en="Nothing committed or disbursed yet"),
    RiskReason.BEHIND_USUAL: Text(ko="예년보다 집행이 늦음", en="Behind the usual curve"),
    RiskReason.NOT_COMMITTED: Text(ko="원인행위가 되지 않은 금액이 큼", en="Much is not yet committed"),
    RiskReason.PAID_LATE: Text(ko="원인행위에 비해 지출이 적음", en="Committed but not paid"),
    RiskReason.ENDS_AFTER_YEAR: Text(ko="사업이 연도를 넘겨 끝남", en="The work ends after the fiscal year"),
    RiskReason.CARRIED_BEFORE: Text(ko="이미 이월된 금액이 있음", en="Money was already carried over once"),
    RiskReason.LATE_MONEY: Text(ko="연말 가까이 예산이 늘어남", en="Money was added late in the year"),
    RiskReason.USUALLY_LEFT: Text(ko="예년에도 남는 사업", en="Money was usually left in past years"),
}


class CarryOverRisk(msgspec.Struct, frozen=True, kw_only=True):
    """How likely an item's remaining money stays unspent, how much that is, and why, weightiest first."""

    item_id: str
    score_ratio: float
    remaining_krw: int
    at_risk_krw: int
    reasons: tuple[RiskReason, ...]


class ProjectText(msgspec.Struct, frozen=True, kw_only=True):
    """What a project is called and what it is for."""

    id: str
    title: str
    purpose: str = ""


class Likeness(msgspec.Struct, frozen=True, kw_only=True):
    """An existing project that resembles a request; `shared` are the longest phrases both have."""

    id: str
    score_ratio: float
    title_ratio: float
    purpose_ratio: float
    shared: tuple[str, ...]


class PackageAbout(msgspec.Struct, frozen=True, kw_only=True):
    """What a published budget says about itself. `name` is lower case letters, digits, '.', '_', '-' or '/'."""

    name: str
    title: str
    description: str = ""
    is_revenue: bool = False
    country_code: str = "KR"
    currency_code: str = "KRW"
    licence_name: str = "KOGL-1.0"
    licence_title: str = "공공누리 제1유형: 출처표시"
    licence_url: str = "https://www.kogl.or.kr/info/licenseType1.do"
    sources: tuple[tuple[str, str], ...] = ()


class FiscalPackage(msgspec.Struct, frozen=True, kw_only=True):
    """A Fiscal Data Package: the descriptor (datapackage.json), and the CSV with the path it names."""

    descriptor: dict[str, object]
    csv_path: str
    csv: bytes
