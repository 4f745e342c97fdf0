"""NGSI-LD (ETSI GS CIM 009) under /ngsi-ld/v1: entities, attributes, batches, queries, subscriptions, contexts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
from django.utils.http import urlencode
from starlette.requests import Request
from starlette.responses import Response

from madang.core.base.interface import MadangError, NotFound, Text, now
from madang.core.pages.interface import Route, find_address
from madang.infrastructure.city_sensors.actions.ngsi.entities import (
    WRITE,
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
from madang.infrastructure.city_sensors.methods.ngsi.contexts import CORE, Terms
from madang.infrastructure.city_sensors.methods.ngsi.documents import (
    Entity,
    find_place,
    read_attribute,
    read_attributes,
    read_entity,
    write_entity,
)
from madang.infrastructure.city_sensors.methods.ngsi.problems import Problem, bad, missing
from madang.infrastructure.city_sensors.methods.ngsi.questions import check_pattern, read_place, read_q
from madang.infrastructure.city_sensors.methods.sensorthings.bodies import write_time
from madang.infrastructure.city_sensors.models import ContextEntity, Subscription
from madang.infrastructure.city_sensors.queries.ngsi.entities import (
    Asked,
    count_types,
    find_context,
    find_entities,
    get_row,
    list_attributes,
    read_row,
)
from madang.infrastructure.city_sensors.queries.ngsi.subscriptions import list_subscriptions

ROOT = "/ngsi-ld/v1"
LINK = re.compile(r'<([^>]+)>\s*;[^,]*rel="http://www\.w3\.org/ns/json-ld#context"')
LD, GEO = "application/ld+json", "application/geo+json"
MOST = 1_000
Body = dict[str, Any] | list[Any]


def _serve(work: Callable[..., Response]) -> Callable[..., Response]:
    """Answer what is wrong as the standard does, with the house's two words besides."""

    def serve(request: Request, _query: None, body: Any) -> Response:
        try:
            return work(request, body)
        except Problem as problem:
            return _refuse(problem.kind, problem.status, problem.text.en)
        except NotFound as error:
            return _refuse("ResourceNotFound", 404, error.text.en)
        except MadangError as error:
            status = 400 if error.status == 422 else error.status
            return _refuse("BadRequestData", status, error.text.en)

    return serve


def _refuse(kind: str, status: int, detail: str) -> Response:
    return Response(
        msgspec.json.encode(_describe_problem(kind, status, detail)),
        status,
        media_type="application/json",
    )


def _describe_problem(kind: str, status: int, detail: str) -> dict[str, Any]:
    return {
        "type": f"https://uri.etsi.org/ngsi-ld/errors/{kind}",
        "title": kind,
        "status": status,
        "detail": detail,
        "code": f"ngsi_ld.{kind}",
        "message": detail,
    }


@_serve
def create(request: Request, body: Any) -> Response:
    """Make an entity."""
    entity = read_entity(body, _read_terms(request, body))
    create_entity(actor=request.state.actor, now=now(), entity=entity)
    return Response(status_code=201, headers={"Location": f"{ROOT}/entities/{entity.id}"})


@_serve
def query(request: Request, _body: None) -> Response:
    """Answer entities found by the parameters."""
    asked = dict(request.query_params.multi_items())
    return _answer_query(request, asked, _read_terms(request, None))


@_serve
def query_by_post(request: Request, body: Any) -> Response:
    """Answer entities found by a Query in the body."""
    if not isinstance(body, dict) or body.get("type") != "Query":
        raise bad("send an object of type Query")
    selectors = body.get("entities") or [{}]
    geo = body.get("geoQ") or {}
    asked = dict(request.query_params.multi_items()) | {
        "type": ",".join(one["type"] for one in selectors if one.get("type")),
        "id": ",".join(one["id"] for one in selectors if one.get("id")),
        "idPattern": next((one["idPattern"] for one in selectors if one.get("idPattern")), ""),
        "attrs": ",".join(body.get("attrs", [])),
        "q": body.get("q", ""),
    }
    if geo:
        asked |= {name: geo[name] for name in ("georel", "geometry", "geoproperty") if name in geo}
        asked["coordinates"] = msgspec.json.encode(geo.get("coordinates")).decode()
    return _answer_query(request, asked, _read_terms(request, body))


@_serve
def read_one(request: Request, _body: None) -> Response:
    """Answer one entity."""
    terms = _read_terms(request, None)
    row = get_row(request.path_params["id"])
    return _send(
        request, _write(row, request.query_params, terms, _expand_names(request.query_params, "attrs", terms))
    )


@_serve
def remove(request: Request, _body: None) -> Response:
    """Remove one entity."""
    remove_entity(actor=request.state.actor, now=now(), identity=request.path_params["id"])
    return Response(status_code=204)


@_serve
def replace(request: Request, body: Any) -> Response:
    """Write an entity as a whole."""
    entity = read_entity(body, _read_terms(request, body), identity=request.path_params["id"])
    replace_entity(actor=request.state.actor, now=now(), entity=entity)
    return Response(status_code=204)


@_serve
def merge(request: Request, body: Any) -> Response:
    """Write attributes over those that are there, and add the others (merge patch; null removes)."""
    terms = _read_terms(request, body)
    gone = [name for name, value in body.items() if value is None or _is_null(value)]
    _put(
        request,
        {name: value for name, value in body.items() if name not in gone},
        terms,
        lambda _iri, _there: True,
    )
    for name in gone:
        remove_attribute(
            actor=request.state.actor, now=now(), identity=request.path_params["id"], iri=terms.expand(name)
        )
    return Response(status_code=204)


@_serve
def append(request: Request, body: Any) -> Response:
    """Add attributes; with options=noOverwrite those that are there stay."""
    keep = "noOverwrite" in request.query_params.get("options", "")
    return _put(request, body, _read_terms(request, body), lambda _iri, there: not (there and keep))


@_serve
def update(request: Request, body: Any) -> Response:
    """Write attributes that are there; others are left."""
    return _put(request, body, _read_terms(request, body), lambda _iri, there: there)


@_serve
def update_one(request: Request, body: Any) -> Response:
    """Write one attribute that is there."""
    terms = _read_terms(request, body)
    iri = terms.expand(request.path_params["attribute"])
    identity = request.path_params["id"]
    before = read_row(get_row(identity)).attributes.get(iri)
    if before is None:
        raise missing(f"attribute {request.path_params['attribute']}")
    value = {name: one for name, one in body.items() if name != "@context"}
    if isinstance(before, dict) and "type" not in value:
        value = {
            "type": before["type"],
            **{n: before[n] for n in before if n in {"value", "object"}},
            **value,
        }
    one = read_attribute(request.path_params["attribute"], value, terms)
    put_attributes(
        actor=request.state.actor,
        now=now(),
        identity=identity,
        attributes={iri: one},
        only=lambda _iri, there: there,
    )
    return Response(status_code=204)


@_serve
def remove_one(request: Request, _body: None) -> Response:
    """Remove one attribute."""
    iri = _read_terms(request, None).expand(request.path_params["attribute"])
    remove_attribute(actor=request.state.actor, now=now(), identity=request.path_params["id"], iri=iri)
    return Response(status_code=204)


@_serve
def batch(request: Request, body: Any) -> Response:
    """Make, update, upsert or delete many entities; each succeeds or fails alone."""
    work = _BATCHES.get(request.path_params["operation"])
    if work is None:
        raise missing(f"operation {request.path_params['operation']}")
    if not isinstance(body, list) or not body:
        raise bad("send a list that is not empty")
    done, refused = do_each(body, _identify, lambda item: work(request, item))
    if refused:
        problems = [
            {"entityId": identity, "error": _describe_problem(one.kind, one.status, one.text.en)}
            for identity, one in refused
        ]
        return _send(request, {"success": done, "errors": problems}, 207)
    if request.path_params["operation"] in {"create", "upsert"}:
        return _send(request, done, 201)
    return Response(status_code=204)


@_serve
def show_types(request: Request, _body: None) -> Response:
    """Answer the types that there are entities of."""
    terms = _read_terms(request, None)
    names = [terms.compact(iri) for iri in count_types()]
    return _send(
        request, {"id": "urn:ngsi-ld:EntityTypeList:all", "type": "EntityTypeList", "typeList": names}
    )


@_serve
def show_attributes(request: Request, _body: None) -> Response:
    """Answer the attributes that some entity has."""
    terms = _read_terms(request, None)
    names = [terms.compact(iri) for iri in list_attributes()]
    return _send(
        request, {"id": "urn:ngsi-ld:AttributeList:all", "type": "AttributeList", "attributeList": names}
    )


@_serve
def subscribe(request: Request, body: Any) -> Response:
    """Hand in a subscription."""
    identity = create_subscription(
        actor=request.state.actor, now=now(), body=body, context=_find_source(request, body)
    )
    return Response(status_code=201, headers={"Location": f"{ROOT}/subscriptions/{identity}"})


@_serve
def show_subscriptions(request: Request, _body: None) -> Response:
    """Answer the subscriptions with what became of their notifications."""
    limit, offset = _read_page(request.query_params)
    rows, total = list_subscriptions(limit=limit, offset=offset)
    headers = {"NGSILD-Results-Count": str(total)} if request.query_params.get("count") == "true" else {}
    return _send(request, [_describe_subscription(row) for row in rows], headers=headers)


@_serve
def show_subscription(request: Request, _body: None) -> Response:
    """Answer one subscription."""
    return _send(request, _describe_subscription(get_subscription(request.path_params["id"])))


@_serve
def edit_subscription(request: Request, body: Any) -> Response:
    """Change a subscription."""
    change_subscription(
        actor=request.state.actor,
        now=now(),
        identity=request.path_params["id"],
        body=body,
        context=_find_source(request, body),
    )
    return Response(status_code=204)


@_serve
def unsubscribe(request: Request, _body: None) -> Response:
    """Withdraw a subscription."""
    remove_subscription(actor=request.state.actor, now=now(), identity=request.path_params["id"])
    return Response(status_code=204)


@_serve
def host(request: Request, body: Any) -> Response:
    """Keep a context under an address of the house."""
    identity = host_context(actor=request.state.actor, now=now(), body=body)
    address = f"{find_address(request)}{ROOT}/jsonldContexts/{identity}"
    return Response(status_code=201, headers={"Location": address})


@_serve
def show_context(request: Request, _body: None) -> Response:
    """Answer a context."""
    body = find_context(request.path_params["id"])
    if body is None:
        raise missing(f"context {request.path_params['id']}")
    return Response(msgspec.json.encode(body), media_type=LD)


@_serve
def drop_context(request: Request, _body: None) -> Response:
    """Forget a context."""
    remove_context(actor=request.state.actor, now=now(), context_id=request.path_params["id"])
    return Response(status_code=204)


def _answer_query(request: Request, asked: dict[str, Any], terms: Terms) -> Response:
    limit, offset = _read_page(asked)
    wanted = Asked(
        types=_expand_names(asked, "type", terms),
        ids=tuple(one for one in str(asked.get("id") or "").split(",") if one),
        id_pattern=check_pattern(asked["idPattern"]) if asked.get("idPattern") else "",
        attrs=_expand_names(asked, "attrs", terms),
        q=read_q(asked["q"], terms) if asked.get("q") else None,
        place=_read_geo(asked, terms),
        limit=limit,
        offset=offset,
    )
    if not (wanted.types or wanted.ids or wanted.id_pattern or wanted.attrs or wanted.q or wanted.place):
        raise bad("name a type, an id, attrs, a q or a place")
    is_counted = asked.get("count") == "true"
    rows, total = find_entities(wanted, count=is_counted)
    headers = {} if total is None else {"NGSILD-Results-Count": str(total)}
    if request.method == "GET" and len(rows) == limit and limit:
        more = urlencode(asked | {"offset": offset + limit})
        headers["Link"] = f'<{ROOT}/entities?{more}>; rel="next"'
    bodies = [_write(row, asked, terms, wanted.attrs) for row in rows]
    if GEO in request.headers.get("accept", ""):
        features = [_make_feature(row, body) for row, body in zip(rows, bodies, strict=True)]
        content = msgspec.json.encode({"type": "FeatureCollection", "features": features})
        return Response(content, headers=headers, media_type=GEO)
    return _send(request, bodies, headers=headers)


def _write(row: ContextEntity, asked: Any, terms: Terms, attrs: tuple[str, ...]) -> dict[str, Any]:
    options = f"{asked.get('options', '')},{asked.get('format', '')}"
    form = "keyValues" if "keyValues" in options or "simplified" in options else "normalized"
    form = "concise" if "concise" in options else form
    times = (row.created_at, row.modified_at) if "sysAttrs" in options else None
    return write_entity(read_row(row), terms, form=form, attrs=attrs, times=times)


def _make_feature(row: ContextEntity, body: dict[str, Any]) -> dict[str, Any]:
    place = find_place(row.attributes, "https://uri.etsi.org/ngsi-ld/location")
    properties = {name: value for name, value in body.items() if name != "id"}
    return {"id": body["id"], "type": "Feature", "geometry": place, "properties": properties}


def _put(request: Request, body: Any, terms: Terms, only: Callable[[str, bool], bool]) -> Response:
    attributes = read_attributes(body, terms)
    written, left = put_attributes(
        actor=request.state.actor,
        now=now(),
        identity=request.path_params["id"],
        attributes=attributes,
        only=only,
    )
    if not left:
        return Response(status_code=204)
    reasons = [{"attributeName": terms.compact(iri), "reason": "left as it is"} for iri in left]
    return _send(request, {"updated": [terms.compact(iri) for iri in written], "notUpdated": reasons}, 207)


def _create_item(request: Request, item: Any) -> None:
    create_entity(actor=request.state.actor, now=now(), entity=read_entity(item, _read_terms(request, item)))


def _upsert_item(request: Request, item: Any) -> None:
    entity = read_entity(item, _read_terms(request, item))
    try:
        create_entity(actor=request.state.actor, now=now(), entity=entity)
    except Problem as problem:
        if problem.kind != "AlreadyExists":
            raise
        if "update" in request.query_params.get("options", ""):
            _put_item(request, entity)
        else:
            replace_entity(actor=request.state.actor, now=now(), entity=entity)


def _update_item(request: Request, item: Any) -> None:
    _put_item(request, read_entity(item, _read_terms(request, item)))


def _put_item(request: Request, entity: Entity) -> None:
    keep = "noOverwrite" in request.query_params.get("options", "")
    put_attributes(
        actor=request.state.actor,
        now=now(),
        identity=entity.id,
        attributes=entity.attributes,
        only=lambda _iri, there: not (there and keep),
    )


def _delete_item(request: Request, item: Any) -> None:
    remove_entity(actor=request.state.actor, now=now(), identity=str(item))


def _identify(item: Any) -> str:
    return str(item.get("id", "") if isinstance(item, dict) else item)[:600]


_BATCHES = {"create": _create_item, "upsert": _upsert_item, "update": _update_item, "delete": _delete_item}


def _is_null(value: Any) -> bool:
    return value == "urn:ngsi-ld:null" or (
        isinstance(value, dict) and value.get("value") == "urn:ngsi-ld:null"
    )


def _find_source(request: Request, body: Any) -> Any:
    """Return the @context of a request: of the body in JSON-LD, of the Link header otherwise."""
    if isinstance(body, dict) and "@context" in body:
        return body["@context"]
    link = LINK.search(request.headers.get("link", ""))
    return link[1] if link else None


def _read_terms(request: Request, body: Any) -> Terms:
    return Terms(_find_source(request, body), find_context)


def _expand_names(asked: Any, name: str, terms: Terms) -> tuple[str, ...]:
    return tuple(terms.expand(one) for one in str(asked.get(name) or "").split(",") if one)


def _read_page(asked: Any) -> tuple[int, int]:
    numbers = []
    for name, usual in (("limit", "20"), ("offset", "0")):
        text = str(asked.get(name, usual))
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise bad(f"{name} is a number")
        numbers.append(int(text))
    if numbers[0] > MOST:
        raise bad(f"limit is at most {MOST}")
    return numbers[0], numbers[1]


def _read_geo(asked: dict[str, Any], terms: Terms) -> Any:
    if not asked.get("georel"):
        return None
    try:
        coordinates = msgspec.json.decode(str(asked.get("coordinates", "")))
    except (msgspec.DecodeError, RecursionError) as error:
        raise bad("coordinates are a JSON list") from error
    iri = terms.expand(asked["geoproperty"]) if asked.get("geoproperty") else None
    return read_place(str(asked["georel"]), str(asked.get("geometry", "")), coordinates, iri)


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


def _send(request: Request, body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    headers = {"Cache-Control": "no-cache"} | (headers or {})
    source = _find_source(request, None)
    if LD in request.headers.get("accept", ""):
        context = [source, CORE] if source else CORE
        bodies = body if isinstance(body, list) else [body]
        for one in bodies:
            if isinstance(one, dict):
                one["@context"] = context
        return Response(msgspec.json.encode(body), status, headers=headers, media_type=LD)
    link = f'<{source or CORE}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
    headers["Link"] = f"{headers['Link']}, {link}" if "Link" in headers else link
    return Response(msgspec.json.encode(body), status, headers=headers, media_type="application/json")


def _route(
    method: str, path: str, work: Callable[..., Response], ko: str, en: str, body: Any = None
) -> Route:
    is_read = method == "GET" or path == "/entityOperations/query"
    return Route(
        method,
        ROOT + path,
        work,
        "public" if is_read and not path.startswith("/subscriptions") else WRITE,
        Text(ko=f"NGSI-LD {ko}", en=f"NGSI-LD: {en}"),
        body=body,
        tags=("ngsi-ld",),
    )


ONE = "/entities/{id}"
ROUTES = [
    _route("GET", "/entities", query, "개체 찾기", "query entities"),
    _route("POST", "/entities", create, "개체 만들기", "create an entity", dict[str, Any]),
    _route("GET", ONE, read_one, "개체 보기", "retrieve an entity"),
    _route("PUT", ONE, replace, "개체 바꾸기", "replace an entity", dict[str, Any]),
    _route("PATCH", ONE, merge, "개체 합치기", "merge an entity", dict[str, Any]),
    _route("DELETE", ONE, remove, "개체 지우기", "delete an entity"),
    _route("POST", f"{ONE}/attrs", append, "속성 더하기", "append attributes", dict[str, Any]),
    _route("PATCH", f"{ONE}/attrs", update, "속성 고치기", "update attributes", dict[str, Any]),
    _route(
        "PATCH",
        ONE + "/attrs/{attribute}",
        update_one,
        "속성 하나 고치기",
        "update an attribute",
        dict[str, Any],
    ),
    _route("DELETE", ONE + "/attrs/{attribute}", remove_one, "속성 하나 지우기", "delete an attribute"),
    _route(
        "POST", "/entityOperations/query", query_by_post, "본문으로 찾기", "query by POST", dict[str, Any]
    ),
    _route("POST", "/entityOperations/{operation}", batch, "묶음", "batch operations", list[Any]),
    _route("GET", "/types", show_types, "개체 종류", "entity types"),
    _route("GET", "/attributes", show_attributes, "속성 목록", "attributes"),
    _route("GET", "/subscriptions", show_subscriptions, "구독 목록", "subscriptions"),
    _route("POST", "/subscriptions", subscribe, "구독하기", "subscribe", dict[str, Any]),
    _route("GET", "/subscriptions/{id}", show_subscription, "구독 보기", "a subscription"),
    _route(
        "PATCH",
        "/subscriptions/{id}",
        edit_subscription,
        "구독 고치기",
        "change a subscription",
        dict[str, Any],
    ),
    _route("DELETE", "/subscriptions/{id}", unsubscribe, "구독 거두기", "unsubscribe"),
    _route("POST", "/jsonldContexts", host, "문맥 맡기기", "host a context", dict[str, Any]),
    _route("GET", "/jsonldContexts/{id}", show_context, "문맥 보기", "a context"),
    _route("DELETE", "/jsonldContexts/{id}", drop_context, "문맥 지우기", "delete a context"),
]
