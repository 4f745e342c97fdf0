"""The newest row of each key, from `lake.sqlite`: never a scan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from madang.core.base.interface import ColumnType, Table

from .folders import ledger_path
from .ledger import Ledger, encode_key
from .schemas import list_stored_columns, make_schema


def read_latest(table: Table, keys: Sequence[object] | None = None) -> pa.Table:
    """Return the newest stored row of each of `keys` (None: of all), in declared columns."""
    encoded = None if keys is None else [_encode(key) for key in keys]
    columns = list_stored_columns(table)
    rows = [msgspec.msgpack.decode(row) for row in open_ledger().read_latest(table.name, encoded)]
    dates = [n for n, column in enumerate(columns) if column.type is ColumnType.DATE]
    for row in rows:
        row += [None] * (len(columns) - len(row))
        for place in dates:
            row[place] = row[place] and date.fromisoformat(row[place])
    schema = make_schema(columns)
    values = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in columns]
    arrays = [pa.array(column, field.type) for column, field in zip(values, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema).select([column.name for column in table.columns])


def open_ledger() -> Ledger:
    """Return this process's ledger of the data folder."""
    return _open_ledger(ledger_path())


def _encode(key: object) -> str:
    values: Sequence[Any] = key if isinstance(key, tuple | list) else (key,)
    return encode_key(
        [value.isoformat() if isinstance(value, date | datetime) else value for value in values]
    )


@lru_cache(maxsize=64)
def _open_ledger(path: Path) -> Ledger:
    return Ledger(path)
