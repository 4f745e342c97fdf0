"""What is new in a batch of readings: pure sorting-out, before anything is written.

A row newer than its key's latest is new. Others are compared with the rows of the same key and time
that the table has: equal or lesser ones are dropped, greater ones correct them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from madang.core.base.interface import CITY_TIMEZONE, Table

from .ledger import LatestRow, encode_key
from .schemas import REVISION, identity_of

HOUR_US = 3_600_000_000
NEVER = -(2**63)
FindExisting = Callable[[pa.Table], pa.Table]
"""Given rows, return the table's rows that have one of their keys and times."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one city date, sorted by key and time; `corrects`: each replaces an older row."""

    date: str
    corrects: bool
    rows: pa.Table


class Sifted(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch changes. `accepted` has new rows and corrections."""

    accepted: pa.Table
    parts: tuple[Part, ...]
    latest: tuple[LatestRow, ...]
    dirty: frozenset[tuple[str, int]]


def sift(
    table: Table, batch: pa.Table, times: dict[str, tuple[int, int]], find_existing: FindExisting
) -> Sifted:
    """Return what `batch` (stored columns) changes, given every key's latest (time in µs, revision).

    `times` isn't changed here.
    """
    codes, keys = encode_keys(batch, table.key)
    moments = read_moments(batch, table)
    revisions = batch[REVISION].to_numpy()
    order = _choose_winners(batch, codes, moments, revisions)
    batch, codes, moments = batch.take(pa.array(order)), codes[order], moments[order]
    newest = np.array([times.get(key, (NEVER, 0))[0] for key in keys], np.int64)
    known = ~(moments > newest[codes])
    corrects = np.zeros(len(codes), bool)
    if known.any():
        keep, corrects = _compare(table, batch, known, find_existing)
        batch = batch.filter(pa.array(keep))
        codes, moments, corrects = codes[keep], moments[keep], corrects[keep]
    return Sifted(
        accepted=batch,
        parts=_split(batch, moments, corrects),
        latest=_list_latest(batch, codes, keys, moments, newest),
        dirty=_list_dirty(codes, keys, moments),
    )


def follow(
    table: Table, rows: pa.Table, times: dict[str, tuple[int, int]]
) -> tuple[tuple[LatestRow, ...], frozenset[tuple[str, int]]]:
    """Return the latest rows and dirty hours that follow from rows the table has already taken in."""
    codes, keys = encode_keys(rows, table.key)
    moments = read_moments(rows, table)
    order = np.lexsort((moments, codes))
    rows, codes, moments = rows.take(pa.array(order)), codes[order], moments[order]
    newest = np.array([times.get(key, (NEVER, 0))[0] for key in keys], np.int64)
    return _list_latest(rows, codes, keys, moments, newest), _list_dirty(codes, keys, moments)


def encode_keys(rows: pa.Table, key: Sequence[str]) -> tuple[np.ndarray, list[str]]:
    """Return for each row the number of its key, and the encoded keys by number."""
    codes = np.zeros(rows.num_rows, np.int64)
    for name in key:
        encoded = rows[name].combine_chunks().dictionary_encode()
        column = encoded.indices.to_numpy(zero_copy_only=False)
        codes = codes * max(len(encoded.dictionary), 1) + column
        _, codes = np.unique(codes, return_inverse=True)
    _, first, codes = np.unique(codes, return_index=True, return_inverse=True)
    some = rows.select(list(key)).take(pa.array(first))
    return codes, [encode_key([_plain(value) for value in row.values()]) for row in some.to_pylist()]


def read_moments(rows: pa.Table, table: Table) -> np.ndarray:
    """Return the rows' times in microseconds since 1970, UTC."""
    return rows[table.time].cast(pa.int64()).to_numpy()


def list_city_dates(moments: np.ndarray, zone: tzinfo = CITY_TIMEZONE) -> np.ndarray:
    """Return the city's date of each moment (µs, UTC), as days since 1970."""
    hours, where = np.unique(moments // HOUR_US, return_inverse=True)
    offsets = np.array([_offset_us(int(hour), zone) for hour in hours], np.int64)
    return (moments + offsets[where]) // (24 * HOUR_US)


def encode_row(row: dict[str, Any]) -> bytes:
    """Return a row's values as msgpack, for `lake.sqlite`."""
    return msgspec.msgpack.encode(list(row.values()))


def _choose_winners(
    batch: pa.Table, codes: np.ndarray, moments: np.ndarray, revisions: np.ndarray
) -> np.ndarray:
    """Return row numbers by key and time, one of each: the highest revision, then the greatest row."""
    order = np.lexsort((-revisions, moments, codes))
    same = (codes[order][1:] == codes[order][:-1]) & (moments[order][1:] == moments[order][:-1])
    if not same.any():
        return order
    starts = np.flatnonzero(np.concatenate(([True], ~same)))
    ends = np.concatenate((starts[1:], [len(order)]))
    chosen = order[starts]
    for group in np.flatnonzero(ends - starts > 1):
        rivals = order[starts[group] : ends[group]]
        rivals = rivals[revisions[rivals] == revisions[rivals[0]]]
        rows = batch.take(pa.array(rivals)).to_pylist()
        chosen[group] = rivals[max(range(len(rows)), key=lambda n: rank(rows[n]))]
    return chosen


def rank(row: dict[str, Any]) -> tuple[Any, ...]:
    """Return what decides between rows of one key and time: revision, then each value, missing least."""
    values = [(value is not None, value) for name, value in row.items() if name != REVISION]
    return (row[REVISION] or 0, *((there, value) if there else (there,) for there, value in values))


def _compare(
    table: Table, batch: pa.Table, known: np.ndarray, find_existing: FindExisting
) -> tuple[np.ndarray, np.ndarray]:
    """Return which rows to keep and which of them correct a row that the table has."""
    names = identity_of(table)
    existing = {
        tuple(row[name] for name in names): row
        for row in find_existing(batch.filter(pa.array(known))).to_pylist()
    }
    keep, corrects = np.ones(len(known), bool), np.zeros(len(known), bool)
    if not existing:
        return keep, corrects
    numbers = np.flatnonzero(known)
    for number, row in zip(numbers, batch.take(pa.array(numbers)).to_pylist(), strict=True):
        old = existing.get(tuple(row[name] for name in names))
        if old is not None:
            keep[number] = corrects[number] = rank(row) > rank(old)
    return keep, corrects


def _split(batch: pa.Table, moments: np.ndarray, corrects: np.ndarray) -> tuple[Part, ...]:
    dates = list_city_dates(moments)
    parts = []
    for day in np.unique(dates):
        for correcting in (False, True):
            chosen = np.flatnonzero((dates == day) & (corrects == correcting))
            if len(chosen):
                rows = batch if len(chosen) == batch.num_rows else batch.take(pa.array(chosen))
                parts.append(Part(date=str(np.datetime64(int(day), "D")), corrects=correcting, rows=rows))
    return tuple(parts)


def _list_latest(
    batch: pa.Table, codes: np.ndarray, keys: list[str], moments: np.ndarray, newest: np.ndarray
) -> tuple[LatestRow, ...]:
    """Return each key's newest row where it isn't older than the latest; rows are sorted by key and time."""
    if not len(codes):
        return ()
    last = np.flatnonzero(np.concatenate((codes[1:] != codes[:-1], [True])))
    last = last[moments[last] >= newest[codes[last]]]
    rows = batch.take(pa.array(last)).to_pylist()
    return tuple(
        LatestRow(
            key=keys[codes[number]], time_us=int(moments[number]), revision=row[REVISION], row=encode_row(row)
        )
        for number, row in zip(last, rows, strict=True)
    )


def _list_dirty(codes: np.ndarray, keys: list[str], moments: np.ndarray) -> frozenset[tuple[str, int]]:
    pairs = np.unique(np.stack((codes, moments // HOUR_US), axis=1), axis=0)
    return frozenset((keys[code], int(hour)) for code, hour in pairs)


def _offset_us(hour: int, zone: tzinfo) -> int:
    moment = datetime.fromtimestamp(0, UTC) + timedelta(hours=hour)
    offset = moment.astimezone(zone).utcoffset()
    return round(offset.total_seconds() * 1_000_000) if offset else 0


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
