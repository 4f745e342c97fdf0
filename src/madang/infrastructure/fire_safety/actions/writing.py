"""Many rows are written at once and in those columns alone that changed: ten thousand alarms may fall due together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import Field, Model


def update_rows(rows: Iterable[Model], fields: Sequence[str]) -> None:
    """Write some fields of rows of one model; rows that are gone stay gone."""
    rows = list(rows)
    if rows:
        meta = rows[0]._meta
        columns = [meta.get_field(name) for name in fields]
        values = ", ".join(f"{_quote(one.column)} = %s" for one in columns)
        statement = f"UPDATE {_quote(meta.db_table)} SET {values} WHERE {_quote(meta.pk.column)} = %s"
        _run(statement, rows, [*columns, meta.pk])


def insert_rows(rows: Iterable[Model]) -> None:
    """Write new rows of one model, whose numbers nobody asks for: they don't know them afterwards."""
    rows = list(rows)
    if rows:
        meta = rows[0]._meta
        columns = [one for one in meta.concrete_fields if one is not meta.pk]
        names = ", ".join(_quote(one.column) for one in columns)
        marks = ", ".join(["%s"] * len(columns))
        _run(f"INSERT INTO {_quote(meta.db_table)} ({names}) VALUES ({marks})", rows, columns)


def _run(statement: str, rows: Sequence[Model], columns: Sequence[Field]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            statement,
            [
                [one.get_db_prep_save(getattr(row, one.attname), connection) for one in columns]
                for row in rows
            ],
        )


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)
