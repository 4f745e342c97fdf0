"""What follows from new readings: SensorThings' topics hear of them, NGSI-LD's entities have them, the watch judges them."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from madang.core.base.interface import Finding, MqttListener, now, read_settings
from madang.core.lake.interface import TableHandler

from .actions.ngsi.following import follow_readings
from .actions.watching import Watchers
from .methods.sensorthings.options import Options
from .methods.sensorthings.schema import OBSERVATION
from .queries.sensorthings.answers import render
from .queries.sensorthings.observations import DELETED, attach
from .tables import READINGS

NEW = timedelta(hours=1)
"""Older readings are a correction or a history: whoever listens for news isn't told."""
MOST = 2_000
watchers = Watchers()


def announce(rows: pa.Table) -> None:
    """Publish new observations to `v1.1/Observations` and `v1.1/Datastreams(id)/Observations`, at most once each."""
    news = [row for row in _list_new(rows) if row["quality"] != DELETED]
    if not news:
        return
    observed = attach(news[-MOST:])
    base = f"{read_settings().public_url.rstrip('/')}/sta/v1.1"
    documents = render(OBSERVATION, observed, Options(), base)
    for one, document in zip(observed, documents, strict=True):
        payload = msgspec.json.encode(document)
        for topic in ("v1.1/Observations", f"v1.1/Datastreams({one.datastream.pk})/Observations"):
            _open_publisher().publish(topic, payload)


def follow(rows: pa.Table) -> None:
    """Write new readings of stations into their NGSI-LD entities."""
    follow_readings(now=now(), rows=_list_new(rows))


def watch(rows: pa.Table) -> list[Finding]:
    """Find stations that are odd and districts at an advisory's level."""
    return watchers.judge(_list_new(rows), now())


def _list_new(rows: pa.Table) -> list[dict[str, Any]]:
    since = pa.scalar(now() - NEW, rows.schema.field("observed_at").type)
    return rows.filter(pc.greater_equal(rows["observed_at"], since)).to_pylist()


@cache
def _open_publisher() -> MqttListener:
    settings = read_settings()
    return MqttListener(settings.own_host, settings.mqtt_port, "madang-sensorthings", [])


HANDLERS = [
    TableHandler(name="city_sensors.announce", table=READINGS.name, on_batch=announce, max_delay_ms=1_000),
    TableHandler(name="city_sensors.follow", table=READINGS.name, on_batch=follow, max_delay_ms=1_000),
    TableHandler(name="city_sensors.watch", table=READINGS.name, on_batch=watch),
]
