"""NGSI-LD changes of one entity, as a whole and attribute by attribute."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from madang.core.base.interface import now
from madang.infrastructure.city_sensors.actions.ngsi.entities import (
    create_entity,
    put_attributes,
    remove_attribute,
    remove_entity,
    replace_entity,
)
from madang.infrastructure.city_sensors.methods.ngsi.changes import NULL
from madang.infrastructure.city_sensors.methods.ngsi.contexts import Terms
from madang.infrastructure.city_sensors.methods.ngsi.documents import (
    VALUES,
    list_instances,
    read_attribute,
    read_attributes,
    read_entity,
    read_scopes,
)
from madang.infrastructure.city_sensors.methods.ngsi.merging import is_null, merge_attributes
from madang.infrastructure.city_sensors.methods.ngsi.problems import bad, missing
from madang.infrastructure.city_sensors.queries.ngsi.entities import find_entities, get_row, read_row

from .ngsi_answers import (
    ROOT,
    check_identity,
    check_parameters,
    read_question,
    read_terms,
    route,
    send,
    serve,
)

ONE = "/entities/{id}"


@serve
def create(request: Request, body: Any) -> Response:
    """Make an entity."""
    entity = read_entity(body, read_terms(request, body))
    create_entity(actor=request.state.actor, now=now(), entity=entity)
    return Response(status_code=201, headers={"Location": f"{ROOT}/entities/{entity.id}"})


@serve
def remove(request: Request, _body: None) -> Response:
    """Remove one entity."""
    identity = check_identity(request.path_params["id"])
    remove_entity(actor=request.state.actor, now=now(), identity=identity)
    return Response(status_code=204)


@serve
def replace(request: Request, body: Any) -> Response:
    """Write an entity as a whole."""
    entity = read_entity(body, read_terms(request, body), identity=request.path_params["id"])
    replace_entity(actor=request.state.actor, now=now(), entity=entity)
    return Response(status_code=204)


@serve
def merge(request: Request, body: Any) -> Response:
    """Write attributes over those that are there, and add the others (merge patch; null removes)."""
    merge_entity(request, request.path_params["id"], body)
    return Response(status_code=204)


def merge_entity(request: Request, identity: str, body: dict[str, Any]) -> None:
    """Write attributes over those of an entity and add the others; null removes."""
    terms = read_terms(request, body)
    gone = [name for name, value in body.items() if is_null(value)]
    rest = {name: one for name, one in body.items() if name not in gone and name != "@context"}
    there = read_row(get_row(check_identity(identity))).attributes
    put_attributes(
        actor=request.state.actor,
        now=now(),
        identity=identity,
        attributes=merge_attributes(rest, there, terms),
        only=lambda _iri, _there: True,
        scopes=read_scopes(rest),
        gone=[terms.expand(name) for name in gone],
    )


@serve
def purge(request: Request, _body: None) -> Response:
    """Remove the entities that the parameters select."""
    asked = dict(request.query_params.multi_items())
    check_parameters(asked)
    wanted = msgspec.structs.replace(read_question(asked, read_terms(request, None)), limit=1_000, offset=0)
    while rows := find_entities(wanted)[0]:
        for row in rows:
            remove_entity(actor=request.state.actor, now=now(), identity=row.entity_id)
    return Response(status_code=204)


@serve
def append(request: Request, body: Any) -> Response:
    """Add attributes; with options=noOverwrite those that are there stay."""
    keep = "noOverwrite" in request.query_params.get("options", "")
    return _put(request, body, read_terms(request, body), lambda _iri, there: not (there and keep))


@serve
def update(request: Request, body: Any) -> Response:
    """Write attributes that are there; others are left."""
    return _put(request, body, read_terms(request, body), lambda _iri, there: there)


@serve
def update_one(request: Request, body: Any) -> Response:
    """Write one attribute that is there."""
    terms = read_terms(request, body)
    iri = terms.expand(request.path_params["attribute"])
    identity = request.path_params["id"]
    before = read_row(get_row(check_identity(identity))).attributes.get(iri)
    gone = {name for name, one in body.items() if one in (None, NULL)}
    value = {name: one for name, one in body.items() if name not in gone | {"@context"}}
    if (not value and not gone) or gone & {"type", *VALUES.values()}:
        raise bad("there is nothing to update; an attribute is removed by DELETE")
    there = [] if before is None else list_instances(before)
    same = next((one for one in there if one.get("datasetId") == value.get("datasetId")), None)
    if same is None:
        raise missing(f"attribute {request.path_params['attribute']}")
    if value.setdefault("type", same["type"]) != same["type"]:
        raise bad(f"the attribute is a {same['type']}; delete it to make it another kind")
    member = VALUES[same["type"]]
    one = read_attribute(request.path_params["attribute"], {member: same[member], **value}, terms)
    removed = gone | {terms.expand(part) for part in gone}
    put_attributes(
        actor=request.state.actor,
        now=now(),
        identity=identity,
        attributes={iri: {key: part for key, part in (same | one).items() if key not in removed}},
        only=lambda _iri, there: there,
    )
    return Response(status_code=204)


@serve
def replace_one(request: Request, body: Any) -> Response:
    """Write one attribute that is there, as a whole."""
    terms, name = read_terms(request, body), request.path_params["attribute"]
    value = {member: one for member, one in body.items() if member != "@context"}
    written, _ = put_attributes(
        actor=request.state.actor,
        now=now(),
        identity=request.path_params["id"],
        attributes={terms.expand(name): read_attribute(name, value, terms)},
        only=lambda _iri, there: there,
    )
    if not written:
        raise missing(f"attribute {name}")
    return Response(status_code=204)


@serve
def remove_one(request: Request, _body: None) -> Response:
    """Remove one attribute."""
    asked = request.query_params
    unknown = set(asked) - {"datasetId", "deleteAll", "local"}
    if unknown or asked.get("deleteAll", "false") not in {"true", "false"}:
        raise bad(
            f"an attribute is deleted with datasetId or deleteAll, not {min(unknown or {'deleteAll'})[:50]}"
        )
    remove_attribute(
        actor=request.state.actor,
        now=now(),
        identity=check_identity(request.path_params["id"]),
        iri=read_terms(request, None).expand(request.path_params["attribute"]),
        dataset_id=asked.get("datasetId") or None,
        is_whole=asked.get("deleteAll") == "true",
    )
    return Response(status_code=204)


def _put(request: Request, body: Any, terms: Terms, only: Callable[[str, bool], bool]) -> Response:
    attributes, scopes = read_attributes(body, terms), read_scopes(body)
    if not attributes and not scopes:
        raise bad("there are no attributes to write")
    written, left = put_attributes(
        actor=request.state.actor,
        now=now(),
        identity=check_identity(request.path_params["id"]),
        attributes=attributes,
        only=only,
        scopes=scopes,
    )
    if not left:
        return Response(status_code=204)
    reasons = [{"attributeName": terms.compact(iri), "reason": "left as it is"} for iri in left]
    return send(request, {"updated": [terms.compact(iri) for iri in written], "notUpdated": reasons}, 207)


ROUTES = [
    route("POST", "/entities", create, "개체 만들기", "create an entity", dict[str, Any]),
    route("DELETE", "/entities", purge, "찾은 개체 지우기", "purge entities"),
    route("PUT", ONE, replace, "개체 바꾸기", "replace an entity", dict[str, Any]),
    route("PATCH", ONE, merge, "개체 합치기", "merge an entity", dict[str, Any]),
    route("DELETE", ONE, remove, "개체 지우기", "delete an entity"),
    route("POST", f"{ONE}/attrs", append, "속성 더하기", "append attributes", dict[str, Any]),
    route("PATCH", f"{ONE}/attrs", update, "속성 고치기", "update attributes", dict[str, Any]),
    route(
        "PATCH",
        ONE + "/attrs/{attribute}",
        update_one,
        "속성 하나 고치기",
        "update an attribute",
        dict[str, Any],
    ),
    route(
        "PUT",
        ONE + "/attrs/{attribute}",
        replace_one,
        "속성 하나 바꾸기",
        "replace an attribute",
        dict[str, Any],
    ),
    route("DELETE", ONE + "/attrs/{attribute}", remove_one, "속성 하나 지우기", "delete an attribute"),
]
