"""Moments and intervals in `$filter` and `$orderby`, properties compared with one another, observations seen from afar."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qsl

import msgspec
import pyarrow as pa
import pytest

from madang.core.base.interface import MadangError, read_settings
from madang.core.lake import engine
from madang.core.lake.folders import ledger_path
from madang.core.lake.ledger import Ledger
from madang.core.lake.schemas import conform, list_stored_columns
from madang.core.lake.writing.stream_table import StreamTable
from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.methods.sensorthings.options import read_options
from madang.infrastructure.city_sensors.methods.sensorthings.paths import read_path
from madang.infrastructure.city_sensors.queries.sensorthings import answers
from madang.infrastructure.city_sensors.queries.sensorthings.answers import answer, resolve
from madang.infrastructure.city_sensors.tables import READINGS


def at(hour, minute=0):
    return datetime(2026, 3, 1, hour, minute, tzinfo=UTC)


OBSERVATIONS = [
    ("a", at(1), 1.0, at(2), {"parameters": {"limit": 3}}),
    ("a", at(3), 4.0, at(3), {"phenomenonEnd": "2026-03-01T05:00:00Z", "parameters": {"limit": 3}}),
    ("a", at(6), 2.0, None, {"validTime": "2026-03-01T06:00:00Z/2026-03-01T07:00:00Z"}),
    ("b", at(0), 9.0, at(9), {"parameters": {"limit": 10, "unit": "m"}}),
    ("b", at(4), 5.0, at(4), {}),
    ("b", at(8), 7.0, None, {"validTime": "2026-03-01T09:00:00Z"}),
]


@pytest.fixture
def ask(db, settings, tmp_path):
    """Two datastreams of the API's own with three observations each, a third with none; how they are asked."""
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path)})
    text = {"description": "-"}
    sensor = models.Sensor.objects.create(name="s", encoding_type="text/plain", metadata="-", **text)
    observed = models.ObservedProperty.objects.create(name="PM2.5", definition="pm25", **text)
    usual, own = (
        models.FeatureOfInterest.objects.create(name=one, encoding_type="-", geometry={}, **text)
        for one in ("usual", "own")
    )
    for name in "abc":
        thing = models.Thing.objects.create(name=f"thing {name}", **text)
        models.Datastream.objects.create(
            name=name, observation_type="-", unit_of_measurement={}, thing=thing, sensor=sensor, feature=usual,
            observed_property=observed, stream_thing=f"STA-{name}", stream_property="result", **text,
        )  # fmt: skip
    streams, moments, values, results, details = zip(*OBSERVATIONS, strict=True)
    rows = {
        "thing_id": [f"STA-{one}" for one in streams],
        "property": ["result"] * len(streams),
        "observed_at": list(moments),
        "value": list(values),
        "raw": [f"{one:g}" for one in values],
        "result_at": list(results),
        "feature": [str(own.pk) if one == 5 else None for one in values],
        "details": [msgspec.json.encode(one).decode() for one in details],
        "revision": [0] * len(streams),
    }
    ledger = Ledger(ledger_path())
    taken, _ = StreamTable(READINGS, ledger, "test").take_in(
        conform(pa.table(rows), list_stored_columns(READINGS)), 1
    )
    ledger.apply([msgspec.structs.replace(taken, dirty=())])

    def ask(path, **options):
        items = [(f"${name}", str(value)) for name, value in options.items()]
        found = answer(resolve(read_path(path)), read_options(items), "-", path, items)
        return [one["result"] if "result" in one else one["name"] for one in found["value"]]

    return ask


HOURS = "2026-03-01T03:00:00Z/2026-03-01T05:00:00Z"


@pytest.mark.parametrize(
    ("condition", "results"),
    [
        (f"phenomenonTime eq {HOURS}", [4]),
        (f"phenomenonTime ne {HOURS}", [1, 2, 5, 7, 9]),
        (f"phenomenonTime lt {HOURS}", [1, 9]),
        (f"not (phenomenonTime lt {HOURS})", [2, 4, 5, 7]),
        (f"phenomenonTime gt {HOURS}", [2, 7]),
        (f"phenomenonTime le {HOURS}", [1, 4, 9]),
        (f"not (phenomenonTime le {HOURS})", [2, 5, 7]),
        (f"phenomenonTime ge {HOURS}", [2, 4, 7]),
        (f"not (phenomenonTime ge {HOURS})", [1, 5, 9]),
        (f"{HOURS} gt phenomenonTime", [1, 9]),
        ("phenomenonTime lt 2026-03-01T04:30:00Z", [1, 5, 9]),
        ("phenomenonTime le 2026-03-01T14:00:00+09:00", [1, 4, 5, 9]),
        ("phenomenonTime eq 2026-03-01T03:00:00Z", []),
        (f"resultTime gt {HOURS}", [9]),
        (f"resultTime lt {HOURS}", [1]),
        ("validTime gt 2026-03-01T05:00:00Z", [2, 7]),
        ("validTime lt 2026-03-01T08:00:00Z", [2]),
        ("validTime eq 2026-03-01T06:00:00Z/2026-03-01T07:00:00Z", [2]),
        ("validTime ge 2026-03-01T09:00:00Z", [7]),
        ("resultTime gt phenomenonTime", [1, 9]),
        ("not (resultTime gt phenomenonTime)", [4, 5]),
        ("hour(phenomenonTime) eq result", [1]),
        ("result gt parameters/limit", [4]),
        ("result add 2 ge parameters/limit", [1, 4, 9]),
        ("parameters/limit eq parameters/limit", [1, 4, 9]),
        ("Datastream/name eq 'a' and resultTime ge phenomenonTime", [1, 4]),
    ],
)  # fmt: skip
def test_observations_by_moments_intervals_and_one_another(ask, condition, results):
    assert ask("Observations", filter=condition, orderby="result") == results


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("phenomenonTime lt 2026-03-01T06:30:00Z", ["a"]),
        ("phenomenonTime eq 2026-03-01T01:00:00Z/2026-03-01T06:00:00Z", ["a"]),
        ("2026-03-01T00:30:00Z lt phenomenonTime", ["a"]),
        ("phenomenonTime ge 2026-03-01T00:30:00Z/2026-03-01T06:00:00Z", ["a"]),
        ("phenomenonTime le 2026-03-01T00:00:00Z/2026-03-01T08:00:00Z", ["b"]),
        ("phenomenonTime eq null", ["c"]),
        ("resultTime ne null", ["a", "b"]),
        ("resultTime gt 2026-03-01T00:00:00Z/2026-03-01T02:30:00Z", ["b"]),
        ("Observations/result gt 3 and Observations/phenomenonTime lt 2026-03-01T02:00:00Z", ["b"]),
        ("not (Observations/result gt 5)", ["a", "c"]),
        ("hour(Observations/phenomenonTime) eq 8", ["b"]),
        ("Observations/result add 1 eq 3", ["a"]),
        ("Observations/resultTime gt Observations/phenomenonTime and Thing/name eq 'thing a'", ["a"]),
        ("Thing/name in ('thing b', 'thing c') or ObservedProperty/definition eq 'pm10'", ["b", "c"]),
        ("not (Thing/name eq 'thing b')", ["a", "c"]),
        ("Thing/Datastreams/Observations/result eq 9", ["b"]),
    ],
)  # fmt: skip
def test_datastreams_by_their_times_and_observations(ask, condition, names):
    assert ask("Datastreams", filter=condition, orderby="name") == names


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("phenomenonTime", ["b", "a", "c"]),
        ("phenomenonTime desc", ["b", "a", "c"]),
        ("resultTime asc", ["a", "b", "c"]),
        ("resultTime desc,name", ["b", "a", "c"]),
    ],
)
def test_datastreams_in_the_order_of_their_times(ask, order, names):
    assert ask("Datastreams", orderby=order) == names
    assert ask("Datastreams", orderby=order, top=1, skip=1) == names[1:2]


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("Observations", {"filter": "phenomenonTime lt 2026-03-01T05:00:00Z/2026-03-01T03:00:00Z"}),
        ("Observations", {"filter": "result gt phenomenonTime"}),
        ("Observations", {"filter": "result gt nothing"}),
        ("Datastreams", {"filter": "phenomenonTime lt null"}),
        ("Datastreams", {"filter": "phenomenonTime gt 'x'"}),
        ("Datastreams", {"filter": "phenomenonTime gt resultTime"}),
        ("Datastreams", {"orderby": "name,phenomenonTime"}),
        ("Things", {"orderby": "Datastreams/phenomenonTime"}),
    ],
)
def test_what_has_no_meaning_is_said(ask, path, options):
    with pytest.raises(MadangError) as error:
        ask(path, **options)
    assert error.value.status in {400, 422}


def test_a_feature_of_interest_has_its_own_observations(ask):
    assert ask("FeaturesOfInterest", filter="Observations/result eq 5") == ["own"]
    assert ask("FeaturesOfInterest", filter="Observations/result eq 9") == ["usual"]
    assert ask("FeaturesOfInterest", filter="Observations/result gt 4", orderby="name") == ["own", "usual"]


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"top": 1},
        {"top": 2, "orderby": "phenomenonTime desc", "count": "true"},
        {"top": 1, "skip": 1, "orderby": "result", "count": "true"},
        {"top": 0, "count": "true"},
        {"filter": "result gt 4", "count": "true"},
        {"filter": "FeatureOfInterest/name eq 'own'"},
        {"orderby": "Datastream/name,result desc", "top": 2},
    ],
)
def test_what_is_expanded_is_what_each_datastream_has_alone(ask, wanted):
    inner = ";".join(f"${name}={value}" for name, value in wanted.items())
    expand = f"Observations({inner})" if inner else "Observations"
    for path, unfold in (
        ("Datastreams", lambda body: body["value"]),
        ("Things", lambda body: [one for thing in body["value"] for one in thing["Datastreams"]]),
    ):
        items = [("$expand", expand if path == "Datastreams" else f"Datastreams($expand={expand})")]
        found = unfold(answer(resolve(read_path(path)), read_options(items), "-", path, items))
        assert [one["name"] for one in found] == ["a", "b", "c"]
        for one in found:
            alone_path = f"Datastreams({one['@iot.id']})/Observations"
            items = [(f"${name}", str(value)) for name, value in wanted.items()]
            alone = answer(resolve(read_path(alone_path)), read_options(items), "-", alone_path, items)
            assert one["Observations"] == alone["value"]
            assert one.get("Observations@iot.count") == alone.get("@iot.count")
            assert ("Observations@iot.nextLink" in one) is ("@iot.nextLink" in alone)


def test_more_datastreams_are_no_more_readings(ask, monkeypatch):
    asked = []
    read = engine.read
    monkeypatch.setattr(engine, "read", lambda *given: asked.append(given) or read(*given))
    numbers = []
    for top in (1, 3):
        asked.clear()
        found = ask("Datastreams", top=top, orderby="name", expand="Observations($top=2;$orderby=result)")
        assert len(found) == top
        numbers.append(len(asked))
    assert numbers[0] == numbers[1]


def test_a_page_has_so_many_observations_inside_and_the_link_to_the_rest(ask, monkeypatch):
    monkeypatch.setattr(answers, "MOST_EXPANDED", 6)
    items = [("$expand", "Observations($orderby=phenomenonTime)")]
    first = answer(resolve(read_path("Datastreams")), read_options(items), "-", "Datastreams", items)[
        "value"
    ][0]
    assert [one["result"] for one in first["Observations"]] == [1, 4]
    rest = parse_qsl(first["Observations@iot.nextLink"].partition("?")[2])
    assert (dict(rest)["$skip"], dict(rest)["$top"]) == ("2", "2")
