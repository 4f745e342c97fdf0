"""Lists of one budget: its items, its ledger, its transfers, what may be left at the year's end."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from madang.core.base.interface import Actor, ColumnType, Text, read_pair
from madang.core.pages.interface import ListColumn, ListFilter, ListPage, page
from madang.core.people.interface import require
from madang.governance.budget.queries.history import list_risks
from madang.governance.budget.queries.ledger import list_lines, list_transfers
from madang.governance.budget.queries.names import Names, read_names
from madang.governance.budget.queries.nodes import get_book, get_node, list_items
from madang.governance.budget.records import RISK_NAMES
from madang.governance.budget.records.ledger import LEVEL_WORDS, Book, EntryKind

from .words import (
    HOME,
    VIEW,
    find_today,
    link_node,
    name_accounts,
    name_committed,
    name_disbursed,
    name_kinds,
    percent,
    text_column,
    won,
    write_percent,
)

LEDGER = Text(ko="장부", en="Ledger")
ITEMS = Text(ko="예산 항목", en="Budget items")
RISKS = Text(ko="이월·불용 위험", en="Money that may be left")
TRANSFERS = Text(ko="이용·전용·이체", en="Transfers")
AMOUNTS = (
    ("original_krw", "당초", "Original"),
    ("carried_in_krw", "이월", "Carried in"),
    ("transferred_krw", "이체·전용", "Transferred"),
    ("supplementary_krw", "추경", "Supplementary"),
)
DECLARED = {"original_krw": "original_krw", "disbursed": "disbursed_krw", "available": "available_krw"}


def build_items(book: Book) -> ListPage:
    """Return the list of a budget's items with every amount; its exports are the budget as a table."""
    names = read_names()
    title = names.say_book(book)

    def query(
        *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
    ) -> tuple[Sequence[Any], int]:
        require(actor, VIEW)
        sign, name = ("-", sort[1:]) if sort.startswith("-") else ("", sort)
        found, total = list_items(
            book.id,
            search=search,
            below=filters.get("part", ""),
            sort=f"{sign}{DECLARED.get(name, name or 'code')}",
            offset=offset,
            limit=limit,
        )
        return [_draw_item(one, names) for one in found], total

    return ListPage(
        title=Text(ko=f"{title.ko} 항목", en=f"Items of {title.en}"),
        permission=VIEW,
        columns=(
            ListColumn(name="name", title=Text(ko="항목", en="Item"), href=lambda row: row["href"]),
            text_column("path", "속한 곳", "Belongs to"),
            *(
                won(name, Text(ko=ko, en=en), shown=False, sortable=name == "original_krw")
                for name, ko, en in AMOUNTS
            ),
            won("current", Text(ko="예산현액", en="Current budget"), sortable=False),
            won("committed", name_committed(book.side), sortable=False),
            percent("commitment", _name_rate(name_committed(book.side)), sortable=False),
            won("disbursed", name_disbursed(book.side)),
            percent("disbursement", _name_rate(name_disbursed(book.side)), sortable=False),
            won("available", Text(ko="잔액", en="Available")),
        ),
        query=query,
        filters=(
            ListFilter(
                name="part",
                title=LEVEL_WORDS[book.levels[0]],
                choices=tuple(
                    (one.code, names.say(one.name)) for one in list_items(book.id, level=book.levels[0])[0]
                ),
            ),
        ),
        sort="code",
    )


def _name_rate(amount: Text) -> Text:
    return Text(ko=f"{amount.ko} 비율", en=f"{amount.en} of the budget")


def _draw_item(node: Any, names: Names) -> dict[str, Any]:
    balance = node.balance
    return {
        "id": node.id,
        "name": names.say(node.name),
        "href": link_node(node),
        "path": names.join(node.path[:-1]),
        **{name: getattr(balance, name) for name, _, _ in AMOUNTS},
        "current": balance.current_budget_krw,
        "committed": balance.committed_krw,
        "commitment": write_percent(balance.commitment_ratio),
        "disbursed": balance.disbursed_krw,
        "disbursement": write_percent(balance.disbursement_ratio),
        "available": balance.available_krw,
    }


def build_ledger(book: Book, code: str) -> ListPage:
    """Return the list of ledger lines below one node."""
    kinds, accounts = name_kinds(book.side), name_accounts(book.side)
    node, names = get_node(book.id, code), read_names()
    title = names.say_book(book)

    def query(
        *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
    ) -> tuple[Sequence[Any], int]:
        require(actor, VIEW)
        found, total = list_lines(
            book.id,
            below=code,
            search=search,
            kind=filters.get("kind", "") if filters.get("kind", "") in set(EntryKind) else "",
            sort=sort,
            offset=offset,
            limit=limit,
        )
        return [
            {
                "id": one.id,
                "booked_on": one.booked_on,
                "kind": kinds[one.kind],
                "item": names.join(one.node_path),
                "debit": accounts[one.debit],
                "credit": accounts[one.credit],
                "amount_krw": one.amount_krw,
                "note": read_pair(one.note),
                "href": f"{HOME}entries/{one.entry_id}/",
            }
            for one in found
        ], total

    return ListPage(
        title=Text(ko=f"{title.ko} 장부", en=f"Ledger of {title.en}"),
        permission=VIEW,
        about=names.say(node.name) if code else Text(ko="", en=""),
        columns=(
            ListColumn(
                name="id",
                title=Text(ko="줄", en="Line"),
                type=ColumnType.INTEGER,
                href=lambda row: row["href"],
            ),
            ListColumn(name="booked_on", title=Text(ko="날짜", en="Day"), type=ColumnType.DATE),
            text_column("kind", "종류", "Kind"),
            text_column("item", "항목", "Item"),
            text_column("debit", "차변", "Debit"),
            text_column("credit", "대변", "Credit"),
            won("amount_krw", Text(ko="금액", en="Amount")),
            text_column("note", "적요", "Note"),
        ),
        query=query,
        filters=(ListFilter(name="kind", title=Text(ko="종류", en="Kind"), choices=tuple(kinds.items())),),
        sort="-booked_on",
        empty=Text(
            ko="아직 장부에 적힌 것이 없습니다. 예산을 가져오거나 원인행위를 하면 여기에 나타납니다.",
            en="Nothing is in the ledger yet. Bring a budget or commit money and it appears here.",
        ),
    )


def build_risks(book: Book) -> ListPage:
    """Return the list of items whose money may stay unspent."""
    names = read_names()
    title = names.say_book(book)

    def find(*, actor: Actor, search: str, filters: dict[str, str]) -> Sequence[Any]:
        require(actor, VIEW)
        reason = filters.get("reason", "")
        return [
            {
                "id": risk.item_id,
                "name": names.say(node.name),
                "href": link_node(node),
                "path": names.join(node.path[:-1]),
                "chance": write_percent(risk.score_ratio),
                "remaining": risk.remaining_krw,
                "at_risk": risk.at_risk_krw,
                "reasons": Text(
                    ko=", ".join(RISK_NAMES[one].ko for one in risk.reasons),
                    en=", ".join(RISK_NAMES[one].en for one in risk.reasons),
                ),
            }
            for risk, node in list_risks(book, find_today())
            if _has(names.join(node.path), search) and (not reason or reason in risk.reasons)
        ]

    return ListPage(
        title=Text(ko=f"{title.ko} 이월·불용 위험", en=f"Money that may be left: {title.en}"),
        permission=VIEW,
        about=Text(
            ko="연말까지 쓰지 못할 것 같은 순서입니다. 점수는 순서를 정하기 위한 판단이며 통계로 잰 확률이 아닙니다.",
            en="In the order of what may stay unspent. Scores are judgements to order by, not measured frequencies.",
        ),
        columns=(
            ListColumn(
                name="name", title=Text(ko="항목", en="Item"), href=lambda row: row["href"], sortable=False
            ),
            text_column("path", "속한 곳", "Belongs to"),
            percent("chance", Text(ko="점수", en="Score")),
            won("remaining", Text(ko="남은 금액", en="Remaining")),
            won("at_risk", Text(ko="위험 금액", en="At risk")),
            text_column("reasons", "까닭", "Why"),
        ),
        rows=find,
        filters=(
            ListFilter(
                name="reason",
                title=Text(ko="까닭", en="Why"),
                choices=tuple((one.value, name) for one, name in RISK_NAMES.items()),
            ),
        ),
        sort="-at_risk",
        empty=Text(ko="걱정되는 항목이 없습니다.", en="Nothing gives cause for concern."),
    )


def _has(words: Text, search: str) -> bool:
    return search.casefold() in f"{words.ko} {words.en}".casefold()


def _query_transfers(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int, book_id: str
) -> tuple[Sequence[Any], int]:
    del filters, sort
    require(actor, VIEW)
    found, total = list_transfers(book_id, search=search, offset=offset, limit=limit)
    names = read_names()
    return [
        {
            "id": one.id,
            "booked_on": one.booked_on,
            "href": f"{HOME}entries/{one.id}/",
            "amount": one.amount_krw,
            "legal_ground": read_pair(one.legal_ground),
            "note": read_pair(one.note),
            "taken": _list_sides(one, names, is_taking=False),
            "given": _list_sides(one, names, is_taking=True),
            "is_undone": one.reversed_by is not None,
        }
        for one in found
    ], total


def _list_sides(entry: Any, names: Names, *, is_taking: bool) -> Text:
    lines = [one for one in entry.lines if (one.debit == "available") is is_taking]
    said = [names.join(one.node_path[:1] + one.node_path[-2:]) for one in lines]
    return Text(ko=", ".join(one.ko for one in said), en=", ".join(one.en for one in said))


def build_transfers(book: Book) -> ListPage:
    """Return the list of a budget's transfers with their legal grounds."""
    title = read_names().say_book(book)
    return ListPage(
        title=Text(ko=f"{title.ko} 이용·전용·이체", en=f"Transfers of {title.en}"),
        permission=VIEW,
        columns=(
            ListColumn(
                name="booked_on",
                title=Text(ko="날짜", en="Day"),
                type=ColumnType.DATE,
                sortable=False,
                href=lambda row: row["href"],
            ),
            text_column("taken", "보낸 항목", "From"),
            text_column("given", "받은 항목", "To"),
            won("amount", Text(ko="금액", en="Amount"), sortable=False),
            text_column("legal_ground", "법적 근거", "Legal ground"),
            text_column("note", "적요", "Note"),
            text_column("is_undone", "취소됨", "Reversed", type=ColumnType.BOOLEAN),
        ),
        query=partial(_query_transfers, book_id=book.id),
        empty=Text(
            ko="아직 옮긴 예산이 없습니다. 항목 화면에서 다른 항목으로 옮길 수 있습니다.",
            en="Nothing was transferred yet. An item's page lets you move its money to another.",
        ),
    )


@page(VIEW, title=ITEMS)
def show_items(request: HttpRequest, book_id: str) -> HttpResponseBase:
    """Show the items of one budget."""
    return build_items(get_book(book_id)).as_view()(request)


@page(VIEW, title=LEDGER)
def show_ledger(request: HttpRequest, book_id: str, code: str = "") -> HttpResponseBase:
    """Show the ledger of one budget, or what of it stands below one node."""
    return build_ledger(get_book(book_id), code).as_view()(request)


@page(VIEW, title=RISKS)
def show_risks(request: HttpRequest, book_id: str) -> HttpResponseBase:
    """Show what may be left of one budget."""
    return build_risks(get_book(book_id)).as_view()(request)


@page(VIEW, title=TRANSFERS)
def show_transfers(request: HttpRequest, book_id: str) -> HttpResponseBase:
    """Show the transfers of one budget."""
    return build_transfers(get_book(book_id)).as_view()(request)
