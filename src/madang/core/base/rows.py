"""Rows of registers where many are read and written: a table's statements are made once, not anew each time.

They do what the ORM does, in both databases, without composing SQL out of objects: that costs more than the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connection

if TYPE_CHECKING:
    from django.db.models import Field, Model

M = TypeVar("M", bound="Model")


def find_row(model: type[M], *, lock: bool = False, **wanted: Any) -> M | None:
    """Return the row whose fields have these values, or None; `lock` keeps it for the caller's transaction."""
    can_lock = lock and connection.features.has_select_for_update
    names = tuple(one.name for one in model._meta.concrete_fields)
    statement = _make_select(connection.vendor, model, names, tuple(wanted))
    asked = model.objects.raw(statement + (" FOR UPDATE" if can_lock else ""), _prepare(model, wanted))
    return next(iter(asked), None)


def find_value(model: type[Model], field: str, **wanted: Any) -> Any:
    """Return a text or number of the row whose fields have these values, or None."""
    with connection.cursor() as cursor:
        cursor.execute(
            _make_select(connection.vendor, model, (field,), tuple(wanted)), _prepare(model, wanted)
        )
        row = cursor.fetchone()
    return None if row is None else row[0]


def update_rows(rows: Iterable[Model], fields: Sequence[str]) -> None:
    """Write some fields of rows of one model; rows that are gone stay gone."""
    rows = list(rows)
    if rows:
        meta = rows[0]._meta
        columns = [meta.get_field(name) for name in fields]
        _run(_make_update(connection.vendor, type(rows[0]), tuple(fields)), rows, [*columns, meta.pk])


def insert_rows(rows: Iterable[Model]) -> None:
    """Write new rows of one model; a number that the database gives them is asked by nobody, and they don't know it."""
    rows = list(rows)
    if rows:
        columns = _list_columns(type(rows[0]))
        _run(_make_insert(connection.vendor, type(rows[0])), rows, columns)


def _prepare(model: type[Model], wanted: Mapping[str, Any]) -> list[Any]:
    return [model._meta.get_field(name).get_db_prep_value(one, connection) for name, one in wanted.items()]


def _run(statement: str, rows: Sequence[Model], columns: Sequence[Field]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            statement,
            [
                [one.get_db_prep_save(getattr(row, one.attname), connection) for one in columns]
                for row in rows
            ],
        )


@cache
def _make_select(_vendor: str, model: type[Model], fields: tuple[str, ...], wanted: tuple[str, ...]) -> str:
    meta = model._meta
    tests = " AND ".join(f"{_quote(meta.get_field(name).column)} = %s" for name in wanted)
    columns = ", ".join(_quote(meta.get_field(name).column) for name in fields)
    return f"SELECT {columns} FROM {_quote(meta.db_table)} WHERE {tests} LIMIT 1"  # noqa: S608


@cache
def _make_update(_vendor: str, model: type[Model], names: tuple[str, ...]) -> str:
    meta = model._meta
    values = ", ".join(f"{_quote(meta.get_field(name).column)} = %s" for name in names)
    return f"UPDATE {_quote(meta.db_table)} SET {values} WHERE {_quote(meta.pk.column)} = %s"  # noqa: S608


@cache
def _make_insert(_vendor: str, model: type[Model]) -> str:
    columns = _list_columns(model)
    names = ", ".join(_quote(one.column) for one in columns)
    marks = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {_quote(model._meta.db_table)} ({names}) VALUES ({marks})"  # noqa: S608


@cache
def _list_columns(model: type[Model]) -> list[Field]:
    meta = model._meta
    return [one for one in meta.concrete_fields if one is not meta.auto_field]


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)
