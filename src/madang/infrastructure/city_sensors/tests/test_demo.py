"""The demonstration's sensors: the same seed gives the same city, and a faster one keeps its days."""

from __future__ import annotations

import tomllib
from collections import Counter
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from itertools import pairwise

import numpy as np
import pytest

from madang.city.happenings import MONDAY_S, WEEK_S, add_happenings, list_happenings
from madang.city.pace import shorten, to_city_moment
from madang.city.weather import CITY_OFFSET_S, DAY_S, simulate_stations
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
            demo._write_packet(SERIALS, number, moment, demo._simulate(SERIALS, [moment])).packet
            for number in range(12)
            for moment in moments
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


@pytest.mark.django_db
def test_stations_belong_to_fourteen_agencies_that_there_are(ask):
    ask()
    counted = Counter(one["source"] for one in demo._draw_stations())
    assert len(counted) == len(demo.SOURCES) == 14
    assert all("simulated" in name and "시뮬레이션" in name for name in counted)
    assert min(counted.values()) > 20
    pack = tomllib.loads(files("madang.core.people").joinpath("packs/agencies.toml").read_text("utf-8"))
    assert {one["code"] for one in pack["agency"]} >= set(demo.SOURCES.values())


@pytest.mark.django_db
def test_some_packets_come_late_and_each_interval_has_one(ask):
    ask()
    sent = {number: [] for number in range(200)}
    for tick in range(6 * 12 + 60):
        now = NOON + timedelta(seconds=100 * tick)
        for number, measured_at in demo._list_due(200, now - timedelta(seconds=100), now):
            assert now - measured_at in {timedelta(0), timedelta(minutes=5)}
            sent[number].append((measured_at, now))
    late = sum(at != now for found in sent.values() for at, now in found)
    assert 0.01 < late / sum(map(len, sent.values())) < 0.04
    for found in sent.values():
        apart = {later - at for (at, _), (later, _) in pairwise(sorted(found))}
        assert apart == {timedelta(minutes=10)}


@pytest.mark.django_db
def test_the_past_has_gaps_outages_and_drift(ask):
    ask()
    serials = [f"S{number}" for number in range(200)]
    moments = [NOON - timedelta(hours=back) for back in range(demo.WEEK_HOURS)]
    rows = demo._measure_hours(serials, moments)
    shape = (len(moments), len(serials))
    missing = {name: np.isnan(rows[name].to_numpy().reshape(shape)) for name in ("pm25", "noise")}
    together = missing["pm25"] & missing["noise"]
    assert 0.005 < together.mean() < 0.05
    assert missing["pm25"].sum() > together.sum()
    assert (together[:-1] & together[1:]).any()
    weeks = [demo._simulate(serials, [NOON + timedelta(days=day)]) for day in (0, 28)]
    risen = weeks[1]["temperature"][0] - weeks[0]["temperature"][0]
    wearing = risen[[1, 98, 195]] - np.median(risen)
    assert wearing.min() < -1.3  # calibrated in between
    assert wearing.max() > 0.4


def test_sundays_are_quieter_and_a_festival_is_heard_near_it():
    monday = datetime(2026, 3, 1, 15, tzinfo=UTC)  # midnight of Monday, 2 March, in the city
    days = np.array([monday.timestamp() + day * DAY_S + 8.5 * 3600 for day in range(7)])
    noise = simulate_stations(np.random.default_rng(1), 30, days)["noise"].mean(axis=1)
    assert noise.argmin() == 6
    assert noise[:5].min() > noise[5:].max()
    lon, lat = np.array([127.0, 127.001, 127.1]), np.array([37.5, 37.5, 37.5])
    week = int((days[0] + CITY_OFFSET_S + MONDAY_S) // WEEK_S)
    festival = list(list_happenings(week, lon[:2], lat[:2]))[-1]
    begin = datetime.fromtimestamp(festival.begin_s, UTC)
    assert (to_city_time(begin).weekday(), to_city_time(begin).hour) == (5, 17)
    moments = np.array([festival.begin_s - 60, festival.begin_s + 60, festival.end_s])
    levels = {name: np.zeros((3, 3)) for name in ("noise", "pm25", "pm10")}
    add_happenings(levels, moments, np.array([127.0, 127.001, np.nan]), lat)
    assert (levels["noise"][1, :2] > 15).all()
    assert levels["noise"][[0, 2]].sum() == levels["noise"][1, 2] == 0
