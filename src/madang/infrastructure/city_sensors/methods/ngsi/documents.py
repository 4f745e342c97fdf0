"""Entities and their attributes: read in normalised, concise or simplified form, kept normalised by IRI."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from madang.core.base.interface import BadInput
from madang.infrastructure.city_sensors.methods.sensorthings.bodies import (
    GEOMETRIES,
    read_geometry,
    read_time,
    write_time,
)

from .contexts import Terms
from .problems import bad

VALUES = {
    "Property": "value",
    "GeoProperty": "value",
    "Relationship": "object",
    "LanguageProperty": "languageMap",
    "VocabProperty": "vocab",
    "JsonProperty": "json",
    "ListProperty": "valueList",
    "ListRelationship": "objectList",
}
MEMBERS = {"type", "observedAt", "unitCode", "datasetId", "createdAt", "modifiedAt", "lang", *VALUES.values()}
FORMS = {
    "normalized": "normalized",
    "concise": "concise",
    "keyValues": "keyValues",
    "simplified": "keyValues",
}
"""Forms by the names that requests have for them."""
SYSTEM = ("createdAt", "modifiedAt")
ASKED = ("observedAt", "unitCode")
"""Members of attributes that queries may ask for, besides their values."""
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"]{1,500}")
SCOPE = re.compile(r"/?[^\W\d][\w-]*(/[^\W\d][\w-]*){0,20}", re.ASCII)
DEEPEST = 6

Attributes = dict[str, Any]


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """One entity: its attributes by IRI, each normalised (or a list of instances with dataset ids)."""

    id: str
    types: tuple[str, ...]
    attributes: Attributes
    scopes: tuple[str, ...] = ()


def read_entity(body: Any, terms: Terms, *, identity: str | None = None) -> Entity:
    """Return the entity of a JSON object; `identity` is the id that the address says. Raises Problem."""
    if not isinstance(body, dict):
        raise bad("an entity is a JSON object")
    found = body.get("id", identity)
    if not isinstance(found, str) or not URI.fullmatch(found):
        raise bad("id must be a URI")
    if identity is not None and found != identity:
        raise bad("the id differs from the address")
    types = body.get("type", [])
    types = [types] if isinstance(types, str) else types
    if not isinstance(types, list) or not all(isinstance(one, str) for one in types):
        raise bad("type must be a name or a list of names")
    return Entity(
        id=found,
        types=tuple(dict.fromkeys(terms.expand(one) for one in types)),
        attributes=read_attributes(body, terms),
        scopes=read_scopes(body),
    )


def read_scopes(body: dict[str, Any]) -> tuple[str, ...]:
    """Return the scopes of an entity's body, each from the root: `/Seoul/Mapo`."""
    scopes = body.get("scope") or []
    scopes = [scopes] if isinstance(scopes, str) else scopes
    if not isinstance(scopes, list) or not all(
        isinstance(one, str) and SCOPE.fullmatch(one) for one in scopes
    ):
        raise bad("scope is a path like /Seoul/Mapo, or a list of them")
    return tuple(dict.fromkeys("/" + one.strip("/") for one in scopes))


def read_attributes(body: Any, terms: Terms, depth: int = 0) -> Attributes:
    """Return the attributes of an entity (or the sub-attributes of an attribute) by IRI."""
    if not isinstance(body, dict) or depth > DEEPEST:
        raise bad("attributes are a JSON object, not too deep")
    ignored = {"id", "type", "@context", "scope", *SYSTEM} if depth == 0 else MEMBERS
    return {
        terms.expand(name): read_attribute(name, value, terms, depth)
        for name, value in body.items()
        if name not in ignored
    }


def read_attribute(name: str, value: Any, terms: Terms, depth: int = 0) -> Any:
    """Return one attribute, normalised."""
    if isinstance(value, list) and value and all(_is_instance(one) for one in value):
        return [_read_instance(name, one, terms, depth) for one in value]
    if _is_instance(value):
        return _read_instance(name, value, terms, depth)
    if value is None:
        raise bad(f"{name} is null; delete an attribute to be rid of it")
    kind = "GeoProperty" if isinstance(value, dict) and _get_type(value) in GEOMETRIES else "Property"
    return _check(name, {"type": kind, "value": value})


def write_attribute(one: Any, terms: Terms, form: str, *, system: bool) -> Any:
    """Return an attribute as a `form` ("normalized", "concise", "keyValues") shows it."""
    if isinstance(one, list):
        written = [write_attribute(each, terms, form, system=system) for each in one]
        if form != "keyValues":
            return written
        return {
            "dataset": {
                each.get("datasetId", "@none"): value for each, value in zip(one, written, strict=True)
            }
        }
    member = VALUES[one["type"]]
    if form == "keyValues":
        return _simplify(member, one[member])
    body = {
        name if name in MEMBERS else terms.compact(name): value
        if name in MEMBERS
        else write_attribute(value, terms, form, system=system)
        for name, value in one.items()
        if system or name not in SYSTEM
    }
    if form == "concise":
        del body["type"]
        if set(body) == {member} and member == "value" and one["type"] in {"Property", "GeoProperty"}:
            return body["value"]
    return body


def _simplify(member: str, value: Any) -> Any:
    """Return a value as it stands alone (4.5.4): as it is, or under its member where that says what it is."""
    if member == "objectList":
        return [each["object"] for each in value]
    return value if member in {"value", "object", "valueList"} else {member: value}


def write_entity(
    entity: Entity,
    terms: Terms,
    *,
    form: str = "normalized",
    attrs: Iterable[str] = (),
    times: tuple[datetime, datetime] | None = None,
) -> dict[str, Any]:
    """Return an entity as JSON, with only `attrs` (IRIs) where some are named; `times` are created, modified."""
    wanted = set(attrs)
    types = [terms.compact(one) for one in entity.types]
    body: dict[str, Any] = {"id": entity.id, "type": types[0] if len(types) == 1 else types}
    if entity.scopes:
        body["scope"] = entity.scopes[0] if len(entity.scopes) == 1 else list(entity.scopes)
    if times is not None:
        body |= {name: write_time(moment) for name, moment in zip(SYSTEM, times, strict=True)}
    for iri, one in entity.attributes.items():
        if not wanted or iri in wanted:
            body[terms.compact(iri)] = write_attribute(one, terms, form, system=times is not None)
    return body


def stamp(attributes: Attributes, before: Attributes, now: datetime) -> Attributes:
    """Return attributes with the times at which they were made and changed."""
    moment = write_time(now)
    return {
        iri: gather_instances(_stamp_one(each, before.get(iri), moment) for each in list_instances(one))
        for iri, one in attributes.items()
    }


def list_values(attributes: Attributes) -> Iterator[tuple[str, Any]]:
    """Yield (path, plain value) of what queries may ask for.

    Paths are `iri`, `iri.observedAt`, `iri.unitCode`, `iri.sub-iri`, `iri[key.key]`, and `iri[*]` for words in any language.
    """
    for iri, one in attributes.items():
        for each in one if isinstance(one, list) else [one]:
            yield from _list_values(iri, each)


def list_instances(one: Any) -> list[dict[str, Any]]:
    """Return the instances of an attribute, which mostly has but one."""
    return one if isinstance(one, list) else [one]


def put_instances(before: Any, new: Any) -> Any:
    """Return an attribute with new instances in the place of those with the same dataset ids (none: the default one)."""
    found = {each.get("datasetId"): each for each in list_instances(before)} if before is not None else {}
    return gather_instances(
        {**found, **{each.get("datasetId"): each for each in list_instances(new)}}.values()
    )


def gather_instances(instances: Iterable[dict[str, Any]]) -> Any:
    """Return instances as an attribute is kept: one alone, or a list."""
    found = list(instances)
    return found[0] if len(found) == 1 else found


def choose_language(attributes: Attributes, lang: str) -> Attributes:
    """Return attributes with each LanguageProperty as a Property in the first of the languages asked for that it has."""
    wanted = [part.partition(";")[0].strip() for part in lang.split(",") if part.strip()]
    return {
        iri: gather_instances(_choose(each, wanted) for each in list_instances(one))
        for iri, one in attributes.items()
    }


def choose_instances(attributes: Attributes, dataset_ids: Iterable[str]) -> Attributes:
    """Return attributes with the instances of these dataset ids (`@none`: the default one), without those that have none."""
    wanted = {None if one == "@none" else one for one in dataset_ids}
    chosen = {
        iri: [each for each in list_instances(one) if each.get("datasetId") in wanted]
        for iri, one in attributes.items()
    }
    return {iri: gather_instances(instances) for iri, instances in chosen.items() if instances}


def _choose(one: dict[str, Any], wanted: list[str]) -> dict[str, Any]:
    if one["type"] != "LanguageProperty":
        return one
    words = one["languageMap"]
    found = next((name for name in wanted if name in words), None) or next(
        (name for name in ("@none", *words) if name in words), None
    )
    rest = {name: value for name, value in one.items() if name not in {"type", "languageMap"}}
    return {"type": "Property", "value": words[found] if found else "", "lang": found or "@none"} | rest


def find_place(attributes: Attributes, iri: str) -> Any:
    """Return the geometry (GeoJSON) of a GeoProperty, or None."""
    one = attributes.get(iri)
    one = one[0] if isinstance(one, list) else one
    return one["value"] if one and one["type"] == "GeoProperty" else None


def _list_values(path: str, one: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from _list_plain(path, one[VALUES[one["type"]]])
    if one["type"] == "LanguageProperty":
        yield from ((f"{path}[*]", words) for words in one["languageMap"].values() if isinstance(words, str))
    for name, value in one.items():
        if name in ASKED:
            yield f"{path}.{name}", value
        elif name not in MEMBERS:
            for each in value if isinstance(value, list) else [value]:
                yield from _list_values(f"{path}.{name}", each)


def _list_plain(path: str, value: Any, keys: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        if "@value" in value:
            yield path, value["@value"]
            return
        if len(keys) < DEEPEST:
            for key, inner in value.items():
                yield from _list_plain(path, inner, (*keys, key))
        if not keys:
            yield path, ""  # it is there, whatever it holds
    elif isinstance(value, list):
        for inner in value:
            if isinstance(inner, dict) and set(inner) == {"object"}:
                yield from _list_plain(path, inner["object"], keys)
            elif not isinstance(inner, list | dict):
                yield from _list_plain(path, inner, keys)
    else:
        yield path + (f"[{'.'.join(keys)}]" if keys else ""), value


def _get_type(value: dict[str, Any]) -> str:
    kind = value.get("type")
    return kind if isinstance(kind, str) else ""


def _is_instance(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    return _get_type(value) in VALUES or ("type" not in value and bool(set(VALUES.values()) & set(value)))


def _read_instance(name: str, value: dict[str, Any], terms: Terms, depth: int) -> dict[str, Any]:
    kind = value.get("type") or _guess_kind(value)
    member = VALUES[kind]
    if member not in value or value[member] is None:
        raise bad(f"{name} has no {member}")
    body = {"type": kind, member: value[member]}
    if "observedAt" in value:
        try:
            body["observedAt"] = write_time(read_time("observedAt", value["observedAt"])[0])
        except Exception as error:
            raise bad(f"{name}: observedAt must be an ISO 8601 time with its zone") from error
    for member_name in ("unitCode", "datasetId"):
        if member_name in value:
            if not isinstance(value[member_name], str):
                raise bad(f"{name}: {member_name} must be text")
            body[member_name] = value[member_name]
    return _check(name, body) | read_attributes(value, terms, depth + 1)


def _guess_kind(value: dict[str, Any]) -> str:
    for kind, member in VALUES.items():
        if member in value and kind not in {"Property", "GeoProperty"}:
            return kind
    inner = value["value"]
    return "GeoProperty" if isinstance(inner, dict) and _get_type(inner) in GEOMETRIES else "Property"


def _check(name: str, body: dict[str, Any]) -> dict[str, Any]:
    if body["type"] == "Relationship":
        targets = body["object"] if isinstance(body["object"], list) else [body["object"]]
        if not all(map(_is_uri, targets)):
            raise bad(f"{name}: the object of a Relationship must be a URI")
    if body["type"] == "GeoProperty":
        try:
            geometry = read_geometry(name, body["value"])
        except BadInput as error:
            raise bad(f"{name}: {error.text.en}") from error
        if geometry is None:
            raise bad(f"{name}: the value of a GeoProperty must be a GeoJSON geometry")
    if body["type"] == "LanguageProperty" and not isinstance(body["languageMap"], dict):
        raise bad(f"{name}: a languageMap is an object")
    if body["type"] == "ListRelationship":
        targets = body["objectList"] if isinstance(body["objectList"], list) else [None]
        body["objectList"] = [one if isinstance(one, dict) else {"object": one} for one in targets]
        if not all(set(one) == {"object"} and _is_uri(one["object"]) for one in body["objectList"]):
            raise bad(f"{name}: an objectList is a list of URIs, each as it is or as an object")
    if body["type"] == "ListProperty" and not isinstance(body["valueList"], list):
        raise bad(f"{name}: a valueList is a list")
    return body


def _is_uri(value: Any) -> bool:
    return isinstance(value, str) and URI.fullmatch(value) is not None


def _stamp_one(one: dict[str, Any], before: Any, moment: str) -> dict[str, Any]:
    there = [] if before is None else list_instances(before)
    same = next((each for each in there if each.get("datasetId") == one.get("datasetId")), None)
    created = moment if same is None else same.get("createdAt", moment)
    return one | {"createdAt": created, "modifiedAt": moment}
