"""Topics that can't be foretold: with `$select`, of more than one link, of one observation (OGC 18-088, 14.2).

The broker says which of them somebody listens to; each is resolved as the address it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import msgspec

from madang.core.base.interface import MadangError, list_listened
from madang.infrastructure.city_sensors.methods.sensorthings.options import Options, read_options
from madang.infrastructure.city_sensors.methods.sensorthings.paths import Segment, read_path
from madang.infrastructure.city_sensors.methods.sensorthings.schema import (
    BY_COLLECTION,
    OBSERVATION,
    EntityType,
)
from madang.infrastructure.city_sensors.methods.sensorthings.wrong import refuse
from madang.infrastructure.city_sensors.queries.sensorthings.answers import (
    Target,
    read_property,
    render,
    resolve,
)
from madang.infrastructure.city_sensors.queries.sensorthings.filters import MODELS
from madang.infrastructure.city_sensors.queries.sensorthings.observations import admits

MOST_LISTENED = 200
"""More topics of this kind than these, in the order of their names, aren't told of."""
VERSION = "v1.1"


class Asked(msgspec.Struct, frozen=True):
    """A topic that somebody listens to, where its path leads, and what is to be told of it."""

    topic: str
    target: Target
    options: Options


def list_asked(*, of_sets: bool = False) -> list[Asked]:
    """Return the topics that somebody listens to and that can't be foretold; those that lead nowhere are left out.

    `of_sets` alone are needed for what is new.
    """
    candidates: list[tuple[str, Sequence[Segment], str]] = []
    for topic in list_listened(f"{VERSION}/"):
        path, _, query = topic.removeprefix(f"{VERSION}/").partition("?")
        with suppress(MadangError):
            segments = read_path(path)
            is_set = segments[-1].id is None and segments[-1].name in BY_COLLECTION
            if (is_set or not of_sets) and (query or not _is_foretold(segments)):
                candidates.append((topic, segments, query))
    found = []
    for topic, segments, query in candidates[:MOST_LISTENED]:
        with suppress(MadangError):
            found.append(Asked(topic, resolve(segments), _read_select(query)))
    return found


def tell_asked(
    asked: Sequence[Asked], kind: EntityType, entities: Sequence[Any], names: Sequence[str] | None, base: str
) -> list[tuple[str, bytes]]:
    """Return (topic, payload) of what those who asked are told of entities of `kind`.

    `names` are the properties that were changed, None: the entities are new.
    """
    news: list[tuple[str, bytes]] = []
    for one in asked:
        if one.target.kind is not kind:
            continue
        if one.target.entity is not None:
            news += _tell_one(one, entities, names, base)
        elif names is None or not one.options.select or set(names) & set(one.options.select):
            with suppress(MadangError):  # a property that entities of this kind don't have
                documents = render(kind, _list_within(one.target, entities), one.options, base)
                news += [(one.topic, msgspec.json.encode(document)) for document in documents]
    return news


def _tell_one(
    one: Asked, entities: Sequence[Any], names: Sequence[str] | None, base: str
) -> list[tuple[str, bytes]]:
    """Return what is told of the entity, or the property of one, that a topic leads to: its changes."""
    target = one.target
    changed = next((entity for entity in entities if entity.id == target.entity.id), None)
    if changed is None or names is None:
        return []
    if not target.property:
        document = render(target.kind, [changed], Options(), base)[0]
    elif target.property in names and not target.keys:
        document = {target.property: read_property(target.kind, changed, target.property)}
    else:
        return []
    return [(one.topic, msgspec.json.encode(document))]


def _is_foretold(segments: Sequence[Segment]) -> bool:
    """Return whether a path is one that is told of whoever listens."""
    first, *rest = segments
    kind = BY_COLLECTION.get(first.name)
    if kind is None or (kind is OBSERVATION and first.id is not None) or len(rest) > 1:
        return False
    if not rest:
        return True
    link = kind.find_link(rest[0].name)
    if link is None:
        return True
    is_features = kind.name == "FeatureOfInterest"  # of stations' there are too many
    return link.is_many and rest[0].id is None and not is_features


def _read_select(query: str) -> Options:
    name, _, names = query.partition("=")
    if query and name != "$select":
        raise refuse("$select", "토픽에는 $select만 쓸 수 있습니다", "a topic takes $select alone")
    return read_options([(name, names)] if query else [])


def _list_within(target: Target, entities: Sequence[Any]) -> list[Any]:
    if target.kind is OBSERVATION:
        branches = target.within or ()
        return [one for one in entities if admits(branches, one.row)]  # type: ignore[arg-type]
    rows = MODELS[target.kind.name].objects.filter(target.within, pk__in=[one.pk for one in entities])
    inside = set(rows.values_list("pk", flat=True))
    return [one for one in entities if one.pk in inside]
