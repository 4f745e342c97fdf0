"""What an import is asked for and what it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from madang.core.base.interface import Column, MadangError, Text
from madang.core.lake.gateway.records import ImportReport, RejectedRow

Progress = Callable[[str, int], None]
Cancelled = Callable[[], bool]


class ImportCancelled(MadangError):
    """Somebody stopped the import; nothing was written."""

    status = 409


class ImportChoice(msgspec.Struct, frozen=True, kw_only=True):
    """What a person decides about an import; None leaves what the file or the dataset itself says.

    `sheet` is the one to read of a workbook, which then becomes a dataset of its own. `personal` maps columns to the personal data they hold; they are then hidden from the public.
    """

    table_name: Annotated[str, Meta(max_length=63)] | None = None
    title: Text | None = None
    description: Text | None = None
    category: Annotated[str, Meta(max_length=60)] | None = None
    licence: Annotated[str, Meta(max_length=100)] | None = None
    source: Annotated[str, Meta(max_length=300)] | None = None
    contact: Annotated[str, Meta(max_length=200)] | None = None
    keywords: tuple[Annotated[str, Meta(max_length=60)], ...] | None = None
    owner_agency: Annotated[str, Meta(max_length=40)] | None = None
    freshness_promise_s: Annotated[int, Meta(ge=1, le=10**9)] | None = None
    sheet: Annotated[str, Meta(max_length=100)] | None = None
    personal: dict[str, str] = {}
    publish: bool = False


class ImportOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did; without `version` it was a dry run and nothing was written.

    `sheets` names those of a workbook, the one that was read first; `units` gives those of columns that have one.
    """

    report: ImportReport
    title: Text
    file_name: str
    version: int | None
    previous_version: int | None
    was_published: bool
    is_published: bool
    sheets: tuple[str, ...] = ()
    units: dict[str, str] = {}


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What an import would do: its report, the first rows and rejects, and some of its places.

    `sheets` names those of a workbook, the one that was read first.
    """

    report: ImportReport
    table_name: str
    title: Text
    is_new: bool
    columns: tuple[Column, ...]
    rows: list[list[Any]]
    rejected: list[RejectedRow]
    points: list[tuple[float, float]]
    sheets: tuple[str, ...] = ()
