"""Declarations of lake tables: names, types, units and keys, in core so that all may speak them."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from .text import Text


class ColumnType(StrEnum):
    """Types a column can have; `time` is an instant (UTC), `clock` a time of day."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "datetime"
    CLOCK = "time"


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column. `unit` is a UCUM symbol; `personal` says what personal data it holds.

    `words` says what its values are called, where they are codes or words of one language: (value, words).
    """

    name: str
    type: ColumnType
    title: Text
    unit: str = ""
    required: bool = False
    personal: str = ""
    words: tuple[tuple[str, Text], ...] = ()


def declare_column(
    name: str,
    ko: str,
    en: str,
    kind: ColumnType = ColumnType.TEXT,
    unit: str = "",
    *,
    required: bool = False,
    personal: str = "",
) -> Column:
    """Return a column with its title in Korean and English: a declaration in one line."""
    return Column(
        name=name, type=kind, title=Text(ko=ko, en=en), unit=unit, required=required, personal=personal
    )


class TableKind(StrEnum):
    """A stream grows by readings, a dataset by imports, a register mirrors a database table."""

    STREAM = "stream"
    DATASET = "dataset"
    REGISTER = "register"


class OpenField(msgspec.Struct, frozen=True, kw_only=True):
    """One field of an open service's rows and the column it holds; `format` (strftime) writes a moment or a day."""

    name: str
    column: str
    format: str = ""


class OpenName(msgspec.Struct, frozen=True, kw_only=True):
    """Under which name and fields programs of other cities know a table's rows.

    `arguments` are the columns that the optional parts of an address filter by, in order; `order_by` is a
    column, "-" descends.
    """

    name: str
    fields: tuple[OpenField, ...]
    arguments: tuple[str, ...] = ()
    order_by: str = ""


class Directions(msgspec.Struct, frozen=True, kw_only=True):
    """Which numbers of a table are directions in degrees: `of` in rows whose `column` is among `values`.

    Their means are those of vectors: of 350 and 10 it is 0.
    """

    of: str
    column: str
    values: tuple[str, ...]


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A declared lake table.

    `key` names the columns that identify a row (with `time` for streams). `read_permission`
    guards every read; "public" is open to all. `aggregated` says rows are not about persons. Keys whose
    first value begins with `unwatched_prefix` promise no interval, and are never called silent. A stream whose
    rows are themselves computed has no rollups (`is_rolled_up`). `contact` says whom to ask: an office, never a person.
    `shape` names the column whose GeoJSON texts are the rows' lines and areas, around the points `lon` and `lat`.
    """

    name: str
    title: Text
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    time: str | None = None
    kind: TableKind = TableKind.DATASET
    description: Text = Text(ko="", en="")
    read_permission: str = "public"
    owner_agency: str = ""
    licence: str = ""
    source: str = ""
    contact: str = ""
    expected_interval_s: int | None = None
    unwatched_prefix: str = ""
    detector_delay_ms: int = 10_000
    freshness_promise_s: int | None = None
    retention_days: int | None = None
    aggregated: bool = False
    lon: str | None = None
    lat: str | None = None
    crs: str | None = None
    shape: str | None = None
    is_rolled_up: bool = True
    directions: Directions | None = None
    open_name: OpenName | None = None
