"""What NGSI-LD requests have in common: names, pages and places read, answers and problems written."""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import msgspec
from django.utils.http import urlencode
from starlette.requests import Request
from starlette.responses import Response

from madang.core.base.interface import MadangError, NotFound, Text
from madang.core.pages.interface import Route
from madang.infrastructure.city_sensors.actions.ngsi.entities import WRITE
from madang.infrastructure.city_sensors.methods.ngsi.contexts import CORE, Terms, write_link
from madang.infrastructure.city_sensors.methods.ngsi.documents import FORMS, URI
from madang.infrastructure.city_sensors.methods.ngsi.problems import STATUS, Problem, bad
from madang.infrastructure.city_sensors.methods.ngsi.questions import check_pattern, read_place, read_q
from madang.infrastructure.city_sensors.methods.ngsi.selections import (
    read_order,
    read_scope_query,
    read_types,
)
from madang.infrastructure.city_sensors.queries.ngsi.entities import Asked, find_context

ROOT = "/ngsi-ld/v1"
LINK = re.compile(r'<([^>]+)>\s*;[^,]*rel="http://www\.w3\.org/ns/json-ld#context"')
JSON, LD = "application/json", "application/ld+json"
WEIGHT = re.compile(r"[01](\.\d{0,3})?")
MOST = 1_000
KNOWN = {
    "id", "type", "idPattern", "attrs", "q", "georel", "geometry", "coordinates", "geoproperty", "limit", "offset", "count",
    "options", "format", "local", "pick", "omit", "lang", "orderBy", "scopeQ", "geometryProperty", "datasetId",
}  # fmt: skip
ELSEWHERE = {
    "csf", "join", "joinLevel", "containedBy", "via", "jsonldContext",
    "entityMap", "splitEntities", "collation", "expandValues",
}  # fmt: skip
"""Parameters of the standard that are not served."""
OPTIONS = {"normalized", "concise", "keyValues", "simplified", "sysAttrs", "count"}


class NotAcceptable(MadangError):
    """The answer can't be had in a form that is asked for."""

    status = 406


def serve(work: Callable[..., Response]) -> Callable[..., Response]:
    """Give an endpoint the request and its body; who asks for a tenant (4.14) is told that there are none."""

    def answer(request: Request, _query: None, body: Any) -> Response:
        try:
            if request.headers.get("ngsild-tenant"):
                raise Problem("NoMultiTenantSupport", "there are no tenants here")
            return work(request, body)
        except Problem as problem:  # the house answers what is 500 and above in its own form
            return refuse(request, problem)

    return answer


def refuse(_request: Request, error: MadangError) -> Response:
    """Answer what is wrong as the standard does (ETSI GS CIM 009, 5.5.2 and 6.3.2), whoever found it."""
    kind, status = judge(error)
    body = describe_problem(kind, status, error.text.en)
    if status in {401, 403}:
        body["code"] = error.code
    caching = {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(body), status, caching, "application/problem+json")


def judge(error: MadangError) -> tuple[str, int]:
    """Return the kind of problem that an error is, and its status."""
    if isinstance(error, Problem):
        return error.kind, error.status
    if isinstance(error, NotFound):
        return "ResourceNotFound", 404
    if error.status in {400, 422}:
        cause = error.__cause__
        is_broken = isinstance(cause, msgspec.DecodeError) and not isinstance(cause, msgspec.ValidationError)
        return ("InvalidRequest" if is_broken else "BadRequestData"), 400
    return HTTPStatus(error.status).phrase, error.status


def describe_problem(kind: str, status: int, detail: str) -> dict[str, Any]:
    """Return a problem as the standard writes it (RFC 9457), with the house's two words; HTTP's own have no type."""
    return {
        "type": f"https://uri.etsi.org/ngsi-ld/errors/{kind}" if kind in STATUS else "about:blank",
        "title": kind,
        "status": status,
        "detail": detail,
        "code": f"ngsi_ld.{kind.replace(' ', '')}",
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


def check_parameters(asked: Any) -> None:
    """Raise Problem for parameters that entities aren't asked for with, here or at all."""
    unknown = set(asked) - KNOWN
    if unknown & ELSEWHERE:
        raise Problem("OperationNotSupported", f"{min(unknown & ELSEWHERE)} isn't supported here")
    if unknown:
        raise bad(f"there is no parameter {min(unknown)[:50]}")
    if asked.get("count", "false") not in {"true", "false"}:
        raise bad("count is true or false")
    read_form(asked)


def read_options(asked: Any) -> set[str]:
    """Return the options of how entities are written; raise Problem for others."""
    options = {one for one in str(asked.get("options") or "").split(",") if one}
    if options - OPTIONS:
        raise bad(f"there is no option {min(options - OPTIONS)[:50]}")
    return options


def read_form(asked: Any) -> str:
    """Return the form that entities are written in."""
    named = [str(asked["format"])] if asked.get("format") else sorted(read_options(asked) & set(FORMS))
    if not set(named) <= set(FORMS):
        raise bad(f"there is no format {named[0][:50]}")
    return FORMS[named[0]] if named else "normalized"


def check_identity(identity: str) -> str:
    """Return the id of an entity; raise Problem where it is no URI."""
    if not URI.fullmatch(identity):
        raise bad("an id is a URI")
    return identity


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
        raise Problem("TooManyResults", f"limit is at most {MOST}; the rest is on the next pages")
    return numbers[0], numbers[1]


def read_question(asked: dict[str, Any], terms: Terms, any_of: tuple[Asked, ...] = ()) -> Asked:
    """Return which entities parameters (and selectors of a body) ask for; raise Problem where they name none."""
    limit, offset = read_page(asked)
    wanted = Asked(
        types=read_types(str(asked.get("type") or ""), terms),
        scopes=read_scope_query(str(asked.get("scopeQ") or "")),
        order=read_order(str(asked.get("orderBy") or ""), terms),
        ids=tuple(check_identity(one) for one in str(asked.get("id") or "").split(",") if one),
        id_pattern=check_pattern(asked["idPattern"]) if asked.get("idPattern") else "",
        attrs=expand_names(asked, "attrs", terms),
        q=read_q(asked["q"], terms, with_times=True) if asked.get("q") else None,
        place=read_geo(asked, terms),
        limit=limit,
        offset=offset,
        any_of=any_of,
    )
    if not (
        any_of or wanted.types or wanted.ids or wanted.id_pattern or wanted.attrs or wanted.q or wanted.place
    ):
        raise bad("name a type, an id, attrs, a q or a place")
    return wanted


def read_geo(asked: dict[str, Any], terms: Terms) -> Any:
    """Return the place that is asked for, or None."""
    if not asked.get("georel"):
        if asked.get("geometry") or asked.get("coordinates"):
            raise bad("geometry and coordinates need a georel")
        return None
    try:
        coordinates = msgspec.json.decode(str(asked.get("coordinates", "")))
    except (msgspec.DecodeError, RecursionError) as error:
        raise bad("coordinates are a JSON list") from error
    iri = terms.expand(asked["geoproperty"]) if asked.get("geoproperty") else None
    return read_place(str(asked["georel"]), str(asked.get("geometry", "")), coordinates, iri)


def link_pages(path: str, asked: dict[str, Any], page: tuple[int, int], *, has_more: bool) -> dict[str, str]:
    """Return the header that leads to the next page and the one before (6.3.10), of (limit, offset)."""
    limit, offset = page
    ways = [("next", offset + limit)] if has_more and limit else []
    ways += [("prev", max(0, offset - limit))] if offset and limit else []
    links = [f'<{ROOT}/{path}?{urlencode(asked | {"offset": start})}>; rel="{name}"' for name, start in ways]
    return {"Link": ", ".join(links)} if links else {}


def choose_media(request: Request, *offered: str) -> str:
    """Return the media type of those offered that is asked for most (RFC 9110, 12.5.1); raise NotAcceptable for none."""
    wanted = [_read_range(part) for part in request.headers.get("accept", "*/*").split(",") if part.strip()]
    best, most = "", 0.0
    for one in offered:
        fitting = [(depth, weight) for kind, weight in wanted if (depth := _fit(kind, one))]
        weight = max(fitting)[1] if fitting else 0.0
        if weight > most:
            best, most = one, weight
    if not best:
        raise NotAcceptable(
            "ngsi_ld.media_type", "받을 수 있는 형식이 없습니다", f"it is answered as {', '.join(offered)}"
        )
    return best


def _read_range(text: str) -> tuple[str, float]:
    kind, *parameters = (part.strip().lower() for part in text.split(";"))
    weight = next((one[2:] for one in parameters if one.startswith("q=")), "1")
    return kind, float(weight) if WEIGHT.fullmatch(weight) else 0.0


def _fit(kind: str, offered: str) -> int:
    """Return how closely a range names a media type; 0 where it doesn't."""
    if kind == offered:
        return 3
    return 2 if kind == f"{offered.partition('/')[0]}/*" else 1 if kind == "*/*" else 0


def send(request: Request, body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return an answer in JSON, or in JSON-LD where that is asked for."""
    headers = {"Cache-Control": "no-cache"} | (headers or {})
    source = find_source(request, None)
    if choose_media(request, JSON, LD) == LD:
        context = [source, CORE] if source else CORE
        bodies = body if isinstance(body, list) else [body]
        for one in bodies:
            if isinstance(one, dict):
                one["@context"] = context
        return Response(msgspec.json.encode(body), status, headers=headers, media_type=LD)
    link = write_link(source)
    headers["Link"] = f"{headers['Link']}, {link}" if "Link" in headers else link
    return Response(msgspec.json.encode(body), status, headers=headers, media_type=JSON)


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
        readable_anywhere=method == "GET" and not path.startswith("/subscriptions"),
        problems=True,
        refuse=refuse,
    )


def asks_details(request: Request) -> bool:
    """Return whether more than names is asked for."""
    text = request.query_params.get("details", "false")
    if text not in {"true", "false"}:
        raise bad("details is true or false")
    return text == "true"
