"""What other programs read of a dataset: DCAT-AP by its shapes, schema.org, Croissant and the feeds of changes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pyshacl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import DCAT, DCTERMS, RDF, Graph, Literal, Namespace, URIRef
from starlette.requests import Request

from madang.citizens.open_data import hot, models
from madang.citizens.open_data.hot.catalogues import HYDRA, build_graph
from madang.citizens.open_data.hot.feeds import write_atom, write_json_feed
from madang.citizens.open_data.methods.linked import (
    Described,
    describe_catalogue,
    describe_croissant,
    describe_dataset,
    write_script,
)
from madang.citizens.open_data.pages.changes import CHANGES
from madang.citizens.open_data.records.changes import Change, ChangeKind
from madang.core.base.interface import Column, ColumnType, NotFound, Table, Text
from madang.core.lake.interface import DatasetRecord, DatasetState
from madang.core.pages.testing import ListPageCases

NOW = datetime(2026, 11, 29, 3, tzinfo=UTC)
HOME = "https://city.example"
SHAPES = Path(__file__).with_name("dcat_ap_shapes.ttl")
CR, SC = Namespace("http://mlcommons.org/croissant/"), Namespace("https://schema.org/")
COLUMNS = tuple(
    Column(name=f"{kind.value}_value", type=kind, title=Text(ko=f"{kind.value} 값", en=kind.value), unit="m")
    for kind in ColumnType
)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)


def make_record(
    ko="쉼터", en="Shelters", category="welfare", keywords=("쉼터",), licence="KOGL-1", name="shelters"
):
    table = Table(name=name, title=Text(ko=ko, en=en), columns=COLUMNS, licence=licence, key=("text_value",))
    return DatasetRecord(
        table=table, state=DatasetState.PUBLISHED, category=category, keywords=keywords, withdrawn_reason="", version=3,
        rows=1, quality=None, measured_at=None, created_at=NOW, updated_at=NOW,
    )  # fmt: skip


def validate(graph: Graph) -> tuple[bool, str]:
    conforms, _, text = pyshacl.validate(graph, shacl_graph=str(SHAPES), inference="none")
    return conforms, text


@pytest.mark.parametrize("contact", ["", "data@city.example"])
def test_the_catalogue_holds_by_the_shapes_in_every_form(contact):
    records = [make_record(), make_record(name="bare", en="", category="", keywords=(), licence="")]
    graph = build_graph(records, HOME, "마당시", "Madang", contact)
    for form in ("turtle", "json-ld", "xml"):
        conforms, text = validate(Graph().parse(data=graph.serialize(format=form), format=form))
        assert conforms, text


@given(WORDS, st.text(max_size=5), WORDS, st.lists(WORDS, max_size=3))
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_words_hold_by_the_shapes(ko, en, category, keywords):
    graph = build_graph([make_record(ko, en, category, tuple(keywords))], HOME, "마당시", "", "")
    conforms, text = validate(graph)
    assert conforms, text


def test_the_shapes_can_fail():
    graph = build_graph([make_record()], HOME, "마당시", "Madang", "")
    file = next(graph.subjects(RDF.type, DCAT.Distribution))
    graph.set((file, DCAT.accessURL, Literal("not an address")))
    assert not validate(graph)[0]
    graph.remove((file, DCAT.accessURL, None))
    assert not validate(graph)[0]


def describe(record: DatasetRecord) -> Described:
    return Described(
        table=record.table, columns=COLUMNS, keywords=record.keywords, version=3, created_at=NOW, updated_at=NOW,
        address=HOME, city="마당시",
    )  # fmt: skip


def test_schema_org_says_what_a_search_engine_asks_for():
    said = describe_dataset(describe(make_record()))
    assert {"@context", "@type", "name", "description", "license", "creator", "distribution", "url"} <= set(
        said
    )
    assert {one["encodingFormat"] for one in said["distribution"]} >= {"text/csv", "application/json"}
    assert len(said["variableMeasured"]) == len(COLUMNS)
    assert describe_catalogue(HOME, "마당시")["@type"] == "DataCatalog"


@given(st.text(max_size=30))
def test_no_words_end_the_script_they_stand_in(words):
    written = write_script({"name": f"</script>{words}<!--"})
    assert not {"<", ">", "&"} & set(written)
    assert json.loads(written)["name"] == f"</script>{words}<!--"


def test_croissant_is_linked_data_whose_fields_come_from_its_file():
    graph = Graph().parse(data=json.dumps(describe_croissant(describe(make_record()))), format="json-ld")
    (dataset,) = graph.subjects(RDF.type, SC.Dataset)
    for needed in (SC.name, SC.description, SC.license, SC.url, SC.creator, SC.datePublished, SC.version):
        assert graph.value(dataset, needed) is not None, needed
    profile = graph.value(dataset, URIRef("http://purl.org/dc/terms/conformsTo"))
    assert str(profile) == "http://mlcommons.org/croissant/1.0"
    assert graph.value(dataset, CR.isLiveDataset).toPython() is True
    (file,) = graph.subjects(RDF.type, CR.FileObject)
    (rows,) = graph.subjects(RDF.type, CR.RecordSet)
    fields = list(graph.objects(rows, CR.field))
    assert len(fields) == len(COLUMNS)
    for field in fields:
        source = graph.value(field, CR.source)
        assert graph.value(source, CR.fileObject) == file
        assert str(graph.value(graph.value(source, CR.extract), CR.column)) == str(
            graph.value(field, SC.name)
        )
        assert str(graph.value(field, CR.dataType)).startswith(str(SC))
    assert str(graph.value(graph.value(rows, CR.key), SC.name)) == "text_value"


def make_change(number: int, kind: ChangeKind = ChangeKind.VERSION, ko: str = "쉼터") -> Change:
    title = Text(ko=ko, en="")
    return Change(id=number, dataset="shelters", title=title, kind=kind, version=number, rows=1000, at=NOW)


@given(st.lists(st.text(max_size=12), max_size=5))
def test_feeds_hold_the_same_changes_whatever_they_are_called(titles):
    changes = [make_change(at, ko=title) for at, title in enumerate(titles)]
    asked = {"home": HOME, "here": f"{HOME}/x", "after": "", "title": "바뀐 데이터"}
    atom = ET.fromstring(write_atom(changes, began=NOW.isoformat(), **asked))
    feed = json.loads(msgspec.json.encode(write_json_feed(changes, **asked)))
    space = "{http://www.w3.org/2005/Atom}"
    ids = [entry.findtext(f"{space}id") for entry in atom.iter(f"{space}entry")]
    assert ids == [item["id"] for item in feed["items"]]
    assert len(set(ids)) == len(changes)
    for element in (atom, *atom.iter(f"{space}entry")):
        assert all(element.find(f"{space}{name}") is not None for name in ("id", "title", "updated"))
    assert "next_url" not in feed


class TestChanges(ListPageCases):
    path = "/open_data/changes/"
    list_page = CHANGES
    is_public = True

    @pytest.fixture(autouse=True)
    def rows(self, db):
        title = {"ko": "쉼터", "en": "Shelters"}
        models.ChangeRow.objects.create(
            dataset="shelters", title=title, kind="opened", version=0, rows=2, at=NOW
        )

    def test_every_link_of_the_first_row_leads_somewhere(self, reader):
        assert (
            reader.get("/open_data/shelters/").status_code == 404
        )  # a withdrawn dataset's change stays listed


def test_croissant_holds_whatever_columns_are_called():
    names = ("기준 일자", "이용인원(명)", "<b/>", "a/b")
    columns = tuple(Column(name=one, type=ColumnType.TEXT, title=Text(ko=one, en=one)) for one in names)
    record = make_record()
    table = msgspec.structs.replace(record.table, columns=columns, key=("기준 일자",))
    one = Described(
        table=table,
        columns=columns,
        keywords=(),
        version=1,
        created_at=NOW,
        updated_at=NOW,
        address=HOME,
        city="마당시",
    )
    (rows,) = describe_croissant(one)["recordSet"]
    assert [field["@id"] for field in rows["field"]] == [
        "rows/기준_일자",
        "rows/이용인원_명_",
        "rows/_b__",
        "rows/a_b",
    ]
    assert [field["source"]["extract"]["column"] for field in rows["field"]] == list(names)
    assert rows["key"] == [{"@id": "rows/기준_일자"}]


@pytest.mark.parametrize("ending", ["ttl", "rdf", "jsonld"])
def test_a_large_catalogue_comes_in_pages_that_lead_on(monkeypatch, ending):
    monkeypatch.setattr(hot, "list_public", lambda: [make_record(name=f"d{n}") for n in range(5)])
    monkeypatch.setattr(hot, "GRAPH_PAGE", 2)
    names: set[str] = set()
    for page in (1, 2, 3):
        scope = {
            "type": "http", "method": "GET", "path": f"/catalog.{ending}", "query_string": b"", "scheme": "http",
            "headers": [(b"host", b"localhost")], "server": ("localhost", 80),
        }  # fmt: skip
        answer = hot.send_graph(Request(scope), hot.GraphQuery(page=page), None)
        graph = Graph().parse(data=bytes(answer.body), format=hot.GRAPHS[ending][0])
        assert validate(graph)[0]
        names |= {str(name) for name in graph.objects(None, DCTERMS.identifier)}
        following = f"http://localhost/catalog.{ending}?page={page + 1}"
        assert [str(one) for one in graph.objects(None, HYDRA.nextPage)] == ([following] if page < 3 else [])
        assert answer.headers.get("link") == (f'<{following}>; rel="next"' if page < 3 else None)
        assert [one.toPython() for one in graph.objects(None, HYDRA.totalItems)] == [5]
    assert names == {f"d{n}" for n in range(5)}
    with pytest.raises(NotFound):
        hot.send_graph(Request(scope), hot.GraphQuery(page=4), None)
