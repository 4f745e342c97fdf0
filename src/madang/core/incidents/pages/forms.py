"""Forms of one incident: assign, comment, hand over, merge, close, reopen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms

from madang.core.base.interface import Actor, Text
from madang.core.incidents.actions import assign, close, comment, hand_over, merge, reopen
from madang.core.incidents.queries import list_targets
from madang.core.incidents.records import RESOLUTION_NAMES, Resolution
from madang.core.incidents.wording import say_agencies, say_roles
from madang.core.pages.interface import FormPage, say_lazily

from .waiting import HOME, WORK, address_of

CHOSEN = (Resolution.RESOLVED, Resolution.FALSE_ALARM, Resolution.NO_ACTION)


def choose(ko: str, en: str, names: dict[str, Text], *, required: bool = False) -> forms.ChoiceField:
    """Return a select of codes by their names."""
    choices = [(code, say_lazily(name.ko, name.en)) for code, name in names.items()]
    if not required:
        choices.insert(0, ("", "–"))
    return forms.ChoiceField(label=say_lazily(ko, en), choices=choices, required=required)


def write(ko: str, en: str, *, required: bool = False, rows: int = 3) -> forms.CharField:
    """Return a text area."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=say_lazily(ko, en), max_length=4000, required=required, widget=widget)


def build(**fields: forms.Field) -> type[forms.Form]:
    """Return a form class with these fields."""
    return type("IncidentForm", (forms.Form,), fields)


def _assign_form(_actor: Actor, **_address: Any) -> type[forms.Form]:
    return build(
        agency_code=choose("기관", "Agency", say_agencies()),
        role=choose("역할", "Role", say_roles()),
        take=forms.BooleanField(label=say_lazily("내가 맡기", "I take it"), required=False),
        note=write("전할 말", "Note"),
    )


def _hand_over_form(_actor: Actor, **_address: Any) -> type[forms.Form]:
    targets = {str(one.id): Text(ko=one.name, en=one.name) for one in list_targets() if one.is_active}
    return build(target_id=choose("전달처", "Target", targets, required=True), note=write("전할 말", "Note"))


def _assign(*, actor: Actor, now: datetime, data: dict[str, Any], number: int) -> str:
    person = {"assignee": actor.id, "assignee_name": actor.name} if data.pop("take") else {}
    assign(actor=actor, now=now, number=number, **data, **person)
    return (
        HOME
        if data["agency_code"] and not actor.may("incidents.view", data["agency_code"])
        else address_of(number)
    )


def _comment(*, actor: Actor, now: datetime, data: dict[str, Any], number: int) -> str:
    comment(actor=actor, now=now, number=number, note=data["note"])
    return address_of(number)


def _hand_over(*, actor: Actor, now: datetime, data: dict[str, Any], number: int) -> str:
    hand_over(actor=actor, now=now, number=number, target_id=int(data["target_id"]), note=data["note"])
    return address_of(number)


def _merge(*, actor: Actor, now: datetime, data: dict[str, Any], number: int) -> str:
    merge(actor=actor, now=now, number=number, into=data["into"], note=data["note"])
    return address_of(data["into"])


def _close(*, actor: Actor, now: datetime, data: dict[str, Any], number: int) -> str:
    close(
        actor=actor, now=now, number=number, reason=data["reason"], resolution=Resolution(data["resolution"])
    )
    return address_of(number)


def _reopen(*, actor: Actor, now: datetime, data: dict[str, Any], number: int) -> str:
    reopen(actor=actor, now=now, number=number, reason=data["reason"])
    return address_of(number)


def _page(ko: str, en: str, form: Any, run: Callable[..., str], **more: Any) -> FormPage:
    title = Text(ko=ko, en=en)
    return FormPage(title=title, permission=WORK, form=form, run=run, button=title, back=HOME, **more)


REASON = build(reason=write("까닭", "Why", required=True))
ASSIGN = _page("상황 배정", "Assign an incident", _assign_form, _assign)
COMMENT = _page("의견 남기기", "Comment", build(note=write("의견", "Comment", required=True)), _comment)
HAND_OVER = _page(
    "외부 전달",
    "Hand over",
    _hand_over_form,
    _hand_over,
    consequence=Text(
        ko="고른 곳에 이 상황을 한 번 전달합니다. 받는 곳이 멈춰 있으면 받을 때까지 다시 보냅니다.",
        en="The target gets this incident once; where it is down, delivery is tried again until it is received.",
    ),
)
MERGE = _page(
    "상황 병합",
    "Merge incidents",
    build(
        into=forms.IntegerField(
            label=say_lazily("어느 상황에 (번호)", "Into which (number)"), min_value=1, max_value=10**15
        ),
        note=write("까닭", "Why"),
    ),
    _merge,
    consequence=Text(
        ko="이 상황은 종결되고, 앞으로의 발견은 그 상황으로 갑니다.",
        en="This incident is closed, and what is found from now on goes to the other.",
    ),
)
CLOSE = _page(
    "상황 종결",
    "Close an incident",
    build(
        resolution=choose(
            "결과", "Outcome", {one.value: RESOLUTION_NAMES[one] for one in CHOSEN}, required=True
        ),
        reason=write("무엇을 했습니까", "What was done", required=True),
    ),
    _close,
)
REOPEN = _page("다시 열기", "Reopen", REASON, _reopen)
