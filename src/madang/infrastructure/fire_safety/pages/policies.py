"""A facility's policy: shown, tried on what the facility said before, and put into force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from madang.core.base.interface import (
    Actor,
    BadInput,
    MadangError,
    Text,
    find_mismatch,
    now,
    read_pair,
    say_mismatch,
)
from madang.core.pages.interface import page, say_lazily
from madang.infrastructure.fire_safety.actions import change_policy
from madang.infrastructure.fire_safety.queries import get_facility, replay
from madang.infrastructure.fire_safety.records import Decision, Facility, Policy, Verdict

from .facilities import CHANGE, FACILITIES

HISTORY_DAYS = 30
TRIED = "fire_policy_tried"


def _hour(ko: str, en: str) -> forms.IntegerField:
    return forms.IntegerField(label=say_lazily(ko, en), min_value=0, max_value=23)


def _seconds(ko: str, en: str, least: float, most: float) -> forms.FloatField:
    return forms.FloatField(label=say_lazily(ko, en), min_value=least, max_value=most)


class PolicyForm(forms.Form):
    """A policy in seconds."""

    name = forms.CharField(label=say_lazily("이름", "Name"), max_length=100)
    wait_s = _seconds("취소를 기다리는 시간 (초, 낮)", "Wait for a cancellation (s, day)", 0, 90)
    night_wait_s = _seconds("취소를 기다리는 시간 (초, 밤)", "Wait for a cancellation (s, night)", 0, 90)
    night_from = _hour("밤의 시작 (시)", "Night from (hour)")
    night_until = _hour("밤의 끝 (시)", "Night until (hour)")
    pair_s = _seconds(
        "두 감지기가 서로를 확인하는 시간 (초)", "Two detectors verify each other within (s)", 0, 600
    )
    quiet_s = _seconds("조용하면 끝난 것으로 보는 시간 (초)", "Over after quiet for (s)", 90, 7200)
    hold_s = _seconds(
        "취소한 뒤 같은 감지기를 쉬게 하는 시간 (초)", "Same detector silent after a cancellation (s)", 0, 600
    )
    test_s = _seconds("점검의 가장 긴 시간 (초)", "Longest test (s)", 1, 14_400)
    drill_s = _seconds("훈련의 가장 긴 시간 (초)", "Longest drill (s)", 1, 14_400)
    ladder = forms.CharField(
        label=say_lazily("답이 없으면 다음 사람에게 알리는 때 (초)", "Next person told after (s)"),
        required=False,
    )

    def read(self) -> Policy:
        """Return the policy; raise BadInput where it is none."""
        values = dict(self.cleaned_data)
        night = values.pop("night_from"), values.pop("night_until")
        steps = [step.strip() for step in values.pop("ladder").split(",") if step.strip()]
        try:
            return msgspec.convert({**values, "night": night, "ladder_s": steps}, Policy, strict=False)
        except msgspec.ValidationError as error:
            said = say_mismatch(*find_mismatch(error))
            raise BadInput("fire_safety.policy", said.ko, said.en, field="ladder") from error


@page(CHANGE, title=Text(ko="판단 규칙", en="Policy"), methods=("GET", "POST"))
def edit_policy(request: HttpRequest, code: str) -> HttpResponse:
    """Show a facility's policy; try another one on its history, or let it count from now on."""
    facility = get_facility(request.actor, code)
    name = read_pair(facility.name)
    form = PolicyForm(request.POST or None, initial=_fill_policy(facility.policy))
    tried = None
    if request.method == "POST" and form.is_valid():
        try:
            policy = form.read()
            wants_to_save = request.POST.get("do") == "save"
            if wants_to_save and _was_tried(request, facility, policy):
                change_policy(actor=request.actor, now=now(), code=code, policy=policy)
                messages.success(
                    request,
                    Text(ko="이제부터 이 규칙으로 판단합니다.", en="This policy counts from now on.").say(
                        request.language
                    ),
                )
                return HttpResponseRedirect(f"{FACILITIES}{code}/")
            tried = _try(request.actor, facility, policy)
            request.session[TRIED] = _name_trial(facility, policy)
            if wants_to_save:
                messages.info(
                    request,
                    Text(
                        ko="아직 저장하지 않았습니다. 아래 결과를 보고 다시 저장하십시오.",
                        en="Not saved yet: see below what it would have done, and save again.",
                    ).say(request.language),
                )
        except MadangError as error:
            field = str(error.details.get("field", ""))
            form.add_error(field if field in form.fields else None, error.text.say(request.language))
    context = {
        "title": Text(ko=f"판단 규칙: {name.ko}", en=f"Policy: {name.en}"),
        "facility": facility,
        "form": form,
        "tried": tried,
        "days": HISTORY_DAYS,
    }
    return render(request, "fire_safety/policy.html", context, status=422 if form.errors else 200)


def _was_tried(request: HttpRequest, facility: Facility, policy: Policy) -> bool:
    """Return whether a policy may count: it was tried on the history before, or counts already."""
    return policy == facility.policy or request.session.get(TRIED) == _name_trial(facility, policy)


def _name_trial(facility: Facility, policy: Policy) -> str:
    return msgspec.json.encode([facility.code, policy]).decode()


def _fill_policy(policy: Policy) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: int(value) if isinstance(value, float) and value.is_integer() else value
        for name, value in msgspec.structs.asdict(policy).items()
    }
    values["night_from"], values["night_until"] = values.pop("night")
    values["ladder"] = ", ".join(f"{step:g}" for step in values.pop("ladder_s"))
    return values


def _try(actor: Actor, facility: Facility, policy: Policy) -> list[tuple[Text, int, int]]:
    """Return what the present policy and another one make of the same history."""
    until = now()
    since = until - timedelta(days=HISTORY_DAYS)
    both = [replay(actor, facility.code, one, since, until) for one in (facility.policy, policy)]
    rows = (
        (Verdict.TELL_MANAGER, Text(ko="경보", en="Alarms")),
        (Verdict.ESCALATE, Text(ko="다음 사람에게 알림", en="Next person told")),
        (Verdict.HAND_OVER, Text(ko="119에 넘김", en="Handed over to 119")),
        (Verdict.STAND_DOWN, Text(ko="취소", en="Stood down")),
    )
    found = [
        (name, *(sum(one.verdict is verdict for one in made) for made in both)) for verdict, name in rows
    ]
    slowest = Text(ko="가장 늦은 인계 (초)", en="Slowest hand-over (s)")
    return [*found, (slowest, *(round(_find_slowest(made)) for made in both))]


def _find_slowest(made: Sequence[Decision]) -> float:
    begun = {one.alarm: one.at for one in made if one.verdict is Verdict.TELL_MANAGER}
    waits = [(one.at - begun[one.alarm]).total_seconds() for one in made if one.verdict is Verdict.HAND_OVER]
    return max(waits, default=0.0)
