"""A district registers a sensor, moves it, repairs it and takes it down; the history tells it all."""

from datetime import UTC, date, datetime, timedelta

import pytest

from madang.core.base.interface import HOUSE, Actor, BadInput, Conflict, NotAllowed, NotFound, Text
from madang.core.things.interface import (
    Kind,
    ThingFilter,
    change_thing,
    count_things,
    get_thing,
    get_things,
    list_changes,
    list_kinds,
    list_things,
    move_thing,
    register_kind,
    register_thing,
    retire_thing,
    summarize_due,
    summarize_states,
)
from madang.core.things.queries import get_version
from madang.core.things.registers import REGISTERS

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
OFFICER = Actor(
    id="officer-1",
    name="김담당",
    agency_code="11140",
    grants=frozenset({("things.change", "11140"), ("things.view", "11140")}),
)
CITY_HALL = {"lon": 126.9784, "lat": 37.5665}


@pytest.fixture
def kinds():
    air = Text(ko="대기 측정기", en="Air sensor")
    register_kind(actor=HOUSE, now=NOW, kind=Kind(code="air", name=air, table="air", service_life_years=7))


def register(thing_id="A-1", **values):
    values = {"kind": "air", "name": "시청 앞 측정기", "agency_code": "11140", **CITY_HALL, **values}
    return register_thing(actor=OFFICER, now=NOW, thing_id=thing_id, values=values)


def test_a_new_thing_gets_its_district_and_its_end_of_life(kinds):
    thing = register(installed_on="2024-02-29")
    assert (thing.district_code, thing.legal_dong_code[:5]) == ("11140", "11140")
    assert (thing.state, thing.due_on) == ("installed", date(2031, 2, 28))
    assert list_kinds()[0].table == "air"
    assert list_changes("A-1")[0].changes["name"] == (None, "시청 앞 측정기")


def test_every_change_is_kept_from_and_to_with_who_when_and_why(kinds):
    register(state="active")
    later = NOW + timedelta(days=1)
    change_thing(actor=OFFICER, now=later, thing_id="A-1", values={"state": "faulty"}, why="무응답")
    moved = move_thing(actor=OFFICER, now=later, thing_id="A-1", lon=127.0276, lat=37.4979, why="공사")
    assert moved.district_code.startswith("116")
    retire_thing(actor=OFFICER, now=later, thing_id="A-1", why="철거")
    history = list_changes("A-1")
    assert [change.action for change in history] == ["retire", "move", "change", "register"]
    assert history[2].changes == {"state": ("active", "faulty")}
    assert (history[2].actor_name, history[2].why, history[2].at) == ("김담당", "무응답", later)
    assert history[1].changes["district_code"][0] == "11140"


def test_changing_nothing_writes_no_history(kinds):
    register()
    version = get_version()
    change_thing(actor=OFFICER, now=NOW, thing_id="A-1", values={"name": "시청 앞 측정기"})
    assert (len(list_changes("A-1")), get_version()) == (1, version)


def test_a_retired_thing_cannot_become_active_again(kinds):
    register(state="active")
    retire_thing(actor=OFFICER, now=NOW, thing_id="A-1", why="철거")
    with pytest.raises(Conflict):
        change_thing(actor=OFFICER, now=NOW, thing_id="A-1", values={"state": "active"})
    assert get_thing("A-1").state == "retired"


def test_only_the_owner_s_officers_may_change_or_give_away(kinds):
    register()
    stranger = Actor(id="x", name="x", grants=frozenset({("things.change", "11680")}))
    with pytest.raises(NotAllowed):
        change_thing(actor=stranger, now=NOW, thing_id="A-1", values={"name": "mine"})
    with pytest.raises(NotAllowed):
        change_thing(actor=OFFICER, now=NOW, thing_id="A-1", values={"agency_code": "11680"})
    assert get_thing("A-1").agency_code == "11140"


@pytest.mark.parametrize(
    "values",
    [
        {"lon": 126.9, "lat": None},
        {"lon": float("nan"), "lat": 37.5},
        {"lat": 137.0},
        {"kind": "unicorn"},
        {"name": ""},
        {"name": "a\x00b"},
        {"installed_on": "2024-13-01"},
        {"service_life_years": 0},
        {"parent_id": "nobody"},
        {"colour": "red"},
    ],
)
def test_a_wrong_value_is_refused_and_nothing_is_kept(kinds, values):
    with pytest.raises(BadInput):
        register(**values)
    assert count_things() == 0


@pytest.mark.parametrize("thing_id", ["", "has space", "a/b", "x" * 65, "a\x00"])
def test_a_wrong_id_is_refused(kinds, thing_id):
    with pytest.raises(BadInput):
        register(thing_id)


def test_the_same_id_twice_is_a_conflict(kinds):
    register()
    with pytest.raises(Conflict):
        register()


def test_a_thing_cannot_hang_below_itself(kinds):
    register("pole")
    register("camera", parent_id="pole")
    with pytest.raises(BadInput):
        change_thing(actor=OFFICER, now=NOW, thing_id="pole", values={"parent_id": "camera"})


def test_lists_filter_by_kind_owner_place_state_and_words(kinds):
    register("A-1", serial="SN100", state="active", installed_on="2020-01-01")
    register("B-2", name="강남역 측정기", lon=127.0276, lat=37.4979, address="강남대로 396")
    found = {
        "state": ThingFilter(state="active"),
        "district": ThingFilter(district_code="11140"),
        "bbox": ThingFilter(bbox=(126.9, 37.5, 127.0, 37.6)),
        "serial": ThingFilter(text="sn100"),
        "words": ThingFilter(text="측정기 시청"),
        "due": ThingFilter(due_before=date(2028, 1, 1)),
    }
    assert {name: [t.id for t in list_things(where)] for name, where in found.items()} == {
        name: ["A-1"] for name in found
    }
    assert [thing.id for thing in list_things(sort="-name")] == ["A-1", "B-2"]
    assert [thing.id for thing in list_things(limit=1, offset=1)] == ["B-2"]
    register("C-3", lon=None, lat=None)
    assert [thing.id for thing in list_things(sort="-id", offset=1)] == ["B-2", "A-1"]
    assert [thing.id for thing in list_things(ThingFilter(is_placed=True))] == ["A-1", "B-2"]
    assert [thing.id for thing in list_things(ThingFilter(is_placed=False))] == ["C-3"]
    assert count_things(ThingFilter(text="강남")) == 1
    assert set(get_things(["A-1", "nobody"])) == {"A-1"}


def test_summaries_count_states_and_replacements(kinds):
    register("A-1", state="active", installed_on="2020-01-01")
    register("A-2", state="active", installed_on="2020-05-01")
    register("A-3", state="retired", installed_on="2020-05-01")
    assert [(row.state, row.count) for row in summarize_states()] == [("active", 2), ("retired", 1)]
    assert [(row.year, row.count) for row in summarize_due()] == [(2027, 2)]


def test_the_lake_sees_rows_with_the_declared_columns_and_a_version_that_moves(kinds):
    (declared,) = REGISTERS
    before = declared.version()
    register(attributes={"높이": 3})
    (row,) = declared.rows()
    assert set(row) == {column.name for column in declared.table.columns}
    assert row["attributes"] == '{"높이":3}'
    assert declared.version() != before


def test_an_unknown_thing_is_not_found():
    with pytest.raises(NotFound):
        get_thing("nobody")
