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
from madang.city.happenings import add_happenings
from madang.city.meters import MODEL as METER
from madang.city.meters import measure_power
from madang.city.pace import make_generator, shorten, to_city_moment
from madang.city.streets import simulate_gases, simulate_wind
from madang.city.weather import DAY_S, Floats, simulate_stations
from madang.core.base.interface import HOUSE, to_city_time
from madang.core.places.interface import list_districts
from madang.core.things.interface import (
    Thing,
    ThingFilter,
    count_things,
    import_things,
    register_declared_kinds,
)

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

Levels = dict[str, Floats]
SEED = 2022
STATIONS = 850
SOURCE = "시뮬레이션 · simulated"
AGENCIES = {
    "health-environment": ("보건환경연구원", "Research Institute of Public Health and Environment"),
    "climate": ("기후환경본부", "Climate and Environment Headquarters"),
    "transport-information": ("교통정보센터", "Transport Operation and Information Service"),
    "parks": ("푸른도시국", "Green Seoul Bureau"),
    "hangang": ("한강사업본부", "Hangang River Headquarters"),
    "water-circulation": ("물순환안전국", "Water Circulation Safety Bureau"),
    "facilities": ("서울시설공단", "Seoul Facilities Corporation"),
    "seoul-metro": ("서울교통공사", "Seoul Metro"),
    "grand-park": ("서울대공원", "Seoul Grand Park"),
    "welfare": ("복지정책실", "Welfare Policy Office"),
    "energy": ("서울에너지공사", "Seoul Energy Corporation"),
    "housing-corporation": ("서울주택도시공사", "Seoul Housing and Communities Corporation"),
    "digital-foundation": ("서울디지털재단", "Seoul Digital Foundation"),
}
SOURCES = {SOURCE: "city"} | {
    f"{ko} (시뮬레이션) · {en} (simulated)": code for code, (ko, en) in AGENCIES.items()
}
"""Who the stations belong to, with the agency: fourteen, as in the report; the city's own are half of all."""
AREAS = ("residential_area", "commercial_area", "roads_and_parks", "public_facilities", "traditional_markets")
WEEK_HOURS = 168
SILENT_EVERY = 283
DRIFTING_EVERY = 211
"""These stations measure four times the dust since the city came to life: a dirty optic."""
WEARING_EVERY, CALIBRATED_EVERY_D = 97, 90
"""These drift from one calibration to the next: warmer by a fortieth of a degree each day, and a hundredth more dust."""
LATE, DOUBLED, MISSING, AWAY = 0.02, 0.003, 0.01, 0.004
"""Of packets: half an interval late, and sent twice; of values: missing; of hours: the first of several without any."""
LONGEST_AWAY_H = 5
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
WIND_LAYOUT = PacketLayout(
    data_no="3",
    valid_from=date(2022, 1, 1),
    fields=(
        Field(name=TIME_FIELD, width=12),
        Field(name="wind_direction", width=4, factor=10, low=0, high=3599),
        Field(name="wind_speed", width=3, factor=10, low=0),
        Field(name="gust_direction", width=4, factor=10, low=0, high=3599),
        Field(name="gust_speed", width=4, factor=10, low=0),
        Field(name="globe_temperature", width=4, factor=10, offset=100, low=500, high=2000),
        *(Field(name=f"vibration_{axis}", width=4, factor=100, low=0, high=9999) for axis in "xyz"),
    ),
)
GAS_LAYOUT = PacketLayout(
    data_no="4",
    valid_from=date(2022, 1, 1),
    fields=(
        Field(name=TIME_FIELD, width=12),
        *(Field(name=gas, width=6, factor=10_000, low=0) for gas in ("no2", "co", "so2", "nh3", "h2s", "o3")),
    ),
)
MORE = {"SIM002": WIND_LAYOUT, "SIM003": GAS_LAYOUT}
"""What stations of a model send besides the usual packet: each a tenth of all."""
SHORT_HOURS = 48
"""As far back as what only some measure is there at first: as charts show."""
METER_LAYOUT = PacketLayout(
    data_no="2",
    valid_from=date(2022, 1, 1),
    fields=(Field(name=TIME_FIELD, width=12), Field(name="power", width=6, factor=10, low=0)),
)


def lay_out(now: datetime) -> None:
    """Register the stations, their packet layout and the keys of their agencies, each once."""
    laid_out = {one.data_no for one in list_layouts()}
    for layout in (LAYOUT, METER_LAYOUT, WIND_LAYOUT, GAS_LAYOUT):
        if layout.data_no not in laid_out:
            define_packet(actor=HOUSE, now=now, layout=layout)
    known = {one.name for one in list_certificates()}
    for name in SOURCES.keys() - known:
        issue_certificate(
            actor=HOUSE,
            now=now,
            key=_get_key(name),
            name=name,
            agency_code=SOURCES[name],
            valid_from=now,
            valid_until=now + timedelta(days=3650),
        )
    if not count_things(ThingFilter(kind=STATION_KIND)):
        register_declared_kinds(actor=HOUSE, now=now)
        import_things(actor=HOUSE, now=now, rows=_draw_stations(), source=SOURCE)
        forget()
        mirror_stations()
    _promise(now)


def _promise(now: datetime) -> None:
    """Write down how often the stations send, which the city's speed decides."""
    interval_s = int(shorten(EXPECTED_INTERVAL_S))
    for name in {one.source for one in list_stations().values()} & set(SOURCES):
        promised = get_source(name)
        if promised.kind != KIND or promised.expected_interval_s != interval_s:
            promise = Source(
                name=name,
                agency_code=SOURCES[name],
                kind=KIND,
                expected_interval_s=interval_s,
                freshness_promise_s=2 * interval_s,
            )
            save_source(actor=HOUSE, now=now, source=promise)


def feed(since: datetime, now: datetime) -> None:
    """Send what the stations measured in (since, now]; at first, the hours before as well, and all report."""
    ours = sorted((one for one in list_stations().values() if one.source in SOURCES), key=lambda one: one.id)
    meters = [one for one in ours if one.model == METER]
    ours = [one for one in ours if one.model != METER]
    serials = [one.id for one in ours]
    if not serials:
        return
    is_first = not list_values(LAYOUT.fields[1].name)
    if is_first:
        _bring_history(ours, now)
    count = len(serials)
    due = [(number, now) for number in range(count)] if is_first else _list_due(count, since, now)
    levels = {moment: _simulate(serials, [moment]) for moment in {moment for _, moment in due}}
    packets = [
        _write_packet(serials, number, moment, levels[moment])
        for number, moment in due
        if number % SILENT_EVERY
    ]
    again = make_generator(SEED, int(now.timestamp())).random(len(packets)) < DOUBLED
    packets += [one for one, is_doubled in zip(packets, again, strict=True) if is_doubled]
    packets += _send_more(ours, due, levels)
    packets += _read_meters(meters, since, now)
    if packets:
        send_packets(packets)


def _list_due(count: int, since: datetime, now: datetime) -> list[tuple[int, datetime]]:
    """Return (station, when it measured) of what is sent in (since, now]: some of it half an interval late."""
    wait = timedelta(seconds=shorten(EXPECTED_INTERVAL_S) / 2)
    late = now - wait
    on_time = [
        (number, now)
        for number in range(count)
        if _is_due(number, count, since, now) and not _is_late(number, count, now)
    ]
    return on_time + [
        (number, late)
        for number in range(count)
        if _is_due(number, count, since - wait, late) and _is_late(number, count, late)
    ]


def _is_late(number: int, count: int, moment: datetime) -> bool:
    """Return whether what a station measured in its interval around a moment comes late."""
    interval_s = shorten(EXPECTED_INTERVAL_S)
    turn = int((moment.timestamp() - number * interval_s / count) // interval_s)
    return bool(make_generator(SEED, number, turn).random() < LATE)


def _is_due(number: int, count: int, since: datetime, now: datetime) -> bool:
    interval_s = shorten(EXPECTED_INTERVAL_S)
    phase = number * interval_s / count
    return (now.timestamp() - phase) // interval_s > (since.timestamp() - phase) // interval_s


def _simulate(serials: list[str], moments: list[datetime]) -> Levels:
    """Return levels by property, each of shape (moment, station), at what time it is in the city then."""
    seconds = np.array([to_city_moment(one).timestamp() for one in moments])
    levels = simulate_stations(make_generator(SEED), len(serials), seconds)
    stations = list_stations()
    places = [(one.lon, one.lat) if (one := stations.get(serial)) else (None, None) for serial in serials]
    lon, lat = np.array(places, dtype=float).T
    add_happenings(levels, seconds, lon, lat)
    numbers = np.arange(len(serials))
    wear_d = np.where(
        numbers % WEARING_EVERY == 1, (seconds[:, None] / DAY_S + numbers) % CALIBRATED_EVERY_D, 0.0
    )
    levels["temperature"] = levels["temperature"] + wear_d / 40
    levels["pm25"] = levels["pm25"] * (1 + wear_d / 100)
    return levels


def _write_packet(serials: list[str], number: int, now: datetime, levels: Levels) -> Sent:
    """Return a station's packet of this moment's levels; one field in a hundred is missing, one packet in 500 cut short."""
    generator = make_generator(SEED, number, int(now.timestamp()))
    parts = [f"{to_city_time(now):%Y%m%d%H%M}"]
    for field in LAYOUT.fields[1:]:
        value = None if generator.random() < MISSING else float(levels[field.name][0, number])
        if field.name == "pm25" and value is not None and number % DRIFTING_EVERY == 7:
            value = 4 * value + 20
        parts.append(write_value(field, value))
    packet = "".join(parts)
    if generator.random() < 0.002:
        packet = packet[:-2]
    station = list_stations().get(serials[number])
    return Sent(
        certkey=_get_key(station.source if station else SOURCE),
        data_no=LAYOUT.data_no,
        pk_seq=str(int(now.timestamp())),
        serial=serials[number],
        packet=packet,
    )


def _send_more(
    stations: list[Thing], due: list[tuple[int, datetime]], levels: dict[datetime, Levels]
) -> list[Sent]:
    """Return the packets of what only some stations measure, of those that are due."""
    asked = set(due)
    packets = []
    for model, layout in MORE.items():
        numbers = [number for number, one in enumerate(stations) if one.model == model]
        for moment, those in levels.items():
            more = _simulate_more(model, numbers, those, [moment])
            packets += [
                _pack(
                    stations[number],
                    layout,
                    moment,
                    [float(more[field.name][0, place]) for field in layout.fields[1:]],
                )
                for place, number in enumerate(numbers)
                if (number, moment) in asked and number % SILENT_EVERY
            ]
    return packets


def _simulate_more(model: str, numbers: list[int], levels: Levels, moments: list[datetime]) -> Levels:
    """Return what stations of a model measure besides, each of shape (moment, station)."""
    here = {name: values[:, numbers] for name, values in levels.items()}
    if MORE[model] is GAS_LAYOUT:
        return simulate_gases(here)
    seconds = np.array([to_city_moment(one).timestamp() for one in moments])
    return simulate_wind(make_generator(SEED, 3), here, seconds)


def _pack(station: Thing, layout: PacketLayout, now: datetime, values: list[float]) -> Sent:
    written = [write_value(field, value) for field, value in zip(layout.fields[1:], values, strict=True)]
    return Sent(
        certkey=_get_key(station.source),
        data_no=layout.data_no,
        pk_seq=str(int(now.timestamp())),
        serial=station.id,
        packet="".join([f"{to_city_time(now):%Y%m%d%H%M}", *written]),
    )


def _read_meters(meters: list[Thing], since: datetime, now: datetime) -> list[Sent]:
    """Return what meters on poles send in (since, now]."""
    hour, generator = to_city_time(now).hour, make_generator(SEED, int(now.timestamp()))
    return [
        _pack(one, METER_LAYOUT, now, [measure_power(one.attributes, hour, generator.random())])
        for number, one in enumerate(meters)
        if _is_due(number, len(meters), since, now)
    ]


def _bring_history(stations: list[Thing], now: datetime) -> None:
    """Bring the hours before the first start as files of a week, the newest first, so that charts have a past."""
    last = now.replace(minute=0, second=0, microsecond=0)
    hours = [last - timedelta(hours=back) for back in range(settings.MADANG.demo_history_hours + 1)]
    serials = [one.id for one in stations]
    with tempfile.TemporaryDirectory() as folder:
        for begin in range(0, len(hours), WEEK_HOURS):
            measured = _measure_hours(serials, hours[begin : begin + WEEK_HOURS])
            _bring(measured, Path(folder) / f"{hours[begin]:%Y%m%d%H}.parquet", now)
        recent = hours[: SHORT_HOURS + 1]
        levels = _simulate(serials, recent)
        for model in MORE:
            numbers = [number for number, one in enumerate(stations) if one.model == model]
            if numbers:
                more = _simulate_more(model, numbers, levels, recent)
                measured = _tabulate([serials[number] for number in numbers], recent, more, digits=4)
                _bring(measured, Path(folder) / f"{model}.parquet", now)


def _bring(measured: pa.Table, path: Path, now: datetime) -> None:
    pq.write_table(measured, path)
    bring_readings(actor=HOUSE, now=now, path=path, file_name=path.name)


def _measure_hours(serials: list[str], moments: list[datetime]) -> pa.Table:
    """Return what stations measured at whole hours, newest first; single values are missing, and hours of an outage."""
    levels = _simulate(serials, moments)
    generator = make_generator(SEED, int(moments[0].timestamp()))
    begins = generator.random((len(moments), len(serials))) < AWAY
    away = sum(np.roll(begins, back, axis=0) for back in range(LONGEST_AWAY_H)) > 0
    for name, values in levels.items():
        gaps = generator.random(values.shape) < MISSING
        levels[name] = np.where(away | gaps, np.nan, values)
    return _tabulate(serials, moments, levels, digits=1)


def _tabulate(serials: list[str], moments: list[datetime], levels: Levels, *, digits: int) -> pa.Table:
    """Return levels, each of shape (moment, station), as a table of one row a station and moment."""
    stamps = np.repeat(np.array([int(one.timestamp() * 1e6) for one in moments], np.int64), len(serials))
    return pa.table(
        {
            "serial": serials * len(moments),
            "observed_at": pa.array(stamps, pa.timestamp("us", "UTC")),
            **{name: np.round(values, digits).ravel() for name, values in levels.items()},
        }
    )


def _draw_stations() -> list[dict[str, object]]:
    generator = make_generator(SEED)
    districts = {one.code: one for one in list_districts()}
    names = [name for name in SOURCES if name != SOURCE]
    return [
        {
            "id": f"SIM{number:05d}",
            "kind": STATION_KIND,
            "name": f"{districts[code].name_ko} 센서 {number} · {districts[code].name_en} sensor {number}",
            "agency_code": code,
            "lon": round(lon, 6),
            "lat": round(lat, 6),
            "state": "active",
            "source": names[number % len(names)] if number % 2 else SOURCE,
            "model": _choose_model(number),
            "attributes": {REGION: AREAS[number % len(AREAS)]},
        }
        for number, (lon, lat, code) in enumerate(draw_points(generator, STATIONS), start=1)
    ]


def _choose_model(number: int) -> str:
    return {3: "SIM002", 6: "SIM003"}.get(number % 10, "SIM001")


def _get_key(source: str) -> str:
    return hashlib.sha256(f"city_sensors demo {SOURCES[source]} {settings.SECRET_KEY}".encode()).hexdigest()[
        :40
    ]
