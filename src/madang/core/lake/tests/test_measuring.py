"""Rooms declare indicators; the house measures them into the lake, and one that fails hurts no other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from madang.core.base.interface import ANONYMOUS, HOUSE, BadInput, Indicator, NotAllowed, Text, collect, now
from madang.core.lake import measuring
from madang.core.lake.interface import authorize, list_indicator_days, list_indicators, publish_indicators

from .test_streams import House, intake, reading, wait_until  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = Text(ko="가", en="a")


def declare(name, measure):
    return Indicator(name=name, title=TEXT, unit="count", measure=measure, source=TEXT, target=3)


def fail():
    raise RuntimeError("down")


@pytest.fixture
def declared(monkeypatch):
    one, other = declare("things.one", lambda: 2), declare("things.other", fail)
    third = declare("things.third", lambda: None)
    names = {each.name: each for each in (one, other, third)}
    monkeypatch.setattr(measuring, "list_declared", lambda: names)


def test_one_that_fails_or_has_nothing_to_say_hurts_no_other(declared, intake):  # noqa: F811
    before = now()
    assert publish_indicators(before) == 1
    wait_until(lambda: authorize(HOUSE, "indicators").latest().num_rows == 1)
    one, other, third = list_indicators(actor=HOUSE)
    assert (one.value, one.is_late) == (2.0, False)
    assert abs(one.as_of - before) < timedelta(seconds=1)
    assert (other.value, other.as_of, other.is_late) == (None, None, True)
    assert third.is_late


def test_a_value_that_is_old_is_late(declared, lake):
    house = House()
    house.take_in(reading("things.one", value=7))
    assert [(one.value, one.is_late) for one in list_indicators(actor=HOUSE)][0] == (7.0, True)


def test_days_are_means(declared, lake, monkeypatch):
    monkeypatch.setattr(measuring, "read_clock", lambda: datetime(2024, 11, 21, tzinfo=UTC))
    house = House()
    house.take_in(reading("things.one", value=7), reading("things.one", 5, value=9))
    house.roll_up()
    assert [one.mean for one in list_indicator_days("things.one", 7, actor=HOUSE)] == [8.0]


def test_who_may_not_read_the_table_sees_none(declared, lake):
    with pytest.raises(NotAllowed):
        list_indicators(actor=ANONYMOUS)


def test_a_name_that_is_not_the_room_s_own_is_refused(monkeypatch):
    room = next(one for one, _ in collect("indicators", "INDICATORS") if one.name == "things")
    for names in (["cctv.one"], ["things.one", "things.one"]):
        found = [(room, declare(name, fail)) for name in names]
        monkeypatch.setattr(measuring, "collect", lambda *_, found=found: found)
        with pytest.raises(BadInput):
            measuring.list_declared.__wrapped__()


def test_every_declared_indicator_measures_an_empty_house(lake):
    for name, one in measuring.list_declared().items():
        assert one.title.ko != one.title.en, name
        assert one.measure() is None or one.measure() >= 0, name
