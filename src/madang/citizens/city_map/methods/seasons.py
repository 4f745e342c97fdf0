"""Days of the year in which a theme matters."""

from __future__ import annotations

from datetime import date

from madang.citizens.city_map.records import Season
from madang.core.base.interface import BadInput


def read_season(first: str, last: str) -> Season | None:
    """Return the season between two days "MM-DD", None where both are blank; refuses days that aren't."""
    if not first and not last:
        return None
    for field, day in (("season_first", first), ("season_last", last)):
        if not _is_day(day):
            raise BadInput(
                "city_map.season",
                "월-일을 06-15처럼 적어 주십시오 (시작과 끝을 함께)",
                "write month and day like 06-15, both the first and the last",
                field=field,
            )
    return Season(first=first, last=last)


def is_in_season(season: Season | None, today: date) -> bool:
    """Return whether that day lies in the season; a theme without one is always in season."""
    if season is None:
        return True
    day = f"{today:%m-%d}"
    if season.first <= season.last:
        return season.first <= day <= season.last
    return day >= season.first or day <= season.last


def _is_day(day: str) -> bool:
    try:
        return f"{date.fromisoformat(f'2024-{day}'):%m-%d}" == day
    except ValueError:
        return False
