"""Creating, changing and deleting entities."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import jsonpatch
from django.db import transaction

from madang.core.base.interface import Actor
from madang.core.people.interface import record_audit, require
from madang.infrastructure.city_sensors.methods.sensorthings.bodies import read_body
from madang.infrastructure.city_sensors.methods.sensorthings.schema import OBSERVATION, TYPES, EntityType
from madang.infrastructure.city_sensors.methods.sensorthings.wrong import refuse
from madang.infrastructure.city_sensors.queries.sensorthings.answers import Target, describe, follow
from madang.infrastructure.city_sensors.queries.sensorthings.entities import get_entity
from madang.infrastructure.city_sensors.queries.sensorthings.observations import Observed

from .announcing import after_commit
from .inserting import Insert, make_columns
from .observations import change_observation, empty_datastream, empty_feature, remove_observations
from .owning import WRITE, check_owners, refuse_registered


def create(*, actor: Actor, now: datetime, target: Target, path: str, body: Any) -> Any:
    """Make an entity in the collection that `target` is (of an entity: linked to it) and return it."""
    require(actor, WRITE)
    with transaction.atomic():
        insert = Insert(now)
        made = insert.make(target.kind, body, dict(target.given))
        record_audit(actor=actor, now=now, action="city_sensors.sensorthings_create", subject=path)
        check_owners(actor, insert.list_streams())
        insert.finish()
        after_commit(insert.made)
    return made


def create_arrays(*, actor: Actor, now: datetime, body: Any) -> list[Observed | str]:
    """Take observations in the data array form; return each one made, or the reason why it wasn't."""
    require(actor, WRITE)
    if not isinstance(body, list) or not all(isinstance(one, dict) for one in body):
        raise refuse("CreateObservations", "dataArray 목록을 보내 주세요", "send a list of data arrays")
    insert = Insert(now)
    results: list[Observed | str] = []
    with transaction.atomic():
        for array in body:
            results += insert.take_array(array)
        check_owners(actor, insert.list_streams())
        insert.finish()
        after_commit(insert.made)
    return results


def change(*, actor: Actor, now: datetime, target: Target, path: str, body: Any, is_whole: bool) -> None:
    """Change an entity: whole by its new properties, in part, or by a JSON Patch (a list)."""
    require(actor, WRITE)
    kind, entity = target.kind, target.entity
    _check_change(actor, kind, entity)
    if isinstance(body, list):
        body = _patch(describe(kind, entity), body)
        is_whole = True
    if not isinstance(body, dict):
        raise refuse(kind.name, "JSON 객체로 보내 주세요", f"a {kind.name} is a JSON object")
    with transaction.atomic():
        if kind is OBSERVATION:
            feature = _read_feature(entity, body)
            changed = change_observation(
                now=now, one=entity, body=describe(kind, entity) | body, feature=feature
            )
            after_commit([(kind, changed)], changed=body)
        else:
            values, links = read_body(kind, body, partial=not is_whole)
            links = _read_references(kind, entity, links)
            if is_whole:
                values = {p.name: None for p in kind.properties if not p.required} | values
            for column, value in make_columns(kind, values).items():
                setattr(entity, column, value)
            insert = Insert(now)
            insert.relate(kind, entity, links)
            refuse_registered(kind, entity)  # by its new links
            check_owners(actor, insert.list_streams())
            insert.finish()
            after_commit(insert.made)
            after_commit([(kind, entity)], changed=values)
        record_audit(actor=actor, now=now, action="city_sensors.sensorthings_change", subject=path)


def remove(*, actor: Actor, now: datetime, target: Target, path: str) -> None:
    """Delete an entity and what can't be without it; a registered station's are kept."""
    require(actor, WRITE)
    kind, entity = target.kind, target.entity
    _check_change(actor, kind, entity)
    with transaction.atomic():
        record_audit(actor=actor, now=now, action="city_sensors.sensorthings_delete", subject=path)
        if kind is OBSERVATION:
            remove_observations([entity])
            return
        for datastream in _list_below(kind, entity):
            empty_datastream(datastream)
        if kind.name == "FeatureOfInterest":
            empty_feature(entity, lambda found: check_owners(actor, found))
        if kind.name == "Location":
            entity.historical_locations.all().delete()
        entity.delete()


def _check_change(actor: Actor, kind: EntityType, entity: Any) -> None:
    if kind is OBSERVATION:
        check_owners(actor, [entity.datastream])
    else:
        refuse_registered(kind, entity)


def _read_references(kind: EntityType, entity: Any, links: dict[str, Any]) -> dict[str, Any]:
    """Return links by id. What stands inside of a change must be there already (OGC 18-088, 10.3); raise BadInput."""
    return {
        name: [_refer(kind, entity, name, one) for one in value]
        if isinstance(value, list)
        else _refer(kind, entity, name, value)
        for name, value in links.items()
    }


def _refer(kind: EntityType, entity: Any, name: str, body: Any) -> dict[str, Any]:
    if isinstance(body, dict) and "@iot.id" in body:
        return {"@iot.id": body["@iot.id"]}
    link = kind.find_link(name)
    assert link is not None  # noqa: S101 - read_body has looked
    target = TYPES[link.target]
    if target is not OBSERVATION:
        values, _ = read_body(target, body, partial=True)
        linked = getattr(entity, link.path).all() if link.is_many else [follow(kind, entity, link)]
        for one in linked:
            shown = describe(target, one)
            if values and all(shown.get(prop) == value for prop, value in values.items()):
                return {"@iot.id": one.pk}
    raise refuse(
        name,
        f"{name}은(는) @iot.id로만 바꿀 수 있습니다",
        f"{name} is changed by @iot.id alone; make new entities by POST",
    )


def _read_feature(one: Observed, body: dict[str, Any]) -> Any:
    """Return the feature of interest that a change of an observation names, None where it names none; raise BadInput."""
    links = _read_references(OBSERVATION, one, read_body(OBSERVATION, body, partial=True)[1])
    named = {name: get_entity(TYPES[name], link["@iot.id"]) for name, link in links.items()}
    if named.get("Datastream", one.datastream) != one.datastream:
        raise refuse(
            "Datastream",
            "관측값은 제 Datastream에 남습니다. 지우고 새로 보내 주세요",
            "an observation stays in its Datastream; delete it and send it anew",
        )
    return named.get("FeatureOfInterest")


def _patch(now: dict[str, Any], operations: list[Any]) -> Any:
    try:
        return jsonpatch.apply_patch(now, operations)
    except (
        jsonpatch.JsonPatchException,
        jsonpatch.JsonPointerException,
        TypeError,
        ValueError,
        KeyError,
    ) as error:
        raise refuse("patch", "JSON Patch를 적용할 수 없습니다", f"can't apply the patch: {error}") from error


def _list_below(kind: EntityType, entity: Any) -> list[Any]:
    """Return the datastreams that go when an entity goes."""
    if kind.name == "Datastream":
        return [entity]
    if kind.name in {"Thing", "Sensor", "ObservedProperty"}:
        return list(entity.datastreams.select_related("thing"))
    return []
