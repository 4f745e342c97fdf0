"""Collections that are asked again and again, held in memory in the order of their key, one version each."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from madang.citizens.city_map.methods.cql.judging import judge
from madang.citizens.city_map.records import Collection, Only
from madang.core.lake.interface import (
    AnyOf,
    Filter,
    Op,
    Order,
    Reader,
    Shapes,
    has_outlines,
    hold_shapes,
    read_touching,
)

MOST_ROWS = 100_000
ID, MOST_NAMED = "\0id", 20_000
"""The held column of what rows without a key are called, and up to how many rows there is one."""
MOST_BYTES, ALL_BYTES = 48 << 20, 128 << 20
Box = tuple[float, float, float, float]


class _Held:
    """Tables by collection, the least used of them given up where all together grow too large."""

    def __init__(self) -> None:
        self._tables: OrderedDict[str, tuple[Reader, pa.Table]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, reader: Reader, one: Collection) -> pa.Table | None:
        """Return all rows of what the reader sees, None where they are too many to be held."""
        if reader.snapshot.rows > MOST_ROWS or reader.snapshot.size_bytes > MOST_BYTES:
            return None
        with self._lock:
            found = self._tables.get(one.id)
            if found is not None and found[0] == reader:
                self._tables.move_to_end(one.id)
                return found[1]
        if one.shape and hold_shapes(reader, one.key) is None:
            return None
        names = [column.name for column in reader.columns if column.name != one.shape]
        table = reader.read(names, (), one.key).combine_chunks()
        if not one.key and table.num_rows <= MOST_NAMED:
            table = table.append_column(ID, pa.array([digest_row(row) for row in table.to_pylist()]))
        if table.nbytes > MOST_BYTES:
            return None
        with self._lock:
            self._tables[one.id] = (reader, table)
            self._tables.move_to_end(one.id)
            while sum(held.nbytes for _, held in self._tables.values()) > ALL_BYTES:
                self._tables.popitem(last=False)
        return table


_held = _Held()


def hold(reader: Reader, one: Collection) -> pa.Table | None:
    """Return all rows of a collection in the order of its key, None where they are too many to be held.

    The texts of its lines and areas are not among their columns: see `hold_outlines`. Where there is no key and there
    are at most MOST_NAMED, their names are in the column ID.
    """
    return _held.get(reader, one)


def hold_outlines(reader: Reader, one: Collection) -> Shapes | None:
    """Return where the rows of `hold` lie, None for a collection of points."""
    return hold_shapes(reader, one.key) if one.shape else None


def digest_row(row: dict[str, Any]) -> str:
    """Return what a row without a key is called: a digest of what it says, its line or area aside."""
    return hashlib.sha256(msgspec.json.encode(row, enc_hook=str)).hexdigest()[:20]


def list_inside(
    reader: Reader,
    one: Collection,
    carried: Sequence[str],
    box: Box,
    only: Sequence[Only] = (),
    where: Sequence[Filter | AnyOf] = (),
) -> tuple[pa.Table, np.ndarray | None]:
    """Return (rows whose box meets a box of degrees, where their lines and areas lie: None for points).

    They have their places and the columns `carried`, with ID where `hold` has it; `where` is judged by the lake.
    """
    columns = list(dict.fromkeys([one.lon, one.lat, *carried]))
    outlined = has_outlines(reader)
    held = hold(reader, one) if not where and not (outlined and only) else None
    if held is not None:
        held = keep_only(held, one, only)
        columns += [ID] if ID in held.column_names else []
        outlines = hold_outlines(reader, one) if outlined else None
        is_near = is_inside(held, one, box) if outlines is None else outlines.meet(box)
        rows = held.select(columns).filter(pa.array(is_near))
        return rows, None if outlines is None else outlines.geometries[is_near]
    conditions = (*list_filters(one, only), *where)
    if outlined:
        return read_touching(reader, columns, box, conditions)
    west, south, east, north = box
    place = (Filter(one.lon, Op.BETWEEN, [west, east]), Filter(one.lat, Op.BETWEEN, [south, north]))
    return reader.read(columns, (*place, *conditions)), None


@lru_cache(maxsize=64)
def find_rows(reader: Reader, one: Collection, box: Box | None, condition: Any) -> np.ndarray | None:
    """Return the positions of the held rows in a box and where a filter holds; None for all of them."""
    rows = hold(reader, one)
    if rows is None or (box is None and condition is None):
        return None
    outlines = hold_outlines(reader, one)
    if box is None:
        is_wanted = np.ones(rows.num_rows, bool)
    else:
        is_wanted = is_inside(rows, one, box) if outlines is None else outlines.touch(box)
    if condition is not None:
        shapes = None if outlines is None else outlines.geometries
        held = judge(condition, rows, one.lon, one.lat, shapes)
        is_wanted &= held.fill_null(False).to_numpy(zero_copy_only=False)
    return np.flatnonzero(is_wanted).astype(np.int32)


@lru_cache(maxsize=64)
def find_order(reader: Reader, one: Collection, sort: tuple[Order, ...]) -> np.ndarray:
    """Return the positions of the held rows in an order; what has no value comes last."""
    rows = hold(reader, one)
    if rows is None:
        raise LookupError(one.id)
    ranks = [
        pc.rank(rows.column(one.column), "descending" if one.descending else "ascending", tiebreaker="dense")
        for one in sort
    ]
    return np.lexsort([one.to_numpy() for one in ranks[::-1]]).astype(np.int32)


def keep_only(rows: pa.Table, one: Collection, only: Sequence[Only]) -> pa.Table:
    """Return the rows of a collection that are asked for."""
    for wanted in only:
        if wanted.collection == one.id:
            rows = rows.filter(pc.equal(rows.column(wanted.name).cast(pa.string()), wanted.value))
    return rows


def list_filters(one: Collection, only: Sequence[Only]) -> tuple[Filter, ...]:
    """Return what is asked of a collection as the lake's conditions."""
    return tuple(Filter(wanted.name, Op.EQ, wanted.value) for wanted in only if wanted.collection == one.id)


def is_inside(rows: pa.Table, one: Collection, box: Box) -> np.ndarray:
    """Return which rows lie in a box of degrees, its edges included; what has no place lies nowhere.

    Where its west is beyond its east the box crosses the antimeridian.
    """
    west, south, east, north = box
    x, y = (rows.column(name).to_numpy() for name in (one.lon, one.lat))
    along = (x >= west) & (x <= east) if west <= east else (x >= west) | (x <= east)
    return along & (y >= south) & (y <= north)
