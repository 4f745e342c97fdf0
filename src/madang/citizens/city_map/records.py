"""Collections of features, and what is asked of one."""

from __future__ import annotations

from datetime import datetime

import msgspec

from madang.core.base.interface import Column, TableKind, Text


class Collection(msgspec.Struct, frozen=True, kw_only=True):
    """A public dataset with a place, as a collection of point features.

    `lon`, `lat`, `time` name its columns; `key` those that identify a row, empty where none do.
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

    @property
    def properties(self) -> tuple[Column, ...]:
        """The columns that are a feature's properties: all but its coordinates."""
        return tuple(one for one in self.columns if one.name not in {self.lon, self.lat})


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which features are asked for, and in which system their coordinates are answered.

    `bbox` is west, south, east, north in degrees; `times` are both ends of an interval, None where open.
    """

    bbox: tuple[float, float, float, float] | None = None
    times: tuple[datetime | None, datetime | None] | None = None
    equal: tuple[tuple[str, str], ...] = ()
    crs: str = ""
    limit: int = 10
    offset: int = 0


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page of rows with the exact number of all that match. `ids` are the features' own."""

    rows: list[dict[str, object]]
    ids: list[str]
    matched: int
