"""Records of the register of things that cross its border."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from madang.core.base.interface import Text, read_pair


class ThingState(StrEnum):
    """Where a thing is in its life."""

    PLANNED = "planned"
    INSTALLED = "installed"
    ACTIVE = "active"
    FAULTY = "faulty"
    RETIRED = "retired"


STATE_NAMES = {
    ThingState.PLANNED: Text(ko="계획", en="Planned"),
    ThingState.INSTALLED: Text(ko="설치됨", en="Installed"),
    ThingState.ACTIVE: Text(ko="가동", en="Active"),
    ThingState.FAULTY: Text(ko="고장", en="Faulty"),
    ThingState.RETIRED: Text(ko="폐기", en="Retired"),
}


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of thing. `table` is the lake table its readings go to, "" where it has none."""

    code: str
    name: Text
    icon: str = ""
    table: str = ""
    expected_interval_s: int | None = None
    service_life_years: int | None = None


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    """One asset or sensor as it is registered now. lon and lat are degrees in EPSG:4326."""

    id: str
    kind: str
    name: str
    agency_code: str
    lon: float | None = None
    lat: float | None = None
    address: str = ""
    district_code: str = ""
    legal_dong_code: str = ""
    state: ThingState
    installed_on: date | None = None
    service_life_years: int | None = None
    due_on: date | None = None
    maker: str = ""
    model: str = ""
    serial: str = ""
    attributes: dict[str, Any] = {}
    parent_id: str | None = None
    source: str = ""
    created_at: datetime
    updated_at: datetime

    @property
    def title(self) -> Text:
        """The name in both languages, where it is written "Korean · English"."""
        return read_pair(self.name)


Code = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[^\s/\x00-\x1f\x7f\ud800-\udfff]+$")]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Line = Annotated[str, Meta(max_length=200)]
Years = Annotated[int, Meta(ge=1, le=200)]


class ThingValues(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person or a file says about a thing; what is unset stays as it is.

    `id` has no space and no slash, at most 64 characters. lon and lat come together.
    """

    kind: Code | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    agency_code: Annotated[str, Meta(min_length=1, max_length=40)] | UnsetType = UNSET
    lon: Annotated[float, Meta(ge=-180, le=180)] | None | UnsetType = UNSET
    lat: Annotated[float, Meta(ge=-90, le=90)] | None | UnsetType = UNSET
    address: Annotated[str, Meta(max_length=300)] | UnsetType = UNSET
    state: ThingState | UnsetType = UNSET
    installed_on: date | None | UnsetType = UNSET
    service_life_years: Years | None | UnsetType = UNSET
    maker: Line | UnsetType = UNSET
    model: Line | UnsetType = UNSET
    serial: Line | UnsetType = UNSET
    attributes: dict[str, Any] | UnsetType = UNSET
    parent_id: Code | None | UnsetType = UNSET
    source: Line | UnsetType = UNSET


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One act on one thing. `changes` maps a field to [from, to]; a new thing's "from" is null."""

    thing_id: str
    at: datetime
    actor_id: str
    actor_name: str
    action: str
    why: str = ""
    changes: dict[str, tuple[Any, Any]] = {}
    batch_id: str = ""


class ThingFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which things; empty means all. `bbox` is west, south, east, north in EPSG:4326; `is_placed`: a point, or none."""

    kind: str = ""
    agency_code: str = ""
    district_code: str = ""
    state: str = ""
    text: str = ""
    parent_id: str = ""
    due_before: date | None = None
    bbox: tuple[float, float, float, float] | None = None
    is_placed: bool | None = None


class Reject(msgspec.Struct, frozen=True, kw_only=True):
    """A row that wasn't taken: its place in the file (from 1), its id as read, and why."""

    row: int
    id: str
    reason: Text


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did, or (dry run) would do."""

    batch_id: str
    dry_run: bool
    rows_read: int
    added: int
    changed: int
    unchanged: int
    rejected: tuple[Reject, ...] = ()
    undone_at: datetime | None = None
    at: datetime | None = None
    actor_name: str = ""
    source: str = ""


class UndoReport(msgspec.Struct, frozen=True, kw_only=True):
    """What undoing an import did; `kept` are ids that somebody changed or used since."""

    removed: int
    restored: int
    kept: tuple[str, ...] = ()


class StateCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many things of a kind are in a state."""

    kind: str
    state: ThingState
    count: int


class DueCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many things of a kind reach the end of their service life in a year."""

    year: int
    kind: str
    count: int
