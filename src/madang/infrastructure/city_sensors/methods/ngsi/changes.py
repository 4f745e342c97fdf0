"""What happened to an entity, by the standard's notification triggers (ETSI GS CIM 009, 5.2.12)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from madang.infrastructure.city_sensors.methods.sensorthings.bodies import write_time

from .contexts import Terms
from .documents import VALUES, Entity

USUAL = ("attributeCreated", "attributeUpdated")
"""Where a subscription names none."""
TRIGGERS = {"entityCreated", "entityUpdated", "entityDeleted", *USUAL, "attributeDeleted"}
NULL = "urn:ngsi-ld:null"
Changes = Mapping[str, set[str]]
"""The triggers that fit, each with the attributes (IRIs) it is about."""


def list_changes(before: Mapping[str, Any] | None, after: Entity, changed: Iterable[str]) -> Changes:
    """Return what a write of `changed` attributes was; `before` are the attributes there were, None of a new entity."""
    known, written = before or {}, set(changed)
    of_attributes = {
        "attributeCreated": {iri for iri in written if iri in after.attributes and iri not in known},
        "attributeUpdated": {iri for iri in written if iri in after.attributes and iri in known},
        "attributeDeleted": {iri for iri in written if iri not in after.attributes and iri in known},
    }
    entity = "entityCreated" if before is None else "entityUpdated"
    return {entity: written} | {trigger: iris for trigger, iris in of_attributes.items() if iris}


def is_wanted(changes: Changes, triggers: Iterable[str], watched: set[str]) -> bool:
    """Return whether one of `triggers` fits, on a watched attribute where any are watched."""
    return any(one in changes and (not watched or watched & changes[one]) for one in triggers)


def write_gone(
    gone: Mapping[str, Any], terms: Terms, now: datetime, *, plain: bool, wanted: set[str]
) -> dict[str, Any]:
    """Return attributes that were deleted as a notification shows them; `gone` are they as they were."""
    body: dict[str, Any] = {}
    for iri, one in gone.items():
        first = one[0] if isinstance(one, list) else one
        deleted = {"type": first["type"], VALUES[first["type"]]: NULL, "deletedAt": write_time(now)}
        if not wanted or iri in wanted:
            body[terms.compact(iri)] = NULL if plain else deleted
    return body
