"""A budget as somebody writes it by hand: one item a line."""

from __future__ import annotations

from collections.abc import Sequence

from madang.core.base.interface import BadInput
from madang.governance.budget.records.ledger import ItemPlan

from .amount import UnreadAmount, read_amount

MOST_LINES = 5_000


def read_items(text: str, levels: Sequence[str]) -> list[tuple[ItemPlan, int]]:
    """Return the items written one a line, each with its original budget in won; a refusal names the line."""
    lines = [(at, line) for at, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > MOST_LINES:
        raise BadInput(
            "budget.lines",
            f"한 번에 {MOST_LINES:,}줄까지 적을 수 있습니다. 더 많으면 예산표로 가져오세요.",
            f"{MOST_LINES:,} lines at most; bring more as a table",
            field="items",
        )
    return [_read_item(at, line, levels) for at, line in lines]


def _read_item(at: int, line: str, levels: Sequence[str]) -> tuple[ItemPlan, int]:
    path, equals, amount = line.rpartition("=")
    names = tuple(" ".join(name.split()) for name in path.split(">"))
    try:
        won = read_amount(amount, "원") if equals else None
    except UnreadAmount:
        won = None
    if len(names) != len(levels) or not all(names) or won is None or won < 0:
        raise BadInput(
            "budget.line",
            f"{at}번째 줄: 이름 {len(levels)}개를 '>'로 나누고 '=' 뒤에 0 이상의 금액(원)을 적어 주세요",
            f"line {at}: write {len(levels)} names divided by '>', then '=' and an amount in won, 0 or more",
            field="items",
        )
    return ItemPlan(names=names), won
