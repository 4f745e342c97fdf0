"""A service declares routes; a stranger sends them anything; nothing ever answers with a fault."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient

from madang.core.base.interface import ANONYMOUS, Actor, Conflict, MadangError, Text
from madang.core.pages.interface import Route, build_openapi, build_starlette_routes, render_error


class Search(msgspec.Struct, frozen=True, kw_only=True):
    q: str = ""
    limit: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20
    district: list[str] = []


class Sensor(msgspec.Struct, frozen=True, kw_only=True):
    sensor_id: str
    height_m: float


def list_sensors(request: Request, query: Search, body: None) -> list[Sensor]:
    return [Sensor(sensor_id=name, height_m=3.0) for name in query.district[: query.limit]]


async def register_sensor(request: Request, query: None, body: Sensor) -> Sensor:
    if body.sensor_id == "taken":
        raise Conflict("sensor.exists", "이미 있습니다", "it exists already", sensor_id=body.sensor_id)
    return body


def fail(request: Request, query: None, body: None) -> None:
    raise RuntimeError("secret inside")


def name_reader(request: Request, query: Search, body: None) -> dict[str, str]:
    return {"reader": request.state.actor.name}


def refuse(request: Request, error: MadangError) -> Response:
    return Response(f"refused: {error.code}", 418)


TITLE = Text(ko="센서", en="Sensors")
ROUTES = [
    Route(
        "GET", "/api/sensors", list_sensors, "public", TITLE, query=Search, returns=list[Sensor], tags=("x",)
    ),
    Route("POST", "/api/sensors", register_sensor, "sensors.write", TITLE, body=Sensor, returns=Sensor),
    Route("GET", "/api/sensors/{sensor_id}", fail, "public", TITLE),
    Route("GET", "/api/reader", name_reader, "public", TITLE, query=Search, readable_anywhere=True),
    Route("PUT", "/api/reader", name_reader, "signed-in", TITLE),
    Route("GET", "/other", name_reader, "public", TITLE, query=Search, cross_origin=True, refuse=refuse),
]
ELSEWHERE = {"origin": "https://elsewhere.example"}


def authenticate(request: Request) -> Actor:
    token = request.headers.get("authorization", "")
    if token == "Bearer writer":
        return Actor(id="w", name="Writer", grants=frozenset({("sensors.write", "*")}))
    return Actor(id="r", name="Reader") if token or "session" in request.cookies else ANONYMOUS


WRITER = {"authorization": "Bearer writer"}


@pytest.fixture(scope="module")
def client() -> Any:
    app = Starlette(
        routes=build_starlette_routes(ROUTES, authenticate), exception_handlers={Exception: render_error}
    )
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


def test_repeated_parameters_become_a_list_and_blank_ones_count_as_absent(client: TestClient) -> None:
    reply = client.get("/api/sensors?district=11110&district=11140&limit=&q=")
    assert [sensor["sensor_id"] for sensor in reply.json()] == ["11110", "11140"]


@pytest.mark.parametrize("value", ["0", "many", "1e400", "9" * 40, "%00"])
def test_a_wrong_parameter_is_named(client: TestClient, value: str) -> None:
    reply = client.get(f"/api/sensors?limit={value}", headers={"accept-language": "en-GB,ko;q=0.5"})
    assert reply.status_code == 422
    assert reply.json()["details"]["field"] == "limit"
    assert reply.json()["message"].startswith("'limit' can't be taken")


def test_a_wrong_body_is_named_in_korean(client: TestClient) -> None:
    reply = client.post("/api/sensors", content=b'{"sensor_id":"a","height_m":"tall"}', headers=WRITER)
    assert (reply.status_code, reply.json()["details"]["field"]) == (422, "height_m")
    assert reply.json()["message"] == (
        "‘height_m’ 값을 받아들일 수 없습니다: 수가 와야 할 자리에 글자가 왔습니다"
    )
    assert (
        client.post("/api/sensors", content=b'{"height_m":1}', headers=WRITER).json()["details"]["field"]
        == "sensor_id"
    )


def test_nobody_is_asked_to_sign_in_and_somebody_without_permission_is_refused(client: TestClient) -> None:
    assert client.post("/api/sensors", content=b"{").status_code == 401
    assert client.post("/api/sensors", content=b"{", headers={"authorization": "Bearer r"}).status_code == 403
    assert (
        client.post("/api/sensors", json={"sensor_id": "a", "height_m": 2}, headers=WRITER).status_code == 200
    )


def test_another_sites_page_cannot_use_a_visitors_cookie(client: TestClient) -> None:
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}):
        reply = client.post("/api/sensors", content=b"{}", headers=headers)
        assert reply.json()["code"] == "request.cross_site"


def test_another_sites_page_reads_as_nobody_unless_it_brings_a_token(client: TestClient) -> None:
    own = client.get("/api/reader", headers={"authorization": "Bearer r", "origin": "http://testserver"})
    assert (own.json(), own.headers["vary"]) == ({"reader": "Reader"}, "Origin")
    assert "access-control-allow-origin" not in own.headers
    with_token = client.get("/api/reader", headers={**ELSEWHERE, "authorization": "Bearer r"})
    assert (with_token.json(), with_token.headers["access-control-allow-origin"]) == (
        {"reader": "Reader"},
        "*",
    )
    client.cookies.set("session", "of the reader")
    assert client.get("/api/reader").json() == {"reader": "Reader"}
    foreign = client.get("/api/reader", headers=ELSEWHERE)
    client.cookies.clear()
    assert (foreign.json()["reader"], foreign.headers["access-control-allow-origin"]) == (ANONYMOUS.name, "*")


def test_a_browser_is_told_which_methods_another_site_may_use(client: TestClient) -> None:
    asked = client.options("/api/reader", headers={**ELSEWHERE, "access-control-request-method": "GET"})
    assert (asked.status_code, asked.headers["access-control-allow-methods"]) == (204, "GET")
    refused = client.delete("/api/reader")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, PUT")


def test_a_refused_method_is_told_every_method_of_its_address(client: TestClient) -> None:
    refused = client.delete("/api/sensors")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, POST")
    assert client.head("/api/sensors").status_code == 200


def test_an_address_refuses_in_its_own_protocol_before_its_endpoint(client: TestClient) -> None:
    for reply in (client.get("/other?limit=x"), client.get("/other?q=%00"), client.post("/other")):
        assert (reply.status_code, reply.text[:9]) == (418, "refused: ")
        assert reply.headers["access-control-allow-origin"] == "*"


def test_a_refusal_carries_its_code_status_and_details(client: TestClient) -> None:
    reply = client.post("/api/sensors", json={"sensor_id": "taken", "height_m": 2}, headers=WRITER)
    assert reply.status_code == 409
    assert reply.json() == {
        "code": "sensor.exists",
        "message": "이미 있습니다",
        "details": {"sensor_id": "taken"},
    }


def test_a_fault_of_ours_tells_a_number_and_nothing_else(client: TestClient) -> None:
    reply = client.get("/api/sensors/7")
    assert (reply.status_code, reply.json()["code"]) == (500, "house.fault")
    assert "secret" not in reply.text


def test_other_media_and_large_bodies_are_refused(client: TestClient) -> None:
    headers = {**WRITER, "content-type": "text/csv"}
    assert client.post("/api/sensors", content=b"a,b", headers=headers).status_code == 415
    assert client.post("/api/sensors", content=b" " * (16 * 2**20 + 1), headers=WRITER).status_code == 413


@given(raw=st.binary(max_size=200) | st.text(max_size=50).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_taken_or_refused(client: TestClient, raw: bytes) -> None:
    assert client.post("/api/sensors", content=raw, headers=WRITER).status_code in {200, 422}


@given(query=st.text(st.characters(codec="utf-8"), max_size=50))
def test_any_query_is_taken_or_refused(client: TestClient, query: str) -> None:
    assert client.get("/api/sensors", params={"limit": query, "district": query}).status_code in {200, 422}


def test_the_openapi_document_describes_what_was_declared() -> None:
    document = build_openapi(ROUTES, language="ko")
    listing = document["paths"]["/api/sensors"]["get"]
    assert listing["summary"] == "센서"
    assert listing["operationId"] == "x_get_api_sensors"
    limit = next(parameter for parameter in listing["parameters"] if parameter["name"] == "limit")
    assert limit["schema"] == {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
    assert {} in listing["security"]
    writing = document["paths"]["/api/sensors"]["post"]
    assert writing["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/Sensor"
    }
    assert set(writing["responses"]) == {"200", "401", "403", "422", "default"}
    assert document["paths"]["/api/sensors/{sensor_id}"]["get"]["parameters"][0]["required"] is True
