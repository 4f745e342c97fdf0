"""The demonstration's sensors: the same seed gives the same city, and a faster one keeps its days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from madang.city.pace import shorten, to_city_moment
from madang.core.base.interface import read_settings, to_city_time
from madang.infrastructure.city_sensors import demo

NOON = datetime(2026, 3, 1, 3, tzinfo=UTC)
SERIALS = [f"S{number}" for number in range(12)]


@pytest.fixture
def ask(settings, tmp_path):
    """Return what the city is and measures, asked for with other settings."""

    def live(**asked):
        names = {f"MADANG_DEMO_{name.upper()}": str(value) for name, value in asked.items()}
        settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path)} | names)
        moments = [NOON + timedelta(minutes=10 * step) for step in range(3)]
        packets = [
            demo._write_packet(SERIALS, number, moment).packet for number in range(12) for moment in moments
        ]
        return demo._draw_stations()[:20], packets

    return live


@pytest.mark.django_db
def test_the_same_seed_is_the_same_city(ask):
    stations, packets = ask(seed=7)
    assert (stations, packets) == ask(seed=7)
    others, measured = ask(seed=8)
    assert all(one["lon"] != other["lon"] for one, other in zip(stations, others, strict=True))
    assert sum(one != other for one, other in zip(packets, measured, strict=True)) > 30
    assert ask() == ask(seed=0)


@pytest.mark.django_db
def test_a_faster_city_keeps_its_days_and_sends_as_often_in_them(ask):
    ask(speed=60)
    later = to_city_moment(NOON + timedelta(minutes=1)) - to_city_moment(NOON)
    assert later == timedelta(hours=1)
    assert to_city_time(to_city_moment(NOON.replace(hour=15))).hour == 0  # midnight stays midnight
    assert shorten(600) == 10
    due = [sum(demo._is_due(number, 12, at, at + timedelta(seconds=10)) for number in range(12)) for at in (NOON, NOON + timedelta(seconds=10))]  # fmt: skip
    assert due == [12, 12]
    ask(speed=1)
    assert to_city_moment(NOON) == NOON
