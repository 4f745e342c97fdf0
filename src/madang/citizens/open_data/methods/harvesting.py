"""Reading other catalogues' records, each by itself: a wrong one is told and the others are taken."""

from __future__ import annotations

import html
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec
from rdflib import DCAT, DCTERMS, FOAF, RDF, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from madang.citizens.open_data.records.harvest import Remote, Wrong

from .files import MEDIA
from .naming import LICENCE_ADDRESSES

HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
IRI = re.compile(rb"<[a-z][a-z0-9+.-]*:[^<>\s]*>\s", re.IGNORECASE)  # Turtle may begin with a subject
BREAK = re.compile(r"</?(?:br|p|li|div|tr|h[1-6])\b[^<>]{0,500}>", re.IGNORECASE)
TAG = re.compile(r"</?[a-z][^<>]{0,500}>|<!--[^<>]{0,500}-->", re.IGNORECASE)
LONGEST_TITLE, LONGEST_ABOUT, MOST_PARTS = 300, 5_000, 50
CODES = {address.rstrip("/"): code for code, address in LICENCE_ADDRESSES.items()}


MEDIA_FORMS = {media.rpartition("/")[2]: form.upper() for form, media in MEDIA.items()} | {
    "vnd.ms-excel": "XLS", "vnd.oasis.opendocument.spreadsheet": "ODS", "geopackage": "GPKG", "x-zip-compressed": "ZIP",
    "x-shapefile": "SHP", "vnd.shp": "SHP", "vnd.google-earth.kml+xml": "KML", "rdf+xml": "RDF", "ld+json": "JSON-LD",
    "vnd.hancom.hwp": "HWP", "x-hwp": "HWP", "msword": "DOC", "tab-separated-values": "TSV", "plain": "TXT",
}  # fmt: skip
"""What forms are called that are named by their media type."""


class Unreadable(Exception):
    """The catalogue as a whole can't be read; the text says why."""


def read_json(body: bytes) -> Any:
    """Return what a JSON answer holds; raise Unreadable where it isn't JSON."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"not JSON: {error}") from error


def read_ckan_page(body: bytes) -> tuple[list[Any], int]:
    """Return the packages of one answer of package_search, and how many there are in all."""
    answer = read_json(body)
    result = answer.get("result") if isinstance(answer, dict) and answer.get("success") else None
    if not isinstance(result, dict) or not isinstance(result.get("results"), list):
        raise Unreadable("not an answer of package_search")
    count = result.get("count")
    return result["results"], count if isinstance(count, int) else 0


def read_each(records: Iterable[Any], read: Callable[[Any], Remote]) -> Iterator[Remote | Wrong]:
    """Yield each record as it could be read, or why it couldn't; the same id twice is wrong the second time."""
    seen: set[str] = set()
    for at, record in enumerate(records):
        try:
            remote = read(record)
            if remote.id in seen:
                raise ValueError("the same identifier a second time")
            seen.add(remote.id)
            yield remote
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            yield Wrong(record=_name(record) or f"#{at + 1}", reason=f"{error}"[:300] or type(error).__name__)


def read_package(package: Any) -> Remote:
    """Return a CKAN package; raise ValueError where it lacks what it is known and shown by."""
    package = _mapping(package, "a package")
    resources = [one for one in package.get("resources") or () if isinstance(one, dict)]
    translated = package.get("title_translated")
    return Remote(
        id=_need(package.get("id") or package.get("name"), "id"),
        title=_need(package.get("title") or package.get("name"), "title")[:LONGEST_TITLE],
        title_en=_text(translated.get("en") if isinstance(translated, dict) else "")[:LONGEST_TITLE],
        about=_prose(package.get("notes"))[:LONGEST_ABOUT],
        publisher=(_text((package.get("organization") or {}).get("title")) or _text(package.get("author")))[
            :200
        ],
        licence=_licence(_text(package.get("license_url")), _text(package.get("license_id"))),
        keywords=_words(tag.get("name") for tag in package.get("tags") or () if isinstance(tag, dict)),
        category=_text(next(iter(package.get("groups") or ()), {}).get("title"))[:60],
        forms=_words(name_form(_text(one.get("format"))) for one in resources),
        address=_web(package.get("url")),
        files=_files((one.get("format") or one.get("name"), one.get("url")) for one in resources),
        modified=_text(package.get("metadata_modified"))[:40],
    )


def read_data_json(body: bytes) -> list[Any]:
    """Return the datasets of a data.json; raise Unreadable where it isn't one."""
    catalogue = read_json(body)
    if not isinstance(catalogue, dict) or not isinstance(catalogue.get("dataset"), list):
        raise Unreadable("data.json has no list of datasets")
    return catalogue["dataset"]


def read_listed(dataset: Any) -> Remote:
    """Return a dataset of a data.json; raise ValueError where it lacks what it is known and shown by."""
    dataset = _mapping(dataset, "a dataset")
    files = [one for one in dataset.get("distribution") or () if isinstance(one, dict)]
    forms = [name_form(_text(one.get("format")) or _text(one.get("mediaType"))) for one in files]
    publisher = dataset.get("publisher")
    return Remote(
        id=_need(dataset.get("identifier"), "identifier"),
        title=_need(dataset.get("title"), "title")[:LONGEST_TITLE],
        about=_prose(dataset.get("description"))[:LONGEST_ABOUT],
        publisher=_text(publisher.get("name") if isinstance(publisher, dict) else publisher)[:200],
        licence=_licence(_text(dataset.get("license")), ""),
        keywords=_words(dataset.get("keyword") or ()),
        category=_text(next(iter(dataset.get("theme") or ()), ""))[:60],
        forms=_words(forms),
        address=_web(dataset.get("landingPage")),
        files=_files((form, one.get("downloadURL") or one.get("accessURL")) for form, one in zip(forms, files, strict=True)),
        modified=_text(dataset.get("modified"))[:40],
    )  # fmt: skip


def read_graph(body: bytes, address: str = "") -> Graph:
    """Return a DCAT catalogue in JSON-LD, RDF/XML or Turtle, told apart by how it begins.

    Names in it that are no whole addresses are read as seen from `address`. Contexts that would have to be fetched, and entities of its own that an XML document declares, are refused.
    """
    body = body.removeprefix(BOM_UTF8).lstrip()
    if body[:1] in {b"{", b"["}:
        return _parse(msgspec.json.encode(_read_plain(body)), "json-ld", "JSON-LD", address)
    if body[:1] != b"<" or IRI.match(body):
        return _parse(body, "turtle", "JSON-LD, RDF/XML or Turtle", address)
    if b"<!ENTITY" in body:
        raise Unreadable("its XML declares entities of its own, which aren't read")
    return _parse(body, "xml", "RDF/XML", address)


def _read_plain(body: bytes) -> Any:
    parsed = read_json(body)
    if _has_outside_context(parsed):
        raise Unreadable(
            "its @context is at another address; only contexts written into the document are read"
        )
    return parsed


def _parse(body: bytes, form: str, name: str, address: str) -> Graph:
    try:
        return Graph().parse(data=body, format=form, publicID=address or None)
    except Exception as error:  # rdflib raises what its parts raise
        raise Unreadable(f"not {name}: {error}"[:300]) from error


def list_described(graph: Graph) -> list[tuple[Graph, Node]]:
    """Return the datasets that a graph describes, in the order of their names; raise Unreadable for what is no catalogue."""
    found = sorted(set(graph.subjects(RDF.type, DCAT.Dataset)), key=str)
    if not found and (None, RDF.type, DCAT.Catalog) not in graph:
        raise Unreadable("it describes neither a catalogue nor a dataset in DCAT's words")
    return [(graph, node) for node in found]


def find_next(graph: Graph) -> str:
    """Return the address of the page after this one in Hydra's words, "" where there is none."""
    following = [str(one) for term in ("nextPage", "next") for one in graph.objects(None, HYDRA[term])]
    return _web(next(iter(sorted(following)), ""))


def read_described(described: tuple[Graph, Node]) -> Remote:
    """Return a dcat:Dataset; raise ValueError where it lacks what it is known and shown by."""
    graph, node = described
    files = list(graph.objects(node, DCAT.distribution))
    licences = [graph.value(one, DCTERMS.license) for one in (node, *files)]
    publisher = graph.value(node, DCTERMS.publisher)
    own = str(node) if isinstance(node, URIRef) else ""
    return Remote(
        id=_need(own or graph.value(node, DCTERMS.identifier), "identifier"),
        title=_need(_say(graph, node, DCTERMS.title, "ko"), "dct:title")[:LONGEST_TITLE],
        title_en=_say(graph, node, DCTERMS.title, "en", strict=True)[:LONGEST_TITLE],
        about=_prose(_say(graph, node, DCTERMS.description, "ko"))[:LONGEST_ABOUT],
        publisher=_say(graph, publisher, FOAF.name, "ko")[:200] if publisher is not None else "",
        licence=_licence(str(next(filter(None, licences), "") or ""), ""),
        keywords=_words(str(word) for word in sorted(graph.objects(node, DCAT.keyword))),
        category=_say(graph, graph.value(node, DCAT.theme), SKOS.prefLabel, "ko")[:60],
        forms=_words(sorted(_form(graph, one) for one in files)),
        address=_web(str(graph.value(node, DCAT.landingPage) or own)),
        files=_files(
            (
                _form(graph, one),
                str(graph.value(one, DCAT.downloadURL) or graph.value(one, DCAT.accessURL) or ""),
            )
            for one in sorted(files, key=str)
        ),
        modified=str(graph.value(node, DCTERMS.modified) or "")[:40],
    )


def _form(graph: Graph, file: Node) -> str:
    value = graph.value(file, DCTERMS.format) or graph.value(file, DCAT.mediaType) or ""
    return name_form(str(value))


def name_form(given: str) -> str:
    """Return what a form is called, whether it is given by its name, its media type or an address of either."""
    name = given.partition(";")[0].strip().rstrip("/").rpartition("/")[2]
    return MEDIA_FORMS.get(name.lower(), name.upper())


def _say(graph: Graph, node: Node | None, term: URIRef, language: str, *, strict: bool = False) -> str:
    words = [one for one in graph.objects(node, term) if isinstance(one, Literal)] if node is not None else []
    spoken = sorted((one for one in words if one.language == language), key=str)
    return str(next(iter(spoken if strict else [*spoken, *sorted(words, key=str)]), ""))


def _has_outside_context(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_has_outside_context, value))
    if not isinstance(value, dict):
        return False
    context = value.get("@context", {})
    contexts = context if isinstance(context, list) else [context]
    if any(isinstance(one, str) for one in contexts):
        return True
    if any(isinstance(one, dict) and "@import" in one for one in contexts):
        return True
    return any(map(_has_outside_context, value.values()))


def _mapping(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"not {what} but {type(value).__name__}")
    return value


def _name(record: Any) -> str:
    if isinstance(record, tuple):
        return str(record[1])[:200]
    given = record if isinstance(record, dict) else {}
    return next(
        (str(given[key])[:200] for key in ("identifier", "name", "id", "title") if given.get(key)), ""
    )


def _text(value: Any) -> str:
    return value.strip().replace("\0", "") if isinstance(value, str) else ""


def _prose(value: Any) -> str:
    """Return a description that may be HTML as its words, a line for each paragraph."""
    words = html.unescape(TAG.sub("", BREAK.sub("\n", _text(value)))).replace("\0", "")
    return "\n".join(filter(None, (" ".join(line.split()) for line in words.splitlines())))


def _need(value: Any, name: str) -> str:
    text = (
        _text(str(value))
        if isinstance(value, int | Literal) and not isinstance(value, bool)
        else _text(value)
    )
    if not text or len(text) > 500:  # noqa: PLR2004 - as long as an address may be
        raise ValueError(f"{name} is missing" if not text else f"{name} is too long")
    return text


def _words(values: Iterable[Any]) -> tuple[str, ...]:
    words = (_text(value)[:60] for value in values)
    return tuple(dict.fromkeys(word for word in words if word))[:MOST_PARTS]


def _web(value: Any) -> str:
    text = _text(value)[:500]
    return text if text.startswith(("https://", "http://")) else ""


def _files(pairs: Iterable[tuple[Any, Any]]) -> tuple[tuple[str, str], ...]:
    files = ((_text(form).upper()[:60] or "FILE", _web(address)) for form, address in pairs)
    return tuple((form, address) for form, address in files if address)[:MOST_PARTS]


def _licence(address: str, name: str) -> str:
    return (CODES.get(address.rstrip("/")) or name or address)[:200]
