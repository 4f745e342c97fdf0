"""Who is on duty when, and in which order people are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo

from madang.infrastructure.fire_safety.records import Contact

DAYS, HOURS = 7, 24


def order_ladder(contacts: Sequence[Contact], at: datetime, city: tzinfo) -> list[Contact]:
    """Return everybody in the order in which they are told: those on duty first, each group as it is written.

    Nobody is left out: where nobody on duty answers, or nobody is on duty, the others are told.
    """
    return [contacts[place] for place in _order(contacts, at, city)]


def order_told(
    contacts: Sequence[Contact], told: Iterable[tuple[str, datetime]], at: datetime, city: tzinfo
) -> list[tuple[int, datetime | None]]:
    """Return the place in `contacts` of everybody, and when they were told (None not yet): the next ones last.

    `told` are the names of who was told and when. Who is next, and after them, are the others as the ladder has
    them at `at`: when the shift has changed, the first of the new one who wasn't told yet.
    """
    found: dict[int, datetime] = {}
    for name, moment in told:
        for place, one in enumerate(contacts):
            if one.name == name and place not in found:
                found[place] = moment
                break
    return [*found.items(), *((place, None) for place in _order(contacts, at, city) if place not in found)]


def choose_told(
    contacts: Sequence[Contact], told: Iterable[tuple[str, datetime]], at: datetime, city: tzinfo
) -> Contact | None:
    """Return whom to tell next, None where there is nobody; where everybody was told, the last one again."""
    order = order_told(contacts, told, at, city)
    place = next((place for place, moment in order if moment is None), order[-1][0] if order else None)
    return None if place is None else contacts[place]


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


def _order(contacts: Sequence[Contact], at: datetime, city: tzinfo) -> list[int]:
    local = at.astimezone(city)
    day, hour = local.isoweekday(), local.hour
    return sorted(range(len(contacts)), key=lambda place: not is_on_duty(contacts[place], day, hour))


def _is_day(contact: Contact, day: int) -> bool:
    return not contact.days or str(day) in contact.days
