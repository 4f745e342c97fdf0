"""The year of a budget: opening it, its original amounts and monthly plan, carrying money over, closing it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from madang.core.base.interface import Actor, Text
from madang.core.pages.interface import FormPage, say_lazily
from madang.core.people.interface import list_agencies, require
from madang.governance.budget.actions.books import (
    CHANGE,
    IMPORT,
    add_item,
    close_book,
    open_next,
    open_written,
    set_plan,
)
from madang.governance.budget.actions.changing import carry_over, set_original
from madang.governance.budget.methods.written import read_items
from madang.governance.budget.queries.ledger import list_open_commitments
from madang.governance.budget.queries.names import read_names
from madang.governance.budget.queries.nodes import get_book, get_node, get_plan, measure_lapsing
from madang.governance.budget.records import Level
from madang.governance.budget.records.ledger import (
    LEVEL_WORDS,
    BookPlan,
    ItemPlan,
    Node,
    RevenueLevel,
    Side,
)

from .forms import SeriesForm, ground_field, won_field
from .subject import TEMPLATE, tell_item
from .words import HOME, link_node

AVAILABLE = "available"
LEVELS: dict[Side, tuple[str, ...]] = {
    Side.EXPENDITURE: (Level.ORGANIZATION, Level.ACCOUNT, Level.PROJECT, Level.ITEM),
    Side.REVENUE: tuple(RevenueLevel),
}
LONG = forms.Textarea(attrs={"rows": 12, "spellcheck": "false"})


class BookForm(SeriesForm):
    """A budget written by hand, one item a line."""

    fiscal_year = forms.IntegerField(
        label=say_lazily("회계연도", "Fiscal year"), min_value=1948, max_value=2200
    )
    items = forms.CharField(
        label=say_lazily("항목", "Items"),
        widget=LONG,
        help_text=say_lazily(
            "한 줄에 한 항목: 부서 > 회계 > 사업 > 통계목 = 당초예산(원). "
            "세입은 구분 > 관·항 > 목 > 세부 세입 = 금액.",
            "One item a line: division > account > project > item = original budget in won. "
            "Revenue: category > group > kind > source = amount.",
        ),
    )
    is_public = forms.BooleanField(
        label=say_lazily("누구나 볼 수 있게 공개", "Public for everyone"), required=False
    )


class OriginalForm(forms.Form):
    """The original budget of one item."""

    amount_krw = won_field("당초예산 (원)", "Original budget (won)")
    note = forms.CharField(label=say_lazily("적요", "Note"), max_length=500, required=False)


def _build_plan(actor: Actor, *, book_id: str, code: str) -> type[forms.Form]:
    require(actor, CHANGE, get_node(book_id, code).agency_code or "city")
    months = {
        f"month_{at:02d}": won_field(f"{at}월까지 누계 (원)", f"By the end of month {at} (won)", least=0)
        for at in range(1, 13)
    }
    return type("PlanForm", (forms.Form,), months)


def _fill_plan(*, actor: Actor, book_id: str, code: str) -> dict[str, Any]:
    del actor
    node = get_node(book_id, code)
    known = get_plan(node.id)
    whole = node.balance.current_budget_krw
    return {f"month_{at:02d}": known[at - 1] if known else whole * at // 12 for at in range(1, 13)}


def _build_carry_over(actor: Actor, *, book_id: str, code: str) -> type[forms.Form]:
    node = get_node(book_id, code)
    require(actor, CHANGE, node.agency_code or "city")
    return type(
        "CarryOverForm",
        (forms.Form,),
        {
            "source": forms.ChoiceField(
                label=say_lazily("이월할 돈", "What is carried over"), choices=_list_sources(node)
            ),
            "amount_krw": won_field("금액 (원)", "Amount (won)"),
            "legal_ground": ground_field(),
        },
    )


def _list_sources(node: Node) -> list[tuple[str, Any]]:
    available = f"{node.balance.available_krw:,}"
    foreseen = say_lazily(f"명시이월: 잔액 {available}원", f"Foreseen: {available} won available")
    bound = [
        (
            f"{one.id}",
            say_lazily(
                f"사고이월: 원인행위 {one.id} '{one.note}' 중 {one.open_krw:,}원",
                f"By accident: commitment {one.id} '{one.note}', {one.open_krw:,} won open",
            ),
        )
        for one in list_open_commitments(node.id)
    ]
    return [(AVAILABLE, foreseen), *bound]


def _open(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    side = Side(data["side"])
    levels = LEVELS[side]
    items = read_items(data["items"], levels)
    plan = BookPlan(
        series=data["series"],
        name=data["name"],
        fiscal_year=data["fiscal_year"],
        side=side,
        levels=levels,
        source="직접 입력 · written by hand",
        is_public=data["is_public"],
    )
    return f"{HOME}{open_written(actor=actor, now=now, plan=plan, items=items)}/"


def _open_next(*, actor: Actor, now: datetime, data: dict[str, Any], book_id: str) -> str:
    del data
    return f"{HOME}{open_next(actor=actor, now=now, book_id=book_id)}/"


def _set_original(*, actor: Actor, now: datetime, data: dict[str, Any], book_id: str, code: str) -> str:
    node = get_node(book_id, code)
    return f"{HOME}entries/{set_original(actor=actor, now=now, node_id=node.id, **data)}/"


def _set_plan(*, actor: Actor, now: datetime, data: dict[str, Any], book_id: str, code: str) -> str:
    node = get_node(book_id, code)
    set_plan(actor=actor, now=now, node_id=node.id, months_krw=[data[name] for name in sorted(data)])
    return link_node(node)


def _carry_over(*, actor: Actor, now: datetime, data: dict[str, Any], book_id: str, code: str) -> str:
    node = get_node(book_id, code)
    source = data.pop("source")
    left, _ = carry_over(
        actor=actor,
        now=now,
        node_id=node.id,
        commitment_id=None if source == AVAILABLE else int(source),
        **data,
    )
    return f"{HOME}entries/{left}/"


def _build_close(actor: Actor, *, book_id: str) -> type[forms.Form]:
    require(actor, CHANGE, "city")
    open_krw = measure_lapsing(book_id)
    if not open_krw:
        return forms.Form
    told = say_lazily(
        f"지급하지도 이월하지도 않은 원인행위 {open_krw:,}원을 불용으로 둡니다",
        f"Commitments of {open_krw:,} won, neither paid nor carried over, lapse",
    )
    return type("CloseForm", (forms.Form,), {"lapses": forms.BooleanField(label=told)})


def _build_item(actor: Actor, *, book_id: str, code: str = "") -> type[forms.Form]:
    book, node = get_book(book_id), get_node(book_id, code)
    require(actor, CHANGE, node.agency_code or None)
    below = book.levels[book.levels.index(node.level) + 1 :] if node.level else book.levels
    fields: dict[str, forms.Field] = {
        f"name_{level}": forms.CharField(
            label=say_lazily(LEVEL_WORDS[level].ko, LEVEL_WORDS[level].en),
            max_length=300,
            required=level == below[-1],
        )
        for level in below
    }
    if not node.agency_code:
        agencies = [(one.code, say_lazily(one.name.ko, one.name.en)) for one in list_agencies()]
        fields["agency_code"] = forms.ChoiceField(
            label=say_lazily("담당 부서", "Division in charge"),
            choices=[("", "–"), *((code, name) for code, name in agencies if actor.may(CHANGE, code))],
            required=False,
            help_text=say_lazily(
                "위의 이름에 담당 부서가 이미 있으면 그대로 따릅니다.",
                "Where a name above has its division already, that one stays.",
            ),
        )
    fields["purpose"] = forms.CharField(
        label=say_lazily("목적과 내용", "Purpose"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    fields["ends_on"] = forms.DateField(
        label=say_lazily("사업이 끝나는 날", "The work ends on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    return type("ItemForm", (forms.Form,), fields)


def _add_item(*, actor: Actor, now: datetime, data: dict[str, Any], book_id: str, code: str = "") -> str:
    book, node = get_book(book_id), get_node(book_id, code)
    above = dict(zip(node.path_levels, node.path, strict=True))
    item = ItemPlan(
        names=tuple(above.get(one) or data.get(f"name_{one}", "") for one in book.levels),
        agency_code=data.get("agency_code", ""),
        purpose=data["purpose"],
        ends_on=data["ends_on"],
    )
    return link_node(get_node(book_id, add_item(actor=actor, now=now, book_id=book_id, item=item)))


def _close(*, actor: Actor, now: datetime, data: dict[str, Any], book_id: str) -> str:
    close_book(actor=actor, now=now, book_id=book_id, lapses=data.get("lapses", False))
    return f"{HOME}{book_id}/"


def _name_book(*, actor: Actor, book_id: str) -> str:
    del actor
    name = read_names().say_book(get_book(book_id))
    return str(say_lazily(name.ko, name.en))


OPEN = FormPage(
    title=Text(ko="예산 새로 열기", en="Open a budget"),
    permission=IMPORT,
    form=BookForm,
    run=_open,
    back=HOME,
    button=Text(ko="예산 열기", en="Open"),
    about=Text(
        ko="항목이 많으면 예산표로 가져오는 편이 빠릅니다.",
        en="With many items, bringing a table is quicker.",
    ),
)
OPEN_NEXT = FormPage(
    title=Text(ko="다음 해 예산 열기", en="Open next year's budget"),
    permission=IMPORT,
    form=forms.Form,
    run=_open_next,
    back=HOME,
    button=Text(ko="다음 해 예산 열기", en="Open next year's budget"),
    about=Text(
        ko="올해의 부서·사업·항목을 그대로 이어 금액 없이 엽니다. 그해 전에 끝나는 사업은 뺍니다. "
        "당초예산은 항목마다 적고, 이월은 올해 항목에서 넘깁니다.",
        en="Divisions, projects and items go on as they are, without amounts; what ends before is left out. "
        "Original budgets are written on each item, money is carried over from this year's items.",
    ),
)
ORIGINAL = FormPage(
    title=Text(ko="당초예산 적기", en="Original budget"),
    permission=CHANGE,
    form=OriginalForm,
    run=_set_original,
    back=HOME,
    template=TEMPLATE,
    more=tell_item,
    button=Text(ko="장부에 적기", en="Write into the ledger"),
)
ITEM = FormPage(
    title=Text(ko="항목 더하기", en="Add an item"),
    permission=CHANGE,
    form=_build_item,
    run=_add_item,
    back=HOME,
    button=Text(ko="항목 더하기", en="Add the item"),
    about=Text(
        ko="금액 없이 더합니다. 돈은 추가경정으로 넣거나 다른 항목에서 옮겨 옵니다. 이미 있는 이름은 똑같이 적어야 그 아래에 "
        "들어가고, 없는 윗단계는 새로 만듭니다.",
        en="It is added without an amount; money comes by a supplementary budget or a transfer. A name that is there "
        "already is written the same; what is missing above the item is made.",
    ),
)
PLAN = FormPage(
    title=Text(ko="월별 집행 계획", en="Plan by month"),
    permission=CHANGE,
    form=_build_plan,
    initial=_fill_plan,
    run=_set_plan,
    back=HOME,
    template=TEMPLATE,
    more=tell_item,
    about=Text(
        ko="달마다 그달 말까지 집행할 누계를 적습니다. 처음에는 예산현액을 열두 달로 고르게 나눈 값입니다.",
        en="What is to be disbursed by the end of each month, cumulated. At first the budget in equal parts.",
    ),
)
CARRY_OVER = FormPage(
    title=Text(ko="다음 해로 이월", en="Carry over"),
    permission=CHANGE,
    form=_build_carry_over,
    run=_carry_over,
    back=HOME,
    template=TEMPLATE,
    more=tell_item,
    button=Text(ko="이월하기", en="Carry over"),
    about=Text(
        ko="올해 장부에서 12월 31일에 나가고, 다음 해 장부에 1월 1일에 들어갑니다. "
        "다음 해 예산에 같은 항목이 있어야 합니다.",
        en="It leaves this ledger on 31 December and arrives in next year's on 1 January; that budget must have "
        "the item.",
    ),
)
CLOSE = FormPage(
    title=Text(ko="회계연도 마감", en="Close the year"),
    permission=CHANGE,
    form=_build_close,
    run=_close,
    back=HOME,
    button=Text(ko="마감하기", en="Close"),
    is_destructive=True,
    must_equal=_name_book,
    consequence=Text(
        ko="마감하면 이 예산의 장부에 아무것도 더 적을 수 없습니다. 되돌릴 수 없습니다.",
        en="Once closed, nothing more is written into this ledger. It can't be undone.",
    ),
)
