"""Rows that exist are written in those columns alone that changed: ten thousand alarms may fall due at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import Model


def update_rows(rows: Iterable[Model], fields: Sequence[str]) -> None:
    """Write some fields of rows of one model; rows that are gone stay gone."""
    rows = list(rows)
    if not rows:
        return
    meta, quote = rows[0]._meta, connection.ops.quote_name
    columns = [meta.get_field(name) for name in fields]
    values = ", ".join(f"{quote(one.column)} = %s" for one in columns)
    statement = f"UPDATE {quote(meta.db_table)} SET {values} WHERE {quote(meta.pk.column)} = %s"
    with connection.cursor() as cursor:
        cursor.executemany(statement, [
            (*(one.get_db_prep_save(getattr(row, one.attname), connection) for one in columns), row.pk)
            for row in rows
        ])  # fmt: skip
