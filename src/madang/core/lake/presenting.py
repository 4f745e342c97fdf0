"""What the catalogue may show of a dataset's measured quality."""

from __future__ import annotations

from typing import Any

from .records import DatasetRecord

_OPEN = ("name", "completeness_ratio", "distinct")


def show_quality_of(record: DatasetRecord) -> dict[str, Any] | None:
    """Return measured quality without a single value of columns that hold personal data.

    A column may have been marked as personal after it was measured.
    """
    if record.quality is None:
        return None
    personal = {column.name for column in record.table.columns if column.personal}
    columns = [
        {name: one[name] for name in _OPEN if name in one} if one["name"] in personal else one
        for one in record.quality["columns"]
    ]
    return record.quality | {"columns": columns}
