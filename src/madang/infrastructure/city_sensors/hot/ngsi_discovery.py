"""NGSI-LD discovery: which types and attributes there are."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from madang.infrastructure.city_sensors.methods.ngsi.problems import missing
from madang.infrastructure.city_sensors.queries.ngsi.entities import (
    Asked,
    count_types,
    find_entities,
    list_attributes,
    list_kinds,
    list_types_with,
)

from .ngsi_answers import asks_details, read_terms, route, send, serve


@serve
def show_types(request: Request, _body: None) -> Response:
    """Answer the types that there are entities of, or what is known of them."""
    terms, found = read_terms(request, None), list(count_types())
    if not asks_details(request):
        return _send_list(request, "EntityType", "typeList", map(terms.compact, found))
    details = [
        {
            "id": iri,
            "type": "EntityType",
            "typeName": terms.compact(iri),
            "attributeNames": [terms.compact(one) for one in list_attributes(iri)],
        }
        for iri in found
    ]
    return send(request, details)


@serve
def show_type(request: Request, _body: None) -> Response:
    """Answer one type: how many entities there are of it, and which attributes they have."""
    terms, name = read_terms(request, None), request.path_params["type"]
    iri = terms.expand(name)
    count = count_types().get(iri)
    if not count:
        raise missing(f"type {name}")
    details = [
        {
            "id": one,
            "type": "Attribute",
            "attributeName": terms.compact(one),
            "attributeTypes": list_kinds(one, iri),
        }
        for one in list_attributes(iri)
    ]
    body = {"id": iri, "type": "EntityTypeInfo", "typeName": terms.compact(iri), "entityCount": count}
    return send(request, body | {"attributeDetails": details})


@serve
def show_attributes(request: Request, _body: None) -> Response:
    """Answer the attributes that some entity has, or what is known of them."""
    terms, found = read_terms(request, None), list(list_attributes())
    if not asks_details(request):
        return _send_list(request, "Attribute", "attributeList", map(terms.compact, found))
    details = [
        {
            "id": iri,
            "type": "Attribute",
            "attributeName": terms.compact(iri),
            "typeNames": [terms.compact(one) for one in list_types_with(iri)],
        }
        for iri in found
    ]
    return send(request, details)


@serve
def show_attribute(request: Request, _body: None) -> Response:
    """Answer one attribute: how many entities have it."""
    terms, name = read_terms(request, None), request.path_params["attribute"]
    iri = terms.expand(name)
    count = find_entities(Asked(attrs=(iri,), limit=0), count=True)[1]
    if not count:
        raise missing(f"attribute {name}")
    body = {"id": iri, "type": "Attribute", "attributeName": terms.compact(iri), "attributeCount": count}
    types = [terms.compact(one) for one in list_types_with(iri)]
    return send(request, body | {"attributeTypes": list_kinds(iri), "typeNames": types})


def _send_list(request: Request, kind: str, member: str, names: Iterable[str]) -> Response:
    body = {"id": f"urn:ngsi-ld:{kind}List:all", "type": f"{kind}List", member: list(names)}
    return send(request, body)


ROUTES = [
    route("GET", "/types", show_types, "개체 종류", "entity types"),
    route("GET", "/types/{type}", show_type, "개체 종류 하나", "an entity type"),
    route("GET", "/attributes/{attribute}", show_attribute, "속성 하나", "an attribute"),
    route("GET", "/attributes", show_attributes, "속성 목록", "attributes"),
]
