"""Stations of the register as NGSI-LD entities: what they measured last, each value with its time and unit."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.methods.ngsi.contexts import DEFAULT, NGSI
from madang.infrastructure.city_sensors.methods.ngsi.documents import (
    Attributes,
    Entity,
    list_instances,
    put_instances,
)
from madang.infrastructure.city_sensors.methods.sensorthings.bodies import write_time
from madang.infrastructure.city_sensors.queries.ngsi.entities import read_row
from madang.infrastructure.city_sensors.queries.stations import list_stations
from madang.infrastructure.city_sensors.records import PROPERTY_BY_CODE, STATION_ENTITY

from .entities import store

TYPE = f"{DEFAULT}CitySensor"
TOGETHER = 5
"""Entities written in one transaction: one by one waits for the disk each time, all at once keeps others waiting."""
REST = 1.0
"""It rests so many times as long as it wrote: who waits for the registers (a fire's decision) looks now and then alone."""
UNIT_CODES = {
    "ug/m3": "GQ", "Cel": "CEL", "%": "P1", "lx": "LUX", "dB": "2N", "{index}": "C62", "deg": "DD", "m/s": "MTS", "mm/s": "C16",
    "[ppm]": "59", "W": "WTT",
}  # fmt: skip
"""UCUM → UN/CEFACT Recommendation 20, which NGSI-LD has its units from."""


def follow_readings(*, now: datetime, rows: Sequence[dict[str, Any]]) -> int:
    """Write the newest readings of stations into their entities; return how many changed."""
    by_station: dict[str, dict[str, dict[str, Any]]] = {}
    for row in rows:
        if row["property"] in PROPERTY_BY_CODE and row["value"] is not None:
            newest = by_station.setdefault(row["thing_id"], {})
            if row["property"] not in newest or newest[row["property"]]["observed_at"] < row["observed_at"]:
                newest[row["property"]] = row
    stations = list_stations()
    heard = [(stations[serial], newest) for serial, newest in by_station.items() if serial in stations]
    changed = 0
    for start in range(0, len(heard), TOGETHER):
        begun = time.monotonic()
        with transaction.atomic():
            changed += sum(
                _follow(station, newest, now) for station, newest in heard[start : start + TOGETHER]
            )
        time.sleep(REST * (time.monotonic() - begun))
    return changed


def _follow(station: Any, newest: dict[str, dict[str, Any]], now: datetime) -> bool:
    identity = f"{STATION_ENTITY}{station.id}"
    row = models.ContextEntity.objects.filter(entity_id=identity).first()
    before = row.attributes if row is not None else {}
    measured = {
        f"{DEFAULT}{code}": {
            "type": "Property",
            "value": one["value"],
            "observedAt": write_time(one["observed_at"]),
            "unitCode": UNIT_CODES[PROPERTY_BY_CODE[code].unit],
        }
        for code, one in newest.items()
    }
    measured = {iri: one for iri, one in measured.items() if _is_news(one, _find_usual(before, iri))}
    if not measured:
        return False
    described = {
        iri: one
        for iri, one in _describe(station).items()
        if one != {name: _find_usual(before, iri).get(name) for name in one}
    }
    attributes = before | {
        iri: put_instances(before.get(iri), one) for iri, one in (described | measured).items()
    }
    known = Entity(id=identity, types=(TYPE,), attributes={}) if row is None else read_row(row)
    entity = msgspec.structs.replace(known, types=(TYPE,), attributes=attributes)
    store(now=now, row=row, entity=entity, changed=(*described, *measured))
    return True


def _find_usual(attributes: Attributes, iri: str) -> dict[str, Any]:
    """Return the instance of an attribute without a dataset id, {} where there is none: others may stand beside it."""
    there = list_instances(attributes[iri]) if iri in attributes else []
    return next((one for one in there if "datasetId" not in one), {})


def _is_news(one: dict[str, Any], before: dict[str, Any]) -> bool:
    """Return whether a reading is newer than what the entity has, or a correction of it; what has no time is older."""
    if before.get("observedAt") == one["observedAt"]:
        return before.get("value") != one["value"]
    return before.get("observedAt", "") < one["observedAt"]


def _describe(station: Any) -> dict[str, Any]:
    described = {
        f"{DEFAULT}name": {"type": "Property", "value": station.name},
        f"{DEFAULT}district": {"type": "Property", "value": station.district_code},
        f"{DEFAULT}source": {"type": "Property", "value": station.source},
    }
    if station.lon is not None:
        point = {"type": "Point", "coordinates": [station.lon, station.lat]}
        described[f"{NGSI}location"] = {"type": "GeoProperty", "value": point}
    return described
