"""What belongs to registered stations: the register of things says what it is, their agencies write what they measured."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from madang.core.base.interface import Actor
from madang.core.people.interface import require
from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.methods.sensorthings.schema import EntityType
from madang.infrastructure.city_sensors.methods.sensorthings.wrong import refuse
from madang.infrastructure.city_sensors.queries.senders import may_change
from madang.infrastructure.city_sensors.queries.stations import list_stations

WRITE = "city_sensors.write_sensorthings"


def check_owners(actor: Actor, datastreams: Iterable[models.Datastream]) -> None:
    """Raise NotAllowed where datastreams are of a station that isn't of an agency the actor writes for."""
    stations = list_stations()
    for thing_id in {one.stream_thing for one in datastreams}:
        station = stations.get(thing_id)
        if station is not None and not may_change(actor, WRITE, station):
            require(actor, WRITE, station.agency_code)


def refuse_registered(kind: EntityType, entity: Any) -> None:
    """Refuse what belongs to a registered station: the register of things says what it is."""
    registered = {
        "Thing": lambda: entity.asset_id is not None,
        "Datastream": lambda: entity.thing.asset_id is not None,
        "Location": lambda: (
            entity.things.filter(asset_id__isnull=False).exists()
            or entity.historical_locations.filter(thing__asset_id__isnull=False).exists()
        ),
        "HistoricalLocation": lambda: entity.thing.asset_id is not None,
        "Observation": lambda: False,
    }
    by_datastreams = lambda: entity.datastreams.filter(thing__asset_id__isnull=False).exists()  # noqa: E731
    if registered.get(kind.name, by_datastreams)():
        raise refuse(
            kind.name,
            "등록된 센서에 딸린 것은 시설물 대장에서 바꿉니다",
            "what belongs to a registered station is changed in the register of things",
        )
