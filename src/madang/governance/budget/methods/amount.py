"""An amount as a Korean budget table prints it, in whole won."""

from __future__ import annotations

import re
from decimal import Decimal

from madang.governance.budget.records import RejectReason

UNIT_WON = {"원": 1, "천원": 10**3, "만원": 10**4, "백만원": 10**6, "억원": 10**8}
LARGEST_KRW = 10**17
"""A ledger's line is below this."""
DASHES = {"-", "–", "—", "−", "―"}
AMOUNT = re.compile(
    r"(?P<sign>[△▲\-−–]?)\s*(?P<digits>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,18})(?P<places>\.[0-9]{1,9})?"
)
"""Thousands are grouped in threes or not at all; a minus is △, ▲ or a dash."""


class UnreadAmount(ValueError):
    """A cell that states no amount; `reason` says why."""

    def __init__(self, reason: RejectReason) -> None:
        self.reason = reason
        super().__init__(reason.value)


def read_amount(text: str, unit: str) -> int | None:
    """Return whole won, or None for a dash (nothing stated). `unit` is one of UNIT_WON.

    Raises
    ------
    UnreadAmount
        The cell is empty, is no number, is not a whole number of won, or is LARGEST_KRW or more.
    KeyError
        The unit is not known.
    """
    factor = UNIT_WON[unit]
    stripped = text.strip()
    if not stripped:
        raise UnreadAmount(RejectReason.AMOUNT_EMPTY)
    if stripped in DASHES:
        return None
    match = AMOUNT.fullmatch(stripped)
    if match is None:
        raise UnreadAmount(RejectReason.AMOUNT_UNREADABLE)
    won = Decimal(match["digits"].replace(",", "") + (match["places"] or "")) * factor
    if won != won.to_integral_value():
        raise UnreadAmount(RejectReason.AMOUNT_PART_WON)
    if won >= LARGEST_KRW:
        raise UnreadAmount(RejectReason.AMOUNT_TOO_LARGE)
    return -int(won) if match["sign"] else int(won)


def write_amount(amount_krw: int | None, unit: str) -> str:
    """Return an amount as a table prints it: thousands grouped, △ for minus, '-' for None; exact in any unit."""
    if amount_krw is None:
        return "-"
    whole, rest = divmod(abs(amount_krw), UNIT_WON[unit])
    places = f"{rest:0{len(str(UNIT_WON[unit])) - 1}d}".rstrip("0") if rest else ""
    return f"{'△' if amount_krw < 0 else ''}{whole:,}{'.' + places if places else ''}"
