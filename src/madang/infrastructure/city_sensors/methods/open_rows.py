"""Hourly values of single properties turned into the city's open rows: one row a sensor and hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from madang.infrastructure.city_sensors.records import OPEN_QUANTITIES, count_digits

KEY = ["serial_no", "sensing_time"]
DESCRIBED = ("model_nm", "region", "autonomous_district", "administrative_district")


def make_rows(hours: pa.Table, described: Mapping[str, Sequence[str]], now: datetime) -> pa.Table:
    """Return open rows by sensor and hour.

    `hours` has thing_id, property, hour_at, value_max, value_mean and value_min; `described` gives model, kind
    of area, district and dong of each sensor: others, and hours without any of the quantities, are left out. `now` is when the rows are registered.
    """
    known = pc.is_in(hours["thing_id"], pa.array(list(described), pa.string()))
    asked = pc.is_in(hours["property"], pa.array([one.property for one in OPEN_QUANTITIES], pa.string()))
    hours = hours.filter(pc.and_(known, asked)).rename_columns(
        {"thing_id": "serial_no", "hour_at": "sensing_time"}
    )
    rows = hours.group_by(KEY).aggregate([])
    measured = set(hours["property"].unique().to_pylist())
    for one in OPEN_QUANTITIES:
        if one.property in measured:
            part = hours.filter(pc.equal(hours["property"], one.property)).select(
                [*KEY, "value_max", "value_mean", "value_min"]
            )
            names = [f"{word}_{one.stem}" for word in ("max", "avg", "min")]
            digits = count_digits(one.unit)
            rounded = [pc.round(part[name], ndigits=digits) for name in part.column_names[len(KEY) :]]
            part = pa.table([*part.columns[: len(KEY)], *rounded], [*KEY, *names])
            rows = rows.join(part, KEY)
    serials = rows["serial_no"].to_pylist()
    for place, name in enumerate(DESCRIBED):
        rows = rows.append_column(name, pa.array([described[one][place] for one in serials], pa.string()))
    moment = pa.array([now] * rows.num_rows, pa.timestamp("us", "UTC"))
    return rows.append_column("reg_dttm", moment).sort_by([(name, "ascending") for name in KEY])


def pick_changed(rows: pa.Table, before: pa.Table, now: datetime) -> pa.Table:
    """Return those of `rows` that `before` (with all columns) lacks or has otherwise, whenever it was registered.

    An hour or a quantity that `before` has and `rows` lacks was taken back: such an hour is returned once more,
    registered `now`, without any value.
    """
    compared = [name for name in before.column_names if name not in {*KEY, "reg_dttm", "revision"}]
    numbered = rows.append_column("number", pa.array(range(rows.num_rows), pa.int64()))
    for name in compared:
        if name not in rows.column_names:
            numbered = numbered.append_column(name, pa.nulls(rows.num_rows, before.schema.field(name).type))
    held = before.select([*KEY, *compared]).append_column(
        "is_held", pa.array([True] * before.num_rows, pa.bool_())
    )
    both = numbered.join(held, KEY, right_suffix="_before")
    changed = pc.is_null(both["is_held"])
    for name in compared:
        new, old = both[name], both[f"{name}_before"]
        differs = pc.fill_null(pc.not_equal(new, old), fill_value=False)
        changed = pc.or_(changed, pc.or_(differs, pc.not_equal(pc.is_null(new), pc.is_null(old))))
    measured = [name for name in compared if name not in DESCRIBED]
    gone = before.join(rows.select(KEY), KEY, join_type="left anti")
    gone = gone.filter(_has_any(gone, measured)).select([*KEY, *DESCRIBED])
    moments = pa.array([now] * gone.num_rows, pa.timestamp("us", "UTC"))
    kept = rows.take(both["number"].filter(changed))
    return pa.concat_tables([kept, gone.append_column("reg_dttm", moments)], promote_options="default")


def _has_any(rows: pa.Table, names: Sequence[str]) -> pa.Array | pa.ChunkedArray:
    """Return which rows have a value under any of the names."""
    found = pa.array([False] * rows.num_rows, pa.bool_())
    for name in names:
        found = pc.or_(found, pc.is_valid(rows[name]))
    return found
