"""The register as JSON."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta
from starlette.requests import Request

from madang.core.base.interface import BadInput, Text, now
from madang.core.pages.interface import Route

from .actions import change_thing, import_things, register_kind, register_thing, retire_thing
from .queries import count_things, get_thing, list_changes, list_kinds, list_things, summarize_states
from .records import Change, ImportReport, Kind, StateCount, Thing, ThingFilter

LARGEST_IMPORT = 10_000


class ThingsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Filters; `bbox` is west,south,east,north in degrees."""

    kind: str = ""
    agency_code: str = ""
    district_code: str = ""
    state: str = ""
    text: Annotated[str, Meta(max_length=200)] = ""
    bbox: str = ""
    sort: str = "id"
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100
    offset: Annotated[int, Meta(ge=0)] = 0


class ThingsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the things that were asked for, and exactly how many there are."""

    total: int
    things: tuple[Thing, ...]


class NewThing(msgspec.Struct, frozen=True, kw_only=True):
    """A thing to register; `values` are the fields of a thing."""

    id: str
    values: dict[str, Any]
    why: str = ""


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """Fields to change and why."""

    values: dict[str, Any]
    why: str = ""


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """A reason."""

    why: str


class ThingRows(msgspec.Struct, frozen=True, kw_only=True):
    """Rows to import: `id` and the fields of a thing; other keys become attributes."""

    rows: Annotated[list[dict[str, Any]], Meta(max_length=LARGEST_IMPORT)]
    defaults: dict[str, Any] = {}
    source: Annotated[str, Meta(max_length=200)] = ""
    dry_run: bool = False


def send_list(_request: Request, query: ThingsQuery, _body: None) -> ThingsPage:
    """Answer GET /api/things."""
    where = ThingFilter(
        kind=query.kind,
        agency_code=query.agency_code,
        district_code=query.district_code,
        state=query.state,
        text=query.text,
        bbox=_read_bbox(query.bbox),
    )
    things = list_things(where, sort=query.sort, limit=query.limit, offset=query.offset)
    return ThingsPage(total=count_things(where), things=things)


def send_kinds(_request: Request, _query: None, _body: None) -> tuple[Kind, ...]:
    """Answer GET /api/things/kinds."""
    return list_kinds()


def receive_kind(request: Request, _query: None, body: Kind) -> Kind:
    """Answer PUT /api/things/kinds."""
    return register_kind(actor=request.state.actor, now=now(), kind=body)


def send_summary(_request: Request, _query: None, _body: None) -> tuple[StateCount, ...]:
    """Answer GET /api/things/summary."""
    return summarize_states()


def send_one(request: Request, _query: None, _body: None) -> Thing:
    """Answer GET /api/things/one/{thing_id}."""
    return get_thing(request.path_params["thing_id"])


def send_history(request: Request, _query: None, _body: None) -> tuple[Change, ...]:
    """Answer GET /api/things/one/{thing_id}/history."""
    get_thing(request.path_params["thing_id"])
    return list_changes(request.path_params["thing_id"])


def receive_new(request: Request, _query: None, body: NewThing) -> Thing:
    """Answer POST /api/things."""
    return register_thing(
        actor=request.state.actor, now=now(), thing_id=body.id, values=body.values, why=body.why
    )


def receive_change(request: Request, _query: None, body: Changes) -> Thing:
    """Answer PATCH /api/things/one/{thing_id}."""
    thing_id = request.path_params["thing_id"]
    return change_thing(
        actor=request.state.actor, now=now(), thing_id=thing_id, values=body.values, why=body.why
    )


def receive_retirement(request: Request, _query: None, body: Why) -> Thing:
    """Answer POST /api/things/one/{thing_id}/retire."""
    thing_id = request.path_params["thing_id"]
    return retire_thing(actor=request.state.actor, now=now(), thing_id=thing_id, why=body.why)


def receive_rows(request: Request, _query: None, body: ThingRows) -> ImportReport:
    """Answer POST /api/things/import."""
    return import_things(
        actor=request.state.actor,
        now=now(),
        rows=body.rows,
        defaults=body.defaults,
        source=body.source,
        dry_run=body.dry_run,
    )


def _read_bbox(text: str) -> tuple[float, float, float, float] | None:
    if not text:
        return None
    try:
        west, south, east, north = map(float, text.split(","))
    except ValueError as error:
        raise BadInput(
            "things.bbox", "bbox는 서,남,동,북 네 수입니다.", "bbox is four numbers: west,south,east,north"
        ) from error
    return west, south, east, north


def _route(method: str, path: str, endpoint: Any, ko: str, en: str, permission: str, **more: Any) -> Route:
    return Route(
        method, f"/api/things{path}", endpoint, permission, Text(ko=ko, en=en), tags=("things",), **more
    )


VIEW, CHANGE = "things.view", "things.change"
ONE = "/one/{thing_id}"
ROUTES = [
    _route(
        "GET", "", send_list, "시설물 찾기", "Find things", VIEW, query=ThingsQuery, returns=ThingsPage
    ),
    _route("POST", "", receive_new, "시설물 등록", "Register a thing", CHANGE, body=NewThing, returns=Thing),
    _route("GET", "/kinds", send_kinds, "시설물 종류", "Kinds of things", VIEW, returns=tuple[Kind, ...]),
    _route(
        "PUT", "/kinds", receive_kind, "시설물 종류 더하기와 바꾸기", "Add or change a kind of thing",
        "things.change_kinds", body=Kind, returns=Kind,
    ),
    _route(
        "GET", "/summary", send_summary, "종류와 상태별 수", "Counts by kind and state", VIEW,
        returns=tuple[StateCount, ...],
    ),
    _route(
        "POST", "/import", receive_rows, "여러 시설물 가져오기", "Import many things", "things.import",
        body=ThingRows, returns=ImportReport,
    ),
    _route("GET", ONE, send_one, "시설물 하나", "One thing", VIEW, returns=Thing),
    _route("PATCH", ONE, receive_change, "시설물 변경", "Change a thing", CHANGE, body=Changes, returns=Thing),
    _route(
        "GET", f"{ONE}/history", send_history, "시설물 이력", "History of a thing", VIEW,
        returns=tuple[Change, ...],
    ),
    _route(
        "POST", f"{ONE}/retire", receive_retirement, "시설물 폐기", "Retire a thing", CHANGE, body=Why,
        returns=Thing,
    ),
]  # fmt: skip
