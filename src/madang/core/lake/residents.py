"""Resident registration numbers among rows that are to be published: the law lets nobody show them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from madang.core.base.interface import Column, ColumnType, Conflict
from madang.core.people.interface import RESIDENT_NUMBER

from . import engine
from .records import Query, Snapshot

_HYPHENED = r"(^|\D)" + r"\s?-\s?".join(RESIDENT_NUMBER) + r"(\D|$)"
_BARE = f"^{''.join(RESIDENT_NUMBER)}$"
# Thirteen digits alone may be anything, and companies have numbers of the same form.
_PERSON_NAME = re.compile(r"주민.*번호|외국인등록|resident", re.IGNORECASE)
_COMPANY_NAME = re.compile(r"법인|corp", re.IGNORECASE)
_BATCH_ROWS = 65_536


def refuse_residents(columns: Sequence[Column], batches: Iterable[pa.RecordBatch]) -> None:
    """Raise Conflict (lake.personal_data) where a column that isn't marked as personal holds such numbers."""
    patterns = {
        column.name: f"{_HYPHENED}|{_BARE}" if _PERSON_NAME.search(column.name) else _HYPHENED
        for column in columns
        if not column.personal
        and column.type in {ColumnType.TEXT, ColumnType.INTEGER}
        and (column.type is ColumnType.TEXT or _PERSON_NAME.search(column.name))
        and not _COMPANY_NAME.search(column.name)
    }
    found: set[str] = set()
    for batch in batches if patterns else ():
        for name in patterns.keys() - found:
            values = batch.column(name).cast(pa.string())
            if pc.any(pc.match_substring_regex(values, patterns[name])).as_py():
                found.add(name)
    if found:
        names = ", ".join(column.name for column in columns if column.name in found)
        raise Conflict(
            "lake.personal_data",
            f"주민등록번호가 든 열이 있어 공개할 수 없습니다: {names}. 개인정보로 표시하거나 지운 뒤 공개해 주십시오.",
            f"resident registration numbers can't be published: {names}. "
            "Mark the column as personal, or take them out",
        )


def refuse_kept_residents(snapshot: Snapshot) -> None:
    """Raise Conflict as `refuse_residents` does, for what a table in the lake would show."""
    columns = snapshot.table.columns
    query = Query(columns=tuple(column for column in columns if not column.personal))
    refuse_residents(columns, engine.iter_batches(snapshot, query, _BATCH_ROWS))
