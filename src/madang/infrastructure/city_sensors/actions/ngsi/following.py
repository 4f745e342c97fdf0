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
LONGEST_S = 0.05
"""After so long a transaction ends, whatever of those is left: on a busy machine each takes its time."""
REST = 1.0
"""It rests so many times as long as it wrote: who waits for the registers (a fire's decision) looks now and then alone."""
UNIT_CODES = {
    "ug/m3": "GQ", "Cel": "CEL", "%": "P1", "lx": "LUX", "dB": "2N", "{index}": "C62", "deg": "DD", "m/s": "MTS", "mm/s": "C16",
    "[ppm]": "59", "W": "WTT",
}  # fmt: skip
"""UCUM → UN/CEFACT Recommendation 20, which NGSI-LD has its units from."""


Newest = dict[str, dict[str, Any]]
"""The newest reading of each property."""


class News(msgspec.Struct, frozen=True, kw_only=True):
    """An entity as it is to be, its row as it was (None: there is none), and the IRIs of what changes."""

    row: Any
    entity: Entity
    changed: tuple[str, ...]


def follow_readings(*, now: datetime, rows: Sequence[dict[str, Any]]) -> int:
    """Write the newest readings of stations into their entities; return how many changed."""
    by_station: dict[str, Newest] = {}
    for row in rows:
        if row["property"] in PROPERTY_BY_CODE and row["value"] is not None:
            newest = by_station.setdefault(row["thing_id"], {})
            if row["property"] not in newest or newest[row["property"]]["observed_at"] < row["observed_at"]:
                newest[row["property"]] = row
    stations = list_stations()
    heard = [(stations[serial], newest) for serial, newest in by_station.items() if serial in stations]
    changed = 0
    for start in range(0, len(heard), TOGETHER):
        news = [
            (*one, prepared)
            for one in heard[start : start + TOGETHER]
            if (prepared := prepare(*one)) is not None
        ]
        while news:
            begun = time.monotonic()
            done, written = write(news, now)
            time.sleep(REST * (time.monotonic() - begun))
            changed += written
            news = news[done:]
    return changed


def write(news: Sequence[tuple[Any, Newest, News]], now: datetime) -> tuple[int, int]:
    """Write what was prepared, anew where somebody else changed the entity meanwhile, for LONGEST_S; at least one.

    Returns how many of `news` are done with, and how many entities were written.
    """
    with transaction.atomic():
        until = time.monotonic() + LONGEST_S
        identities = [prepared.entity.id for _, _, prepared in news]
        rows = models.ContextEntity.objects.filter(entity_id__in=identities)
        changes = dict(rows.values_list("entity_id", "modified_at"))
        done = written = 0
        for station, newest, prepared in news:
            if done and time.monotonic() > until:
                break
            before = None if prepared.row is None else prepared.row.modified_at
            is_same = changes.get(prepared.entity.id) == before
            one = prepared if is_same else prepare(station, newest)
            if one is not None:
                store(now=now, row=one.row, entity=one.entity, changed=one.changed)
                written += 1
            done += 1
    return done, written


def prepare(station: Any, newest: Newest) -> News | None:
    """Return a station's entity with what it measured, None where it has that already."""
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
        return None
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
    return News(row=row, entity=entity, changed=(*described, *measured))


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
