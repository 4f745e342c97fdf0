"""NGSI-LD (ETSI GS CIM 009) under /ngsi-ld/v1: entities, attributes, batches, queries, subscriptions, contexts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from madang.core.base.interface import Text, now
from madang.core.pages.interface import Route, find_address
from madang.infrastructure.city_sensors.actions.ngsi.entities import (
    create_entity,
    do_each,
    put_attributes,
    remove_attribute,
    remove_entity,
    replace_entity,
)
from madang.infrastructure.city_sensors.actions.ngsi.subscriptions import (
    change_subscription,
    create_subscription,
    get_subscription,
    host_context,
    remove_context,
    remove_subscription,
)
from madang.infrastructure.city_sensors.methods.ngsi.changes import NULL
from madang.infrastructure.city_sensors.methods.ngsi.contexts import Terms
from madang.infrastructure.city_sensors.methods.ngsi.documents import (
    VALUES,
    Entity,
    choose_language,
    find_place,
    list_instances,
    read_attribute,
    read_attributes,
    read_entity,
    read_scopes,
    write_entity,
)
from madang.infrastructure.city_sensors.methods.ngsi.merging import is_null, merge_attributes
from madang.infrastructure.city_sensors.methods.ngsi.problems import Problem, bad, missing
from madang.infrastructure.city_sensors.methods.sensorthings.bodies import write_time
from madang.infrastructure.city_sensors.models import ContextEntity, Subscription
from madang.infrastructure.city_sensors.queries.ngsi.entities import (
    Asked,
    count_types,
    find_context,
    find_entities,
    get_row,
    list_attributes,
    list_contexts,
    list_kinds,
    list_types_with,
    read_row,
    read_selectors,
)
from madang.infrastructure.city_sensors.queries.ngsi.subscriptions import list_subscriptions

from .ngsi_answers import (
    JSON,
    LD,
    ROOT,
    check_identity,
    check_parameters,
    choose_media,
    describe_problem,
    expand_names,
    find_source,
    link_pages,
    pick,
    read_form,
    read_options,
    read_page,
    read_question,
    read_terms,
    refuse,
    route,
    send,
    serve,
)

GEO = "application/geo+json"
IN_QUERY = ("q", "scopeQ", "lang")
"""Texts of a Query in a body that are parameters of the same name otherwise."""


@serve
def create(request: Request, body: Any) -> Response:
    """Make an entity."""
    entity = read_entity(body, read_terms(request, body))
    create_entity(actor=request.state.actor, now=now(), entity=entity)
    return Response(status_code=201, headers={"Location": f"{ROOT}/entities/{entity.id}"})


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
    _merge(request, request.path_params["id"], body)
    return Response(status_code=204)


def _merge(request: Request, identity: str, body: dict[str, Any]) -> None:
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


@serve
def batch(request: Request, body: Any) -> Response:
    """Make, update, upsert or delete many entities; each succeeds or fails alone."""
    work = _BATCHES.get(request.path_params["operation"])
    if work is None:
        raise missing(f"operation {request.path_params['operation']}")
    if not isinstance(body, list) or not body:
        raise bad("send a list that is not empty")
    made: list[str] = []

    def do_one(item: Any) -> None:
        if work(request, item):
            made.append(_identify(item))

    done, refused = do_each(body, _identify, do_one)
    if refused:
        problems = [
            {"entityId": identity, "error": describe_problem(one.kind, one.status, one.text.en)}
            for identity, one in refused
        ]
        return send(request, {"success": done, "errors": problems}, 207)
    return send(request, made, 201) if made else Response(status_code=204)


@serve
def show_types(request: Request, _body: None) -> Response:
    """Answer the types that there are entities of."""
    terms = read_terms(request, None)
    if _asks_details(request):
        details = [
            {
                "id": iri,
                "type": "EntityType",
                "typeName": terms.compact(iri),
                "attributeNames": [terms.compact(one) for one in list_attributes(iri)],
            }
            for iri in count_types()
        ]
        return send(request, details)
    names = [terms.compact(iri) for iri in count_types()]
    return send(
        request, {"id": "urn:ngsi-ld:EntityTypeList:all", "type": "EntityTypeList", "typeList": names}
    )


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


@serve
def refuse_rest(request: Request, _body: None) -> Response:
    """Answer an address that leads nowhere, or a part of the standard that isn't served."""
    rest = request.path_params["rest"]
    if request.method != "GET" or rest.startswith(UNSERVED):
        raise Problem("OperationNotSupported", f"{request.method} {rest[:200]} isn't served here")
    raise missing(f"{ROOT}/{rest[:200]}")


@serve
def show_attributes(request: Request, _body: None) -> Response:
    """Answer the attributes that some entity has."""
    terms = read_terms(request, None)
    if _asks_details(request):
        details = [
            {
                "id": iri,
                "type": "Attribute",
                "attributeName": terms.compact(iri),
                "typeNames": [terms.compact(one) for one in list_types_with(iri)],
            }
            for iri in list_attributes()
        ]
        return send(request, details)
    names = [terms.compact(iri) for iri in list_attributes()]
    return send(
        request, {"id": "urn:ngsi-ld:AttributeList:all", "type": "AttributeList", "attributeList": names}
    )


@serve
def subscribe(request: Request, body: Any) -> Response:
    """Hand in a subscription."""
    identity = create_subscription(
        actor=request.state.actor, now=now(), body=body, context=find_source(request, body)
    )
    return Response(status_code=201, headers={"Location": f"{ROOT}/subscriptions/{identity}"})


@serve
def show_subscriptions(request: Request, _body: None) -> Response:
    """Answer the subscriptions with what became of their notifications."""
    limit, offset = read_page(request.query_params)
    rows, total = list_subscriptions(limit=limit, offset=offset)
    asked = dict(request.query_params.multi_items())
    headers = {"NGSILD-Results-Count": str(total)} if asked.get("count") == "true" else {}
    headers |= link_pages("subscriptions", asked, (limit, offset), has_more=total > offset + limit)
    return send(request, [_describe_subscription(row) for row in rows], headers=headers)


@serve
def show_subscription(request: Request, _body: None) -> Response:
    """Answer one subscription."""
    return send(request, _describe_subscription(get_subscription(request.path_params["id"])))


@serve
def edit_subscription(request: Request, body: Any) -> Response:
    """Change a subscription."""
    change_subscription(
        actor=request.state.actor,
        now=now(),
        identity=request.path_params["id"],
        body=body,
        context=find_source(request, body),
    )
    return Response(status_code=204)


@serve
def unsubscribe(request: Request, _body: None) -> Response:
    """Withdraw a subscription."""
    remove_subscription(actor=request.state.actor, now=now(), identity=request.path_params["id"])
    return Response(status_code=204)


@serve
def host(request: Request, body: Any) -> Response:
    """Keep a context under an address of the house."""
    identity = host_context(actor=request.state.actor, now=now(), body=body)
    address = f"{find_address(request)}{ROOT}/jsonldContexts/{identity}"
    return Response(status_code=201, headers={"Location": address})


@serve
def show_contexts(request: Request, _body: None) -> Response:
    """Answer the addresses of the contexts that were handed in, or what is known of them."""
    if request.query_params.get("kind", "Hosted") not in {"Hosted", "Cached", "ImplicitlyCreated"}:
        raise bad("kind is Hosted, Cached or ImplicitlyCreated")
    base = f"{find_address(request)}{ROOT}/jsonldContexts/"
    is_ours = request.query_params.get("kind", "Hosted") == "Hosted"  # nothing is fetched, so none is cached
    rows = list_contexts() if is_ours else []
    body: list[Any] = [base + row.context_id for row in rows]
    if _asks_details(request):
        body = [
            {
                "URL": base + row.context_id,
                "localId": row.context_id,
                "kind": "Hosted",
                "createdAt": write_time(row.created_at),
            }
            for row in rows
        ]
    return Response(msgspec.json.encode(body), media_type=JSON)


@serve
def show_context(request: Request, _body: None) -> Response:
    """Answer a context."""
    body = find_context(request.path_params["id"])
    if body is None:
        raise missing(f"context {request.path_params['id']}")
    return Response(msgspec.json.encode(body), media_type=LD)


@serve
def drop_context(request: Request, _body: None) -> Response:
    """Forget a context."""
    remove_context(actor=request.state.actor, now=now(), context_id=request.path_params["id"])
    return Response(status_code=204)


def _asks_details(request: Request) -> bool:
    text = request.query_params.get("details", "false")
    if text not in {"true", "false"}:
        raise bad("details is true or false")
    return text == "true"


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
    if asked.get("lang"):
        entity = msgspec.structs.replace(entity, attributes=choose_language(entity.attributes, asked["lang"]))
    return pick(write_entity(entity, terms, form=read_form(asked), attrs=attrs, times=times), asked, terms)


def _make_feature(row: ContextEntity, body: dict[str, Any], asked: Any, terms: Terms) -> dict[str, Any]:
    place = find_place(row.attributes, terms.expand(asked.get("geometryProperty") or "location"))
    properties = {name: value for name, value in body.items() if name != "id"}
    return {"id": row.entity_id, "type": "Feature", "geometry": place, "properties": properties}


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


def _create_item(request: Request, item: Any) -> bool:
    create_entity(actor=request.state.actor, now=now(), entity=read_entity(item, read_terms(request, item)))
    return True


def _upsert_item(request: Request, item: Any) -> bool:
    """Make an entity, or write it where it is there; return whether it was made."""
    entity = read_entity(item, read_terms(request, item))
    try:
        create_entity(actor=request.state.actor, now=now(), entity=entity)
    except Problem as problem:
        if problem.kind != "AlreadyExists":
            raise
        if "update" in request.query_params.get("options", ""):
            _put_item(request, entity)
        else:
            replace_entity(actor=request.state.actor, now=now(), entity=entity)
        return False
    return True


def _update_item(request: Request, item: Any) -> None:
    _put_item(request, read_entity(item, read_terms(request, item)))


def _put_item(request: Request, entity: Entity) -> None:
    keep = "noOverwrite" in request.query_params.get("options", "")
    put_attributes(
        actor=request.state.actor,
        now=now(),
        identity=entity.id,
        attributes=entity.attributes,
        only=lambda _iri, there: not (there and keep),
        scopes=() if keep else entity.scopes,
    )


def _merge_item(request: Request, item: Any) -> None:
    entity = read_entity(item if isinstance(item, dict) else None, read_terms(request, item))
    _merge(request, entity.id, {name: one for name, one in item.items() if name not in {"id", "type"}})


def _delete_item(request: Request, item: Any) -> None:
    remove_entity(actor=request.state.actor, now=now(), identity=str(item))


def _identify(item: Any) -> str:
    return str(item.get("id", "") if isinstance(item, dict) else item)[:600]


_BATCHES = {
    "create": _create_item, "upsert": _upsert_item, "update": _update_item, "merge": _merge_item, "delete": _delete_item,
}  # fmt: skip


def _describe_subscription(row: Subscription) -> dict[str, Any]:
    notification = row.body["notification"] | {"timesSent": row.times_sent, "timesFailed": row.times_failed}
    for name, moment in (
        ("lastNotification", row.told_at),
        ("lastSuccess", row.succeeded_at),
        ("lastFailure", row.failed_at),
    ):
        if moment is not None:
            notification[name] = write_time(moment)
    is_failing = row.failed_at and (not row.succeeded_at or row.failed_at > row.succeeded_at)
    notification["status"] = "failed" if is_failing else "ok"
    if is_failing:
        notification["lastError"] = row.last_error
    is_over = row.expires_at is not None and row.expires_at <= now()
    status = "expired" if is_over else "active" if row.is_active else "paused"
    return {"id": row.subscription_id} | row.body | {"notification": notification, "status": status}


ONE = "/entities/{id}"
UNSERVED = ("temporal/", "csource", "entityMaps", "info/", "snapshots")
"""Begins of addresses of the standard that aren't served."""
REST = [
    Route(
        method,
        ROOT + "/{rest:path}",
        refuse_rest,
        "public",
        Text(ko="NGSI-LD 다른 주소", en="NGSI-LD: any other address"),
        tags=("ngsi-ld",),
        problems=True,
        refuse=refuse,
    )
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
]
"""They stand last."""
ROUTES = [
    route("GET", "/entities", query, "개체 찾기", "query entities"),
    route("POST", "/entities", create, "개체 만들기", "create an entity", dict[str, Any]),
    route("DELETE", "/entities", purge, "찾은 개체 지우기", "purge entities"),
    route("GET", ONE, read_one, "개체 보기", "retrieve an entity"),
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
    route("POST", "/entityOperations/query", query_by_post, "본문으로 찾기", "query by POST", dict[str, Any]),
    route("POST", "/entityOperations/{operation}", batch, "묶음", "batch operations", list[Any]),
    route("GET", "/types", show_types, "개체 종류", "entity types"),
    route("GET", "/types/{type}", show_type, "개체 종류 하나", "an entity type"),
    route("GET", "/attributes/{attribute}", show_attribute, "속성 하나", "an attribute"),
    route("GET", "/attributes", show_attributes, "속성 목록", "attributes"),
    route("GET", "/subscriptions", show_subscriptions, "구독 목록", "subscriptions"),
    route("POST", "/subscriptions", subscribe, "구독하기", "subscribe", dict[str, Any]),
    route("GET", "/subscriptions/{id}", show_subscription, "구독 보기", "a subscription"),
    route(
        "PATCH",
        "/subscriptions/{id}",
        edit_subscription,
        "구독 고치기",
        "change a subscription",
        dict[str, Any],
    ),
    route("DELETE", "/subscriptions/{id}", unsubscribe, "구독 거두기", "unsubscribe"),
    route("GET", "/jsonldContexts", show_contexts, "문맥 목록", "contexts"),
    route("POST", "/jsonldContexts", host, "문맥 맡기기", "host a context", dict[str, Any]),
    route("GET", "/jsonldContexts/{id}", show_context, "문맥 보기", "a context"),
    route("DELETE", "/jsonldContexts/{id}", drop_context, "문맥 지우기", "delete a context"),
]
