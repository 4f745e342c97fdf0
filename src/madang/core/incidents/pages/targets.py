"""Targets of hand-overs, and the log of what was handed over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django import forms

from madang.core.base.interface import Actor, ColumnType, MadangError, Severity, Text
from madang.core.incidents.actions import retry_hand_over, save_target
from madang.core.incidents.queries import count_hand_overs, get_target, list_hand_overs, list_targets
from madang.core.incidents.records import (
    CHANNEL_NAMES,
    EVENT_NAMES,
    Channel,
    Event,
    HandOver,
    HandOverState,
    Target,
)
from madang.core.incidents.wording import say_agencies, say_kinds, say_severities
from madang.core.pages.interface import FormPage, ListAction, ListColumn, ListFilter, ListPage, say_lazily
from madang.core.people.interface import require

from .forms import build, choose
from .rules import choose_many, count
from .waiting import HOME, address_of

TARGETS, LOG = f"{HOME}targets/", f"{HOME}hand-overs/"
CHANGE = "incidents.change_targets"
TOLD = {event.value: name for event, name in EVENT_NAMES.items() if event != Event.HANDED_OVER}
STATES = {
    HandOverState.WAITING: Text(ko="보내는 중", en="Waiting"),
    HandOverState.DELIVERED: Text(ko="전달됨", en="Delivered"),
    HandOverState.DEAD: Text(ko="전달하지 못함", en="Given up"),
}


def _column(name: str, ko: str, en: str, **more: Any) -> ListColumn:
    return ListColumn(name=name, title=Text(ko=ko, en=en), sortable=False, **more)


def _query_targets(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Any], int]:
    del search, filters, sort
    require(actor, CHANGE)
    targets = list_targets()
    rows = [
        {
            "id": target.id,
            "name": target.name,
            "channel": CHANNEL_NAMES[target.channel],
            "address": target.address,
            "is_active": target.is_active,
            "waiting": count_hand_overs(actor=actor, target_id=target.id, state=HandOverState.WAITING.value),
            "dead": count_hand_overs(actor=actor, target_id=target.id, state=HandOverState.DEAD.value),
        }
        for target in targets[offset : offset + limit]
    ]
    return rows, len(targets)


TARGET_LIST = ListPage(
    title=Text(ko="전달처", en="Targets"),
    permission=CHANGE,
    about=Text(
        ko="상황을 넘겨받는 다른 시스템과 사람입니다. 모든 전달은 한 번만 이루어집니다.",
        en="Other systems and people that incidents are handed over to, each exactly once.",
    ),
    columns=(
        _column("name", "이름", "Name", href=lambda row: f"{TARGETS}{row['id']}/"),
        _column("channel", "방법", "How"),
        _column("address", "주소", "Address"),
        _column("is_active", "사용", "In use", type=ColumnType.BOOLEAN),
        _column("waiting", "보내는 중", "Waiting", type=ColumnType.INTEGER),
        _column("dead", "전달 못 함", "Given up", type=ColumnType.INTEGER),
    ),
    query=_query_targets,
    searchable=False,
    empty=Text(ko="아직 전달처가 없습니다.", en="There are no targets yet."),
    create=(f"{TARGETS}new/", Text(ko="전달처 만들기", en="Make a target"), CHANGE),
)


def _target_form(_actor: Actor, **_address: Any) -> type[forms.Form]:
    secret = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return build(
        name=forms.CharField(label=say_lazily("이름", "Name"), max_length=100),
        channel=choose(
            "방법", "How", {one.value: name for one, name in CHANNEL_NAMES.items()}, required=True
        ),
        address=forms.CharField(
            label=say_lazily("주소", "Address"),
            max_length=500,
            help_text=say_lazily(
                "https://… (웹훅, CAP), 전자우편 주소, 또는 mqtt://호스트:포트/주제",
                "https://… (webhook, CAP), an e-mail address, or mqtt://host:port/topic",
            ),
        ),
        secret=forms.CharField(
            label=say_lazily("비밀 (서명 열쇠나 MQTT 암호)", "Secret (signing key or MQTT password)"),
            max_length=200,
            required=False,
            widget=secret,
            help_text=say_lazily("비우면 지금 것을 그대로 씁니다.", "Left empty, the present one stays."),
        ),
        is_active=forms.BooleanField(label=say_lazily("사용", "In use"), required=False, initial=True),
        on_request=forms.BooleanField(
            label=say_lazily("사람이 넘길 때만", "Only when a person hands over"), required=False
        ),
        kinds=choose_many("종류", "Kinds", say_kinds()),
        agency_codes=choose_many("기관", "Agencies", say_agencies()),
        events=choose_many("알릴 일", "Events", TOLD),
        min_severity=choose("심각도 이상", "Severity at least", say_severities(), required=True),
        max_attempts=count("몇 번까지 시도", "Tries", 1, 50, initial=30, required=True),
    )


def _save(*, actor: Actor, now: datetime, data: dict[str, Any], target_id: int = 0) -> str:
    plain = ("name", "address", "secret", "is_active", "on_request", "max_attempts")
    target = Target(
        id=target_id,
        channel=Channel(data["channel"]),
        kinds=tuple(data["kinds"]),
        agency_codes=tuple(data["agency_codes"]),
        events=tuple(Event(event) for event in data["events"]),
        min_severity=Severity(data["min_severity"]),
        **{name: data[name] for name in plain},
    )
    save_target(actor=actor, now=now, target=target)
    return TARGETS


def _fill(*, actor: Actor, target_id: int = 0) -> dict[str, Any]:
    require(actor, CHANGE)
    if not target_id:
        return {}
    target = get_target(target_id)
    names = ("name", "address", "is_active", "on_request", "kinds", "agency_codes", "max_attempts")
    values: dict[str, Any] = {name: getattr(target, name) for name in names}
    values["events"] = [event.value for event in target.events]
    return values | {"channel": target.channel.value, "min_severity": target.min_severity.value}


TARGET_FORM = FormPage(
    title=Text(ko="전달처 고치기", en="Change a target"),
    permission=CHANGE,
    form=_target_form,
    run=_save,
    initial=_fill,
    has_history=True,
    consequence=Text(
        ko="저장한 뒤에 일어나는 일부터 이곳에 전달됩니다. 꺼 두면 기다리던 것은 다시 켤 때 나갑니다.",
        en="What happens from now on goes there. Switched off, what waits goes out when it is switched on.",
    ),
    back=TARGETS,
)
NEW_TARGET_FORM = msgspec.structs.replace(TARGET_FORM, title=Text(ko="전달처 더하기", en="Add a target"))


def _query_log(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Any], int]:
    del sort
    number = search.removeprefix("#")
    target = filters.get("target", "")
    is_number = number.isascii() and number.isdigit() and len(number) < 18
    where = {
        "number": (int(number) if is_number else -1) if number else None,
        "target_id": (int(target) if target.isascii() and target.isdigit() and len(target) < 18 else -1)
        if target
        else None,
        "state": filters.get("state", ""),
    }
    rows = list_hand_overs(actor=actor, limit=limit, offset=offset, **where)
    return [_to_log_row(row) for row in rows], count_hand_overs(actor=actor, **where)


def _to_log_row(row: HandOver) -> dict[str, Any]:
    return {
        "id": row.id,
        "number": row.number,
        "target": row.target_name,
        "event": EVENT_NAMES[row.event],
        "state": STATES[row.state],
        "created_at": row.created_at,
        "delivered_at": row.delivered_at,
        "attempts": row.attempts,
        "next_attempt_at": row.next_attempt_at if row.state == HandOverState.WAITING else None,
        "last_error": row.last_error or None,
        "sequence": row.sequence,
    }


def _retry(*, actor: Actor, now: datetime, ids: list[str]) -> Text:
    done = 0
    for hand_over_id in ids:
        try:
            retry_hand_over(actor=actor, now=now, hand_over_id=hand_over_id)
            done += 1
        except MadangError:  # delivered meanwhile: nothing to send
            continue
    return Text(ko=f"{done}건을 다시 보냅니다.", en=f"{done} are sent again.")


def _list_target_choices(_actor: Actor) -> list[tuple[str, Text]]:
    return [(str(one.id), Text(ko=one.name, en=one.name)) for one in list_targets()]


HAND_OVER_LOG = ListPage(
    title=Text(ko="전달 기록", en="Hand-over log"),
    permission="incidents.read_hand_overs",
    about=Text(
        ko="다른 시스템에 넘긴 상황과 그 결과입니다. 상황 번호로 찾을 수 있습니다.",
        en="What was handed over to other systems, and how it went. Search by incident number.",
    ),
    columns=(
        _column("number", "상황", "Incident", href=lambda row: address_of(row["number"])),
        _column("target", "전달처", "Target"),
        _column("event", "일", "Event"),
        _column("state", "상태", "State"),
        _column("created_at", "때", "When", type=ColumnType.TIME),
        _column("delivered_at", "전달", "Delivered", type=ColumnType.TIME),
        _column("attempts", "시도", "Tries", type=ColumnType.INTEGER),
        _column("next_attempt_at", "다음 시도", "Next try", type=ColumnType.TIME),
        _column("last_error", "까닭", "Why"),
        _column("sequence", "차례", "Sequence", type=ColumnType.INTEGER, shown=False),
    ),
    query=_query_log,
    filters=(
        ListFilter(name="state", title=Text(ko="상태", en="State"), choices=tuple(STATES.items())),
        ListFilter(name="target", title=Text(ko="전달처", en="Target"), choices=_list_target_choices),
    ),
    actions=(
        ListAction(
            name="retry",
            title=Text(ko="다시 보내기", en="Send again"),
            permission=CHANGE,
            consequence=Text(
                ko="고른 {count}건 가운데 전달되지 않은 것을 지금 다시 보냅니다. 같은 번호로 나가므로 두 번 처리되지 않습니다.",
                en="Those of {count} that weren’t delivered are sent again now, with the same id, so that "
                "nothing is done twice.",
            ),
            run=_retry,
        ),
    ),
    empty=Text(
        ko="아직 전달한 것이 없습니다. 전달처를 정하면 상황이 그곳에 전달되고 여기에 남습니다.",
        en="Nothing has been handed over yet. Incidents go to the targets that you set, and what went is kept here.",
    ),
    create=(TARGETS, Text(ko="전달처 정하기", en="Set targets"), CHANGE),
)
