"""What catalogues' programs ask in Solr's words: `tags:bus AND -groups:(a OR b) metadata_modified:[2026-01-01T00:00:00Z TO *]`."""

from __future__ import annotations

import re
from datetime import datetime
from fnmatch import fnmatchcase

from madang.citizens.open_data.records.search import (
    AllOf,
    Condition,
    Has,
    Named,
    Not,
    OneOf,
    Titled,
    Within,
    Worded,
)

from .solr_dates import read_moment

FACETS = {
    "organization": "agency", "owner_org": "agency", "groups": "category", "tags": "keyword",
    "license_id": "licence", "res_format": "form",
}  # fmt: skip
MOMENTS = {"metadata_modified": "updated", "metadata_created": "created"}
SAME_FOR_ALL = {
    "state": "active", "private": "false", "capacity": "public", "dataset_type": "dataset", "type": "dataset",
}  # fmt: skip
TOKEN = re.compile(
    r'\s*(?:(?P<all>\*:\*)|(?P<mark>[()]|&&|\|\||(?:AND|OR|NOT)(?=[\s(]|$)|[-+!](?=[("]|[A-Za-z_]+:|\w))'
    r'|(?P<field>[A-Za-z_]+):(?=\S)|(?P<range>\[[^\[\]]*\])|"(?P<quoted>[^"]*)"|(?P<plain>[^\s()"\[\]]+))'
)
HAS_FIELD = re.compile(r"(?:^|[\s(+!-])(?:[A-Za-z_]+|\*):\S")
HAS_CHOICE = re.compile(r"(?:^|[\s(])(?:AND|OR|NOT|&&|\|\||[-+!](?=[\w\"(]))")
DEEPEST = 20
ALL, NOTHING = AllOf(()), OneOf(())


class _Word(str):
    """A word that no field is named for."""

    __slots__ = ()


def read_query(text: str, now: datetime) -> tuple[tuple[Condition, ...], str]:
    """Return the conditions that a query puts, which must all hold, and its words.

    A text with neither fields nor signs is words as it stands, and so is one without fields whose signs can't be read.
    Raises ValueError for what can't be asked here: other fields, and what isn't closed.
    """
    plain = (), " ".join(text.split())
    if not HAS_FIELD.search(text):
        if not HAS_CHOICE.search(text):
            return plain
        try:
            return _split(_Reader(text, now).read())
        except ValueError:
            return plain
    return _split(_Reader(text, now).read())


def _split(parts: list[Condition | _Word]) -> tuple[tuple[Condition, ...], str]:
    words = [one for one in parts if isinstance(one, _Word)]
    conditions = tuple(one for one in parts if not isinstance(one, _Word) and one != ALL)
    return conditions, " ".join(words)


class _Reader:
    """Reads a query from its begin to its end."""

    def __init__(self, text: str, now: datetime) -> None:
        self.now = now
        self.tokens: list[tuple[str, str]] = []
        at = 0
        text = text.rstrip()
        while at < len(text):
            match = TOKEN.match(text, at)
            if match is None:
                raise ValueError(text[at:])
            self.tokens.append((str(match.lastgroup), match[str(match.lastgroup)]))
            at = match.end()
        self.at = 0

    def read(self) -> list[Condition | _Word]:
        """Return the parts that must all hold."""
        found = self._read_any("", 0)
        if self.at < len(self.tokens):
            raise ValueError(self.tokens[self.at][1])
        return found

    def _peek(self) -> str:
        """Return the mark that comes next, "end" at the end, "" for anything else."""
        if self.at == len(self.tokens):
            return "end"
        kind, text = self.tokens[self.at]
        return text if kind == "mark" else ""

    def _read_any(self, field: str, depth: int) -> list[Condition | _Word]:
        """Return the parts of `a b OR c`: AND binds closer than OR."""
        if depth > DEEPEST:
            raise ValueError("(" * 5)
        branches = [self._read_all(field, depth)]
        while self._peek() in {"OR", "||"}:
            self.at += 1
            branches.append(self._read_all(field, depth))
        return branches[0] if len(branches) == 1 else [OneOf(tuple(map(_join, branches)))]

    def _read_all(self, field: str, depth: int) -> list[Condition | _Word]:
        parts: list[Condition | _Word] = []
        while self._peek() not in {"end", ")", "OR", "||"}:
            if self._peek() in {"AND", "&&", "+"}:
                self.at += 1
            elif self._peek() in {"-", "!", "NOT"}:
                self.at += 1
                parts.append(Not(_join(self._read_one(field, depth))))
            else:
                parts += self._read_one(field, depth)
        if not parts:
            raise ValueError("AND, OR, ()")
        return parts

    def _read_one(self, field: str, depth: int) -> list[Condition | _Word]:
        if self._peek() == "(":
            self.at += 1
            found = self._read_any(field, depth + 1)
            if self._peek() != ")":
                raise ValueError("(")
            self.at += 1
            return found
        if self._peek():
            raise ValueError(self._peek())
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "field":
            return self._read_one(text, depth)
        if kind == "all":
            return [ALL]
        return [_write_condition(field, kind, text, self.now) if field else _Word(text)]


def _join(parts: list[Condition | _Word]) -> Condition:
    """Return parts that must all hold as one condition."""
    conditions = [Worded(str(one)) if isinstance(one, _Word) else one for one in parts]
    return conditions[0] if len(conditions) == 1 else AllOf(tuple(conditions))


def _write_condition(field: str, kind: str, text: str, now: datetime) -> Condition:
    """Return what must hold of a field: it has a value, which may have stars, or lies in a range."""
    if field in MOMENTS and kind == "range":
        low, _, high = text[1:-1].strip().partition(" TO ")
        return Within(MOMENTS[field], read_moment(low.strip(), now), read_moment(high.strip(), now))
    if kind == "range" and field in FACETS and text[1:-1].split() == ["*", "TO", "*"]:
        return Has(FACETS[field], "*")
    if kind == "range" or not text:
        raise ValueError(text)
    if field == "text":
        return Worded(text)
    pattern = _escape(text) if kind == "quoted" else _escape(text).replace("[*]", "*")
    if field in FACETS:
        return Has(FACETS[field], pattern.upper() if field == "res_format" else pattern)
    if field in {"name", "id"}:
        return Named(pattern)
    if field == "title":
        return Titled(pattern.casefold())
    if field == "site_id":
        return ALL
    if field in SAME_FOR_ALL:
        return ALL if fnmatchcase(SAME_FOR_ALL[field], pattern) else NOTHING
    raise ValueError(field)


def _escape(text: str) -> str:
    """Return a text as a pattern that only itself fits."""
    return re.sub(r"[*?\[]", r"[\g<0>]", text)
