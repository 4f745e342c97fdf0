"""Observations that come by MQTT on SensorThings' topics: when they were, and what of them is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from madang.core.base.interface import Told, get_broker, read_settings
from madang.core.lake import streams
from madang.infrastructure.city_sensors.actions.sensorthings.inserting import Insert
from madang.infrastructure.city_sensors.actions.sensorthings.writing import write_messages
from madang.infrastructure.city_sensors.methods.sensorthings.schema import TYPES

NOW = datetime(2026, 3, 1, 3, 30, tzinfo=UTC)
TEXT = {"name": "pump", "description": "-"}
PLACE = {"encodingType": "application/geo+json", "location": {"type": "Point", "coordinates": [127, 37.5]}}


@pytest.fixture
def stream(db, settings, tmp_path, broker_url):
    """A datastream's number."""
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path / "data")})
    streams.ensure_stream(get_broker())
    body = TEXT | {
        "observationType": "-", "unitOfMeasurement": {}, "Thing": TEXT | {"Locations": [TEXT | PLACE]},
        "Sensor": TEXT | {"encodingType": "-", "metadata": "-"}, "ObservedProperty": TEXT | {"definition": "-"},
    }  # fmt: skip
    return Insert(NOW).make(TYPES["Datastream"], body).pk


def read_kept(first):
    broker = get_broker()
    jetstream = broker.client().jetstream()
    last = broker.run(jetstream.stream_info(streams.STREAM)).state.last_seq
    found = [broker.run(jetstream.get_msg(streams.STREAM, number)) for number in range(first, last + 1)]
    return [row for one in found for row in streams.decode(one.data).to_pylist()]


def test_what_says_no_time_counts_as_of_when_the_broker_took_it_in(stream):
    """However many waited while nobody listened, and however often they come."""
    broker = get_broker()
    first = broker.run(broker.client().jetstream().stream_info(streams.STREAM)).state.last_seq + 1
    moments = [NOW - timedelta(minutes=minute) for minute in (3, 2, 1)]
    topic = f"v1.1/Datastreams({stream})/Observations"
    said = [Told(topic=topic, payload=b'{"result": 5}', sequence=n, at=at) for n, at in enumerate(moments)]
    own = {"result": 6, "phenomenonTime": "2026-02-01T00:00:00Z", "Datastream": {"@iot.id": stream}}
    said += [
        Told(topic="v1.1/Observations", payload=msgspec.json.encode(own), sequence=4, at=NOW),
        Told(topic=topic, payload=b'{"result": 7}', sequence=0),
        Told(topic=topic, payload=b"[]", sequence=5, at=NOW),
        Told(
            topic="v1.1/Observations",
            payload=b'{"result": 1, "Datastream": {"@iot.id": 99999999999999999999}}',
            sequence=6,
        ),
        Told(
            topic=topic,
            payload=b'{"result": 9, "phenomenonTime": "2199-01-01T00:00:00Z"}',
            sequence=7,
            at=NOW,
        ),
        Told(topic=topic, payload=b'{"@iot.id": 1}', sequence=0),
    ]
    later = NOW + timedelta(seconds=30)
    assert [write_messages(now=now, messages=said) for now in (NOW, later)] == [5, 5]
    rows = read_kept(first)
    kept = {(row["observed_at"], row["value"]) for row in rows if "observed_at" in row and row.get("value")}
    named = datetime(2026, 2, 1, tzinfo=UTC)
    assert kept == {*((at, 5.0) for at in moments), (named, 6.0), (NOW, 7.0), (later, 7.0)}
    assert sum(row.get("sender") == "MQTT writer" for row in rows) == 6
