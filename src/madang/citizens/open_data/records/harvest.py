"""Other catalogues, what was found in them, and what went wrong."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from madang.core.base.interface import Text


class SourceKind(StrEnum):
    """How a catalogue speaks."""

    CKAN = "ckan"
    DCAT = "dcat"
    DATA_JSON = "data_json"


SOURCE_NAMES = {
    SourceKind.CKAN: Text(ko="CKAN 액션 API", en="CKAN action API"),
    SourceKind.DCAT: Text(ko="DCAT (JSON-LD, Turtle, RDF/XML)", en="DCAT (JSON-LD, Turtle, RDF/XML)"),
    SourceKind.DATA_JSON: Text(ko="data.json", en="data.json"),
}


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A catalogue that is looked through every `every_hours`; `trouble` says what went wrong last, or is empty."""

    id: str
    title: str
    kind: SourceKind
    address: str
    every_hours: int
    is_on: bool
    due_at: datetime
    last_at: datetime | None = None
    datasets: int = 0
    errors: int = 0
    trouble: str = ""


class Remote(msgspec.Struct, frozen=True, kw_only=True):
    """A dataset as another catalogue describes it; texts are bounded, addresses begin with http."""

    id: str
    title: str
    title_en: str = ""
    about: str = ""
    publisher: str = ""
    licence: str = ""
    keywords: tuple[str, ...] = ()
    category: str = ""
    forms: tuple[str, ...] = ()
    address: str = ""
    files: tuple[tuple[str, str], ...] = ()
    modified: str = ""


class Wrong(msgspec.Struct, frozen=True, kw_only=True):
    """A record of a catalogue that can't be taken, and why."""

    record: str
    reason: str


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One look through a catalogue."""

    started_at: datetime
    ended_at: datetime
    seen: int
    added: int
    changed: int
    gone: int
    wrong: int
    trouble: str


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """A found dataset with where it came from and when it was seen first and last."""

    id: str
    source: Source
    remote: Remote
    first_at: datetime
    changed_at: datetime
    seen_at: datetime
