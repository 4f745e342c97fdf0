"""What only some of the demonstration's stations measure, and the meters on poles: sent as real ones send it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from madang.city.meters import DEAD, FAULT, GREEDY, LIGHT, METERED, MODEL, RATED, STUCK_ON, measure_power
from madang.core.base.interface import CITY_TIMEZONE, read_settings
from madang.core.things.interface import Thing, ThingState
from madang.infrastructure.city_sensors import demo
from madang.infrastructure.city_sensors.methods.packets import GOOD, read_dated
from madang.infrastructure.city_sensors.records import PROPERTY_BY_CODE

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def asked(settings, tmp_path):
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path)})


def make(number, model, **attributes):
    return Thing(
        id=f"S{number}", kind="city_sensor", name="하나", agency_code="city", state=ThingState.ACTIVE, model=model,
        source=demo.SOURCE, attributes=attributes, created_at=NOON, updated_at=NOON,
    )  # fmt: skip


def test_a_tenth_of_the_stations_each_measures_wind_and_gases():
    counted = Counter(one["model"] for one in demo._draw_stations())
    assert counted == {"SIM001": 680, "SIM002": 85, "SIM003": 85}
    stations = [make(number, model) for number, model in enumerate(("SIM001", "SIM002", "SIM003") * 2)]
    serials = [one.id for one in stations]
    due = [(number, NOON) for number in range(1, 6)]
    packets = demo._send_more(stations, due, {NOON: demo._simulate(serials, [NOON])})
    assert [(one.serial, one.data_no) for one in packets] == [
        ("S1", "3"),
        ("S4", "3"),
        ("S2", "4"),
        ("S5", "4"),
    ]
    values = {}
    for one in packets:
        layout = demo.MORE[stations[int(one.serial[1:])].model]
        packet = read_dated((layout,), one.packet, CITY_TIMEZONE, NOON.date())
        assert {value.quality for value in packet.values} == {GOOD}
        values |= {value.property: value.value for value in packet.values}
    assert len(values) == 14
    assert all(
        PROPERTY_BY_CODE[code].least <= value <= PROPERTY_BY_CODE[code].most for code, value in values.items()
    )
    assert values["gust_speed"] > values["wind_speed"] > 0


def test_wind_turns_and_keeps_to_the_compass():
    moments = [NOON + timedelta(hours=6 * step) for step in range(4 * 30)]
    levels = demo._simulate(["S1", "S2"], moments)
    wind = demo._simulate_more("SIM002", [0, 1], levels, moments)
    assert (wind["wind_direction"].min() >= 0, wind["wind_direction"].max() < 360) == (True, True)
    assert np.ptp(wind["wind_direction"]) > 60


def test_meters_send_what_they_read():
    meters = [
        make(1, MODEL, **{METERED: LIGHT, RATED: 120.0}),
        make(2, MODEL, **{METERED: "camera", RATED: 25.0}),
    ]
    night = datetime(2026, 3, 1, 14, tzinfo=UTC)
    sent = demo._read_meters(meters, night - timedelta(minutes=10), night)
    read = [read_dated((demo.METER_LAYOUT,), one.packet, CITY_TIMEZONE, night.date()) for one in sent]
    assert [round(one.values[0].value / rated) for one, rated in zip(read, (120, 25), strict=True)] == [1, 1]
    draws = {
        (fault, hour): measure_power({METERED: LIGHT, RATED: 100, FAULT: fault}, hour, 0.5)
        for fault in ("", DEAD, GREEDY, STUCK_ON)
        for hour in (3, 12)
    }
    assert draws["", 3] > 90 > 5 > draws["", 12]
    assert draws[DEAD, 3] < 5 < 120 < draws[GREEDY, 3]
    assert draws[STUCK_ON, 12] > 90
