"""Story: a developer asks for places over HTTP; what he sends wrong comes back as a clear refusal."""

from __future__ import annotations

import json

import mapbox_vector_tile
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from madang.core.base.interface import ANONYMOUS, HOUSE
from madang.core.pages.interface import build_openapi, build_starlette_routes
from madang.core.places.api import ROUTES as API_ROUTES
from madang.core.places.hot import ROUTES as HOT_ROUTES

ROUTES = [*HOT_ROUTES, *API_ROUTES]
pytestmark = pytest.mark.django_db(transaction=True)
SQUARE = [[[127.04, 37.5], [127.06, 37.5], [127.06, 37.52], [127.04, 37.52], [127.04, 37.5]]]
ZONES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"code": "00001", "name": "가 구역"},
            "geometry": {"type": "Polygon", "coordinates": SQUARE},
        }
    ],
}


def visit(actor):
    return TestClient(Starlette(routes=build_starlette_routes(ROUTES, lambda request: actor)))


@pytest.fixture
def anyone(layer_folder):
    return visit(ANONYMOUS)


@pytest.fixture
def officer(anyone):
    return visit(HOUSE)


def test_search(anyone):
    hits = anyone.get("/api/places/search", params={"q": "ㄱㄴㄱ", "limit": 1}).json()
    assert [hit["name_ko"] for hit in hits] == ["강남구"]


def test_locate(anyone):
    point = anyone.get("/api/places/locate", params={"lon": 126.978, "lat": 37.5665}).json()
    assert (point["district_name"], point["legal_dong_code"]) == ("중구", "1114010300")
    many = anyone.post("/api/places/locate", json={"lon": [126.978, 0], "lat": [37.5665, 0]}).json()
    assert many == {"district_code": ["11140", ""], "legal_dong_code": ["1114010300", ""], "area_code": []}


def test_walk(anyone):
    ends = {"lon": 126.978, "lat": 37.5665, "to_lon": 126.988, "to_lat": 37.5665}
    walk = anyone.get("/api/places/walk", params=ends).json()
    assert walk == {"metres": pytest.approx(1.3 * 881.3, abs=1), "minutes": 17, "by_streets": False}


def test_transform_and_codes(anyone):
    point = anyone.get(
        "/api/places/transform", params={"x": 198333.4709, "y": 451313.4129, "source": "EPSG:5174"}
    ).json()
    assert (round(point["x"], 4), round(point["y"], 4)) == (126.9819, 37.5641)
    far = anyone.get("/api/places/transform", params={"x": 1e300, "y": 0, "source": "EPSG:5186"})
    assert far.json()["x"] is None
    assert anyone.get("/api/places/codes/kostat/11230").json()["name_ko"] == "강남구"
    assert len(anyone.get("/api/places/districts").json()) == 25


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/places/search", 422),
        ("/api/places/search?q=x&limit=0", 422),
        ("/api/places/locate?lon=500&lat=0", 422),
        ("/api/places/locate?lon=127&lat=37&layer=none", 404),
        ("/api/places/transform?x=1&y=1&source=EPSG:3857", 422),
        ("/api/places/codes/kostat/99999", 422),
        ("/api/places/codes/postal/11230", 422),
        ("/api/places/areas/none", 404),
        ("/api/places/layers/districts/report", 404),
        ("/api/places/registered/none", 404),
        ("/tiles/none/0/0/0.mvt", 404),
        ("/tiles/districts/0/1/0.mvt", 422),
        ("/tiles/districts/999999999999/0/0.mvt", 422),
    ],
)
def test_refusals(anyone, path, status):
    answer = anyone.get(path)
    assert answer.status_code == status
    assert {"code", "message"} <= set(answer.json())


def test_lists_of_points_must_be_of_one_length(anyone):
    assert anyone.post("/api/places/locate", json={"lon": [127.0], "lat": []}).status_code == 422


def test_a_tile_is_sent_once_for_each_version(anyone):
    tile = anyone.get("/tiles/districts/9/436/198.mvt")
    assert tile.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    names = {
        f["properties"]["name_ko"] for f in mapbox_vector_tile.decode(tile.content)["districts"]["features"]
    }
    assert "종로구" in names
    again = anyone.get("/tiles/districts/9/436/198.mvt", headers={"If-None-Match": tile.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_layer_is_sent_imported_shown_and_removed(anyone, officer):
    address = "/api/places/layers/zones"
    what = {"kind": "other", "year": 2024, "title_ko": "구역"}
    body = json.dumps(ZONES).encode()
    assert anyone.put(address, params=what, content=body).status_code == 401
    report = officer.put(address, params=what, content=body)
    assert report.json()["kept"] == 1
    assert anyone.get(f"{address}/report").json() == report.json()
    assert [layer["name"] for layer in anyone.get("/api/places/layers").json()][-1] == "zones"
    areas = anyone.get("/api/places/areas/zones").json()
    assert areas["features"][0]["geometry"]["coordinates"] == SQUARE
    first = anyone.get("/tiles/zones/12/3494/1586.mvt").headers["etag"]
    changed = body.replace(b'"00001"', b'"00002"')
    assert officer.put(address, params=what, content=changed).status_code == 200
    assert anyone.get("/tiles/zones/12/3494/1586.mvt").headers["etag"] != first
    assert officer.put(address, params=what, content=b"broken").status_code == 422
    assert anyone.get("/api/places/areas/zones").json()["features"][0]["id"] == "00002"
    assert officer.delete(address).status_code == 204
    assert anyone.get("/api/places/areas/zones").status_code == 404


def test_places_are_kept_by_those_who_may(anyone, officer):
    place = {"name": "서울도서관", "kind": "library", "lon": 126.9779, "lat": 37.5663}
    assert anyone.post("/api/places/registered", json=place).status_code == 401
    made = officer.post("/api/places/registered", json=place).json()
    address = f"/api/places/registered/{made['id']}"
    assert anyone.get(address).json() == made
    officer.put(address, json=place | {"name": "마포도서관"})
    assert anyone.get("/api/places/search", params={"q": "마포도서관"}).json()[0]["code"] == made["id"]
    assert officer.delete(address).status_code == 204
    assert anyone.get(address).status_code == 404


def test_every_route_is_described():
    paths = build_openapi(ROUTES)["paths"]
    assert "/tiles/{layer}/{z}/{x}/{y}.mvt" in paths
    assert len(paths["/api/places/locate"]) == 2
