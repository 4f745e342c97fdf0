"""Sensors of the demonstration city: registered, then speaking through the receiver like real ones."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
from django.conf import settings

from madang.city.files import draw_points
from madang.city.weather import simulate_stations
from madang.core.base.interface import HOUSE, Text, to_city_time
from madang.core.lake.interface import append
from madang.core.places.interface import list_districts
from madang.core.things.interface import Kind, import_things, list_kinds, register_kind

from .actions.receiving import define_packet, issue_certificate
from .actions.sensorthings.mirroring import mirror_stations
from .actions.sources import save_source
from .gateway import send_packets
from .methods.packets import TIME_FIELD, write_value
from .queries.stations import forget, list_certificates, list_layouts, list_stations, list_values
from .records import STATION_KIND, Field, PacketLayout, Sent, Source
from .tables import EXPECTED_INTERVAL_S, READINGS

SEED = 2022
STATIONS = 850
SOURCE = "시뮬레이션 · simulated"
SENDER = "시뮬레이션 센서 · Simulated sensors"
SILENT_EVERY = 283
DRIFTING_EVERY = 211
"""These stations measure four times the dust since the city came to life: a dirty optic."""
PROMISE = Source(
    name=SOURCE,
    agency_code="city",
    kind="대기·소음·기상 · air, noise, weather",
    expected_interval_s=EXPECTED_INTERVAL_S,
    freshness_promise_s=2 * EXPECTED_INTERVAL_S,
)
LAYOUT = PacketLayout(
    data_no="1",
    valid_from=date(2022, 1, 1),
    fields=(
        Field(name=TIME_FIELD, width=12),
        Field(name="pm25", width=4, low=0, high=1500),
        Field(name="pm10", width=4, low=0, high=1500),
        Field(name="temperature", width=4, factor=10, offset=100, low=500, high=1800),
        Field(name="humidity", width=3, low=0, high=100),
        Field(name="illuminance", width=6, low=0, high=120_000),
        Field(name="uv", width=3, factor=10, low=0, high=160),
        Field(name="noise", width=3, low=35, high=130),
    ),
)


def lay_out(now: datetime) -> None:
    """Register the stations, their packet layout and their key, each once."""
    if not list_layouts():
        define_packet(actor=HOUSE, now=now, layout=LAYOUT)
    if not list_certificates():
        issue_certificate(
            actor=HOUSE,
            now=now,
            key=_get_key(),
            name=SENDER,
            agency_code="city",
            valid_from=now,
            valid_until=now + timedelta(days=3650),
        )
    if STATION_KIND not in {kind.code for kind in list_kinds()}:
        name = Text(ko="IoT 도시데이터 센서", en="City sensor")
        register_kind(
            actor=HOUSE, now=now, kind=Kind(code=STATION_KIND, name=name, icon="sensor", service_life_years=7)
        )
        import_things(actor=HOUSE, now=now, rows=_draw_stations(), source=SOURCE)
        forget()
        mirror_stations()
        save_source(actor=HOUSE, now=now, source=PROMISE)


def feed(since: datetime, now: datetime) -> None:
    """Send what the stations measured in (since, now]; at first, the hours before as well."""
    serials = sorted(one.id for one in list_stations().values() if one.source == SOURCE)
    if not serials:
        return
    if not list_values(LAYOUT.fields[1].name):
        _append_history(serials, now)
    due = [
        number
        for number in range(len(serials))
        if number % SILENT_EVERY and _is_due(number, len(serials), since, now)
    ]
    if due:
        send_packets([_write_packet(serials, number, now) for number in due])


def _is_due(number: int, count: int, since: datetime, now: datetime) -> bool:
    phase = number * EXPECTED_INTERVAL_S / count
    begun = (since.timestamp() - phase) // EXPECTED_INTERVAL_S
    return (now.timestamp() - phase) // EXPECTED_INTERVAL_S > begun


def _write_packet(serials: list[str], number: int, now: datetime) -> Sent:
    """Return a station's packet; one field in a hundred is missing, one packet in 500 cut short."""
    generator = np.random.default_rng([SEED, number, int(now.timestamp())])
    levels = simulate_stations(SEED, len(serials), np.array([now.timestamp()]))
    parts = [f"{to_city_time(now):%Y%m%d%H%M}"]
    for field in LAYOUT.fields[1:]:
        value = None if generator.random() < 0.01 else float(levels[field.name][0, number])
        if field.name == "pm25" and value is not None and number % DRIFTING_EVERY == 7:
            value = 4 * value + 20
        parts.append(write_value(field, value))
    packet = "".join(parts)
    if generator.random() < 0.002:
        packet = packet[:-2]
    return Sent(
        certkey=_get_key(),
        data_no=LAYOUT.data_no,
        pk_seq=str(int(now.timestamp())),
        serial=serials[number],
        packet=packet,
    )


def _append_history(serials: list[str], now: datetime) -> None:
    """Append the hours before the first start, newest day first, so that charts have a past."""
    last = now.replace(minute=0, second=0, microsecond=0)
    hours = [last - timedelta(hours=back) for back in range(settings.MADANG.demo_history_hours, -1, -1)]
    for begin in reversed(range(0, len(hours), 24)):
        _append_hours(serials, hours[begin : begin + 24])


def _append_hours(serials: list[str], moments: list[datetime]) -> None:
    levels = simulate_stations(SEED, len(serials), np.array([one.timestamp() for one in moments]))
    stamps = np.repeat(np.array([int(one.timestamp() * 1e6) for one in moments], np.int64), len(serials))
    for name, values in levels.items():
        count = values.size
        rows = {
            "thing_id": pa.array(serials * len(moments)),
            "property": pa.array([name] * count),
            "observed_at": pa.array(stamps, pa.timestamp("us", "UTC")),
            "value": pa.array(np.round(values, 1).ravel()),
            "quality": pa.array(["good"] * count),
        }
        append(READINGS.name, pa.table(rows), actor=HOUSE)


def _draw_stations() -> list[dict[str, object]]:
    generator = np.random.default_rng(SEED)
    districts = {district.code: district.name_ko for district in list_districts()}
    return [
        {
            "id": f"SIM{number:05d}",
            "kind": STATION_KIND,
            "name": f"{districts[code]} 센서 {number}",
            "agency_code": code,
            "lon": round(lon, 6),
            "lat": round(lat, 6),
            "state": "active",
            "source": SOURCE,
        }
        for number, (lon, lat, code) in enumerate(draw_points(generator, STATIONS), start=1)
    ]


def _get_key() -> str:
    return hashlib.sha256(f"city_sensors demo {settings.SECRET_KEY}".encode()).hexdigest()[:40]
