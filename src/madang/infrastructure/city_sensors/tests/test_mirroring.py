"""Stations as SensorThings: common properties from the start, rarer ones once a value came."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pyarrow as pa
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from madang.core.base.interface import HOUSE, Actor, BadInput, NotAllowed, Text, read_settings
from madang.core.lake.folders import ledger_path
from madang.core.lake.interface import get_table
from madang.core.lake.ledger import Ledger
from madang.core.lake.schemas import conform, list_stored_columns
from madang.core.lake.writing.stream_table import StreamTable
from madang.core.things.interface import Kind, import_things, register_kind
from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.actions.sensorthings.entities import (
    WRITE,
    change,
    create,
    create_arrays,
    remove,
)
from madang.infrastructure.city_sensors.actions.sensorthings.mirroring import mirror_stations
from madang.infrastructure.city_sensors.methods.sensorthings.paths import read_path
from madang.infrastructure.city_sensors.queries.sensorthings.answers import resolve
from madang.infrastructure.city_sensors.queries.stations import forget, list_shown
from madang.infrastructure.city_sensors.records import COMMON, STATION_KIND
from madang.infrastructure.city_sensors.tables import READINGS

NOW = datetime(2026, 3, 1, 3, tzinfo=UTC)


@pytest.fixture
def stations(db, settings, tmp_path):
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path)})
    kind = Kind(code=STATION_KIND, name=Text(ko="센서", en="Sensor"), icon="sensor", service_life_years=7)
    register_kind(actor=HOUSE, now=NOW, kind=kind)
    row = {"kind": STATION_KIND, "name": "센서", "agency_code": "city", "lon": 127.0, "lat": 37.5}
    import_things(actor=HOUSE, now=NOW, rows=[row | {"id": "S1"}, row | {"id": "S2"}], source="test")
    forget()
    yield
    forget()


def measure(*streams, **more):
    reading = {"observed_at": NOW, "value": 3.0, "revision": 0} | more
    rows = [reading | {"thing_id": thing, "property": code} for thing, code in streams]
    ledger, table = Ledger(ledger_path()), get_table(READINGS.name)
    taken = conform(pa.Table.from_pylist(rows), list_stored_columns(table))
    followed, _ = StreamTable(table, ledger, "test").take_in(taken, 1)
    ledger.apply([msgspec.structs.replace(followed, dirty=())])
    forget()


def list_streams(thing):
    found = models.Datastream.objects.filter(stream_thing=thing).values_list("stream_property", flat=True)
    return sorted(found)


def test_a_datastream_comes_with_the_first_value_of_a_rarer_property(stations):
    common = sorted(one.code for one in COMMON)
    assert mirror_stations() == 2
    assert list_streams("S1") == list_streams("S2") == common
    assert list_shown() == COMMON
    measure(("S1", "wind_speed"), ("S1", "pm25"), ("nobody", "wind_speed"))
    mirror_stations()
    with CaptureQueriesContext(connection) as asked:
        mirror_stations()
    assert not [one["sql"] for one in asked if not one["sql"].startswith("SELECT")]
    assert list_streams("S1") == sorted([*common, "wind_speed"])
    assert list_streams("S2") == common
    stream = models.Datastream.objects.get(stream_property="wind_speed")
    assert (stream.unit_of_measurement["symbol"], stream.feature.geometry["coordinates"]) == (
        "m/s",
        [127.0, 37.5],
    )
    assert [one.code for one in list_shown()] == [*(one.code for one in COMMON), "wind_speed"]


@pytest.mark.parametrize(
    ("language", "said"), [("ko", "잴 수 있는 범위를 벗어남 (9999)"), ("en", "out of range (9999)")]
)
def test_a_station_page_says_why_there_is_no_value(stations, client, language, said):
    measure(("S1", "wind_speed"), value=None, quality="out_of_range", raw="9999")
    client.cookies["language"] = language
    page = client.get("/city_sensors/S1/").content.decode()
    assert said in page
    assert ("풍속" in page, "Wind speed" in page) == (language == "ko", language == "en")
    assert "Vibration" not in page


def test_who_writes_for_another_agency_adds_no_observation_of_a_station(stations):
    mirror_stations()
    number = models.Datastream.objects.get(stream_thing="S1", stream_property="noise").pk
    stranger = Actor(id="x", name="x", grants=frozenset({(WRITE, "district")}))
    target = resolve(read_path(f"Datastreams({number})/Observations"))
    array = {"Datastream": {"@iot.id": number}, "components": ["result"], "dataArray": [[1]]}
    with pytest.raises(NotAllowed):
        create(actor=stranger, now=NOW, target=target, path="-", body={"result": 1})
    with pytest.raises(NotAllowed):
        create_arrays(actor=stranger, now=NOW, body=[array])


def find(path):
    return resolve(read_path(path))


def test_who_writes_for_another_agency_changes_and_deletes_no_observation_of_a_station(stations):
    mirror_stations()
    measure(("S1", "noise"))
    number = models.Datastream.objects.get(stream_thing="S1", stream_property="noise").pk
    stranger = Actor(id="x", name="x", grants=frozenset({(WRITE, "district")}))
    target = find(f"Observations('{number}.{int(NOW.timestamp())}000000')")
    with pytest.raises(NotAllowed):
        change(actor=stranger, now=NOW, target=target, path="-", body={"result": 1}, is_whole=False)
    with pytest.raises(NotAllowed):
        remove(actor=stranger, now=NOW, target=target, path="-")


def test_nobody_moves_a_station_or_takes_its_datastreams_by_a_link(stations):
    mirror_stations()
    station = models.Thing.objects.get(asset_id="S1")
    stream = models.Datastream.objects.get(stream_thing="S1", stream_property="noise")
    place = models.Location.objects.create(name="p", description="-", encoding_type="-", geometry={})
    before = list(station.locations.all())
    mine = {"name": "x", "description": "-"}
    located = mine | {
        "encodingType": "application/geo+json",
        "location": {"type": "Point", "coordinates": [1, 2]},
    }
    reference = {"@iot.id": station.pk}
    moment = {"time": "2026-03-01T00:00:00Z", "Thing": reference, "Locations": [{"@iot.id": place.pk}]}
    changed = dict(actor=HOUSE, now=NOW, path="-", is_whole=False)
    for path, body in {
        f"Things({station.pk})/Locations": located,
        "Locations": located | {"Things": [reference]},
        "HistoricalLocations": moment,
        "Things": mine | {"Datastreams": [{"@iot.id": stream.pk}]},
    }.items():
        with pytest.raises(BadInput):
            create(actor=HOUSE, now=NOW, target=find(path), path=path, body=body)
    with pytest.raises(BadInput):
        change(target=find(f"Locations({place.pk})"), body={"Things": [reference]}, **changed)
    text = {"name": "x", "description": "-"}
    own = models.Datastream.objects.create(
        **text, observation_type="-", unit_of_measurement={}, thing=models.Thing.objects.create(**text),
        sensor=stream.sensor, observed_property=stream.observed_property, stream_thing="STA-1", stream_property="d1",
    )  # fmt: skip
    with pytest.raises(BadInput):
        change(target=find(f"Datastreams({own.pk})"), body={"Thing": reference}, **changed)
    own.refresh_from_db()
    assert own.thing != station
    assert list(station.locations.all()) == before
    stream.refresh_from_db()
    assert stream.thing == station


def test_who_writes_for_another_agency_adds_no_datastream_to_a_station(stations):
    mirror_stations()
    station = models.Thing.objects.get(asset_id="S1")
    text = {"name": "x", "description": "-"}
    body = text | {
        "observationType": "-",
        "unitOfMeasurement": {},
        "Sensor": text | {"encodingType": "-", "metadata": "-"},
        "ObservedProperty": text | {"definition": "-"},
    }
    target = find(f"Things({station.pk})/Datastreams")
    stranger = Actor(id="x", name="x", grants=frozenset({(WRITE, "district")}))
    with pytest.raises(NotAllowed):
        create(actor=stranger, now=NOW, target=target, path="-", body=body)
    owner = Actor(id="y", name="y", grants=frozenset({(WRITE, "city")}))
    assert create(actor=owner, now=NOW, target=target, path="-", body=body).thing == station
