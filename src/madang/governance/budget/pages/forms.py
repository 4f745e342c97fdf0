"""Forms that write into the ledger: commit, pay, reverse, supplement, transfer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from madang.core.base.interface import Actor, Text
from madang.core.pages.interface import FormPage, say_lazily
from madang.core.people.interface import require
from madang.governance.budget.actions.changing import CHANGE, add_supplementary, transfer_money
from madang.governance.budget.actions.spending import SPEND, commit_money, pay_commitment, reverse_entry
from madang.governance.budget.queries.ledger import get_entry
from madang.governance.budget.queries.names import read_names
from madang.governance.budget.queries.nodes import get_node, list_items
from madang.governance.budget.records.ledger import SIDE_NAMES

from .subject import TEMPLATE, tell_entry, tell_item
from .words import HOME, find_today

MOST_KRW = 10**16


def day_field() -> forms.DateField:
    """Return a field for the day an entry is booked on."""
    return forms.DateField(label=say_lazily("날짜", "Day"), widget=forms.DateInput(attrs={"type": "date"}))


def won_field(ko: str, en: str, *, least: int = 1, help_text: Any = "") -> forms.IntegerField:
    """Return a field of whole won."""
    return forms.IntegerField(
        label=say_lazily(ko, en), min_value=least, max_value=MOST_KRW, help_text=help_text
    )


def ground_field() -> forms.CharField:
    """Return a field for the legal ground."""
    return forms.CharField(
        label=say_lazily("법적 근거", "Legal ground"),
        max_length=500,
        help_text=say_lazily(
            "법령의 조문, 조례·규칙의 개정이나 의결. 예: 지방재정법 제49조 (예산의 전용)",
            "An article of law, an amended ordinance or a decision of the council.",
        ),
    )


class SeriesForm(forms.Form):
    """Which budget a new one is."""

    name = forms.CharField(label=say_lazily("예산의 이름", "Name of the budget"), max_length=200)
    series = forms.RegexField(
        r"^[a-z0-9][a-z0-9\-]*$",
        label=say_lazily("계열", "Series"),
        max_length=60,
        help_text=say_lazily(
            "해마다 이어지는 같은 예산에 붙이는 영문 이름. 예: bureau-expenditure",
            "The same for each year's budget of one body, such as bureau-expenditure.",
        ),
    )
    side = forms.ChoiceField(
        label=say_lazily("세입·세출", "Side"),
        choices=[(side.value, say_lazily(name.ko, name.en)) for side, name in SIDE_NAMES.items()],
    )


class MoneyForm(forms.Form):
    """An amount on a day, with what it is for."""

    amount_krw = won_field("금액 (원)", "Amount (won)")
    booked_on = day_field()
    note = forms.CharField(label=say_lazily("적요", "Note"), max_length=500)


class ReversalForm(forms.Form):
    """Why an entry is undone."""

    booked_on = day_field()
    reason = forms.CharField(label=say_lazily("까닭", "Why"), max_length=500)


class SupplementForm(forms.Form):
    """A supplementary budget of one item."""

    amount_krw = won_field(
        "늘릴 금액 (원)",
        "Amount to add (won)",
        least=-MOST_KRW,
        help_text=say_lazily("줄일 때는 빼기(-)를 붙입니다.", "With a minus it is taken away."),
    )
    booked_on = day_field()
    legal_ground = ground_field()
    note = forms.CharField(label=say_lazily("적요", "Note"), max_length=500, required=False)


def _build_transfer(actor: Actor, *, book_id: str, code: str) -> type[forms.Form]:
    require(actor, CHANGE)
    items, _ = list_items(book_id)
    names = read_names()
    said = ((one.id, names.join(one.path)) for one in items if one.code != code)
    choices = [(f"{number}", say_lazily(path.ko, path.en)) for number, path in said]
    return type(
        "TransferForm",
        (forms.Form,),
        {
            "to_id": forms.TypedChoiceField(
                label=say_lazily("받을 항목", "To the item"), choices=[("", "–"), *choices], coerce=int
            ),
            "amount_krw": won_field("금액 (원)", "Amount (won)"),
            "booked_on": day_field(),
            "legal_ground": ground_field(),
            "note": forms.CharField(label=say_lazily("적요", "Note"), max_length=500, required=False),
        },
    )


def _fill(*, actor: Actor, **_address: Any) -> dict[str, Any]:
    del actor
    return {"booked_on": find_today()}


def _fill_payment(*, actor: Actor, entry_id: int) -> dict[str, Any]:
    return _fill(actor=actor) | {"amount_krw": get_entry(entry_id).open_krw}


def _commit(*, actor: Actor, now: datetime, data: dict[str, Any], book_id: str, code: str) -> str:
    node = get_node(book_id, code)
    return f"{HOME}entries/{commit_money(actor=actor, now=now, node_id=node.id, **data)}/"


def _supplement(*, actor: Actor, now: datetime, data: dict[str, Any], book_id: str, code: str) -> str:
    node = get_node(book_id, code)
    return f"{HOME}entries/{add_supplementary(actor=actor, now=now, node_id=node.id, **data)}/"


def _transfer(*, actor: Actor, now: datetime, data: dict[str, Any], book_id: str, code: str) -> str:
    node = get_node(book_id, code)
    between = (node.id, data.pop("to_id"))
    return f"{HOME}entries/{transfer_money(actor=actor, now=now, between=between, **data)}/"


def _pay(*, actor: Actor, now: datetime, data: dict[str, Any], entry_id: int) -> str:
    return f"{HOME}entries/{pay_commitment(actor=actor, now=now, entry_id=entry_id, **data)}/"


def _reverse(*, actor: Actor, now: datetime, data: dict[str, Any], entry_id: int) -> str:
    return f"{HOME}entries/{reverse_entry(actor=actor, now=now, entry_id=entry_id, **data)}/"


def _form(ko: str, en: str, form: Any, run: Any, permission: str, **more: Any) -> FormPage:
    return FormPage(
        title=Text(ko=ko, en=en),
        permission=permission,
        form=form,
        run=run,
        back=HOME,
        button=Text(ko="장부에 적기", en="Write into the ledger"),
        about=Text(
            ko="장부에 적은 것은 고치거나 지울 수 없습니다. 잘못 적으면 취소 기입을 합니다.",
            en="What is written into the ledger can't be changed or deleted; a mistake is reversed.",
        ),
        template=TEMPLATE,
        **({"initial": _fill, "more": tell_item} | more),
    )


COMMIT = _form("원인행위·징수결정", "Commit or levy", MoneyForm, _commit, SPEND)
PAY = _form("지출·수납", "Pay or receive", MoneyForm, _pay, SPEND, initial=_fill_payment, more=tell_entry)
REVERSE = _form(
    "취소 기입", "Reverse an entry", ReversalForm, _reverse, SPEND, is_destructive=True, more=tell_entry
)
SUPPLEMENT = _form("추가경정", "Supplementary budget", SupplementForm, _supplement, CHANGE)
TRANSFER = _form("다른 항목으로 옮기기", "Move to another item", _build_transfer, _transfer, CHANGE)
