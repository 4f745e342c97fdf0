"""Whom to ask is named where the city says whom, and nobody is made up."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from rdflib import DCAT, DCTERMS, RDF, Graph, Literal, URIRef
from starlette.requests import Request

from madang.citizens.open_data.hot import find_graph
from madang.citizens.open_data.hot.catalogues import FREQUENCY, VCARD, build_data_json, build_graph
from madang.citizens.open_data.hot.packages import describe_package
from madang.citizens.open_data.methods.files import list_files
from madang.citizens.open_data.methods.harvesting import (
    list_described,
    read_described,
    read_listed,
    read_package,
)
from madang.citizens.open_data.queries.agencies import name_agency
from madang.core.base.interface import Column, ColumnType, Table, Text
from madang.core.lake.interface import DatasetRecord, DatasetState

NOW = datetime(2026, 11, 27, tzinfo=UTC)
COLUMN = Column(name="a", type=ColumnType.TEXT, title=Text(ko="가", en="a"))
RECORD = DatasetRecord(
    table=Table(name="shelters", title=Text(ko="쉼터", en="Shelters"), columns=(COLUMN,)),
    state=DatasetState.PUBLISHED, category="", keywords=(), withdrawn_reason="", version=0, rows=1, quality=None,
    measured_at=None, created_at=NOW, updated_at=NOW,
)  # fmt: skip


@pytest.mark.parametrize("contact", ["", "data@city.example"])
def test_the_contact_is_the_one_that_was_set_or_none(contact):
    address = "http://city.example"
    graph = build_graph([RECORD], address, "마당시", "Madang City", contact)
    named = [str(mail) for mail in graph.objects(None, VCARD.hasEmail)]
    assert named == ([f"mailto:{contact}"] if contact else [])
    dataset = URIRef(f"{address}/datasets/shelters/")
    assert len(list(graph.objects(dataset, DCAT.contactPoint))) == len(named)
    assert (None, VCARD.fn, Literal("마당시", lang="ko")) in graph or not contact
    (listed,) = build_data_json([RECORD], address, "마당시", contact)["dataset"]
    assert listed["contactPoint"] == {
        "@type": "vcard:Contact",
        "fn": "마당시",
        "hasEmail": named[0] if named else "mailto:",
    }


def test_a_dataset_s_own_contact_goes_before_the_city_s():
    table = msgspec.structs.replace(
        RECORD.table, contact="빅데이터담당관 02-2133-0000 big.data@city.example."
    )
    record, address = msgspec.structs.replace(RECORD, table=table), "http://city.example"
    graph = build_graph([record, RECORD], address, "마당시", "Madang City", "all@city.example")
    assert (None, VCARD.hasEmail, URIRef("mailto:big.data@city.example")) in graph
    (listed, _) = build_data_json([record, RECORD], address, "마당시", "")["dataset"]
    assert listed["contactPoint"]["hasEmail"] == "mailto:big.data@city.example"
    package = describe_package(record, address)
    assert (package["maintainer"], package["maintainer_email"]) == (table.contact, "big.data@city.example")
    phone = msgspec.structs.replace(
        record, table=msgspec.structs.replace(table, contact="빅데이터담당관 02-2133-0000")
    )
    asked = build_data_json([phone], address, "마당시", "")["dataset"][0]["contactPoint"]
    assert (asked["fn"], asked["hasEmail"]) == ("빅데이터담당관 02-2133-0000", "mailto:")


@pytest.mark.parametrize(("seconds", "name"), [
    (60, "UPDATE_CONT"), (3600, "HOURLY"), (7200, "DAILY"), (31 * 86_400, "MONTHLY"), (400 * 86_400, "IRREG"),
])  # fmt: skip
def test_a_promised_update_is_named_by_its_frequency(seconds, name):
    table = msgspec.structs.replace(RECORD.table, freshness_promise_s=seconds)
    record, address = msgspec.structs.replace(RECORD, table=table), "http://city.example"
    graph = build_graph([record], address, "마당시", "Madang City", "")
    (frequency,) = graph.objects(URIRef(f"{address}/datasets/shelters/"), DCTERMS.accrualPeriodicity)
    assert frequency == URIRef(FREQUENCY + name)
    assert (frequency, RDF.type, DCTERMS.Frequency) in graph
    (listed,) = build_data_json([record], address, "마당시", "")["dataset"]
    assert listed["accrualPeriodicity"] == f"R/PT{seconds}S"
    assert "accrualPeriodicity" not in build_data_json([RECORD], address, "마당시", "")["dataset"][0]


def test_places_are_offered_as_files_for_maps_only_where_everyone_may_know_them():
    lon, lat = (msgspec.structs.replace(COLUMN, name=name, type=ColumnType.NUMBER) for name in ("lon", "lat"))
    table = msgspec.structs.replace(RECORD.table, columns=(COLUMN, lon, lat), lon="lon", lat="lat")
    assert list_files(table).keys() - list_files(RECORD.table).keys() == {"geojson", "gpkg"}
    hidden = msgspec.structs.replace(
        table, columns=(COLUMN, lon, msgspec.structs.replace(lat, personal="위치"))
    )
    assert list_files(hidden) == list_files(RECORD.table)
    package = describe_package(msgspec.structs.replace(RECORD, table=table), "http://city.example")
    assert [one["format"] for one in package["resources"]] == [
        "CSV",
        "JSON",
        "PARQUET",
        "XLSX",
        "GEOJSON",
        "GPKG",
    ]
    assert package["num_resources"] == 6


@pytest.mark.parametrize("title", ["쉼터 \x0b\x01 <b>'\"&]]> 😀", "\n\t", "\u202e뒤집힌 {{ x }} {% y %}"])
def test_any_title_makes_a_graph_that_can_be_read_again(title):
    table = msgspec.structs.replace(RECORD.table, title=Text(ko=title, en=title), source=title)
    record = msgspec.structs.replace(RECORD, table=table, keywords=(title,))
    graph = build_graph([record], "http://city.example", "마당시", "Madang City", "")
    for form in ("turtle", "json-ld", "xml"):
        again = Graph().parse(data=graph.serialize(format=form), format=form)
        assert len(list(again.objects(URIRef("http://city.example/datasets/shelters/"), DCTERMS.title))) == 2


@pytest.mark.parametrize("category", ["기타", 'a "b<c>{} \\', "%", "#?&"])
def test_any_category_makes_a_graph_that_can_be_written(category):
    record = msgspec.structs.replace(RECORD, category=category)
    graph = build_graph([record], "http://city.example", "마당시", "Madang City", "")
    for form in ("turtle", "json-ld", "xml"):
        again = Graph().parse(data=graph.serialize(format=form), format=form)
        assert len(list(again.objects(None, DCAT.theme))) == 1


@pytest.mark.parametrize(("accept", "address"), [
    ("text/turtle", "/catalog.ttl"), ("application/rdf+xml;q=0.5", "/catalog.rdf"), ("*/*", "/open_data/"),
    ("application/ld+json, text/turtle;q=0.3", "/catalog.jsonld"), ("text/html,text/turtle;q=0.1", "/open_data/"),
])  # fmt: skip
def test_the_catalogue_s_own_address_leads_on(accept, address):
    scope = {"type": "http", "method": "GET", "path": "/catalog", "scheme": "http", "server": ("city.example", 80),
             "headers": [(b"accept", accept.encode())], "query_string": b""}  # fmt: skip
    answer = find_graph(Request(scope), None, None)
    assert (answer.status_code, answer.headers["location"]) == (303, f"http://city.example{address}")


@pytest.mark.django_db
def test_what_is_harvested_is_the_same_by_every_door():
    table = msgspec.structs.replace(RECORD.table, owner_agency="11140", licence="KOGL-1")
    record, address = msgspec.structs.replace(RECORD, table=table, category="복지"), "http://city.example"
    graph = build_graph([record], address, "마당시", "Madang City", "")
    (listed,) = build_data_json([record], address, "마당시", "")["dataset"]
    found = [
        read_described(list_described(graph)[0]), read_listed(listed), read_package(describe_package(record, address)),
    ]  # fmt: skip
    agency = name_agency("11140").ko
    assert listed["publisher"]["subOrganizationOf"]["name"] == "마당시"
    for one in found:
        assert (one.title, one.publisher, one.licence, one.category) == ("쉼터", agency, "KOGL-1", "복지")
        assert set(one.forms) == {"CSV", "JSON", "PARQUET", "XLSX"}
        assert {form for form, _ in one.files} == set(one.forms)
    unowned = describe_package(RECORD, address)
    assert read_package(unowned).publisher == unowned["author"] != ""
