"""A citizen's data at other providers: connect, fetch, look, forget; the desk says which providers there are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from madang.citizens.wallet.actions.elsewhere import (
    fetch_from,
    finish_connection,
    forget_connection,
    start_connection,
)
from madang.citizens.wallet.actions.providers import register_provider, withdraw_provider
from madang.citizens.wallet.methods.papers import write_value
from madang.citizens.wallet.queries.elsewhere import (
    describe_provider,
    find_provider,
    list_connections,
    list_providers,
)
from madang.citizens.wallet.queries.kinds import list_kinds
from madang.citizens.wallet.records import Fetched, Provider
from madang.core.base.interface import Actor, ColumnType, Text, now
from madang.core.pages.interface import FormPage, ListColumn, ListPage, page, say_lazily

from .addresses import find_address
from .desk import ReasonForm
from .words import name_kind

TITLE = Text(ko="다른 곳의 내 정보", en="Your data elsewhere")
PROVIDERS_TITLE = Text(ko="정보를 받아 올 곳", en="Providers of data elsewhere")
HOME, DESK_HOME = "/wallet/mydata/elsewhere/", "/desk/wallet/providers/"


@page("signed-in", title=TITLE)
def show_elsewhere(request: HttpRequest) -> HttpResponse:
    """Show which providers there are, and one's connections."""
    return _draw(request)


@page("signed-in", title=TITLE, methods=("POST",), leads_outside=True)
def connect(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send a citizen to a provider, to let this house fetch."""
    goes_to = start_connection(
        actor=request.actor, now=now(), provider_id=provider_id, redirect_uri=_name_callback(request)
    )
    return HttpResponseRedirect(goes_to)


@page("signed-in", title=TITLE)
def come_back(request: HttpRequest) -> HttpResponse:
    """Take a citizen back from a provider."""
    said = {name: request.GET.get(name, "")[:2000] for name in ("state", "code", "iss", "error")}
    finish_connection(
        actor=request.actor,
        now=now(),
        state=said["state"],
        code=said["code"],
        issuer=said["iss"],
        error=said["error"],
    )
    return HttpResponseRedirect(HOME)


@page("signed-in", title=TITLE, methods=("POST",))
def fetch(request: HttpRequest, connection_id: str) -> HttpResponse:
    """Fetch what a provider holds, and show it this once."""
    fetched = fetch_from(actor=request.actor, now=now(), connection_id=connection_id)
    return _draw(request, fetched=_list_parts(fetched), receipt=fetched.receipt)


@page("signed-in", title=TITLE, methods=("POST",))
def forget(request: HttpRequest, connection_id: str) -> HttpResponse:
    """Forget a connection, and say whether the provider has ended it too."""
    is_ended = forget_connection(actor=request.actor, now=now(), connection_id=connection_id)
    return _draw(request, forgotten=True, is_ended=is_ended)


def _draw(request: HttpRequest, **more: Any) -> HttpResponse:
    context = {
        "title": TITLE,
        "providers": list_providers(limit=200)[0],
        "connections": list_connections(request.actor.id),
        **more,
    }
    answer = render(request, "wallet/elsewhere.html", context)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _name_callback(request: HttpRequest) -> str:
    return f"{find_address(request).rpartition('/')[0]}{HOME}callback"


def _list_parts(fetched: Fetched) -> list[tuple[Text, list[tuple[Text, str]]]]:
    """Return kinds and claims by the names this house has for them, by their own where it has none."""
    parts = []
    for kind, values in fetched.content.items():
        known = list_kinds().get(kind)
        names = {".".join(words.path): words.title for words in known.claims} if known else {}
        rows = [
            (names.get(path, Text(ko=path, en=path)), write_value(path, value))
            for path, value in values.items()
        ]
        parts.append((name_kind(kind), rows))
    return parts


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Provider], int]:
    del actor, search, filters, sort
    return list_providers(offset=offset, limit=limit)


PROVIDERS = ListPage(
    title=PROVIDERS_TITLE,
    permission="wallet.connect",
    about=Text(
        ko="시민이 다른 곳에 있는 자기 정보를 여기서 볼 수 있게 잇습니다. 받아 온 내용은 남기지 않습니다.",
        en="Citizens may look here at what others hold of them. Nothing of it is kept.",
    ),
    columns=(
        ListColumn(
            name="title", title=Text(ko="이름", en="Name"), sortable=False, value=lambda one: one.title,
            href=lambda one: f"{DESK_HOME}{one.id}/withdraw/",
        ),
        ListColumn(name="issuer", title=Text(ko="주소 (issuer)", en="Issuer"), sortable=False),
        ListColumn(name="scope", title=Text(ko="묶음정보 (scope)", en="Bundle (scope)"), sortable=False),
        ListColumn(name="added_at", title=Text(ko="등록", en="Added"), type=ColumnType.TIME, sortable=False),
    ),
    query=_query,
    searchable=False,
    create=(f"{DESK_HOME}new/", Text(ko="받아 올 곳 등록", en="Register a provider"), "wallet.connect"),
    empty=Text(ko="등록한 곳이 아직 없습니다.", en="No provider is registered yet."),
)  # fmt: skip


class ProviderForm(forms.Form):
    """Who provides, and as which program this house is known there."""

    title_ko = forms.CharField(max_length=100, label=say_lazily("이름 (한국어)", "Name (Korean)"))
    title_en = forms.CharField(max_length=100, label=say_lazily("이름 (영어)", "Name (English)"))
    issuer = forms.CharField(
        max_length=300,
        label=say_lazily("주소 (issuer)", "Issuer"),
        help_text=say_lazily(
            "이 집의 /wallet/mydata/elsewhere/callback을 돌아갈 주소로 등록해 두십시오.",
            "Register this house's /wallet/mydata/elsewhere/callback there as the address to return to.",
        ),
    )
    client = forms.CharField(max_length=100, label="client_id")
    secret = forms.CharField(
        max_length=300, label="client_secret", widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )
    scope = forms.RegexField(
        r"^[\x21\x23-\x5b\x5d-\x7e]{1,64}$", label=say_lazily("묶음정보 (scope)", "Bundle (scope)")
    )


def _register(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    title = Text(ko=data["title_ko"], en=data["title_en"])
    names = ("issuer", "client", "secret", "scope")
    register_provider(actor=actor, now=now, title=title, **{name: data[name] for name in names})
    return DESK_HOME


NEW = FormPage(
    title=Text(ko="받아 올 곳 등록", en="Register a provider"),
    permission="wallet.connect",
    form=ProviderForm,
    run=_register,
    button=Text(ko="등록", en="Register"),
    back=DESK_HOME,
)


def _withdraw(*, actor: Actor, now: datetime, data: dict[str, Any], provider_id: str) -> str:
    withdraw_provider(actor=actor, now=now, provider_id=provider_id, reason=data["reason"])
    return DESK_HOME


def _name(provider_id: str) -> tuple[Text, str]:
    return describe_provider(find_provider(provider_id)).title, DESK_HOME


WITHDRAW = FormPage(
    title=Text(ko="받아 오기 멈추기", en="Stop a provider"),
    subject=_name,
    permission="wallet.connect",
    form=ReasonForm,
    run=_withdraw,
    button=Text(ko="멈추기", en="Stop it"),
    consequence=Text(
        ko="시민의 연결을 모두 지웁니다. 되돌리지 못합니다.",
        en="Every citizen's connection is forgotten. This can't be undone.",
    ),
    is_destructive=True,
)
