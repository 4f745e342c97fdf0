"""Entities are made, changed and removed; who subscribed is told in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from madang.core.base.interface import Actor, NotAllowed
from madang.core.people.interface import record_audit, require
from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.methods.ngsi.cells import find_cell
from madang.infrastructure.city_sensors.methods.ngsi.changes import list_changes
from madang.infrastructure.city_sensors.methods.ngsi.contexts import NGSI
from madang.infrastructure.city_sensors.methods.ngsi.documents import (
    Attributes,
    Entity,
    find_place,
    gather_instances,
    list_instances,
    list_values,
    put_instances,
    stamp,
)
from madang.infrastructure.city_sensors.methods.ngsi.problems import Problem, bad, missing
from madang.infrastructure.city_sensors.methods.sensorthings.bodies import measure_box
from madang.infrastructure.city_sensors.queries.ngsi.entities import get_row, read_row
from madang.infrastructure.city_sensors.queries.senders import may_change
from madang.infrastructure.city_sensors.queries.stations import list_stations
from madang.infrastructure.city_sensors.records import STATION_ENTITY

from .telling import tell

WRITE = "city_sensors.write_context"
MOST_AT_ONCE = 1_000


def require_owner(actor: Actor, identity: str) -> None:
    """Raise NotAllowed where an entity is of a station that isn't of an agency the actor writes for."""
    require(actor, WRITE)
    station = list_stations().get(identity.removeprefix(STATION_ENTITY))
    if station is not None and identity.startswith(STATION_ENTITY) and not may_change(actor, WRITE, station):
        require(actor, WRITE, station.agency_code)


def create_entity(*, actor: Actor, now: datetime, entity: Entity) -> None:
    """Make an entity; raise Problem where one of its id is there, or it has no type."""
    require_owner(actor, entity.id)
    if not entity.types:
        raise bad("an entity has a type")
    with transaction.atomic():
        if models.ContextEntity.objects.filter(entity_id=entity.id).exists():
            raise Problem("AlreadyExists", f"there is an entity {entity.id} already")
        record_audit(actor=actor, now=now, action="city_sensors.context_create", subject=entity.id[:200])
        store(now=now, row=None, entity=entity, changed=tuple(entity.attributes))


def put_attributes(
    *,
    actor: Actor,
    now: datetime,
    identity: str,
    attributes: Attributes,
    only: Callable[[str, bool], bool],
    scopes: tuple[str, ...] = (),
    gone: Sequence[str] = (),
) -> tuple[list[str], list[str]]:
    """Write attributes for which `only(iri, is_there)` holds; return the IRIs (written, left).

    An instance takes the place of the one with the same dataset id; others of the attribute stay. `scopes`, where there
    are some, take the place of those the entity has; attributes `gone` (IRIs) are removed where they are there.
    """
    require_owner(actor, identity)
    with transaction.atomic():
        row = get_row(identity)
        before = read_row(row)
        written = [iri for iri in attributes if only(iri, iri in before.attributes)]
        there = before.attributes
        merged = there | {iri: put_instances(there.get(iri), attributes[iri]) for iri in written}
        removed = [iri for iri in gone if iri in there]
        merged = {iri: one for iri, one in merged.items() if iri not in removed}
        if written or removed or (scopes and scopes != before.scopes):
            record_audit(actor=actor, now=now, action="city_sensors.context_change", subject=identity[:200])
            entity = msgspec.structs.replace(before, attributes=merged, scopes=scopes or before.scopes)
            store(now=now, row=row, entity=entity, changed=(*written, *removed))
    return written, [iri for iri in attributes if iri not in written]


def replace_entity(*, actor: Actor, now: datetime, entity: Entity) -> None:
    """Write an entity as a whole in the place of the one that is there."""
    require_owner(actor, entity.id)
    with transaction.atomic():
        row = get_row(entity.id)
        before = read_row(row)
        types = entity.types or before.types
        record_audit(actor=actor, now=now, action="city_sensors.context_replace", subject=entity.id[:200])
        whole = msgspec.structs.replace(entity, types=types)
        store(now=now, row=row, entity=whole, changed=tuple(before.attributes | entity.attributes))


def remove_attribute(
    *,
    actor: Actor,
    now: datetime,
    identity: str,
    iri: str,
    dataset_id: str | None = None,
    is_whole: bool = False,
) -> None:
    """Remove one instance of an attribute, or with `is_whole` all; raise Problem where there is none."""
    require_owner(actor, identity)
    with transaction.atomic():
        row = get_row(identity)
        before = read_row(row)
        there = list_instances(before.attributes[iri]) if iri in before.attributes else []
        kept = [] if is_whole else [one for one in there if one.get("datasetId") != dataset_id]
        if len(kept) == len(there):
            which = f" with datasetId {dataset_id}" if dataset_id else " without datasetId" if there else ""
            raise missing(f"attribute {iri}{which}")
        record_audit(actor=actor, now=now, action="city_sensors.context_change", subject=identity[:200])
        rest = {name: one for name, one in before.attributes.items() if name != iri}
        if kept:
            rest[iri] = gather_instances(kept)
        store(now=now, row=row, entity=msgspec.structs.replace(before, attributes=rest), changed=(iri,))


def remove_entity(*, actor: Actor, now: datetime, identity: str) -> None:
    """Remove an entity; raise Problem where there is none."""
    require_owner(actor, identity)
    with transaction.atomic():
        row = get_row(identity)
        record_audit(actor=actor, now=now, action="city_sensors.context_delete", subject=identity[:200])
        last = read_row(row)
        row.delete()
        tell(now=now, entity=last, changes={"entityDeleted": set(last.attributes)}, gone={})


def do_each(
    items: Iterable[Any], identify: Callable[[Any], str], work: Callable[[Any], Any]
) -> tuple[list[str], list[tuple[str, Problem | NotAllowed]]]:
    """Do `work` on each item of a batch; return the ids done, and those refused with their reasons."""
    done, refused = [], []
    for number, item in enumerate(items):
        if number >= MOST_AT_ONCE:
            raise bad(f"at most {MOST_AT_ONCE} are taken at once")
        try:
            work(item)
            done.append(identify(item))
        except (Problem, NotAllowed) as problem:
            refused.append((identify(item), problem))
    return done, refused


def store(
    *, now: datetime, row: models.ContextEntity | None, entity: Entity, changed: tuple[str, ...]
) -> None:
    """Write an entity's row and what queries ask for, and tell who subscribed to what `changed` (IRIs)."""
    known = None if row is None else row.attributes
    before = known or {}
    stamped = stamp({iri: entity.attributes[iri] for iri in changed if iri in entity.attributes}, before, now)
    attributes = entity.attributes | stamped
    types = f"|{'|'.join(entity.types)}|"
    is_retyped = row is None or row.types != types
    row = row or models.ContextEntity(entity_id=entity.id, created_at=now)
    row.types, row.attributes, row.modified_at = types, attributes, now
    row.scopes = "".join(f"|{one}" for one in entity.scopes) + "|" if entity.scopes else ""
    place = find_place(attributes, f"{NGSI}location")
    box = measure_box("location", place) if place is not None else None
    row.west, row.south, row.east, row.north = box or (None, None, None, None)
    row.cell = find_cell(box)
    row.save()
    if is_retyped:
        row.type_rows.all().delete()
        models.ContextType.objects.bulk_create(
            models.ContextType(entity=row, iri=iri) for iri in entity.types
        )
    _write_values(row, attributes)
    whole = msgspec.structs.replace(entity, attributes=attributes)
    gone = {iri: before[iri] for iri in changed if iri in before and iri not in attributes}
    tell(now=now, entity=whole, changes=list_changes(known, whole, changed), gone=gone)


def _write_values(row: models.ContextEntity, attributes: Attributes) -> None:
    """Write what queries ask for; what is the same stays."""
    wanted = [(path[:1000], *_column(value)) for path, value in list_values(attributes)]
    there: dict[tuple[Any, ...], list[int]] = {}
    for pk, *value in row.value_rows.values_list("pk", "path", "text", "number"):
        there.setdefault(tuple(value), []).append(pk)
    new = [one for one in wanted if not (there.get(one) and there[one].pop())]
    if old := [pk for pks in there.values() for pk in pks]:
        row.value_rows.filter(pk__in=old).delete()
    models.ContextValue.objects.bulk_create(
        models.ContextValue(entity=row, path=path, text=text, number=number) for path, text, number in new
    )


def _column(value: Any) -> tuple[str | None, float | None]:
    """Return a value as the columns of texts and numbers have it."""
    if isinstance(value, bool):
        return ("true" if value else "false"), None
    if isinstance(value, int | float):
        return None, float(value)
    return ("" if value is None else str(value)[:2000]), None
