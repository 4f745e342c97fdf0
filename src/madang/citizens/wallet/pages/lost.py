"""A phone was lost: whoever certificates were issued to takes them back at once, without asking anybody."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from madang.citizens.wallet.actions.statuses import revoke_own
from madang.citizens.wallet.queries.certificates import list_holding
from madang.citizens.wallet.records import Certificate
from madang.core.base.interface import Actor, Text, to_city_time
from madang.core.base.interface import now as read_clock
from madang.core.pages.interface import FormPage, format_day, format_moment, say_lazily

from .words import STATES, name_kind

PAPER = Text(ko="종이", en="on paper")


def _choose(actor: Actor) -> Any:
    held = list_holding(actor.id, read_clock())
    field = forms.MultipleChoiceField(
        choices=[(one.id, _name(one)) for one in held],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "check-list"}),
        label=say_lazily("막을 증명서", "Certificates to block"),
        required=False,
    )
    return type("LostForm", (forms.Form,), {"certificates": field})


def _name(one: Certificate) -> Any:
    kind = name_kind(one.kind)
    until = to_city_time(one.valid_until)
    more = [STATES[one.state], *([PAPER] if one.is_printed else [])]
    return say_lazily(
        f"{kind.ko} · {format_moment(one.issued_at, 'ko')} 받음 · {format_day(until, 'ko')}까지 · "
        + " · ".join(words.ko for words in more),
        f"{kind.en} · got {format_moment(one.issued_at, 'en')} · until {format_day(until, 'en')} · "
        + " · ".join(words.en for words in more),
    )


def _choose_all(*, actor: Actor) -> dict[str, Any]:
    return {"certificates": [one.id for one in list_holding(actor.id, read_clock())]}


def _revoke(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    revoke_own(actor=actor, now=now, certificate_ids=data["certificates"])
    return "/wallet/"


LOST = FormPage(
    title=Text(ko="휴대전화를 잃어버렸을 때", en="If you lost your phone"),
    permission="signed-in",
    form=_choose,
    initial=_choose_all,
    run=_revoke,
    about=Text(
        ko="내 이름으로 발급되어 지금 쓸 수 있는 증명서예요. 막으면 누가 보여 줘도 곧바로 거절돼요. 종이로 받은 것도 막을 수 있어요.",
        en="These were issued to you and can be used now. Once blocked they are refused, whoever shows them. Those on paper can be blocked, too.",
    ),
    consequence=Text(
        ko="막은 증명서는 다시 쓸 수 없어요. 새 휴대전화에서 새로 받으면 돼요.",
        en="What is blocked can't be used again. Get new ones on your new phone.",
    ),
    is_destructive=True,
    button=Text(ko="고른 것 막기", en="Block these"),
    back="/wallet/",
    template="wallet/lost.html",
)
