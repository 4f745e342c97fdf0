"""What citizens see: their certificates to fetch, the wallet in the browser, the log."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.citizens.wallet.actions.granting import make_offer
from madang.citizens.wallet.methods import metadata
from madang.citizens.wallet.queries.certificates import count_certificates, list_entries_of, list_holding
from madang.citizens.wallet.queries.kinds import get_kind, list_kinds
from madang.citizens.wallet.queries.links import link_offer
from madang.citizens.wallet.queries.log import (
    count_entries,
    find_entries,
    list_log,
    list_witnesses,
    make_checkpoint,
)
from madang.citizens.wallet.records import CertificateState, LogEntry, Offer
from madang.core.base.interface import Actor, ColumnType, Text, now
from madang.core.pages.interface import ListColumn, ListPage, draw_qr, page

from .addresses import find_address
from .words import EVENTS, name_kind

TITLE = Text(ko="서울지갑", en="Wallet")
HOME = "/wallet/"


@page("public", title=TITLE)
def show_wallet(request: HttpRequest) -> HttpResponse:
    """Show what the wallet is for, and which certificates one can fetch."""
    mine = list_entries_of(request.actor.id) if request.actor.may("signed-in") else []
    context = {
        "title": TITLE,
        "is_signed_in": request.actor.may("signed-in"),
        "mine": [get_kind(name) for name in mine if name in list_kinds()],
        "kinds": list_kinds().values(),
        "held": len(list_holding(request.actor.id, now())) if request.actor.may("signed-in") else 0,
        "valid": count_certificates()[CertificateState.VALID],
        "entries": count_entries(),
    }
    return render(request, "wallet/public.html", context)


@page("signed-in", title=TITLE, methods=("POST",))
def get_certificate(request: HttpRequest, kind: str) -> HttpResponse:
    """Offer one's own certificate: a link, a QR code and a PIN, shown this once."""
    offer = make_offer(
        actor=request.actor,
        now=now(),
        kind=get_kind(kind).name,
        subject=request.actor.id,
        issuer=find_address(request),
    )
    return draw_offer(request, offer, HOME)


def draw_offer(request: HttpRequest, offer: Offer, back: str, *, is_w3c: bool = False) -> HttpResponse:
    """Return the page that shows an offer."""
    link, here = link_offer(metadata.make_offer(offer.issuer, offer.kind, offer.code, is_w3c=is_w3c))
    context = {
        "title": name_kind(offer.kind),
        "offer": offer,
        "link": link,
        "here": here,
        "qr": draw_qr(link),
        "back": back,
    }
    answer = render(request, "wallet/offer.html", context)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@page("public", title=Text(ko="내 지갑", en="My wallet"))
def show_holder(request: HttpRequest) -> HttpResponse:
    """Show the wallet that lives in this browser: the house learns nothing of what is in it."""
    context = {"title": Text(ko="내 지갑", en="My wallet"), "kinds": list_kinds().values()}
    answer = render(request, "wallet/holder.html", context)
    answer.headers["Permissions-Policy"] = "camera=(self), microphone=(), payment=()"
    return answer


@page("public", title=Text(ko="서명된 요약과 증인", en="Signed checkpoint and witnesses"))
def show_witnesses(request: HttpRequest) -> HttpResponse:
    """Show what the log says of itself now, and who has signed what; the browser checks it, and entries of one certificate."""
    address, credential = find_address(request), request.GET.get("credential", "").strip().lower()[:64]
    context = {
        "credential": credential,
        "entries": [
            (one.number, EVENTS[_read(one)["what"]], datetime.fromtimestamp(_read(one)["at"], UTC))
            for one in (find_entries(credential) if credential else ())
        ],
        "title": Text(ko="서명된 요약과 증인", en="Signed checkpoint and witnesses"),
        "checkpoint": make_checkpoint(address),
        "witnesses": list_witnesses(),
        "address": address,
    }
    return render(request, "wallet/witnesses.html", context)


@page("public")
def send_worker(request: HttpRequest) -> HttpResponse:
    """Send the script that lets the browser's wallet open without a network."""
    answer = render(request, "wallet/worker.js", content_type="text/javascript; charset=utf-8")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def _read(entry: LogEntry) -> dict[str, Any]:
    return json.loads(entry.content)


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[LogEntry], int]:
    del actor, filters, sort
    if search:
        found = find_entries(search.strip())
        return found[offset : offset + limit], len(found)
    return list_log(offset=offset, limit=limit)


LOG = ListPage(
    title=Text(ko="발급 기록", en="Log of certificates"),
    permission="public",
    about=Text(
        ko="모든 발급과 폐기가 순서대로 쌓이고, 아무도 몰래 고치거나 지울 수 없어요. 누구의 증명서인지는 담지 않아요. "
        "madang log verify로 직접 확인해 보세요.",
        en="Every issuance and revocation is added in order, and nobody can quietly change or remove one. It "
        "doesn't say whose certificate it is. Verify it yourself with madang log verify.",
    ),
    columns=(
        ListColumn(
            name="number", title=Text(ko="번호", en="Number"), type=ColumnType.INTEGER, sortable=False
        ),
        ListColumn(
            name="at", title=Text(ko="때", en="When"), type=ColumnType.TIME, sortable=False,
            value=lambda one: datetime.fromtimestamp(_read(one)["at"], UTC),
        ),
        ListColumn(
            name="what", title=Text(ko="한 일", en="What"), sortable=False,
            value=lambda one: EVENTS[_read(one)["what"]],
        ),
        ListColumn(
            name="kind", title=Text(ko="증명서", en="Certificate"), sortable=False,
            value=lambda one: name_kind(_read(one)["kind"]),
        ),
        ListColumn(
            name="credential", title=Text(ko="증명서의 지문 (SHA-256)", en="Fingerprint (SHA-256)"),
            sortable=False, value=lambda one: _read(one)["credential"],
        ),
        ListColumn(
            name="hash", title=Text(ko="잎의 해시", en="Hash of the leaf"), sortable=False, shown=False
        ),
    ),
    query=_query,
    row_id="number",
    template="wallet/log.html",
    empty=Text(
        ko="아직 발급한 증명서가 없어요. 첫 발급부터 모두 여기에 쌓여요.",
        en="No certificate was issued yet. Every one will stand here, from the first.",
    ),
)  # fmt: skip
