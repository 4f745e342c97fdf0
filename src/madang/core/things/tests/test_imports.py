"""A bureau brings its asset list: wrong rows are told apart, the rest arrives, and it can be undone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from madang.core.base.interface import HOUSE, Actor, Conflict, NotAllowed, Text
from madang.core.things.interface import (
    Kind,
    change_thing,
    count_things,
    get_import,
    get_thing,
    import_things,
    list_changes,
    list_imports,
    list_things,
    register_kind,
    register_thing,
    undo_import,
)

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
DEFAULTS = {"kind": "wifi", "agency_code": "11140", "state": "active"}


def lay_out_kinds():
    for code in ("wifi", "pole"):
        register_kind(actor=HOUSE, now=NOW, kind=Kind(code=code, name=Text(ko=code, en=code)))


@pytest.fixture
def kinds(db):
    lay_out_kinds()


def bring(rows, actor=HOUSE, now=NOW, **options):
    return import_things(actor=actor, now=now, rows=rows, defaults=DEFAULTS, source="list.csv", **options)


ROWS = [
    {"id": "W-1", "name": "시청광장", "lon": "126.9784", "lat": "37.5665", "설치층": "3"},
    {"id": "W-2", "name": "카메라 기둥", "kind": "pole", "installed_on": "2021-03-02"},
    {"id": "W-3", "name": "기둥 위", "parent_id": "W-2"},
]


def test_rows_arrive_with_defaults_places_and_unknown_columns_as_attributes(kinds):
    report = bring(ROWS)
    assert (report.rows_read, report.added, report.rejected) == (3, 3, ())
    thing = get_thing("W-1")
    assert (thing.state, thing.district_code, thing.attributes) == ("active", "11140", {"설치층": "3"})
    assert get_thing("W-3").parent_id == "W-2"
    assert get_import(report.batch_id).added == 3


def test_the_same_file_again_changes_nothing(kinds):
    bring(ROWS)
    again = bring(ROWS)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 3)
    assert len(list_changes("W-1")) == 1


def test_an_empty_cell_keeps_what_is_known(kinds):
    bring(ROWS)
    report = bring([{"id": "W-1", "name": "시청 서편", "lon": "", "lat": None}])
    thing = get_thing("W-1")
    assert (report.changed, thing.name, thing.lon, thing.attributes) == (
        1,
        "시청 서편",
        126.9784,
        {"설치층": "3"},
    )


def test_wrong_rows_are_rejected_each_with_its_reason(kinds):
    report = bring(
        [
            *ROWS,
            {"id": "W-1", "name": "again"},
            {"id": "", "name": "no id"},
            {"id": "W-5"},
            {"id": "W-6", "name": "x", "kind": "unicorn"},
            {"id": "W-7", "name": "x", "lon": "126.9"},
            {"id": "W-8", "name": "x", "parent_id": "W-9"},
            {"id": "W-9", "name": "x", "parent_id": "W-8"},
            {"id": "W-10", "name": "x", "parent_id": "nobody"},
        ]
    )
    assert (report.added, [reject.row for reject in report.rejected]) == (3, [4, 5, 6, 7, 8, 9, 10, 11])
    assert "1번째" in report.rejected[0].reason.ko
    assert len(get_import(report.batch_id).rejected) == 8


def test_a_dry_run_says_the_same_and_keeps_nothing(kinds):
    dry = bring(ROWS, dry_run=True)
    assert (dry.added, count_things(), list_imports()) == (3, 0, ())


def test_an_import_into_another_agency_is_rejected_row_by_row(kinds):
    actor = Actor(id="d", name="d", grants=frozenset({("things.import", "11140")}))
    report = bring([*ROWS, {"id": "X", "name": "x", "agency_code": "11680"}], actor=actor)
    assert (report.added, [reject.id for reject in report.rejected]) == (3, ["X"])
    with pytest.raises(NotAllowed):
        bring(ROWS, actor=Actor(id="n", name="n"))


def test_undo_takes_back_all_but_what_was_changed_since(kinds):
    bring(ROWS[:1])
    second = bring([{"id": "W-1", "name": "새 이름"}, *ROWS[1:], {"id": "W-4", "name": "x"}])
    later = NOW + timedelta(hours=1)
    change_thing(actor=HOUSE, now=later, thing_id="W-4", values={"name": "y"}, why="현장 확인")
    report = undo_import(actor=HOUSE, now=later, batch_id=second.batch_id)
    assert (report.removed, report.restored, report.kept) == (2, 1, ("W-4",))
    assert [thing.id for thing in list_things()] == ["W-1", "W-4"]
    assert get_thing("W-1").name == "시청광장"
    with pytest.raises(Conflict):
        undo_import(actor=HOUSE, now=later, batch_id=second.batch_id)


def test_undo_keeps_a_parent_that_others_hang_below(kinds):
    report = bring(ROWS)
    values = {"kind": "wifi", "name": "x", "agency_code": "11140", "parent_id": "W-2"}
    register_thing(actor=HOUSE, now=NOW, thing_id="later", values=values)
    undone = undo_import(actor=HOUSE, now=NOW, batch_id=report.batch_id)
    assert (undone.kept, undone.removed) == (("W-2",), 2)
    assert [thing.id for thing in list_things()] == ["W-2", "later"]


CELL = st.one_of(
    st.none(), st.text(max_size=12), st.floats(), st.integers(-(10**20), 10**20), st.lists(st.integers())
)
ROW = st.dictionaries(
    st.sampled_from(
        ["id", "name", "kind", "lon", "lat", "state", "installed_on", "parent_id", "attributes", "x"]
    ),
    CELL,
)


@pytest.mark.django_db
class AnyRows(TestCase):
    def setUp(self):
        lay_out_kinds()

    @settings(max_examples=60, deadline=None)
    @given(st.lists(ROW, max_size=6))
    def test_any_rows_are_taken_or_rejected_and_twice_is_once(self, rows):
        first = bring(rows)
        assert first.added + first.changed + first.unchanged + len(first.rejected) == len(rows)
        again = bring(rows)
        assert (again.added, again.changed) == (0, 0)
        undo_import(actor=HOUSE, now=NOW, batch_id=first.batch_id)
        assert count_things() == 0
