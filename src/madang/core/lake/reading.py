"""The only way to a reader: who may see which columns and rows of which version of a table, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from datetime import time as clock
from typing import Any

import msgspec
import pyarrow as pa
from django.db import transaction

from madang.core.base.interface import (
    CITY_TIMEZONE,
    Actor,
    BadInput,
    Column,
    ColumnType,
    NotFound,
    Table,
    TableKind,
    now,
)
from madang.core.people.interface import record_audit, require

from . import engine
from .declarations import find_table, refuse_withdrawn
from .finding import count_found, find_page
from .latest import list_latest, read_latest
from .records import (
    PLACE,
    PLACE_COLUMN,
    STEPS,
    AnyOf,
    Computed,
    DatasetState,
    Filter,
    Group,
    Measure,
    Op,
    Order,
    Query,
    Snapshot,
    Step,
)
from .tables_on_disk import read_snapshot

_PERIODS = {"value", "hour", "day", "month", "year"}


class Reader:
    """What one actor may see of one version of a table."""

    def __init__(
        self, snapshot: Snapshot, columns: tuple[Column, ...], row_filter: tuple[Filter, ...]
    ) -> None:
        self.snapshot = snapshot
        self.table: Table = snapshot.table
        self.version = snapshot.version
        self.columns = columns
        self.row_filter = row_filter
        self._by_name = {column.name: column for column in columns}
        self.has_places = snapshot.has_places and not row_filter
        """Whether PLACE can be read, asked for and sorted by, as if it were a column."""
        self._identity = (snapshot.identity, snapshot.table, snapshot.version, columns, repr(row_filter))

    def __eq__(self, other: object) -> bool:
        """Return whether `other` sees the same of the same rows, so that what was drawn may be kept."""
        return isinstance(other, Reader) and self._identity == other._identity

    def __hash__(self) -> int:
        """Return the hash of what is seen."""
        return hash(self._identity)

    @property
    def is_restricted(self) -> bool:
        """Whether some columns or rows of the table are kept from this reader."""
        return bool(self.row_filter) or len(self.columns) < len(self.table.columns)

    def read(
        self,
        select: Sequence[str] | None = None,
        where: Sequence[Filter | AnyOf] = (),
        order_by: Sequence[Order | str] = (),
        offset: int = 0,
        limit: int | None = None,
        *,
        each: Sequence[str] = (),
    ) -> pa.Table:
        """Return rows as an Arrow table; without `order_by` in the order they were stored.

        With `each`, `offset` and `limit` are those of the rows of every different value of these columns.

        Filters are joined by AND; their values may be text as people type it and are read by the
        column's type. An order "-name" descends. Raises BadInput for unknown columns and values.
        """
        query = self._query(select, where, order_by, offset, limit)
        names = tuple(self._column(name).name for name in each)
        return engine.read(self.snapshot, msgspec.structs.replace(query, each=names))

    def read_places(self, places: Sequence[int], select: Sequence[str] | None = None) -> pa.Table:
        """Return the rows at some places, which rise; where `has_places`."""
        return engine.read_places(self.snapshot, self._query(select, (), (), 0, None).columns, places)

    def find_page(self, where: Sequence[Filter | AnyOf], offset: int, limit: int) -> list[int] | None:
        """Return the places of rows `offset` … `offset + limit` of those that fit, None where only reading them tells.

        Of large tables most are quickly found; where `has_places`.
        """
        return find_page(self.snapshot, self._conditions(where), offset, limit)

    def iter_batches(
        self,
        select: Sequence[str] | None = None,
        where: Sequence[Filter | AnyOf] = (),
        order_by: Sequence[Order | str] = (),
        batch_rows: int = 122_880,
    ) -> Iterator[pa.RecordBatch]:
        """Yield all rows in batches, in flat memory: for downloads."""
        return engine.iter_batches(self.snapshot, self._query(select, where, order_by, 0, None), batch_rows)

    def latest(self, keys: Sequence[object] | None = None, select: Sequence[str] | None = None) -> pa.Table:
        """Return the newest row of each key (a value, or a tuple of values) of a stream, without a scan.

        It may be ahead of this reader's version. Raises BadInput for unknown columns and tables that aren't streams.
        """
        if self.table.kind is not TableKind.STREAM:
            raise _bad(
                "lake.kind", f"{self.table.name}은(는) 수신 표가 아닙니다", f"{self.table.name} is no stream"
            )
        names = [self._column(name).name for name in select or self._by_name]
        rows = read_latest(self.table, keys, {*names, *(one.column for one in self.row_filter)})
        if self.row_filter:
            rows = engine.keep_rows(rows, self.row_filter)
        return rows.select(names)

    def list_latest(
        self, keys: Sequence[object], select: Sequence[str] | None = None
    ) -> list[dict[str, Any]]:
        """Return what `latest` does, row by row."""
        if self.row_filter or self.table.kind is not TableKind.STREAM:
            return self.latest(keys, select).to_pylist()
        return list_latest(self.table, keys, {self._column(name).name for name in select or self._by_name})

    def count(self, where: Sequence[Filter | AnyOf] = ()) -> int:
        """Return the exact number of rows; without a filter it is a kept number, not a scan."""
        conditions = self._conditions(where)
        return count_found(self.snapshot, conditions) if conditions else self.snapshot.rows

    def aggregate(
        self,
        measures: Sequence[Measure],
        groups: Sequence[Group | str] = (),
        where: Sequence[Filter | AnyOf] = (),
        order_by: Sequence[Order | str] = (),
        limit: int | None = None,
    ) -> pa.Table:
        """Return one row a group with its measures; columns are named `<column>` and `<column>_<function>`."""
        by = tuple(Group(column=one) if isinstance(one, str) else one for one in groups)
        for group in by:
            self._check_group(group)
        for measure in measures:
            self._check_measure(measure)
        if not measures:
            raise _bad("lake.measure", "계산할 값이 없습니다", "nothing to measure")
        return engine.aggregate(
            self.snapshot,
            Query(
                columns=(),
                where=self._conditions(where),
                order_by=tuple(_as_order(one) for one in order_by)
                or tuple(Order(g.name or g.column) for g in by),
                limit=_check_size(limit),
                groups=by,
                measures=tuple(measures),
            ),
        )

    def _query(
        self,
        select: Sequence[str] | None,
        where: Sequence[Filter],
        order_by: Sequence[Order | str],
        offset: int,
        limit: int | None,
    ) -> Query:
        names = [column.name for column in self.columns] if select is None else select
        order = tuple(_as_order(one) for one in order_by)
        for one in order:
            self._find_kind(self._column(one.column), one.steps)
        return Query(
            columns=tuple(self._column(name) for name in names),
            where=self._conditions(where),
            order_by=order,
            offset=_check_size(offset) or 0,
            limit=_check_size(limit),
        )

    def _conditions(self, where: Sequence[Filter | AnyOf]) -> tuple[Filter | AnyOf, ...]:
        return (*self.row_filter, *(self._check_filter(one) for one in where))

    def _column(self, name: str) -> Column:
        column = PLACE_COLUMN if name == PLACE and self.has_places else self._by_name.get(name)
        if column is None:
            raise _bad(
                "lake.column_unknown", f"열 {name}이(가) 없습니다", f"there is no column {name}", column=name
            )
        return column

    def _check_filter(self, one: Filter | AnyOf) -> Filter | AnyOf:
        if isinstance(one, AnyOf):
            return AnyOf(tuple(tuple(map(self._check_one, branch)) for branch in one.branches))
        return self._check_one(one)

    def _check_one(self, one: Filter) -> Filter:
        column = self._column(one.column)
        try:
            op = Op(one.op)
        except ValueError:
            raise _bad(
                "lake.filter", f"모르는 조건입니다: {one.op}", f"unknown condition: {one.op}"
            ) from None
        if isinstance(one.value, Computed):
            return self._check_pair(column, op, one)
        if one.steps:
            return _check_steps(self._find_kind(column, one.steps), op, one)
        return Filter(column.name, op, _read_operand(column, op, one.value))

    def _check_pair(self, column: Column, op: Op, one: Filter) -> Filter:
        """Return a filter that compares two columns; raise BadInput where they don't hold the same kind of value."""
        other = self._column(one.value.column)
        kind, second = self._find_kind(column, one.steps), self._find_kind(other, one.value.steps)
        if op not in _COMPARABLE or not kind or kind != second:
            raise _bad(
                "lake.filter_pair",
                f"{column.name}과(와) {other.name}을(를) 견줄 수 없습니다",
                f"can't compare {column.name} with {other.name}",
            )
        return msgspec.structs.replace(one, op=op)

    def _find_kind(self, column: Column, steps: Sequence[tuple[str, Any]]) -> str:
        """Return what steps make of a column ("number", "time" …); raise BadInput where they don't fit one another."""
        kind = _KINDS.get(column.type, "")
        for name, argument in steps:
            step = STEPS.get(name)
            if step is None or step.takes != kind or not self._fits_step(step, argument):
                raise _bad(
                    "lake.filter_step",
                    f"계산할 수 없습니다: {name}",
                    f"can't compute {name} of {column.name}",
                )
            kind = step.gives
        return kind

    def _fits_step(self, step: Step, argument: Any) -> bool:
        if "?" not in step.sql:
            return argument is None
        if isinstance(argument, Computed):
            return self._find_kind(self._column(argument.column), argument.steps) == step.argument
        wanted = str if step.argument == "text" else int | float
        return isinstance(argument, wanted) and not isinstance(argument, bool)

    def _check_group(self, group: Group) -> None:
        column = self._column(group.column)
        timed = column.type is ColumnType.TIME or (column.type is ColumnType.DATE and group.by != "hour")
        if group.by not in _PERIODS or (group.by != "value" and not timed):
            raise _bad(
                "lake.group", f"{group.by}(으)로 묶을 수 없습니다", f"can't group {column.name} by {group.by}"
            )

    def _check_measure(self, measure: Measure) -> None:
        if measure.function not in engine.MEASURES or (not measure.column and measure.function != "count"):
            raise _bad(
                "lake.measure", f"모르는 계산입니다: {measure.function}", f"unknown: {measure.function}"
            )
        if not measure.column:
            return
        numeric = self._column(measure.column).type in {ColumnType.NUMBER, ColumnType.INTEGER}
        if measure.function in {"sum", "mean", "median", "stddev"} and not numeric:
            raise _bad(
                "lake.measure", f"{measure.column}은(는) 수가 아닙니다", f"{measure.column} is no number"
            )


def authorize(actor: Actor, table: str, purpose: str = "") -> Reader:
    """Return a reader of the newest version of `table` for `actor`.

    Personal columns are left out unless the actor holds `lake.read_personal` for the owner and names a
    purpose; then the reading is audited. Where the actor's permission is for some agencies only and the
    table has an `agency_code`, only their rows are there. Raises NotFound, or NotAllowed.
    """
    declaration, state = find_table(table)
    row_filter = _check_access(actor, declaration, state)
    columns = _list_visible(actor, declaration, purpose)
    if any(column.personal for column in columns):
        with transaction.atomic():
            record_audit(
                actor=actor, now=now(), action="lake.read_personal", subject=table, purpose=purpose.strip()
            )
    return Reader(read_snapshot(declaration), columns, row_filter)


def authorize_raw(actor: Actor, table: Table, purpose: str) -> None:
    """Let `actor` read rows of `table` as they came, with what is personal in them.

    Where there is such, that needs `lake.read_personal` and a purpose, and is audited. Raises NotAllowed, or BadInput without one.
    """
    if not any(column.personal for column in table.columns):
        return
    require(actor, "lake.read_personal", table.owner_agency)
    if not purpose.strip():
        raise BadInput(
            "lake.purpose",
            "개인정보가 들어 있습니다. 무엇에 쓰려는지 적어 주세요.",
            "these rows hold personal data; say what you need them for",
            field="purpose",
        )
    with transaction.atomic():
        record_audit(
            actor=actor, now=now(), action="lake.read_personal", subject=table.name, purpose=purpose.strip()
        )


def _check_access(actor: Actor, table: Table, state: str | None) -> tuple[Filter, ...]:
    """Return the filter on rows, or refuse. Who may not know of a table is told there is none."""
    if state in {DatasetState.DRAFT, DatasetState.WITHDRAWN}:
        if not (
            actor.may("lake.import", table.owner_agency) or actor.may("lake.publish", table.owner_agency)
        ):
            refuse_withdrawn(actor, table.name, state, table.read_permission)
            raise NotFound(
                "lake.table_unknown", f"표 {table.name}이(가) 없습니다", f"there is no table {table.name}"
            )
        return ()
    if actor.may(table.read_permission, "*"):
        return ()
    if any(column.name == "agency_code" for column in table.columns):
        require(actor, table.read_permission)
        agencies = sorted(scope for held, scope in actor.grants if held == table.read_permission)
        return (Filter("agency_code", Op.IN, agencies),)
    require(actor, table.read_permission, table.owner_agency or None)
    return ()


def _list_visible(actor: Actor, table: Table, purpose: str) -> tuple[Column, ...]:
    if purpose.strip() and actor.may("lake.read_personal", table.owner_agency):
        return table.columns
    return tuple(column for column in table.columns if not column.personal)


def _check_steps(kind: str, op: Op, one: Filter) -> Filter:
    """Return a filter on what is computed, which is of a kind; raise BadInput where the value isn't."""
    is_plain = op in {Op.IS_NULL, Op.NOT_NULL} or (
        op in _COMPARABLE
        and isinstance(one.value, _VALUES[kind])
        and not isinstance(one.value, bool)
        and isinstance(one.value, datetime) is (kind == "time")
    )
    if not is_plain:
        raise _bad("lake.filter_value", "계산한 값과 견줄 수 없습니다", f"{one.value!r} is no {kind}")
    return msgspec.structs.replace(one, op=op)


def _read_operand(column: Column, op: Op, value: Any) -> Any:
    if op in {Op.IS_NULL, Op.NOT_NULL}:
        return None
    if op in {Op.CONTAINS, Op.STARTS_WITH}:
        return str(value)
    if op in {Op.IN, Op.BETWEEN}:
        values = value.split(",") if isinstance(value, str) else list(value)
        if op is Op.BETWEEN and len(values) != 2:
            raise _bad("lake.filter", "between에는 값이 둘 필요합니다", "between takes two values")
        return [_read_value(column, one) for one in values]
    return _read_value(column, value)


def _read_value(column: Column, value: Any) -> Any:
    """Return `value`, perhaps text as a person typed it, in the column's type."""
    try:
        return _READERS[column.type](value)
    except (ValueError, TypeError, OverflowError):
        raise _bad(
            "lake.filter_value",
            f"열 {column.name}에 맞지 않는 값입니다: {value}",
            f"{value!r} is no {column.type} for column {column.name}",
            column=column.name,
        ) from None


def _read_integer(value: Any) -> int:
    number = int(value)
    if not -(2**63) <= number < 2**63 or (isinstance(value, float) and value != number):
        raise ValueError(value)
    return number


def _read_boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    words = {"true": True, "1": True, "false": False, "0": False}
    if str(value).lower() not in words:
        raise ValueError(value)
    return words[str(value).lower()]


def _read_date(value: Any) -> date:
    return (
        value
        if isinstance(value, date) and not isinstance(value, datetime)
        else date.fromisoformat(str(value))
    )


def _read_time(value: Any) -> datetime:
    """Return an instant; without a zone it is the city's time, a date alone the day's first moment."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=CITY_TIMEZONE)


_KINDS = {
    ColumnType.NUMBER: "number",
    ColumnType.INTEGER: "number",
    ColumnType.TIME: "time",
    ColumnType.TEXT: "text",
}
_VALUES: dict[str, Any] = {"number": int | float, "date": date, "clock": clock, "text": str, "time": datetime}
_COMPARABLE = {Op.EQ, Op.NE, Op.LT, Op.LE, Op.GT, Op.GE}
_READERS: dict[ColumnType, Any] = {
    ColumnType.TEXT: str,
    ColumnType.INTEGER: _read_integer,
    ColumnType.NUMBER: float,
    ColumnType.BOOLEAN: _read_boolean,
    ColumnType.DATE: _read_date,
    ColumnType.TIME: _read_time,
    ColumnType.CLOCK: str,
}


def _as_order(one: Order | str) -> Order:
    if isinstance(one, Order):
        return one
    return Order(one[1:], descending=True) if one.startswith("-") else Order(one)


def _check_size(number: int | None) -> int | None:
    if number is not None and not 0 <= number < 2**62:
        raise _bad("lake.page", "쪽 번호가 잘못되었습니다", "offset and limit can't be negative")
    return number


def _bad(code: str, ko: str, en: str, **details: object) -> BadInput:
    return BadInput(code, ko, en, **details)
