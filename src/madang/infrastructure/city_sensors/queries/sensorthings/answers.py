"""What a GET is answered with: a collection, an entity, a property, references; links and expansions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from django.db.models import Q, prefetch_related_objects
from django.utils.http import urlencode

from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.methods.sensorthings.options import Options, Sort, write_options
from madang.infrastructure.city_sensors.methods.sensorthings.paths import Segment, write_id
from madang.infrastructure.city_sensors.methods.sensorthings.schema import (
    BY_COLLECTION,
    OBSERVATION,
    TYPES,
    EntityType,
    Link,
)
from madang.infrastructure.city_sensors.methods.sensorthings.trees import join_path, split_path
from madang.infrastructure.city_sensors.methods.sensorthings.wrong import miss, refuse

from .entities import describe_entity, get_entity, list_entities
from .filters import MODELS
from .observations import (
    EVERYTHING,
    Branches,
    Observed,
    admits,
    describe_observation,
    get_observation,
    list_newest,
    list_observations,
    list_observations_of,
    select_features,
    select_stream,
)
from .times import describe_times

NEWEST = Sort(("phenomenonTime",), descending=True)
MOST_EXPANDED = 50_000
"""Observations that stand inside of one page's entities; of more each has fewer, and the link to the rest."""
IN_JSON = ("json", "geometry")
"""Kinds of properties that a path leads into."""
ARRAY = ("id", "phenomenonTime", "result", "resultTime", "resultQuality", "validTime", "parameters")


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Where a path leads: a collection (`within`), an entity, or a property of it."""

    kind: EntityType
    within: Q | Branches | None = None
    entity: Any = None
    property: str = ""
    keys: tuple[str, ...] = ()
    """Where in a property of JSON: names, and places in lists as `[0]`."""
    label: str = ""
    """What the answer calls the property, or what lies in it: the last name of the path."""
    is_raw: bool = False
    is_references: bool = False
    given: tuple[tuple[str, Any], ...] = ()
    """Of a collection: the links that its place in the path says, for what is made there."""


def resolve(segments: Sequence[Segment]) -> Target:
    """Return where a path leads; raise NotFound where nowhere."""
    first, *rest = segments
    kind = BY_COLLECTION.get(first.name)
    if kind is None:
        raise miss(first.name)
    target = _enter(kind, EVERYTHING if kind is OBSERVATION else Q(), first)
    for segment in rest:
        target = _step(target, segment)
    return target


def answer(target: Target, options: Options, base: str, path: str, items: Sequence[tuple[str, str]]) -> Any:
    """Return the JSON (or, for `$value`, the text) of a target. `base` is the service's address."""
    _check_options(target, options, [name for name, _ in items])
    if target.property:
        found = _find_value(target)
        return found if target.is_raw or found is None else {target.label: found}
    if target.is_references and target.entity is not None:
        return {"@iot.selfLink": link_to(target.kind, target.entity, base)}
    if target.entity is not None:
        return render(target.kind, [target.entity], options, base)[0]
    rows, total, has_more = list_rows(target.kind, target.within, options)
    if target.is_references:
        value: list[Any] = [{"@iot.selfLink": link_to(target.kind, row, base)} for row in rows]
    elif options.is_array and target.kind is OBSERVATION:
        value = _make_arrays(rows, base, options)
    else:
        value = render(target.kind, rows, options, base)
    body: dict[str, Any] = {} if total is None else {"@iot.count": total}
    if has_more and options.top:
        kept = [(name, text) for name, text in items if name != "$skip"]
        body["@iot.nextLink"] = f"{base}/{path}?{urlencode([*kept, ('$skip', options.skip + options.top)])}"
    return body | {"value": value}


def _check_options(target: Target, options: Options, names: Sequence[str]) -> None:
    """Refuse options that have no meaning for what a path leads to."""
    if target.entity is not None:
        is_whole = not target.property and not target.is_references
        allowed = {"$select", "$expand"} if is_whole else set()
        wrong = [name for name in names if name.startswith("$") and name not in allowed]
    else:
        is_array = options.is_array and (target.kind is not OBSERVATION or target.is_references)
        wrong = ["$resultFormat"] * is_array + ["$expand"] * bool(options.is_array and options.expand)
    if wrong:
        raise refuse(wrong[0], f"여기에는 {wrong[0]}을(를) 쓸 수 없습니다", f"{wrong[0]} has no meaning here")


def _find_value(target: Target) -> Any:
    """Return the value that a path leads to, None where it is null; raise NotFound where a key isn't there."""
    value = read_property(target.kind, target.entity, target.property)
    for key in target.keys:
        if isinstance(value, list) and key.startswith("[") and int(key[1:-1]) < len(value):
            value = value[int(key[1:-1])]
        elif isinstance(value, dict) and key in value:
            value = value[key]
        else:
            raise miss(join_path((target.property, *target.keys)))
    return value


def read_property(kind: EntityType, entity: Any, name: str) -> Any:
    """Return one property of an entity or observation, None where it has none."""
    if name in kind.computed:
        return describe_times([entity])[entity.id].get(name)
    return describe(kind, entity).get(name)


def list_rows(kind: EntityType, within: Any, options: Options) -> tuple[list[Any], int | None, bool]:
    """Return a page of a collection, its number if asked for, and whether more follow."""
    return (list_observations if kind is OBSERVATION else list_entities_of(kind))(within, options)


def list_entities_of(kind: EntityType) -> Any:
    """Return how entities of a kind are listed."""
    return lambda within, options: list_entities(kind, within, options)


def describe(kind: EntityType, row: Any) -> dict[str, Any]:
    """Return the properties of an entity or observation."""
    return describe_observation(row) if kind is OBSERVATION else describe_entity(kind, row)


def link_to(kind: EntityType, row: Any, base: str) -> str:
    """Return the address of an entity or observation."""
    return f"{base}/{kind.collection}({write_id(row.id)})"


def render(kind: EntityType, rows: Sequence[Any], options: Options, base: str) -> list[dict[str, Any]]:
    """Return the JSON of entities, with what is expanded inside of them."""
    _check_names(kind, options)
    is_timed = any(_is_wanted(name, options) for name in kind.computed)
    is_followed = kind.name == "Datastream" and any(map(_asks_newest, options.expand.values()))
    newest = list_newest(rows) if is_followed else {}
    ends = {name: one.row["observed_at"] for name, one in newest.items()} if is_followed else None
    inner = {name: _expand(kind, rows, name, wanted, base, newest) for name, wanted in options.expand.items()}
    times = describe_times(rows, ends) if is_timed else {}
    others = [one.name for one in kind.links if one.name not in inner and _is_wanted(one.name, options)]
    links = [(f"{name}@iot.navigationLink", f"/{name}") for name in others]
    return [
        _render_one(
            row,
            link_to(kind, row, base),
            describe(kind, row) | (times[row.id] if times else {}),
            options,
            links,
        )
        | {name: value for one in inner.values() for name, value in one[place].items()}
        for place, row in enumerate(rows)
    ]


def _is_wanted(name: str, options: Options) -> bool:
    return not options.select or name in options.select


def _check_names(kind: EntityType, options: Options) -> None:
    """Refuse to expand or select what entities of a kind don't have."""
    for name in options.expand:
        if kind.find_link(name) is None:
            raise refuse("$expand", f"{kind.name}에 없는 연결입니다: {name}", f"a {kind.name} has no {name}")
    for name in options.select:
        known = name == "id" or name in kind.computed
        if not known and kind.find_property(name) is None and kind.find_link(name) is None:
            raise refuse("$select", f"{kind.name}에 없는 항목입니다: {name}", f"a {kind.name} has no {name}")


def _render_one(
    row: Any, address: str, values: dict[str, Any], options: Options, links: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    if options.select:
        body = {"@iot.id": row.id} if "id" in options.select else {}
        body |= {name: value for name, value in values.items() if name in options.select}
    else:
        body = {"@iot.id": row.id, "@iot.selfLink": address} | values
    for name, rest in links:
        body[name] = address + rest
    return body


def _expand(
    kind: EntityType,
    rows: Sequence[Any],
    name: str,
    options: Options,
    base: str,
    newest: Mapping[int, Observed],
) -> list[dict[str, Any]]:
    """Return what stands under `name` in each of `rows`; `newest` are datastreams' newest observations."""
    link = kind.find_link(name)
    assert link is not None  # noqa: S101 - render has refused it
    target = TYPES[link.target]
    if not link.is_many:
        return _expand_one(kind, rows, link, target, options, base)
    if target is OBSERVATION:
        options = msgspec.structs.replace(
            options, top=min(options.top, max(1, MOST_EXPANDED // max(1, len(rows))))
        )
    pages = _list_pages(kind, rows, link, options, newest)
    more = _write_next(options)
    drawn = iter(render(target, [one for found, _, _ in pages for one in found], options, base))
    return [
        {name: [next(drawn) for _ in found]}
        | ({} if total is None else {f"{name}@iot.count": total})
        | (
            {f"{name}@iot.nextLink": f"{link_to(kind, row, base)}/{name}?{more}"}
            if has_more and options.top
            else {}
        )
        for row, (found, total, has_more) in zip(rows, pages, strict=True)
    ]


def _list_pages(
    kind: EntityType, rows: Sequence[Any], link: Link, options: Options, newest: Mapping[int, Observed]
) -> list[tuple[list[Any], int | None, bool]]:
    """Return what is at the other end of a link to many, for each of `rows` as `list_rows` does."""
    if link.target == OBSERVATION.name and kind.name == "Datastream":
        if _asks_newest(options):
            return [([newest[row.id]] if row.id in newest else [], None, row.id in newest) for row in rows]
        return list_observations_of(rows, options)
    return [list_rows(TYPES[link.target], _relate(kind, row, link), options) for row in rows]


def _expand_one(
    kind: EntityType, rows: Sequence[Any], link: Link, target: EntityType, options: Options, base: str
) -> list[dict[str, Any]]:
    plain = msgspec.structs.replace(options, select=(), expand={})
    if plain != Options():
        name = next(iter(write_options(plain)), "$top")
        raise refuse(
            name,
            f"{link.name}은(는) 하나라서 {name}을(를) 쓸 수 없습니다",
            f"there is one {link.name}, {name} has no meaning",
        )
    if kind is not OBSERVATION:
        prefetch_related_objects(list(rows), link.path)
    others = [follow(kind, row, link) for row in rows]
    different = {other.id: other for other in others if other is not None}
    drawn = dict(zip(different, render(target, list(different.values()), options, base), strict=True))
    return [{link.name: drawn[other.id] if other is not None else None} for other in others]


def _write_next(options: Options) -> str:
    """Return what asks for the page after the one that options ask for."""
    page = {"$top": options.top, "$skip": options.skip + options.top}
    return urlencode(page | write_options(options))


def _asks_newest(options: Options) -> bool:
    plain = options.filter is None and options.skip == 0 and not options.count
    return plain and options.top == 1 and options.orderby == (NEWEST,)


def _enter(kind: EntityType, within: Q | Branches, segment: Segment) -> Target:
    if segment.id is None:
        return Target(kind=kind, within=within)
    if isinstance(within, Q):
        return Target(kind=kind, entity=get_entity(kind, segment.id, within))
    entity = get_observation(segment.id)
    if not admits(within, entity.row):
        raise miss(f"Observations({write_id(segment.id)})")
    return Target(kind=kind, entity=entity)


def _step(target: Target, segment: Segment) -> Target:
    if target.is_references:
        raise miss(segment.name)
    if segment.name == "$ref" and segment.id is None and not target.property:
        return msgspec.structs.replace(target, is_references=True)
    if target.entity is None:
        raise miss(segment.name)
    if target.property:
        return _step_inside(target, segment)
    link = target.kind.find_link(segment.name)
    if link is not None:
        return _step_along(target, link, segment)
    name, *keys = split_path(segment.name)
    prop = target.kind.find_property(name)
    if segment.id is not None or (prop is None and name not in target.kind.computed):
        raise miss(segment.name)
    if keys and (prop is None or prop.kind not in IN_JSON):
        raise miss(segment.name)
    return Target(kind=target.kind, entity=target.entity, property=name, keys=tuple(keys), label=segment.name)


def _step_inside(target: Target, segment: Segment) -> Target:
    """Return what a step inside of a property leads to: its value as it is, or what lies in it."""
    if segment.id is not None or target.is_raw:
        raise miss(segment.name)
    if segment.name == "$value":
        return msgspec.structs.replace(target, is_raw=True)
    prop = target.kind.find_property(target.property)
    if prop is None or prop.kind not in IN_JSON:
        raise miss(segment.name)
    return msgspec.structs.replace(target, keys=(*target.keys, *split_path(segment.name)), label=segment.name)


def _step_along(target: Target, link: Link, segment: Segment) -> Target:
    if link.is_many:
        found = _enter(TYPES[link.target], _relate(target.kind, target.entity, link), segment)
        back = [one for one in found.kind.links if one.target == target.kind.name]
        return msgspec.structs.replace(found, given=((back[0].name, target.entity),))
    other = follow(target.kind, target.entity, link) if segment.id is None else None
    if other is None:
        raise miss(segment.name)
    return Target(kind=TYPES[link.target], entity=other)


def follow(kind: EntityType, row: Any, link: Link) -> Any:
    """Return the one entity at the other end of a link to one, or None."""
    if kind is not OBSERVATION:
        return getattr(row, link.path)
    if link.name == "Datastream":
        return row.datastream
    return models.FeatureOfInterest.objects.filter(pk=row.feature_id).first()


def _relate(kind: EntityType, row: Any, link: Link) -> Q | Branches:
    """Return the condition of the entities at the other end of a link to many."""
    if link.target == OBSERVATION.name:
        return select_features([row.id]) if kind.name == "FeatureOfInterest" else (select_stream(row),)
    back = MODELS[kind.name]._meta.get_field(link.path).remote_field.name
    return Q(**{back: row.id})


def _make_arrays(rows: Sequence[Observed], base: str, options: Options) -> list[dict[str, Any]]:
    """Return observations in the data array form, one array for each datastream."""
    _check_names(OBSERVATION, options)
    names = [name for name in ARRAY if _is_wanted(name, options)]
    arrays: dict[int, dict[str, Any]] = {}
    for row in rows:
        values = {"id": row.id} | describe_observation(row)
        array = arrays.setdefault(
            row.datastream.id,
            {
                "Datastream@iot.navigationLink": f"{base}/Datastreams({row.datastream.id})",
                "components": ["@iot.id" if name == "id" else name for name in names],
                "dataArray": [],
            },
        )
        array["dataArray"].append([values.get(name) for name in names])
    return [array | {"dataArray@iot.count": len(array["dataArray"])} for array in arrays.values()]
