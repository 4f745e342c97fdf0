"""Uses, written down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import pyarrow as pa

from madang.citizens.open_data.tables import USES
from madang.core.base.interface import HOUSE
from madang.core.lake.interface import append


def write_uses(*, now: datetime, counted: Mapping[tuple[str, str], tuple[int, int]]) -> None:
    """Write down (uses, rows sent) by (service, key) since the last time."""
    names = list(counted)
    table = pa.table(
        {
            "service": pa.array([service for service, _ in names]),
            "key_id": pa.array([key_id for _, key_id in names]),
            "counted_at": pa.array([now] * len(names), pa.timestamp("us", "UTC")),
            "uses": pa.array([uses for uses, _ in counted.values()], pa.int64()),
            "sent_rows": pa.array([rows for _, rows in counted.values()], pa.int64()),
        }
    )
    append(USES.name, table, actor=HOUSE)
