"""Which tables there are: declared in rooms' `tables.py`, as registers, as rollups, or in the catalogue."""

from __future__ import annotations

import re
from functools import cache

import msgspec

from madang.core.base.interface import (
    Actor,
    BadInput,
    ColumnType,
    Gone,
    NotFound,
    Register,
    Table,
    TableKind,
    collect,
    find_value,
)
from madang.core.people.interface import require

from .models import Dataset
from .records import DatasetState, TableHandler
from .rollups import list_rollup_tables

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
RESERVED = {"city_date"}


@cache
def list_declared_tables() -> dict[str, Table]:
    """Return by name every table that code declares, with the rollups of its streams."""
    found: dict[str, Table] = {}
    for table in _iter_declared():
        instants = {column.name for column in table.columns if column.type is ColumnType.TIME}
        if table.kind is TableKind.STREAM and table.time not in instants:
            raise _wrong(table, "a stream's time is an instant")
        for one in (table, *list_rollup_tables(table)):
            check_declaration(one)
            if one.name in found:
                raise _wrong(one, "declared twice")
            found[one.name] = one
    return found


@cache
def list_streams() -> dict[str, Table]:
    """Return by name the streams that services feed (their rollups are fed by the lake)."""
    streams = {}
    for table in list_declared_tables().values():
        if table.kind is TableKind.STREAM and not is_rollup(table.name):
            streams[table.name] = table
    return streams


def is_rollup(name: str) -> bool:
    """Return whether table `name` is a rollup of a stream."""
    base = list_declared_tables().get(name.rsplit("_", 1)[0])
    return base is not None and any(one.name == name for one in list_rollup_tables(base))


def list_handlers() -> list[TableHandler]:
    """Return what rooms declare in `handlers.py` HANDLERS for tables."""
    return [one for _, one in collect("handlers", "HANDLERS") if isinstance(one, TableHandler)]


@cache
def list_registers() -> dict[str, Register]:
    """Return every register by the name of its table."""
    return {register.table.name: register for _, register in collect("registers", "REGISTERS")}


def get_table(name: str) -> Table:
    """Return the declaration of table `name`, or raise NotFound."""
    return list_declared_tables().get(name) or find_table(name)[0]


def find_table(name: str) -> tuple[Table, str | None]:
    """Return the declaration of table `name` and its state in the catalogue (None: it isn't there), in one query."""
    declared = list_declared_tables().get(name)
    if declared is not None:
        return declared, find_value(Dataset, "state", name=name)
    row = Dataset.objects.filter(name=name).values_list("declaration", "state").first()
    if row is None:
        raise NotFound(
            "lake.table_unknown", f"표 {name}이(가) 없습니다", f"there is no table {name}", table=name
        )
    return msgspec.convert(row[0], Table), row[1]


def refuse_withdrawn(actor: Actor, name: str, state: str | None, read_permission: str) -> None:
    """Raise Gone for a dataset that was published, was withdrawn, and could be read by `actor` until then."""
    if state == DatasetState.WITHDRAWN and actor.may(read_permission, "*"):
        raise Gone(
            "lake.withdrawn",
            f"데이터 {name}의 공개가 중단되었습니다. 궁금한 점은 자료를 낸 기관에 물어봐 주십시오.",
            f"dataset {name} is no longer published; please ask the agency that published it",
        )


def list_tables() -> list[Table]:
    """Return every declaration, by name."""
    declared = list_declared_tables()
    imported = [read_declaration(row) for row in Dataset.objects.exclude(name__in=declared)]
    return sorted([*declared.values(), *imported], key=lambda table: table.name)


def read_declaration(row: Dataset) -> Table:
    """Return the declaration that a catalogue row carries."""
    return msgspec.convert(row.declaration, Table)


def require_marks_kept(actor: Actor, before: Table, after: Table) -> None:
    """Raise NotAllowed where a column loses its mark as personal by somebody who may not read it."""
    marked = {column.name for column in before.columns if column.personal}
    if any(column.name in marked and not column.personal for column in after.columns):
        require(actor, "lake.read_personal", before.owner_agency)


def check_declaration(table: Table) -> None:
    """Raise BadInput where a declaration contradicts itself."""
    names = [column.name for column in table.columns]
    if not _NAME.fullmatch(table.name):
        raise _wrong(table, "a table's name is lower case letters, digits and _, and starts with a letter")
    if not names or len(set(names)) != len(names) or RESERVED & set(names) or not all(names):
        raise _wrong(table, "its columns need distinct names, none of them city_date")
    named = {*table.key, *(name for name in (table.time, table.lon, table.lat) if name)}
    if not named <= set(names):
        raise _wrong(table, f"no such column: {', '.join(sorted(named - set(names)))}")
    if table.kind is TableKind.STREAM and not (table.key and table.time):
        raise _wrong(table, "a stream needs a key and a time")
    if table.kind is TableKind.STREAM and any(
        column.name == "revision" and column.type is not ColumnType.INTEGER for column in table.columns
    ):
        raise _wrong(table, "its revision must be an integer")


def _iter_declared() -> list[Table]:
    tables = [table for _, table in collect("tables", "TABLES")]
    return [*tables, *(register.table for register in list_registers().values())]


def _wrong(table: Table, why: str) -> BadInput:
    return BadInput(
        "lake.declaration", f"표 {table.name}의 선언이 잘못되었습니다: {why}", f"table {table.name}: {why}"
    )
