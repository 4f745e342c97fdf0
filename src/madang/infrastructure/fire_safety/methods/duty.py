"""Who is on duty when, and in which order people are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from madang.infrastructure.fire_safety.records import Contact

DAYS, HOURS = 7, 24


def order_ladder(contacts: Sequence[Contact], at: datetime, city: tzinfo) -> list[Contact]:
    """Return everybody in the order in which they are told: those on duty first, each group as it is written.

    Nobody is left out: where nobody on duty answers, or nobody is on duty, the others are told.
    """
    local = at.astimezone(city)
    return sorted(contacts, key=lambda one: not is_on_duty(one, local.isoweekday(), local.hour))


def choose_told(contacts: Sequence[Contact], at: datetime, city: tzinfo, step: int) -> Contact | None:
    """Return whom to tell at a step of the ladder, 0 the first; past the end the last one again."""
    ladder = order_ladder(contacts, at, city)
    return ladder[min(step, len(ladder) - 1)] if ladder else None


def is_on_duty(contact: Contact, day: int, hour: int) -> bool:
    """Return whether somebody is on duty in an hour (0 to 23) of a day (1 for Monday to 7).

    A turn over midnight belongs to the day on which it begins.
    """
    start, _, end = contact.hours.partition("-")
    begins, ends = (int(start), int(end)) if contact.hours else (0, HOURS)
    if begins < ends:
        return _is_day(contact, day) and begins <= hour < ends
    return (_is_day(contact, day) and hour >= begins) or (
        _is_day(contact, (day - 2) % DAYS + 1) and hour < ends
    )


def list_gaps(contacts: Sequence[Contact]) -> list[tuple[int, int]]:
    """Return each day (1 to 7) and hour of the week in which nobody is on duty."""
    return [
        (day, hour)
        for day in range(1, DAYS + 1)
        for hour in range(HOURS)
        if not any(is_on_duty(one, day, hour) for one in contacts)
    ]


def _is_day(contact: Contact, day: int) -> bool:
    return not contact.days or str(day) in contact.days
