"""OGC API Features, requirement by requirement, and GDAL's own client, against a running house."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import httpx
import mapbox_vector_tile
import numpy as np
import pyarrow as pa
import pyogrio
import pytest

from madang.citizens.city_map.methods.asking import read_asked
from madang.citizens.city_map.methods.cql.tree import Wrong
from madang.citizens.city_map.methods.systems import CRS84, EPSG, SYSTEMS, find_system
from madang.citizens.city_map.queries.features import find_page
from madang.citizens.city_map.queries.holding import is_inside
from madang.citizens.city_map.records import Collection
from madang.core.base.interface import CITY_TIMEZONE, Column, ColumnType, TableKind, Text, now

from .laid_out import NAME, PLACES


def items(ogc, **asked):
    answer = ogc.get(f"/collections/{NAME}/items", params=asked)
    assert answer.status_code == 200, answer.text
    return answer


def test_root_and_conformance(ogc):
    landing = ogc.get("/").json()
    rels = {link["rel"] for link in landing["links"]}
    assert {"self", "service-desc", "service-doc", "conformance", "data"} <= rels
    for link in landing["links"]:
        assert httpx.get(link["href"], follow_redirects=True).status_code == 200, link
    assert any(
        one.endswith("features-1/1.0/conf/core") for one in ogc.get("/conformance").json()["conformsTo"]
    )


def test_the_api_is_described_in_openapi_3(ogc):
    api = ogc.get("/api")
    assert api.headers["content-type"].startswith("application/vnd.oai.openapi+json;version=3.0")
    assert "/collections/{collectionId}/items" in api.json()["paths"]


def test_collections_and_one_of_them_say_the_same(ogc):
    listed = {one["id"]: one for one in ogc.get("/collections").json()["collections"]}
    one = ogc.get(f"/collections/{NAME}").json()
    assert listed[NAME] == one
    assert one["extent"]["spatial"]["bbox"] == [[126.9, 37.5, 127.01, 37.59]]
    assert one["storageCrs"] == CRS84
    assert set(one["crs"]) == set(SYSTEMS)
    assert ogc.get("/collections/nowhere").status_code == 404


def test_features_are_geojson_with_exact_numbers_and_pages_that_follow(ogc):
    answer = items(ogc)
    assert answer.headers["content-type"].startswith("application/geo+json")
    assert answer.headers["content-crs"] == f"<{CRS84}>"
    seen, address, pages = [], f"{ogc.base_url}collections/{NAME}/items?limit=50", 0
    while address:
        page = httpx.get(address).json()
        assert (page["type"], page["numberMatched"]) == ("FeatureCollection", 120)
        assert page["numberReturned"] == len(page["features"])
        assert page["timeStamp"].endswith("Z")
        seen += [feature["id"] for feature in page["features"]]
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
        pages += 1
    assert (len(seen), len(set(seen)), pages) == (120, 120, 3)


def test_one_feature_by_its_id(ogc):
    first = items(ogc, limit=1).json()["features"][0]
    one = ogc.get(f"/collections/{NAME}/items/{first['id']}").json()
    assert (one["geometry"], one["properties"]) == (first["geometry"], first["properties"])
    assert {"self", "collection"} <= {link["rel"] for link in one["links"]}
    assert ogc.get(f"/collections/{NAME}/items/nothing").status_code == 404


def test_bbox_limit_and_properties_select_exactly(ogc):
    box = items(ogc, bbox="126.895,37.495,126.925,37.515", limit=1000).json()
    expected = {a for a, _, x, y in PLACES if 126.895 <= x <= 126.925 and 37.495 <= y <= 37.515}
    assert {one["properties"]["이름"] for one in box["features"]} == expected
    assert box["numberMatched"] == len(expected) == 6
    assert items(ogc, bbox="126.895,37.495,0,126.925,37.515,100", limit=1000).json()["numberMatched"] == 6
    assert items(ogc, **{"종류": "쉼터", "limit": 3}).json()["numberMatched"] == 60
    assert items(ogc, limit=99_999).json()["numberReturned"] == 120
    assert items(ogc, datetime="2026-01-01T00:00:00Z/..").json()["numberMatched"] == 120


@pytest.mark.parametrize(
    "wrong",
    ["limit=0", "limit=-1", "limit=x", "offset=-1", "bbox=1,2,3", "bbox=a,b,c,d", "bbox=2,2,1,1", "bbox=nan,1,2,3",
     "crs=EPSG:2097", "bbox-crs=x", "filter=x", "filter=%EC%A2%85%EB%A5%98%3D1", "filter-lang=cql", "filter-crs=x",
     "filter=a%3D1&filter-lang=cql2-json", "unknown=1", "f=xml", "limit=1&limit=2", "bbox=1,1,2,2&bbox-crs=EPSG:99999"],
)  # fmt: skip
def test_wrong_parameters_are_400_with_a_reason(ogc, wrong):
    answer = ogc.get(f"/collections/{NAME}/items?{wrong}")
    assert answer.status_code == 400, answer.text
    assert answer.json()["description"]


def test_unknown_parameters_elsewhere_are_400(ogc):
    for path in ("/", "/conformance", "/collections", f"/collections/{NAME}", "/api"):
        assert ogc.get(path, params={"unknown": 1}).status_code == 400


def test_coordinates_come_in_each_system_in_its_own_order(ogc):
    plain = items(ogc, limit=1).json()["features"][0]["geometry"]["coordinates"]
    turned = items(ogc, limit=1, crs=f"{EPSG}4326")
    assert turned.headers["content-crs"] == f"<{EPSG}4326>"
    assert turned.json()["features"][0]["geometry"]["coordinates"] == plain[::-1]
    north, east = items(ogc, limit=1, crs=f"{EPSG}5179").json()["features"][0]["geometry"]["coordinates"]
    assert 1_900_000 < north < 2_000_000
    assert 900_000 < east < 1_000_000
    box = f"{north - 100},{east - 100},{north + 100},{east + 100}"
    found = items(ogc, bbox=box, **{"bbox-crs": f"{EPSG}5179"}).json()
    assert found["numberMatched"] == 1


def test_filters_of_cql2_select_exactly_in_text_and_json_and_in_each_system(ogc):
    def count(text, **more):
        return items(ogc, filter=text, **more).json()["numberMatched"]

    assert count("종류 = '쉼터'") == 60
    assert count("종류 = '쉼터' AND 번호 < 10") == count("NOT (종류 <> '쉼터' OR 번호 >= 10)") == 5
    assert count("이름 LIKE '곳00%'") == 10
    assert count("번호 BETWEEN 5 AND 7 OR 번호 IN (100, 200)") == 4
    document = {"op": "=", "args": [{"property": "종류"}, "쉼터"]}
    assert count(json.dumps(document), **{"filter-lang": "cql2-json"}) == 60
    box = "126.895,37.495,126.925,37.515"
    assert count(f"S_INTERSECTS(geometry, BBOX({box}))") == 6
    assert (
        count("종류 = '쉼터'", bbox=box)
        == count(f"종류 = '쉼터' AND S_INTERSECTS(geometry,BBOX({box}))")
        == 4
    )
    assert (
        count(
            "S_INTERSECTS(geometry, POLYGON((126.895 37.495, 126.925 37.495, 126.895 37.515, 126.895 37.495)))"
        )
        == 3
    )
    north, east = items(ogc, limit=1, crs=f"{EPSG}5186").json()["features"][0]["geometry"]["coordinates"]
    around = f"S_INTERSECTS(geometry, BBOX({north - 50},{east - 50},{north + 50},{east + 50}))"
    assert count(around, **{"filter-crs": f"{EPSG}5186"}) == 1
    pages = [items(ogc, filter="종류 = '쉼터'", limit=25, offset=at).json() for at in (0, 25, 50)]
    assert len({one["id"] for page in pages for one in page["features"]}) == 60


def test_queryables_are_a_schema_and_name_what_a_filter_may_name(ogc):
    answer = ogc.get(f"/collections/{NAME}/queryables")
    assert answer.headers["content-type"].startswith("application/schema+json")
    said = answer.json()
    assert said["properties"]["이름"]["type"] == "string"
    assert said["properties"]["geometry"]["format"] == "geometry-point"
    for name in said["properties"].keys() - {"geometry"}:
        assert (
            ogc.get(f"/collections/{NAME}/items", params={"filter": f'"{name}" IS NULL'}).status_code == 200
        )


def test_tiles_hold_what_the_features_hold_and_are_kept_until_they_change(ogc):
    landing = ogc.get(f"/collections/{NAME}/tiles").json()
    (tileset,) = landing["tilesets"]
    template = next(link["href"] for link in tileset["links"] if link["rel"] == "item")
    for link in tileset["links"]:
        assert link.get("templated") or httpx.get(link["href"]).status_code == 200, link
    address = template.format(tileMatrix=9, tileRow=198, tileCol=436)
    tile = httpx.get(address)
    assert tile.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    names = {one["properties"]["이름"] for one in mapbox_vector_tile.decode(tile.content)[NAME]["features"]}
    assert names == {name for name, *_ in PLACES}
    again = httpx.get(address, headers={"If-None-Match": tile.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert httpx.get(template.format(tileMatrix=9, tileRow=1, tileCol=1)).status_code == 204
    for wrong in ((9, 512, 1), (40, 1, 1)):
        z, row, column = wrong
        assert httpx.get(template.format(tileMatrix=z, tileRow=row, tileCol=column)).status_code == 404
    assert ogc.get(f"/collections/{NAME}/tiles/Other/1/1/1").status_code == 404
    grid = ogc.get("/tileMatrixSets/WebMercatorQuad").json()
    assert grid["tileMatrices"][0]["scaleDenominator"] == pytest.approx(
        559082264.0287178
    )  # OGC 17-083r4, annex D.1
    assert ogc.get("/tileMatrixSets").json()["tileMatrixSets"][0]["id"] == "WebMercatorQuad"


def test_a_style_leads_by_tilejson_to_the_tiles(ogc):
    styles = ogc.get(f"/collections/{NAME}/styles").json()
    style = httpx.get(styles["styles"][0]["links"][0]["href"]).json()
    tilejson = httpx.get(style["sources"][NAME]["url"]).json()
    assert style["layers"][0]["source-layer"] == tilejson["vector_layers"][0]["id"]
    assert httpx.get(tilejson["tiles"][0].format(z=9, x=436, y=198)).status_code == 200
    assert ogc.get(f"/collections/{NAME}/styles/none").status_code == 404


def test_every_class_that_is_declared_is_one_of_those_proved_here(ogc):
    declared = {one.split("/spec/")[1] for one in ogc.get("/conformance").json()["conformsTo"]}
    parts = {one.split("/")[0] for one in declared}
    assert parts == {"ogcapi-features-1", "ogcapi-features-2", "ogcapi-features-3", "cql2", "ogcapi-tiles-1"}
    assert not any("temporal" in one or "arithmetic" in one for one in declared)


def test_gdal_reads_a_collection_whole(ogc, house):
    assert NAME in pyogrio.list_layers(f"OAPIF:{house.url}/ogc")[:, 0]
    meta, _, geometry, fields = pyogrio.raw.read(f"OAPIF:{house.url}/ogc", layer=NAME)
    assert len(geometry) == 120
    names = fields[list(meta["fields"]).index("이름")]
    assert set(names) == {name for name, *_ in PLACES}
    inside = pyogrio.raw.read(f"OAPIF:{house.url}/ogc", layer=NAME, bbox=(126.895, 37.495, 126.925, 37.515))
    assert len(inside[2]) == 6
    assert isinstance(geometry, np.ndarray)


def test_the_map_page_shows_a_theme_with_its_list(house, ogc):
    with house.visit() as visitor:
        page = visitor.get(f"/city_map/?theme={NAME}&q=곳01").text
        assert "곳019" in page
        assert "곳100" not in page
        assert visitor.get("/city_map/?theme=nothing").status_code == 200


def describe(time: str | None = "at") -> Collection:
    column = Column(name="이름", type=ColumnType.TEXT, title=Text(ko="이름", en="name"))
    return Collection(
        id="x", title=Text(ko="x", en="x"), description=Text(ko="x", en="x"), columns=(column,), key=(), lon="lon",
        lat="lat", time=time, licence="", kind=TableKind.DATASET, rows=0, version=0, updated_at=now(),
    )  # fmt: skip


def test_a_day_is_all_of_the_citys_day_and_an_interval_goes_forward():
    def read(text: str, one: Collection):
        return read_asked(one, [("datetime", text)])[0].times

    begin = datetime(2026, 1, 1, tzinfo=CITY_TIMEZONE)
    assert read("2026-01-01", describe()) == (begin, begin + timedelta(days=1, microseconds=-1))
    assert read("2025-12-31/2026-01-01", describe())[1] == begin + timedelta(days=1, microseconds=-1)
    assert read("2026-01-01/..", describe()) == (begin, None)
    assert read("2026-01-01/..", describe(None)) is None
    for one in (describe(), describe(None)):
        for wrong in (
            "garbage",
            "",
            "..",
            "2026-01-02/2026-01-01",
            "2026-01-01T00:00:00Z/x",
            "2026-02-30",
            "9999-12-31/x",
        ):
            with pytest.raises(Wrong, match="datetime: ."):
                read(wrong, one)
        read("9999-12-31", one)


def test_a_box_in_degrees_may_cross_the_antimeridian():
    assert read_asked(describe(), [("bbox", "177,30,-177,40")])[2] == [177, 30, -177, 40]
    with pytest.raises(Wrong, match="CRS84"):
        read_asked(describe(), [("bbox", "2,2,1,3"), ("bbox-crs", f"{EPSG}5179")])
    rows = pa.table({"lon": [127.0, 178.0, -178.0, None], "lat": [37.0, 37.0, 37.0, 37.0]})
    assert is_inside(rows, describe(), (177.0, 30.0, -177.0, 40.0)).tolist() == [False, True, True, False]


def test_an_address_that_is_none_of_the_apis_is_refused_in_its_own_way(ogc):
    for path in (
        "/nothing",
        "/collections/",
        f"/collections/{NAME}/items/a/b",
        f"/collections/{NAME}/tiles/x/y/z/0",
    ):
        answer = ogc.get(path, headers={"Accept": "text/html,*/*;q=0.1"})
        assert (answer.status_code, answer.json()["code"]) == (404, "NotFound"), path
    assert ogc.get("/", params={"f": "tilejson"}).status_code == 400
    assert items(ogc, bbox="127.1,37.4,126.9,37.6").json()["numberMatched"] < 120


def test_a_features_page_has_an_address_whatever_its_key_is():
    assert find_page(describe(), "a/b?c#d 가%") == "/city_map/places/x/a/b%3Fc%23d%20%EA%B0%80%25/"


def test_what_is_unknown_is_refused_before_anything_is_read():
    one = describe()
    asked, system, box = read_asked(
        one, [("이름", "가"), ("datetime", "../2026-01-02T00:00:00+09:00"), ("bbox", "1,2,3,4")]
    )
    assert asked.equal == (("이름", "가"),)
    assert asked.times is not None
    assert asked.times[0] is None
    assert (system, box) == (CRS84, [1, 2, 3, 4])
    for wrong in ("x", "2026-13-01", "2026-01-01T00:00:00Z/y"):
        with pytest.raises(Wrong):
            read_asked(one, [("datetime", wrong)])
    assert find_system("EPSG:5186") == f"{EPSG}5186"
    assert find_system("[EPSG:5179]") == f"{EPSG}5179"
    assert find_system("CRS84") is None
    assert json.dumps(SYSTEMS)
