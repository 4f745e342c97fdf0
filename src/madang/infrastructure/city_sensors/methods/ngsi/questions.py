"""The query language `q` (ETSI GS CIM 009, 4.9) and geo-queries (4.10): read once, asked of entities."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, Literal

import msgspec
import shapely
from shapely.geometry import shape

from madang.core.base.interface import BadInput, measure_m
from madang.infrastructure.city_sensors.methods.sensorthings.bodies import (
    read_geometry,
    read_time,
    write_time,
)

from .contexts import NGSI, Terms
from .documents import ASKED, SYSTEM, Attributes, Entity, find_place, list_values
from .problems import bad

MOST_TERMS = 50
DEEPEST = 20
_TOKEN = re.compile(
    r"\s*(?:(?P<op>==|!=|>=|<=|!~=|~=|>|<)|(?P<mark>[();|!])|(?P<text>\"[^\"]*\")|(?P<word>[^\s();|!=<>~\"]+))"
)
_PATH = re.compile(r"(?P<names>[^\[\]]+)(?:\[(?P<keys>[^\[\]]+)\])?")
_SLOW = re.compile(r"[+*}?][^()]*\)\s*[+*{]|\)[+*}]|\\[1-9]|\(\?")
RELATIONS = {
    "equals": shapely.equals,
    "disjoint": shapely.disjoint,
    "within": shapely.within,
    "contains": shapely.contains,
    "overlaps": shapely.overlaps,
    "intersects": shapely.intersects,
}


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """One condition on the values at a path; without `op` it is that there are any."""

    path: str
    op: str = ""
    values: tuple[float | str, ...] = ()
    is_range: bool = False


class Both(msgspec.Struct, frozen=True):
    """Conditions joined by `;` (and) or `|` (or)."""

    parts: tuple[Any, ...]
    join: Literal["and", "or"]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A geo-query: a relation to a geometry; `low` and `high` are metres, for `near`."""

    relation: str
    geometry: dict[str, Any]
    iri: str
    low: float | None = None
    high: float | None = None


def read_q(text: str, terms: Terms, *, with_times: bool = False) -> Term | Both:
    """Return the tree of a `q`; raise Problem where it can't be read. `with_times`: it may ask when entities were made and changed."""
    tokens, position = [], 0
    while position < len(text.rstrip()):
        match = _TOKEN.match(text, position)
        if match is None or len(tokens) > 10 * MOST_TERMS:
            raise bad(f"can't read q at {text[position:][:50]!r}")
        tokens.append((match.lastgroup or "", match[match.lastgroup or 0]))
        position = match.end()
    reader = _Reader(tokens, terms, with_times=with_times)
    tree = reader.read_or()
    if reader.rest:
        raise bad(f"can't read q at {reader.rest[0][1][:50]!r}")
    return tree


def read_place(georel: str, geometry: str, coordinates: Any, iri: str | None) -> Place:
    """Return a geo-query of its parameters; coordinates are a list, longitude first."""
    relation, *limits = georel.split(";")
    try:
        body = {"type": geometry, "coordinates": coordinates}
        found = read_geometry("coordinates", body)
        if found is None or found.is_empty:
            raise bad(f"{geometry!r} of these coordinates is no geometry")
        low = high = None
        for limit in limits:
            name, metres = limit.split("==")
            if name == "maxDistance":
                high = float(metres)
            elif name == "minDistance":
                low = float(metres)
            else:
                raise bad(f"{name} is no limit of near")
    except (ValueError, TypeError) as error:
        raise bad(f"can't read the geo-query: {error}") from error
    if any(limit is not None and not 0 <= limit < math.inf for limit in (low, high)):
        raise bad("a distance is a number of metres, 0 or more")
    if relation not in RELATIONS and (relation != "near" or (low is None and high is None)):
        raise bad(f"{georel!r} is no relation: near needs maxDistance or minDistance")
    return Place(relation=relation, geometry=body, iri=iri or f"{NGSI}location", low=low, high=high)


def check_pattern(pattern: str) -> str:
    """Return a pattern that is quick for any text; raise Problem for what could take for ever."""
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise bad(f"can't read the pattern {pattern[:50]!r}") from error
    if len(pattern) > 100 or _SLOW.search(pattern):
        raise bad(
            "a pattern has at most 100 characters, no group with + * or { repeated, and no back-reference"
        )
    return pattern


def match_q(tree: Term | Both, attributes: Attributes) -> bool:
    """Return whether the attributes of an entity satisfy a `q`."""
    found: dict[str, list[Any]] = {}
    for path, value in list_values(attributes):
        found.setdefault(path, []).append(value)
    return _match(tree, found)


def match_place(place: Place, attributes: Attributes) -> bool:
    """Return whether an entity's geometry satisfies a geo-query."""
    value = find_place(attributes, place.iri)
    geometry = read_geometry("location", value) if value is not None else None
    return geometry is not None and make_matcher(place)(geometry)


def make_matcher(place: Place) -> Callable[[shapely.Geometry], bool]:
    """Return whether a geometry satisfies a geo-query, as a function for many geometries."""
    other = shape(place.geometry)
    if place.relation != "near":
        relate = RELATIONS[place.relation]
        return lambda geometry: bool(relate(geometry, other))
    return lambda geometry: _is_between(place, _measure_between(geometry, other))


def make_point_matcher(place: Place) -> Callable[[float, float], bool]:
    """Return whether a point (longitude, latitude) satisfies a geo-query, as a function for many points."""
    if place.relation == "near" and place.geometry["type"] == "Point":
        lon, lat = place.geometry["coordinates"][:2]
        return lambda x, y: _is_between(place, measure_m(x, y, lon, lat))
    match = make_matcher(place)
    return lambda x, y: match(shapely.Point(x, y))


def _is_between(place: Place, distance: float) -> bool:
    return (place.high is None or distance <= place.high) and (place.low is None or distance >= place.low)


def _measure_between(one: shapely.Geometry, other: shapely.Geometry) -> float:
    """Return the metres between the nearest points of two geometries in degrees."""
    (lon1, lat1), (lon2, lat2) = shapely.shortest_line(one, other).coords
    return measure_m(lon1, lat1, lon2, lat2)


def match_entity(
    entity: Entity, *, selectors: list[dict[str, Any]], q: Term | Both | None, place: Place | None
) -> bool:
    """Return whether an entity is one that a subscription speaks of. Selectors have type IRIs."""
    fits = not selectors or any(_fits(entity, one) for one in selectors)
    if not fits or (q is not None and not match_q(q, entity.attributes)):
        return False
    return place is None or match_place(place, entity.attributes)


def _fits(entity: Entity, selector: dict[str, Any]) -> bool:
    if selector.get("type") and selector["type"] not in entity.types:
        return False
    if selector.get("id") and selector["id"] != entity.id:
        return False
    return not selector.get("idPattern") or re.search(selector["idPattern"], entity.id) is not None


def _match(tree: Term | Both, found: dict[str, list[Any]]) -> bool:
    if isinstance(tree, Both):
        parts = (_match(one, found) for one in tree.parts)
        return all(parts) if tree.join == "and" else any(parts)
    values = found.get(tree.path)
    if tree.op == "!":
        return values is None
    if values is None:
        return False
    return not tree.op or any(match_value(tree, value) for value in values)


def match_value(term: Term, value: Any) -> bool:
    """Return whether one value satisfies a term."""
    if isinstance(value, bool):
        value = "true" if value else "false"
    if term.op in {"~=", "!~="}:
        hit = isinstance(value, str) and re.search(str(term.values[0]), value) is not None
        return hit if term.op == "~=" else not hit
    is_plain = isinstance(value, str | int | float)
    same = [one for one in term.values if is_plain and isinstance(one, str) == isinstance(value, str)]
    if term.is_range:
        hit = len(same) == 2 and same[0] <= value <= same[1]
        return hit if term.op == "==" else not hit
    if term.op in {"==", "!="}:
        return (value in same) is (term.op == "==")
    if not same:
        return False
    limit = same[0]
    return {">": value > limit, "<": value < limit, ">=": value >= limit, "<=": value <= limit}[term.op]


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]], terms: Terms, *, with_times: bool) -> None:
        self.rest, self.terms, self.depth, self.with_times = tokens, terms, 0, with_times

    def read_or(self) -> Term | Both:
        return self._read_joined("|", "or", lambda: self._read_joined(";", "and", self._read_one))

    def _read_joined(self, mark: str, join: Any, read: Any) -> Term | Both:
        parts = [read()]
        while self.rest and self.rest[0] == ("mark", mark):
            self.rest = self.rest[1:]
            parts.append(read())
        return parts[0] if len(parts) == 1 else Both(tuple(parts), join)

    def _read_one(self) -> Term | Both:
        kind, text = self._take()
        if (kind, text) == ("mark", "("):
            self.depth += 1
            if self.depth > DEEPEST:
                raise bad(f"q has more than {DEEPEST} parentheses in one another")
            tree = self.read_or()
            if self._take() != ("mark", ")"):
                raise bad("a parenthesis isn't closed in q")
            self.depth -= 1
            return tree
        if (kind, text) == ("mark", "!"):
            kind, text = self._take()
            return Term(path=self._read_path(kind, text), op="!")
        path = self._read_path(kind, text)
        if not self.rest or self.rest[0][0] != "op":
            return Term(path=path)
        op = self._take()[1]
        return self._read_values(path, op)

    def _read_values(self, path: str, op: str) -> Term:
        kind, text = self._take()
        values: list[float | str] = []
        is_range = False
        if op in {"~=", "!~="}:
            return Term(path=path, op=op, values=(check_pattern(text.strip('"')),))
        while True:
            if kind == "text":
                values.append(text[1:-1])
            elif kind == "word":
                if ".." in text and len(text.split("..")) == 2:
                    values += [_read_value(part) for part in text.split("..")]
                    is_range = True
                else:
                    values += [_read_value(part) for part in text.split(",") if part]
            else:
                raise bad("a value is missing in q")
            if not (self.rest and self.rest[0][0] in {"text", "word"}):
                break
            kind, text = self._take()
        if not values or (len(values) > 1 and op not in {"==", "!="}):
            raise bad("q compares with one value there")
        if path in SYSTEM or path.endswith(".observedAt"):
            values = [_read_moment(path, one) for one in values]
        return Term(path=path, op=op, values=tuple(values), is_range=is_range)

    def _read_path(self, kind: str, text: str) -> str:
        match = _PATH.fullmatch(text) if kind == "word" else None
        if match is None:
            raise bad(f"{text[:50]!r} is no attribute in q")
        first, *more = match["names"].split(".")
        if (first, more) in [(one, []) for one in SYSTEM] and not match["keys"] and self.with_times:
            return first
        if {*SYSTEM, "datasetId"} & {first, *more} or first in ASKED:
            raise bad(
                "q asks for values, their sub-attributes, observedAt and unitCode; for createdAt and modifiedAt of entities"
            )
        path = self.terms.expand(first)
        path += "".join(f".{name if name in ASKED else self.terms.expand(name)}" for name in more)
        return path + (f"[{match['keys']}]" if match["keys"] else "")

    def _take(self) -> tuple[str, str]:
        if not self.rest:
            raise bad("q ends too early")
        first, *self.rest = self.rest
        return first


def _read_moment(path: str, value: float | str) -> str:
    """Return a time as those of attributes are kept, whatever its zone."""
    try:
        return write_time(read_time(path, value)[0])
    except BadInput as error:
        raise bad(f"{path.rpartition('.')[2]} is compared with an ISO 8601 time with its zone") from error


def _read_value(text: str) -> float | str:
    try:
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text
