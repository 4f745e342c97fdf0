"""Every dataset of the demonstration is valid by each description's own validator."""

from __future__ import annotations

import json
from pathlib import Path

import ckanapi
import frictionless
import httpx
import jsonschema
import mlcroissant
import pyshacl
import pytest
from etils import epath
from mlcroissant._src.core import constants
from rdflib import DCAT, RDF, Graph

SHAPES = Path(__file__).with_name("dcat_ap_shapes.ttl")
WORDS = {"type": "string", "minLength": 1}
ADDRESS = {"type": "string", "pattern": "^https?://"}
DAY = {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[-+][0-9:]+)?)?$"}
WORD_LIST = {"type": "array", "items": WORDS, "minItems": 1, "uniqueItems": True}
PUBLISHER = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "@type": {"const": "org:Organization"},
        "name": WORDS,
        "subOrganizationOf": {"$ref": "#/$defs/publisher"},
    },
}
CONTACT = {
    "type": "object",
    "required": ["fn", "hasEmail"],
    "properties": {
        "@type": {"const": "vcard:Contact"},
        "fn": WORDS,
        "hasEmail": {"type": "string", "pattern": r"^mailto:([\w.-]+@[\w.-]+\.[\w.-]+)?$"},
    },
}
FILE = {
    "type": "object",
    "required": ["downloadURL", "mediaType"],
    "properties": {
        "@type": {"const": "dcat:Distribution"},
        "downloadURL": ADDRESS,
        "format": WORDS,
        "mediaType": {"type": "string", "pattern": r"^[-\w]+/[-\w]+(\.[-\w]+)*(\+[-\w]+)?$"},
    },
}
DATASET = {
    "type": "object",
    "required": [
        "title", "description", "keyword", "modified", "publisher", "contactPoint", "identifier", "accessLevel",
    ],
    "properties": {
        "@type": {"const": "dcat:Dataset"}, "title": WORDS, "description": WORDS, "keyword": WORD_LIST, "modified": DAY,
        "publisher": {"$ref": "#/$defs/publisher"}, "contactPoint": CONTACT, "identifier": WORDS,
        "accessLevel": {"enum": ["public", "restricted public", "non-public"]}, "landingPage": ADDRESS,
        "license": ADDRESS, "theme": WORD_LIST, "accrualPeriodicity": {"type": "string", "pattern": r"^R/PT[0-9]+S$"}, "distribution": {"type": "array", "items": FILE},
    },
}  # fmt: skip
LISTED = {  # what the schema of Project Open Data 1.1 lays down for what is said here
    "$defs": {"publisher": PUBLISHER},
    "type": "object",
    "required": ["conformsTo", "dataset"],
    "properties": {
        "conformsTo": {"const": "https://project-open-data.cio.gov/v1.1/schema"},
        "dataset": {"type": "array", "items": DATASET},
    },
}


@pytest.fixture(scope="module")
def names(house):
    """Return the names of every public dataset."""
    with ckanapi.RemoteCKAN(house.url) as site:
        found = site.action.package_list()
    assert len(found) > 40
    return found


@pytest.fixture(scope="module")
def client(house):
    with httpx.Client(base_url=house.url, timeout=120) as client:
        yield client


def test_dcat_ap_holds_by_the_shapes_for_all(client, names):
    graph = Graph().parse(data=client.get("/catalog.ttl").text, format="turtle")
    assert len(set(graph.subjects(RDF.type, DCAT.Dataset))) == len(names)
    conforms, _, text = pyshacl.validate(graph, shacl_graph=str(SHAPES), inference="none")
    assert conforms, text[:2000]


def test_data_json_holds_by_its_schema_for_all(client, names):
    said = client.get("/data.json").json()
    jsonschema.Draft202012Validator(LISTED).validate(said)
    assert len({one["identifier"] for one in said["dataset"]}) == len(said["dataset"]) == len(names)


def test_a_dataset_without_a_contact_does_not_hold():
    said = {"conformsTo": LISTED["properties"]["conformsTo"]["const"], "dataset": [{"title": "a"}]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(LISTED).validate(said)


def test_croissant_is_valid_for_all(client, names):
    for name in names:
        said = client.get(f"/datasets/{name}/croissant.json").json()
        dataset = mlcroissant.Dataset(jsonld=said)
        issues = dataset.metadata.ctx.issues
        assert not issues.errors, (name, issues.errors)
        assert len(dataset.metadata.record_sets[0].fields) == len(said["recordSet"][0]["field"])


def test_croissant_reads_the_rows_it_describes(client, monkeypatch, tmp_path):
    monkeypatch.setattr(constants, "DOWNLOAD_PATH", epath.Path(tmp_path))
    rows = client.get("/api/datasets/map_night_clinic/rows", params={"limit": 100}).json()["rows"]
    said = client.get("/datasets/map_night_clinic/croissant.json").json()
    records = list(mlcroissant.Dataset(jsonld=said).records("rows"))
    names = {record["rows/name"].decode() for record in records}
    assert names == {row["name"] for row in rows}


def test_data_packages_are_valid_for_all_and_their_files_hold(house, client, names):
    for name in names:
        said = client.get(f"/datasets/{name}/datapackage.json").json()
        package = frictionless.Package.from_descriptor(said)
        assert {one["name"] for one in said["resources"][0]["schema"]["fields"]}
        assert package.resources[0].schema.field_names
    for name in ("map_cooling", "map_blossom", "districts"):
        address = f"{house.url}/datasets/{name}/datapackage.json"
        report = frictionless.Package(address).validate()
        assert report.valid, (name, report.flatten(["rowNumber", "fieldName", "message"])[:5])


def test_schema_org_stands_in_every_page(client, names):
    for name in names[:: max(1, len(names) // 12)]:
        page = client.get(f"/open_data/{name}/").text
        said = json.loads(page.split('<script type="application/ld+json">')[1].split("</script>")[0])
        assert {"@context", "@type", "name", "description", "url", "creator", "distribution"} <= set(said)
        assert len(said["description"]) > 1
