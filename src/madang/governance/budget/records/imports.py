"""What crosses the borders when a budget table is brought in."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from madang.core.base.interface import Text

from . import REJECT_NAMES
from .ledger import Side

BEYOND_BUDGET = "beyond_budget"
REASON_NAMES: dict[str, Text] = {
    **{reason.value: name for reason, name in REJECT_NAMES.items()},
    BEYOND_BUDGET: Text(
        ko="예산이 0보다 작거나, 예산보다 많은 원인행위 또는 원인행위보다 많은 지출입니다",
        en="A budget below 0, more committed than the budget, or more disbursed than committed",
    ),
}


class TableWish(msgspec.Struct, frozen=True, kw_only=True):
    """What the person says of a table: what its own columns say outweighs `fiscal_year` and `unit`.

    `as_of` is the day its commitments and disbursements are booked on; None: the last of the fiscal year.
    """

    series: str
    name: str
    side: Side = Side.EXPENDITURE
    fiscal_year: int | None = None
    unit: str | None = None
    as_of: date | None = None
    source: str = ""
    is_public: bool = False


class ImportFinding(msgspec.Struct, frozen=True, kw_only=True):
    """Two figures of a table that should agree and don't. `kind` is a TotalFault or "current"."""

    row: int
    path: tuple[str, ...]
    measure: str
    kind: str
    stated_krw: int | None
    computed_krw: int | None
    cause: str = ""
    part: str = ""


class ImportRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One file that was brought in."""

    id: str
    name: str
    at: datetime
    by: str
    rows_read: int
    lines_taken: int
    totals_read: int
    rejected: int
    levels: tuple[str, ...]
    measures: tuple[str, ...]
    ignored_columns: tuple[str, ...]
    findings: tuple[ImportFinding, ...]
    book_ids: tuple[str, ...]


class Reject(msgspec.Struct, frozen=True, kw_only=True):
    """One row that was not taken, as it stood in the file (the header is row 1)."""

    id: int
    row: int
    reason: str
    column: str
    cells: tuple[str, ...]


class LevelSum(msgspec.Struct, frozen=True, kw_only=True):
    """What the nodes of one level add up to, beside the sum of the file's lines that name the level."""

    level: str
    count: int
    kept_krw: int
    proposed_krw: int
