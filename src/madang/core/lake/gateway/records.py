"""What reading a file tells: the report, its place, and the noted fixes and rejects."""

from __future__ import annotations

import json
import tempfile
from array import array
from collections import Counter
from collections.abc import Iterator
from typing import IO

import msgspec
import numpy as np


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
        self._lines, self._offsets = array("q"), array("q")
        self._size = 0
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115

    def fix(self, name: str, count: int = 1) -> None:
        """Note that `count` rows, values or names were repaired in the way `name`."""
        if count:
            self.fixes[name] += int(count)

    def reject(self, line: int, reason: str, text: str) -> None:
        """Note one row that isn't kept."""
        self.rejected[reason] += 1
        self._lines.append(int(line))
        self._offsets.append(self._size)
        entry = json.dumps([reason, text], ensure_ascii=False) + "\n"
        self._size += self._file.write(entry.encode("utf-8", "replace"))

    def rejected_rows(self) -> Iterator[RejectedRow]:
        """Yield every rejected row in the order of the file."""
        try:
            for number in np.argsort(np.array(self._lines), kind="stable").tolist():
                self._file.seek(self._offsets[number])
                reason, text = json.loads(self._file.readline())
                yield RejectedRow(line=self._lines[number], reason=reason, text=text)
        finally:
            if not self._file.closed:
                self._file.seek(self._size)

    def close(self) -> None:
        """Remove the temporary file."""
        self._file.close()
