"""The queue: what waits, most urgent first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from madang.core.base.interface import Actor, ColumnType, MadangError, Text
from madang.core.incidents.actions import acknowledge, assign
from madang.core.incidents.queries import count_incidents, list_incidents
from madang.core.incidents.records import STATE_NAMES, Incident, IncidentFilter, IncidentState
from madang.core.incidents.wording import (
    say_agencies,
    say_code,
    say_districts,
    say_kind,
    say_kinds,
    say_owner,
    say_severities,
)
from madang.core.pages.interface import ListAction, ListColumn, ListFilter, ListPage

HOME = "/desk/incidents/"
INCIDENTS = Text(ko="상황", en="Incidents")
WORK = "incidents.work"
SORTABLE = {"number", "received_at", "last_seen_at"}


def address_of(number: int) -> str:
    """Return the address of an incident's page."""
    return f"{HOME}{number}/"


def get_due(incident: Incident) -> datetime | None:
    """Return when the next thing is due: acknowledgement while open, then closing."""
    if incident.state == IncidentState.CLOSED:
        return None
    if incident.state == IncidentState.OPEN and incident.acknowledge_due_at is not None:
        return incident.acknowledge_due_at
    return incident.close_due_at


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Any], int]:
    where = IncidentFilter(
        text=search,
        overdue=filters.get("only") == "overdue",
        assignee=actor.id if filters.get("only") == "mine" else "",
        **{
            name: filters.get(name, "")
            for name in ("state", "severity", "kind", "agency_code", "district_code")
        },
    )
    agencies = say_agencies()
    rows = list_incidents(actor=actor, where=where, sort=sort or "urgency", limit=limit, offset=offset)
    return [_to_row(incident, agencies) for incident in rows], count_incidents(actor=actor, where=where)


def _to_row(incident: Incident, agencies: dict[str, Text]) -> dict[str, Any]:
    late = Text(ko="기한 넘김", en="overdue")
    state = STATE_NAMES[incident.state]
    if incident.is_overdue and incident.state != IncidentState.CLOSED:
        state = Text(ko=f"{state.ko} · {late.ko}", en=f"{state.en} · {late.en}")
    return {
        "number": incident.number,
        "severity": incident.severity,
        "kind": say_kind(incident.kind),
        "reason": incident.reason,
        "state": state,
        "owner": say_owner(incident, agencies),
        "due": get_due(incident),
        "received_at": incident.received_at,
        "last_seen_at": incident.last_seen_at,
        "count": incident.count,
        "thing_id": incident.thing_id,
        "district": say_code(say_districts(), incident.district_code),
        "lon": incident.lon,
        "lat": incident.lat,
    }


def _each(numbers: list[str], act: Callable[[int], object], done_ko: str, done_en: str) -> Text:
    """Act on each incident by itself: one that is refused doesn't hold up the others."""
    refused = []
    for number in numbers:
        try:
            act(int(number) if number.isascii() and number.isdigit() and len(number) < 18 else 0)
        except MadangError as error:
            refused.append(error.text)
    count = len(numbers) - len(refused)
    said = Text(ko=f"{count}건을 {done_ko}", en=f"{count} {done_en}")
    if not refused:
        return said
    return Text(
        ko=f"{said.ko} {len(refused)}건은 그대로입니다: {refused[0].ko}",
        en=f"{said.en} {len(refused)} left as they were: {refused[0].en}",
    )


def _acknowledge_all(*, actor: Actor, now: datetime, ids: list[str]) -> Text:
    def act(number: int) -> object:
        return acknowledge(actor=actor, now=now, number=number)

    return _each(ids, act, "확인했습니다.", "acknowledged.")


def _take_all(*, actor: Actor, now: datetime, ids: list[str]) -> Text:
    def act(number: int) -> object:
        return assign(actor=actor, now=now, number=number, assignee=actor.id, assignee_name=actor.name)

    return _each(ids, act, "맡았습니다.", "taken.")


def _list_agency_choices(actor: Actor) -> list[tuple[str, Text]]:
    return [(code, name) for code, name in say_agencies().items() if actor.may("incidents.view", code)]


def _list_district_choices(_actor: Actor) -> list[tuple[str, Text]]:
    return list(say_districts().items())


def _list_kind_choices(_actor: Actor) -> list[tuple[str, Text]]:
    return list(say_kinds().items())


def _column(name: str, ko: str, en: str, **more: Any) -> ListColumn:
    return ListColumn(name=name, title=Text(ko=ko, en=en), sortable=name in SORTABLE, **more)


STATES = (
    ("active", Text(ko="처리할 것", en="To be dealt with")),
    *((state.value, name) for state, name in STATE_NAMES.items()),
)
QUEUE = ListPage(
    title=INCIDENTS,
    permission="incidents.view",
    about=Text(
        ko="센서, 분석, 시민에게서 온 발견이 원인별로 하나의 상황이 됩니다. 급한 것부터 보입니다.",
        en="Findings of sensors, analyses and people, one incident for each cause, most urgent first.",
    ),
    columns=(
        _column("reason", "내용", "What", href=lambda row: address_of(row["number"])),
        _column("severity", "심각도", "Severity"),
        _column("state", "상태", "State"),
        _column("owner", "담당", "Who"),
        _column("due", "기한", "Due", type=ColumnType.TIME),
        _column("received_at", "접수", "Received", type=ColumnType.TIME),
        _column("number", "번호", "No."),
        _column("kind", "종류", "Kind", shown=False),
        _column("last_seen_at", "마지막 관측", "Last seen", type=ColumnType.TIME, shown=False),
        _column("count", "횟수", "Times", type=ColumnType.INTEGER, shown=False),
        _column("thing_id", "시설물", "Thing", shown=False),
        _column("district", "자치구", "District", shown=False),
    ),
    query=_query,
    filters=(
        ListFilter(name="state", title=Text(ko="상태", en="State"), choices=STATES),
        ListFilter(
            name="severity",
            title=Text(ko="심각도", en="Severity"),
            choices=tuple(reversed(say_severities().items())),
        ),
        ListFilter(
            name="only",
            title=Text(ko="가운데", en="Of these"),
            choices=(
                ("mine", Text(ko="내 것", en="Mine")),
                ("overdue", Text(ko="기한 넘긴 것", en="Overdue")),
            ),
        ),
        ListFilter(name="kind", title=Text(ko="종류", en="Kind"), choices=_list_kind_choices),
        ListFilter(name="agency_code", title=Text(ko="기관", en="Agency"), choices=_list_agency_choices),
        ListFilter(
            name="district_code", title=Text(ko="자치구", en="District"), choices=_list_district_choices
        ),
    ),
    actions=(
        ListAction(
            name="acknowledge",
            title=Text(ko="확인", en="Acknowledge"),
            permission=WORK,
            consequence=Text(
                ko="고른 {count}건을 확인합니다. 확인 기한과 상위 보고가 멈추고, 담당자가 없으면 나에게 옵니다.",
                en="{count} are acknowledged: their clocks stop, and those that nobody has become yours.",
            ),
            run=_acknowledge_all,
        ),
        ListAction(
            name="take",
            title=Text(ko="내가 맡기", en="Take"),
            permission=WORK,
            consequence=Text(
                ko="고른 {count}건의 담당자를 나로 바꿉니다.", en="You become the one who has these {count}."
            ),
            run=_take_all,
        ),
    ),
    row_id="number",
    lon="lon",
    lat="lat",
    template="incidents/queue.html",
    empty=Text(
        ko="아직 상황이 없습니다. 센서나 분석이 이상을 발견하면 여기에 급한 순서로 나타납니다.",
        en="No incidents yet. What sensors and analyses find appears here, most urgent first.",
    ),
)
