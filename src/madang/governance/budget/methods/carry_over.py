"""How likely an item's remaining money stays unspent at the year's end (이월, 불용), and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import prod

from madang.core.base.interface import BadInput
from madang.governance.budget.records import CarryOverRisk, ItemStatus, RiskReason

DONE_RATIO = 0.01
"""With less than this of the budget left, an item counts as spent."""
LEAST_CHANCE = 0.01
"""A reason that gives less than this is none."""
SECOND_HALF = 7
AUTUMN = 9


def score_items(items: Iterable[ItemStatus]) -> tuple[CarryOverRisk, ...]:
    """Return the risk of each item, the most money at risk first; `at_risk_krw` is the score times what is left.

    Each reason that holds has a chance of its own that money is left, by how strongly it holds; the score joins
    them as if independent, 1 - Π(1 - chance). An item that is spent has score 0. Spending more never raises the
    score. Chances are judgements to order a list by, not measured frequencies. The reasons follow the two ways in
    which 지방재정법 제50조 lets money be carried over: foreseen (명시이월) and committed but unpaid (사고이월).

    Raises
    ------
    BadInput
        `month_unknown`: a month that is not 1 to 12.
    """
    return tuple(
        sorted(map(_score, items), key=lambda one: (-one.at_risk_krw, -one.score_ratio, one.item_id))
    )


def _score(item: ItemStatus) -> CarryOverRisk:
    if not 1 <= item.month <= 12:
        raise BadInput("month_unknown", "월은 1부터 12까지입니다.", "A month is 1 to 12.", month=item.month)
    remaining = max(0, item.budget_krw - item.disbursed_krw)
    if item.budget_krw <= 0 or remaining < DONE_RATIO * item.budget_krw:
        return CarryOverRisk(
            item_id=item.item_id, score_ratio=0.0, remaining_krw=remaining, at_risk_krw=0, reasons=()
        )
    judged = {reason: min(1.0, judge(item)) for reason, judge in JUDGES.items()}
    chances = {reason: chance for reason, chance in judged.items() if chance >= LEAST_CHANCE}
    score = 1 - prod(1 - chance for chance in chances.values())
    return CarryOverRisk(
        item_id=item.item_id,
        score_ratio=score,
        remaining_krw=remaining,
        at_risk_krw=round(score * remaining),
        reasons=tuple(sorted(chances, key=lambda reason: -chances[reason])),
    )


def _judge_not_started(item: ItemStatus) -> float:
    """Weigh, from July on, an item with nothing committed or disbursed; surer each month, certain at the year's end."""
    is_idle = max(item.committed_krw, item.disbursed_krw) <= 0
    return 0.3 + 0.7 * _pass_time(item, SECOND_HALF) if is_idle and item.month >= SECOND_HALF else 0.0


def _judge_behind_usual(item: ItemStatus) -> float:
    """Weigh how far the item is behind the usual curve; a tenth of the budget is noise, all of it is certain."""
    if item.usual_ratio is None:
        return 0.0
    return (item.usual_ratio - item.disbursed_krw / item.budget_krw - 0.1) / 0.9


def _judge_not_committed(item: ItemStatus) -> float:
    """Weigh, from September on, the part that is neither committed nor paid: a tender takes two to three months."""
    if item.month < AUTUMN:
        return 0.0
    open_ratio = 1 - max(item.committed_krw, item.disbursed_krw) / item.budget_krw
    return (open_ratio - 0.05) * (0.5 + 0.5 * _pass_time(item, AUTUMN))


def _judge_paid_late(item: ItemStatus) -> float:
    """Weigh, from September on, what is committed but not paid for: work or delivery may pass the year's end."""
    if item.month < AUTUMN:
        return 0.0
    unpaid_ratio = (min(item.committed_krw, item.budget_krw) - item.disbursed_krw) / item.budget_krw
    return (unpaid_ratio - 0.2) * (0.2 + 0.8 * _pass_time(item, AUTUMN))


def _judge_ends_after_year(item: ItemStatus) -> float:
    """Weigh a contract or work that ends after the fiscal year: its last payment falls to the next."""
    return 0.7 if item.ends_on is not None and item.ends_on > item.year_end_on else 0.0


def _judge_carried_before(item: ItemStatus) -> float:
    """Weigh money that was late once and is not yet spent, by its share of the budget."""
    unspent = max(0, item.carried_in_krw - max(0, item.disbursed_krw))
    return 0.4 * unspent / item.budget_krw


def _judge_late_money(item: ItemStatus) -> float:
    """Weigh a fifth of the budget or more that came in the last three months, by how much of it is left."""
    if item.late_money_krw < 0.2 * item.budget_krw:
        return 0.0
    left = min(item.late_money_krw, item.budget_krw - item.disbursed_krw)
    return 0.6 * left / item.budget_krw


def _judge_usually_left(item: ItemStatus) -> float:
    """Weigh that more than a tenth was left in past years, by how much."""
    if item.usual_year_end_ratio is None or item.usual_year_end_ratio >= 0.9:
        return 0.0
    return 1 - item.usual_year_end_ratio


def _pass_time(item: ItemStatus, since: int) -> float:
    """Return how much of the time from `since` to the year's end has passed, 0 to 1."""
    return (item.month - since) / (12 - since)


JUDGES: dict[RiskReason, Callable[[ItemStatus], float]] = {
    RiskReason.NOT_STARTED: _judge_not_started,
    RiskReason.BEHIND_USUAL: _judge_behind_usual,
    RiskReason.NOT_COMMITTED: _judge_not_committed,
    RiskReason.PAID_LATE: _judge_paid_late,
    RiskReason.ENDS_AFTER_YEAR: _judge_ends_after_year,
    RiskReason.CARRIED_BEFORE: _judge_carried_before,
    RiskReason.LATE_MONEY: _judge_late_money,
    RiskReason.USUALLY_LEFT: _judge_usually_left,
}
