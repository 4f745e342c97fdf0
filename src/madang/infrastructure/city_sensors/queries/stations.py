"""Every read of this service."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import msgspec

from madang.core.base.interface import ANONYMOUS, Actor, Kept, Text, now
from madang.core.lake.interface import Filter, Group, Measure, Op, authorize
from madang.core.places.interface import list_districts, say_area
from madang.core.things.interface import Thing, ThingFilter, get_thing, get_things_version, list_things
from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.methods.summaries import mean_by_district
from madang.infrastructure.city_sensors.records import (
    PROPERTIES,
    PROPERTY_BY_CODE,
    STATION_KIND,
    Certificate,
    DistrictMean,
    DongMeans,
    Field,
    PacketLayout,
    Property,
    StationValue,
)
from madang.infrastructure.city_sensors.tables import READINGS, REFUSED

MOST_STATIONS = 100_000
kept = Kept()


def find_certificate(key: str) -> Certificate | None:
    """Return the certificate of a sender's key; what is known may be 5 s old."""
    return kept.get(("certificate", key), lambda: _read_certificate(key))


def find_layouts(data_no: str) -> tuple[PacketLayout, ...]:
    """Return the layouts of packets of this number, newest first; what is known may be 5 s old."""
    return tuple(one for one in kept.get("layouts", list_layouts) if one.data_no == data_no)


def list_layouts() -> tuple[PacketLayout, ...]:
    """Return every layout, newest first within its number."""
    rows = models.PacketDefinition.objects.order_by("data_no", "-valid_from")
    return tuple(
        PacketLayout(
            data_no=row.data_no,
            valid_from=row.valid_from,
            fields=msgspec.convert(row.fields, tuple[Field, ...]),
        )
        for row in rows
    )


def list_certificates() -> tuple[Certificate, ...]:
    """Return every sender, by name."""
    return tuple(_describe(row) for row in models.Certificate.objects.order_by("name"))


def list_stations() -> dict[str, Thing]:
    """Return every registered station by its number; what is known may be 5 s old."""
    return kept.get("stations", _read_stations, get_things_version)


def list_values(property_code: str) -> tuple[StationValue, ...]:
    """Return the newest value of one property at every station that has a place; it may be 5 s old."""
    return kept.get(("values", property_code), lambda: _read_values(property_code))


def list_shown() -> tuple[Property, ...]:
    """Return the properties that pages offer: the common ones, and what any station sends; it may be 5 s old."""
    measured = kept.get("measured", _read_measured)
    return tuple(one for one in PROPERTIES if one.is_common or one.code in measured)


def list_district_means(property_code: str) -> tuple[DistrictMean, ...]:
    """Return the mean of the newest good values of each district that has one, by name."""
    means = mean_by_district(PROPERTY_BY_CODE[property_code], list_values(property_code))
    return tuple(
        DistrictMean(
            code=district.code,
            name=Text(ko=district.name_ko, en=district.name_en),
            mean=means[district.code][0],
            stations=means[district.code][1],
        )
        for district in sorted(list_districts(), key=lambda one: one.name_ko)
        if district.code in means
    )


def list_dongs() -> tuple[DongMeans, ...]:
    """Return each legal dong that has a station with good values, by code."""
    places = {one.id: one.legal_dong_code for one in list_stations().values() if one.legal_dong_code}
    values = {
        prop.code: [
            msgspec.structs.replace(one, district_code=places[one.thing_id])
            for one in list_values(prop.code)
            if one.thing_id in places
        ]
        for prop in list_shown()
    }
    means = {code: mean_by_district(PROPERTY_BY_CODE[code], found) for code, found in values.items()}
    heard = {one.thing_id for found in values.values() for one in found if one.value is not None}
    counted = Counter(places[thing_id] for thing_id in heard)
    return tuple(
        DongMeans(
            code=dong,
            name=_name_dong(dong),
            district_code=dong[:5],
            stations=stations,
            means={code: found[dong][0] for code, found in means.items() if dong in found},
        )
        for dong, stations in sorted(counted.items())
    )


def _name_dong(code: str) -> Text:
    name, district = say_area(code), say_area(code[:5])
    return Text(ko=f"{district.ko} {name.ko}", en=f"{name.en}, {district.en}")


def get_station(thing_id: str) -> Thing:
    """Return one station; raise NotFound where there is none."""
    return get_thing(thing_id)


def list_station_values(thing_id: str, codes: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Return a station's newest reading of each property."""
    rows = authorize(ANONYMOUS, READINGS.name).latest([(thing_id, code) for code in codes]).to_pylist()
    return {row["property"]: row for row in rows}


def list_hours(thing_id: str, property_code: str, hours: int) -> list[tuple[datetime, float | None]]:
    """Return (hour, mean) of the last `hours` hours, oldest first; None where nothing was measured."""
    last = now().replace(minute=0, second=0, microsecond=0)
    moments = [last - timedelta(hours=back) for back in range(hours - 1, -1, -1)]
    rows = authorize(ANONYMOUS, READINGS.name).aggregate(
        [Measure(function="mean", column="value")],
        [Group(column="observed_at", by="hour", name="hour_at")],
        where=[
            Filter("thing_id", Op.EQ, thing_id),
            Filter("property", Op.EQ, property_code),
            Filter("observed_at", Op.GE, moments[0]),
        ],
    )
    means = {row["hour_at"]: row["value_mean"] for row in rows.to_pylist()}
    return [(moment, means.get(moment)) for moment in moments]


def list_refused(actor: Actor, limit: int) -> tuple[list[dict[str, Any]], int]:
    """Return the newest packets that were not taken, and exactly how many there are."""
    reader = authorize(actor, REFUSED.name)
    return reader.read(order_by=["-received_at"], limit=limit).to_pylist(), reader.count()


def hash_key(key: str) -> str:
    """Return what is kept of a sender's key."""
    return hashlib.sha256(key.encode()).hexdigest()


def forget() -> None:
    """Forget what is kept in this process: after a change here it is seen at once."""
    kept.forget()


def _read_certificate(key: str) -> Certificate | None:
    row = models.Certificate.objects.filter(key_hash=hash_key(key)).first()
    return _describe(row) if row else None


def _describe(row: models.Certificate) -> Certificate:
    return Certificate(
        name=row.name, agency_code=row.agency_code, valid_from=row.valid_from, valid_until=row.valid_until
    )


def _read_stations() -> dict[str, Thing]:
    return {one.id: one for one in list_things(ThingFilter(kind=STATION_KIND), limit=MOST_STATIONS)}


def _read_measured() -> frozenset[str]:
    return frozenset(authorize(ANONYMOUS, READINGS.name).latest(select=["property"])["property"].to_pylist())


def _read_values(property_code: str) -> tuple[StationValue, ...]:
    stations = list_stations()
    keys = [(thing_id, property_code) for thing_id in stations]
    rows = authorize(ANONYMOUS, READINGS.name).latest(keys).to_pylist()
    return tuple(
        StationValue(
            thing_id=row["thing_id"],
            name=station.name,
            district_code=station.district_code,
            lon=station.lon,
            lat=station.lat,
            observed_at=row["observed_at"],
            value=row["value"],
            quality=row["quality"] or "",
        )
        for row in rows
        if (station := stations[row["thing_id"]]).lon is not None and station.lat is not None
    )
