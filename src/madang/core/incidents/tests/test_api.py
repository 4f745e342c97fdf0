"""A detector of another system reports over HTTP, and an operator's program answers."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from madang.core.base.interface import ANONYMOUS, HOUSE
from madang.core.incidents.actions import save_target
from madang.core.incidents.api import ROUTES
from madang.core.incidents.interface import Channel, Target
from madang.core.pages.interface import build_openapi, build_starlette_routes

from .conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)
FINDING = {
    "key": "smoke:1",
    "kind": "smoke",
    "severity": "severe",
    "found_at": "2026-11-23T12:00:00+09:00",
    "reason": {"ko": "연기", "en": "smoke"},
    "agency_code": "11140",
}


def visit(actor):
    return TestClient(Starlette(routes=build_starlette_routes(ROUTES, lambda request: actor)))


@pytest.fixture
def house():
    client = visit(HOUSE)
    client.post("/api/incidents/findings", json={"findings": [FINDING, FINDING | {"key": "smoke:2"}]})
    return client


def test_the_same_report_again_changes_nothing(house):
    report = house.post("/api/incidents/findings", json={"findings": [FINDING]}).json()
    assert (report["repeated"], report["opened"]) == (1, 0)


def test_an_incident_is_worked_on_to_its_end(house):
    target = Target(name="119", channel=Channel.WEBHOOK, address="https://dispatch.example/", on_request=True)
    target_id = save_target(actor=HOUSE, now=NOW, target=target).id
    steps = [
        ("acknowledge", {}, "acknowledged"),
        ("start", {}, "in_progress"),
        ("assign", {"role": "officer"}, "in_progress"),
        ("comment", {"note": "도착"}, "in_progress"),
        ("hand-over", {"target_id": target_id}, "in_progress"),
        ("close", {"reason": "진화"}, "closed"),
        ("reopen", {"note": "재발화"}, "open"),
        ("merge", {"into": 2}, "open"),
    ]
    for verb, body, state in steps:
        reply = house.post(f"/api/incidents/1/{verb}", json=body)
        assert (reply.status_code, reply.json().get("state")) == (200, state), reply.text
    assert house.get("/api/incidents/1").json()["merged_into"] == 2
    events = [entry["event"] for entry in house.get("/api/incidents/1/timeline").json()]
    assert events[-1] == "merged"
    assert house.get("/api/hand-overs", params={"number": 1, "state": "waiting"}).json()["total"] == 1


def test_lists_and_counts(house):
    page = house.get("/api/incidents", params={"state": "active", "severity": "severe", "limit": 1}).json()
    assert (page["total"], len(page["incidents"])) == (2, 1)
    assert house.get("/api/incidents/summary").json()[0]["count"] == 2


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/api/incidents/99", None, 404),
        ("GET", "/api/incidents/99999999999999999999999999", None, 404),
        ("POST", "/api/incidents/1/close", {"reason": ""}, 422),
        ("POST", "/api/incidents/1/close", {"reason": "x", "resolution": "merged"}, 422),
        ("POST", "/api/incidents/1/merge", {"into": 1}, 422),
        ("POST", "/api/incidents/1/hand-over", {"target_id": 99}, 404),
        ("POST", "/api/incidents/1/reopen", {"note": "x"}, 409),
        ("POST", "/api/incidents/findings", {"findings": [{"key": "x"}]}, 422),
        ("POST", "/api/incidents/findings", {"findings": [FINDING | {"key": "x" * 5000}]}, 200),
        ("POST", "/api/incidents/findings", {"findings": [FINDING | {"lon": 1e308, "lat": 1e308}]}, 200),
        (
            "POST",
            "/api/incidents/findings",
            {"findings": [FINDING | {"found_at": "0001-01-01T00:00:00"}]},
            200,
        ),
    ],
)
def test_what_is_wrong_is_refused_clearly(house, method, path, body, status):
    reply = house.request(method, path, json=body)
    assert reply.status_code == status, reply.text


def test_nobody_reads_or_answers_without_permission(house, operator):
    assert visit(ANONYMOUS).get("/api/incidents").status_code == 401
    client = visit(operator)
    assert client.get("/api/incidents").json()["total"] == 2
    assert client.get("/api/hand-overs").status_code == 403


def test_every_route_is_described():
    described = build_openapi(ROUTES)["paths"]
    assert sum(map(len, described.values())) == len(ROUTES)


def test_a_filter_that_is_none_is_refused_rather_than_answered_with_everything(house):
    for wrong in ("severity=x", "state=gone"):
        reply = house.get(f"/api/incidents?{wrong}")
        assert (reply.status_code, reply.json()["code"]) == (422, "input.wrong")
    assert house.get("/api/incidents?severity=severe&state=active").json()["total"] == 2
    assert house.get("/api/incidents?severity=&state=").json()["total"] == 2


def test_blanks_that_look_like_nothing_are_no_reason(house):
    for blank in ("\u3164", "\u200b \u2060", "\u115f"):
        reply = house.post("/api/incidents/1/close", json={"reason": blank})
        assert (reply.status_code, reply.json()["code"]) == (422, "incident.note")
