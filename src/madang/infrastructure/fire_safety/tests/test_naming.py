"""Places have a name in both languages."""

from __future__ import annotations

import pytest

from madang.core.base.interface import Text
from madang.infrastructure.fire_safety.methods.masking import mask_name
from madang.infrastructure.fire_safety.methods.naming import rank_floor, say_floor, say_place, say_room


@pytest.mark.parametrize(
    ("floor", "english"),
    [("3층", "3F"), ("지하 1층", "B1"), ("지하2층", "B2"), ("B1층", "B1"), ("옥상", "Roof"), ("로비 · Lobby", "Lobby"),
     ("중층", "중층"), ("L2", "L2"), ("", "")],
)  # fmt: skip
def test_a_floor_is_called_as_its_number(floor, english):
    assert say_floor(floor).en == english


@pytest.mark.parametrize(
    ("room", "english"), [("301호", "Room 301"), ("12호실", "Room 12"), ("식당 · Dining room", "Dining room"), ("식당", "식당")]
)  # fmt: skip
def test_a_room_is_called_as_its_number(room, english):
    assert say_room(room).en == english


def test_a_place_is_facility_floor_room_and_detector():
    said = say_place("3층", "301호", before="해맑은집 · Haemalgeun Home", after="d-1")
    assert said == Text(ko="해맑은집 3층 301호 d-1", en="Haemalgeun Home 3F Room 301 d-1")
    assert say_place("", "") == Text(ko="", en="")


def test_floors_stand_by_their_numbers():
    floors = ["3층", "10층", "지하 1층", "옥상", "지하 2층", "9층"]
    assert sorted(floors, key=rank_floor) == ["지하 2층", "지하 1층", "3층", "9층", "10층", "옥상"]


def test_both_languages_of_a_name_are_masked():
    assert mask_name("김당직 · Kim") == "김○○ · K○○"
    assert mask_name("김당직") == mask_name("김야간당직") == "김○○"
