"""The watch: what all stations show is weather, what one shows is a fault, and it says why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.core.base.interface import Text
from madang.infrastructure.city_sensors.actions.watching import describe_level, describe_odd, find_level
from madang.infrastructure.city_sensors.methods.anomalies import HOURS, WEEKS, Watch, find_hour, learn
from madang.infrastructure.city_sensors.records import PROPERTY_BY_CODE, DistrictMean

PM = PROPERTY_BY_CODE["pm25"]
NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)  # a Monday
STATIONS = [f"S{number}" for number in range(12)]


@pytest.fixture(scope="module")
def usual():
    """Return four weeks of stations whose level depends on the hour of the week."""
    generator = np.random.default_rng(7)
    last = int(NOW.timestamp() // 3600)
    hours = np.arange(last - HOURS * WEEKS + 1, last + 1)
    names = np.repeat(STATIONS, len(hours))
    level = 20 + 10 * np.sin(2 * np.pi * (hours % 24) / 24)
    means = np.tile(level, len(STATIONS)) + generator.normal(size=names.size)
    return learn(names, np.tile(hours, len(STATIONS)), means, floor=PM.floor)


def level_at(moment):
    return 20 + 10 * np.sin(2 * np.pi * (int(moment.timestamp() // 3600) % 24) / 24)


def measure(watch, change):
    found = []
    for step in range(12):
        moment = NOW + timedelta(minutes=10 * step)
        found += watch.take([(name, moment, level_at(moment) + change(name, step)) for name in STATIONS])
    return found


def test_the_usual_is_that_of_the_hour_of_the_week(usual):
    assert find_hour(NOW) == 3
    for hours in (0, 5, 100):
        moment = NOW + timedelta(hours=hours)
        median, deviation = usual.describe("S3", moment)
        assert abs(median - level_at(moment)) < 2.5
        assert deviation >= PM.floor
    assert usual.measure("nobody", NOW, 1.0) is None
    assert usual.share == 1


def test_one_station_is_odd_and_usual_again(usual):
    found = measure(Watch(usual), lambda name, step: 80 if name == "S5" and step < 6 else 0)
    assert [(one.station, one.is_over) for one in found] == [("S5", False), ("S5", True)]
    assert found[0].moment == NOW + timedelta(minutes=20)
    finding = describe_odd(PM, usual, found[0])
    assert finding.key == "sensor_odd:S5:pm25"
    assert "이 요일 이 시각에는 보통" in finding.reason.ko
    assert "Usual at this hour of the week" in finding.reason.en
    assert describe_odd(PM, usual, found[1]).cleared


def test_dust_over_the_whole_city_is_no_fault(usual):
    assert measure(Watch(usual), lambda _name, _step: 80) == []


def test_two_odd_readings_are_chance(usual):
    assert measure(Watch(usual), lambda name, step: 90 if name == "S1" and step % 3 else 0) == []


def test_what_was_odd_before_a_restart_ends_after_it(usual):
    found = measure(Watch(usual, ["S2"]), lambda _name, _step: 0)
    assert [(one.station, one.is_over) for one in found] == [("S2", True)]


def test_little_history_is_no_judgement():
    hours = np.arange(3) + int(NOW.timestamp() // 3600) - 3
    young = learn(["S1"] * 3, hours, np.ones(3), floor=1.0)
    assert young.measure("S1", NOW, 1e6) is None
    assert (young.share, learn([], np.empty(0, np.int64), np.empty(0), floor=1.0).share) == (0, 0)
    assert learn([], np.empty(0, np.int64), np.empty(0), floor=1.0).measure("S1", NOW, 1.0) is None


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(4)), st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=4))
def test_the_order_within_a_batch_does_not_matter(usual, order, changes):
    readings = [
        (name, NOW + timedelta(minutes=10 * step), level_at(NOW) + (changes[step] if name == "S0" else 0))
        for step in range(4)
        for name in STATIONS
    ]
    shuffled = [one for step in order for one in readings[step * 12 : step * 12 + 12]]
    assert Watch(usual).take(shuffled) == Watch(usual).take(readings)


def test_a_level_is_reached_and_must_be_left_clearly():
    def mean(value, stations=10):
        return DistrictMean(
            code="11110", name=Text(ko="종로구", en="Jongno-gu"), mean=value, stations=stations
        )

    assert find_level(PM, mean(74.9), is_known=False) is None
    assert find_level(PM, mean(75), is_known=False) == 75
    assert find_level(PM, mean(70), is_known=True) == 75
    assert find_level(PM, mean(67), is_known=True) is None
    assert find_level(PM, mean(500, stations=2), is_known=False) is None
    cold = PROPERTY_BY_CODE["temperature"]
    assert find_level(cold, mean(-12), is_known=False) == -12
    finding = describe_level(PM, mean(80), 75, NOW)
    assert "75" in finding.reason.ko
    assert finding.agency_code == "11110"
