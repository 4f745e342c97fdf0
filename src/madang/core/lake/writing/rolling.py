"""Rollups: hours and days recomputed where rows came in, whenever they came."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from madang.core.base.interface import Table, new_id
from madang.core.lake import engine
from madang.core.lake.intake import HOUR_US, list_city_dates
from madang.core.lake.ledger import Ledger, decode_key
from madang.core.lake.records import Snapshot
from madang.core.lake.rollups import DAY, HOUR, list_measured_columns, list_rollup_tables
from madang.core.lake.schemas import ARROW_TYPES, conform, list_stored_columns, make_schema
from madang.core.lake.storage.delta import Change
from madang.core.lake.storage.parquet import write_files
from madang.core.lake.tables_on_disk import ensure_folder, read_snapshot

HOURS_AT_ONCE = 150_000
"""About a day of 6,000 streams: a date that is written once is cheaper than one written in parts. An hour is never parted."""


def roll_up(table: Table, ledger: Ledger) -> int:
    """Recompute the stale hours and days of a stream's rollups and return how many hours there were.

    Nothing is added up over time: an hour is computed from its rows as they are now.
    """
    stale = _read_stale(table, ledger)
    if not stale:
        return 0
    hourly, daily = list_rollup_tables(table)
    hours = _list_hours(table, [(key, hour) for key, hour, _ in stale])
    measured = list_measured_columns(table)
    computed = engine.roll_up_hours(read_snapshot(table), hours, measured)
    _replace(hourly, _with_hour(hours), _with_hour(computed))
    days = _list_days(table, hours)
    names = [column.name for column in measured]
    of_dates = _pick_dates(read_snapshot(hourly), _list_dates(days[DAY]))
    _replace(daily, days, engine.roll_up_days(of_dates, days, names))
    # What became stale since has a newer version: a commit's hours are written down all at once, in the order of versions.
    last_hour, newest = stale[-1][1], max(version for _, _, version in stale)
    with ledger.change() as connection:
        connection.execute(
            "DELETE FROM dirty WHERE table_name = ? AND hour <= ? AND version <= ?",
            (table.name, last_hour, newest),
        )
    return len(stale)


def _read_stale(table: Table, ledger: Ledger) -> list[tuple]:
    """Return (key, hour, version) of the oldest stale hours, every key of each."""
    sql = "SELECT hour FROM dirty WHERE table_name = ? ORDER BY hour LIMIT 1 OFFSET ?"
    beyond = ledger.read(sql, (table.name, HOURS_AT_ONCE - 1))
    last = beyond[0][0] if beyond else np.iinfo(np.int64).max
    sql = "SELECT key, hour, version FROM dirty WHERE table_name = ? AND hour <= ? ORDER BY hour"
    return ledger.read(sql, (table.name, int(last)))


def _list_hours(table: Table, stale: Sequence[tuple[str, int]]) -> pa.Table:
    """Return stale hours as a table of the key's columns and `hour`."""
    decoded = {key: decode_key(key) for key in {key for key, _ in stale}}
    keys = [decoded[key] for key, _ in stale]
    types = {column.name: ARROW_TYPES[column.type] for column in table.columns}
    arrays = {
        name: pa.array([key[place] for key in keys]).cast(types[name]) for place, name in enumerate(table.key)
    }
    return pa.table({**arrays, "hour": pa.array([hour for _, hour in stale], pa.int64())})


def _list_days(table: Table, hours: pa.Table) -> pa.Table:
    days = list_city_dates(hours["hour"].to_numpy() * HOUR_US)
    with_day = hours.drop_columns("hour").append_column(
        DAY, pa.array(days.astype(np.int32)).cast(pa.date32())
    )
    return with_day.group_by([*table.key, DAY]).aggregate([])


def _with_hour(rows: pa.Table) -> pa.Table:
    """Return rows with `hour_at`, an instant, in place of `hour` (since 1970)."""
    moments = pc.multiply(rows["hour"], HOUR_US).cast(pa.timestamp("us", tz="UTC"))
    return rows.drop_columns("hour").append_column(HOUR, moments)


def _replace(rollup: Table, stale: pa.Table, computed: pa.Table) -> None:
    """Put `computed` in the place of the `stale` rows of a rollup, in one commit."""
    folder = ensure_folder(rollup)
    dates = _list_dates(stale[rollup.time])
    _, active = folder.read_files()
    old = [file for file in active if file.date in dates]
    kept = engine.leave_out(_pick_dates(read_snapshot(rollup), dates), stale)
    columns = list_stored_columns(rollup)
    rows = pa.concat_tables([conform(kept, columns), conform(computed, columns)])
    rows = rows.sort_by([(name, "ascending") for name in rollup.key])
    of_rows = _list_days_of_rows(rows[rollup.time])
    added = []
    for day in np.unique(of_rows):
        part, stem = rows.filter(pa.array(of_rows == day)), f"add-{new_id()}"
        added += write_files(folder.folder, [part], make_schema(columns), stem=stem, date=_write_date(day))
    folder.commit(Change(add=tuple(added), remove=tuple(old)))


def _pick_dates(snapshot: Snapshot, dates: set[str]) -> Snapshot:
    files = tuple(file for file in snapshot.files if file.date in dates)
    return Snapshot(table=snapshot.table, version=snapshot.version, files=files)


def _list_dates(times: pa.ChunkedArray) -> set[str]:
    """Return the city's dates of instants or dates, as ISO text."""
    return set(map(_write_date, np.unique(_list_days_of_rows(times))))


def _list_days_of_rows(times: pa.ChunkedArray) -> np.ndarray:
    """Return the city's date of each instant or date, in days since 1970."""
    if pa.types.is_date32(times.type):
        return times.cast(pa.int32()).to_numpy()
    return list_city_dates(times.cast(pa.int64()).to_numpy())


def _write_date(day: int) -> str:
    return str(np.datetime64(int(day), "D"))
