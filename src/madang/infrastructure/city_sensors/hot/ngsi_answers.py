"""What NGSI-LD requests have in common: names, pages and places read, answers and problems written."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from madang.core.base.interface import MadangError, NotFound, Text
from madang.core.pages.interface import Route
from madang.infrastructure.city_sensors.actions.ngsi.entities import WRITE
from madang.infrastructure.city_sensors.methods.ngsi.contexts import CORE, Terms
from madang.infrastructure.city_sensors.methods.ngsi.problems import Problem, bad
from madang.infrastructure.city_sensors.methods.ngsi.questions import check_pattern, read_place, read_q
from madang.infrastructure.city_sensors.queries.ngsi.entities import Asked, find_context

ROOT = "/ngsi-ld/v1"
LINK = re.compile(r'<([^>]+)>\s*;[^,]*rel="http://www\.w3\.org/ns/json-ld#context"')
LD = "application/ld+json"
MOST = 1_000
KNOWN = {
    "id", "type", "idPattern", "attrs", "q", "georel", "geometry", "coordinates", "geoproperty", "limit", "offset", "count",
    "options", "format", "local", "pick", "omit",
}  # fmt: skip
ELSEWHERE = {
    "lang", "orderBy", "scopeQ", "csf", "datasetId", "geometryProperty", "join", "joinLevel", "containedBy", "via", "jsonldContext",
    "entityMap", "splitEntities", "collation", "expandValues",
}  # fmt: skip
"""Parameters of the standard that are not served."""


def serve(work: Callable[..., Response]) -> Callable[..., Response]:
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
        msgspec.json.encode(describe_problem(kind, status, detail)),
        status,
        media_type="application/problem+json",
    )


def describe_problem(kind: str, status: int, detail: str) -> dict[str, Any]:
    """Return a problem as the standard writes it (RFC 7807), with the house's two words."""
    return {
        "type": f"https://uri.etsi.org/ngsi-ld/errors/{kind}",
        "title": kind,
        "status": status,
        "detail": detail,
        "code": f"ngsi_ld.{kind}",
        "message": detail,
    }


def find_source(request: Request, body: Any) -> Any:
    """Return the @context of a request: of the body in JSON-LD, of the Link header otherwise; raise Problem for a mix."""
    if isinstance(body, dict):
        is_ld = request.headers.get("content-type", "").partition(";")[0].strip().lower() == LD
        if is_ld and "@context" not in body:
            raise bad(f"{LD} has its @context in the body")
        if not is_ld and "@context" in body:
            raise bad(f"a body with @context is {LD}")
    if isinstance(body, dict) and "@context" in body:
        return body["@context"]
    link = LINK.search(request.headers.get("link", ""))
    return link[1] if link else None


def read_terms(request: Request, body: Any) -> Terms:
    """Return the names that a request uses."""
    return Terms(find_source(request, body), find_context)


def expand_names(asked: Any, name: str, terms: Terms) -> tuple[str, ...]:
    """Return the IRIs of the names that a parameter lists."""
    return tuple(terms.expand(one) for one in str(asked.get(name) or "").split(",") if one)


def expand_types(asked: Any, terms: Terms) -> tuple[str, ...]:
    """Return the IRIs of a selection of types: names, any of which an entity has; raise Problem for more than that."""
    text = str(asked.get("type") or "")
    if ";" in text:
        raise Problem(
            "OperationNotSupported", "types are joined by , or |: entities of any of them are found"
        )
    names = text.replace("(", " ").replace(")", " ").replace("|", ",")
    if text.count("(") != text.count(")"):
        raise bad("a parenthesis isn't closed in type")
    return tuple(terms.expand(name.strip()) for name in names.split(",") if name.strip())


def check_parameters(asked: Any) -> None:
    """Raise Problem for parameters that entities aren't asked for with, here or at all."""
    unknown = set(asked) - KNOWN
    if unknown & ELSEWHERE:
        raise Problem("OperationNotSupported", f"{min(unknown & ELSEWHERE)} isn't supported here")
    if unknown:
        raise bad(f"there is no parameter {min(unknown)[:50]}")


def pick(body: dict[str, Any], asked: Any, terms: Terms) -> dict[str, Any]:
    """Return an entity's body with the members that `pick` names, or without those that `omit` names."""
    for name, is_kept in (("pick", True), ("omit", False)):
        if asked.get(name):
            names = {
                one if one in {"id", "type"} else terms.compact(terms.expand(one))
                for one in asked[name].split(",")
                if one
            }
            body = {member: value for member, value in body.items() if (member in names) is is_kept}
    return body


def read_page(asked: Any) -> tuple[int, int]:
    """Return (limit, offset); raise Problem where they are none."""
    numbers = []
    for name, usual in (("limit", "20"), ("offset", "0")):
        text = str(asked.get(name, usual))
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise bad(f"{name} is a number")
        numbers.append(int(text))
    if numbers[0] > MOST:
        raise bad(f"limit is at most {MOST}")
    return numbers[0], numbers[1]


def read_question(asked: dict[str, Any], terms: Terms) -> Asked:
    """Return which entities parameters ask for; raise Problem where they name none."""
    limit, offset = read_page(asked)
    wanted = Asked(
        types=expand_types(asked, terms),
        ids=tuple(one for one in str(asked.get("id") or "").split(",") if one),
        id_pattern=check_pattern(asked["idPattern"]) if asked.get("idPattern") else "",
        attrs=expand_names(asked, "attrs", terms),
        q=read_q(asked["q"], terms) if asked.get("q") else None,
        place=read_geo(asked, terms),
        limit=limit,
        offset=offset,
    )
    if not (wanted.types or wanted.ids or wanted.id_pattern or wanted.attrs or wanted.q or wanted.place):
        raise bad("name a type, an id, attrs, a q or a place")
    return wanted


def read_geo(asked: dict[str, Any], terms: Terms) -> Any:
    """Return the place that is asked for, or None."""
    if not asked.get("georel"):
        return None
    try:
        coordinates = msgspec.json.decode(str(asked.get("coordinates", "")))
    except (msgspec.DecodeError, RecursionError) as error:
        raise bad("coordinates are a JSON list") from error
    iri = terms.expand(asked["geoproperty"]) if asked.get("geoproperty") else None
    return read_place(str(asked["georel"]), str(asked.get("geometry", "")), coordinates, iri)


def send(request: Request, body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return an answer in JSON, or in JSON-LD where that is asked for."""
    headers = {"Cache-Control": "no-cache"} | (headers or {})
    source = find_source(request, None)
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


def route(method: str, path: str, work: Callable[..., Response], ko: str, en: str, body: Any = None) -> Route:
    """Return one of the routes; who writes needs a permission."""
    is_read = method == "GET" or path.endswith("entityOperations/query")
    return Route(
        method,
        ROOT + path,
        work,
        "public" if is_read and not path.startswith("/subscriptions") else WRITE,
        Text(ko=f"NGSI-LD {ko}", en=f"NGSI-LD: {en}"),
        body=body,
        tags=("ngsi-ld",),
        problems=True,
    )
