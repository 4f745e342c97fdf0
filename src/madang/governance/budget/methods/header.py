"""What the columns of a budget table are, from the words of its header."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from madang.core.base.interface import BadInput
from madang.governance.budget.methods.amount import UNIT_WON
from madang.governance.budget.records import AnyLevel, Level, Measure, RevenueLevel

YEAR_WORDS = {"회계연도", "연도", "년도", "회계년도"}
LEVEL_WORDS = {
    Level.ORGANIZATION: ("소관명", "소관", "부서명", "부서", "실국명", "기관명"),
    Level.ACCOUNT: ("회계명", "회계", "회계구분"),
    Level.SUB_ACCOUNT: ("계정명", "계정"),
    Level.FIELD: ("분야명", "분야"),
    Level.SECTOR: ("부문명", "부문"),
    Level.PROGRAM: ("프로그램명", "프로그램", "정책사업명", "정책사업"),
    Level.UNIT_PROJECT: ("단위사업명", "단위사업"),
    Level.PROJECT: ("세부사업명", "세부사업", "사업명"),
    Level.ITEM: ("편성목명", "편성목", "통계목명", "통계목", "목명"),
    Level.EXPENSE_KIND: ("경비구분", "경비구분명"),
    Level.SPENDING_KIND: ("지출구분", "지출구분명"),
}
REVENUE_WORDS = {
    RevenueLevel.CATEGORY: ("세입구분", "구분", "장"),
    RevenueLevel.GROUP: ("관·항", "관항"),
    RevenueLevel.KIND: ("목",),
    RevenueLevel.SOURCE: ("세부세입", "세입내역"),
}
MEASURE_WORDS = {
    Measure.PROPOSED: ("정부안금액", "예산안금액", "예산안"),
    Measure.ORIGINAL: ("국회확정금액", "당초예산", "당초예산액", "본예산", "확정금액"),
    Measure.CARRIED_IN: ("이월액", "전년도이월액", "이월예산"),
    Measure.TRANSFERRED: ("이체액", "이체", "전용액", "이용전용액", "이체전용액"),
    Measure.SUPPLEMENTARY: ("추경액", "추가경정예산", "추경예산"),
    Measure.CURRENT: ("예산현액",),
    Measure.COMMITTED: ("원인행위", "원인행위액", "징수결정", "징수결정액"),
    Measure.DISBURSED: ("지출액", "지출금액", "수납액"),
}
WORDS: dict[str, AnyLevel | Measure] = {
    word: meaning
    for words in (REVENUE_WORDS, LEVEL_WORDS, MEASURE_WORDS)
    for meaning, all_ in words.items()
    for word in all_
}
UNIT = re.compile(
    r"(?P<name>.*?)(?:\((?:단위:)?(?P<bracketed>"
    + "|".join(UNIT_WON)
    + r")\)|_(?P<tail>"
    + "|".join(UNIT_WON)
    + r"))?"
)


STATED_UNIT = re.compile(r"단위[:：]?(" + "|".join(UNIT_WON) + ")")


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """Columns by position. `amounts` maps a position to its measure and unit; `titles` are as printed."""

    titles: tuple[str, ...]
    year: int | None
    names: dict[int, AnyLevel]
    amounts: dict[int, tuple[Measure, str]]
    ignored: tuple[str, ...]


def read_header(cells: Sequence[str], unit: str | None = None) -> Header:
    """Return what the columns are. A unit in a title ('금액(천원)', '금액_천원') outweighs `unit`.

    The levels of revenue (구분, 관·항, 목, 세부 세입) count where no column is a level of expenditure.

    Raises
    ------
    BadInput
        `header_unknown`: no column names an organisation, account or project, or none states an amount.
        `header_repeated`: two columns mean the same.
        `unit_missing`: an amount has no unit in its title and `unit` is None; a unit is never guessed.
    """
    titles = tuple(cell.lstrip("\ufeff").strip() for cell in cells)
    read = [_read_title(title) for title in titles]
    meanings = [meaning for meaning, _ in read]
    if any(isinstance(meaning, Level) for meaning in meanings):
        meanings = [None if isinstance(meaning, RevenueLevel) else meaning for meaning in meanings]
    _refuse_unknown(titles, meanings)
    _refuse_repeats(titles, meanings)
    amounts = {}
    for at, (meaning, (_, own_unit)) in enumerate(zip(meanings, read, strict=True)):
        if isinstance(meaning, Measure):
            amounts[at] = (meaning, _choose_unit(titles[at], own_unit or unit))
    return Header(
        titles=titles,
        year=next((at for at, meaning in enumerate(meanings) if meaning == "year"), None),
        names={
            at: meaning for at, meaning in enumerate(meanings) if isinstance(meaning, Level | RevenueLevel)
        },
        amounts=amounts,
        ignored=tuple(title for title, meaning in zip(titles, meanings, strict=True) if meaning is None),
    )


def _read_title(title: str) -> tuple[AnyLevel | Measure | str | None, str | None]:
    match = UNIT.fullmatch(re.sub(r"\s", "", title))
    name = match["name"] if match else title
    unit = (match["bracketed"] or match["tail"]) if match else None
    return ("year" if name in YEAR_WORDS else WORDS.get(name)), unit


def find_unit(cells: Sequence[str]) -> str | None:
    """Return the unit that a line above the header states ('(단위: 천원)'), None where it states none."""
    match = STATED_UNIT.search(re.sub(r"\s", "", "".join(cells)))
    return match[1] if match else None


def _refuse_unknown(titles: Sequence[str], meanings: Sequence[AnyLevel | Measure | str | None]) -> None:
    kinds = {type(meaning) for meaning in meanings}
    if Measure not in kinds or not kinds & {Level, RevenueLevel}:
        raise BadInput(
            "header_unknown",
            "예산표의 머리글이 아닙니다. 소관·회계·사업명 가운데 하나와 금액 열이 있어야 합니다.",
            "Not the header of a budget table: it needs a column of names and one of amounts.",
            titles=titles,
        )


def _refuse_repeats(titles: Sequence[str], meanings: Sequence[AnyLevel | Measure | str | None]) -> None:
    known = [meaning for meaning in meanings if meaning is not None]
    twice = [
        title for title, meaning in zip(titles, meanings, strict=True) if meaning and known.count(meaning) > 1
    ]
    if twice:
        raise BadInput(
            "header_repeated",
            f"같은 뜻의 열이 둘 있습니다: {', '.join(twice)}",
            f"Two columns mean the same: {', '.join(twice)}",
            titles=twice,
        )


def _choose_unit(title: str, unit: str | None) -> str:
    if unit not in UNIT_WON:
        raise BadInput(
            "unit_missing",
            f"'{title}' 열의 단위를 알 수 없습니다. 원, 천원, 백만원 가운데 하나를 밝혀 주세요.",
            f"The unit of the column '{title}' is not stated; say 원, 천원 or 백만원.",
            title=title,
        )
    return unit
