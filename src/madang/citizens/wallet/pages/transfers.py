"""MyData: a citizen lets bundles go to agencies and sees every transfer; an agency receives them at the desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from madang.citizens.wallet.actions.transfers import (
    give_transfer_consent,
    receive_bundle,
    withdraw_transfer_consent,
)
from madang.citizens.wallet.methods.papers import write_value
from madang.citizens.wallet.queries.kinds import get_kind
from madang.citizens.wallet.queries.programs import name_programs
from madang.citizens.wallet.queries.transfers import (
    find_open_consent,
    get_bundle,
    get_receipt,
    list_bundles,
    list_consents,
    list_open_consents,
    list_transfers,
)
from madang.citizens.wallet.records import Bundle, ConsentState, SentBundle, TransferConsent
from madang.core.base.interface import Actor, ColumnType, Text, now
from madang.core.pages.interface import FormPage, ListColumn, ListPage, page, say_lazily
from madang.core.people.interface import list_agencies

from .addresses import find_address
from .words import CONSENT_STATES, name_kind

HOME, DESK_HOME = "/wallet/mydata/", "/desk/wallet/transfers/"
TITLE = Text(ko="마이데이터", en="My data")
DESK_TITLE = Text(ko="받을 묶음정보", en="Bundles to receive")


@page("signed-in", title=TITLE)
def show_transfers(request: HttpRequest) -> HttpResponse:
    """Show which bundles there are, one's consents, and every transfer."""
    at = now()
    consents = list_consents(request.actor.id, at)
    programs = name_programs([one.id for one in consents])
    context = {
        "title": TITLE,
        "bundles": [tell_bundle(one) for one in list_bundles().values()],
        "consents": [
            (
                one,
                tell_consent(one),
                CONSENT_STATES[one.state],
                one.state == ConsentState.ACTIVE,
                programs.get(one.id),
            )
            for one in consents
        ],
        "transfers": [
            (
                one,
                name_bundle(one.bundle),
                name_receiver(one.receiver),
                [name_kind(kind) for kind in one.kinds],
            )
            for one in list_transfers(request.actor.id)
        ],
    }
    return render(request, "wallet/mydata.html", context)


def tell_bundle(bundle: Bundle) -> dict[str, Any]:
    """Return what pages say of a bundle: itself, its receiver's name, and what it takes of which certificate."""
    parts = [
        (kind.title, [words.title for words in kind.claims if words.path in part.paths])
        for part, kind in ((part, get_kind(part.kind)) for part in bundle.parts)
    ]
    return {"bundle": bundle, "receiver": name_receiver(bundle.receiver), "parts": parts}


def name_bundle(name: str) -> Text:
    """Return a bundle's name, as it is where the packs no longer know it."""
    known = list_bundles().get(name)
    return known.title if known else Text(ko=name, en=name)


def tell_consent(consent: TransferConsent) -> Text:
    """Return what was let go, and to whom where the packs still know it."""
    name, known = name_bundle(consent.bundle), list_bundles().get(consent.bundle)
    if known is None:
        return name
    receiver = name_receiver(known.receiver)
    return Text(ko=f"{name.ko} → {receiver.ko}", en=f"{name.en} → {receiver.en}")


def name_receiver(code: str) -> Text:
    """Return the name of an agency by its code, the code where the house doesn't know it."""
    return next((one.name for one in list_agencies() if one.code == code), Text(ko=code, en=code))


def _choose_days(_actor: Actor, bundle: str) -> Any:
    known = get_bundle(bundle)
    label = say_lazily(
        f"며칠 동안 허락할까요? (최대 {known.days}일)", f"For how many days? ({known.days} at most)"
    )
    days = forms.IntegerField(min_value=1, max_value=known.days, initial=known.days, label=label)
    return type("ConsentForm", (forms.Form,), {"days": days, "asked": tell_bundle(known)})


def _give(*, actor: Actor, now: datetime, data: dict[str, Any], bundle: str) -> str:
    give_transfer_consent(actor=actor, now=now, bundle=bundle, days=data["days"])
    return HOME


CONSENT = FormPage(
    title=Text(ko="묶음정보 전송에 동의하기", en="Let a bundle be sent"),
    permission="signed-in",
    form=_choose_days,
    run=_give,
    about=Text(
        ko="받는 기관이 필요할 때 가져가고, 그때마다 여기에 남아요. 전에 한 같은 동의는 이것으로 바뀌고, 언제든 거둘 수 있어요.",
        en="The agency fetches it when it needs it, and every time stands here. It takes the place of an earlier consent to the same, and you can take it back at any time.",
    ),
    button=Text(ko="동의하기", en="Agree"),
    back=HOME,
    template="wallet/consent.html",
)


@page("signed-in", title=TITLE, methods=("POST",))
def withdraw(request: HttpRequest, consent_id: str) -> HttpResponse:
    """Take one's own consent back."""
    withdraw_transfer_consent(actor=request.actor, now=now(), consent_id=consent_id)
    return HttpResponseRedirect(HOME)


@page("signed-in", title=TITLE)
def send_receipt(request: HttpRequest, transfer_id: str) -> HttpResponse:
    """Return the signed receipt of a transfer of one's own, as a file."""
    receipt = get_receipt(transfer_id, request.actor.id, find_address(request), now())
    answer = HttpResponse(receipt, content_type="application/jwt")
    answer.headers["Content-Disposition"] = f'attachment; filename="receipt-{transfer_id[:8]}.jwt"'
    return answer


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[TransferConsent], int]:
    del search, filters, sort
    receivers = {one.receiver for one in list_bundles().values()}
    mine = frozenset(one for one in receivers if actor.may("wallet.receive", one))
    return list_open_consents(mine, now(), offset=offset, limit=limit)


TRANSFERS = ListPage(
    title=DESK_TITLE,
    permission="wallet.receive",
    about=Text(
        ko="시민이 우리 기관으로 보내는 데 동의한 묶음정보입니다. 받을 때마다 시민의 전송 기록에 남습니다.",
        en="Bundles that citizens let go to this agency. Each time one is received stands in the citizen's history.",
    ),
    columns=(
        ListColumn(
            name="bundle", title=Text(ko="묶음정보", en="Bundle"), sortable=False,
            value=lambda one: name_bundle(one.bundle), href=lambda one: f"{DESK_HOME}{one.id}/",
        ),
        ListColumn(
            name="subject", title=Text(ko="동의한 사람", en="Person"), sortable=False,
            value=lambda one: one.subject[:8],
        ),
        ListColumn(name="given_at", title=Text(ko="동의", en="Given"), type=ColumnType.TIME, sortable=False),
        ListColumn(
            name="expires_at", title=Text(ko="기한", en="Until"), type=ColumnType.TIME, sortable=False
        ),
    ),
    query=_query,
    searchable=False,
    empty=Text(
        ko="우리 기관으로 보내는 데 동의한 묶음정보가 아직 없습니다. 시민이 마이데이터(/wallet/mydata/)에서 동의하면 여기에 나옵니다. 어느 기관이 받는지는 묶음정보마다 정해져 있습니다.",
        en="Nobody has let a bundle go to your agency yet. When a citizen agrees under My data (/wallet/mydata/) it stands here. Each bundle names the agency that receives it.",
    ),
)  # fmt: skip


@page("wallet.receive", title=DESK_TITLE, methods=("GET", "POST"))
def receive(request: HttpRequest, consent_id: str) -> HttpResponse:
    """Ask before a bundle is received, and show it this once."""
    consent = find_open_consent(consent_id, request.actor, now())
    context: dict[str, Any] = {
        "title": DESK_TITLE,
        "bundle": name_bundle(consent.bundle),
        "consent": consent,
        "asked": tell_bundle(get_bundle(consent.bundle))["parts"],
    }
    if request.method == "POST":
        sent = receive_bundle(
            actor=request.actor, now=now(), consent_id=consent_id, issuer=find_address(request)
        )
        context |= {"sent": sent, "parts": _list_parts(sent)}
        context["missing"] = [name_kind(one) for one in sent.missing]
    answer = render(request, "wallet/transfer.html", context)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _list_parts(sent: SentBundle) -> list[tuple[Text, list[tuple[Text, str]]]]:
    parts = []
    for kind, values in sent.content.items():
        names = {".".join(words.path): words.title for words in get_kind(kind).claims}
        parts.append(
            (name_kind(kind), [(names[path], write_value(path, value)) for path, value in values.items()])
        )
    return parts
