"""Indicators of city sensors."""

from __future__ import annotations

from madang.core.base.interface import Aim, Indicator, Text

from .queries.sources import list_sources
from .queries.stations import list_district_means, list_stations

SOURCE = Text(ko="IoT 도시데이터", en="City sensors")


def count_stations() -> float:
    """Return how many stations are registered."""
    return len(list_stations())


def measure_fresh_share() -> float | None:
    """Return the stations that report within their promise, in percent; None where there are none."""
    sources = list_sources()
    stations = sum(one.stations for one in sources)
    return round(100 * sum(one.fresh for one in sources) / stations, 1) if stations else None


def measure_pm25() -> float | None:
    """Return the mean of the districts' newest PM2.5 in µg/m³; None where nothing is measured."""
    means = [one.mean for one in list_district_means("pm25")]
    return round(sum(means) / len(means), 1) if means else None


INDICATORS = [
    Indicator(
        name="city_sensors.stations",
        title=Text(ko="도시데이터 센서", en="City sensors registered"),
        unit="count",
        measure=count_stations,
        source=SOURCE,
        href="/city_sensors/",
    ),
    Indicator(
        name="city_sensors.fresh_share",
        title=Text(ko="제때 보내는 센서 비율", en="City sensors reporting in time"),
        unit="%",
        measure=measure_fresh_share,
        source=SOURCE,
        href="/city_sensors/",
        target=95,
        aim=Aim.HIGHER,
    ),
    Indicator(
        name="city_sensors.pm25",
        title=Text(ko="초미세먼지 자치구 평균", en="PM2.5, mean of districts"),
        unit="ug/m3",
        measure=measure_pm25,
        source=SOURCE,
        href="/city_sensors/",
        target=15,
        aim=Aim.LOWER,
    ),
]
