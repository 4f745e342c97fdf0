"""`@context`: short names ↔ IRIs, by rdflib's JSON-LD context. Contexts elsewhere on the web aren't fetched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rdflib.plugins.shared.jsonld.context import Context

from .problems import Problem, bad

CORE = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld"
CORE_PREFIX = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context"
DEFAULT = "https://uri.etsi.org/ngsi-ld/default-context/"
NGSI = "https://uri.etsi.org/ngsi-ld/"
CORE_TERMS = {name: NGSI + name for name in ("location", "observationSpace", "operationSpace")}
LARGEST = 500


def write_link(source: Any) -> str:
    """Return the Link header that names the context of JSON; of one that has no address that of the standard."""
    address = source if isinstance(source, str) else CORE
    return f'<{address}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'


class Terms:
    """The names of one request."""

    def __init__(self, source: Any, find_hosted: Callable[[str], Any]) -> None:
        self.source = source
        terms: dict[str, Any] = {}
        for part in _flatten(source, find_hosted):
            terms |= part
        if len(terms) > LARGEST:
            raise bad(f"a context has at most {LARGEST} terms")
        try:
            self._context = Context(terms | CORE_TERMS | {"@vocab": DEFAULT})
        except Exception as error:  # rdflib raises many kinds
            raise bad(f"can't read the @context: {error}") from error
        self._compacted: dict[str, str] = {}

    def expand(self, name: str) -> str:
        """Return the IRI of a name."""
        if not name or any(letter in name for letter in " \t\n<>\"'=;()?*|"):
            raise bad(f"{name[:100]!r} can't be a name")
        return str(self._context.expand(name))

    def compact(self, iri: str) -> str:
        """Return the shortest name of an IRI."""
        if iri not in self._compacted:
            self._compacted[iri] = str(self._context.to_symbol(iri) or iri)
        return self._compacted[iri]


def _flatten(source: Any, find_hosted: Callable[[str], Any], depth: int = 0) -> list[dict[str, Any]]:
    if depth > 5:
        raise bad("contexts refer to one another too deeply")
    if source is None:
        return []
    if isinstance(source, list):
        return [part for one in source for part in _flatten(one, find_hosted, depth + 1)]
    if isinstance(source, dict):
        inner = source.get("@context")
        return _flatten(inner, find_hosted, depth + 1) if inner is not None else [source]
    if not isinstance(source, str):
        raise bad("a @context is an address, an object, or a list of them")
    if source.startswith(CORE_PREFIX):
        return []
    hosted = find_hosted(source)
    if hosted is None:
        raise Problem(
            "LdContextNotAvailable",
            f"the house fetches no @context: hand in the one of {source[:200]} by POST to "
            "/ngsi-ld/v1/jsonldContexts?url=(that address), or send the context itself",
        )
    return _flatten(hosted, find_hosted, depth + 1)
