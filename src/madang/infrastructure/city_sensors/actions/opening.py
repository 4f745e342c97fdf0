"""The city's open rows are kept in line with what was measured: late and corrected values change them too."""

from __future__ import annotations

from datetime import datetime, timedelta

import pyarrow as pa

from madang.core.base.interface import HOUSE
from madang.core.lake.interface import append
from madang.infrastructure.city_sensors.methods.open_rows import make_rows, pick_changed
from madang.infrastructure.city_sensors.queries.open_rows import (
    describe_stations,
    read_hours,
    read_open_rows,
)
from madang.infrastructure.city_sensors.tables import OPEN_DAYS, OPEN_ROWS

EVERY_S = 300
DAY = timedelta(days=1)


def open_hours(*, now: datetime) -> int:
    """Write the open rows of the last day's whole hours, and of one older day in turn; return how many changed.

    Every older day comes round within three hours, so that a value that came late is open by then.
    """
    end = now.replace(minute=0, second=0, microsecond=0)
    turn = int(now.timestamp()) // EVERY_S % (OPEN_DAYS - 2)
    return _open(end - DAY, end, now) + _open(end - (turn + 2) * DAY, end - (turn + 1) * DAY, now)


def _open(since: datetime, until: datetime, now: datetime) -> int:
    rows = make_rows(read_hours(since, until), describe_stations(), now)
    changed = pick_changed(rows, read_open_rows(since, until), now)
    if changed.num_rows:
        revision = pa.array([int(now.timestamp())] * changed.num_rows, pa.int64())
        append(OPEN_ROWS.name, changed.append_column("revision", revision), actor=HOUSE)
    return changed.num_rows
