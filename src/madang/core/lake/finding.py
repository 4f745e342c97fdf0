"""Rows of large tables found by their columns' codes: each condition is judged once a value, not once a row.

Files without codes, and dates whose rows were corrected one by one, are read as ever; the answer is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, reduce
from pathlib import Path

import msgspec
import numpy as np

from madang.core.base.interface import Column, Table

from . import engine
from .folders import codes_path, table_path
from .records import PLACE_COLUMN, AnyOf, Computed, DataFile, Filter, Query, Snapshot
from .schemas import list_stored_columns
from .storage.codes import Coded, read_codes, write_codes
from .storage.parquet import GROUP_ROWS
from .tables_on_disk import read_snapshot

LEAST_ROWS = GROUP_ROWS
"""Rows from which on a file has codes: smaller ones are read as quickly."""
_MOST_UNCODED = 500_000
"""Rows without codes up to which those that fit are looked for to name a page's places."""
Where = Sequence[Filter | AnyOf]


def count_found(snapshot: Snapshot, where: Where) -> int:
    """Return how many rows satisfy `where`."""
    found = _find(snapshot, where)
    return engine.count(snapshot, where) if found is None else found.count()


def find_page(snapshot: Snapshot, where: Where, offset: int, limit: int) -> list[int] | None:
    """Return the places of rows `offset` … `offset + limit` of those that fit; None where that would be slow."""
    found = _find(snapshot, where)
    return None if found is None or found.rest.rows > _MOST_UNCODED else found.list_places(offset, limit)


def encode_table(table: Table) -> int:
    """Write the codes that files of a table lack, and return how many."""
    lacking = [file for file in read_snapshot(table).files if _may_have(file) and not _locate(file).is_file()]
    for file in lacking:
        write_codes(Path(file.path), _locate(file))
    return len(lacking)


def sweep_codes() -> None:
    """Delete codes whose file is gone."""
    for path in codes_path().rglob("*.arrow*"):
        stem = path.name.partition(".")[0]
        if not (table_path("") / path.relative_to(codes_path())).with_name(f"{stem}.parquet").is_file():
            path.unlink()


class _Found:
    """Which rows of a snapshot satisfy conditions: counted in files with codes, `rest` are the other files."""

    def __init__(
        self, snapshot: Snapshot, where: Where, coded: Sequence[tuple[DataFile, dict[str, Coded]]]
    ) -> None:
        self.where, self.coded = where, coded
        known = {file.path for file, _ in coded}
        files = tuple(file for file in engine.prune(snapshot, where) if file.path not in known)
        self.rest = msgspec.structs.replace(snapshot, files=files)
        columns = {column.name: column for column in list_stored_columns(snapshot.table)}
        self._fits = {repr(one): self._judge(columns[one.column], one) for one in _list_filters(where)}
        self._counts = [int(np.count_nonzero(self._mask(number))) for number in range(len(coded))]

    def count(self) -> int:
        return sum(self._counts) + (engine.count(self.rest, self.where) if self.rest.files else 0)

    def list_places(self, offset: int, limit: int) -> list[int]:
        """Return the places of a page, in their order."""
        others = self._find_others()
        parts: list[tuple[int, int, Callable[[], np.ndarray]]] = [
            (file.before, count, lambda at=at, file=file: np.flatnonzero(self._mask(at)) + file.before + 1)
            for at, ((file, _), count) in enumerate(zip(self.coded, self._counts, strict=True))
        ]
        for file in self.rest.files:
            begin, end = np.searchsorted(others, [file.before, file.before + file.rows], "right").tolist()
            parts.append((file.before, end - begin, lambda begin=begin, end=end: others[begin:end]))
        places: list[int] = []
        for _, count, read in sorted(parts, key=lambda part: part[0]):
            if offset < count and len(places) < limit:
                places += read()[offset : offset + limit - len(places)].tolist()
            offset = max(offset - count, 0)
        return places

    def _find_others(self) -> np.ndarray:
        if not self.rest.files:
            return np.empty(0, np.int64)
        asked = Query(columns=(PLACE_COLUMN,), where=tuple(self.where))
        return np.sort(engine.read(self.rest, asked).column(0).to_numpy())

    def _judge(self, column: Column, one: Filter) -> list[np.ndarray]:
        return engine.judge_values(column, [codes[column.name].values for _, codes in self.coded], one)

    def _mask(self, number: int) -> np.ndarray:
        codes = self.coded[number][1]

        def judge(one: Filter | AnyOf) -> np.ndarray:
            if isinstance(one, AnyOf):
                branches = [reduce(np.logical_and, map(judge, branch)) for branch in one.branches]
                return reduce(np.logical_or, branches)
            return _choose(codes[one.column].codes, self._fits[repr(one)][number])

        return reduce(np.logical_and, map(judge, self.where))


class _Question:
    """Conditions on the files of a version, equal to others with the same answer."""

    def __init__(self, snapshot: Snapshot, where: Where, files: tuple[DataFile, ...]) -> None:
        self.snapshot, self.where, self.files = snapshot, where, files
        self.identity = (snapshot.identity, snapshot.table, snapshot.version, files, repr(where))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Question) and self.identity == other.identity

    def __hash__(self) -> int:
        return hash((self.snapshot.identity, self.snapshot.version, repr(self.where)))


def _find(snapshot: Snapshot, where: Where) -> _Found | None:
    files = engine.prune(snapshot, where)
    mended = {file.date for file in files if file.corrects}
    chosen = tuple(
        file for file in files if _may_have(file) and file.date not in mended and _locate(file).is_file()
    )
    is_whole = all(one.branches and all(one.branches) for one in where if isinstance(one, AnyOf))
    is_single = not any(_is_of_two(one) for one in _list_filters(where))
    return (
        _find_coded(_Question(snapshot, where, chosen))
        if chosen and where and is_whole and is_single
        else None
    )


def _is_of_two(one: Filter) -> bool:
    """Return whether a filter is about more than one column."""
    return any(isinstance(value, Computed) for value in (one.value, *(argument for _, argument in one.steps)))


@lru_cache(maxsize=16)
def _find_coded(question: _Question) -> _Found | None:
    names = {one.column for one in _list_filters(question.where)}
    coded = [(file, read_codes(str(_locate(file)))) for file in question.files]
    coded = [(file, codes) for file, codes in coded if names <= set(codes)]
    return _Found(question.snapshot, question.where, coded) if coded else None


def _choose(codes: np.ndarray, fits: np.ndarray) -> np.ndarray:
    """Return which codes fit: values stand in their order, so that mostly those of one span do."""
    at = np.flatnonzero(fits)
    if len(at) in {0, len(fits)}:
        return np.full(len(codes), bool(len(at)))
    first, last = int(at[0]), int(at[-1])
    if last - first + 1 != len(at):
        return fits[codes]
    if first == last:
        return codes == first
    if first == 0:
        return codes <= last
    return codes >= first if last == len(fits) - 1 else codes - codes.dtype.type(first) <= last - first


def _list_filters(where: Where) -> list[Filter]:
    """Return the single conditions in `where`, whatever joins them."""
    return [
        one
        for part in where
        for one in (
            [inner for branch in part.branches for inner in branch] if isinstance(part, AnyOf) else [part]
        )
    ]


def _may_have(file: DataFile) -> bool:
    return file.rows >= LEAST_ROWS and not file.corrects


def _locate(file: DataFile) -> Path:
    return codes_path() / Path(file.path).relative_to(table_path("")).with_suffix(".arrow")
