"""The demonstration's poles: meters tell the faults they are given and no others; everything has a name in both languages."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from madang.city.meters import DEAD, FAULT, GREEDY, METERED, STUCK_ON, measure_power
from madang.city.pace import make_generator
from madang.core.base.interface import CITY_TIMEZONE, Text, read_pair
from madang.core.places.interface import list_districts
from madang.infrastructure.smart_poles import demo
from madang.infrastructure.smart_poles.methods.faults import find_fault
from madang.infrastructure.smart_poles.records import Condition, Module, ModuleType, Pole

pytestmark = pytest.mark.django_db
SEED = 1


def draw():
    """Return the rows of poles, modules and meters."""
    generator = make_generator(SEED)
    districts = {one.code: Text(ko=one.name_ko, en=one.name_en) for one in list_districts()}
    poles = demo._draw_poles(generator, districts)
    modules = demo._draw_modules(generator, poles)
    return poles, modules, demo._hang_meters(modules)


def judge(row, meter, hour):
    """Return what is said of a module whose meter is read at an hour of the clock."""
    moment = datetime(2026, 3, 1, hour, tzinfo=CITY_TIMEZONE)
    module = Module(
        id=row["id"], pole_id=row["parent_id"], type=ModuleType(row["attributes"]["type"]), name=row["name"],
        rated_w=row["attributes"]["rated_w"], state=row["state"], stream=meter["id"],
    )  # fmt: skip
    pole = Pole(
        id=row["parent_id"], name="", agency_code="", district_code="", state="active", year=2022, feeder="",
        supply_w=0, lon=None, lat=None,
    )  # fmt: skip
    power_w = measure_power(meter["attributes"], hour, 0.5)
    return find_fault(pole, module, Condition(heard_at=moment, power_w=power_w), moment)


def test_meters_tell_what_ails_what_hangs_on_them():
    _, modules, meters = draw()
    by_meter = {one["attributes"].get("stream"): one for one in modules}
    told = set()
    for meter in meters:
        row = by_meter[meter["id"]]
        assert (row["lon"], row["state"]) == (meter["lon"], "active")
        for hour in (12, 23):
            if (said := judge(row, meter, hour)) is not None:
                words = re.search(r"out|on by day|no power|more than", said.en).group()
                told.add((meter["attributes"][METERED], meter["attributes"].get(FAULT), hour, words))
    assert told == {
        ("light", DEAD, 23, "out"), ("light", GREEDY, 23, "more than"), ("light", STUCK_ON, 12, "on by day"),
        ("camera", DEAD, 12, "no power"), ("camera", DEAD, 23, "no power"),
    }  # fmt: skip
    assert len(meters) == len({one["id"] for one in meters}) == 24


def test_everything_is_named_in_both_languages():
    poles, modules, meters = draw()
    districts = {one.code: Text(ko=one.name_ko, en=one.name_en) for one in list_districts()}
    sites = demo._draw_sites(make_generator(SEED), districts)
    for name in [*(one["name"] for one in (*poles, *modules, *meters)), *(one.name for one in sites)]:
        said = read_pair(name)
        assert re.search("[가-힣]", said.ko), name
        assert said.en != said.ko, name
        assert len(name) <= 100
