"""Time: stored in UTC, shown in the city's time."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

CITY_TIMEZONE = ZoneInfo("Asia/Seoul")


def now() -> datetime:
    """Return this moment as an aware datetime in UTC."""
    return datetime.now(UTC)


def to_city_time(moment: datetime) -> datetime:
    """Return an aware `moment` in the city's own time zone."""
    return moment.astimezone(CITY_TIMEZONE)
