"""SensorThings entities and observations in the order of what they are linked to, page by page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import msgspec
import pyarrow as pa
import pytest

from madang.core.base.interface import BadInput, read_settings
from madang.core.lake.folders import ledger_path
from madang.core.lake.ledger import Ledger
from madang.core.lake.schemas import conform, list_stored_columns
from madang.core.lake.writing.stream_table import StreamTable
from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.methods.sensorthings.options import read_options, write_options
from madang.infrastructure.city_sensors.methods.sensorthings.paths import read_path
from madang.infrastructure.city_sensors.queries.sensorthings.answers import answer, resolve
from madang.infrastructure.city_sensors.tables import READINGS

AT = datetime(2026, 3, 1, tzinfo=UTC)
RESULTS = {"c": (1, 2), "a": (3,), "b": (4, 5, 6), "none": ()}


@pytest.fixture
def readings(db, settings, tmp_path):
    """Four things with a datastream each, made in this order, and what they measured; "a" and "b" in the same place."""
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path)})
    text = {"description": "-"}
    sensor = models.Sensor.objects.create(name="s", encoding_type="-", metadata="-", **text)
    observed = models.ObservedProperty.objects.create(name="level", definition="level", **text)
    placed = {
        "encoding_type": "application/geo+json",
        "geometry": {"type": "Point", "coordinates": [127, 37.5]},
    }
    places = {name: models.FeatureOfInterest.objects.create(name=name, **placed, **text) for name in "yz"}
    here = models.Location.objects.create(name="here", **placed, **text)
    rows = []
    for name, results in RESULTS.items():
        thing = models.Thing.objects.create(name=f"thing {name}", **text)
        thing.locations.add(here)
        models.Datastream.objects.create(
            name=name, observation_type="-", unit_of_measurement={}, thing=thing, sensor=sensor, observed_property=observed,
            stream_thing=f"STA-{thing.pk}", stream_property="d1", feature=places["z" if name == "c" else "y"], **text,
        )  # fmt: skip
        rows += [
            {"thing_id": f"STA-{thing.pk}", "property": "d1", "observed_at": AT + timedelta(hours=value), "value": float(value),
             "raw": str(value), "revision": 0, "feature": str(places["z"].pk) if value == 6 else None}
            for value in results
        ]  # fmt: skip
    ledger = Ledger(ledger_path())
    table = StreamTable(READINGS, ledger, "test")
    taken = table.take_in(conform(pa.Table.from_pylist(rows), list_stored_columns(READINGS)), 1)[0]
    ledger.apply([msgspec.structs.replace(taken, dirty=())])


def ask(path, **options):
    items = [(f"${name}", str(value)) for name, value in options.items()]
    found = answer(resolve(read_path(path)), read_options(items), "http://here", path, items)
    return found["value"]


def list_results(**options):
    return [one["result"] for one in ask("Observations", select="result", **options)]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("Datastream/name", [3, 4, 5, 6, 1, 2]),
        ("Datastream/name,result desc", [3, 6, 5, 4, 2, 1]),
        ("Datastream/Thing/name desc", [1, 2, 4, 5, 6, 3]),
        ("Datastream/@iot.id desc", [4, 5, 6, 3, 1, 2]),
        ("Datastream/Thing/Locations/name,result", [1, 2, 3, 4, 5, 6]),
        ("FeatureOfInterest/name", [3, 4, 5, 1, 2, 6]),
        ("FeatureOfInterest/name desc,result desc", [6, 2, 1, 5, 4, 3]),
    ],
)
def test_observations(readings, order, expected):
    assert list_results(orderby=order) == expected
    for top in (1, 2, 4):
        pages = [list_results(orderby=order, top=top, skip=skip) for skip in range(0, 6, top)]
        assert [one for page in pages for one in page] == expected
    few = list_results(orderby=order, filter="result gt 2 and result lt 6")
    assert few == [one for one in expected if 2 < one < 6]


def test_observations_of_what_isnt_there(readings):
    for order in ("Datastream/nothing", "result,Datastream/name", "FeatureOfInterest/Datastream/name"):
        with pytest.raises(BadInput):
            list_results(orderby=order)


def test_entities_in_the_order_of_many_come_once(readings):
    for order, expected in (("Things/name", ["here"]), ("Things/Datastreams/name desc", ["here"])):
        assert [one["name"] for one in ask("Locations", orderby=order)] == expected
    assert [one["name"][-1] for one in ask("Things", orderby="Datastreams/name desc", top=2, skip=1)] == [
        "c",
        "b",
    ]


def test_pages_of_entities_follow_one_another(readings):
    names = [one["name"] for one in ask("Datastreams", orderby="name desc")]
    assert names == sorted(RESULTS, reverse=True)
    assert [ask("Datastreams", orderby="name desc", top=1, skip=n)[0]["name"] for n in range(4)] == names


def test_the_next_page_of_what_is_expanded_keeps_what_was_asked(readings):
    observed = "Observations($filter=result gt 4 and not(result eq 9);$orderby=result;$select=result;$top=1;$count=true;$expand=Datastream($select=name))"  # fmt: skip
    (thing,) = ask("Things", filter="name eq 'thing b'", expand=f"Datastreams($expand={observed})")
    (stream,) = thing["Datastreams"]
    assert [one["result"] for one in stream["Observations"]] == [5]
    link = httpx.URL(stream["Observations@iot.nextLink"])
    items = link.params.multi_items()
    found = answer(resolve(read_path(link.path)), read_options(items), "http://here", link.path, items)
    assert found == {"@iot.count": 2, "value": [{"result": 6, "Datastream": {"name": "b"}}]}
    assert list_results(filter="not(result lt 6)") == [6]


@pytest.mark.parametrize("text", ["A", "A,B", "A($top=0)", "A($filter=x eq ';';$select=y,z),B($skip=2;$expand=C/D;$count=true)"])  # fmt: skip
def test_options_that_are_written_are_read_the_same(text):
    options = read_options([("$expand", text), ("$orderby", "a/b desc,c")])
    assert write_options(options)["$orderby"] == "a/b desc,c asc"
    again = read_options(list(write_options(options).items()))
    assert write_options(again) == write_options(options)
    assert msgspec.structs.replace(again, expand={}) == msgspec.structs.replace(options, expand={})
    assert list(again.expand) == list(options.expand)


@pytest.mark.parametrize(
    ("path", "condition", "expected"),
    [
        ("Datastreams", "phenomenonTime ge 2026-03-01T03:00:00Z", "ab"),
        ("Datastreams", "phenomenonTime gt 2026-03-01T12:00:00+09:00", "b"),
        ("Datastreams", "phenomenonTime lt 2026-03-01T03:30:00Z", "ca"),
        ("Datastreams", "phenomenonTime le 2026-03-01T02:00:00Z", "c"),
        ("Datastreams", "phenomenonTime eq 2026-03-01T03:00:00Z", "a"),
        ("Datastreams", "phenomenonTime ne 2026-03-01T03:00:00Z and name ne 'c'", "b"),
        ("Datastreams", "not phenomenonTime lt now()", "e"),
        ("Datastreams", "resultTime lt now()", ""),
        ("Things", "Datastreams/phenomenonTime gt 2026-03-01T03:00:00Z", "b"),
        ("Sensors", "Datastreams/phenomenonTime gt 2026-03-01T03:00:00Z", "s"),
    ],
)
def test_datastreams_are_found_by_their_times(readings, path, condition, expected):
    found = ask(path, filter=condition, orderby="id" if path == "Datastreams" else "name")
    assert "".join(one["name"][-1] for one in found) == expected


def test_times_of_datastreams_are_compared_with_moments(readings):
    for condition in ("phenomenonTime gt 5", "phenomenonTime gt resultTime"):
        with pytest.raises(BadInput):
            ask("Datastreams", filter=condition)
