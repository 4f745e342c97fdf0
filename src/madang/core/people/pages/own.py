"""One's own account: name, security, where one is signed in, tokens and consent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from madang.core.base.interface import Actor, Text, list_manifests, now
from madang.core.pages.interface import FormPage, page, say_lazily
from madang.core.people.actions.accounts import end_session, rename_account
from madang.core.people.actions.consents import give_consent, withdraw_consent
from madang.core.people.actions.tokens import issue_token, revoke_token
from madang.core.people.purposes import list_purposes
from madang.core.people.queries import (
    get_account,
    list_agencies,
    list_consents,
    list_sessions,
    list_tokens,
)
from madang.core.people.records import NewToken
from madang.core.people.wording import say_grants, say_permission

from .shown_once import show_result_once

HOME = "/account/"


@page("signed-in", Text(ko="내 계정", en="My account"))
def show_account(request: HttpRequest) -> HttpResponse:
    """Show everything about one's own account."""
    account = get_account(request.actor, request.actor.id)
    context = {
        "account": account,
        "grants": say_grants(account.grants),
        "sessions": list_sessions(request.actor, request.session.session_key or ""),
        "tokens": [
            {"token": token, "may": [say_permission(scope) for scope in token.scopes]}
            for token in list_tokens(request.actor)
            if token.revoked_at is None
        ],
        "consents": [one for one in list_consents(request.actor) if one.withdrawn_at is None],
        "purposes": {purpose.code: purpose for purpose in list_purposes()},
        "now": now(),
    }
    return render(request, "people/account.html", context)


@page("signed-in", methods=("POST",))
def close_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign out in one place."""
    end_session(actor=request.actor, now=now(), session_id=session_id)
    return _go_home(request, Text(ko="그곳에서 로그아웃했어요.", en="You are signed out there."))


@page("signed-in", methods=("POST",))
def end_token(request: HttpRequest, token_id: str) -> HttpResponse:
    """End a token."""
    revoke_token(actor=request.actor, now=now(), token_id=token_id)
    return _go_home(request, Text(ko="토큰을 없앴어요.", en="The token is revoked."))


@page("signed-in", methods=("POST",))
def end_consent(request: HttpRequest, consent_id: str) -> HttpResponse:
    """Withdraw a consent."""
    withdraw_consent(actor=request.actor, now=now(), consent_id=consent_id)
    return _go_home(request, Text(ko="동의를 거두었어요.", en="Your consent is withdrawn."))


class NameForm(forms.Form):
    """A person's name and e-mail."""

    name = forms.CharField(label=say_lazily("이름", "Name"), max_length=150, required=False)
    email = forms.EmailField(label=say_lazily("전자우편", "E-mail"), required=False)


def _rename(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    rename_account(actor=actor, now=now, **data)
    return HOME


def _read_name(*, actor: Actor) -> dict[str, str]:
    account = get_account(actor, actor.id)
    return {"name": account.name, "email": account.email}


RENAME = FormPage(
    title=Text(ko="이름과 전자우편", en="Name and e-mail"),
    permission="signed-in",
    form=NameForm,
    run=_rename,
    initial=_read_name,
    is_undoable=True,
    back=HOME,
)


class ConsentForm(forms.Form):
    """A purpose that needs consent, and until when it is given."""

    purpose = forms.ChoiceField(
        label=say_lazily("목적", "Purpose"),
        choices=lambda: [
            (one.code, say_lazily(one.title.ko, one.title.en)) for one in list_purposes() if one.needs_consent
        ],
    )
    days = forms.IntegerField(
        label=say_lazily("며칠 동안", "For how many days"), min_value=1, max_value=730, initial=365
    )


def _consent(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    give_consent(actor=actor, now=now, purpose=data["purpose"], expires_at=now + timedelta(days=data["days"]))
    return HOME


GIVE_CONSENT = FormPage(
    title=Text(ko="개인정보 이용에 동의", en="Consent to the use of your data"),
    permission="signed-in",
    form=ConsentForm,
    run=_consent,
    about=Text(ko="언제든 거둘 수 있어요.", en="You can withdraw it at any time."),
    button=Text(ko="동의", en="I agree"),
    back=HOME,
)


def _build_token_form(actor: Actor) -> type[forms.Form]:
    """Return a form that offers only what the actor may do."""
    held = [
        (
            say_lazily(one.title.ko, one.title.en),
            [(name, _say_lazily_what(name)) for name in one.permissions if actor.may(name)],
        )
        for one in list_manifests()
    ]
    agencies = [(one.code, say_lazily(one.name.ko, one.name.en)) for one in list_agencies()]
    everywhere = say_lazily("내가 맡은 기관 모두", "All that I work for")

    class TokenForm(forms.Form):
        """What a token may do, where and until when."""

        name = forms.CharField(
            label=say_lazily("이름", "Name"),
            max_length=100,
            help_text=say_lazily(
                "어디에 쓰는지 알아볼 수 있게, 예: 대기질 센서", "So that you know it later: air sensors"
            ),
        )
        scopes = forms.MultipleChoiceField(
            label=say_lazily("할 수 있는 일", "What it may do"),
            choices=[group for group in held if group[1]],
            widget=forms.CheckboxSelectMultiple,
        )
        agency_code = forms.ChoiceField(
            label=say_lazily("기관", "Agency"), choices=[("*", everywhere), *agencies], initial="*"
        )
        days = forms.IntegerField(
            label=say_lazily("며칠 동안", "For how many days"), min_value=1, max_value=366, initial=90
        )

    return TokenForm


def _say_lazily_what(permission: str) -> str:
    said = say_permission(permission)
    return say_lazily(f"{said.ko} ({permission})", f"{said.en} ({permission})")


def _issue(*, actor: Actor, now: datetime, data: dict[str, Any]) -> NewToken:
    days = timedelta(days=data.pop("days"))
    return issue_token(actor=actor, now=now, expires_at=now + days, **data)


show_new_token = show_result_once(
    FormPage(
        title=Text(ko="API 토큰 만들기", en="Make an API token"),
        permission="signed-in",
        form=_build_token_form,
        run=_issue,
        about=Text(
            ko="프로그램이 내 이름으로 일하게 해 줘요. 내가 할 수 있는 일만 맡길 수 있어요.",
            en="It lets a program work in your name, and do no more than you may.",
        ),
        button=Text(ko="만들기", en="Make it"),
        back=HOME,
    ),
    "people/new_token.html",
)


def _go_home(request: HttpRequest, done: Text) -> HttpResponse:
    messages.success(request, done.say(request.language))
    return HttpResponseRedirect(HOME)
