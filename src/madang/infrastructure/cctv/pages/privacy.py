"""Guarding pictures: requests for originals that wait, who decided what, and proof that what ended was deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import Actor, Text, now
from madang.core.pages.interface import FormPage, page, say_lazily
from madang.infrastructure.cctv.actions import decide_unmask, list_overdue
from madang.infrastructure.cctv.queries.privacy import list_purges, list_unmasks
from madang.infrastructure.cctv.records import GROUNDS, UnmaskState

from .register import HOME

TITLE = Text(ko="영상 보호", en="Guarding pictures")
PRIVACY = f"{HOME}privacy/"
STATES = {
    UnmaskState.ASKED: Text(ko="승인 대기", en="Waiting"),
    UnmaskState.GRANTED: Text(ko="승인", en="Granted"),
    UnmaskState.REFUSED: Text(ko="거절", en="Refused"),
}
SHOWN = 50


@page("cctv.view", title=TITLE)
def show_privacy(request: HttpRequest) -> HttpResponse:
    """Show requests for originals and proofs of deletion."""
    moment = now()
    purges, total = list_purges(limit=SHOWN)
    context = {
        "title": TITLE,
        "unmasks": [
            (one, GROUNDS[one.ground], STATES[one.state], one.asked_by != request.actor.id)
            for one in list_unmasks(request.actor, limit=SHOWN)
        ],
        "may_approve": request.actor.may("cctv.approve"),
        "purges": purges,
        "purged": total,
        "overdue": list_overdue(moment),
        "moment": moment,
    }
    return render(request, "cctv/privacy.html", context)


class DecideForm(forms.Form):
    """Grant, and for how long, or refuse."""

    decision = forms.ChoiceField(
        label=say_lazily("결정", "Decision"),
        choices=[("grant", say_lazily("승인", "Grant")), ("refuse", say_lazily("거절", "Refuse"))],
        widget=forms.RadioSelect,
    )
    hours = forms.FloatField(
        label=say_lazily("볼 수 있는 시간 (시간)", "For how long (hours)"),
        min_value=0.1,
        max_value=24,
        initial=1,
    )


def _decide(*, actor: Actor, now: datetime, data: dict[str, Any], request_id: int) -> str:
    decide_unmask(
        actor=actor, now=now, request_id=request_id, grant=data["decision"] == "grant", hours=data["hours"]
    )
    return PRIVACY


DECIDE = FormPage(
    title=Text(ko="원본 요청 결정", en="Decide on a request"),
    permission="cctv.approve",
    form=DecideForm,
    run=_decide,
    button=Text(ko="결정", en="Decide"),
    consequence=Text(
        ko="승인하면 요청한 사람만 정해진 시간 동안 원본을 볼 수 있습니다. 승인한 것을 거절하면 바로 거두어집니다.",
        en="Once granted, only who asked sees the original, for that time. Refusing what was granted takes it back at once.",
    ),
    back=PRIVACY,
)
