"""What stations usually measure, learnt from the hourly means of the last four weeks."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa

from madang.core.base.interface import ANONYMOUS, HOUSE
from madang.core.incidents.interface import IncidentFilter, list_incidents
from madang.core.lake.interface import Filter, Op, authorize
from madang.infrastructure.city_sensors.methods.anomalies import HOURS, WEEKS, Usual, learn
from madang.infrastructure.city_sensors.records import Property
from madang.infrastructure.city_sensors.tables import READINGS

ODD_KIND, LEVEL_KIND = "sensor_odd", "sensor_level"
MOST = 5_000


def learn_usual(prop: Property, now: datetime) -> Usual:
    """Return what is usual of a property that has a floor; a scan of four weeks of hourly means."""
    rows = authorize(ANONYMOUS, f"{READINGS.name}_hour").read(
        select=["thing_id", "hour_at", "value_mean"],
        where=[
            Filter("property", Op.EQ, prop.code),
            Filter("hour_at", Op.GE, now - timedelta(hours=HOURS * WEEKS)),
        ],
    )
    hours = rows["hour_at"].cast(pa.int64()).to_numpy() // 3_600_000_000
    means = rows["value_mean"].to_numpy().astype(np.float64)
    return learn(rows["thing_id"].to_pylist(), hours, means, floor=prop.floor or 0.0)


def list_odd(prop: Property) -> set[str]:
    """Return the stations whose oddness in a property is an incident that isn't over."""
    return {station for station, code in _list_active(ODD_KIND) if code == prop.code}


def list_levels() -> set[tuple[str, str]]:
    """Return (property, district) of the levels that are incidents and aren't over."""
    return {(code, district) for district, code in _list_active(LEVEL_KIND)}


def _list_active(kind: str) -> set[tuple[str, str]]:
    active = IncidentFilter(state="active", kind=kind)
    found = list_incidents(actor=HOUSE, where=active, limit=MOST)
    return {(one.key.split(":")[1], one.key.split(":")[2]) for one in found}
