"""What follows from new readings: SensorThings' topics hear of them, NGSI-LD's entities have them, the watch judges them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from madang.core.base.interface import Finding, Text, now
from madang.core.lake.interface import TableHandler

from .actions.holding import find_holds
from .actions.ngsi.following import follow_readings
from .actions.sensorthings.announcing import announce_made
from .actions.watching import Watchers
from .methods.sensorthings.schema import OBSERVATION
from .queries.sensorthings.observations import DELETED, attach
from .tables import READINGS, REFUSED

NEW = timedelta(hours=1)
"""Older readings are a correction or a history: whoever listens for news isn't told."""
MOST = 2_000
watchers = Watchers()


def announce(rows: pa.Table) -> None:
    """Tell who listens to SensorThings' topics of new observations, at most once each; what was made there whatever its time."""
    is_new = pc.greater_equal(
        rows["observed_at"], pa.scalar(now() - NEW, rows.schema.field("observed_at").type)
    )
    is_made = pc.starts_with(rows["thing_id"], READINGS.unwatched_prefix)
    news = [row for row in rows.filter(pc.or_(is_new, is_made)).to_pylist() if row["quality"] != DELETED]
    if not news:
        return
    announce_made([(OBSERVATION, one) for one in attach(news[-MOST:])])


def follow(rows: pa.Table) -> None:
    """Write new readings of stations into their NGSI-LD entities."""
    follow_readings(now=now(), rows=_list_new(rows))


def watch(rows: pa.Table) -> list[Finding]:
    """Find stations that are odd and districts at an advisory's level."""
    return watchers.judge(_list_new(rows), now())


def tell_holds(rows: pa.Table) -> list[Finding]:
    """Tell of sources that are held."""
    return find_holds(rows.to_pylist())


def _list_new(rows: pa.Table) -> list[dict[str, Any]]:
    since = pa.scalar(now() - NEW, rows.schema.field("observed_at").type)
    return rows.filter(pc.greater_equal(rows["observed_at"], since)).to_pylist()


HANDLERS = [
    TableHandler(
        name="city_sensors.announce", table=READINGS.name, on_batch=announce, max_delay_ms=1_000,
        title=Text(ko="SensorThings 알림", en="SensorThings notices"),
    ),
    TableHandler(
        name="city_sensors.follow", table=READINGS.name, on_batch=follow, max_delay_ms=1_000,
        title=Text(ko="NGSI-LD 값 갱신", en="NGSI-LD values"),
    ),
    TableHandler(
        name="city_sensors.watch", table=READINGS.name, on_batch=watch,
        title=Text(ko="이상값 감시", en="watch for odd readings"),
    ),
    TableHandler(
        name="city_sensors.hold", table=REFUSED.name, on_batch=tell_holds,
        title=Text(ko="보류 알림", en="notices of held sources"),
    ),
]  # fmt: skip
