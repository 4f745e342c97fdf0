"""Whose stations a sender may send for."""

from __future__ import annotations

from madang.core.people.interface import map_agencies_below
from madang.core.things.interface import Thing
from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.records import Certificate

from .stations import kept


def may_send(certificate: Certificate, station: Thing) -> bool:
    """Return whether a station or its source belongs to the sender's agency or one below it; it may be 5 s old."""
    agency = certificate.agency_code
    owned = kept.get("agencies", map_agencies_below).get(agency, {agency})
    return station.agency_code in owned or kept.get("owners", _map_owners).get(station.source) in owned


def _map_owners() -> dict[str, str]:
    return dict(models.SourceRow.objects.values_list("name", "agency_code"))
