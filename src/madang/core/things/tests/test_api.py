"""Another system keeps its devices in the register over HTTP; what it may not do comes back as a refusal."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from madang.core.base.interface import ANONYMOUS, HOUSE, Actor, Text
from madang.core.pages.interface import build_openapi, build_starlette_routes
from madang.core.things.api import ROUTES
from madang.core.things.interface import Kind, register_kind

pytestmark = pytest.mark.django_db(transaction=True)
READER = Actor(id="r", name="r", grants=frozenset({("things.view", "*")}))
THING = {"kind": "air", "name": "시청 앞", "agency_code": "11140", "lon": 126.9784, "lat": 37.5665}


def visit(actor):
    return TestClient(Starlette(routes=build_starlette_routes(ROUTES, lambda request: actor)))


@pytest.fixture
def house():
    now = datetime(2026, 11, 23, tzinfo=UTC)
    register_kind(actor=HOUSE, now=now, kind=Kind(code="air", name=Text(ko="공기", en="Air")))
    return visit(HOUSE)


def test_a_device_is_registered_changed_found_and_retired(house):
    made = house.post("/api/things", json={"id": "A-1", "values": THING}).json()
    assert (made["district_code"], made["state"]) == ("11140", "planned")
    house.patch("/api/things/one/A-1", json={"values": {"state": "active"}, "why": "개통"})
    page = house.get("/api/things", params={"state": "active", "bbox": "126,37,127,38"}).json()
    assert (page["total"], page["things"][0]["id"]) == (1, "A-1")
    house.post("/api/things/one/A-1/retire", json={"why": "철거"})
    history = house.get("/api/things/one/A-1/history").json()
    assert [change["action"] for change in history] == ["retire", "change", "register"]
    assert house.get("/api/things/summary").json() == [{"kind": "air", "state": "retired", "count": 1}]
    assert house.get("/api/things/kinds").json()[0]["code"] == "air"


def test_many_rows_come_at_once_and_each_refusal_is_said(house):
    rows = [{"id": "B-1", "name": "가"}, {"id": "B-2"}]
    defaults = {"kind": "air", "agency_code": "11140"}
    report = house.post("/api/things/import", json={"rows": rows, "defaults": defaults}).json()
    assert (report["added"], [reject["row"] for reject in report["rejected"]]) == (1, [2])


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/api/things/one/nobody", None, 404),
        ("GET", "/api/things/one/nobody/history", None, 404),
        ("GET", "/api/things?bbox=1,2,3", None, 422),
        ("GET", "/api/things?bbox=nan,2,3,4", None, 200),
        ("GET", "/api/things?offset=9223372036854775807", None, 200),
        ("POST", "/api/things", {"id": "a b", "values": THING}, 422),
        ("POST", "/api/things", {"id": "a", "values": {"lon": 10**400}}, 422),
        ("POST", "/api/things", {"id": "a", "values": {"unknown": 1}}, 422),
        ("PATCH", "/api/things/one/nobody", {"values": {}}, 404),
    ],
)
def test_what_is_wrong_is_refused_clearly(house, method, path, body, status):
    reply = house.request(method, path, json=body)
    assert reply.status_code == status, reply.text


def test_nobody_reads_or_changes_without_permission(house):
    assert visit(ANONYMOUS).get("/api/things").status_code == 401
    assert visit(READER).get("/api/things").status_code == 200
    assert visit(READER).post("/api/things", json={"id": "A-1", "values": THING}).status_code == 403


def test_every_route_is_described():
    described = build_openapi(ROUTES)["paths"]
    assert sum(map(len, described.values())) == len(ROUTES)
