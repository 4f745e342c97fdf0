"""What many bring at once is written together, each acknowledged after the write it was in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from madang.core.base.interface import BadInput, get_broker, read_settings
from madang.core.lake import streams
from madang.infrastructure.city_sensors.actions.joining import Joint
from madang.infrastructure.city_sensors.tables import READINGS

START = datetime(2026, 1, 1, tzinfo=UTC)


def make_rows(number):
    return pa.table(
        {
            "thing_id": [f"S{number}"],
            "property": ["pm25"],
            "observed_at": pa.array([START + timedelta(seconds=number)], pa.timestamp("us", "UTC")),
            "value": [float(number)],
        }
    )


@pytest.fixture
def lake(db, settings, tmp_path, broker_url):
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path / "data")})


def test_every_row_of_many_threads_is_durable_once(lake):
    broker = get_broker()
    streams.ensure_stream(broker)
    jetstream = broker.client().jetstream()
    before = broker.run(jetstream.stream_info(streams.STREAM)).state.messages
    joint = Joint(READINGS.name)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(joint.append, map(make_rows, range(200))))
    state = broker.run(jetstream.stream_info(streams.STREAM)).state
    messages = [
        streams.decode(broker.run(jetstream.get_msg(streams.STREAM, sequence)).data)
        for sequence in range(state.last_seq - (state.messages - before) + 1, state.last_seq + 1)
    ]
    kept = [name for one in messages for name in one["thing_id"].to_pylist()]
    assert sorted(kept) == sorted(f"S{number}" for number in range(200))
    assert len(messages) < 200


def test_what_cannot_be_written_is_an_error_for_all_in_it_and_the_next_goes_on(lake):
    joint = Joint("no_such_table")
    with ThreadPoolExecutor(8) as pool:
        errors = [one.exception() for one in [pool.submit(joint.append, make_rows(n)) for n in range(40)]]
    assert all(isinstance(one, BadInput | Exception) and one is not None for one in errors)
    assert not joint._is_writing
