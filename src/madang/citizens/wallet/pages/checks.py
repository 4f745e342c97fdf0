"""Eligibility at the desk: start a check, show its QR code, read yes or no."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from madang.citizens.wallet.actions.checks import open_check
from madang.citizens.wallet.methods.rules import list_claims
from madang.citizens.wallet.queries.checks import build_request, get_check, list_checks
from madang.citizens.wallet.queries.kinds import get_kind, get_rule, list_rules, read_condition
from madang.citizens.wallet.queries.links import link_request
from madang.citizens.wallet.queries.reasons import say_reason
from madang.citizens.wallet.records import CheckState, ClaimWords, EligibilityCheck
from madang.core.base.interface import Actor, ColumnType, Text, now
from madang.core.pages.interface import FormPage, ListColumn, ListFilter, ListPage, draw_qr, page, say_lazily

from .addresses import find_address
from .words import CHECK_STATES, name_rule, say_result

TITLE = Text(ko="비대면 자격확인", en="Eligibility without papers")
CHECKS_HOME = "/desk/wallet/checks/"


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[EligibilityCheck], int]:
    del actor, search, sort
    rule, state = filters.get("rule", ""), filters.get("state", "")
    return list_checks(now=now(), rule=rule, state=state, offset=offset, limit=limit)


CHECKS = ListPage(
    title=TITLE,
    permission="wallet.verify",
    about=Text(
        ko="서류 없이 자격만 묻습니다. 남는 것은 예·아니오와 기준, 때뿐입니다.",
        en="Asks for eligibility and no papers. Yes or no, the rule and the time are all that is kept.",
    ),
    columns=(
        ListColumn(
            name="rule", title=Text(ko="기준", en="Rule"), sortable=False,
            value=lambda one: name_rule(one.rule), href=lambda one: f"{CHECKS_HOME}{one.id}/",
        ),
        ListColumn(
            name="state", title=Text(ko="상태", en="State"), sortable=False,
            value=lambda one: CHECK_STATES[one.state],
        ),
        ListColumn(name="result", title=Text(ko="결과", en="Result"), sortable=False, value=say_result),
        ListColumn(name="reason", title=Text(ko="까닭", en="Reason"), sortable=False, value=say_reason),
        ListColumn(
            name="created_at", title=Text(ko="요청", en="Asked"), type=ColumnType.TIME, sortable=False
        ),
    ),
    query=_query,
    searchable=False,
    filters=(
        ListFilter(
            name="rule", title=Text(ko="기준", en="Rule"),
            choices=[(one.name, one.title) for one in list_rules().values()],
        ),
        ListFilter(
            name="state", title=Text(ko="상태", en="State"),
            choices=[(state.value, words) for state, words in CHECK_STATES.items()],
        ),
    ),
    create=(f"{CHECKS_HOME}new/", Text(ko="자격 확인 시작", en="Start a check"), "wallet.verify"),
    empty=Text(
        ko="아직 확인한 자격이 없습니다. ‘자격 확인 시작’을 누르면 QR 코드가 나옵니다.",
        en="Nothing was checked yet. Start a check and a QR code appears.",
    ),
)  # fmt: skip


class RuleForm(forms.Form):
    """Which rule."""

    rule = forms.ChoiceField(
        label=say_lazily("무엇을 확인합니까?", "What is checked?"),
        choices=lambda: [(one.name, say_lazily(one.title.ko, one.title.en)) for one in list_rules().values()],
        widget=forms.RadioSelect,
    )
    is_w3c = forms.BooleanField(
        required=False,
        label=say_lazily("W3C 표준 증명서(VC 2.0)로 받기", "Ask for a W3C credential (VC 2.0)"),
        help_text=say_lazily(
            "보통은 그대로 두십시오. 그 형식만 가진 지갑에 물을 때 고릅니다.",
            "Leave it as it is, but for wallets that hold only this form.",
        ),
    )


START = FormPage(
    title=Text(ko="자격 확인 시작", en="Start a check"),
    permission="wallet.verify",
    form=RuleForm,
    run=lambda **_: "",
    button=Text(ko="시작", en="Start"),
    back=CHECKS_HOME,
)


@page("wallet.verify", title=START.title, methods=("GET", "POST"))
def start_check(request: HttpRequest) -> HttpResponse:
    """Ask which rule, and go on to the check's page."""
    form = RuleForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        check = open_check(
            actor=request.actor,
            now=now(),
            rule=form.cleaned_data["rule"],
            address=find_address(request),
            is_w3c=form.cleaned_data["is_w3c"],
        )
        return HttpResponseRedirect(f"{CHECKS_HOME}{check.id}/")
    context = {"page": START, "form": form, "wanted_name": ""}
    return render(request, "madang/form.html", context, status=422 if form.errors else 200)


@page("wallet.verify", title=TITLE)
def show_check(request: HttpRequest, check_id: str) -> HttpResponse:
    """Show a check: its QR code while it waits, then yes or no."""
    check = get_check(check_id, now())
    context: dict[str, Any] = {
        "title": name_rule(check.rule),
        "check": check,
        "state": CHECK_STATES[check.state],
        "result": say_result(check),
        "reason": say_reason(check),
        "kind": get_kind(get_rule(check.rule).kind).title,
        "claims": _list_claims(check),
    }
    if check.state == CheckState.WAITING:
        # A key would make the QR code too fine for a phone's camera: on this device the answer is sealed.
        link, here = link_request(build_request(check, is_sealed=True))
        context |= {"link": link, "here": here, "qr": draw_qr(link_request(build_request(check))[0])}
    answer = render(request, "wallet/check.html", context)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _list_claims(check: EligibilityCheck) -> list[ClaimWords]:
    paths = list_claims(read_condition(check.rule).condition)
    return [one for one in get_kind(get_rule(check.rule).kind).claims if one.path in paths]
