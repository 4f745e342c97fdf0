"""Requests for certificates that somebody at the desk decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django import forms

from madang.citizens.wallet.actions.requests import decide_request
from madang.citizens.wallet.queries.requests import get_request, list_requests
from madang.citizens.wallet.records import CertificateRequest
from madang.core.base.interface import Actor, ColumnType, Text
from madang.core.pages.interface import FormPage, ListColumn, ListFilter, ListPage, say_lazily

from .words import REQUEST_STATES, name_kind

HOME = "/desk/wallet/requests/"
TITLE = Text(ko="승인할 신청", en="Requests to approve")


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[CertificateRequest], int]:
    del actor, search, sort
    return list_requests(state=filters.get("state", ""), offset=offset, limit=limit)


REQUESTS = ListPage(
    title=TITLE,
    permission="wallet.issue",
    about=Text(
        ko="담당자가 승인해야 발급되는 증명서의 신청입니다. 승인하면 신청한 지갑이 받아 갑니다.",
        en="Requests for certificates that are issued when they are approved; the wallet then fetches them.",
    ),
    columns=(
        ListColumn(
            name="kind", title=Text(ko="증명서", en="Certificate"), sortable=False,
            value=lambda one: name_kind(one.kind), href=lambda one: f"{HOME}{one.id}/",
        ),
        ListColumn(
            name="subject", title=Text(ko="신청한 사람", en="Person"), sortable=False,
            value=lambda one: one.subject[:8],
        ),
        ListColumn(
            name="state", title=Text(ko="상태", en="State"), sortable=False,
            value=lambda one: REQUEST_STATES[one.state],
        ),
        ListColumn(name="created_at", title=Text(ko="신청", en="Asked"), type=ColumnType.TIME, sortable=False),
        ListColumn(name="reason", title=Text(ko="까닭", en="Reason"), sortable=False),
    ),
    filters=(
        ListFilter(
            name="state", title=Text(ko="상태", en="State"),
            choices=[(state.value, words) for state, words in REQUEST_STATES.items()],
        ),
    ),
    query=_query,
    searchable=False,
    empty=Text(ko="기다리는 신청이 없습니다.", en="Nothing waits for approval."),
)  # fmt: skip


class DecisionForm(forms.Form):
    """Yes or no, and why."""

    decision = forms.ChoiceField(
        choices=lambda: [("yes", say_lazily("승인", "Approve")), ("no", say_lazily("거절", "Refuse"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=say_lazily("까닭", "Reason"),
        max_length=300,
        required=False,
        help_text=say_lazily(
            "거절할 때 적습니다. 신청한 사람이 봅니다.", "Where it is refused; the person reads it."
        ),
    )

    def __init__(self, *args: Any, label: Any, **values: Any) -> None:
        """Take the words for what is decided."""
        super().__init__(*args, **values)
        self.fields["decision"].label = label


def _choose_form(_actor: Actor, request_id: str) -> partial[DecisionForm]:
    asked = get_request(request_id)
    title, person = name_kind(asked.kind), asked.subject[:8]
    return partial(DecisionForm, label=say_lazily(f"{title.ko} ({person})", f"{title.en} ({person})"))


def _run(*, actor: Actor, now: datetime, data: dict[str, Any], request_id: str) -> str:
    decide_request(
        actor=actor,
        now=now,
        request_id=request_id,
        is_approved=data["decision"] == "yes",
        reason=data["reason"],
    )
    return HOME


DECISION = FormPage(
    title=Text(ko="신청 처리", en="Decide a request"),
    permission="wallet.issue",
    form=_choose_form,
    run=_run,
    button=Text(ko="처리", en="Decide"),
    back=HOME,
)
