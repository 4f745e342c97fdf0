"""NGSI-LD queries: entities found by parameters or by a Query in the body, and one by its id."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from madang.infrastructure.city_sensors.methods.ngsi.contexts import Terms
from madang.infrastructure.city_sensors.methods.ngsi.documents import (
    choose_instances,
    choose_language,
    find_place,
    write_entity,
)
from madang.infrastructure.city_sensors.methods.ngsi.problems import bad, missing
from madang.infrastructure.city_sensors.models import ContextEntity
from madang.infrastructure.city_sensors.queries.ngsi.entities import (
    Asked,
    find_entities,
    get_row,
    read_row,
    read_selectors,
)

from .ngsi_answers import (
    JSON,
    LD,
    check_identity,
    check_parameters,
    choose_media,
    expand_names,
    link_pages,
    pick,
    read_form,
    read_options,
    read_question,
    read_terms,
    route,
    send,
    serve,
)

GEO = "application/geo+json"
IN_QUERY = ("q", "scopeQ", "lang")
"""Texts of a Query in a body that are parameters of the same name otherwise."""


@serve
def query(request: Request, _body: None) -> Response:
    """Answer entities found by the parameters."""
    asked = dict(request.query_params.multi_items())
    return _answer_query(request, asked, read_terms(request, None))


@serve
def query_by_post(request: Request, body: Any) -> Response:
    """Answer entities found by a Query in the body."""
    if not isinstance(body, dict) or body.get("type") != "Query":
        raise bad("send an object of type Query")
    geo, attrs = body.get("geoQ") or {}, body.get("attrs", [])
    texts = [body.get(name, "") for name in IN_QUERY]
    if not (isinstance(geo, dict) and isinstance(attrs, list) and _are_texts([*attrs, *texts])):
        raise bad("attrs is a list of names, geoQ an object, q, scopeQ and lang are texts")
    asked = dict(request.query_params.multi_items()) | dict(zip(IN_QUERY, texts, strict=True))
    asked["attrs"] = ",".join(attrs)
    if geo:
        asked |= {name: geo[name] for name in ("georel", "geometry", "geoproperty") if name in geo}
        asked["coordinates"] = msgspec.json.encode(geo.get("coordinates")).decode()
    terms = read_terms(request, body)
    return _answer_query(request, asked, terms, read_selectors(body.get("entities") or [], terms))


@serve
def read_one(request: Request, _body: None) -> Response:
    """Answer one entity."""
    asked = request.query_params
    check_parameters(asked)
    terms = read_terms(request, None)
    row = get_row(check_identity(request.path_params["id"]))
    attrs = expand_names(asked, "attrs", terms)
    if attrs and not set(attrs) & set(row.attributes):
        raise missing(f"attribute {asked['attrs'][:200]} of {row.entity_id}")
    body = _write(row, asked, terms, attrs)
    if choose_media(request, JSON, LD, GEO) == GEO:
        return Response(msgspec.json.encode(_make_feature(row, body, asked, terms)), media_type=GEO)
    return send(request, body)


def _are_texts(values: list[Any]) -> bool:
    return all(isinstance(one, str) for one in values)


def _answer_query(
    request: Request, asked: dict[str, Any], terms: Terms, any_of: tuple[Asked, ...] = ()
) -> Response:
    check_parameters(asked)
    wanted = read_question(asked, terms, any_of)
    is_counted = asked.get("count") == "true"
    if not wanted.limit and not is_counted:
        raise bad("limit 0 goes with count=true")
    rows, total = find_entities(msgspec.structs.replace(wanted, limit=wanted.limit + 1), count=is_counted)
    headers = {} if total is None else {"NGSILD-Results-Count": str(total)}
    if request.method == "GET":
        page = wanted.limit, wanted.offset
        headers |= link_pages("entities", asked, page, has_more=len(rows) > wanted.limit)
    rows = rows[: wanted.limit]
    bodies = [_write(row, asked, terms, wanted.attrs) for row in rows]
    if choose_media(request, JSON, LD, GEO) == GEO:
        features = [_make_feature(row, body, asked, terms) for row, body in zip(rows, bodies, strict=True)]
        content = msgspec.json.encode({"type": "FeatureCollection", "features": features})
        return Response(content, headers=headers, media_type=GEO)
    return send(request, bodies, headers=headers)


def _write(row: ContextEntity, asked: Any, terms: Terms, attrs: tuple[str, ...]) -> dict[str, Any]:
    times = (row.created_at, row.modified_at) if "sysAttrs" in read_options(asked) else None
    entity = read_row(row)
    if asked.get("datasetId"):
        chosen = choose_instances(entity.attributes, str(asked["datasetId"]).split(","))
        entity = msgspec.structs.replace(entity, attributes=chosen)
    if asked.get("lang"):
        entity = msgspec.structs.replace(entity, attributes=choose_language(entity.attributes, asked["lang"]))
    return pick(write_entity(entity, terms, form=read_form(asked), attrs=attrs, times=times), asked, terms)


def _make_feature(row: ContextEntity, body: dict[str, Any], asked: Any, terms: Terms) -> dict[str, Any]:
    place = find_place(row.attributes, terms.expand(asked.get("geometryProperty") or "location"))
    properties = {name: value for name, value in body.items() if name != "id"}
    return {"id": row.entity_id, "type": "Feature", "geometry": place, "properties": properties}


ROUTES = [
    route("GET", "/entities", query, "개체 찾기", "query entities"),
    route("GET", "/entities/{id}", read_one, "개체 보기", "retrieve an entity"),
    route("POST", "/entityOperations/query", query_by_post, "본문으로 찾기", "query by POST", dict[str, Any]),
]
