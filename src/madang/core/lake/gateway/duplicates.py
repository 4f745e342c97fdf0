"""Rows that stand twice, and keys that do: counted exactly by hashes kept on disk."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable

import duckdb
import numpy as np
import pyarrow as pa

from .inference import DATE_NAME

_PART = 1 << 20
_MIN_ROWS = 5
_KEY_NAME = re.compile(
    r"(관리번호|고유번호|시설번호|일련번호|등록번호|순번|연번|순서|번호|키값|키|아이디|ID|코드)$"
    r"|^(no\.?|id|key|순번|연번|번호)$|[_\s]?(id|key|no|seq|sn)$",
    re.IGNORECASE,
)
_CONTACT = re.compile(r"전화|팩스|연락처|휴대|우편|차량|phone|tel|fax|zip", re.IGNORECASE)
# A column named as a number or identifier whose values are mostly unique is a key with duplicates; the
# surer the name, the fewer.
_MIN_UNIQUE = 0.95
_PLAIN_NAME, _MIN_UNIQUE_PLAIN = re.compile(r"^(no\.?|번호|연번|순번)$", re.IGNORECASE), 0.8
_SURE_NAME = re.compile(r"(관리번호|고유번호|시설번호|일련번호|아이디|키값)$|^(id|key)$", re.IGNORECASE)
_MIN_UNIQUE_SURE, _MIN_ROWS_SURE = 0.5, 3
_MAX_CANDIDATES = 8
# Rows of places by time, such as readings: most places have a row for most times.
_PLACE_NAME = re.compile(
    r"측정소|관측소|지점|정류[장소]|센서|대여소|역명|자치구|기관|시설|station|sensor|site", re.IGNORECASE
)
_MIN_FULL = 0.8


class Duplicates:
    """Counts repeated rows, and repeated values of the column that identifies rows."""

    def __init__(self, names: list[str]) -> None:
        self._names = names
        named = [name for name in names if _KEY_NAME.search(name) and not _CONTACT.search(name)]
        self._candidates = named[:_MAX_CANDIDATES]
        self._pair = _find_pair(names, named)
        parts = [(name,) for name in dict.fromkeys([*self._candidates, *self._pair])]
        self._hashes = {part: _HashFile() for part in [(), *parts, *([self._pair] if self._pair else [])]}
        self._engine = duckdb.connect(config={"threads": 1})

    def add(self, batch: pa.RecordBatch) -> None:
        """Take one batch of raw rows."""
        table = pa.Table.from_batches([batch.select(self._names)]).rename_columns(
            [str(number) for number in range(len(self._names))]
        )
        places = {name: _column(number) for number, name in enumerate(self._names)}
        wanted = [f"hash({', '.join(places[name] for name in part or self._names)})" for part in self._hashes]
        result = self._engine.from_arrow(table).project(
            ", ".join(f"{expression} AS h{number}" for number, expression in enumerate(wanted))
        )
        columns = result.fetchnumpy()
        for number, (part, hashes) in enumerate(self._hashes.items()):
            values = columns[f"h{number}"]
            if part:
                values = values[np.logical_and.reduce([_is_given(batch.column(name)) for name in part])]
            hashes.write(np.asarray(values, np.uint64))

    def finish(self, row_count: int) -> tuple[str | None, dict[str, int]]:
        """Return the key column, None where no single one is, and the counts of duplicates."""
        fixes = {"duplicate_rows": self._hashes[()].count_repeated()}
        key = None
        for name in self._candidates:
            hashes = self._hashes[(name,)]
            share, rows = _needed(name)
            if row_count < rows or hashes.count < row_count:
                continue
            repeated = hashes.count_repeated()
            if 1 - repeated / row_count >= share:
                key = name
                fixes["duplicate_keys"] = repeated
                break
        if key is None and self._pair and row_count >= _MIN_ROWS:
            fixes["duplicate_keys"] = self._count_repeated_pairs(row_count)
        self.close()
        return key, {name: count for name, count in fixes.items() if count}

    def _count_repeated_pairs(self, row_count: int) -> int:
        """Return how many rows repeat a place's row of a time, 0 where the pair isn't what tells rows apart."""
        both = self._hashes[self._pair]
        places, times = (self._hashes[(name,)] for name in self._pair)
        if both.count < row_count:
            return 0
        repeated = both.count_repeated()
        pairs = both.count - repeated
        all_pairs = (places.count - places.count_repeated()) * (times.count - times.count_repeated())
        # A station of two lines has two rows a day: then the pair isn't the key.
        is_key = pairs >= _MIN_FULL * all_pairs and pairs >= _MIN_UNIQUE * row_count
        several = min(places.count_repeated(), times.count_repeated()) * 2 >= row_count
        return repeated if is_key and several else 0

    def close(self) -> None:
        """Remove the temporary files."""
        for hashes in self._hashes.values():
            hashes.close()
        self._engine.close()


def _find_pair(names: list[str], keys: list[str]) -> tuple[str, ...]:
    """Return the columns of a place and a time by their names, () without both."""
    time = next((name for name in names if DATE_NAME.search(name) and name not in keys), None)
    place = next((name for name in names if name in keys or _PLACE_NAME.search(name)), None)
    return (place, time) if place and time and place != time else ()


def _needed(name: str) -> tuple[float, int]:
    """Return which share of a column's values must be unique, and of how many rows."""
    if _SURE_NAME.search(name):
        return _MIN_UNIQUE_SURE, _MIN_ROWS_SURE
    return (_MIN_UNIQUE_PLAIN if _PLAIN_NAME.match(name) else _MIN_UNIQUE), _MIN_ROWS


class _HashFile:
    """64-bit hashes on disk; a collision among five million rows has a chance of one in a million."""

    def __init__(self) -> None:
        self.count = 0
        self._file = tempfile.TemporaryFile()  # noqa: SIM115

    def write(self, hashes: np.ndarray) -> None:
        self._file.write(hashes.tobytes())
        self.count += len(hashes)

    def count_repeated(self) -> int:
        """Return how many values repeat an earlier one."""
        if not self.count:
            return 0
        self._file.flush()
        values = np.memmap(self._file, np.uint64, mode="r", shape=(self.count,))
        parts = -(-self.count // _PART)
        unique = sum(_count_unique(part) for part in _partition(values, parts))
        return self.count - unique

    def close(self) -> None:
        self._file.close()


def _count_unique(values: np.ndarray) -> int:
    values = np.sort(values)
    return int(np.count_nonzero(values[1:] != values[:-1])) + bool(len(values))


def _partition(values: np.ndarray, parts: int) -> Iterable[np.ndarray]:
    for part in range(parts):
        slices = (values[at : at + _PART] for at in range(0, len(values), _PART))
        yield np.concatenate([piece[piece % parts == part] for piece in slices])


def _column(number: int) -> str:
    return f'"{number}"'


def _is_given(column: pa.Array) -> np.ndarray:
    given = np.asarray(column.is_valid())
    if pa.types.is_string(column.type):
        given &= np.asarray(
            pa.compute.fill_null(pa.compute.greater(pa.compute.binary_length(column), 0), False)
        )
    return given
