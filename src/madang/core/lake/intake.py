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
import pyarrow.compute as pc

from madang.core.base.interface import CITY_TIMEZONE, Table

from .ledger import LatestRow, encode_key
from .schemas import AS_IT_ARRIVES, REVISION

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
    dirty: tuple[tuple[str, int], ...]


def sift(
    table: Table, batch: pa.Table, times: dict[str, tuple[int, int]], find_existing: FindExisting
) -> Sifted:
    """Return what `batch` (stored columns) changes, given every key's latest (time in µs, revision).

    `times` isn't changed here.
    """
    codes, keys = encode_keys(batch, table.key)
    moments = read_moments(batch, table)
    newest = np.array([times.get(key, (NEVER, 0))[0] for key in keys], np.int64)
    late = np.flatnonzero(moments <= newest[codes])
    existing = find_existing(batch.take(pa.array(late))) if len(late) else batch.slice(0, 0)
    batch = _number_arrivals(table, batch, existing)
    order = _choose_winners(batch, codes, moments)
    batch, codes, moments = batch.take(pa.array(order)), codes[order], moments[order]
    known = np.flatnonzero(moments <= newest[codes])
    corrects = np.zeros(len(codes), bool)
    if len(known):
        keep, corrects = _compare(table, batch, known, existing)
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
) -> tuple[tuple[LatestRow, ...], tuple[tuple[str, int], ...]]:
    """Return the latest rows and dirty hours that follow from rows the table has already taken in."""
    codes, keys = encode_keys(rows, table.key)
    moments = read_moments(rows, table)
    order = np.lexsort((moments, codes))
    rows, codes, moments = rows.take(pa.array(order)), codes[order], moments[order]
    newest = np.array([times.get(key, (NEVER, 0))[0] for key in keys], np.int64)
    return _list_latest(rows, codes, keys, moments, newest), _list_dirty(codes, keys, moments)


def encode_keys(rows: pa.Table, key: Sequence[str]) -> tuple[np.ndarray, list[str]]:
    """Return for each row the number of its key, and the encoded keys by number."""
    codes = number_keys(rows, key)
    first = np.zeros(int(codes.max()) + 1 if len(codes) else 0, np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    columns = [rows[name].take(pa.array(first)).to_pylist() for name in key]
    return codes, [encode_key([_plain(value) for value in values]) for values in zip(*columns, strict=True)]


def number_keys(rows: pa.Table, key: Sequence[str]) -> np.ndarray:
    """Return for each row a number from 0 on that only rows of the same key have."""
    codes = np.zeros(rows.num_rows, np.int64)
    for name in key:
        encoded = rows[name].combine_chunks().dictionary_encode()
        column = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        if name == key[0]:
            codes = column
        else:
            _, codes = np.unique(codes * max(len(encoded.dictionary), 1) + column, return_inverse=True)
    return codes


def read_moments(rows: pa.Table, table: Table) -> np.ndarray:
    """Return the rows' times in microseconds since 1970, UTC."""
    return rows[table.time].cast(pa.int64()).to_numpy()


def list_city_dates(moments: np.ndarray, zone: tzinfo = CITY_TIMEZONE) -> np.ndarray:
    """Return the city's date of each moment (µs, UTC), as days since 1970."""
    hours, where = np.unique(moments // HOUR_US, return_inverse=True)
    offsets = np.array([_offset_us(int(hour), zone) for hour in hours], np.int64)
    return (moments + offsets[where]) // (24 * HOUR_US)


def is_greater(rows: pa.Table, others: pa.Table, names: Sequence[str]) -> np.ndarray:
    """Return for each row whether it comes after the other at its place, column by column, missing least."""
    greater, decided = np.zeros(rows.num_rows, bool), np.zeros(rows.num_rows, bool)
    for name in names:
        mine, other = rows[name], others[name]
        there, there_too = (np.asarray(pc.is_valid(column)) for column in (mine, other))
        more = np.asarray(pc.fill_null(pc.greater(mine, other), fill_value=False)) | (there & ~there_too)
        less = np.asarray(pc.fill_null(pc.less(mine, other), fill_value=False)) | (~there & there_too)
        greater |= more & ~decided
        decided |= more | less
    return greater


def _number_arrivals(table: Table, batch: pa.Table, existing: pa.Table) -> pa.Table:
    """Return the batch with a revision for each row that came without a number.

    The first of its key and time has 0, one that says the same as what it finds has the same revision, and any
    other the next one; what it finds is a row of `existing` (the table's) or one before it in the batch.
    """
    revisions = batch[REVISION].to_numpy().copy()
    arrived = revisions == AS_IT_ARRIVES
    if not arrived.any():
        return batch
    both = pa.concat_tables([existing, batch])
    codes, moments = number_keys(both, table.key), read_moments(both, table)
    order = np.lexsort((np.arange(len(codes)), moments, codes))
    same = (codes[order][1:] == codes[order][:-1]) & (moments[order][1:] == moments[order][:-1])
    revisions[arrived] = 0
    group = np.cumsum(np.append([True], ~same)) - 1
    starts = np.flatnonzero(np.append([True], ~same))
    sizes = np.diff(np.append(starts, [len(order)]))
    pairs = starts[sizes == 2]  # most often one that the table has, and one that came
    pairs = pairs[(order[pairs] < existing.num_rows) & (order[pairs + 1] >= existing.num_rows)]
    mine, theirs = order[pairs + 1] - existing.num_rows, order[pairs]
    pairs, mine, theirs = (one[arrived[mine]] for one in (pairs, mine, theirs))
    differs = _differs(batch.take(pa.array(mine)), existing.take(pa.array(theirs)))
    revisions[mine] = existing[REVISION].to_numpy()[theirs] + differs
    settled = np.isin(group, group[pairs])
    rest = order[(sizes[group] > 1) & ~settled]
    rows = both.take(pa.array(rest)).to_pylist()
    of_rows = group[(sizes[group] > 1) & ~settled]
    for places in np.split(np.arange(len(rest)), np.flatnonzero(np.diff(of_rows)) + 1):
        numbered = _number_rivals([rows[place] for place in places])
        for place, revision in zip(places, numbered, strict=True):
            if rest[place] >= existing.num_rows:
                revisions[rest[place] - existing.num_rows] = revision
    place = batch.column_names.index(REVISION)
    return batch.set_column(place, batch.schema.field(REVISION), pa.array(revisions, pa.int64()))


def _differs(rows: pa.Table, others: pa.Table) -> np.ndarray:
    """Return for each row whether it says something else than the other at its place, revisions apart."""
    names = [name for name in rows.column_names if name != REVISION]
    return is_greater(rows, others, names) | is_greater(others, rows, names)


def _number_rivals(rows: list[dict[str, Any]]) -> list[int]:
    """Return the revisions of rows of one key and time, in the order in which they came."""
    numbered: list[int] = []
    standing: dict[str, Any] | None = None
    for row in rows:
        said = {name: value for name, value in row.items() if name != REVISION}
        revision = row[REVISION]
        if revision == AS_IT_ARRIVES:
            highest = max(numbered, default=-1)
            revision = highest if said == standing else highest + 1
            standing = said
        elif revision >= max(numbered, default=-1):
            standing = said if revision > max(numbered, default=-1) else None  # a tie isn't told here
        numbered.append(revision)
    return numbered


def _choose_winners(batch: pa.Table, codes: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """Return row numbers by key and time, one of each: the highest revision, then the greatest row."""
    order = np.lexsort((moments, codes))
    while True:
        of_order = codes[order], moments[order]
        same = np.append(
            (of_order[0][1:] == of_order[0][:-1]) & (of_order[1][1:] == of_order[1][:-1]), [False]
        )
        if not same.any():
            return order
        first = np.flatnonzero(same & ~np.insert(same[:-1], 0, values=False))
        rivals = (batch.take(pa.array(order[first + offset])) for offset in (1, 0))
        order = np.delete(order, first + ~is_greater(*rivals, _list_deciding(batch)))


def _list_deciding(batch: pa.Table) -> list[str]:
    return [REVISION, *(name for name in batch.column_names if name != REVISION)]


def _compare(
    table: Table, batch: pa.Table, known: np.ndarray, existing: pa.Table
) -> tuple[np.ndarray, np.ndarray]:
    """Return which rows to keep and which of them correct a row that the table has."""
    keep, corrects = np.ones(batch.num_rows, bool), np.zeros(batch.num_rows, bool)
    asked = batch.take(pa.array(known))
    both = pa.concat_tables([asked, existing])
    codes, moments = number_keys(both, table.key), read_moments(both, table)
    order = np.lexsort((moments, codes))
    same = (codes[order][1:] == codes[order][:-1]) & (moments[order][1:] == moments[order][:-1])
    pairs = np.stack((order[:-1][same], order[1:][same]))
    mine, theirs = pairs.min(axis=0), pairs.max(axis=0) - len(known)
    wins = is_greater(asked.take(pa.array(mine)), existing.take(pa.array(theirs)), _list_deciding(batch))
    keep[known[mine]] = corrects[known[mine]] = wins
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
    rows = batch.take(pa.array(last))
    revisions = rows[REVISION].to_pylist()
    encoded = [
        msgspec.msgpack.encode(row) for row in zip(*(c.to_pylist() for c in rows.columns), strict=True)
    ]
    return tuple(
        LatestRow(key=keys[codes[number]], time_us=int(moments[number]), revision=revision, row=row)
        for number, revision, row in zip(last, revisions, encoded, strict=True)
    )


def _list_dirty(codes: np.ndarray, keys: list[str], moments: np.ndarray) -> tuple[tuple[str, int], ...]:
    """Return each key's hours once, by hour, as the ledger keeps them; rows are sorted by key and time."""
    if not len(codes):
        return ()
    hours = moments // HOUR_US
    new = np.append([True], (codes[1:] != codes[:-1]) | (hours[1:] != hours[:-1]))
    codes, hours = codes[new], hours[new]
    ranks = np.empty(len(keys), np.int64)
    ranks[np.argsort(keys)] = np.arange(len(keys))
    order = np.lexsort((ranks[codes], hours))
    return tuple(zip((keys[code] for code in codes[order]), hours[order].tolist(), strict=True))


def _offset_us(hour: int, zone: tzinfo) -> int:
    moment = datetime.fromtimestamp(0, UTC) + timedelta(hours=hour)
    offset = moment.astimezone(zone).utcoffset()
    return round(offset.total_seconds() * 1_000_000) if offset else 0


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
