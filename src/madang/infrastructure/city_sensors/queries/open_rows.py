"""What the city's open rows are made of, and what of them there is."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from madang.core.base.interface import HOUSE
from madang.core.lake.interface import Filter, Op, authorize
from madang.core.places.interface import get_area_name, list_districts
from madang.infrastructure.city_sensors.tables import OPEN_ROWS, READINGS

from .stations import list_stations

HOURLY = f"{READINGS.name}_hour"
REGION = "region"
"""Attribute of a station: the kind of area it stands in, as the city writes it (residential_area …)."""


def read_hours(since: datetime, until: datetime) -> pa.Table:
    """Return the hourly values of every stream in [since, until)."""
    where = (Filter("hour_at", Op.GE, since), Filter("hour_at", Op.LT, until))
    names = ["thing_id", "property", "hour_at", "value_max", "value_mean", "value_min"]
    return authorize(HOUSE, HOURLY).read(names, where)


def read_open_rows(since: datetime, until: datetime) -> pa.Table:
    """Return the open rows in [since, until)."""
    where = (Filter("sensing_time", Op.GE, since), Filter("sensing_time", Op.LT, until))
    return authorize(HOUSE, OPEN_ROWS.name).read(where=where)


def describe_stations() -> dict[str, tuple[str, str, str, str]]:
    """Return model, kind of area, district and dong of each station, as open rows say them."""
    districts = {one.code: one.name_en for one in list_districts()}
    return {
        one.id: (
            one.model,
            str(one.attributes.get(REGION, "")),
            districts.get(one.district_code, ""),
            (get_area_name(one.legal_dong_code) or "") if one.legal_dong_code else "",
        )
        for one in list_stations().values()
    }
