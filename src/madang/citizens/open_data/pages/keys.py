"""One's own keys: see them, make one, end one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from madang.citizens.open_data.actions.keys import issue_key, revoke_key
from madang.citizens.open_data.queries.calls import list_keys
from madang.citizens.open_data.queries.quotas import measure_key
from madang.citizens.open_data.records.calls import NewKey
from madang.citizens.open_data.records.quotas import KeyUse
from madang.core.base.interface import Actor, MadangError, Text, now
from madang.core.pages.interface import ChartBlock, ChartKind, FormPage, Series, page, say_lazily

HOME = "/open_data/"

TITLE = Text(ko="내 인증키", en="My keys")


class KeyForm(forms.Form):
    """What the key is for."""

    purpose = forms.CharField(
        label=say_lazily("어디에 쓰나요?", "What is it for?"),
        max_length=200,
        help_text=say_lazily("예: 우리 동네 쉼터 앱", "For example: an app of shelters near me"),
    )
    written = forms.DateField(
        label=say_lazily("언제 만든 프로그램인가요?", "When was the program written?"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=say_lazily(
            "적으면 필드 이름이 그 뒤에 바뀐 서비스도 그날의 이름으로 답해요. 비워 두면 늘 새 이름이에요.",
            "Services whose field names changed later then answer with that day’s names. Blank: always the newest.",
        ),
    )


def _issue(*, actor: Actor, now: datetime, data: dict[str, Any]) -> NewKey:
    return issue_key(actor=actor, now=now, purpose=data["purpose"], written=data["written"])


MAKE = FormPage(
    title=TITLE, permission="signed-in", form=KeyForm, run=_issue, button=Text(ko="만들기", en="Make it")
)


@page("signed-in", title=TITLE, methods=("GET", "POST"))
def show_keys(request: HttpRequest) -> HttpResponse:
    """Show one's keys and make another; a new one is shown this once."""
    form = KeyForm(request.POST if request.method == "POST" else None)
    made: Any = None
    if form.is_bound and form.is_valid():
        try:
            made = MAKE.run(actor=request.actor, now=now(), data=form.cleaned_data)
        except MadangError as error:
            form.add_error("purpose", error.text.say(request.language))
        else:
            form = KeyForm()
    context = {"title": TITLE, "keys": list_keys(request.actor), "form": form, "made": made, "page": MAKE}
    answer = render(request, "open_data/keys.html", context, status=422 if form.errors else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@page("signed-in", title=TITLE)
def show_key(request: HttpRequest, key_id: str) -> HttpResponse:
    """Show one of one's own keys: calls today against its limit, by day and by service."""
    use = measure_key(actor=request.actor, now=now(), key_id=key_id)
    key = next(one for one in list_keys(request.actor) if one.id == key_id)
    answer = render(request, "open_data/key.html", {"key": key, "use": use, "chart": _draw_days(use)})
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _draw_days(use: KeyUse) -> ChartBlock | None:
    if not use.days:
        return None
    return ChartBlock(
        title=Text(ko="날마다의 호출", en="Calls by day"),
        kind=ChartKind.BAR,
        x=tuple(day for day, _ in use.days),
        x_title=Text(ko="날", en="Day"),
        series=(Series(name=Text(ko="호출", en="Calls"), values=tuple(float(uses) for _, uses in use.days)),),
        summary=Text(
            ko=f"최근 30일에 {sum(uses for _, uses in use.days):,}번 불렀어요.",
            en=f"Called {sum(uses for _, uses in use.days):,} times in the last 30 days.",
        ),
    )


@page("signed-in", methods=("POST",))
def end_key(request: HttpRequest, key_id: str) -> HttpResponse:
    """End one key."""
    moment: datetime = now()
    revoke_key(actor=request.actor, now=moment, key_id=key_id)
    done = Text(ko="인증키를 없앴어요. 이제 쓸 수 없어요.", en="The key is gone and no longer works.")
    messages.success(request, done.say(request.language))
    return HttpResponseRedirect(f"{HOME}keys/")
