"""What reading a file tells: the report, its place, and the noted fixes and rejects."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from typing import IO

import msgspec


class ReportColumn(msgspec.Struct, frozen=True, kw_only=True):
    """One column of the source; `type` is a `ColumnType` value."""

    name: str
    type: str


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where the rows lie: source columns, their coordinate system, rows repaired and flagged."""

    lon: str
    lat: str
    crs: str
    swapped: int = 0
    outside_district: int = 0


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did. rows_read = rows_kept + sum(rejected) always holds."""

    table: str
    encoding: str | None
    rows_read: int
    rows_kept: int
    rejected: dict[str, int]
    columns: tuple[ReportColumn, ...]
    place: Place | None
    fixes: dict[str, int]

    def to_json(self) -> str:
        """Return the report as exactly one JSON object."""
        return msgspec.json.encode(self).decode()


class RejectedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that wasn't kept: its first line in the file (1-based), why, and its text."""

    line: int
    reason: str
    text: str


class Notes:
    """Counts of fixes, and rejected rows kept in a temporary file rather than in memory."""

    def __init__(self) -> None:
        self.fixes: Counter[str] = Counter()
        self.rejected: Counter[str] = Counter()
        self._file: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115

    def fix(self, name: str, count: int = 1) -> None:
        """Note that `count` rows, values or names were repaired in the way `name`."""
        if count:
            self.fixes[name] += int(count)

    def reject(self, line: int, reason: str, text: str) -> None:
        """Note one row that isn't kept."""
        self.rejected[reason] += 1
        self._file.write(json.dumps([int(line), reason, text], ensure_ascii=False) + "\n")

    def rejected_rows(self) -> Iterator[RejectedRow]:
        """Yield every rejected row in the order it was found."""
        self._file.flush()
        self._file.seek(0)
        for entry in self._file:
            line, reason, text = json.loads(entry)
            yield RejectedRow(line=line, reason=reason, text=text)
        self._file.seek(0, 2)

    def close(self) -> None:
        """Remove the temporary file."""
        self._file.close()
