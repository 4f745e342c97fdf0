"""Emergency bells: pressed, they are one incident with the cameras around; tried out, they are noted; nothing is lost."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt import publish

from madang.core.base.interface import HOUSE
from madang.core.incidents.interface import IncidentFilter, close, get_incident, list_incidents
from madang.core.pages.testing import ListPageCases
from madang.core.things.interface import register_declared_kinds, register_thing
from madang.infrastructure.cctv.actions import import_cameras, take_rings
from madang.infrastructure.cctv.methods.ringing import Said, make_ring, read_ring
from madang.infrastructure.cctv.models import RingRow
from madang.infrastructure.cctv.pages.bells import LIST
from madang.infrastructure.cctv.queries.bells import list_bells, list_untried
from madang.infrastructure.cctv.queries.keeping import forget
from madang.infrastructure.cctv.records import BELL_KIND, Ring

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BELL = "BEL00002"
PRESSED = IncidentFilter(kind="bell_pressed", state="active")


def lay_out(number="B1", lat=37.5759):
    """Register a bell and two cameras, 11 m and about 1,100 m away."""
    rows = [
        {"자치구": "종로구", "주소": place, "위도": str(lat + away), "경도": "126.9769", "수량": "1"}
        for place, away in (("세종로 1", 0.0001), ("세종로 2", 0.01))
    ]
    register_declared_kinds(actor=HOUSE, now=NOW)
    import_cameras(actor=HOUSE, now=NOW, rows=rows, source="시험")
    values = {
        "kind": BELL_KIND,
        "name": "광장 비상벨 · Square bell",
        "agency_code": "city",
        "state": "active",
    }
    register_thing(
        actor=HOUSE, now=NOW, thing_id=number, values=values | {"lon": 126.9769, "lat": lat, "serial": number}
    )
    forget()


@pytest.mark.django_db
def test_a_pressed_bell_is_one_urgent_incident_that_names_the_cameras_around_it():
    lay_out()
    first = Ring(bell_id="B1", at=NOW)
    [number] = take_rings(now=NOW, rings=[first])
    assert take_rings(now=NOW, rings=[first, Ring(bell_id="B1", at=NOW + timedelta(seconds=9))]) == [number]
    incident = get_incident(actor=HOUSE, number=number)
    assert (incident.kind, incident.severity, incident.thing_id) == ("bell_pressed", "severe", "B1")
    assert incident.reason.ko == "광장 비상벨: 비상벨이 눌렸습니다"
    assert incident.evidence["cameras"].count(" m)") == 1
    assert RingRow.objects.count() == 2
    close(actor=HOUSE, now=NOW + timedelta(minutes=5), number=number, reason="도움을 받음")
    take_rings(now=NOW + timedelta(hours=9), rings=[Ring(bell_id="B1", at=NOW + timedelta(hours=9))])
    assert [one.thing_id for one in list_incidents(actor=HOUSE, where=PRESSED)] == ["B1"]


@pytest.mark.django_db
def test_a_test_is_noted_and_alarms_nobody_and_bells_without_one_for_a_quarter_are_listed():
    lay_out()
    assert [one.id for one in list_untried(NOW)] == ["B1"]
    assert take_rings(now=NOW, rings=[Ring(bell_id="B1", at=NOW, is_test=True)]) == []
    assert not list_incidents(actor=HOUSE, where=PRESSED)
    assert list_bells()[0][0].tested_at == NOW
    assert list_untried(NOW) == []
    assert [one.id for one in list_untried(NOW + timedelta(days=93))] == ["B1"]


@pytest.mark.django_db
def test_bells_that_nobody_registered_are_one_incident_that_says_so():
    numbers = take_rings(now=NOW, rings=[Ring(bell_id=one, at=NOW) for one in ("X1", "X2")])
    assert len(set(numbers)) == 1
    assert "등록되지 않은" in get_incident(actor=HOUSE, number=numbers[0]).reason.ko
    assert not RingRow.objects.exists()


@given(st.binary(max_size=200))
def test_whatever_a_bell_sends_is_a_press_unless_it_says_that_it_is_a_test(payload):
    ring = read_ring("B1", payload, NOW)
    assert not ring.is_test or b"is_test" in payload
    assert abs(ring.at - NOW) <= timedelta(days=7)


def test_a_clock_that_cannot_be_right_is_told_and_the_press_counts_as_of_now():
    for moment in (datetime(1970, 1, 1, tzinfo=UTC), NOW + timedelta(days=1), NOW.replace(tzinfo=None)):
        ring = make_ring("B1", Said(pressed_at=moment), NOW)
        assert ring.at == NOW
        assert "clock" in ring.fault.en
    assert read_ring("B1", b"", NOW).fault is None


def test_by_http_a_program_needs_the_permission_and_is_answered_the_incident(house):
    path = f"/api/cctv/bells/{BELL}/rings"
    assert httpx.post(house.url + path, json={}).status_code == 401
    assert house.sign_in("officer").post(path, json={}).status_code == 403
    operator = house.sign_in("operator")
    number = operator.post(path, json={}).json()["incident"]
    assert operator.get(f"/api/incidents/{number}").json()["thing_id"] == BELL
    assert operator.post(path, json={"is_test": True}).json() == {"incident": None}
    refused = operator.post(path, json={"pressed_at": "yesterday"})
    assert refused.status_code == 422
    assert refused.json()["code"]


def test_by_mqtt_a_press_is_an_incident_within_seconds(house):
    bells = {"BEL00003", "BEL00004"}
    told = [(f"bells/{one}", b"", 1, False) for one in bells]
    publish.multiple(told, hostname="127.0.0.1", port=house.mqtt_port)
    asked = {"kind": "bell_pressed", "state": "active", "limit": 100}
    deadline, operator = time.monotonic() + 20, house.sign_in("operator")
    found = set()
    while not bells <= found and time.monotonic() < deadline:
        time.sleep(0.2)
        found = {one["thing_id"] for one in operator.get("/api/incidents", params=asked).json()["incidents"]}
    assert bells <= found


@pytest.mark.django_db
class TestBells(ListPageCases):
    path = "/desk/cctv/bells/"
    list_page = LIST

    @pytest.fixture(autouse=True)
    def rows(self):
        lay_out()
        take_rings(now=NOW, rings=[Ring(bell_id="B1", at=NOW)])

    def test_the_list_says_when_a_bell_was_pressed(self, reader):
        assert "2026" in reader.get(self.path).content.decode()
