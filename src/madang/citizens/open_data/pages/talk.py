"""What citizens write: questions about a dataset, requests for data, and what they made with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from madang.citizens.open_data.actions.talk import ask_question, enter_app, request_data, support_request
from madang.citizens.open_data.queries.calls import list_public
from madang.citizens.open_data.queries.talk import get_request, list_apps, list_requests
from madang.citizens.open_data.records.talk import PUBLIC, STATE_NAMES, DataRequest
from madang.core.base.interface import Actor, ColumnType, Text, now, read_pair
from madang.core.pages.interface import FormPage, ListColumn, ListFilter, ListPage, page, say_lazily
from madang.core.people.interface import list_agencies

HOME = "/open_data/"
REQUESTS = f"{HOME}requests/"
GALLERY = f"{HOME}gallery/"
WAITS = Text(
    ko="담당자가 확인한 뒤에 모두에게 보여요. 이름은 가려서 보여 주니, 글에 개인정보를 적지 마세요.",
    en="Everyone sees it after staff have looked. Your name is masked; write no personal data.",
)


class QuestionForm(forms.Form):
    """A question, or a word under one."""

    text = forms.CharField(label=say_lazily("내용", "Your words"), max_length=2000, widget=forms.Textarea)
    parent_id = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput)


def _ask(*, actor: Actor, now: datetime, data: dict[str, Any], name: str) -> str:
    ask_question(actor=actor, now=now, dataset=name, text=data["text"], parent_id=data["parent_id"])
    return f"{HOME}{name}/#talk"


ASK = FormPage(
    title=Text(ko="데이터에 대해 묻기", en="Ask about a dataset"),
    permission="signed-in",
    form=QuestionForm,
    run=_ask,
    about=WAITS,
    button=Text(ko="보내기", en="Send"),
)
REPLY = FormPage(
    title=Text(ko="이야기 보태기", en="Add to the talk"),
    permission="signed-in",
    form=QuestionForm,
    run=lambda *, actor, now, data, name, parent_id: _ask(
        actor=actor, now=now, data=data | {"parent_id": parent_id}, name=name
    ),
    about=WAITS,
    button=Text(ko="보내기", en="Send"),
)


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[DataRequest], int]:
    state = filters.get("state", "")
    return list_requests(actor=actor, search=search, state=state, sort=sort, offset=offset, limit=limit)


REQUEST_LIST = ListPage(
    title=Text(ko="데이터 요청", en="Requests for data"),
    permission="public",
    about=Text(
        ko="있었으면 하는 데이터를 도시에 요청하세요. 담당 기관이 답하고, 공개하면 그 데이터로 이어 드려요.",
        en="Ask the city for data you miss. The agency in charge answers, and links what it opens.",
    ),
    columns=(
        ListColumn(name="title", title=Text(ko="요청", en="Request"), href=lambda row: f"{REQUESTS}{row.id}/"),
        ListColumn(name="state", title=Text(ko="상태", en="State"), value=lambda row: STATE_NAMES[row.state]),
        ListColumn(name="supporters", title=Text(ko="함께 원하는 사람", en="Supporters"), type=ColumnType.INTEGER),
        ListColumn(name="author", title=Text(ko="쓴 사람", en="By"), sortable=False),
        ListColumn(name="asked_at", title=Text(ko="쓴 때", en="At"), type=ColumnType.TIME),
    ),
    query=_query,
    filters=(
        ListFilter(
            name="state",
            title=Text(ko="상태", en="State"),
            choices=[(state.value, STATE_NAMES[state]) for state in PUBLIC],
        ),
    ),
    sort="-asked_at",
    create=(f"{REQUESTS}new/", Text(ko="데이터 요청하기", en="Request data"), "public"),
    empty=Text(ko="아직 요청이 없어요. 첫 요청을 남겨 보세요.", en="No requests yet. Make the first."),
)  # fmt: skip


class RequestForm(forms.Form):
    """Data that somebody asks for."""

    title = forms.CharField(label=say_lazily("한 줄로", "In a line"), max_length=120)
    wanted = forms.CharField(
        label=say_lazily("어떤 데이터가 필요한가요?", "Which data do you need?"),
        max_length=2000,
        widget=forms.Textarea,
    )
    purpose = forms.CharField(
        label=say_lazily("어디에 쓰려고 하나요?", "What for?"),
        max_length=2000,
        required=False,
        widget=forms.Textarea,
    )
    agency_code = forms.ChoiceField(
        label=say_lazily("담당 기관", "Agency in charge"),
        required=False,
        choices=lambda: [
            ("", say_lazily("잘 모르겠어요", "I don't know")),
            *((one.code, say_lazily(one.name.ko, one.name.en)) for one in list_agencies()),
        ],
    )


def _request(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    return f"{REQUESTS}{request_data(actor=actor, now=now, **data)}/"


REQUEST = FormPage(
    title=Text(ko="데이터 요청하기", en="Request data"),
    permission="signed-in",
    form=RequestForm,
    run=_request,
    about=WAITS,
    button=Text(ko="보내기", en="Send"),
    back=REQUESTS,
)


@page("public", title=Text(ko="데이터 요청", en="Request for data"))
def show_request(request: HttpRequest, request_id: str) -> HttpResponse:
    """Show one request, its answer and how many want the same."""
    found = get_request(actor=request.actor, request_id=request_id)
    agencies = name_agencies()
    context = {
        "asked": found,
        "state": STATE_NAMES[found.state],
        "agency": agencies.get(found.agency_code),
        "answerer": agencies.get(found.answered_by) or read_pair(found.answered_by),
        "is_public": found.state in PUBLIC,
    }
    return render(request, "open_data/request.html", context)


@page("signed-in", methods=("POST",))
def support(request: HttpRequest, request_id: str) -> HttpResponse:
    """Want the same."""
    support_request(actor=request.actor, now=now(), request_id=request_id)
    done = Text(ko="함께 요청했어요.", en="You want this too.")
    messages.success(request, done.say(request.language))
    return HttpResponseRedirect(f"{REQUESTS}{request_id}/")


@page("public", title=Text(ko="활용 갤러리", en="Reuse gallery"))
def show_gallery(request: HttpRequest) -> HttpResponse:
    """Show what people made with the city's data."""
    titles = {one.name: one.table.title for one in list_public()}
    apps = [(app, [(name, titles[name]) for name in app.datasets if name in titles]) for app in list_apps()]
    return render(request, "open_data/gallery.html", {"apps": apps})


class AppForm(forms.Form):
    """Something made with the city's data."""

    title = forms.CharField(label=say_lazily("이름", "Name"), max_length=120)
    address = forms.URLField(
        label=say_lazily("주소", "Address"), max_length=500, assume_scheme="https",
        help_text=say_lazily("https://로 시작하게 적어 주세요.", "Begin with https://."),
    )  # fmt: skip
    about = forms.CharField(
        label=say_lazily("무엇을 하나요?", "What does it do?"), max_length=2000, widget=forms.Textarea
    )
    datasets = forms.MultipleChoiceField(
        label=say_lazily("쓴 데이터 (여러 개는 Ctrl을 누른 채로)", "Datasets used (hold Ctrl for several)"),
        choices=lambda: [
            (one.name, say_lazily(one.table.title.ko, one.table.title.en)) for one in list_public()
        ],
    )


def _enter(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    enter_app(actor=actor, now=now, **data)
    return f"{GALLERY}?entered=yes"


ENTER = FormPage(
    title=Text(ko="갤러리에 올리기", en="Enter the gallery"),
    permission="signed-in",
    form=AppForm,
    run=_enter,
    about=Text(
        ko="담당자가 확인하고 받아들이면 갤러리에 보여요. 만든 이의 이름은 가려서 보여 드려요.",
        en="It appears in the gallery once staff have accepted it. Your name is masked.",
    ),
    button=Text(ko="보내기", en="Send"),
    back=GALLERY,
)


def name_agencies() -> dict[str, Text]:
    """Return the names of agencies by their code."""
    return {agency.code: agency.name for agency in list_agencies()}
