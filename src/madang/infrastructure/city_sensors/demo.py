"""Sensors of the demonstration city: registered, then speaking through the receiver like real ones."""

from __future__ import annotations

import hashlib
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings

from madang.city.files import draw_points
from madang.city.pace import make_generator, shorten, to_city_moment
from madang.city.weather import Floats, simulate_stations
from madang.core.base.interface import HOUSE, Text, to_city_time
from madang.core.places.interface import list_districts
from madang.core.things.interface import Kind, import_things, list_kinds, register_kind

from .actions.bringing import bring_readings
from .actions.receiving import define_packet, issue_certificate
from .actions.sensorthings.mirroring import mirror_stations
from .actions.sources import save_source
from .gateway import send_packets
from .methods.packets import TIME_FIELD, write_value
from .queries.open_rows import REGION
from .queries.sources import get_source
from .queries.stations import forget, list_certificates, list_layouts, list_stations, list_values
from .records import STATION_KIND, Field, PacketLayout, Sent, Source
from .tables import EXPECTED_INTERVAL_S

SEED = 2022
STATIONS = 850
SOURCE = "시뮬레이션 · simulated"
SENDER = "시뮬레이션 센서 · Simulated sensors"
AREAS = ("residential_area", "commercial_area", "roads_and_parks", "public_facilities", "traditional_markets")
WEEK_HOURS = 168
SILENT_EVERY = 283
DRIFTING_EVERY = 211
"""These stations measure four times the dust since the city came to life: a dirty optic."""
KIND = "대기·소음·기상 · air, noise, weather"
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
    _promise(now)


def _promise(now: datetime) -> None:
    """Write down how often the stations send, which the city's speed decides."""
    interval_s = int(shorten(EXPECTED_INTERVAL_S))
    if get_source(SOURCE).kind != KIND or get_source(SOURCE).expected_interval_s != interval_s:
        promise = Source(
            name=SOURCE,
            agency_code="city",
            kind=KIND,
            expected_interval_s=interval_s,
            freshness_promise_s=2 * interval_s,
        )
        save_source(actor=HOUSE, now=now, source=promise)


def feed(since: datetime, now: datetime) -> None:
    """Send what the stations measured in (since, now]; at first, the hours before as well, and all report."""
    serials = sorted(one.id for one in list_stations().values() if one.source == SOURCE)
    if not serials:
        return
    is_first = not list_values(LAYOUT.fields[1].name)
    if is_first:
        _bring_history(serials, now)
    due = [
        number
        for number in range(len(serials))
        if number % SILENT_EVERY and (is_first or _is_due(number, len(serials), since, now))
    ]
    if due:
        send_packets([_write_packet(serials, number, now) for number in due])


def _is_due(number: int, count: int, since: datetime, now: datetime) -> bool:
    interval_s = shorten(EXPECTED_INTERVAL_S)
    phase = number * interval_s / count
    return (now.timestamp() - phase) // interval_s > (since.timestamp() - phase) // interval_s


def _simulate(serials: list[str], moments: list[datetime]) -> dict[str, Floats]:
    """Return levels by property, each of shape (moment, station), at what time it is in the city then."""
    seconds = np.array([to_city_moment(one).timestamp() for one in moments])
    return simulate_stations(make_generator(SEED), len(serials), seconds)


def _write_packet(serials: list[str], number: int, now: datetime) -> Sent:
    """Return a station's packet; one field in a hundred is missing, one packet in 500 cut short."""
    generator = make_generator(SEED, number, int(now.timestamp()))
    levels = _simulate(serials, [now])
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


def _bring_history(serials: list[str], now: datetime) -> None:
    """Bring the hours before the first start as files of a week, the newest first, so that charts have a past."""
    last = now.replace(minute=0, second=0, microsecond=0)
    hours = [last - timedelta(hours=back) for back in range(settings.MADANG.demo_history_hours + 1)]
    with tempfile.TemporaryDirectory() as folder:
        for begin in range(0, len(hours), WEEK_HOURS):
            path = Path(folder) / f"{hours[begin]:%Y%m%d%H}.parquet"
            pq.write_table(_measure_hours(serials, hours[begin : begin + WEEK_HOURS]), path)
            bring_readings(actor=HOUSE, now=now, path=path, file_name=path.name)


def _measure_hours(serials: list[str], moments: list[datetime]) -> pa.Table:
    levels = _simulate(serials, moments)
    stamps = np.repeat(np.array([int(one.timestamp() * 1e6) for one in moments], np.int64), len(serials))
    return pa.table(
        {
            "serial": serials * len(moments),
            "observed_at": pa.array(stamps, pa.timestamp("us", "UTC")),
            **{name: np.round(values, 1).ravel() for name, values in levels.items()},
        }
    )


def _draw_stations() -> list[dict[str, object]]:
    generator = make_generator(SEED)
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
            "model": "SIM001",
            "attributes": {REGION: AREAS[number % len(AREAS)]},
        }
        for number, (lon, lat, code) in enumerate(draw_points(generator, STATIONS), start=1)
    ]


def _get_key() -> str:
    return hashlib.sha256(f"city_sensors demo {settings.SECRET_KEY}".encode()).hexdigest()[:40]
