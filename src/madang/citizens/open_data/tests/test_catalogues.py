"""Whom to ask is named where the city says whom, and nobody is made up."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from rdflib import DCAT, Graph, Literal, URIRef

from madang.citizens.open_data.hot.catalogues import VCARD, build_data_json, build_graph
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
    assert listed.get("contactPoint", {}).get("hasEmail", "") == (named[0] if named else "")


@pytest.mark.parametrize("category", ["기타", 'a "b<c>{} \\', "%", "#?&"])
def test_any_category_makes_a_graph_that_can_be_written(category):
    record = msgspec.structs.replace(RECORD, category=category)
    graph = build_graph([record], "http://city.example", "마당시", "Madang City", "")
    for form in ("turtle", "json-ld", "xml"):
        again = Graph().parse(data=graph.serialize(format=form), format=form)
        assert len(list(again.objects(None, DCAT.theme))) == 1
