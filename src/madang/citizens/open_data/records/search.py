"""What is searched, asked and found."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from madang.core.base.interface import Text

FACETS = ("origin", "category", "licence", "form")
SORTS = ("score", "updated", "created", "title", "name", "rows")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One dataset as the search shows it: the city's own, or one found in another catalogue.

    `texts` are the words it is found by, most telling first: title, names, about, columns. `origin` is the service
    it comes from, `files` for an uploaded one, or `source:` and the catalogue. `rows` is None where nobody counted.
    """

    id: str
    is_own: bool
    title: Text
    about: Text
    href: str
    texts: tuple[str, str, str, str]
    origin: str
    category: str
    agency: str
    licence: str
    forms: tuple[str, ...]
    keywords: tuple[str, ...]
    updated_at: datetime
    created_at: datetime | None = None
    rows: int | None = None

    @property
    def facets(self) -> dict[str, tuple[str, ...]]:
        """The values that a search can be narrowed by."""
        return {
            "origin": (self.origin,),
            "category": (self.category,),
            "licence": (self.licence,),
            "form": self.forms,
            "agency": (self.agency,),
            "keyword": self.keywords,
            "owner": ("own" if self.is_own else "found",),
        }


class Indexed(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as the index keeps it: `head` is what a plain substring is looked for in, `terms` weigh its words."""

    id: str
    title: str
    head: str
    terms: Mapping[str, float]
    facets: Mapping[str, tuple[str, ...]]
    updated_s: float
    created_s: float
    rows: int


class Has(msgspec.Struct, frozen=True, tag=True):
    """A facet has a value that fits a pattern with stars."""

    facet: str
    pattern: str


class Named(msgspec.Struct, frozen=True, tag=True):
    """One of the city's own datasets whose name fits a pattern with stars."""

    pattern: str


class Titled(msgspec.Struct, frozen=True, tag=True):
    """A part of the title fits a pattern with stars, in small letters."""

    pattern: str


class Within(msgspec.Struct, frozen=True, tag=True):
    """When it was updated or created lies from `low_s` to `high_s`, both included, in seconds since 1970.

    `what` is "updated" or "created"; None is no bound.
    """

    what: str
    low_s: float | None
    high_s: float | None


class Worded(msgspec.Struct, frozen=True, tag=True):
    """A search for these words would find it; the better they fit, the sooner it stands."""

    text: str


class Not(msgspec.Struct, frozen=True, tag=True):
    """A condition doesn't hold."""

    part: Condition


class AllOf(msgspec.Struct, frozen=True, tag=True):
    """All of some conditions hold; of none they always do."""

    parts: tuple[Condition, ...]


class OneOf(msgspec.Struct, frozen=True, tag=True):
    """At least one of some conditions holds; of none it never does."""

    parts: tuple[Condition, ...]


Condition = Has | Named | Titled | Within | Worded | Not | AllOf | OneOf


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A search; `facets` are (facet, value) that must all hold, `sort` is one of SORTS and "-" in front turns it round.

    Several sorts stand one behind the other with commas. `where` must hold too, and counts as words do. The counts of a facet leave out its own choice, so that another can be seen; with `counts_found` they don't.
    """

    text: str = ""
    facets: tuple[tuple[str, str], ...] = ()
    where: tuple[Condition, ...] = ()
    sort: str = "score"
    offset: int = 0
    limit: int = 20
    count: tuple[str, ...] = FACETS
    counts_found: bool = False


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A page of what was found: ids in order, how many in all, and each facet's values with counts, most first.

    `is_loose`: no dataset has all the words, these have some. `read_as` maps words nobody uses to near ones that
    were looked for.
    """

    ids: tuple[str, ...]
    total: int
    facets: Mapping[str, list[tuple[str, int]]]
    is_loose: bool = False
    read_as: Mapping[str, str] = {}
