"""Programs written for other portals work against a running house by its address alone."""

from __future__ import annotations

import io
import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from xml.etree import ElementTree as ET

import ckanapi
import frictionless
import httpx
import kpubdata.providers.seoul.adapter as kpubdata_seoul
import openpyxl
import pytest
import seoul.client
from kpubdata.config import KPubDataConfig
from kpubdata.core.models import Query
from rdflib import DCAT, RDF, Graph

CITY_AIR = (
    "측정일시,권역명,측정소명,PM10,PM25,O3,NO2,CO,SO2,지수,지수값,물질\n"
    + "".join(
        f"202211011200,권역{n % 5},측정소 {n},{20 + n},{10 + n},0.0{n % 9}1,0.02{n % 9},0.{n % 9}1,0.00{n % 9 + 1},보통,{60 + n},PM25\n"
        for n in range(1, 26)
    )
)  # fmt: skip
FIELDS = "\n".join(
    f"{name}={column}"
    for name, column in {
        "MSRDT": "측정일시|%Y%m%d%H%M", "MSRRGN_NM": "권역명", "MSRSTE_NM": "측정소명", "PM10": "PM10", "PM25": "PM25",
        "O3": "O3", "NO2": "NO2", "CO": "CO", "SO2": "SO2", "IDEX_NM": "지수", "IDEX_MVL": "지수값",
        "ARPLT_MAIN": "물질",
    }.items()
)  # fmt: skip


@pytest.fixture(scope="module")
def api(house):
    """Address of the Open API of a house with one service declared on its page."""
    with closing(house.sign_in("data-officer")) as officer:
        files = {"file": ("city_air.csv", io.BytesIO(CITY_AIR.encode()))}
        begun = officer.post("/api/imports", params={"table": "city_air"}, files=files)
        assert begun.status_code == 200, begun.text
        deadline = time.monotonic() + 60
        while (state := officer.get(begun.json()["status"]).json())["state"] != "done":
            assert state["state"] != "failed", state
            assert time.monotonic() < deadline, state
            time.sleep(0.1)
        officer.post("/api/datasets/city_air/publish", json={}).raise_for_status()
        declared = officer.post(
            "/desk/open_data/new/",
            data={
                "csrfmiddlewaretoken": officer.cookies["csrftoken"],
                "table": "city_air",
                "name": "RealtimeCityAir",
                "envelope": "",
                "arguments": "권역명,측정소명",
                "fields_text": FIELDS,
                "order_by": "측정소명",
            },
        )
        assert declared.status_code == 200, declared.text
    return f"http://127.0.0.1:{house.open_api_port}"


@pytest.fixture(scope="module")
def key(house, api):
    """Return a key as a citizen gets it on the page."""
    with closing(house.sign_in("citizen")) as citizen:
        page = citizen.post(
            "/open_data/keys/",
            data={"purpose": "시험", "csrfmiddlewaretoken": citizen.cookies["csrftoken"]},
        ).text
    secret = page.split("<p><code>")[1].split("<")[0]
    assert len(secret) == 40
    return secret


def ask(api: str, path: str) -> dict:
    reply = httpx.get(f"{api}{path}", timeout=120)
    assert reply.status_code == 200
    return reply.json()


def test_the_client_named_after_the_city(api, monkeypatch):
    monkeypatch.setattr(seoul.client, "AIR_BASE_URL", api)
    found = seoul.client.Client().get_air_realtime_city()
    assert len(found) == 5
    assert found[0].pm10


def test_the_client_for_many_portals(api, key):
    adapter = kpubdata_seoul.SeoulAdapter(config=KPubDataConfig(provider_keys={"seoul": key}))
    dataset = adapter.list_datasets()[0]
    metadata = {
        **dataset.raw_metadata,
        "base_url": api,
        "default_operation": "RealtimeCityAir",
        "required_path_params": [],
    }
    metadata.pop("envelope_key", None)
    metadata.pop("top_level_result", None)
    dataset = type(dataset)(
        **{name: getattr(dataset, name) for name in dataset.__dataclass_fields__} | {"raw_metadata": metadata}
    )
    batch = adapter.query_records(dataset, Query(page=2, page_size=10))
    assert (batch.total_count, len(batch.items), batch.next_page) == (25, 10, 3)


def test_arguments_filter_in_order_and_a_blank_leaves_one_out(api, key):
    whole = ask(api, f"/{key}/json/RealtimeCityAir/1/1000/")["RealtimeCityAir"]
    assert (whole["list_total_count"], len(whole["row"])) == (25, 25)
    area = ask(api, f"/{key}/json/RealtimeCityAir/1/1000/권역1")["RealtimeCityAir"]
    assert area["list_total_count"] == 5
    one = ask(api, f"/{key}/json/RealtimeCityAir/1/1000/%20/측정소 3")["RealtimeCityAir"]
    assert [row["MSRSTE_NM"] for row in one["row"]] == ["측정소 3"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/nobody/json/RealtimeCityAir/1/5/", "INFO-100"),
        ("/sample/json/Nowhere/1/5/", "ERROR-310"),
        ("/sample/json/open_data_uses/1/5/", "ERROR-310"),
        ("/sample/json/RealtimeCityAir/1/6/", "ERROR-335"),
        ("/sample/json/RealtimeCityAir/100/104/", "INFO-200"),
        ("/sample/json/RealtimeCityAir/1/5/a/b/c", "ERROR-300"),
    ],
)
def test_refusals_are_bare_results(api, path, code):
    assert ask(api, path)["RESULT"]["CODE"] == code


def test_the_same_rows_as_xml_and_as_a_workbook(api):
    root = ET.fromstring(httpx.get(f"{api}/sample/xml/RealtimeCityAir/1/5/").content)
    assert (root.tag, len(root.findall("row"))) == ("RealtimeCityAir", 5)
    file = httpx.get(f"{api}/sample/xmlf/RealtimeCityAir/1/5/")
    assert ET.tostring(ET.fromstring(file.content)) == ET.tostring(root)
    assert file.headers["content-disposition"] == 'attachment; filename="RealtimeCityAir.xml"'
    book = openpyxl.load_workbook(io.BytesIO(httpx.get(f"{api}/sample/xls/RealtimeCityAir/1/5/").content))
    assert book.active.max_row == 6


def test_a_thousand_malformed_calls_are_all_answered(api):
    chance = random.Random(20261126)
    parts = [
        "sample",
        "json",
        "xml",
        "xls",
        "RealtimeCityAir",
        "1",
        "5",
        "-1",
        "%00",
        "%",
        "..",
        "a" * 300,
        "%FF",
        "",
    ]
    with httpx.Client(base_url=api, timeout=120) as client:
        for _ in range(300):
            path = "/" + "/".join(chance.choices(parts, k=chance.randint(0, 8)))
            assert client.get(path).status_code == 200, path


def test_uses_are_counted_and_shown(house, api):
    ask(api, "/sample/json/RealtimeCityAir/1/5/")
    deadline = time.monotonic() + 60
    with house.visit() as visitor:
        while "번 쓰였어요" not in visitor.get("/open_data/RealtimeCityAir/").text:
            assert time.monotonic() < deadline
            time.sleep(1)


def await_found(site: ckanapi.RemoteCKAN, **asked) -> dict:
    """What was just published is found within seconds."""
    deadline = time.monotonic() + 60
    while True:
        found = site.action.package_search(**asked)
        if asked["q"] in [one["name"] for one in found["results"]]:
            return found
        assert time.monotonic() < deadline
        time.sleep(1)


def test_ckanapi_finds_shows_and_queries(house, api):
    with ckanapi.RemoteCKAN(house.url) as site:
        assert "city_air" in site.action.package_list()
        found = await_found(site, q="city_air", rows=5)
        assert found["results"][0]["name"] == "city_air"
        package = site.action.package_show(id="city_air")
        assert site.action.resource_show(id=package["resources"][0]["id"])["datastore_active"]
        rows = site.action.datastore_search(
            resource_id="city_air", filters={"권역명": ["권역1", "권역2"]}, sort="PM10 desc", limit=3
        )
        assert rows["total"] == 10
        assert [row["PM10"] for row in rows["records"]] == [42, 41, 37]
        counted = site.action.datastore_search_sql(sql='select count(*) as n from "city_air"')
        assert counted["records"] == [{"n": 25}]
        unnamed = 'select count(*), MAX("PM10") from "city_air"'
        assert site.action.datastore_search_sql(sql=unnamed)["records"] == [{"count": 25, "max": 45}]
        (short,) = site.action.package_search(fq="name:city_air", fl="name,title")["results"]
        assert short.keys() == {"name", "title"}
        with pytest.raises(ckanapi.NotFound):
            site.action.package_show(id="nowhere")
        for sql in ("drop table city_air", "select * from read_csv('/etc/passwd')", "select * from accounts"):
            with pytest.raises((ckanapi.ValidationError, ckanapi.NotFound, ckanapi.NotAuthorized)):
                site.action.datastore_search_sql(sql=sql)


def test_ckanapi_counts_what_a_search_found_by_facet(house, api):
    with ckanapi.RemoteCKAN(house.url) as site:
        found = await_found(site, q="city_air", **{"facet.field": '["res_format", "nothing"]'})
        forms = ["CSV", "JSON", "OPEN API", "PARQUET", "XLSX"]
        assert found["facets"]["nothing"] == {}
        assert found["facets"]["res_format"].items() >= dict.fromkeys(forms, found["count"]).items()
        assert site.action.package_search(fq="res_format:csv ", q="city_air")["count"] == found["count"]
        with pytest.raises(ckanapi.ValidationError):
            site.action.package_search(fq="colour:red")
        newest = site.action.package_search(sort="metadata_created desc, name asc", rows=1000)["results"]
        made = [(one["metadata_created"], one["name"]) for one in newest]
        by_name = sorted(made, key=lambda one: one[1])
        assert made == sorted(by_name, key=lambda one: one[0], reverse=True)
        today = "metadata_created:[NOW-1DAY TO NOW] AND metadata_modified:[NOW/DAY-1DAY TO *]"
        assert site.action.package_search(fq=today, q="name:city_air")["count"] == 1
        assert site.action.package_search(fq="metadata_modified:[NOW+1DAY TO *]")["count"] == 0
        assert (
            site.action.package_search(fq="-name:city_air", include_private=True)["count"] == len(newest) - 1
        )
        everything = site.action.package_search(**{"facet.field": ["license_id"]}, rows=1)
        items = everything["search_facets"]["license_id"]["items"]
        assert 0 < sum(item["count"] for item in items) <= everything["count"]
        assert len(everything["results"]) == 1


def test_ckanapi_finds_forms_and_suggests(house, api):
    with ckanapi.RemoteCKAN(house.url) as site:
        title = site.action.package_show(id="city_air")["title"]
        found = site.action.resource_search(query=[f"name:{title}", "format:parquet"])
        assert (found["count"], found["results"][0]["id"]) == (1, "city_air-parquet")
        assert site.action.resource_search(query="package_id:CITY_AIR", limit=2)["count"] >= 4
        assert len(site.action.resource_search(query="package_id:city_air", limit=2)["results"]) == 2
        for wrong in ({"query": "colour:red"}, {"query": "red"}, {}, {"query": "id:a", "order_by": "colour"}):
            with pytest.raises(ckanapi.ValidationError):
                site.action.resource_search(**wrong)
        assert site.action.format_autocomplete(q="PARQ") == ["parquet"]
        assert site.action.resource_view_list(id="city_air") == []
        for category in site.action.group_list():
            assert category in {one["name"] for one in site.action.group_autocomplete(q=category.upper())}
            assert site.action.group_package_show(id=category, limit=1)
        await_found(site, q="city_air")
        titled = site.action.package_search(q=f'title:"{title[:3]}" name:city_air')
        assert [one["name"] for one in titled["results"]] == ["city_air"]


@pytest.mark.parametrize(("headers", "body"), [
    ({"content-type": "application/json"}, b'{"id": "city_air"}'),
    ({"content-type": "application/x-www-form-urlencoded"}, b"id=city_air"),
    ({"content-type": "application/x-www-form-urlencoded"}, b'{"id": "city_air"}'),
    ({"content-type": "multipart/form-data; boundary=x"},
     b'--x\r\nContent-Disposition: form-data; name="id"\r\n\r\ncity_air\r\n--x--\r\n'),
    ({}, b'{"id": "city_air"}'),
])  # fmt: skip
def test_an_action_takes_json_and_forms(house, api, headers, body):
    answer = httpx.post(f"{house.url}/api/3/action/package_show", content=body, headers=headers, timeout=120)
    assert answer.json()["result"]["name"] == "city_air", answer.text
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_post_without_a_body_reads_the_address(house, api):
    assert "city_air" in httpx.post(f"{house.url}/api/3/action/package_list").json()["result"]
    shown = httpx.post(f"{house.url}/api/3/action/package_show?id=city_air").json()["result"]
    assert shown["name"] == "city_air"
    assert httpx.get(f"{house.url}/api/3").json() == {"version": 3}


@pytest.mark.parametrize(("method", "path", "sent", "status"), [
    ("POST", "/api/3/action/package_show", {"content": b"{wrong"}, 400),
    ("POST", "/api/3/action/package_show", {"content": b"[1]"}, 400),
    ("POST", "/api/3/action/package_show", {"content": b'{"id": "a\\u0000"}'}, 400),
    ("POST", "/api/3/action/package_show", {"data": {"id": "a\0"}}, 400),
    ("POST", "/api/3/action/package_show", {"files": {"upload": b"a"}}, 400),
    ("POST", "/api/3/action/package_show", {"content": b"--", "headers": {"content-type": "multipart/form-data"}}, 400),
    ("GET", "/api/3/action/package_show?id=%00", {}, 400),
    ("GET", "/api/3/action/nothing", {}, 400),
    ("PUT", "/api/3/action/package_show", {}, 405),
    ("DELETE", "/api/action/package_show", {}, 405),
    ("GET", "/api/3/nothing/at/all", {}, 404),
    ("GET", "/api/3/action/", {}, 404),
    ("POST", "/api/3/", {}, 405),
])  # fmt: skip
def test_what_is_no_call_is_refused_in_ckans_words(house, method, path, sent, status):
    answer = httpx.request(method, f"{house.url}{path}", timeout=120, **sent)
    assert answer.status_code == status, answer.text
    assert answer.json()["success"] is False
    assert answer.json()["error"].keys() == {"__type", "message"}


def test_a_strangers_endless_query_is_stopped_soon_and_staff_go_on(house, api):
    endless = "select sum(a.range * b.range) from range(10000000) a, range(10000000) b"
    with closing(house.sign_in("data-officer")) as officer, ThreadPoolExecutor() as strangers:
        address = f"{house.url}/api/3/action/datastore_search_sql"
        asked = [strangers.submit(httpx.get, address, params={"sql": endless}, timeout=60) for _ in range(3)]
        time.sleep(0.5)
        officer.post("/api/sql", json={"sql": "select 1"}).raise_for_status()
        answers = [one.result() for one in asked]
    assert {answer.status_code for answer in answers} <= {409, 503}
    assert any("5 s" in answer.text for answer in answers), [answer.text for answer in answers]


def test_frictionless_finds_the_data_as_its_package_says(house, api):
    package = frictionless.Package(f"{house.url}/datasets/city_air/datapackage.json")
    report = package.validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])[:5]
    (resource,) = package.resources
    assert len(resource.read_rows()) == 25


def test_the_catalogue_is_the_same_in_every_form(house, api):
    sizes = set()
    for ending, form in (("jsonld", "json-ld"), ("ttl", "turtle"), ("rdf", "xml")):
        graph = Graph().parse(data=httpx.get(f"{house.url}/catalog.{ending}").text, format=form)
        sizes.add(len(set(graph.subjects(RDF.type, DCAT.Dataset))))
    listed = json.loads(httpx.get(f"{house.url}/data.json").text)["dataset"]
    assert sizes == {len(listed)}
    assert len(listed) >= 3


def test_the_portal_finds_it_and_tells_of_it_in_its_feeds(house, api):
    with ckanapi.RemoteCKAN(house.url) as site:
        await_found(site, q="city_air")
    with house.visit() as visitor:
        # Another process may know what is new only some seconds later.
        deadline = time.monotonic() + 60
        while 'href="/open_data/city_air/"' not in visitor.get("/open_data/", params={"q": "city_air"}).text:
            assert time.monotonic() < deadline
            time.sleep(0.5)
    feed = httpx.get(f"{house.url}/open_data/changes.json", params={"dataset": "city_air"}).json()
    assert [item["_madang"]["kind"] for item in feed["items"]] == ["opened"]
    atom = ET.fromstring(httpx.get(f"{house.url}/open_data/changes.atom").content)
    assert atom.tag == "{http://www.w3.org/2005/Atom}feed"
    for before in ("-1", "x", "9" * 30):
        assert httpx.get(f"{house.url}/open_data/changes.json", params={"before": before}).status_code == 422
    croissant = httpx.get(f"{house.url}/datasets/city_air/croissant.json").json()
    assert len(croissant["recordSet"][0]["field"]) == 12
