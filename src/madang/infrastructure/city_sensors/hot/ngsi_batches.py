"""NGSI-LD batch operations: many entities in one request, each for itself."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from madang.core.base.interface import now
from madang.infrastructure.city_sensors.actions.ngsi.entities import (
    create_entity,
    do_each,
    put_attributes,
    remove_entity,
    replace_entity,
)
from madang.infrastructure.city_sensors.methods.ngsi.documents import Entity, read_entity
from madang.infrastructure.city_sensors.methods.ngsi.problems import Problem, bad, missing

from .ngsi_answers import describe_problem, judge, read_terms, route, send, serve
from .ngsi_entities import merge_entity


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
            {"entityId": identity, "error": describe_problem(*judge(one), one.text.en)}
            for identity, one in refused
        ]
        return send(request, {"success": done, "errors": problems}, 207)
    return send(request, made, 201) if made else Response(status_code=204)


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
    merge_entity(request, entity.id, {name: one for name, one in item.items() if name not in {"id", "type"}})


def _delete_item(request: Request, item: Any) -> None:
    remove_entity(actor=request.state.actor, now=now(), identity=str(item))


def _identify(item: Any) -> str:
    return str(item.get("id", "") if isinstance(item, dict) else item)[:600]


_BATCHES = {
    "create": _create_item, "upsert": _upsert_item, "update": _update_item, "merge": _merge_item, "delete": _delete_item,
}  # fmt: skip
ROUTES = [
    route("POST", "/entityOperations/{operation}", batch, "묶음", "batch operations", list[Any]),
]
