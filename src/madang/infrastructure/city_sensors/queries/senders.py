"""Whose stations a sender may send for, and an officer bring readings of."""

from __future__ import annotations

from madang.core.base.interface import Actor
from madang.core.people.interface import map_agencies_below
from madang.core.things.interface import Thing
from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.records import Certificate

from .stations import kept


def may_send(certificate: Certificate, station: Thing) -> bool:
    """Return whether a station or its source belongs to the sender's agency or one below it; it may be 5 s old."""
    agency = certificate.agency_code
    owned = kept.get("agencies", map_agencies_below).get(agency, {agency})
    return station.agency_code in owned or _get_owner(station) in owned


def may_change(actor: Actor, permission: str, station: Thing) -> bool:
    """Return whether an actor holds a permission for a station's agency or for its source's."""
    owner = _get_owner(station)
    return actor.may(permission, station.agency_code) or (owner is not None and actor.may(permission, owner))


def _get_owner(station: Thing) -> str | None:
    return kept.get("owners", _map_owners).get(station.source)


def _map_owners() -> dict[str, str]:
    return dict(models.SourceRow.objects.values_list("name", "agency_code"))
