"""What a work report says, each piece with the line it stands on, and what is wrong with it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

import msgspec

from madang.core.base.interface import Aim, Severity, Text


class CellKind(StrEnum):
    """How a table cell was read; NEW is 순증 (nothing before), NONE a dash, EMPTY a merged cell."""

    NUMBER = "number"
    RATE = "rate"
    NONE = "none"
    NEW = "new"
    EMPTY = "empty"
    TEXT = "text"


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One cell: as printed, and its value (a dash is 0). Rates are in percent, `places` decimal places."""

    text: str
    kind: CellKind
    value: Decimal | None = None
    places: int = 0


class Role(StrEnum):
    """What a column holds."""

    NAME = "name"
    CURRENT = "current_budget"
    PRIOR = "prior_budget"
    CHANGE = "change"
    GROWTH = "growth_rate"
    COMMITTED = "committed"
    DISBURSED = "disbursed"
    COMMITTED_RATE = "committed_rate"
    DISBURSED_RATE = "disbursed_rate"
    FORECAST = "forecast"
    FORECAST_RATE = "forecast_rate"
    AUTHORIZED = "authorized_posts"
    IN_POST = "staff_in_post"
    DIFFERENCE = "post_difference"
    TOTAL = "total"
    PART = "part"
    SHARE = "share"
    TEXT = "text"


RATES = {Role.GROWTH, Role.COMMITTED_RATE, Role.DISBURSED_RATE, Role.FORECAST_RATE, Role.SHARE}


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column: its heading (upper and lower joined), and what it holds."""

    role: Role
    title: str
    group: str = ""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row whose cells line up with the columns; `line` counts from 1."""

    line: int
    name: str
    cells: tuple[Cell, ...]


class TableKind(StrEnum):
    """Tables a report is known to have.

    SERIES compares two years; OTHER has at least a total and its parts, or nothing to check.
    """

    STAFF = "staff"
    DUTIES = "duties"
    REVENUE = "revenue"
    EXPENDITURE = "expenditure"
    EXPENDITURE_DETAIL = "expenditure_detail"
    PROJECTS = "projects"
    OCCUPANCY = "occupancy"
    COUNTS = "counts"
    SERIES = "series"
    OTHER = "other"


class Grid(msgspec.Struct, frozen=True, kw_only=True):
    """One table. `unit` is as printed (천원); `lost_lines` are rows that couldn't be read.

    `is_whole` is false where a row or a cell couldn't.
    """

    kind: TableKind
    line: int
    place: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    unit: str = ""
    task_code: str = ""
    is_whole: bool = True
    lost_lines: tuple[int, ...] = ()

    def find(self, role: Role) -> int | None:
        """Return the index of the first column with `role`."""
        return next((i for i, column in enumerate(self.columns) if column.role == role), None)


class Quantity(msgspec.Struct, frozen=True, kw_only=True):
    """A number with its unit inside a sentence, at [start, end) of the text. 약, 여 make it `is_about`.

    `step` is what its last printed digit stands for: 1,000 in 7만 8천명, 0.1 in 12.4ha.
    """

    value: Decimal
    unit: str
    start: int
    end: int
    text: str
    is_about: bool = False
    step: Decimal = Decimal(1)


class Sentence(msgspec.Struct, frozen=True, kw_only=True):
    """One line of running text: depth 1 is "- ", 2 " - ", 3 "▶"; notes (※, *) have depth 0."""

    line: int
    depth: int
    text: str
    task_code: str = ""
    heading: str = ""
    quantities: tuple[Quantity, ...] = ()


class PartialDate(msgspec.Struct, frozen=True, kw_only=True):
    """A date as far as it is printed."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    def first_day(self) -> date | None:
        """Return the first day it can mean, or None where there is no such day or no year."""
        return self._day(1, 1)

    def _day(self, month: int, day: int) -> date | None:
        if self.year is None:
            return None
        try:
            return date(self.year, self.month or month, self.day or day)
        except ValueError:
            return None


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """From–to as printed, either end may be open, at [start, end) of the sentence."""

    first: PartialDate | None
    last: PartialDate | None
    text: str
    start: int
    end: int


class Milestone(msgspec.Struct, frozen=True, kw_only=True):
    """One planned step of a task."""

    line: int
    task_code: str
    title: str
    period_text: str
    starts_on: date | None
    ends_on: date | None


class Heading(msgspec.Struct, frozen=True, kw_only=True):
    """A goal ("1") or task ("1-1") title at one of the places where it is printed."""

    line: int
    code: str
    title: str


class Footnote(msgspec.Struct, frozen=True, kw_only=True):
    """A numbered note: the mark where it stands in the text, or its explanation."""

    line: int
    mark: int
    text: str


class GlossaryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One explained term with the page it refers to."""

    line: int
    term: str
    page: int | None
    page_line: int | None
    text: str


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One of the report's tasks, with its sentences by heading; `plans` are those without a date of their own."""

    line: int
    code: str
    title: str
    purpose: str
    background: tuple[str, ...]
    content: tuple[str, ...]
    results: tuple[str, ...]
    plans: tuple[str, ...]
    milestones: tuple[Milestone, ...]


class StaffRow(msgspec.Struct, frozen=True, kw_only=True):
    """Posts and people of one division."""

    line: int
    division: str
    authorized_posts: int
    staff_in_post: int
    by_kind: dict[str, int]


class BudgetItem(msgspec.Struct, frozen=True, kw_only=True):
    """One line of revenue or expenditure in won; None where the table has no such column.

    `path` names what it belongs to, from the top.
    """

    line: int
    table: str
    task_code: str
    name: str
    path: tuple[str, ...] = ()
    current_budget_krw: int | None = None
    prior_budget_krw: int | None = None
    committed_krw: int | None = None
    disbursed_krw: int | None = None
    forecast_krw: int | None = None


class Indicator(msgspec.Struct, frozen=True, kw_only=True):
    """One counted thing: from a table of counts, or a quantity in a sentence about results."""

    line: int
    task_code: str
    name: str
    value: Decimal
    unit: str


class Occupancy(msgspec.Struct, frozen=True, kw_only=True):
    """Floor area by use, in square metres, with its share in percent; `tenants` are who is there, by kind."""

    line: int
    use: str
    share_percent: Decimal
    area_m2: Decimal
    parts_m2: dict[str, Decimal]
    tenants: dict[str, str]


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """A piece that was kept as text, and why."""

    line: int
    text: str
    reason: Text


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A whole report. `published_on` is the first day of its month; `lines` is the text as it came."""

    title: str
    published_on: date | None
    as_of_on: date | None
    organisation: str
    lines: tuple[str, ...]
    headings: tuple[Heading, ...]
    tasks: tuple[Task, ...]
    grids: tuple[Grid, ...]
    sentences: tuple[Sentence, ...]
    staff: tuple[StaffRow, ...]
    duties: dict[str, tuple[str, ...]]
    budget: tuple[BudgetItem, ...]
    indicators: tuple[Indicator, ...]
    occupancy: tuple[Occupancy, ...]
    marks: tuple[Footnote, ...]
    footnotes: tuple[Footnote, ...]
    glossary: tuple[GlossaryEntry, ...]
    unread: tuple[Unread, ...]


class BlockKind(StrEnum):
    """Pieces of a written report, in the report's own form."""

    TITLE = "title"
    CHAPTER = "chapter"
    GOAL = "goal"
    TASK = "task"
    LISTED = "listed"
    HEADING = "heading"
    TEXT = "text"
    TABLE = "table"
    FOOTNOTE = "footnote"
    TERM = "term"


class TableLine(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a written table; `source` is the mark of where its figures come from."""

    cells: tuple[str, ...]
    source: str = ""


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of a written report.

    `lead` is what stands before the text (□, -, ▶, 1-1); `depth` as in Sentence. A table has `head` and
    `rows` instead of text. `source` is the mark of where it comes from: the number of a Source, and after
    a colon the line there. With `is_apart` an empty line stands before it.
    """

    kind: BlockKind
    text: str = ""
    lead: str = ""
    depth: int = 0
    task_code: str = ""
    heading: str = ""
    source: str = ""
    is_apart: bool = False
    head: tuple[tuple[str, ...], ...] = ()
    rows: tuple[TableLine, ...] = ()


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where figures come from; `mark` is the number that blocks name it by."""

    mark: str
    label: Text


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A whole report as written on `as_of`, with the sources that its marks name."""

    title: str
    as_of: date
    blocks: tuple[Block, ...]
    sources: tuple[Source, ...]


class MilestoneState(StrEnum):
    """How far a planned step is."""

    PLANNED = "planned"
    UNDER_WAY = "under_way"
    DONE = "done"
    STOPPED = "stopped"


class LivingMilestone(msgspec.Struct, frozen=True, kw_only=True):
    """A planned step as it stands; `source` says in words where it comes from, if not from the report's line."""

    line: int
    name: str
    period_text: str
    state: MilestoneState
    source: Text | None = None


class LivingMoney(msgspec.Struct, frozen=True, kw_only=True):
    """A project's newest amounts in won, as of a day; `source` is None where the report printed them."""

    name: str
    as_of: date
    current_budget_krw: int | None
    committed_krw: int | None
    disbursed_krw: int | None
    forecast_krw: int | None
    source: Text | None = None


class LivingResult(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence about what was achieved since the report, with its source in words."""

    text: str
    source: Text


class LivingTask(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to a task since the report it comes from."""

    code: str
    name: str
    owner: str
    milestones: tuple[LivingMilestone, ...] = ()
    money: tuple[LivingMoney, ...] = ()
    results: tuple[LivingResult, ...] = ()


class StepEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A planned step as a person enters it."""

    name: str
    starts_on: date | None
    ends_on: date | None
    state: str = MilestoneState.PLANNED
    source: str = ""


class MeasureEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator as a person enters it; `live` names one of the lake's."""

    name: str
    unit: str
    target: Decimal | None = None
    target_on: date | None = None
    aim: str = Aim.NONE
    live: str = ""


class MoneyEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A project's amounts on a day, in won, as a person enters them."""

    name: str
    as_of: date
    source: str
    current_budget_krw: int | None = None
    committed_krw: int | None = None
    disbursed_krw: int | None = None
    forecast_krw: int | None = None


class RiskEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A risk as a person enters it: how severe, what is done about it, and by whom."""

    name: str
    level: str
    response: str = ""
    person: str = ""
    is_closed: bool = False


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One statement of a report that another report may change: what, where, and its value as text.

    `amount` is set where the value is a number, in `unit`.
    """

    kind: str
    task_code: str
    name: str
    value: str
    line: int
    amount: Decimal | None = None
    unit: str = ""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What differs between two reports: a side that is None didn't say it."""

    before: Fact | None
    after: Fact | None

    @property
    def fact(self) -> Fact:
        """The side that there is, the later first."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def delta(self) -> Decimal | None:
        """After minus before, where both are numbers."""
        if self.before is None or self.after is None:
            return None
        if self.before.amount is None or self.after.amount is None:
            return None
        return self.after.amount - self.before.amount


class FaultKind(StrEnum):
    """What kind of disagreement."""

    SUM = "sum"
    DIFFERENCE = "difference"
    RATE = "rate"
    REPEAT = "repeat"
    NAME = "name"
    DATE = "date"


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One disagreement: where, what is printed, what it would be, and why it may have happened.

    `delta` is stated minus computed where both are amounts; `column` is the table's column it is about.
    """

    line: int
    place: Text
    kind: FaultKind
    stated: str
    computed: str
    cause: Text = Text(ko="", en="")
    severity: Severity = Severity.MODERATE
    delta: Decimal | None = None
    column: str = ""
