"""What bells and signs have in common: things of one kind, each with its place and state."""

from __future__ import annotations

from typing import Any

from madang.core.things.interface import Thing, ThingFilter, count_things, list_things


def list_devices(
    kind: str,
    *,
    search: str = "",
    district: str = "",
    state: str = "",
    sort: str = "id",
    offset: int = 0,
    limit: int = 50,
) -> tuple[list[Thing], int]:
    """Return things of a kind in order of `sort` (a field of things), and how many there are."""
    where = ThingFilter(kind=kind, text=search, district_code=district, state=state)
    return list(list_things(where, sort=sort, offset=offset, limit=limit)), count_things(where)


def describe_device(thing: Thing) -> dict[str, Any]:
    """Return what a thing says of itself, as the fields of `Device`."""
    return {
        "id": thing.id,
        "name": thing.name,
        "agency_code": thing.agency_code,
        "district_code": thing.district_code,
        "state": thing.state.value,
        "lon": thing.lon,
        "lat": thing.lat,
    }
