"""The desk: certificates that were issued, an offer for somebody at the counter, suspending and revoking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.citizens.wallet.actions.granting import make_offer
from madang.citizens.wallet.actions.registers import look_up
from madang.citizens.wallet.actions.statuses import change_state
from madang.citizens.wallet.queries.certificates import get_certificate, list_certificates
from madang.citizens.wallet.queries.kinds import list_kinds
from madang.citizens.wallet.queries.log import find_entries
from madang.citizens.wallet.records import Certificate, CertificateState, HolderEvent
from madang.core.base.interface import Actor, ColumnType, MadangError, Text, now
from madang.core.pages.interface import (
    Detail,
    DetailPage,
    Fact,
    FormPage,
    ListColumn,
    ListFilter,
    ListPage,
    RecordAction,
    format_moment,
    page,
    say_lazily,
)

from .addresses import find_address
from .papers import send_sheet
from .public import draw_offer
from .words import HOLDER_EVENTS, STATES, name_kind

TITLE = Text(ko="전자증명서", en="Certificates")
DESK = "/desk/wallet/"
PAPER = Text(ko="종이", en="On paper")


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Certificate], int]:
    del actor, sort
    return list_certificates(
        search=search.strip(),
        state=filters.get("state", ""),
        kind=filters.get("kind", ""),
        offset=offset,
        limit=limit,
    )


CERTIFICATES = ListPage(
    title=TITLE,
    permission="wallet.issue",
    about=Text(
        ko="발급한 증명서의 상태입니다. 내용은 받은 사람의 기기에만 있습니다.",
        en="How the certificates stand. Their content is on their holders' devices only.",
    ),
    columns=(
        ListColumn(
            name="kind", title=Text(ko="증명서", en="Certificate"), sortable=False,
            value=lambda one: name_kind(one.kind), href=lambda one: f"{DESK}{one.id}/",
        ),
        ListColumn(
            name="state", title=Text(ko="상태", en="State"), sortable=False,
            value=lambda one: STATES[one.state],
        ),
        ListColumn(name="issued_at", title=Text(ko="발급", en="Issued"), type=ColumnType.TIME, sortable=False),
        ListColumn(
            name="valid_until", title=Text(ko="기한", en="Valid until"), type=ColumnType.TIME, sortable=False
        ),
        ListColumn(name="reason", title=Text(ko="까닭", en="Reason"), sortable=False),
        ListColumn(name="id", title=Text(ko="번호", en="Number"), sortable=False, shown=False),
    ),
    filters=(
        ListFilter(
            name="state", title=Text(ko="상태", en="State"),
            choices=[(state.value, words) for state, words in STATES.items()],
        ),
        ListFilter(
            name="kind", title=Text(ko="증명서", en="Certificate"),
            choices=[(one.name, one.title) for one in list_kinds().values()],
        ),
    ),
    query=_query,
    create=(f"{DESK}offers/new/", Text(ko="증명서 내주기", en="Offer a certificate"), "wallet.issue"),
    empty=Text(
        ko="아직 발급한 증명서가 없습니다. ‘증명서 내주기’로 첫 증명서를 내줄 수 있습니다.",
        en="No certificate was issued yet. Offer the first one.",
    ),
    template="wallet/certificates.html",
)  # fmt: skip


class OfferForm(forms.Form):
    """Which certificate, for whom, on a phone or on paper."""

    kind = forms.ChoiceField(
        label=say_lazily("증명서", "Certificate"),
        choices=lambda: [(one.name, say_lazily(one.title.ko, one.title.en)) for one in list_kinds().values()],
    )
    name = forms.CharField(label=say_lazily("받을 사람의 이름", "Name of who gets it"), max_length=100)
    born_on = forms.DateField(
        label=say_lazily("생년월일", "Date of birth"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=say_lazily(
            "신분증에 적힌 대로 적으십시오. 찾아본 것은 기록에 남습니다.",
            "Both as the person’s papers have them. That you looked is on record.",
        ),
    )
    form = forms.ChoiceField(
        label=say_lazily("어떻게", "How"),
        choices=lambda: [
            ("wallet", say_lazily("휴대전화의 지갑", "Into a wallet on a phone")),
            (
                "w3c",
                say_lazily(
                    "휴대전화의 지갑 (W3C 표준 VC 2.0)",
                    "Into a wallet on a phone, as W3C credential (VC 2.0)",
                ),
            ),
            ("paper", say_lazily("종이 (PDF)", "On paper (PDF)")),
        ],
        initial="wallet",
        widget=forms.RadioSelect,
    )


OFFER = FormPage(
    title=Text(ko="증명서 내주기", en="Offer a certificate"),
    permission="wallet.issue",
    form=OfferForm,
    run=lambda **_: "",
    about=Text(
        ko="창구에서 신원을 확인한 사람에게 QR 코드와 확인 번호를 보여 주거나, 종이로 뽑아 줍니다.",
        en="For somebody whose identity was checked at the counter: a QR code and a PIN, or a sheet of paper.",
    ),
    button=Text(ko="내주기", en="Offer it"),
    back=DESK,
)


@page("wallet.issue", title=OFFER.title, methods=("GET", "POST"))
def show_offer(request: HttpRequest) -> HttpResponse:
    """Ask which certificate is for whom, and show its offer this once."""
    form = OfferForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        kind, name, born_on = (form.cleaned_data[one] for one in ("kind", "name", "born_on"))
        try:
            subject = look_up(actor=request.actor, now=now(), name=name, born_on=born_on)
            if form.cleaned_data["form"] == "paper":
                return send_sheet(request, kind, subject)
            offer = make_offer(
                actor=request.actor, now=now(), issuer=find_address(request), kind=kind, subject=subject
            )
            return draw_offer(request, offer, DESK, is_w3c=form.cleaned_data["form"] == "w3c")
        except MadangError as error:
            form.add_error(
                "kind" if error.code == "wallet.entry" else "name", error.text.say(request.language)
            )
    context = {"page": OFFER, "form": form, "wanted_name": ""}
    return render(request, "madang/form.html", context, status=422 if form.errors else 200)


def _describe(*, actor: Actor, language: str, certificate_id: str) -> Detail:
    del actor, language
    held = get_certificate(certificate_id)
    return Detail(
        title=name_kind(held.kind),
        crumbs=((TITLE, DESK),),
        summary=(
            Fact(title=Text(ko="상태", en="State"), value=STATES[held.state]),
            Fact(title=Text(ko="발급", en="Issued"), value=held.issued_at),
            Fact(title=Text(ko="기한", en="Valid until"), value=held.valid_until),
            *([Fact(title=Text(ko="까닭", en="Reason"), value=held.reason)] if held.reason else []),
            Fact(title=Text(ko="벌수", en="Copies"), value=PAPER if held.is_printed else held.copies),
            *(
                [
                    Fact(
                        title=Text(ko="지갑의 알림", en="The wallet said"),
                        value=HOLDER_EVENTS[HolderEvent(held.event)],
                    )
                ]
                if held.event
                else []
            ),
            Fact(
                title=Text(ko="발급 기록", en="In the log"),
                value=len(find_entries(held.digest)),
                href=f"/wallet/log/?q={held.digest}",
            ),
        ),
        actions=tuple(_list_actions(held)),
    )


def _list_actions(held: Certificate) -> list[RecordAction]:
    if held.state == CertificateState.REVOKED:
        return []
    is_valid = held.state == CertificateState.VALID
    other = CertificateState.SUSPENDED if is_valid else CertificateState.VALID
    return [_make_action(held, other), _make_action(held, CertificateState.REVOKED)]


CHANGES = {
    CertificateState.VALID: (
        Text(ko="정지 풀기", en="Restore"),
        Text(ko="증명서를 다시 쓸 수 있습니다.", en="The certificate can be used again."),
    ),
    CertificateState.SUSPENDED: (
        Text(ko="정지하기", en="Suspend"),
        Text(ko="풀 때까지 어디에서도 받지 않습니다.", en="Nobody accepts it until it is restored."),
    ),
    CertificateState.REVOKED: (
        Text(ko="폐기하기", en="Revoke"),
        Text(ko="다시 쓸 수 없습니다. 되돌리지 못합니다.", en="It never holds again. This can't be undone."),
    ),
}


def _make_action(held: Certificate, state: CertificateState) -> RecordAction:
    title, consequence = CHANGES[state]
    return RecordAction(
        title=title,
        href=f"{DESK}{held.id}/{state}/",
        consequence=consequence,
        permission="wallet.revoke",
        is_destructive=state == CertificateState.REVOKED,
    )


CERTIFICATE = DetailPage(title=TITLE, permission="wallet.issue", describe=_describe)


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=say_lazily("까닭", "Reason"),
        max_length=300,
        help_text=say_lazily(
            "기록에 남습니다. 개인정보는 적지 마십시오.", "It is kept. Write no personal data."
        ),
    )


def make_change(state: CertificateState) -> FormPage:
    """Return the page that changes a certificate to `state`."""

    def run(*, actor: Actor, now: datetime, data: dict[str, Any], certificate_id: str) -> str:
        change_state(actor=actor, now=now, certificate_id=certificate_id, state=state, reason=data["reason"])
        return f"{DESK}{certificate_id}/"

    def name(certificate_id: str) -> tuple[Text, str]:
        held = get_certificate(certificate_id)
        kind = name_kind(held.kind)
        words = (f"{getattr(kind, one)} · {format_moment(held.issued_at, one)}" for one in ("ko", "en"))
        return Text(*words), f"{DESK}{certificate_id}/"

    title, consequence = CHANGES[state]
    return FormPage(
        title=title,
        subject=name,
        permission="wallet.revoke",
        form=ReasonForm,
        run=run,
        button=title,
        consequence=consequence,
        is_destructive=state == CertificateState.REVOKED,
    )
