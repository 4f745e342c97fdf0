"""Incidents as JSON."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from starlette.requests import Request

from madang.core.base.interface import Finding, Text, now
from madang.core.pages.interface import Route

from .actions import (
    acknowledge,
    assign,
    close,
    comment,
    hand_over,
    merge,
    open_or_update,
    reopen,
    start_work,
)
from .queries import (
    SORTS,
    count_hand_overs,
    count_incidents,
    get_incident,
    list_hand_overs,
    list_incidents,
    list_timeline,
    summarize_queue,
)
from .records import (
    SEVERITIES,
    Entry,
    HandOver,
    HandOverState,
    Incident,
    IncidentFilter,
    IncidentState,
    IntakeReport,
    QueueCount,
    Resolution,
)

Note = Annotated[str, Meta(max_length=4000)]
Code = Annotated[str, Meta(max_length=64)]
Number = Annotated[int, Meta(ge=1, le=2**62)]
Limit = Annotated[int, Meta(ge=1, le=1000)]
Offset = Annotated[int, Meta(ge=0)]


class IncidentsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Filters; `state` "active" means all that aren't closed."""

    state: Literal["", "active", *map(str, IncidentState)] = ""  # type: ignore[valid-type]
    kind: str = ""
    severity: Literal["", *map(str, SEVERITIES)] = ""  # type: ignore[valid-type]
    agency_code: str = ""
    district_code: str = ""
    thing_id: str = ""
    text: Annotated[str, Meta(max_length=200)] = ""
    overdue: bool = False
    sort: Literal[tuple(SORTS)] = "urgency"  # type: ignore[valid-type]
    limit: Limit = 100
    offset: Offset = 0


class IncidentsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the incidents that were asked for, and exactly how many there are."""

    total: int
    incidents: tuple[Incident, ...]


class FindingsBody(msgspec.Struct, frozen=True, kw_only=True):
    """Findings of a system or a person; the same again changes nothing."""

    findings: Annotated[list[Finding], Meta(max_length=10_000)]
    source: Annotated[str, Meta(max_length=100)] = "api"


class NoteBody(msgspec.Struct, frozen=True, kw_only=True):
    """A remark or a reason."""

    note: Note = ""


class AssignBody(msgspec.Struct, frozen=True, kw_only=True):
    """Who gets it: an agency (empty: as it is), a role or a person (empty: nobody)."""

    agency_code: Code = ""
    role: Code = ""
    assignee: Code = ""
    assignee_name: Annotated[str, Meta(max_length=150)] = ""
    note: Note = ""


class CloseBody(msgspec.Struct, frozen=True, kw_only=True):
    """How it ended and why."""

    reason: Note
    resolution: Literal["resolved", "false_alarm", "no_action"] = "resolved"


class MergeBody(msgspec.Struct, frozen=True, kw_only=True):
    """Into which incident."""

    into: Number
    note: Note = ""


class HandOverBody(msgspec.Struct, frozen=True, kw_only=True):
    """To which target."""

    target_id: Number
    note: Note = ""


class HandOversQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which hand-overs."""

    target_id: Number | None = None
    number: Number | None = None
    state: HandOverState | None = None
    limit: Limit = 100
    offset: Offset = 0


class HandOversPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the hand-overs, newest first, and exactly how many there are."""

    total: int
    hand_overs: tuple[HandOver, ...]


def send_list(request: Request, query: IncidentsQuery, _body: None) -> IncidentsPage:
    """Answer GET /api/incidents."""
    names = IncidentFilter.__struct_fields__
    where = IncidentFilter(
        **{name: value for name in names if (value := getattr(query, name, None)) is not None}
    )
    actor = request.state.actor
    rows = list_incidents(actor=actor, where=where, sort=query.sort, limit=query.limit, offset=query.offset)
    return IncidentsPage(total=count_incidents(actor=actor, where=where), incidents=rows)


def send_summary(request: Request, _query: None, _body: None) -> tuple[QueueCount, ...]:
    """Answer GET /api/incidents/summary."""
    return summarize_queue(actor=request.state.actor)


def send_one(request: Request, _query: None, _body: None) -> Incident:
    """Answer GET /api/incidents/{number}."""
    return get_incident(**_ask(request))


def send_timeline(request: Request, _query: None, _body: None) -> tuple[Entry, ...]:
    """Answer GET /api/incidents/{number}/timeline."""
    return list_timeline(**_ask(request))


def send_hand_overs(request: Request, query: HandOversQuery, _body: None) -> HandOversPage:
    """Answer GET /api/hand-overs."""
    where: dict[str, Any] = {
        "actor": request.state.actor,
        "target_id": query.target_id,
        "number": query.number,
        "state": query.state.value if query.state else "",
    }
    rows = list_hand_overs(limit=query.limit, offset=query.offset, **where)
    return HandOversPage(total=count_hand_overs(**where), hand_overs=rows)


def receive_findings(request: Request, _query: None, body: FindingsBody) -> IntakeReport:
    """Answer POST /api/incidents/findings."""
    return open_or_update(actor=request.state.actor, now=now(), findings=body.findings, source=body.source)


def receive_acknowledgement(request: Request, _query: None, body: NoteBody) -> Incident:
    """Answer POST /api/incidents/{number}/acknowledge."""
    return acknowledge(now=now(), note=body.note, **_ask(request))


def receive_start(request: Request, _query: None, body: NoteBody) -> Incident:
    """Answer POST /api/incidents/{number}/start."""
    return start_work(now=now(), note=body.note, **_ask(request))


def receive_assignment(request: Request, _query: None, body: AssignBody) -> Incident:
    """Answer POST /api/incidents/{number}/assign."""
    return assign(now=now(), **msgspec.structs.asdict(body), **_ask(request))


def receive_comment(request: Request, _query: None, body: NoteBody) -> Incident:
    """Answer POST /api/incidents/{number}/comment."""
    return comment(now=now(), note=body.note, **_ask(request))


def receive_hand_over(request: Request, _query: None, body: HandOverBody) -> Incident:
    """Answer POST /api/incidents/{number}/hand-over."""
    return hand_over(now=now(), target_id=body.target_id, note=body.note, **_ask(request))


def receive_closing(request: Request, _query: None, body: CloseBody) -> Incident:
    """Answer POST /api/incidents/{number}/close."""
    return close(now=now(), reason=body.reason, resolution=Resolution(body.resolution), **_ask(request))


def receive_reopening(request: Request, _query: None, body: NoteBody) -> Incident:
    """Answer POST /api/incidents/{number}/reopen."""
    return reopen(now=now(), reason=body.note, **_ask(request))


def receive_merger(request: Request, _query: None, body: MergeBody) -> Incident:
    """Answer POST /api/incidents/{number}/merge."""
    return merge(now=now(), into=body.into, note=body.note, **_ask(request))


def _ask(request: Request) -> dict[str, Any]:
    return {"actor": request.state.actor, "number": request.path_params["number"]}


def _route(
    method: str, path: str, endpoint: Any, permission: str, said: tuple[str, str], **more: Any
) -> Route:
    summary = Text(ko=said[0], en=said[1])
    return Route(method, f"/api/{path}", endpoint, permission, summary, tags=("incidents",), **more)


def _post(verb: str, endpoint: Any, body: Any, ko: str, en: str) -> Route:
    path = f"incidents/{{number:int}}/{verb}"
    return _route("POST", path, endpoint, "incidents.work", (ko, en), body=body, returns=Incident)


VIEW, ONE = "incidents.view", "incidents/{number:int}"
ROUTES = [
    _route(
        "GET", "incidents", send_list, VIEW, ("상황 찾기", "Find incidents"),
        query=IncidentsQuery, returns=IncidentsPage,
    ),
    _route(
        "GET", "incidents/summary", send_summary, VIEW,
        ("상태와 심각도별 수", "Counts by state and severity"), returns=tuple[QueueCount, ...],
    ),
    _route(
        "POST", "incidents/findings", receive_findings, "incidents.report",
        ("발견 알리기", "Report findings"), body=FindingsBody, returns=IntakeReport,
    ),
    _route(
        "GET", "hand-overs", send_hand_overs, "incidents.read_hand_overs",
        ("전달 기록", "Hand-over log"), query=HandOversQuery, returns=HandOversPage,
    ),
    _route("GET", ONE, send_one, VIEW, ("상황 하나", "One incident"), returns=Incident),
    _route(
        "GET", f"{ONE}/timeline", send_timeline, VIEW, ("있었던 일", "What happened"), returns=tuple[Entry, ...]
    ),
    _post("acknowledge", receive_acknowledgement, NoteBody, "확인", "Acknowledge"),
    _post("start", receive_start, NoteBody, "조치 시작", "Start work"),
    _post("assign", receive_assignment, AssignBody, "배정", "Assign"),
    _post("comment", receive_comment, NoteBody, "의견 남기기", "Comment"),
    _post("hand-over", receive_hand_over, HandOverBody, "외부 전달", "Hand over to a target"),
    _post("close", receive_closing, CloseBody, "종결", "Close"),
    _post("reopen", receive_reopening, NoteBody, "다시 열기", "Reopen"),
    _post("merge", receive_merger, MergeBody, "병합", "Merge into another"),
]  # fmt: skip
