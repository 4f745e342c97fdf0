"""Power, progress and the best sites: what must hold for any poles."""

from __future__ import annotations

from datetime import datetime
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.core.base.interface import CITY_TIMEZONE, measure_m
from madang.infrastructure.smart_poles.methods.faults import find_fault
from madang.infrastructure.smart_poles.methods.power import find_room_w, measure_feeder, measure_pole
from madang.infrastructure.smart_poles.methods.programme import sum_by_district, sum_by_year
from madang.infrastructure.smart_poles.methods.siting import choose_sites, score_sites
from madang.infrastructure.smart_poles.records import (
    Condition,
    Feeder,
    Module,
    ModuleType,
    Pole,
    Site,
    Wishes,
)


def make_pole(number, *modules, state="active", year=2022, supply_w=3000.0, district="11110"):
    return Pole(
        id=f"P{number}", name="", agency_code=district, district_code=district, state=state, year=year, feeder="F",
        supply_w=supply_w, lon=127.0, lat=37.5,
        modules=tuple(
            Module(id=f"P{number}-M{at}", pole_id=f"P{number}", type=kind, name="", rated_w=watts, state="active")
            for at, (kind, watts) in enumerate(modules)
        ),
    )  # fmt: skip


def test_a_pole_counts_what_it_carries():
    pole = make_pole(1, (ModuleType.LIGHT, 120), (ModuleType.BELL, 10), (ModuleType.DRONE_CHARGER, 1000))
    load = measure_pole(pole)
    assert (load.rated_w, load.expected_w, load.allowed_w) == (1130, 120 + 1 + 500, 3000)
    feeder = Feeder(code="F", name="", capacity_w=1000)
    assert find_room_w(pole, None, []) == 3000 - 621
    assert find_room_w(pole, feeder, [pole]) == 1000 - (120 + 1 + 0.7 * 500)
    assert find_room_w(pole, feeder, [pole] * 3) == 0
    # A module is let in by what it is counted with, as those that hang there are.
    charger = find_room_w(pole, feeder, [pole], ModuleType.DRONE_CHARGER)
    full = make_pole(3, (ModuleType.DRONE_CHARGER, charger))
    assert round(measure_feeder(feeder, [pole, full]).expected_w, 6) == feeder.capacity_w
    assert find_room_w(pole, None, [], ModuleType.BELL) == 10 * (3000 - 621)
    assert measure_feeder(feeder, [make_pole(2, (ModuleType.LIGHT, 100), state="retired")]).expected_w == 0


@pytest.mark.parametrize(
    ("kind", "rated_w", "power_w", "hour", "said"),
    [
        (ModuleType.LIGHT, 120, 0, 22, "is out though it is night"),
        (ModuleType.LIGHT, 120, 0, 4, "is out though it is night"),
        (ModuleType.LIGHT, 120, 0, 12, ""),
        (ModuleType.LIGHT, 120, 118, 22, ""),
        (ModuleType.LIGHT, 120, 118, 12, "is on by day"),
        (ModuleType.LIGHT, 120, 118, 18, ""),
        (ModuleType.CAMERA, 25, 1, 12, "has no power"),
        (ModuleType.CAMERA, 25, 31, 12, "more than the 25 W"),
        (ModuleType.EV_CHARGER, 7000, 0, 12, ""),
        (ModuleType.BELL, 0, 5, 12, ""),
    ],
)
def test_what_a_module_draws_tells_its_faults(kind, rated_w, power_w, hour, said):
    pole = make_pole(1, (kind, rated_w))
    at = datetime(2026, 6, 1, hour, 30, tzinfo=CITY_TIMEZONE)
    fault = find_fault(pole, pole.modules[0], Condition(heard_at=at, power_w=power_w), at)
    assert (said in fault.en) if said else fault is None


def test_the_reports_programme():
    lots = [("active", 2020, 142), ("active", 2022, 57), ("planned", 2022, 101)]
    poles = [
        make_pole(f"{year}{n}", state=state, year=year) for state, year, count in lots for n in range(count)
    ]
    targets = {(2020, "11110"): 142, (2022, "11110"): 158}
    years = sum_by_year(targets, poles)
    assert [(one.name, one.planned, one.built, one.under_way) for one in years] == [
        ("2020", 142, 142, 0),
        ("2022", 158, 57, 101),
    ]
    district = sum_by_district(targets, poles)["11110"]
    assert (district.planned, district.built, round(district.rate, 1)) == (300, 199, 66.3)
    assert sum_by_district(targets, poles, 2022)["11110"].built == 57


sites = st.lists(
    st.builds(
        lambda x, y, footfall, accidents, cost, district: (x, y, footfall, accidents, cost, district),
        st.integers(0, 6), st.integers(0, 6), st.integers(0, 50), st.integers(0, 9), st.integers(1, 40), st.sampled_from("AB"),
    ),
    min_size=1, max_size=9,
).map(
    lambda rows: [
        Site(
            code=f"J{n}", name="", district_code=district, lon=127 + x / 500, lat=37.5 + y / 500, footfall=footfall,
            accidents=accidents, night_calls=0, cost=cost,
        )
        for n, (x, y, footfall, accidents, cost, district) in enumerate(rows)
    ]
)  # fmt: skip


def is_allowed(chosen, poles, wishes):
    places = [(one.site.lon, one.site.lat) for one in chosen]
    near = any(measure_m(*one, *other) < wishes.spacing_m for one, other in combinations(places, 2))
    near |= any(measure_m(*one, *pole) < wishes.spacing_m for one in places for pole in poles)
    districts = [one.site.district_code for one in chosen]
    full = any(districts.count(name) > wishes.most_in_district for name in districts)
    return (
        not near
        and not full
        and len(chosen) <= wishes.most
        and sum(o.site.cost for o in chosen) <= wishes.budget
    )


@settings(max_examples=25, deadline=None)
@given(sites, st.integers(0, 120), st.integers(0, 400), st.integers(1, 5), st.integers(1, 3))
def test_no_other_choice_is_better(candidates, budget, spacing_m, most, in_district):
    wishes = Wishes(budget=budget, spacing_m=spacing_m, most=most, most_in_district=in_district)
    poles = [(127.0, 37.5)]
    choice = choose_sites(candidates, poles, wishes)
    assert choice.is_proved
    assert is_allowed(choice.chosen, poles, wishes)
    scored = score_sites(candidates, poles, wishes)
    best = max(
        sum(one.score for one in subset)
        for size in range(len(scored) + 1)
        for subset in combinations(scored, size)
        if is_allowed(subset, poles, wishes)
    )
    assert abs(choice.score - best) < 1e-4


def test_weights_say_what_counts():
    quiet = Site(
        code="Q",
        name="",
        district_code="A",
        lon=127.0,
        lat=37.5,
        footfall=1,
        accidents=9,
        night_calls=0,
        cost=1,
    )
    busy = Site(
        code="B",
        name="",
        district_code="A",
        lon=127.1,
        lat=37.5,
        footfall=9,
        accidents=1,
        night_calls=0,
        cost=1,
    )
    only_one = {"budget": 10.0, "most": 1, "far_from_poles": 0.0}
    assert choose_sites([quiet, busy], [], Wishes(**only_one, accidents=0)).chosen[0].site.code == "B"
    assert choose_sites([quiet, busy], [], Wishes(**only_one, footfall=0)).chosen[0].site.code == "Q"
    assert choose_sites([], [], Wishes(budget=1)).chosen == ()
