"""Who is on duty when, and in which order people are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo

from madang.infrastructure.fire_safety.records import Calendar, Contact

DAYS, HOURS = 7, 24
SUNDAY, HOLIDAY = 7, 8
NO_CALENDAR = Calendar()
ON_DUTY, OFF_DUTY, ABSENT = range(3)


def order_ladder(
    contacts: Sequence[Contact], at: datetime, city: tzinfo, calendar: Calendar = NO_CALENDAR
) -> list[Contact]:
    """Return everybody in the order in which they are told: those on duty first, each group as it is written.

    Nobody is left out: where nobody on duty answers, or nobody is on duty, the others are told, and who is absent last.
    """
    return [contacts[place] for place in order_places(contacts, at, city, calendar)]


def order_told(
    contacts: Sequence[Contact],
    told: Iterable[tuple[str, datetime]],
    at: datetime,
    city: tzinfo,
    calendar: Calendar = NO_CALENDAR,
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
    order = order_places(contacts, at, city, calendar)
    return [*found.items(), *((place, None) for place in order if place not in found)]


def choose_told(
    contacts: Sequence[Contact],
    told: Iterable[tuple[str, datetime]],
    at: datetime,
    city: tzinfo,
    calendar: Calendar = NO_CALENDAR,
) -> Contact | None:
    """Return whom to tell next, None where there is nobody; where everybody was told, the last one again."""
    order = order_told(contacts, told, at, city, calendar)
    place = next((place for place, moment in order if moment is None), order[-1][0] if order else None)
    return None if place is None else contacts[place]


def is_on_duty(contact: Contact, day: int, hour: int, before: int | None = None) -> bool:
    """Return whether somebody is on duty in an hour (0 to 23) of a day (1 for Monday to 7, 8 for a holiday).

    A turn over midnight belongs to the day on which it begins: `before` is the day before, where the week doesn't say it.
    """
    start, _, end = contact.hours.partition("-")
    begins, ends = (int(start), int(end)) if contact.hours else (0, HOURS)
    if begins < ends:
        return _is_day(contact, day) and begins <= hour < ends
    before = (day - 2) % DAYS + 1 if before is None else before
    return (_is_day(contact, day) and hour >= begins) or (_is_day(contact, before) and hour < ends)


def list_gaps(contacts: Sequence[Contact]) -> list[tuple[int, int]]:
    """Return each day (1 to 7) and hour of the week in which nobody is on duty."""
    return [
        (day, hour)
        for day in range(1, DAYS + 1)
        for hour in range(HOURS)
        if not any(is_on_duty(one, day, hour) for one in contacts)
    ]


def list_dated_gaps(
    contacts: Sequence[Contact], calendar: Calendar, first: date, days: int, city: tzinfo
) -> list[tuple[date, int]]:
    """Return each date and hour, from `first` on, in which nobody is on duty because of a holiday or an absence."""
    usual = set(list_gaps(contacts))
    dates = [first + timedelta(days=ahead) for ahead in range(days)]
    return [
        (on, hour)
        for on in dates
        for hour in range(HOURS)
        if (on.isoweekday(), hour) not in usual
        and ON_DUTY not in _rank(contacts, datetime.combine(on, time(hour), city), city, calendar)
    ]


def order_places(
    contacts: Sequence[Contact], at: datetime, city: tzinfo, calendar: Calendar = NO_CALENDAR
) -> list[int]:
    """Return the places in `contacts` in the order in which people are told."""
    ranks = _rank(contacts, at, city, calendar)
    return sorted(range(len(contacts)), key=lambda place: ranks[place])


def _rank(contacts: Sequence[Contact], at: datetime, city: tzinfo, calendar: Calendar) -> list[int]:
    """Return whether each is on duty, off duty or absent. Who stands in has the turns of who is absent."""
    local = at.astimezone(city)
    day, before = (_find_day(local.date() - timedelta(days=back), calendar) for back in (0, 1))
    own = [is_on_duty(one, day, local.hour, before) for one in contacts]
    away = {one.name: one.instead for one in calendar.absences if one.since <= at < one.until}
    standing_in = {
        _find_stand_in(one.name, away)
        for one, is_on in zip(contacts, own, strict=True)
        if is_on and one.name in away
    }
    return [
        ON_DUTY
        if one.name in standing_in or (is_on and one.name not in away)
        else ABSENT
        if one.name in away
        else OFF_DUTY
        for one, is_on in zip(contacts, own, strict=True)
    ]


def _find_stand_in(name: str, away: Mapping[str, str]) -> str:
    """Return who has the turns of somebody absent: the stand-in's own stand-in where they are away, unless they swap."""
    seen = {name}
    stand_in = away[name]
    while stand_in in away and away[stand_in] not in seen:
        seen.add(stand_in)
        stand_in = away[stand_in]
    return stand_in


def _find_day(on: date, calendar: Calendar) -> int:
    return HOLIDAY if on in calendar.holidays else on.isoweekday()


def _is_day(contact: Contact, day: int) -> bool:
    """Return whether a turn begins on a day; whoever has Sundays has holidays too."""
    return not contact.days or str(day) in contact.days or (day == HOLIDAY and str(SUNDAY) in contact.days)
