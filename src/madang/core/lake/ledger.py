"""`lake.sqlite`: how far the streams are taken in, and what follows from it, in one transaction.

Latest values, dirty hours and offsets of a cycle are committed together after the Delta commits that
they describe; after a crash in between, the writer redoes them from the Delta logs.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from .storage.durable import make_folder, refuse_when_full

_SCHEMA = """
CREATE TABLE IF NOT EXISTS latest (
    table_name TEXT, key TEXT, time_us INTEGER, revision INTEGER, row BLOB, PRIMARY KEY (table_name, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS applied (
    table_name TEXT PRIMARY KEY, epoch TEXT, sequence INTEGER, version INTEGER
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS dirty (
    table_name TEXT, key TEXT, hour INTEGER, version INTEGER, PRIMARY KEY (table_name, hour, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS handled (handler TEXT PRIMARY KEY, version INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS silent (
    table_name TEXT, key TEXT, PRIMARY KEY (table_name, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""


class LatestRow(msgspec.Struct, frozen=True, kw_only=True):
    """The newest row of one key; `row` holds the stored columns' values in order, as msgpack."""

    key: str
    time_us: int
    revision: int
    row: bytes


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """How far a table is taken in: sequence of the stream (of one `epoch` of it) and version of the table."""

    epoch: str = ""
    sequence: int = 0
    version: int = -1


class Consequences(msgspec.Struct, frozen=True, kw_only=True):
    """What follows from one commit: newest rows of keys, and hours (since 1970) whose rollups are stale.

    Many hours are written quickest in the order of hours and keys.
    """

    table: str
    applied: Applied
    latest: Sequence[LatestRow] = ()
    dirty: Iterable[tuple[str, int]] = ()


class Ledger:
    """One `lake.sqlite`; usable from any thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()

    @contextmanager
    def change(self) -> Generator[sqlite3.Connection, None, None]:
        """Yield a connection inside a transaction that is on the disk when this returns."""
        with refuse_when_full():
            connection = self._connect()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def read(self, sql: str, values: Sequence[object] = ()) -> list[tuple]:
        """Return the rows of a query."""
        return self._connect().execute(sql, values).fetchall()

    def apply(self, consequences: Iterable[Consequences], *, note: tuple[str, str] | None = None) -> None:
        """Write down what followed from a cycle's commits, all or nothing."""
        with self.change() as connection:
            for one in consequences:
                _apply(connection, one)
            if note:
                connection.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", note)

    def read_applied(self, table: str) -> Applied:
        """Return how far a table is taken in."""
        rows = self.read("SELECT epoch, sequence, version FROM applied WHERE table_name = ?", (table,))
        return Applied(epoch=rows[0][0], sequence=rows[0][1], version=rows[0][2]) if rows else Applied()

    def read_note(self, name: str) -> str:
        """Return a note, or ""."""
        rows = self.read("SELECT value FROM notes WHERE name = ?", (name,))
        return rows[0][0] if rows else ""

    def write_note(self, name: str, value: str) -> None:
        """Keep a note."""
        with self.change() as connection:
            connection.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, value))

    def read_times(self, table: str) -> dict[str, tuple[int, int]]:
        """Return (time in µs, revision) of every key's newest row."""
        rows = self.read("SELECT key, time_us, revision FROM latest WHERE table_name = ?", (table,))
        return {key: (time_us, revision) for key, time_us, revision in rows}

    def read_latest(self, table: str, keys: Sequence[str] | None = None) -> list[tuple[int, bytes]]:
        """Return (time in µs, row) of the newest rows of `keys` (None: of all), in the order of their keys."""
        if keys is None:
            return self.read("SELECT time_us, row FROM latest WHERE table_name = ? ORDER BY key", (table,))
        sql = (
            "SELECT time_us, row FROM latest "
            "WHERE table_name = ? AND key IN (SELECT value FROM json_each(?)) ORDER BY key"
        )
        return self.read(sql, (table, msgspec.json.encode(keys).decode()))

    def read_handled(self, handler: str) -> int | None:
        """Return the newest version that a handler has seen."""
        rows = self.read("SELECT version FROM handled WHERE handler = ?", (handler,))
        return rows[0][0] if rows else None

    def write_handled(self, handler: str, version: int) -> None:
        """Keep the newest version that a handler has seen."""
        with self.change() as connection:
            connection.execute("INSERT OR REPLACE INTO handled VALUES (?, ?)", (handler, version))

    def _connect(self) -> sqlite3.Connection:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            make_folder(self.path.parent)
            connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.executescript(_SCHEMA)
            self._local.connection = connection
        return connection


def encode_key(values: Sequence[object]) -> str:
    """Return a key's values as one text."""
    return msgspec.json.encode(values).decode()


def decode_key(key: str) -> list[object]:
    """Return the values of an encoded key."""
    return msgspec.json.decode(key)


def _apply(connection: sqlite3.Connection, one: Consequences) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO latest VALUES (?, ?, ?, ?, ?)",
        ((one.table, row.key, row.time_us, row.revision, row.row) for row in one.latest),
    )
    connection.executemany(
        "INSERT OR REPLACE INTO dirty VALUES (?, ?, ?, ?)",
        ((one.table, key, hour, one.applied.version) for key, hour in one.dirty),
    )
    applied = one.applied
    connection.execute(
        "INSERT OR REPLACE INTO applied VALUES (?, ?, ?, ?)",
        (one.table, applied.epoch, applied.sequence, applied.version),
    )
