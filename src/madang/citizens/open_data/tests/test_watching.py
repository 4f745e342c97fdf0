"""Uses by the doors that need no key: counted per dataset, without the answer waiting for it."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.testclient import TestClient

from madang.citizens.open_data.actions.counting import UseCounter
from madang.citizens.open_data.hot import WATCHES, watching
from madang.core.base.interface import ANONYMOUS, Actor, NotFound, Text
from madang.core.pages.interface import Route, build_starlette_routes

STAFF = Actor(id="1", name="담당", agency_code="11110")


@pytest.fixture
def counted(monkeypatch):
    counter = UseCounter(every_s=100.0)  # no thread writes by itself while a test runs
    monkeypatch.setattr(watching, "counter", counter)
    return counter


def answer(request, _query, _body):
    if request.path_params.get("name") == "nowhere":
        raise NotFound("x", "없습니다", "there is none")
    return Response("a")


def make_client(actor):
    paths = sorted(path for one in WATCHES for path in one.paths)
    routes = [Route("GET", path, answer, "public", Text(ko="시험", en="test")) for path in paths]
    return TestClient(Starlette(routes=build_starlette_routes(routes, lambda _: actor, WATCHES)))


def test_each_door_counts_under_its_own_name(counted):
    client = make_client(ANONYMOUS)
    for path in (
        "/datasets/shops.csv",
        "/datasets/shops.gpkg",
        "/api/datasets/shops/rows",
        "/ogc/collections/shops/items",
    ):
        assert client.get(path).status_code == 200
    assert counted._uses == {("shops", "download"): 2, ("shops", "api"): 1, ("shops", "ogc"): 1}


def test_what_takes_nothing_anew_is_no_use(counted):
    client = make_client(ANONYMOUS)
    client.head("/datasets/shops.csv")
    client.get("/datasets/nowhere.csv")
    client.get("/datasets/shops.csv", headers={"Range": "bytes=500-"})
    make_client(STAFF).get("/datasets/shops.csv")
    assert not counted._uses
    client.get("/datasets/shops.csv", headers={"Range": "bytes=0-499"})
    assert counted._uses == {("shops", "download"): 1}


def test_an_answer_does_not_fail_for_what_is_told_of_it(counted, monkeypatch):
    monkeypatch.setattr(counted, "add", None)
    assert make_client(ANONYMOUS).get("/datasets/shops.csv").status_code == 200
