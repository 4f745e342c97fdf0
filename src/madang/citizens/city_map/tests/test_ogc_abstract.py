"""The abstract tests of OGC API Features, one function each under the test's own name.

Part 1 (17-069r4, annex A: core, geojson, html, oas30), Part 2 (18-058r1, annex A: crs), Part 3 (19-079r2, annex A:
queryables, queryables-query-parameters, filter, features-filter) and of CQL2 (21-065r2, annex A) the tests that need
no data set of OGC's own. `core/http` is the client here: HTTP 1.1 only.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

import httpx
import pytest

from madang.citizens.city_map.methods.systems import CRS84, EPSG, SYSTEMS
from madang.core.places.interface import transform_points

from .laid_out import NAME

REL = "http://www.opengis.net/def/rel/ogc/1.0/"
PART_1, PART_3 = (f"http://www.opengis.net/spec/ogcapi-features-{n}/1.0/conf/" for n in (1, 3))
ITEMS = f"/collections/{NAME}/items"
DOCUMENTS = ("/", "/api", "/conformance", "/collections", f"/collections/{NAME}", ITEMS, "one feature")
BOX = (126.895, 37.495, 126.925, 37.515)
CODES = {"string": "'foo'", "boolean": "true", "number": "3.14", "integer": "1"}


def get(ogc, path, status=200, **asked):
    answer = ogc.get(path, params=asked)
    assert answer.status_code == status, answer.text
    return answer


def read_links(document, rel):
    return [one for one in document["links"] if one["rel"] == rel]


def list_numbers(ogc, **asked):
    """Return the numbers of the places that are answered."""
    return [one["properties"]["번호"] for one in get(ogc, ITEMS, limit=1000, **asked).json()["features"]]


def find(ogc, number):
    """Return the path of the feature of that number."""
    ((one),) = get(ogc, ITEMS, **{"번호": number}).json()["features"]
    return f"{ITEMS}/{one['id']}"


@pytest.fixture(scope="module")
def api(ogc):
    return ogc.get("/api").json()


@pytest.fixture(scope="module")
def collections(ogc):
    return ogc.get("/collections").json()["collections"]


def find_parameter(api, name, path="/collections/{collectionId}/items"):
    (found,) = (one for one in api["paths"][path]["get"]["parameters"] if one["name"] == name)
    assert not found.get("required", False)
    return found


def test_core_http(ogc):
    assert get(ogc, "/").http_version == "HTTP/1.1"


def test_core_root_op_and_root_success(ogc):
    landing = get(ogc, "/").json()
    rels = {one["rel"] for one in landing["links"]}
    assert {"service-desc", "service-doc", "conformance", "data"} <= rels


def test_core_api_definition_op_and_success(ogc):
    landing = get(ogc, "/").json()
    for rel in ("service-desc", "service-doc"):
        for one in read_links(landing, rel):
            answer = httpx.get(one["href"], headers={"Accept": one["type"]}, follow_redirects=True)
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith(one["type"])


def test_core_conformance_op_and_success(ogc, api):
    said = get(ogc, "/conformance").json()["conformsTo"]
    assert {f"{PART_1}{one}" for one in ("core", "geojson", "html", "oas30")} <= set(said)
    assert "/conformance" in api["paths"]


def test_core_fc_md_op_and_success(ogc):
    document = get(ogc, "/collections").json()
    assert {"links", "collections"} <= set(document)


def test_core_fc_md_links(ogc):
    document = get(ogc, "/collections").json()
    assert read_links(document, "self")
    assert [one["type"] for one in read_links(document, "alternate")] == ["text/html"]
    assert all({"rel", "type"} <= set(one) for one in document["links"])


def test_core_fc_md_items_and_items_links_and_extent(collections):
    assert len({one["id"] for one in collections}) == len(collections) > 30
    for one in collections:
        assert [way["type"] for way in read_links(one, "items")] == ["application/geo+json"], one["id"]
        assert all({"rel", "type", "href"} <= set(way) for way in one["links"])
        ((west, south, east, north),) = one["extent"]["spatial"]["bbox"]
        assert -180 <= west <= east <= 180
        assert -90 <= south <= north <= 90
        assert one["extent"]["spatial"]["crs"] == CRS84


def test_core_sfc_md_op_and_success(ogc, collections):
    for one in collections:
        assert get(ogc, f"/collections/{one['id']}").json()["id"] == one["id"]


def test_core_crs84(ogc):
    feature = get(ogc, find(ogc, 1)).json()
    assert feature["geometry"]["coordinates"] == [126.91, 37.5]


def test_core_fc_op(ogc, collections):
    for one in collections:
        page = get(ogc, f"/collections/{one['id']}/items", limit=1).json()
        assert page["type"] == "FeatureCollection", one["id"]


def test_core_fc_bbox_definition(api):
    bbox = find_parameter(api, "bbox")
    assert (bbox["in"], bbox["style"], bbox["explode"]) == ("query", "form", False)
    assert bbox["schema"]["items"]["type"] == "number"
    assert (bbox["schema"]["minItems"], bbox["schema"]["maxItems"]) == (4, 6)


def test_core_fc_bbox_response(ogc):
    west, south, east, north = BOX
    for feature in get(ogc, ITEMS, bbox=",".join(map(str, BOX)), limit=1000).json()["features"]:
        x, y = feature["geometry"]["coordinates"]
        assert west <= x <= east
        assert south <= y <= north


def test_core_fc_limit_definition(api):
    limit = find_parameter(api, "limit")
    assert (limit["in"], limit["style"], limit["explode"]) == ("query", "form", False)
    assert limit["schema"] == {"type": "integer", "minimum": 1, "maximum": 10_000, "default": 10}


@pytest.mark.parametrize("limit", [1, 7, 10, 120, 10_000])
def test_core_fc_limit_response(ogc, limit):
    page = get(ogc, ITEMS, limit=limit).json()
    assert len(page["features"]) == min(limit, 120)


def test_core_fc_time_definition(api):
    time = find_parameter(api, "datetime")
    assert (time["in"], time["style"], time["explode"]) == ("query", "form", False)
    assert time["schema"] == {"type": "string"}


@pytest.mark.parametrize(
    "interval", ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z/2026-02-01T00:00:00Z", "../2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z/.."]
)  # fmt: skip
def test_core_fc_time_response(ogc, interval):
    assert len(list_numbers(ogc, datetime=interval)) == 120  # without a time every time is theirs


@pytest.mark.parametrize(
    "wrong", [{"bbox": "1,2,3"}, {"bbox": "a,b,c,d"}, {"limit": "x"}, {"limit": "0"}, {"datetime": "x"}]
)
def test_core_query_param_invalid(ogc, wrong):
    get(ogc, ITEMS, 400, **wrong)


def test_core_query_param_unknown(ogc):
    get(ogc, ITEMS, 400, this_is_no_parameter="x")


def test_core_fc_response_and_fc_links(ogc):
    page = get(ogc, ITEMS, limit=10).json()
    assert read_links(page, "self")
    assert [one["type"] for one in read_links(page, "alternate")] == ["text/html"]
    (after,) = read_links(page, "next")
    assert all({"rel", "type"} <= set(one) for one in page["links"])
    following = httpx.get(after["href"]).json()
    assert not {one["id"] for one in page["features"]} & {one["id"] for one in following["features"]}


def test_core_fc_time_stamp_number_matched_and_number_returned(ogc):
    page = get(ogc, ITEMS, limit=17).json()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", page["timeStamp"])
    assert (page["numberMatched"], page["numberReturned"]) == (120, len(page["features"]))


def test_core_f_op_and_success(ogc):
    for feature in get(ogc, ITEMS, limit=5).json()["features"]:
        one = get(ogc, f"{ITEMS}/{feature['id']}").json()
        assert {name: one[name] for name in feature} == feature


def test_core_f_links(ogc):
    one = get(ogc, find(ogc, 1)).json()
    assert read_links(one, "self")
    assert read_links(one, "alternate")
    assert read_links(one, "collection")


def test_geojson_definition(ogc):
    for path in (ITEMS, find(ogc, 1)):
        answer = ogc.get(path, headers={"Accept": "application/geo+json"})
        assert answer.headers["content-type"].startswith("application/geo+json")


def test_geojson_content(ogc):
    page = get(ogc, ITEMS, limit=1000).json()
    for one in page["features"]:
        assert (one["type"], one["geometry"]["type"]) == ("Feature", "Point")
        assert isinstance(one["properties"], dict)
    assert all(isinstance(one["id"], str | int) for one in page["features"])


class Page(HTMLParser):
    """Reads what a page says and where it leads."""

    def __init__(self, text):
        super().__init__()
        self.links, self.words, self.first = [], [], ""
        self.feed(text)

    def handle_decl(self, decl):
        self.first = decl.lower()

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.links.append(dict(attrs)["href"])

    def handle_data(self, data):
        self.words.append(data.strip())


@pytest.mark.parametrize("path", DOCUMENTS)
def test_html_definition(ogc, path):
    path = find(ogc, 7) if path == "one feature" else path
    for answer in (
        ogc.get(path, headers={"Accept": "text/html,*/*;q=0.8"}),
        ogc.get(path, params={"f": "html"}),
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("path", DOCUMENTS)
def test_html_content(ogc, path):
    path = find(ogc, 7) if path == "one feature" else path
    document, page = ogc.get(path).json(), Page(ogc.get(path, params={"f": "html"}).text)
    assert page.first == "doctype html"
    linked = [one for one in document.get("links", ()) if one["rel"] not in {"alternate", "next"}]
    assert {one["href"] for one in linked} <= set(page.links)
    for feature in document.get("features", ()):
        assert {str(value) for value in feature["properties"].values()} <= set(page.words)
    for one in document.get("collections", ()):
        assert one["title"] in page.words


def test_oas30_completeness_and_exception_codes(ogc, api):
    for operation in (one["get"] for one in api["paths"].values()):
        assert {"200", "4XX"} <= set(operation["responses"])
    for status, path in ((404, "/collections/nowhere"), (400, f"{ITEMS}?limit=x")):
        refused = ogc.get(path)
        assert refused.status_code == status
        assert {"code", "description"} <= set(refused.json())


def test_oas30_definition_1_and_2(ogc, api):
    answer = get(ogc, "/api")
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    assert re.fullmatch(r"3\.0\.\d", api["openapi"])
    assert {"title", "version"} <= set(api["info"])


def test_oas30_oas_impl_and_security(ogc, api):
    """Every path that is described answers as it is described, and none asks who calls."""
    assert "security" not in api
    given = {
        "collectionId": NAME, "featureId": find(ogc, 1).rpartition("/")[2], "tileMatrixSetId": "WebMercatorQuad", "tileMatrix": "9",
        "tileRow": "198", "tileCol": "436", "styleId": "points",
    }  # fmt: skip
    for path, operations in api["paths"].items():
        answer = get(ogc, path.format(**given))
        media = set(operations["get"]["responses"]["200"]["content"])
        assert answer.headers["content-type"] in media, path


def test_crs_crs_uri_and_storage_crs(ogc, collections):
    for one in collections:
        assert all(
            re.fullmatch(r"http://www\.opengis\.net/def/crs/\w+/[\d.]+/\w+", name) for name in one["crs"]
        )
        assert one["storageCrs"] in one["crs"]
        assert get(ogc, f"/collections/{one['id']}").json()["crs"] == one["crs"]


def test_crs_default_crs(collections):
    assert all(one["crs"][0] == CRS84 for one in collections)


@pytest.mark.parametrize("crs", SYSTEMS)
@pytest.mark.parametrize("path", [ITEMS, "one feature"])
def test_crs_crs_parameter(ogc, path, crs):
    path = find(ogc, 7) if path == "one feature" else path
    assert get(ogc, path, crs=crs).headers["content-crs"] == f"<{crs}>"


@pytest.mark.parametrize("path", [ITEMS, "one feature"])
def test_crs_crs_parameter_invalid(ogc, path):
    path = find(ogc, 7) if path == "one feature" else path
    get(ogc, path, 400, crs="http://www.opengis.net/def/crs/EPSG/0/0000")


@pytest.mark.parametrize("path", [ITEMS, "one feature"])
def test_crs_crs_parameter_default(ogc, path):
    path = find(ogc, 7) if path == "one feature" else path
    assert get(ogc, path).headers["content-crs"] == f"<{CRS84}>"


@pytest.mark.parametrize("code", ["5179", "5186"])
def test_crs_crs_parameter_transform(ogc, code):
    x, y = get(ogc, find(ogc, 7)).json()["geometry"]["coordinates"]
    (east,), (north,) = transform_points([x], [y], "EPSG:4326", f"EPSG:{code}")
    found = get(ogc, find(ogc, 7), crs=f"{EPSG}{code}").json()["geometry"]["coordinates"]
    assert found == pytest.approx([north, east], abs=0.002)


def test_crs_bbox_crs_parameter(ogc):
    plain = list_numbers(ogc, bbox=",".join(map(str, BOX)))
    west, south, east, north = BOX
    turned = list_numbers(ogc, bbox=f"{south},{west},{north},{east}", **{"bbox-crs": f"{EPSG}4326"})
    assert plain == turned
    assert plain


def test_crs_bbox_crs_parameter_invalid(ogc):
    get(ogc, ITEMS, 400, bbox=",".join(map(str, BOX)), **{"bbox-crs": f"{EPSG}0000"})


def test_crs_bbox_crs_parameter_default(ogc):
    box = ",".join(map(str, BOX))
    assert list_numbers(ogc, bbox=box) == list_numbers(ogc, bbox=box, **{"bbox-crs": CRS84})


@pytest.mark.parametrize("name", ["queryables", "queryables-query-parameters", "filter", "features-filter"])
def test_queryables_and_filter_get_conformance(ogc, name):
    assert f"{PART_3}{name}" in get(ogc, "/conformance").json()["conformsTo"]


def test_queryables_get_queryables_uris(ogc, collections):
    for one in collections:
        answer = ogc.head(f"/collections/{one['id']}/items", params={"limit": 1})
        assert answer.status_code == 200
        assert f'{one["id"]}/queryables>; rel="{REL}queryables"' in answer.headers["link"]


def test_queryables_get_queryables(ogc, collections):
    for one in collections:
        (way,) = read_links(one, f"{REL}queryables")
        answer = httpx.get(way["href"], headers={"Accept": "application/schema+json"})
        assert answer.headers["content-type"].startswith("application/schema+json")
        schema = answer.json()
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert (schema["$id"], schema["type"]) == (way["href"], "object")
        assert schema["properties"]
        for said in schema["properties"].values():
            assert "type" in said or said["format"].startswith("geometry-")


def test_queryables_query_parameters_query_param(ogc):
    assert len(list_numbers(ogc, **{"이름": "곳007"})) == 1
    get(ogc, ITEMS, 400, this_is_not_a_queryable="x")


@pytest.mark.parametrize("language", [{"filter-lang": "cql2-text"}, {}])
def test_filter_filter_param_and_filter_lang_default(ogc, language):
    assert list_numbers(ogc, filter="이름 IS NULL", **language) == []
    assert len(list_numbers(ogc, filter="이름 IS NOT NULL", **language)) == 120
    get(ogc, ITEMS, 400, filter="THIS IS NOT A FILTER", **language)


def test_filter_expression_construction(ogc):
    get(ogc, ITEMS, 400, filter="this_is_not_a_queryable IS NULL")


def test_filter_filter_crs_wgs84(ogc):
    ((*box,),) = get(ogc, f"/collections/{NAME}").json()["extent"]["spatial"]["bbox"]
    whole = f"S_INTERSECTS(geometry,BBOX({','.join(map(str, box))}))"
    assert list_numbers(ogc, filter=whole) == list_numbers(ogc)
    get(ogc, ITEMS, 400, filter="S_INTERSECTS(geometry,BBOX(1000000,1000000,2000000,2000000))")


@pytest.mark.parametrize("crs", SYSTEMS)
def test_filter_filter_crs_param(ogc, crs):
    corners = [get(ogc, find(ogc, n), crs=crs).json()["geometry"]["coordinates"] for n in (0, 119)]
    low, high = ([edge(pair) for pair in zip(*corners, strict=True)] for edge in (min, max))
    margin = 1e-4 if max(high) < 200 else 10  # degrees, or metres
    around = ",".join(str(one) for one in (*(n - margin for n in low), *(n + margin for n in high)))
    found = list_numbers(ogc, filter=f"S_INTERSECTS(geometry,BBOX({around}))", **{"filter-crs": crs})
    assert {0, 119} <= set(found)
    get(ogc, ITEMS, 400, filter="TRUE", **{"filter-crs": f"{EPSG}0000"})


def test_features_filter_get_collection(ogc, collections):
    for one in collections:
        (way,) = read_links(one, f"{REL}queryables")
        assert way["href"].endswith(f"/ogc/collections/{one['id']}/queryables")


def test_features_filter_filter_on_items_and_mixing_expressions(ogc):
    box = ",".join(map(str, BOX))
    both = list_numbers(ogc, filter=f"S_INTERSECTS(geometry,BBOX({box}))", bbox=box)
    assert both == list_numbers(ogc, bbox=box)
    mixed = list_numbers(ogc, filter="번호 < 10", bbox=box, **{"종류": "쉼터"})
    assert mixed == [one for one in list_numbers(ogc, bbox=box) if one < 10 and one % 2 == 0]


@pytest.fixture(scope="module")
def queryables(ogc):
    said = ogc.get(f"/collections/{NAME}/queryables").json()["properties"]
    return {name: one["type"] for name, one in said.items() if "type" in one}


def test_cql2_basic_test_and_comparison(ogc, queryables):
    assert set(queryables.values()) == set(CODES)
    for name, kind in queryables.items():
        found = {
            op: set(list_numbers(ogc, filter=f"{name} {op} {CODES[kind]}"))
            for op in ("=", "<>", "<", ">", "<=", ">=")
        }
        for one, other in (("=", "<>"), (">", "<="), ("<", ">=")):
            assert not found[one] & found[other]
            assert found[one] | found[other] == set(list_numbers(ogc, filter=f"{name} IS NOT NULL"))


def test_cql2_is_null_and_boolean(ogc, queryables):
    for name in queryables:
        assert not set(list_numbers(ogc, filter=f"{name} IS NULL")) & set(
            list_numbers(ogc, filter=f"{name} is not null")
        )
    assert list_numbers(ogc, filter="false") == []
    assert len(list_numbers(ogc, filter="true")) == 120


def test_cql2_logical(ogc):
    parts = ("번호 < 30", "종류 = '쉼터'", "이름 LIKE '곳0%'", "번호 >= 100")
    held = [set(list_numbers(ogc, filter=one)) for one in parts]
    whole = set(list_numbers(ogc))
    p1, p2, p3, p4 = parts
    asked = f"(NOT ({p2}) AND {p1}) OR ({p3} and {p4}) or not ({p1} OR {p4})"
    expected = (held[0] - held[1]) | (held[2] & held[3]) | (whole - (held[0] | held[3]))
    assert set(list_numbers(ogc, filter=asked)) == expected


def test_cql2_advanced_comparison_like(ogc, queryables):
    for name in (name for name, kind in queryables.items() if kind == "string"):
        found = {
            one: list_numbers(ogc, filter=f"{name} LIKE '{one}'") for one in ("%", "_%", "", "%%", r"\%\_")
        }
        assert not set(found["_%"]) & set(found[""])
        assert found["%"] == found["%%"]


def test_cql2_advanced_comparison_between_and_in(ogc):
    assert len(list_numbers(ogc, filter="번호 BETWEEN 0 AND 100")) == 101
    assert list_numbers(ogc, filter="번호 between 100.0 and 1.0") == []
    assert list_numbers(ogc, filter="번호 IN (1, 2, 3)") == [1, 2, 3]
    assert list_numbers(ogc, filter="이름 in ('foo', 'bar')") == []
