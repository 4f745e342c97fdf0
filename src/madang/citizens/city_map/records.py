"""Collections of features and what is asked of one; themes, their places, and what citizens propose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import msgspec

from madang.core.base.interface import Column, TableKind, Text

"""Streets against the straight line in a dense city, and 4 km in an hour."""


class Collection(msgspec.Struct, frozen=True, kw_only=True):
    """A public dataset with a place, as a collection of features.

    `lon`, `lat`, `time` name its columns, `shape` that of its lines and areas ("" where its features are points); `key` those that identify a row, empty where none do. A summary
    counts or bounds other things (districts): it is no place to go to.
    """

    id: str
    title: Text
    description: Text
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    lon: str
    lat: str
    time: str | None
    licence: str
    kind: TableKind
    rows: int
    version: int
    updated_at: datetime
    source: str = ""
    is_summary: bool = False
    shape: str = ""

    @property
    def properties(self) -> tuple[Column, ...]:
        """The columns that are a feature's properties: all but its coordinates."""
        place = {self.lon, self.lat, self.shape}
        return tuple(one for one in self.columns if one.name not in place)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which features are asked for, and in which system their coordinates are answered.

    `bbox` is west, south, east, north in degrees; `times` are both ends of an interval, None where open.
    `filter` is a tree of `methods.cql.tree`, None where nothing is filtered. `sort` are properties, "-" in front
    descends; `properties` are those that are answered, None for all.
    """

    bbox: tuple[float, float, float, float] | None = None
    times: tuple[datetime | None, datetime | None] | None = None
    equal: tuple[tuple[str, str], ...] = ()
    filter: Any = None
    sort: tuple[str, ...] = ()
    properties: tuple[str, ...] | None = None
    has_geometry: bool = True
    crs: str = ""
    limit: int = 10
    offset: int = 0


class Only(msgspec.Struct, frozen=True):
    """Of one collection, only the places whose property has a value, written as text ("true" for a truth)."""

    collection: str
    name: str
    value: str


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page of rows with the exact number of all that match. `ids` are the features' own, `shapes` where they lie, in degrees.

    Without `shapes` they lie at the points that the rows name.
    """

    rows: list[dict[str, Any]]
    ids: list[str]
    matched: int
    shapes: Sequence[Any] | None = None


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """One place in the list beside the map. `away_m` is the straight distance to where "near" is, `walk_m` that on foot.

    `is_along_streets` says whether the way on foot is known; else it is judged by the straight line.
    `is_open` says whether it is open now, None where nothing tells; `name_en` is its English name, where it has one.
    """

    theme: str
    id: str
    name: str
    name_en: str = ""
    address: str
    lon: float | None
    lat: float | None
    href: str
    away_m: float | None = None
    is_open: bool | None = None
    walk_m: float | None = None
    walk_minutes: int | None = None
    is_along_streets: bool = False


class LiveLayer(msgspec.Struct, frozen=True, kw_only=True):
    """A table whose newest rows may be put on the map as they change, for those who may read it."""

    id: str
    title: Text


class FieldType(StrEnum):
    """What a theme's field holds."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    CHOICE = "choice"
    LINK = "link"
    PHONE = "phone"
    HOURS = "hours"


FIELD_TYPES = {
    FieldType.TEXT: Text(ko="글", en="text"),
    FieldType.INTEGER: Text(ko="정수", en="whole number"),
    FieldType.NUMBER: Text(ko="수", en="number"),
    FieldType.BOOLEAN: Text(ko="예/아니요", en="yes/no"),
    FieldType.DATE: Text(ko="날짜", en="date"),
    FieldType.CHOICE: Text(ko="고르기", en="choice"),
    FieldType.LINK: Text(ko="누리집 주소", en="web address"),
    FieldType.PHONE: Text(ko="기관 전화", en="office telephone"),
    FieldType.HOURS: Text(ko="여는 시간", en="opening hours"),
}


class Outline(StrEnum):
    """What a theme's places are on the map."""

    POINT = "point"
    LINE = "line"
    AREA = "area"


OUTLINES = {
    Outline.POINT: Text(ko="점 (가게, 시설)", en="points (shops, facilities)"),
    Outline.LINE: Text(ko="선 (길, 코스)", en="lines (ways, courses)"),
    Outline.AREA: Text(ko="면 (공원, 구역)", en="areas (parks, zones)"),
}


class ThemeField(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a theme's places; `choices` are the values of a choice."""

    name: str
    title: Text
    type: FieldType = FieldType.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()


class ThemeState(StrEnum):
    """Where a theme is on its way: draft → review → published → withdrawn."""

    DRAFT = "draft"
    REVIEW = "review"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


THEME_STATES = {
    ThemeState.DRAFT: Text(ko="작성 중", en="Draft"),
    ThemeState.REVIEW: Text(ko="검토 중", en="In review"),
    ThemeState.PUBLISHED: Text(ko="공개", en="Published"),
    ThemeState.WITHDRAWN: Text(ko="내림", en="Withdrawn"),
}


class Season(msgspec.Struct, frozen=True, kw_only=True):
    """The days of each year in which a theme matters, both included, as "MM-DD"; they may cross new year."""

    first: str
    last: str


COLOURS = {
    "chart-1": (Text(ko="파랑", en="blue"), "#256ef4"),
    "chart-2": (Text(ko="주황", en="orange"), "#c2560c"),
    "chart-3": (Text(ko="초록", en="green"), "#228738"),
    "chart-4": (Text(ko="보라", en="purple"), "#7a4fc4"),
    "chart-5": (Text(ko="회색", en="grey"), "#58616a"),
}
"""Colours of themes by their names in the style sheet, in words and as other programs' maps draw them by day."""


class ThemeValues(msgspec.Struct, frozen=True, kw_only=True):
    """What staff say of a theme. With `dataset` its places are that public dataset's, else its own.

    Its own are drawn as `outline` says.     `colour` is one of COLOURS, "" where the map may choose. `shown_from` and `shown_until` are the first and last day in public, None where open.
    """

    title: Text
    about: Text = Text(ko="", en="")
    icon: str = "place"
    colour: str = ""
    agency_code: str = ""
    fields: tuple[ThemeField, ...] = ()
    season: Season | None = None
    shown_from: date | None = None
    shown_until: date | None = None
    source: str = ""
    source_link: str = ""
    licence: str = ""
    dataset: str = ""
    takes_proposals: bool = True
    outline: Outline = Outline.POINT


class Theme(msgspec.Struct, frozen=True, kw_only=True):
    """A theme of the map with where it stands; `note` is what a reviewer said last."""

    code: str
    values: ThemeValues
    state: ThemeState
    revision: int
    mirrored: int
    places: int
    note: str
    changed_at: datetime

    @property
    def collection(self) -> str:
        """The dataset, and so the OGC collection, that holds its places."""
        return self.values.dataset or f"map_{self.code}"

    def is_shown(self, today: date) -> bool:
        """Return whether the public sees it on that day."""
        first, last = self.values.shown_from, self.values.shown_until
        return (
            self.state is ThemeState.PUBLISHED
            and (first is None or first <= today)
            and (last is None or today <= last)
        )


class PlaceValues(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a place; lon, lat are degrees in EPSG:4326, `values` the theme's fields by name.

    `shape` is its line or area as GeoJSON text in degrees, "" for a point; lon, lat lie within.
    """

    name: str
    lon: float
    lat: float
    address: str = ""
    values: Mapping[str, Any] = {}
    source: str = ""
    shape: str = ""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One place of a theme."""

    id: str
    theme: str
    values: PlaceValues
    district_code: str
    changed_at: datetime


class ImportResult(msgspec.Struct, frozen=True, kw_only=True):
    """What an import of places did. `rejected` are (row number from 1, why)."""

    read: int
    added: int
    changed: int
    removed: int
    rejected: tuple[tuple[int, Text], ...]
    unused_columns: tuple[str, ...]


class ProposalKind(StrEnum):
    """What a citizen proposes."""

    ADD = "add"
    CORRECT = "correct"
    REMOVE = "remove"


PROPOSAL_KINDS = {
    ProposalKind.ADD: Text(ko="새 장소", en="New place"),
    ProposalKind.CORRECT: Text(ko="고치기", en="Correction"),
    ProposalKind.REMOVE: Text(ko="없어짐", en="No longer there"),
}


class ProposalState(StrEnum):
    """What became of a proposal."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


PROPOSAL_STATES = {
    ProposalState.WAITING: Text(ko="확인 중", en="Being checked"),
    ProposalState.ACCEPTED: Text(ko="반영함", en="Accepted"),
    ProposalState.REJECTED: Text(ko="반영하지 않음", en="Rejected"),
}


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """One proposal. Nothing of who sent it is in it; `receipt` is the word its sender looks it up by.

    `changes` are (field, what stands, what is proposed) for a correction, ("", proposed) for a new place.
    `is_outside`: none of the city's districts holds the place.
    """

    id: str
    receipt: str
    theme: str
    theme_title: Text
    agency_code: str
    kind: ProposalKind
    state: ProposalState
    place_id: str
    values: PlaceValues
    note: str
    reason: str
    sent_at: datetime
    decided_at: datetime | None
    decided_by: str
    changes: tuple[tuple[Text, Any, Any], ...] = ()
    is_outside: bool = False


class RequestState(StrEnum):
    """What became of a district's request for a theme."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


REQUEST_STATES = {
    RequestState.OPEN: Text(ko="검토 중", en="Being considered"),
    RequestState.ACCEPTED: Text(ko="받아들임", en="Accepted"),
    RequestState.REJECTED: Text(ko="받아들이지 않음", en="Rejected"),
}


class ThemeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A district's wish for a theme; `theme` is the draft that was made of it."""

    id: str
    agency_code: str
    agency_name: str
    title: str
    why: str
    state: RequestState
    reason: str
    theme: str
    asked_at: datetime
    decided_at: datetime | None
