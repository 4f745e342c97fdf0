"""Of 350° and 10° the mean is 0°: by hour, day, district, beside other stations and in the open rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madang.core.base.interface import HOUSE, read_settings
from madang.core.lake.folders import ledger_path
from madang.core.lake.interface import Filter, Measure, Op, authorize
from madang.core.lake.ledger import Ledger
from madang.core.lake.schemas import conform, list_stored_columns
from madang.core.lake.writing.rolling import roll_up
from madang.core.lake.writing.stream_table import StreamTable
from madang.infrastructure.city_sensors.methods.open_rows import make_rows
from madang.infrastructure.city_sensors.methods.summaries import mean_by_district
from madang.infrastructure.city_sensors.queries.open_rows import read_hours
from madang.infrastructure.city_sensors.queries.stations import list_hours
from madang.infrastructure.city_sensors.records import PROPERTY_BY_CODE, Correction, StationValue
from madang.infrastructure.city_sensors.tables import READINGS

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 1, tzinfo=UTC)
WIND = PROPERTY_BY_CODE["wind_direction"]


def reading(minute, value, prop="wind_direction", station="S1", revision=0):
    return {
        "thing_id": station,
        "property": prop,
        "observed_at": AT + timedelta(minutes=minute),
        "value": value,
        "revision": revision,
    }


def average(*degrees):
    return np.degrees(np.angle(np.mean(np.exp(1j * np.radians(degrees))))) % 360


class Lake:
    """The writer's table without the broker; `take` is one batch, rolled up."""

    def __init__(self):
        self.ledger = Ledger(ledger_path())
        self.table = StreamTable(READINGS, self.ledger, "test")
        self.sequence = 0

    def take(self, *rows):
        self.sequence += 1
        batch = conform(pa.Table.from_pylist(list(rows)), list_stored_columns(READINGS))
        self.ledger.apply([self.table.take_in(batch, self.sequence)[0]])
        while roll_up(READINGS, self.ledger):
            pass


@pytest.fixture
def lake(settings, tmp_path):
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path)})
    return Lake()


def read(table, *names, prop="wind_direction"):
    where = [Filter("property", Op.EQ, prop)]
    rows = authorize(HOUSE, table).read(where=where, order_by=["thing_id", names[0]])
    return [tuple(row[name] for name in names[1:]) for row in rows.to_pylist()]


def read_hourly(**asked):
    return read("city_sensor_readings_hour", "hour_at", "value_mean", "value_steadiness", **asked)


def test_hours_and_days_are_averaged_as_vectors_and_late_values_count(lake):
    lake.take(reading(0, 350.0), reading(10, 10.0), reading(0, 350.0, "noise"), reading(10, 10.0, "noise"))
    assert read_hourly() == [(0.0, pytest.approx(np.cos(np.radians(10)), abs=1e-6))]
    assert read_hourly(prop="noise") == [(180.0, None)]
    lake.take(reading(20, 30.0), reading(60, 90.0), reading(0, 340.0, revision=1))
    assert read_hourly()[0][0] == pytest.approx(average(340, 10, 30))
    days = read("city_sensor_readings_day", "day_on", "value_mean", "value_count", "value_min", "value_max")
    assert days == [(pytest.approx(average(340, 10, 30, 90)), 4, 10.0, 340.0)]


def test_opposed_directions_have_no_mean(lake):
    lake.take(reading(0, 0.0), reading(10, 180.0), reading(60, None))
    assert [mean for mean, _ in read_hourly()] == [None, None]
    assert read("city_sensor_readings_day", "day_on", "value_mean", "value_count") == [(None, 2)]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.integers(0, 300), st.floats(0, 360), min_size=1, max_size=12), st.randoms())
def test_a_day_of_hours_is_the_day_of_its_values_in_any_order(tmp_path_factory, settings, values, chance):
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path_factory.mktemp("lake"))})
    lake, rows = Lake(), [reading(minute, value) for minute, value in values.items()]
    chance.shuffle(rows)
    for begin in range(0, len(rows), 4):
        lake.take(*rows[begin : begin + 4])
    vector = np.mean(np.exp(1j * np.radians(list(values.values()))))
    ((mean, steadiness),) = read("city_sensor_readings_day", "day_on", "value_mean", "value_steadiness")
    assert steadiness == pytest.approx(abs(vector), abs=1e-5)
    if abs(vector) > 0.01:
        assert abs((mean - average(*values.values()) + 180) % 360 - 180) < 0.01
        assert 0 <= mean < 360


def test_questions_pages_and_open_rows_say_the_same(lake, monkeypatch):
    lake.take(
        *(reading(minute, value) for minute, value in ((0, 350.0), (10, 10.0))),
        *(reading(minute, value, "noise") for minute, value in ((0, 50.0), (10, 60.0))),
    )
    reader, mean = authorize(HOUSE, "city_sensor_readings"), [Measure(function="mean", column="value")]
    alone = reader.aggregate(mean, where=[Filter("property", Op.IN, ["wind_direction", "gust_direction"])])
    assert alone["value_mean"].to_pylist() == [0.0]
    each = reader.aggregate(mean, ["property"], order_by=["property"])
    assert each["value_mean"].to_pylist() == [55.0, 0.0]
    monkeypatch.setattr("madang.infrastructure.city_sensors.queries.stations.now", lambda: AT)
    assert list_hours("S1", "wind_direction", 1) == [(AT, 0.0)]
    names = {"S1": ("", "", "", "")}
    (row,) = make_rows(read_hours(AT, AT + timedelta(hours=1)), names, AT).to_pylist()
    assert (row["avg_wind_dire"], row["avg_noise"]) == (0.0, 55.0)


def test_districts_are_averaged_as_vectors():
    def mean(*values, prop=WIND):
        stations = [
            StationValue(thing_id="s", name="", district_code="d", lon=127, lat=37, observed_at=AT, value=one, quality="")
            for one in values
        ]  # fmt: skip
        return mean_by_district(prop, stations)

    assert mean(350, 10) == {"d": (0.0, 2)}
    assert mean(90, None) == {"d": (90.0, 1)}
    assert mean(0, 180) == {}
    assert mean(350, 10, prop=PROPERTY_BY_CODE["noise"]) == {"d": (180.0, 2)}


def test_a_corrected_direction_is_one():
    turned = Correction(
        thing_id="S1", property="wind_direction", gain=1, offset=15, valid_from=AT, reason="", made_by="", made_at=AT
    )  # fmt: skip
    assert [turned.apply(one) for one in (350, 10)] == [5.0, 25.0]
    assert msgspec.structs.replace(turned, property="noise").apply(350) == 365.0
