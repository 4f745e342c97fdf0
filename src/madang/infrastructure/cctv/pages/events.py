"""Events: the queue, one event with its clip, what an operator says of it, export, and requests for the original."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from madang.core.base.interface import Actor, BadInput, ColumnType, MadangError, Text, now, read_pair
from madang.core.pages.interface import FormPage, ListColumn, ListFilter, ListPage, page, say_lazily
from madang.infrastructure.cctv.actions import ask_unmask, export_clip, judge_event
from madang.infrastructure.cctv.queries.cameras import is_simulated
from madang.infrastructure.cctv.queries.events import get_event, list_events
from madang.infrastructure.cctv.queries.privacy import find_grant, list_unmasks
from madang.infrastructure.cctv.queries.sources import find_source
from madang.infrastructure.cctv.records import (
    EVENT_NAMES,
    GROUNDS,
    VERDICT_NAMES,
    EventRecord,
    Ground,
    UnmaskState,
    Verdict,
)

from .register import HOME

EVENTS = f"{HOME}events/"
TITLE = Text(ko="영상 사건", en="Events on camera")
WALL = "/wall/cctv/"


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[EventRecord], int]:
    return list_events(
        actor, search=search, verdict=filters.get("verdict", ""), kind=filters.get("kind", ""), sort=sort,
        offset=offset, limit=limit,
    )  # fmt: skip


LIST = ListPage(
    title=TITLE,
    permission="cctv.view",
    about=Text(
        ko="영상에서 찾은 일과 그 까닭입니다. 맞는지 답하면 그 카메라의 기준이 고쳐집니다.",
        en="What was found in pictures, and why. Answers tune the camera’s limits.",
    ),
    columns=(
        ListColumn(
            name="begun_at", title=Text(ko="때", en="When"), type=ColumnType.TIME, href=lambda row: f"{EVENTS}{row.uid}/"
        ),
        ListColumn(name="kind", title=Text(ko="일", en="What"), value=lambda row: EVENT_NAMES[row.kind]),
        ListColumn(name="camera_name", title=Text(ko="카메라", en="Camera"), value=lambda row: read_pair(row.camera_name)),
        ListColumn(name="reason", title=Text(ko="까닭", en="Why"), sortable=False),
        ListColumn(name="strength", title=Text(ko="기준의 배", en="Times the limit"), type=ColumnType.NUMBER),
        ListColumn(name="verdict", title=Text(ko="확인", en="Verdict"), value=lambda row: VERDICT_NAMES[row.verdict]),
        ListColumn(
            name="judged_by", title=Text(ko="확인한 사람", en="Judged by"), sortable=False, shown=False,
            value=lambda row: read_pair(row.judged_by) if row.judged_by else None,
        ),
        ListColumn(
            name="expires_at", title=Text(ko="영상 삭제", en="Clip ends"), type=ColumnType.TIME, sortable=False, shown=False
        ),
    ),
    query=_query,
    filters=(
        ListFilter(
            name="verdict", title=Text(ko="확인", en="Verdict"),
            choices=tuple((one.value, name) for one, name in VERDICT_NAMES.items()),
        ),
        ListFilter(
            name="kind", title=Text(ko="일", en="What"), choices=tuple((one.value, name) for one, name in EVENT_NAMES.items())
        ),
    ),
    row_id="uid",
    sort="-begun_at",
    empty=Text(
        ko="아직 찾은 일이 없습니다. 카메라에 영상 주소를 적으면 분석이 시작됩니다.",
        en="Nothing was found yet. Give a camera its source and analysis begins.",
    ),
    create=(f"{HOME}cameras/", Text(ko="카메라 고르기", en="Choose a camera"), "cctv.change"),
)  # fmt: skip


@page("cctv.view", title=TITLE)
def show_event(request: HttpRequest, uid: str) -> HttpResponse:
    """Show one event with its clip, its reason and what was said of it."""
    actor = request.actor
    event = get_event(actor, uid)
    source = find_source(event.camera_id)
    moment = now()
    grant = find_grant(actor, uid, moment)
    context = {
        "title": Text(
            ko=f"{EVENT_NAMES[event.kind].ko}: {read_pair(event.camera_name).ko}",
            en=f"{EVENT_NAMES[event.kind].en}: {read_pair(event.camera_name).en}",
        ),
        "event": event,
        "seconds": (event.ended_at - event.begun_at).total_seconds(),
        "delay": (event.recorded_at - event.begun_at).total_seconds(),
        "is_simulated": is_simulated(),
        "verdict": VERDICT_NAMES[event.verdict],
        "is_open": event.verdict is Verdict.OPEN,
        "factor": source.factors.get(event.kind, 1.0) if source else 1.0,
        "may_watch": actor.may("cctv.watch", event.agency_code),
        "grant": grant,
        "ground": GROUNDS[grant.ground] if grant else None,
        "is_asked": bool(list_unmasks(actor, state=UnmaskState.ASKED, event_uid=uid, own=True)),
        "show_original": bool(grant) and "original" in request.GET,
    }
    response = render(request, "cctv/event.html", context)
    if (
        grant and grant.expires_at and context["show_original"]
    ):  # a page that stays open ends with the approval
        left = math.ceil((grant.expires_at - moment).total_seconds())
        response["Refresh"] = f"{max(0, left)}; url={request.path}"
    return response


@page("cctv.watch", title=TITLE, methods=("POST",))
def judge(request: HttpRequest, uid: str) -> HttpResponse:
    """Take what an operator says, and go back to where it was said."""
    try:
        verdict = next((one for one in Verdict if one.value == request.POST.get("verdict")), Verdict.OPEN)
        factor = judge_event(
            actor=request.actor, now=now(), uid=uid, verdict=verdict, note=request.POST.get("note", "")
        )
        said = Text(ko="오경보로 적었습니다.", en="Noted as a false alarm.")
        if verdict is Verdict.CONFIRMED:
            said = Text(ko="맞는 것으로 적었습니다.", en="Noted as right.")
        if factor > 1:
            more = Text(
                ko=f" 이 카메라의 기준은 이제 {factor:g}배입니다.",
                en=f" The camera’s limit is {factor:g} times as high now.",
            )
            said = Text(ko=said.ko + more.ko, en=said.en + more.en)
        if request.POST.get("next") == "wall":
            request.session["cctv_judged"] = uid
            return HttpResponseRedirect(WALL)
        messages.success(request, said.say(request.language))
    except BadInput as error:
        messages.error(request, error.text.say(request.language))
    return HttpResponseRedirect(f"{EVENTS}{uid}/")


class UnmaskForm(forms.Form):
    """Why the original must be seen."""

    ground = forms.ChoiceField(
        label=say_lazily("법의 근거", "Legal ground"),
        choices=[(one.value, say_lazily(name.ko, name.en)) for one, name in GROUNDS.items()],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=say_lazily("까닭 (문서 번호, 사건 등)", "Reason (number of the document, case, …)"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _ask(*, actor: Actor, now: datetime, data: dict[str, Any], uid: str) -> str:
    ask_unmask(actor=actor, now=now, uid=uid, ground=Ground(data["ground"]), reason=data["reason"])
    return f"{EVENTS}{uid}/"


UNMASK = FormPage(
    title=Text(ko="가리지 않은 원본 요청", en="Ask for the original"),
    permission="cctv.watch",
    form=UnmaskForm,
    run=_ask,
    button=Text(ko="요청", en="Ask"),
    consequence=Text(
        ko="다른 사람이 승인해야 볼 수 있고, 정해진 시간이 지나면 다시 가려집니다. 요청과 열람이 모두 감사 기록에 남습니다.",
        en="Somebody else must approve it, and it ends after a set time. The request and every look are audited.",
    ),
    back=EVENTS,
)


class ExportForm(forms.Form):
    """To whom a clip goes, and why."""

    recipient = forms.CharField(label=say_lazily("받는 곳", "Recipient"), max_length=200)
    reason = forms.CharField(
        label=say_lazily("까닭", "Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


EXPORT_TITLE = Text(ko="영상 내보내기", en="Export the clip")


@page("cctv.watch", title=EXPORT_TITLE, methods=("GET", "POST"))
def export(request: HttpRequest, uid: str) -> HttpResponse | FileResponse:
    """Ask to whom and why; then send the masked clip as a file."""
    event = get_event(request.actor, uid)
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            path = export_clip(actor=request.actor, now=now(), uid=uid, **form.cleaned_data)
        except MadangError as error:
            form.add_error(None, error.text.say(request.language))
        else:
            return FileResponse(path.open("rb"), as_attachment=True, filename=f"{event.uid}.mp4")
    consequence = Text(
        ko="사람과 차를 가린 영상만 나갑니다. 받는 곳과 까닭, 파일의 해시가 감사 기록에 남습니다.",
        en="Only the masked clip leaves. Recipient, reason and the file’s hash are audited.",
    )
    shown = FormPage(
        title=EXPORT_TITLE, permission="cctv.watch", form=ExportForm, run=lambda **_: "", consequence=consequence,
        button=Text(ko="내보내기", en="Export"), back=f"{EVENTS}{uid}/",
    )  # fmt: skip
    status = 422 if form.errors else 200
    return render(
        request, "madang/form.html", {"page": shown, "form": form, "wanted_name": ""}, status=status
    )
