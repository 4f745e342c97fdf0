"""A small budget made up for tests: two divisions, three projects, four items."""

from __future__ import annotations

from datetime import UTC, date, datetime

from madang.core.base.interface import HOUSE
from madang.governance.budget.actions.books import open_book
from madang.governance.budget.actions.posting import post
from madang.governance.budget.methods.posting import make_move
from madang.governance.budget.models import NodeRow
from madang.governance.budget.records import Level
from madang.governance.budget.records.ledger import BookPlan, Draft, EntryKind, ItemPlan, Side

NOW = datetime(2026, 6, 1, 3, tzinfo=UTC)
DAY = date(2026, 6, 1)
LEVELS = (Level.ORGANIZATION, Level.ACCOUNT, Level.PROJECT, Level.ITEM)
ITEMS = {
    ("가과", "일반회계", "광장 운영", "사무관리비"): 1_000,
    ("가과", "일반회계", "광장 운영", "시설비"): 5_000,
    ("가과", "특별회계", "망 구축", "시설비"): 20_000,
    ("나과", "일반회계", "센터 운영", "민간위탁금"): 300,
}


def open_small(year: int = 2026, side: Side = Side.EXPENDITURE, series: str = "small") -> str:
    """Open the budget with its original amounts and return its id."""
    plan = BookPlan(
        series=series,
        name="시험 예산",
        fiscal_year=year,
        side=side,
        levels=LEVELS,
        source="시험 · test, simulated",
    )
    book_id = open_book(actor=HOUSE, now=NOW, plan=plan, items=[ItemPlan(names=names) for names in ITEMS])
    kind = EntryKind.ORIGINAL
    drafts = [
        Draft(kind=kind, booked_on=date(year, 1, 1), moves=(make_move(kind, find(book_id, *names), amount),), note="당초")
        for names, amount in ITEMS.items()
    ]  # fmt: skip
    post(actor=HOUSE, now=NOW, book_id=book_id, drafts=drafts)
    return book_id


def find(book_id: str, *names: str) -> int:
    """Return the id of the node with these names."""
    path = "\t".join(f"{level}:{name}" for level, name in zip(LEVELS, names, strict=False))
    return NodeRow.objects.values_list("pk", flat=True).get(book_id=book_id, path=path)
