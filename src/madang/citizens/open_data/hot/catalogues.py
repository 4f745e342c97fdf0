"""The catalogue as DCAT-AP (RDF) and as data.json."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.http import urlencode
from rdflib import DCAT, DCTERMS, FOAF, ORG, RDF, SKOS, XSD, Graph, Literal, Namespace, URIRef

from madang.citizens.open_data.methods.elements import clean_text
from madang.citizens.open_data.methods.files import list_files
from madang.citizens.open_data.methods.harvesting import HYDRA
from madang.citizens.open_data.methods.naming import LICENCE_ADDRESSES, find_mail, say_category
from madang.citizens.open_data.queries.agencies import name_agency
from madang.core.lake.interface import DatasetRecord

VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/"
DAY_S = 86_400
FREQUENCIES = {
    "UPDATE_CONT": 600, "HOURLY": 3600, "DAILY": DAY_S, "WEEKLY": 7 * DAY_S, "MONTHLY": 31 * DAY_S,
    "QUARTERLY": 92 * DAY_S, "ANNUAL": 366 * DAY_S,
}  # fmt: skip
IANA = "https://www.iana.org/assignments/media-types/"


def build_graph(
    records: Sequence[DatasetRecord], address: str, city_ko: str, city_en: str, contact: str
) -> Graph:
    """Return the catalogue of `records` as a DCAT-AP 3 graph.

    `address` is the house's, without a slash; `contact` the e-mail address that answers, or empty.
    """
    graph = Graph()
    for prefix, namespace in (("dcat", DCAT), ("dct", DCTERMS), ("foaf", FOAF), ("vcard", VCARD)):
        graph.bind(prefix, namespace)
    catalogue, publisher = URIRef(f"{address}/catalog"), URIRef(f"{address}/#city")
    graph.add((publisher, RDF.type, FOAF.Agent))
    _say(graph, publisher, FOAF.name, city_ko, city_en)
    graph.add((catalogue, RDF.type, DCAT.Catalog))
    _say(graph, catalogue, DCTERMS.title, f"{city_ko} 열린데이터광장", f"Open data of {city_en}")
    _say(graph, catalogue, DCTERMS.description, f"{city_ko}가 공개한 데이터", f"Data published by {city_en}")
    graph.add((catalogue, DCTERMS.publisher, publisher))
    answers = URIRef(f"{address}/#contact")
    if contact:
        graph.add((answers, RDF.type, VCARD.Kind))
        _say(graph, answers, VCARD.fn, city_ko, city_en)
        graph.add((answers, VCARD.hasEmail, URIRef(f"mailto:{contact}")))
    for record in records:
        dataset = URIRef(f"{address}/datasets/{record.name}/")
        graph.add((catalogue, DCAT.dataset, dataset))
        if record.table.contact:
            graph.add((dataset, DCAT.contactPoint, _name_contact(graph, dataset, record.table.contact)))
        elif contact:
            graph.add((dataset, DCAT.contactPoint, answers))
        code = record.table.owner_agency
        agency = _name_publisher(graph, code, address, publisher) if code else publisher
        _add_dataset(graph, dataset, record, address, agency)
    return graph


def add_pages(graph: Graph, address: str, page: int, last: int, size: int, total: int) -> None:
    """Say which page of `last` a graph is, and where the others are, in Hydra's words as CKAN's catalogues do."""
    here = URIRef(f"{address}?page={page}")
    graph.bind("hydra", HYDRA)
    graph.add((here, RDF.type, HYDRA.PagedCollection))
    graph.add((here, HYDRA.totalItems, Literal(total)))
    graph.add((here, HYDRA.itemsPerPage, Literal(size)))
    others = {"firstPage": 1, "previousPage": page - 1, "nextPage": page + 1, "lastPage": last}
    for term, number in others.items():
        if 1 <= number <= last:
            graph.add((here, HYDRA[term], Literal(f"{address}?page={number}")))


def _name_publisher(graph: Graph, code: str, address: str, city: URIRef) -> URIRef:
    """Say which agency of the city publishes a dataset."""
    agency, name = URIRef(f"{address}/#{urlencode({'agency': code})}"), name_agency(code)
    graph.add((agency, RDF.type, FOAF.Agent))
    graph.add((agency, ORG.unitOf, city))
    _say(graph, agency, FOAF.name, name.ko, name.en)
    return agency


def _name_contact(graph: Graph, dataset: URIRef, contact: str) -> URIRef:
    """Say whom a dataset's own contact names, and the e-mail address in it, where there is one."""
    office = URIRef(f"{dataset}#contact")
    graph.add((office, RDF.type, VCARD.Kind))
    _say(graph, office, VCARD.fn, contact, "")
    mail = find_mail(contact)
    if mail:
        graph.add((office, VCARD.hasEmail, URIRef(f"mailto:{mail}")))
    return office


def _add_dataset(
    graph: Graph, dataset: URIRef, record: DatasetRecord, address: str, publisher: URIRef
) -> None:
    table = record.table
    graph.add((dataset, RDF.type, DCAT.Dataset))
    graph.add((dataset, DCTERMS.identifier, Literal(record.name)))
    _say(graph, dataset, DCTERMS.title, table.title.ko, table.title.en)
    description = table.description if table.description.ko else table.title
    _say(graph, dataset, DCTERMS.description, description.ko, description.en)
    graph.add((dataset, DCTERMS.publisher, publisher))
    graph.add((dataset, DCTERMS.issued, Literal(record.created_at.isoformat(), datatype=XSD.dateTime)))
    graph.add((dataset, DCTERMS.modified, Literal(record.updated_at.isoformat(), datatype=XSD.dateTime)))
    graph.add((dataset, DCAT.version, Literal(str(record.version))))
    if record.category:
        theme, words = find_theme(address, record.category), say_category(record.category)
        graph.add((dataset, DCAT.theme, theme))
        graph.add((theme, RDF.type, SKOS.Concept))
        _say(graph, theme, SKOS.prefLabel, words.ko, words.en)
    if table.freshness_promise_s:
        frequency = URIRef(FREQUENCY + name_frequency(table.freshness_promise_s))
        graph.add((dataset, DCTERMS.accrualPeriodicity, frequency))
        graph.add((frequency, RDF.type, DCTERMS.Frequency))
    for word in record.keywords:
        graph.add((dataset, DCAT.keyword, Literal(clean_text(word), lang="ko")))
    _add_files(graph, dataset, record, address)


def _add_files(graph: Graph, dataset: URIRef, record: DatasetRecord, address: str) -> None:
    """Say in which forms a dataset can be taken, and under which licence."""
    table = record.table
    for form, media in list_files(table).items():
        file = URIRef(f"{address}/datasets/{record.name}.{form}")
        distribution = URIRef(f"{file}#distribution")
        graph.add((dataset, DCAT.distribution, distribution))
        graph.add((distribution, RDF.type, DCAT.Distribution))
        graph.add((distribution, DCAT.accessURL, file))
        graph.add((distribution, DCAT.downloadURL, file))
        graph.add((distribution, DCAT.mediaType, URIRef(IANA + media)))
        graph.add((URIRef(IANA + media), RDF.type, DCTERMS.MediaType))
        graph.add((distribution, DCTERMS.title, Literal(form.upper())))
        if table.licence in LICENCE_ADDRESSES:
            licence = URIRef(LICENCE_ADDRESSES[table.licence])
            graph.add((distribution, DCTERMS.license, licence))
            graph.add((licence, RDF.type, DCTERMS.LicenseDocument))


def name_frequency(seconds: int) -> str:
    """Return what the EU's register calls being updated at least once in so many seconds."""
    return next((name for name, most in FREQUENCIES.items() if seconds <= most), "IRREG")


def find_theme(address: str, category: str) -> URIRef:
    """Return the address of a category: its datasets."""
    return URIRef(f"{address}/open_data/?{urlencode({'category': category})}")


def _say(graph: Graph, subject: URIRef, term: Any, ko: str, en: str) -> None:
    graph.add((subject, term, Literal(clean_text(ko), lang="ko")))
    if en:
        graph.add((subject, term, Literal(clean_text(en), lang="en")))


def build_data_json(
    records: Sequence[DatasetRecord], address: str, city_ko: str, contact: str
) -> dict[str, Any]:
    """Return the catalogue as Project Open Data's data.json 1.1, which demands whom to ask: its address may be empty."""
    return {
        "@context": "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld",
        "@type": "dcat:Catalog",
        "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
        "describedBy": "https://project-open-data.cio.gov/v1.1/schema/catalog.json",
        "dataset": [
            {
                "@type": "dcat:Dataset",
                "identifier": f"{address}/datasets/{record.name}/",
                "title": record.table.title.ko,
                "description": record.table.description.ko or record.table.title.ko,
                "keyword": list(record.keywords) or [record.category or record.name],
                "modified": record.updated_at.date().isoformat(),
                **_promise(record.table.freshness_promise_s),
                "publisher": _describe_publisher(record.table.owner_agency, city_ko),
                **({"theme": [say_category(record.category).ko]} if record.category else {}),
                "contactPoint": _describe_contact(record.table.contact, city_ko, contact),
                "accessLevel": "public",
                "landingPage": f"{address}/datasets/{record.name}/",
                **({"license": LICENCE_ADDRESSES[record.table.licence]} if record.table.licence in LICENCE_ADDRESSES else {}),
                "distribution": [
                    {
                        "@type": "dcat:Distribution",
                        "mediaType": media,
                        "format": form.upper(),
                        "downloadURL": f"{address}/datasets/{record.name}.{form}",
                    }
                    for form, media in list_files(record.table).items()
                ],
            }
            for record in records
        ],
    }  # fmt: skip


def _describe_publisher(agency: str, city: str) -> dict[str, Any]:
    """Return the agency that publishes, as the city's, else the city itself, in data.json's words."""
    whole = {"@type": "org:Organization", "name": city}
    return whole | {"name": name_agency(agency).ko, "subOrganizationOf": whole} if agency else whole


def _promise(seconds: int | None) -> dict[str, str]:
    """Return how often a dataset is updated, as a repeating interval of ISO 8601."""
    return {"accrualPeriodicity": f"R/PT{seconds}S"} if seconds else {}


def _describe_contact(own: str, city: str, contact: str) -> dict[str, str]:
    """Return whom to ask in data.json's words: who the dataset names, else the city; `mailto:` alone where no address is known."""
    return {
        "@type": "vcard:Contact",
        "fn": own or city,
        "hasEmail": f"mailto:{find_mail(own) or contact}",
    }
