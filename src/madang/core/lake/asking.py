"""What an address asks of a dataset: `where=column:op:value`, `sort=-column`, and exact totals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from madang.core.base.interface import CITY_TIMEZONE, BadInput

from .engine import shrink
from .reading import Reader
from .records import PLACE, AnyOf, Filter, Op, Order

WORDS: dict[str, Op] = {
    "eq": Op.EQ,
    "ne": Op.NE,
    "lt": Op.LT,
    "le": Op.LE,
    "gt": Op.GT,
    "ge": Op.GE,
    "in": Op.IN,
    "between": Op.BETWEEN,
    "contains": Op.CONTAINS,
    "starts_with": Op.STARTS_WITH,
    "is_null": Op.IS_NULL,
    "not_null": Op.NOT_NULL,
}
_CONDITION = re.compile(rf"(?s)(?P<column>.+?):(?P<op>{'|'.join(WORDS)})(?::(?P<value>.*))?")
_TIE_COLUMNS = 8
_MOST_PLACES = 500_000
"""Places of rows that are kept of one question: 2 MB, of 32 questions at most."""
_MOST_BY_PLACE = 1_000
_FAR = 5_000
"""From this offset on a page is found by its rows' places: nearer ones are read sooner than all places are found."""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Some rows of a version of a dataset, and exactly how many there are."""

    dataset: str
    version: int
    total: int
    limit: int
    offset: int
    rows: list[dict[str, Any]]


def read_conditions(texts: Iterable[str]) -> tuple[Filter, ...]:
    """Return the filters that `column:op:value` texts ask for; `column:is_null` takes no value."""
    return tuple(_read_condition(text) for text in texts)


def write_condition(condition: Filter) -> str:
    """Return a filter as it stands in an address."""
    word = next(word for word, op in WORDS.items() if op == condition.op)
    return f"{condition.column}:{word}" + ("" if condition.value is None else f":{condition.value}")


def make_order(reader: Reader, sort: Sequence[str]) -> tuple[Order, ...]:
    """Return the order that `sort` asks for, ended so that paging never shows a row twice."""
    names = {column.name for column in reader.columns}
    wanted = [
        Order(text[1:], descending=True) if text.startswith("-") and text not in names else Order(text)
        for text in sort
    ]
    if not wanted or (
        reader.has_places and wanted[0] == Order(PLACE)
    ):  # rows are stored in the order of their places
        return ()
    named = {order.column for order in wanted}
    key = [name for name in reader.table.key if name in names]
    places = [PLACE] if reader.has_places else [column.name for column in reader.columns][:_TIE_COLUMNS]
    rest = key or places
    return (*wanted, *(Order(name) for name in rest if name not in named))


def read_page(
    reader: Reader,
    *,
    where: Sequence[Filter] = (),
    sort: Sequence[str] = (),
    offset: int = 0,
    limit: int = 100,
    select: Sequence[str] | None = None,
) -> Page:
    """Return rows `offset` … `offset + limit` with the exact total of `where`."""
    rows, total = read_rows(reader, where=where, sort=sort, offset=offset, limit=limit, select=select)
    return Page(
        dataset=reader.table.name,
        version=reader.version,
        total=total,
        limit=limit,
        offset=offset,
        rows=list_records(rows),
    )


def read_rows(
    reader: Reader,
    *,
    where: Sequence[Filter | AnyOf] = (),
    sort: Sequence[str] = (),
    offset: int = 0,
    limit: int = 100,
    select: Sequence[str] | None = None,
) -> tuple[pa.Table, int]:
    """Return rows `offset` … `offset + limit` of those that satisfy `where`, and exactly how many do.

    Far behind, and without an order, the places of all of them are found in one reading and kept, so that the next
    page doesn't read the table again.
    """
    order = make_order(reader, sort)
    if where and not order and reader.has_places and limit <= _MOST_BY_PLACE:
        page = reader.find_page(where, offset, limit)
        if page is not None:
            return reader.read_places(page, select or None), count_rows(reader, where)
        places = _find_places(_Counted(reader, tuple(where))) if offset >= _FAR else None
        if places is not None:
            return reader.read_places(places[offset : offset + limit].tolist(), select or None), len(places)
    return reader.read(select or None, where, order, offset, limit), count_rows(reader, where)


def count_rows(reader: Reader, where: Sequence[Filter | AnyOf] = ()) -> int:
    """Return the exact number of rows; each question to a version is counted once."""
    if not where and not reader.row_filter:
        return reader.count()
    return _count(_Counted(reader, tuple(where)))


def list_records(rows: pa.Table) -> list[dict[str, Any]]:
    """Return Arrow rows as dictionaries that JSON can carry: plain numbers, instants in the city's time."""
    rows = shrink(rows)
    names = rows.column_names
    columns = [_list_values(column) for column in rows.columns]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def _list_values(column: pa.ChunkedArray) -> list[Any]:
    if not pa.types.is_timestamp(column.type) or column.type.tz is None:
        return column.to_pylist()
    try:
        return column.cast(pa.timestamp("us", str(CITY_TIMEZONE))).to_pylist()
    except (OverflowError, ValueError):  # the last hours of the year 9999
        return column.to_pylist()


class _Counted:
    """A question to a version, equal to another with the same answer."""

    def __init__(self, reader: Reader, where: tuple[Filter | AnyOf, ...]) -> None:
        self.reader, self.where = reader, where
        self.identity = (reader.snapshot.identity, reader.version, repr(reader.row_filter), repr(where))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Counted) and self.identity == other.identity

    def __hash__(self) -> int:
        return hash(self.identity)


@lru_cache(maxsize=32)
def _find_places(question: _Counted) -> np.ndarray | None:
    """Return the places of the rows that fit, None where they are too many to be kept."""
    reader = question.reader
    if reader.snapshot.rows > np.iinfo(np.uint32).max:
        return None
    found = reader.read([PLACE], question.where, limit=_MOST_PLACES + 1)
    return None if found.num_rows > _MOST_PLACES else found.column(PLACE).to_numpy().astype(np.uint32)


@lru_cache(maxsize=2048)
def _count(question: _Counted) -> int:
    return question.reader.count(question.where)


def _read_condition(text: str) -> Filter:
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise BadInput(
            "lake.where",
            f"조건은 열:연산:값으로 씁니다: {text}",
            f"a condition is written column:op:value ({', '.join(WORDS)}): {text}",
            field="where",
        )
    return Filter(match["column"], WORDS[match["op"]], match["value"] or "")
