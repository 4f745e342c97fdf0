"""The one connection of a process to DuckDB, and its cursors."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from django.conf import settings

from madang.core.lake.folders import scratch_path

_guard = threading.Lock()
_connections: dict[int, duckdb.DuckDBPyConnection] = {}


def run(sql: str, values: Sequence[Any] = (), **tables: pa.Table) -> pa.Table:
    """Return the answer to a query of the lake's own upkeep; `tables` are in-memory relations it may name."""
    with Cursor() as cursor:
        for name, table in tables.items():
            cursor.register(name, table)
        try:
            return cursor.execute(sql, list(values)).to_arrow_table()
        finally:
            for name in tables:
                cursor.unregister(name)


@cache
def find_spatial_extension() -> str:
    """Return the path of DuckDB's spatial extension as the package ships it."""
    import duckdb_extension_spatial  # noqa: PLC0415

    folder = Path(duckdb_extension_spatial.__path__[0])
    return str(next(folder.glob("extensions/*/spatial.duckdb_extension")))


def give_back() -> None:
    """Give the machine back the memory that this process's past queries needed and DuckDB and Arrow keep."""
    if os.getpid() in _connections:
        with Cursor() as cursor:
            cursor.execute(f"SET GLOBAL memory_limit = '{_memory_limit()}'")  # setting it empties the caches
    pa.default_memory_pool().release_unused()


class Cursor:
    """A cursor of this process's one connection, closed at the end."""

    def __enter__(self) -> duckdb.DuckDBPyConnection:
        self.cursor = _connect().cursor()
        return self.cursor

    def __exit__(self, *_: object) -> None:
        self.cursor.close()


def _connect() -> duckdb.DuckDBPyConnection:
    with _guard:
        connection = _connections.get(os.getpid())
        if connection is None:
            scratch_path().mkdir(parents=True, exist_ok=True)
            connection = duckdb.connect(
                config={
                    "memory_limit": _memory_limit(),
                    "temp_directory": str(scratch_path()),
                    "enable_external_file_cache": False,  # the machine keeps files in memory already
                    "autoinstall_known_extensions": False,
                    "autoload_known_extensions": False,
                }
            )
            connection.execute("SET GLOBAL TimeZone = 'UTC'")
            _connections[os.getpid()] = connection
        return connection


def _memory_limit() -> str:
    return f"{settings.MADANG.query_memory_mb}MB"
