"""What crosses the lake's border: filters, snapshots, datasets, versions, findings of quality."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
import pyarrow as pa
from msgspec import Meta

from madang.core.base.interface import Column, ColumnType, Finding, Indicator, Table, Text


class Op(StrEnum):
    """What a filter may ask of a column; the text operators ignore case."""

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    IN = "in"
    BETWEEN = "between"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    IS_NULL = "is_null"
    NOT_NULL = "not_null"


class Filter(msgspec.Struct, frozen=True):
    """One condition; IN and BETWEEN (both ends included) take a list, IS_NULL and NOT_NULL nothing.

    With `steps` it is about what is computed from the column, one step after the other: (name, argument) of STEPS.
    """

    column: str
    op: Op | str
    value: Any = None
    steps: tuple[tuple[str, Any], ...] = ()


class Computed(msgspec.Struct, frozen=True):
    """What a filter's column is compared with instead of a constant: another column of the row, or what steps make of it."""

    column: str
    steps: tuple[tuple[str, Any], ...] = ()


class Step(msgspec.Struct, frozen=True):
    """What a step of a filter takes and gives ("number", "time", "date", "clock", "text"), and its SQL.

    In it {} stands for what it takes, ? for its argument: a text or a number, or what is computed from another column.
    """

    takes: str
    gives: str
    sql: str
    argument: str = "number"


_UTC = "make_timestamp(epoch_us({}))"
STEPS = {
    "add": Step("number", "number", "({} + ?)"),
    "sub": Step("number", "number", "({} - ?)"),
    "sub_from": Step("number", "number", "(? - {})"),
    "mul": Step("number", "number", "({} * ?)"),
    "div": Step("number", "number", "({} / ?)"),
    "div_into": Step("number", "number", "(? / {})"),
    "mod": Step("number", "number", "({} % ?)"),
    "round": Step("number", "number", "round({})"),
    "floor": Step("number", "number", "floor({})"),
    "ceiling": Step("number", "number", "ceil({})"),
    **{
        name: Step("time", "number", f"{name}({_UTC})")
        for name in ("year", "month", "day", "hour", "minute", "second")
    },
    "fraction": Step("time", "number", "((epoch_us({}) % 1000000 + 1000000) % 1000000 / 1000000.0)"),
    "date": Step("time", "date", f"{_UTC}::DATE"),
    "time": Step("time", "clock", f"{_UTC}::TIME"),
    "later": Step("time", "time", "({} + to_microseconds(?::BIGINT))"),
    "lower": Step("text", "text", "lower({})"),
    "upper": Step("text", "text", "upper({})"),
    "trim": Step("text", "text", "trim({})"),
    "append": Step("text", "text", "({} || ?)", "text"),
    "prepend": Step("text", "text", "(? || {})", "text"),
    "without_first": Step("text", "text", "substr({}, 1 + ?::INTEGER)"),
    "first": Step("text", "text", "left({}, ?::INTEGER)"),
    "length": Step("text", "number", "length({})"),
    "index_of": Step("text", "number", "(instr({}, ?) - 1)", "text"),
    "contains": Step("text", "number", "contains({}, ?)::INTEGER", "text"),
    "starts_with": Step("text", "number", "starts_with({}, ?)::INTEGER", "text"),
    "ends_with": Step("text", "number", "ends_with({}, ?)::INTEGER", "text"),
    "json": Step("text", "text", "TRY(json_extract_string({}, ?))", "text"),
    "json_number": Step("text", "number", "TRY_CAST(TRY(json_extract({}, ?))::VARCHAR AS DOUBLE)", "text"),
    "json_type": Step("text", "text", "TRY(json_type({}, ?))", "text"),
    "has_number": Step(
        "text",
        "number",
        "list_contains(list_transform(TRY(json_extract({}, '$[*]')), lambda one: TRY_CAST(one::VARCHAR AS DOUBLE)), ?)::INTEGER",
    ),
    "has_text": Step(
        "text", "number", "list_contains(TRY(json_extract_string({}, '$[*]')), ?)::INTEGER", "text"
    ),
    "begin": Step("text", "time", "TRY_CAST(split_part({}, '/', 1) AS TIMESTAMPTZ)"),
    "end": Step("text", "time", "TRY_CAST(split_part({}, '/', -1) AS TIMESTAMPTZ)"),
}
"""Parts of a time are those in UTC. The argument of json is a path like $."a"."b"; what is no JSON is missing, and what is no number there is no json_number. An
index counts from 0, -1 is none; contains, starts_with and ends_with give 1 or 0, has_number and has_text of a list in JSON as well; later takes microseconds. Begin and end are those of ISO 8601's intervals."""


class AnyOf(msgspec.Struct, frozen=True):
    """A condition that holds where all the filters of one branch hold; without branches nowhere."""

    branches: tuple[tuple[Filter, ...], ...]


class Order(msgspec.Struct, frozen=True):
    """Sort by a column, or by what steps make of it; missing values come last either way."""

    column: str
    descending: bool = False
    steps: tuple[tuple[str, Any], ...] = ()


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Group by a column's value, or by the city's hour, day, month or year of an instant or date."""

    column: str
    by: str = "value"
    name: str = ""


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One aggregate: count, distinct, sum, mean, median, min, max or stddev of a column."""

    function: str
    column: str = ""
    name: str = ""


PLACE = "_id"
"""A row's place in its version, from 1: a column that readers may name and that isn't stored."""
PLACE_COLUMN = Column(name=PLACE, type=ColumnType.INTEGER, title=Text(ko="자리", en="Place"))
NAMES_OF_PLACES = frozenset({PLACE, "file_index", "file_row_number"})
"""Where a table has such a column of its own, whatever its case, it is that one."""


class DataFile(msgspec.Struct, frozen=True, kw_only=True):
    """One Parquet file of a snapshot, absolute. Each row of one that `corrects` replaces an older row.

    `before` counts the rows of the version's files before it.
    """

    path: str
    rows: int
    size_bytes: int
    date: str | None = None
    corrects: bool = False
    before: int = 0


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a table: exactly these files, whatever is written meanwhile."""

    table: Table
    version: int
    files: tuple[DataFile, ...]

    @property
    def rows(self) -> int:
        """The exact number of rows."""
        return sum(file.rows for file in self.files if not file.corrects)

    @property
    def has_places(self) -> bool:
        """Whether a row has a place that one can name: rows that were corrected one by one have none."""
        taken = {column.name.lower() for column in self.table.columns} & NAMES_OF_PLACES
        return not taken and not any(file.corrects for file in self.files)

    @property
    def identity(self) -> str:
        """Tell these rows from those of a dropped table of the same name and version: a file they have."""
        return self.files[0].path if self.files else ""

    @property
    def size_bytes(self) -> int:
        """Bytes on disk."""
        return sum(file.size_bytes for file in self.files)


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """A question to an engine; every name in it has been checked against the table.

    With `each`, `offset` and `limit` are those of the rows of every different value of these columns.
    """

    columns: tuple[Column, ...]
    where: tuple[Filter | AnyOf, ...] = ()
    order_by: tuple[Order, ...] = ()
    offset: int = 0
    limit: int | None = None
    each: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    measures: tuple[Measure, ...] = ()


class DatasetState(StrEnum):
    """Where a dataset is on its way to the public."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class DatasetRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the catalogue. `version` −1: nothing was ever written."""

    table: Table
    state: DatasetState
    category: str
    keywords: tuple[str, ...]
    withdrawn_reason: str
    version: int
    rows: int
    quality: dict[str, Any] | None
    measured_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def name(self) -> str:
        """The table's name."""
        return self.table.name


class VersionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a dataset and how it came about."""

    version: int
    rows: int
    at: datetime
    actor_name: str
    source_name: str
    report: dict[str, Any] | None


class ColumnChange(msgspec.Struct, frozen=True, kw_only=True):
    """New words for one column; None leaves it as it is."""

    name: str
    title: Text | None = None
    unit: str | None = None
    personal: str | None = None
    words: (
        Annotated[tuple[tuple[Annotated[str, Meta(max_length=200)], Text], ...], Meta(max_length=1000)] | None
    ) = None


class DatasetChange(msgspec.Struct, frozen=True, kw_only=True):
    """New words for a dataset; None leaves a field as it is, a promise of 0 s takes the promise back."""

    title: Text | None = None
    description: Text | None = None
    owner_agency: Annotated[str, Meta(max_length=40)] | None = None
    licence: Annotated[str, Meta(max_length=100)] | None = None
    source: Annotated[str, Meta(max_length=300)] | None = None
    read_permission: Annotated[str, Meta(max_length=100)] | None = None
    contact: Annotated[str, Meta(max_length=200)] | None = None
    freshness_promise_s: Annotated[int, Meta(ge=0, le=10**9)] | None = None
    category: Annotated[str, Meta(max_length=60)] | None = None
    keywords: tuple[str, ...] | None = None
    columns: tuple[ColumnChange, ...] = ()


class Reject(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of a batch that weren't taken: their positions and why."""

    code: str
    reason: Text
    rows: tuple[int, ...]


class AppendResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a batch; `rows_kept` are durable. `sequence` is that of its last message."""

    rows_kept: int
    rejects: tuple[Reject, ...]
    sequence: int


class TableHandler(msgspec.Struct, frozen=True, kw_only=True):
    """What runs on new rows of a table, declared in a room's `handlers.py` HANDLERS.

    `on_batch(rows)` gets a pyarrow.Table of new and corrected rows, at least once, in order, and may
    return findings. `max_delay_ms` bounds the wait for more rows before it is called. `title` is what people are told
    falls behind; without one it is named by its service alone.
    """

    name: str
    table: str
    on_batch: Callable[[pa.Table], Iterable[Finding] | None]
    max_delay_ms: int = 10_000
    title: Text | None = None


class Backlog(msgspec.Struct, frozen=True, kw_only=True):
    """How far something is behind: messages of the stream, or versions of a table a handler hasn't seen."""

    name: str
    waiting: int
    oldest_age_s: float
    alarmed: bool


class IndicatorState(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator and what it was last: `value` at `as_of`, both None where nothing was measured yet.

    `is_late` where the newest value is older than it should be, or there is none.
    """

    indicator: Indicator
    value: float | None
    as_of: datetime | None
    is_late: bool


class IndicatorDay(msgspec.Struct, frozen=True, kw_only=True):
    """The mean of an indicator on one of the city's days."""

    day: date
    mean: float
