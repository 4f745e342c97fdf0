"""What a form that writes into the ledger is about: the item with what it has left, or the entry."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from madang.core.base.interface import Text
from madang.core.pages.interface import Fact
from madang.governance.budget.queries.ledger import get_entry
from madang.governance.budget.queries.names import read_names
from madang.governance.budget.queries.nodes import get_book, get_node, list_above
from madang.governance.budget.records.ledger import EntryKind

from .words import HOME, link_node, name_committed, name_disbursed, name_kinds

TEMPLATE = "budget/form.html"


def tell_item(request: HttpRequest, book_id: str, code: str) -> dict[str, Any]:
    """Return the way to an item, what it has, and the way back."""
    del request
    book, node, names = get_book(book_id), get_node(book_id, code), read_names()
    balance = node.balance
    return {
        "crumbs": [(names.say_node(one, book), link_node(one)) for one in (*list_above(node), node)],
        "summary": (
            Fact(
                title=Text(ko="예산현액", en="Current budget"), value=balance.current_budget_krw, unit="krw"
            ),
            Fact(title=name_committed(book.side), value=balance.committed_krw, unit="krw"),
            Fact(title=Text(ko="잔액", en="Available"), value=balance.available_krw, unit="krw"),
        ),
        "back": link_node(node),
    }


def tell_entry(request: HttpRequest, entry_id: int) -> dict[str, Any]:
    """Return what an entry is, on which items, what of it is open, and the way back."""
    del request
    entry, names = get_entry(entry_id), read_names()
    book = get_book(entry.book_id)
    home, kind = f"{HOME}entries/{entry.id}/", name_kinds(book.side)[entry.kind]
    items = [names.join(path) for path in dict.fromkeys(one.node_path for one in entry.lines)]
    facts = [
        Fact(
            title=Text(ko="항목", en="Item"),
            value=Text(ko=", ".join(one.ko for one in items), en=", ".join(one.en for one in items)),
        ),
        Fact(title=Text(ko="금액", en="Amount"), value=entry.amount_krw, unit="krw"),
    ]
    if entry.kind is EntryKind.COMMITMENT:
        rest = Text(ko=f"아직 {name_disbursed(book.side).ko}하지 않은 금액", en="Still open")
        facts.append(Fact(title=rest, value=entry.open_krw, unit="krw"))
    return {
        "crumbs": [
            (names.say_book(book), f"{HOME}{book.id}/"),
            (Text(ko=f"{kind.ko} {entry.id}", en=f"{kind.en} {entry.id}"), home),
        ],
        "summary": tuple(facts),
        "back": home,
    }
