"""Where a citizen lets a program have a bundle, and where the desk says which programs may ask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.citizens.wallet.actions.delegating import let_program
from madang.citizens.wallet.actions.granting import end_request
from madang.citizens.wallet.actions.programs import change_program_keys, register_program, withdraw_program
from madang.citizens.wallet.methods.authorizing import refuse
from madang.citizens.wallet.methods.programs import name_provider
from madang.citizens.wallet.queries.authorizations import find_pushed
from madang.citizens.wallet.queries.programs import find_keys, get_program, list_programs
from madang.citizens.wallet.queries.transfers import get_bundle, list_bundles
from madang.citizens.wallet.records import Program
from madang.core.base.interface import Actor, ColumnType, MadangError, Text, now
from madang.core.pages.interface import FormPage, ListColumn, ListPage, page, say_lazily

from .addresses import find_address
from .authorizing import send_back
from .desk import ReasonForm
from .keys import KeysField
from .transfers import name_receiver, tell_bundle

TITLE = Text(ko="묶음정보를 가져갈 프로그램", en="Programs that fetch bundles")
ASK = Text(ko="내 정보를 보낼까요?", en="Let your data go?")
HOME = "/desk/wallet/programs/"
BY_KEY = Text(ko="자기 열쇠의 서명", en="its own key")
BY_SECRET = Text(ko="비밀 값", en="a secret")


@page("signed-in", title=ASK, methods=("GET", "POST"), leads_outside=True)
def ask_for_consent(request: HttpRequest) -> HttpResponse:
    """Ask a citizen who signed in whether a program may have a bundle, for how long, and send them back to it."""
    uri, issuer = request.GET.get("request_uri", ""), name_provider(find_address(request))
    asked = find_pushed(uri, now(), issuer).asked
    if request.GET.get("client_id") != asked.client:
        raise refuse("invalid_request", "다른 프로그램의 요청입니다", "the request is another program's")
    if "decline" in request.POST:
        end_request(now=now(), request_uri=uri, issuer=issuer)
        return send_back(asked, error="access_denied")
    bundle, problem = get_bundle(asked.kind), ""
    if request.method == "POST":
        days = request.POST.get("days", "")
        try:
            asked, code = let_program(
                actor=request.actor,
                now=now(),
                request_uri=uri,
                issuer=issuer,
                days=int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0,
            )
            return send_back(asked, code=code)
        except MadangError as error:
            if error.details.get("field") != "days":
                raise
            problem = error.text.say(request.language)
    context = {
        "title": ASK,
        "program": get_program(asked.client).title,
        "address": asked.redirect_uri,
        "problem": problem,
        **tell_bundle(bundle),
    }
    answer = render(request, "wallet/let.html", context, status=422 if problem else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Program], int]:
    del actor, search, filters, sort
    return list_programs(offset=offset, limit=limit)


PROGRAMS = ListPage(
    title=TITLE,
    permission="wallet.connect",
    about=Text(
        ko="기관의 프로그램이 시민의 동의를 받아 묶음정보를 직접 가져갑니다 (OAuth 2.0). 멈추면 토큰이 바로 끝납니다.",
        en="An agency's program asks a citizen and fetches a bundle by itself (OAuth 2.0). Stopped, its tokens are over.",
    ),
    columns=(
        ListColumn(
            name="title", title=Text(ko="프로그램", en="Program"), sortable=False,
            value=lambda one: one.title,
            href=lambda one: "" if one.withdrawn_at else f"{HOME}{one.id}/withdraw/",
        ),
        ListColumn(
            name="receiver", title=Text(ko="기관", en="Agency"), sortable=False,
            value=lambda one: name_receiver(one.receiver),
        ),
        ListColumn(
            name="redirect_uris", title=Text(ko="돌아갈 주소", en="Returns to"), sortable=False,
            value=lambda one: ", ".join(one.redirect_uris),
        ),
        ListColumn(
            name="signs", title=Text(ko="밝히는 방법", en="Shows who it is by"), sortable=False,
            value=lambda one: BY_KEY if one.signs else BY_SECRET,
            href=lambda one: f"{HOME}{one.id}/keys/" if one.signs and not one.withdrawn_at else "",
        ),
        ListColumn(name="added_at", title=Text(ko="등록", en="Added"), type=ColumnType.TIME, sortable=False),
        ListColumn(
            name="withdrawn_at", title=Text(ko="멈춤", en="Stopped"), type=ColumnType.TIME, sortable=False
        ),
        ListColumn(name="id", title=Text(ko="번호 (client_id)", en="client_id"), sortable=False, shown=False),
    ),
    query=_query,
    searchable=False,
    create=(f"{HOME}new/", Text(ko="프로그램 등록", en="Register a program"), "wallet.connect"),
    empty=Text(ko="등록한 프로그램이 아직 없습니다.", en="No program is registered yet."),
)  # fmt: skip


class ProgramForm(forms.Form):
    """What a program is called, whose it is, and where citizens are sent back to."""

    title_ko = forms.CharField(max_length=100, label=say_lazily("이름 (한국어)", "Name (Korean)"))
    title_en = forms.CharField(max_length=100, label=say_lazily("이름 (영어)", "Name (English)"))
    receiver = forms.ChoiceField(
        label=say_lazily("기관", "Agency"),
        choices=lambda: [
            (one, say_lazily(name_receiver(one).ko, name_receiver(one).en))
            for one in sorted({bundle.receiver for bundle in list_bundles().values()})
        ],
    )
    redirect_uris = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        label=say_lazily("돌아갈 주소 (한 줄에 하나)", "Addresses to return to (one a line)"),
        help_text=say_lazily("글자 하나까지 같아야 합니다.", "Compared letter by letter."),
    )
    keys = KeysField(
        label=say_lazily("공개키 (JWK 모음)", "Public keys (JWK set)"),
        help_text=say_lazily(
            "프로그램이 자기 열쇠로 서명해서 자신을 밝힐 때 적습니다 (private_key_jwt). 비워 두면 비밀 값을 드립니다.",
            "For a program that shows who it is by signing (private_key_jwt). Left empty, it is given a secret.",
        ),
    )


NEW = FormPage(
    title=Text(ko="프로그램 등록", en="Register a program"),
    permission="wallet.connect",
    form=ProgramForm,
    run=lambda **_: "",
    button=Text(ko="등록", en="Register"),
    back=HOME,
)


@page("wallet.connect", title=NEW.title, methods=("GET", "POST"))
def add_program(request: HttpRequest) -> HttpResponse:
    """Ask what a program is, and show what it needs to know, its secret this once."""
    form = ProgramForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            made = register_program(
                actor=request.actor,
                now=now(),
                title=Text(ko=data["title_ko"], en=data["title_en"]),
                receiver=data["receiver"],
                redirect_uris=data["redirect_uris"].split(),
                keys=data["keys"],
            )
            context = {
                "title": TITLE,
                "home": HOME,
                "made": made,
                "provider": name_provider(find_address(request)),
            }
            answer = render(request, "wallet/program.html", context)
            answer.headers["Cache-Control"] = "no-store"
            return answer
        except MadangError as error:
            field = error.details.get("field")
            form.add_error(field if field in form.fields else None, error.text.say(request.language))
    context = {"page": NEW, "form": form, "wanted_name": ""}
    return render(request, "madang/form.html", context, status=422 if form.errors else 200)


class KeysForm(forms.Form):
    """The keys that a program signs by."""

    keys = KeysField(
        label=say_lazily("공개키 (JWK 모음)", "Public keys (JWK set)"),
        help_text=say_lazily(
            "바꾸는 동안에는 옛 열쇠와 새 열쇠를 함께 적어 두십시오. 열쇠마다 kid가 달라야 합니다.",
            "While they change, give the old and the new one, each with a kid of its own.",
        ),
    )


def _show_keys(*, actor: Actor, program_id: str) -> dict[str, str]:
    del actor
    return {"keys": msgspec.json.encode({"keys": find_keys(program_id)}).decode()}


def _change_keys(*, actor: Actor, now: datetime, data: dict[str, Any], program_id: str) -> str:
    change_program_keys(actor=actor, now=now, program_id=program_id, keys=data["keys"])
    return HOME


def _name(program_id: str) -> tuple[Text, str]:
    return get_program(program_id).title, HOME


KEYS = FormPage(
    title=Text(ko="프로그램의 공개키 바꾸기", en="Change a program's public keys"),
    subject=_name,
    permission="wallet.connect",
    form=KeysForm,
    initial=_show_keys,
    run=_change_keys,
    consequence=Text(
        ko="여기에 없는 열쇠로 서명한 요청은 바로 거절됩니다. 시민이 허락한 토큰은 그대로입니다.",
        en="What other keys sign is refused at once. Tokens that citizens gave stay as they are.",
    ),
)


def _withdraw(*, actor: Actor, now: datetime, data: dict[str, Any], program_id: str) -> str:
    withdraw_program(actor=actor, now=now, program_id=program_id, reason=data["reason"])
    return HOME


WITHDRAW = FormPage(
    title=Text(ko="프로그램 멈추기", en="Stop a program"),
    subject=_name,
    permission="wallet.connect",
    form=ReasonForm,
    run=_withdraw,
    button=Text(ko="멈추기", en="Stop it"),
    consequence=Text(
        ko="토큰이 바로 끝나고 더 물을 수 없습니다. 되돌리지 못합니다.",
        en="Its tokens are over at once and it can't ask again. This can't be undone.",
    ),
    is_destructive=True,
)
