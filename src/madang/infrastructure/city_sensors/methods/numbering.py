"""Which of several readings of one stream and moment counts: the sender's number as the lake's revision."""

from __future__ import annotations

from datetime import datetime

SPACING = 1000
"""Numbers lie so far apart that what the house corrects between two of them is above the one and below the other."""
SPACED_DIGITS, MOST_DIGITS = 15, 18


def number_revision(number: int | datetime | None) -> int | None:
    """Return the revision of what was sent with a number that grows, or at a moment; None without one.

    Raises ValueError for a number below 0 or of more than 18 digits.
    """
    if number is None:
        return None
    if isinstance(number, datetime):
        number = int(number.timestamp()) * 1_000_000 + number.microsecond
    digits = len(str(number))
    if number < 0 or digits > MOST_DIGITS:
        raise ValueError(f"a number is from 0 on and has at most {MOST_DIGITS} digits")
    return number * SPACING if digits <= SPACED_DIGITS else number


def read_sequence(text: str) -> int | None:
    """Return the revision of a packet by its sequence, which decides only where it is a number."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
    return number_revision(int(text) if is_number else None)
