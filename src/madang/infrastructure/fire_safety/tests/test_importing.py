"""Lists of facilities, rooms and detectors: what can be taken is, the rest is told line by line, a trial changes nothing."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from madang.core.base.interface import HOUSE, BadInput, Text, now
from madang.core.pages.testing import PageCases
from madang.core.people.interface import AgencyRecord, register_agency
from madang.core.things.interface import read_table
from madang.infrastructure.fire_safety.actions import import_list
from madang.infrastructure.fire_safety.methods.lists import MOST_ROWS, Listed
from madang.infrastructure.fire_safety.queries import get_facility, list_detectors, list_facilities
from madang.infrastructure.fire_safety.records import FacilityKind, SignalKind

from .facilities import FACILITY, register

PAGE = "/desk/fire_safety/facilities/import/"
FACILITIES = """코드,이름,대상,기관,주소,위도,경도
haemalgeun,해맑은요양원,노인,11110,종로구 시험로 2,37.58,126.98
bada,바다의집 · Sea House,장애인시설,종로구,,37.57,126.99
swapped,뒤바뀐집,아동,11110,,126.98,37.58
nowhere,아무데,노인,없는구,,37.5,127
odd,이상한집,식당,11110,,37.5,127
bada,바다의집 둘,아동,11110,,37.5,127
한글코드,이름,노인,11110,,37.5,127
,이름만,노인,11110,,37.5,127
comma,쉼표,노인,11110,,"37,5",127
"""


@pytest.fixture(autouse=True)
def city(db):
    jongno = AgencyRecord(code="11110", name=Text(ko="종로구", en="Jongno-gu"), kind="district")
    register_agency(actor=HOUSE, now=now(), agency=jongno)
    register(now())


def bring(what: Listed, text: str, *, is_trial: bool = False):
    table = read_table(text.encode(), "list.csv")
    return import_list(actor=HOUSE, now=now(), what=what, table=table, source="list.csv", is_trial=is_trial)


def count(brought):
    return brought.new, brought.changed, brought.same, [line for line, *_ in brought.refused]


def test_rows_that_cannot_be_taken_are_told_and_stop_no_other():
    before = get_facility(HOUSE, FACILITY.code)
    trial = bring(Listed.FACILITIES, FACILITIES, is_trial=True)
    assert count(trial) == (1, 1, 0, [4, 5, 6, 7, 8, 9, 10])
    assert get_facility(HOUSE, FACILITY.code) == before
    assert list_facilities(actor=HOUSE)[1] == 1
    brought = bring(Listed.FACILITIES, FACILITIES)
    assert count(brought) == count(trial)
    why = {line: text.ko for line, _, text in brought.refused}
    assert why[4].startswith("‘위도’ 값을")
    assert "없는구" in why[5]
    assert "식당" in why[6]
    assert "3번째 줄" in why[7]
    known, new = get_facility(HOUSE, FACILITY.code), get_facility(HOUSE, "bada")
    assert (known.address, known.rooms, known.contacts) == ("종로구 시험로 2", before.rooms, before.contacts)
    assert (new.name, new.kind, new.agency_code) == ("바다의집 · Sea House", FacilityKind.DISABLED, "11110")
    assert count(bring(Listed.FACILITIES, FACILITIES))[:3] == (0, 0, 2)


def test_rooms_and_detectors_come_as_lists_too():
    rooms = (
        "시설코드,층,방,가로,세로,너비,높이,인원,들어서 옮겨야 하는 사람\n"
        "haemalgeun,3층,301호,,,,,6,3\nhaemalgeun,2층,201호,0,0,6,5,2,\n"
        "haemalgeun,2층,202호,0,0,6,5,1,2\nnobody,2층,201호,0,0,6,5,1,0\nhaemalgeun,2층,203호,0,0,,,1,0\n"
    )
    assert count(bring(Listed.ROOMS, rooms)) == (1, 1, 0, [4, 5, 6])
    found = {one.name: one for one in get_facility(HOUSE, FACILITY.code).rooms}
    assert (found["301호"].people, found["301호"].needs) == (6, {"carry": 3, "oxygen": 1})
    assert set(found) == {"301호", "302호", "식당", "201호"}
    detectors = (
        "facility,devEui,kind,floor,room,x,y\nhaemalgeun,n1,연기 감지기,2층,201호,1,1\nhaemalgeun,d301,smoke,,,,\n"
        "haemalgeun,n2,sprinkler,2층,,1,1\nhaemalgeun,n3,열,2층,201호,-1,1\nnobody,n4,열,,,,\n"
    )
    assert count(bring(Listed.DETECTORS, detectors)) == (1, 0, 1, [4, 5, 6])
    hung = {one.id: one for one in list_detectors(HOUSE, FACILITY.code)}
    assert (hung["n1"].kind, hung["n1"].room, hung["d301"].room) == (SignalKind.SMOKE, "201호", "301호")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("이름,대상\n가,노인\n", "코드"),
        ("코드,코드,이름,대상,기관,위도,경도\na,b,c,노인,11110,1,1\n", "겹칩니다"),
        ("코드,이름,대상,기관,위도,경도\n" + "a,b,노인,11110,1,1\n" * (MOST_ROWS + 1), f"{MOST_ROWS:,}"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_whole(text, why):
    with pytest.raises(BadInput) as refused:
        bring(Listed.FACILITIES, text)
    assert why in refused.value.text.ko


class TestPage(PageCases):
    path = PAGE

    def test_it_is_looked_at_first_and_then_brought(self, reader):
        file = SimpleUploadedFile("시설.csv", FACILITIES.encode("cp949"))
        looked = reader.post(PAGE, {"what": "facilities", "file": file}).content.decode()
        assert list_facilities(actor=HOUSE)[1] == 1
        kept = dict(re.findall(r'name="(what|name|kept)" value="([^"]*)"', looked))
        assert kept["name"] == "시설.csv"
        done = reader.post(PAGE, {**kept, "do": "bring"})
        assert list_facilities(actor=HOUSE)[1] == 2
        assert "없는구" in done.content.decode()

    @pytest.mark.parametrize("kept", ["", "%%%", "aGk="])
    def test_what_is_no_list_is_told(self, reader, kept):
        data = {"what": "facilities", "name": "x.csv", "kept": kept, "do": "bring"}
        assert reader.post(PAGE, data).status_code == 422
        assert reader.post(PAGE, {**data, "what": "moons"}).status_code == 422
