"""What stands in `properties`, `parameters` and `resultQuality`: reached by paths, filtered, computed with, sorted."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pyarrow as pa
import pytest

from madang.core.base.interface import MadangError, NotFound, read_settings
from madang.core.lake.folders import ledger_path
from madang.core.lake.ledger import Ledger
from madang.core.lake.schemas import conform, list_stored_columns
from madang.core.lake.writing.stream_table import StreamTable
from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.methods.sensorthings.options import read_options
from madang.infrastructure.city_sensors.methods.sensorthings.paths import read_path
from madang.infrastructure.city_sensors.queries.sensorthings.answers import answer, resolve
from madang.infrastructure.city_sensors.tables import READINGS

pytestmark = pytest.mark.django_db


def spell(start):
    return "".join(chr(ord("a") + start + n) for n in range(10))


def describe(start):
    """Return one of every kind of JSON value, made from a number."""
    inner = [{"word": spell(start + n), "even": (start + n) % 2 == 0, "ints": [start + n]} for n in range(3)]
    return {
        "word": spell(start), "even": start % 2 == 0, "int": start, "ints": [start, start + 1],
        "grid": [[start, start + 1], [start + 1, start + 2]], "inner": inner, "tags": [spell(start), "all"],
        "높이": start, "a-b_c": start, "allowed": start, "2x": start,
    }  # fmt: skip


DETAILS = [
    *({"parameters": describe(n), "resultQuality": {"DQ": {"code": n % 3}} if n % 2 else [{"code": n % 3}]} for n in range(6)),
    {"parameters": {"int": "5", "even": "true", "word": 6}},
    {"parameters": {"int": True, "ints": 4}},
]  # fmt: skip


@pytest.fixture
def ask(db, settings, tmp_path):
    """Four things with properties, the first with a datastream of eight observations; how they are asked."""
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path)})
    text = {"description": "abc"}
    things = [
        models.Thing.objects.create(name=f"{spell(n)[:3]} {n}", properties=describe(n), **text)
        for n in range(4)
    ]
    sensor = models.Sensor.objects.create(name="s", encoding_type="text/plain", metadata="a book", **text)
    observed = models.ObservedProperty.objects.create(name="level", definition="-", **text)
    place = models.Location.objects.create(
        name="place", encoding_type="-", geometry={"type": "Point", "coordinates": [127.5, 37.5]},
        properties={"int": 1, "word": "place"}, **text,
    )  # fmt: skip
    things[0].locations.add(place)
    models.Datastream.objects.create(
        name="d", observation_type="-", unit_of_measurement={"symbol": "°C"}, thing=things[0], sensor=sensor,
        observed_property=observed, stream_thing="STA-1", stream_property="result",
        properties={"limit": 4, "since": "2026-03-01T03:00:00Z", "words": "cdefghijkl", "rise": 1.5}, **text,
    )  # fmt: skip
    count = len(DETAILS)
    rows = {
        "thing_id": ["STA-1"] * count,
        "property": ["result"] * count,
        "observed_at": [datetime(2026, 3, 1, n, tzinfo=UTC) for n in range(count)],
        "value": [float(n) for n in range(count)],
        "raw": [f"{n}" for n in range(count)],
        "result_at": [None] * count,
        "feature": [None] * count,
        "details": [msgspec.json.encode(one).decode() for one in DETAILS],
        "revision": [0] * count,
    }
    ledger = Ledger(ledger_path())
    table = conform(pa.table(rows), list_stored_columns(READINGS))
    taken, _ = StreamTable(READINGS, ledger, "test").take_in(table, 1)
    ledger.apply([msgspec.structs.replace(taken, dirty=())])

    def ask(path, **options):
        first = things[0].pk
        items = [(f"${name}", str(value)) for name, value in options.items()]
        found = answer(
            resolve(read_path(path.replace("#", str(first)))), read_options(items), "-", path, items
        )
        if not isinstance(found, dict) or "value" not in found:
            return found
        if path == "Things":
            return [one["@iot.id"] - first for one in found["value"]]
        return [one.get("result", one.get("name")) for one in found["value"]]

    return ask


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("properties/inner[0]/word eq 'bcdefghijk'", [1]),
        ("properties/ints[1] gt 2", [2, 3]),
        ("properties/grid[1][0] lt 2", [0]),
        ("properties/inner[1]/ints[0] ge 3", [2, 3]),
        ("properties/ints[9] eq null", [0, 1, 2, 3]),
        ("properties/nothing ne null", []),
        ("properties/even", [0, 2]),
        ("not properties/even", [1, 3]),
        ("properties/even and properties/int gt 0", [2]),
        ("properties/inner[1]/even eq true", [1, 3]),
        ("properties/even ne true", [1, 3]),
        ("properties/int ne 2", [0, 1, 3]),
        ("properties/nothing ne 2", []),
        ("properties/int in (1,2)", [1, 2]),
        ("properties/word in ('abcdefghij','x')", [0]),
        ("properties/word lt 'c'", [0, 1]),
        ("properties/int eq '2'", [2]),
        ("properties/word gt 1", []),
        ("properties/int add 1 eq 2", [1]),
        ("5 sub properties/int ge 4", [0, 1]),
        ("properties/int mul properties/int eq 4", [2]),
        ("properties/int div 2 eq 0.5", [1]),
        ("properties/int mod 2 eq 1", [1, 3]),
        ("properties/int div properties/int eq 1", [1, 2, 3]),
        ("properties/word add 1 eq 1", []),
        ("round(properties/int div 4) eq 1", [2, 3]),
        ("floor(properties/int div 2) eq 1", [2, 3]),
        ("ceiling(properties/int div 2) eq 1", [1, 2]),
        ("properties/int eq properties/ints[0]", [0, 1, 2, 3]),
        ("properties/int lt properties/ints[1]", [0, 1, 2, 3]),
        ("properties/int ne properties/ints[0]", []),
        ("properties/word eq properties/inner[0]/word", [0, 1, 2, 3]),
        ("properties/word lt properties/inner[1]/word", [0, 1, 2, 3]),
        ("properties/word gt properties/int", []),
        ("length(properties/word) eq 10", [0, 1, 2, 3]),
        ("length(properties/int) eq 1", [0, 1, 2, 3]),
        ("properties/int lt length(name)", [0, 1, 2, 3]),
        ("startswith(properties/word,'b')", [1]),
        ("startswith(properties/word,'B')", []),
        ("substringof('CDE',properties/word)", []),
        ("substringof('cde',properties/word)", [0, 1, 2]),
        ("contains(properties/word,'cde')", [0, 1, 2]),
        ("endswith(properties/word,'m')", [3]),
        ("toupper(properties/word) eq 'BCDEFGHIJK'", [1]),
        ("substring(properties/word,1) eq 'bcdefghij'", [0]),
        ("indexof(properties/word,'d') eq 2", [1]),
        ("concat(properties/word,name) eq 'bcdefghijkbcd 1'", [1]),
        ("startswith(name,description)", [0]),
        ("endswith(name,properties/int)", [0, 1, 2, 3]),
        ("substringof(description,name)", [0]),
        ("Locations/properties/int gt properties/int", [0]),
        ("Locations/properties/int add 1 eq 2", [0]),
        ("Locations/properties/word eq 'place'", [0]),
        ("Datastreams/unitOfMeasurement/symbol eq '°C'", [0]),
        ("Datastreams/Sensor/metadata eq 'a book'", [0]),
        ("contains(Datastreams/Sensor/metadata,'book')", [0]),
        ("Locations/location/type eq 'Point'", [0]),
        ("Locations/location/coordinates[0] gt 127", [0]),
        ("Datastreams/Observations/parameters/ints[1] gt 5", [0]),
        ("properties/높이 eq 1", [1]),
        ("properties/a-b_c in (2)", [2]),
        ("properties/allowed ge 2 and properties/2x le 2", [2]),
        ("2 in properties/ints", [1, 2]),
        ("(2 in properties/ints) and not ('all' in properties/words)", [1, 2]),
        ("'cdefghijkl' in properties/tags", [2]),
        ("not ('cdefghijkl' in properties/tags)", [0, 1, 3]),
        ("1 in properties/even or 'x' in properties/word", []),
        ("2 in properties/inner[0]/ints", [2]),
        ("Datastreams/any(d: d/name eq 'd' and d/properties/limit eq 4)", [0]),
        ("Datastreams/any(d: d/name eq 'd' and d/properties/limit eq 5)", []),
        ("Datastreams/any()", [0]),
        ("not Datastreams/any()", [1, 2, 3]),
        ("Datastreams/all(d: d/name eq 'x')", [1, 2, 3]),
        ("Locations/any(l: l/name eq 'place') and Locations/any(l: l/properties/int eq 1)", [0]),
        ("Datastreams/any(d: d/Observations/any(o: o/result gt 6 and o/result lt 8))", [0]),
        ("Datastreams/any(d: d/Observations/any(o: o/result gt 6 and o/result lt 7))", []),
        ("Datastreams/any(d: d/Thing/Locations/any(l: l/name eq 'place'))", [0]),
        ("Datastreams/Observations/any(o: o/result eq 3 and o/parameters/even eq false)", [0]),
        ("Datastreams/any(d: d/description eq description)", [0]),
        ("Datastreams/any(d: d/name eq name)", []),
        (
            "Datastreams/any(d: d/Observations/any(o: o/result gt d/properties/limit add 2 and o/parameters/int gt 6))",
            [],
        ),
        (
            "Datastreams/any(d: d/Observations/any(o: o/result eq d/properties/limit and o/result gt properties/int))",
            [0],
        ),
        ("Datastreams/Observations/result gt Datastreams/properties/limit add 2", [0]),
        ("Datastreams/Observations/result gt Datastreams/properties/limit add 3", []),
        ("Datastreams/Observations/result eq properties/int", [0]),
    ],
)
def test_things_by_what_stands_in_their_properties(ask, condition, found):
    assert ask("Things", filter=condition, orderby="id") == found


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("properties/int desc", [3, 2, 1, 0]),
        ("properties/even desc,properties/ints[1] desc", [2, 0, 3, 1]),
        ("properties/inner[2]/word desc", [3, 2, 1, 0]),
        ("properties/nothing,id desc", [3, 2, 1, 0]),
        ("Locations/properties/int,id desc", [0, 3, 2, 1]),
    ],
)
def test_things_in_the_order_of_what_stands_there(ask, order, found):
    assert ask("Things", orderby=order) == found


@pytest.mark.parametrize(
    ("condition", "results"),
    [
        ("parameters/inner[0]/word eq 'bcdefghijk'", [1]),
        ("parameters/ints[1] gt 4", [4, 5]),
        ("parameters/grid[1][0] eq 1", [0]),
        ("parameters/int lt 2", [0, 1]),
        ("parameters/int eq '5'", [5, 6]),
        ("parameters/even", [0, 2, 4, 6]),
        ("not parameters/even", [1, 3, 5]),
        ("parameters/inner[1]/even and result gt 1", [3, 5]),
        ("resultQuality[0]/code eq 1", [4]),
        ("resultQuality/DQ/code eq 0", [3]),
        ("result add parameters/int eq 4", [2]),
        ("result mul result eq 9", [3]),
        ("result sub parameters/ints[1] eq -1", [0, 1, 2, 3, 4, 5]),
        ("parameters/int div parameters/ints[1] ge 0.8", [4, 5]),
        ("result mod parameters/ints[1] eq 3", [3]),
        ("concat(parameters/word,parameters/int) eq 'bcdefghijk1'", [1]),
        ("substringof(parameters/int,parameters/word)", []),
        ("startswith(parameters/word,parameters/inner[0]/word)", [0, 1, 2, 3, 4, 5]),
        ("length(concat(parameters/word,parameters/word)) eq 20", [0, 1, 2, 3, 4, 5]),
        ("length(parameters/word) gt result mul 3", [0, 1, 2, 3]),
        ("result add result eq parameters/int mul 2", [0, 1, 2, 3, 4, 5]),
        ("result gt Datastream/properties/limit", [5, 6, 7]),
        ("not result gt Datastream/properties/limit", [0, 1, 2, 3, 4]),
        ("Datastream/properties/limit ge result", [0, 1, 2, 3, 4]),
        ("result sub Datastream/properties/rise gt Datastream/properties/limit", [6, 7]),
        ("phenomenonTime lt Datastream/properties/since", [0, 1, 2]),
        ("parameters/word eq Datastream/properties/words", [2]),
        ("parameters/int eq Datastream/Thing/properties/int", [0]),
        ("result gt Datastream/properties/nothing", []),
        ("result gt FeatureOfInterest/properties/limit", []),
        ("3 in parameters/ints", [2, 3]),
        ("3 in parameters/ints and result lt Datastream/properties/limit sub 1", [2]),
        ("not (3 in parameters/ints)", [0, 1, 4, 5, 7]),
        ("'all' in parameters/tags and result lt 2", [0, 1]),
    ],
)
def test_observations_by_what_stands_in_their_details(ask, condition, results):
    assert ask("Observations", filter=condition) == results


@pytest.mark.parametrize(
    ("order", "results"),
    [
        ("parameters/int desc", [5, 4, 3, 2, 1, 0, 7, 6]),
        ("parameters/int", [0, 1, 2, 3, 4, 5, 6, 7]),
        ("parameters/ints[1] desc,result", [5, 4, 3, 2, 1, 0, 6, 7]),
        ("parameters/even,result desc", [5, 3, 1, 6, 4, 2, 0, 7]),
        ("resultQuality/DQ/code desc,result desc", [5, 1, 3, 7, 6, 4, 2, 0]),
        ("id desc", [7, 6, 5, 4, 3, 2, 1, 0]),
        ("@iot.id", [0, 1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_observations_in_the_order_of_what_stands_there(ask, order, results):
    assert ask("Observations", orderby=order) == results
    assert ask("Datastreams", expand=f"Observations($orderby={order};$top=2)") == ["d"]


def test_a_path_leads_into_json(ask):
    root = "Things(#)/properties"
    for path, value in (
        ("word", {"word": "abcdefghij"}), ("even", {"even": True}), ("ints", {"ints": [0, 1]}), ("ints[1]", {"ints[1]": 1}),
        ("grid[0][1]", {"grid[0][1]": 1}), ("inner[0]/word", {"word": "abcdefghij"}), ("word/$value", "abcdefghij"),
        ("int/$value", 0),
    ):  # fmt: skip
        assert ask(f"{root}/{path}") == value
    assert ask("Things(#)/Datastreams")[0] == "d"
    assert ask("Things(#)/Locations")[0] == "place"
    stream = models.Datastream.objects.get().pk
    first = f"Observations('{stream}.{int(datetime(2026, 3, 1, tzinfo=UTC).timestamp()) * 1_000_000}')"
    assert ask(f"{first}/parameters/ints[1]") == {"ints[1]": 1}
    assert ask(f"{first}/resultQuality[0]/code") == {"code": 0}
    assert ask(f"Datastreams({stream})/unitOfMeasurement/symbol") == {"symbol": "°C"}
    assert ask(f"{first}/validTime") is None
    assert ask(f"Datastreams({stream})/{first}/result") == {"result": 0}
    for path in (
        f"{root}/nothing", f"{root}/ints[9]", f"{root}/ints/0", f"{root}/word[0]", f"{root}/word/$value/x", f"{root}/$ref",
        f"{root}(1)", "Things(#)/name/x", "Things(#)/name[0]", "Things(#)/properties[0]", f"Datastreams({stream + 1})/{first}",
        "Things(#)/Observations", f"FeaturesOfInterest(1)/{first}",
    ):  # fmt: skip
        with pytest.raises(NotFound):
            ask(path)


@pytest.mark.parametrize(
    "options",
    [
        {"filter": "properties/word gt 2026-03-01T00:00:00Z"}, {"filter": "year(properties/word) eq 1"},
        {"filter": "properties/ints[x] eq 1"}, {"filter": "properties/ints[-1] eq 1"}, {"filter": "name"},
        {"filter": "properties/int add"}, {"orderby": "properties/ints[x]"}, {"orderby": "name[0]"},
        {"filter": ""}, {"orderby": " "}, {"select": ""}, {"expand": ""}, {"top": ""}, {"count": ""}, {"resultFormat": "dataArray"},
        {"filter": "Locations/any(l: l/name eq name)"}, {"filter": "Datastreams/any(d: d)"}, {"filter": "name/any(d: d/x eq 1)"},
        {"filter": "Datastreams/Thing/any(t: t/name eq 'x')"}, {"filter": "Datastreams/any(d: d/name eq 'x') eq true"},
        {"filter": "Datastreams/any(d: d/nothing eq 1)"}, {"filter": "1 in name"}, {"filter": "1 in ()"}, {"filter": "1 in"},
        {"expand": "Datastreams($expand=Thing($filter=id eq 1))"}, {"expand": "Datastreams(foo=1)"}, {"expand": "Datastreams($top=1;$top=2)"},
    ],
)  # fmt: skip
def test_what_has_no_meaning_is_said(ask, options):
    with pytest.raises(MadangError):
        ask("Things", **options)


def test_what_one_entity_cannot_be_asked_is_said(ask):
    """Of one entity what it shows is chosen, nothing else; of a property or references nothing."""
    assert ask("Things(#)", select="name", expand="Datastreams($filter=name eq 'x')") == {
        "name": ask("Things(#)")["name"],
        "Datastreams": [],
    }
    for path, option in (
        ("Things(#)", "filter"), ("Things(#)", "orderby"), ("Things(#)", "top"), ("Things(#)", "count"),
        ("Things(#)/name", "select"), ("Things(#)/$ref", "expand"), ("Things(#)/Datastreams/$ref", "resultFormat"),
    ):  # fmt: skip
        value = {
            "filter": "id eq 1",
            "top": 1,
            "count": "true",
            "expand": "Locations",
            "resultFormat": "dataArray",
        }.get(option, "name")
        with pytest.raises(MadangError, match="no meaning here") as refused:
            ask(path, **{option: value})
        assert refused.value.code == f"sensorthings.${option}"


def test_none_are_asked_for(ask):
    """With `$top=0` comes the number, and no link that leads to the same again."""
    expand = "Observations($top=0;$count=true)"
    found = answer(
        resolve(read_path("Datastreams")),
        read_options([("$expand", expand), ("$select", "name")]),
        "-", "Datastreams", [("$expand", expand), ("$select", "name")],
    )  # fmt: skip
    assert found["value"] == [{"name": "d", "Observations": [], "Observations@iot.count": len(DETAILS)}]


def test_an_option_is_given_once():
    with pytest.raises(MadangError, match="more than once"):
        read_options([("$top", "1"), ("$top", "2")])
    assert read_options([("a", "1"), ("a", "2")]).top == 100
