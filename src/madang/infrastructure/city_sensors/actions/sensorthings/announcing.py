"""Who listens by MQTT hears of entities that are made and changed (OGC 18-088, chapter 14)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from django.db import transaction

from madang.core.base.interface import read_settings, tell_listeners
from madang.infrastructure.city_sensors.methods.sensorthings.options import Options
from madang.infrastructure.city_sensors.methods.sensorthings.paths import write_id
from madang.infrastructure.city_sensors.methods.sensorthings.schema import (
    OBSERVATION,
    TYPES,
    EntityType,
)
from madang.infrastructure.city_sensors.queries.sensorthings.answers import describe, render

from .listening import VERSION, list_asked, tell_asked

Made = tuple[EntityType, Any]


def announce_made(entities: Sequence[Made]) -> None:
    """Tell of new entities: under their collection, those that lead to them by one link, and what somebody listens to."""
    asked = list_asked(of_sets=True) if entities else []
    news = []
    for kind, those in _sort_kinds(entities):
        for entity, payload in _draw(kind, those):
            news += [(topic, payload) for topic in list_topics(kind, entity)]
        news += tell_asked(asked, kind, those, None, _find_base())
    tell_listeners(news)


def announce_changed(entities: Sequence[Made], names: Sequence[str]) -> None:
    """Tell of changed entities: where new ones are told of, under themselves, and under the properties `names`.

    Where observations are told of, readings are, new and changed ones alike.
    """
    asked = list_asked() if entities else []
    news = []
    for kind, those in _sort_kinds(entities):
        news += tell_asked(asked, kind, those, names, _find_base())
        if kind is OBSERVATION:
            continue
        for entity, payload in _draw(kind, those):
            address = f"{VERSION}/{kind.collection}({write_id(entity.id)})"
            values = describe(kind, entity)
            news += [(topic, payload) for topic in (*list_topics(kind, entity), address)]
            news += [(f"{address}/{name}", msgspec.json.encode({name: values.get(name)})) for name in names]
    tell_listeners(news)


def after_commit(entities: Sequence[Made], changed: Iterable[str] | None = None) -> None:
    """Announce once the transaction in hand is kept; `changed` names the changed properties, None: new."""
    names = None if changed is None else list(changed)
    made = [one for one in entities if one[0] is not OBSERVATION or names is not None]
    if made:
        transaction.on_commit(
            lambda: announce_made(made) if names is None else announce_changed(made, names), robust=True
        )


def _find_base() -> str:
    settings = read_settings()
    address = settings.public_url.rstrip("/") or f"http://{settings.own_host}:{settings.port}"
    return f"{address}/sta/{VERSION}"


def _sort_kinds(entities: Sequence[Made]) -> Iterable[tuple[EntityType, list[Any]]]:
    """Return entities by their kinds, in the order of the standard."""
    for kind in TYPES.values():
        if those := [entity for one, entity in entities if one is kind]:
            yield kind, those


def _draw(kind: EntityType, entities: Sequence[Any]) -> Iterable[tuple[Any, bytes]]:
    documents = render(kind, entities, Options(), _find_base())
    return zip(entities, map(msgspec.json.encode, documents), strict=True)


def list_topics(kind: EntityType, entity: Any) -> list[str]:
    """Return the topics of the sets that an entity is in: its collection, and those of entities one link away."""
    return [f"{VERSION}/{owner}{kind.collection}" for owner in ("", *_list_owners(kind, entity))]


def _list_owners(kind: EntityType, entity: Any) -> list[str]:
    """Return the addresses (with a slash) of the entities whose sets an entity is in."""
    owners: list[str] = []
    if kind is OBSERVATION:
        owners.append(f"Datastreams({entity.datastream.pk})/")
        if entity.feature_id and not entity.datastream.is_registered:  # of stations there are too many
            owners.append(f"FeaturesOfInterest({entity.feature_id})/")
        return owners
    for link in kind.links:
        other = TYPES[link.target]
        if not link.is_many:
            owners.append(f"{other.collection}({getattr(entity, f'{link.path}_id')})/")
        elif any(back.is_many and back.target == kind.name for back in other.links):
            found = getattr(entity, link.path).order_by("pk").values_list("pk", flat=True)
            owners += [f"{other.collection}({pk})/" for pk in found]
    return owners
