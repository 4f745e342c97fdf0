"""NGSI-LD's temporal interface, for reading: what entities were, from the lake."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from madang.infrastructure.city_sensors.methods.ngsi.contexts import Terms
from madang.infrastructure.city_sensors.methods.ngsi.documents import Entity
from madang.infrastructure.city_sensors.methods.ngsi.problems import Problem, bad
from madang.infrastructure.city_sensors.methods.ngsi.temporal import (
    During,
    read_during,
    write_aggregates,
    write_instances,
    write_range,
)
from madang.infrastructure.city_sensors.queries.ngsi.entities import find_entities, get_row, read_row
from madang.infrastructure.city_sensors.queries.ngsi.temporal import find_aggregates, find_instances

from .ngsi_answers import expand_names, read_question, read_terms, route, send, serve

MOST_ENTITIES = 100
PARTIAL = 206


@serve
def query(request: Request, _body: None) -> Response:
    """Answer entities found by the parameters, as they were in the time asked for."""
    asked = dict(request.query_params.multi_items())
    return _answer_query(request, asked, read_terms(request, None))


@serve
def query_by_post(request: Request, body: Any) -> Response:
    """Answer the same to a Query in the body."""
    if not isinstance(body, dict) or body.get("type") != "Query":
        raise bad("send an object of type Query")
    time = body.get("temporalQ")
    selectors = body.get("entities")
    is_list = isinstance(selectors, list) and all(isinstance(one, dict) for one in selectors)
    if not isinstance(time, dict) or not is_list:
        raise bad("a temporal Query has entities and a temporalQ")
    attrs, q = body.get("attrs", []), body.get("q", "")
    if not isinstance(attrs, list) or not isinstance(q, str):
        raise bad("attrs is a list of names, q a text")
    names = ("timerel", "timeAt", "endTimeAt", "timeproperty", "lastN")
    asked = dict(request.query_params.multi_items())
    asked |= {name: str(time[name]) for name in names if name in time}
    asked |= {
        "type": ",".join(str(one["type"]) for one in selectors if one.get("type")),
        "id": ",".join(str(one["id"]) for one in selectors if one.get("id")),
        "attrs": ",".join(map(str, attrs)),
        "q": q,
    }
    return _answer_query(request, asked, read_terms(request, body))


@serve
def read_one(request: Request, _body: None) -> Response:
    """Answer one entity as it was in the time asked for."""
    asked = dict(request.query_params.multi_items())
    terms = read_terms(request, None)
    entity = read_row(get_row(request.path_params["id"]))
    attrs = expand_names(asked, "attrs", terms)
    bodies, headers = _draw([entity], attrs, read_during(asked, required=False), terms)
    return send(request, bodies[0], PARTIAL if headers else 200, headers)


def _answer_query(request: Request, asked: dict[str, Any], terms: Terms) -> Response:
    during = read_during(asked, required=True)
    question = read_question(asked, terms)
    if question.limit > MOST_ENTITIES:
        raise Problem("TooManyResults", f"limit is at most {MOST_ENTITIES}")
    rows, total = find_entities(question, count=asked.get("count") == "true")
    bodies, headers = _draw([read_row(row) for row in rows], question.attrs, during, terms)
    status = PARTIAL if headers else 200
    headers |= {} if total is None else {"NGSILD-Results-Count": str(total)}
    return send(request, bodies, status, headers)


def _draw(
    entities: Sequence[Entity], attrs: tuple[str, ...], during: During, terms: Terms
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return the entities' bodies, and the Content-Range where there are more instances than are answered."""
    written: dict[str, dict[str, Any]] = {one.id: _begin(one, terms) for one in entities}
    now = {one.id: one.attributes for one in entities}
    headers = {}
    if during.aggregates:
        for (identity, iri), those in find_aggregates(entities, attrs, during).items():
            written[identity][terms.compact(iri)] = write_aggregates(
                now[identity][iri], those, during.aggregates
            )
    else:
        found = find_instances(entities, attrs, during)
        for (identity, iri), instances in found.instances.items():
            attribute = now[identity][iri]
            first = attribute[0] if isinstance(attribute, list) else attribute
            written[identity][terms.compact(iri)] = write_instances(first, instances, during.form)
        shown = [one for those in found.instances.values() for one in those]
        if len(shown) < found.total:
            headers = {"Content-Range": write_range(shown, found.total)}
    return list(written.values()), headers


def _begin(entity: Entity, terms: Terms) -> dict[str, Any]:
    types = [terms.compact(one) for one in entity.types]
    return {"id": entity.id, "type": types[0] if len(types) == 1 else types}


ROUTES = [
    route("GET", "/temporal/entities", query, "지난 값 찾기", "temporal query"),
    route("GET", "/temporal/entities/{id}", read_one, "지난 값 보기", "temporal evolution of an entity"),
    route(
        "POST",
        "/temporal/entityOperations/query",
        query_by_post,
        "본문으로 지난 값 찾기",
        "temporal query by POST",
        dict[str, Any],
    ),
]
