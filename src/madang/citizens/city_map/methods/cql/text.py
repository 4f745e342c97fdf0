"""CQL2 text as a tree: OGC 21-065r2, the parts that the conformance page names. The rest is refused."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import shapely

from .tree import (
    DEEPEST,
    MOST_LETTERS,
    SPATIAL,
    And,
    Between,
    Compare,
    In,
    IsNull,
    Like,
    Literal,
    Not,
    Or,
    Property,
    Spatial,
    Truth,
    Wrong,
)

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')"
    r"|(?P<quoted>\"(?:[^\"]|\"\")+\")"
    r"|(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<op><>|<=|>=|=|<|>|\(|\)|,)"
    r"|(?P<word>[^\W\d][\w.:]*))"
)
OPERATORS = frozenset({"=", "<>", "<", "<=", ">", ">="})
GEOMETRIES = frozenset(
    {"POINT", "MULTIPOINT", "LINESTRING", "MULTILINESTRING", "POLYGON", "MULTIPOLYGON", "GEOMETRYCOLLECTION"}
)
RESERVED = GEOMETRIES | {
    "AND", "OR", "NOT", "IS", "NULL", "IN", "LIKE", "BETWEEN", "TRUE", "FALSE",
    "DATE", "TIMESTAMP", "BBOX", "CASEI", *(one.upper() for one in SPATIAL),
}  # fmt: skip
Token = tuple[str, str, int]


def read_text(text: str) -> Any:
    """Return the tree of a filter in CQL2 text; raise Wrong, with the place, for what isn't served."""
    if len(text) > MOST_LETTERS:
        raise Wrong("filter", f"at most {MOST_LETTERS} letters")
    return _Reading(text).read()


def read_date(text: str) -> date:
    """Return a date as CQL2 writes it; raise Wrong for another text."""
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise Wrong("filter", f"{text!r} is no date") from None


def read_instant(text: str) -> datetime:
    """Return an instant as CQL2 writes it, in UTC; raise Wrong for another text."""
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", text):
            raise ValueError(text)
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        raise Wrong("filter", f"{text!r} is no UTC instant") from None


def make_box(numbers: list[float]) -> Spatial:
    """Return what meets a box of 4 numbers, or 6 with heights; raise Wrong for others."""
    if len(numbers) not in {4, 6}:
        raise Wrong("filter", "a box has 4 numbers, or 6 with heights")
    half = len(numbers) // 2
    west, south, east, north = (*numbers[:half][:2], *numbers[half:][:2])
    if west > east or south > north:
        raise Wrong("filter", "a box begins with its lower corner; across the antimeridian is not served")
    return Spatial(shapely.box(west, south, east, north), (west, south, east, north))


def make_shape(geometry: shapely.Geometry) -> Spatial:
    """Return what meets a geometry; raise Wrong for an empty or endless one."""
    if shapely.is_empty(geometry) or not all(map(_is_finite, shapely.get_coordinates(geometry).flat)):
        raise Wrong("filter", "a geometry with finite coordinates is needed")
    return Spatial(shapely.force_2d(geometry))


def _is_finite(number: float) -> bool:
    return abs(number) <= 1e9  # also false for NaN


class _Reading:
    """Reads one filter from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _split(text)
        self.at = 0
        self.depth = 0

    def read(self) -> Any:
        found = self._any()
        if self._kind() != "end":
            raise self._wrong()
        return found

    def _any(self) -> Any:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Wrong("filter", f"at most {DEEPEST} deep")
        parts = [self._all()]
        while self._take_word("OR"):
            parts.append(self._all())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self) -> Any:
        parts = [self._factor()]
        while self._take_word("AND"):
            parts.append(self._factor())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _factor(self) -> Any:
        if self._take_word("NOT"):
            return Not(self._primary())
        return self._primary()

    def _primary(self) -> Any:
        if self._take("("):
            inner = self._any()
            self._need(")")
            return inner
        for word in ("TRUE", "FALSE"):
            if self._take_word(word):
                return Truth(word == "TRUE")
        if self._kind() == "word" and self._value().lower() in SPATIAL:
            return self._relate(self._next().lower())
        return self._predicate()

    def _predicate(self) -> Any:
        left = self._property()
        if self._kind() == "op" and self._value() in OPERATORS:
            op = self._next()
            return Compare(op, left, self._literal())
        if self._take_word("IS"):
            is_not = self._take_word("NOT")
            self._need_word("NULL")
            return Not(IsNull(left)) if is_not else IsNull(left)
        is_not = self._take_word("NOT")
        if self._take_word("LIKE"):
            found: Any = Like(left, self._literal())
        elif self._take_word("BETWEEN"):
            low = self._literal()
            self._need_word("AND")
            found = Between(left, low, self._literal())
        elif self._take_word("IN"):
            found = In(left, self._list())
        else:
            raise self._wrong()
        return Not(found) if is_not else found

    def _list(self) -> tuple[Literal, ...]:
        self._need("(")
        values = [self._literal()]
        while self._take(","):
            values.append(self._literal())
        self._need(")")
        return tuple(values)

    def _property(self) -> Property:
        if self._take_word("CASEI"):
            self._need("(")
            inner = self._property()
            self._need(")")
            return Property(inner.name, is_folded=True)
        kind, value, _ = self.tokens[self.at]
        if kind == "quoted":
            self.at += 1
            return Property(value[1:-1].replace('""', '"'))
        if kind == "word" and value.upper() not in RESERVED:
            self.at += 1
            if self._value() == "(":
                raise Wrong("filter", f"the function {value} is not served")
            return Property(value)
        raise self._wrong()

    def _literal(self) -> Literal:
        kind, value, _ = self.tokens[self.at]
        if kind == "text":
            self.at += 1
            return Literal(_unquote(value))
        if kind == "number":
            return Literal(self._number())
        for word, read in (("DATE", read_date), ("TIMESTAMP", read_instant)):
            if self._take_word(word):
                return Literal(read(self._quoted()))
        for word in ("TRUE", "FALSE"):
            if self._take_word(word):
                return Literal(word == "TRUE")
        if self._take_word("CASEI"):
            self._need("(")
            inner = self._literal()
            self._need(")")
            return Literal(inner.value, is_folded=True)
        raise self._wrong()

    def _quoted(self) -> str:
        self._need("(")
        if self._kind() != "text":
            raise self._wrong()
        text = _unquote(self._next())
        self._need(")")
        return text

    def _number(self) -> int | float:
        if self._kind() != "number":
            raise self._wrong()
        return read_number(self._next())

    def _relate(self, op: str) -> Spatial:
        self._need("(")
        if self._property().name != "geometry":
            raise Wrong("filter", f"the first argument of {op.upper()} is geometry")
        self._need(",")
        if self._take_word("BBOX"):
            self._need("(")
            numbers = [float(self._number())]
            while self._take(","):
                numbers.append(float(self._number()))
            self._need(")")
            found = make_box(numbers)
        else:
            found = make_shape(self._shape())
        self._need(")")
        return Spatial(found.geometry, found.box, op)

    def _shape(self) -> shapely.Geometry:
        begin = self.tokens[self.at][2]
        if self._kind() != "word" or self._next().upper() not in GEOMETRIES:
            self.at -= 1
            raise self._wrong()
        open_ = 0
        while True:
            value = self._next()
            open_ += {"(": 1, ")": -1}.get(value, 0)
            if open_ <= 0:
                break
        written = self.text[begin : self.tokens[self.at - 1][2] + 1]
        try:
            return shapely.from_wkt(written)
        except (shapely.errors.GEOSException, ValueError):
            raise Wrong("filter", f"no geometry: {written[:60]}") from None

    def _kind(self) -> str:
        return self.tokens[self.at][0]

    def _value(self) -> str:
        return self.tokens[self.at][1]

    def _next(self) -> str:
        kind, value, _ = self.tokens[self.at]
        if kind == "end":
            raise self._wrong()
        self.at += 1
        return value

    def _take(self, sign: str) -> bool:
        found = self._kind() == "op" and self._value() == sign
        self.at += found
        return found

    def _take_word(self, word: str) -> bool:
        found = self._kind() == "word" and self._value().upper() == word
        self.at += found
        return found

    def _need(self, sign: str) -> None:
        if not self._take(sign):
            raise self._wrong()

    def _need_word(self, word: str) -> None:
        if not self._take_word(word):
            raise self._wrong()

    def _wrong(self) -> Wrong:
        _, value, place = self.tokens[self.at]
        what = f"{value[:40]!r} at letter {place + 1}" if value else "its end"
        return Wrong("filter", f"not understood from {what}")


def read_number(text: str) -> int | float:
    """Return a number; raise Wrong for one too large."""
    number = float(text)
    if not _is_number(number):
        raise Wrong("filter", f"{text[:40]} is too large")
    return int(text) if re.fullmatch(r"[+-]?\d{1,18}", text) else number


def _is_number(number: float) -> bool:
    return abs(number) < float("inf")


def _split(text: str) -> list[Token]:
    tokens: list[Token] = []
    at, text_end = 0, len(text.rstrip())
    while at < text_end:
        match = TOKEN.match(text, at)
        if match is None:
            raise Wrong("filter", f"not understood from letter {at + 1}")
        kind = str(match.lastgroup)
        tokens.append((kind, match[kind], match.start(kind)))
        at = match.end()
    return [*tokens, ("end", "", text_end)]


def _unquote(text: str) -> str:
    return text[1:-1].replace("''", "'")
