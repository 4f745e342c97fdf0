"""The newest observations of many datastreams cost as many questions as those of one."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pyarrow as pa
import pytest

from madang.core.base.interface import read_settings
from madang.core.lake.folders import ledger_path
from madang.core.lake.ledger import Ledger
from madang.core.lake.schemas import conform, list_stored_columns
from madang.core.lake.writing.stream_table import StreamTable
from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.methods.sensorthings.options import read_options
from madang.infrastructure.city_sensors.methods.sensorthings.paths import read_path
from madang.infrastructure.city_sensors.queries.sensorthings.answers import answer, resolve
from madang.infrastructure.city_sensors.tables import READINGS

AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def datastreams(db, settings, tmp_path):
    """Twelve stations of the register, each with one reading."""
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path)})
    text = {"description": "-"}
    sensor = models.Sensor.objects.create(name="s", encoding_type="text/plain", metadata="-", **text)
    observed = models.ObservedProperty.objects.create(name="PM2.5", definition="pm25", **text)
    names = [f"S{n:02}" for n in range(12)]
    for name in names:
        thing = models.Thing.objects.create(name=name, asset_id=name, **text)
        models.Datastream.objects.create(
            name=name, observation_type="-", unit_of_measurement={}, thing=thing, sensor=sensor,
            observed_property=observed, stream_thing=name, stream_property="pm25", **text,
        )  # fmt: skip
    count = len(names)
    rows = {"thing_id": names, "property": ["pm25"] * count, "observed_at": [AT] * count, "value": [*map(float, range(count))],
            "quality": ["good"] * count, "raw": ["000"] * count, "revision": [0] * count}  # fmt: skip
    ledger = Ledger(ledger_path())
    followed, _ = StreamTable(READINGS, ledger, "test").take_in(
        conform(pa.table(rows), list_stored_columns(READINGS)), 1
    )
    ledger.apply([msgspec.structs.replace(followed, dirty=())])


def test_the_newest_of_many_are_not_asked_one_by_one(datastreams, django_assert_max_num_queries):
    asked = [("$top", "100"), ("$expand", "Observations($top=1;$orderby=phenomenonTime desc)")]
    with django_assert_max_num_queries(5):
        found = answer(resolve(read_path("Datastreams")), read_options(asked), "-", "Datastreams", asked)
    assert [one["Observations"][0]["result"] for one in found["value"]] == [*map(float, range(12))]
    assert {one["phenomenonTime"] for one in found["value"]} == {"2026-03-01T00:00:00Z/2026-03-01T00:00:00Z"}
