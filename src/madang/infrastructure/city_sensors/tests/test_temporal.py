"""NGSI-LD over time: what a station measured, in the forms of the standard, from the lake."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.infrastructure.city_sensors.methods.ngsi.problems import Problem
from madang.infrastructure.city_sensors.methods.ngsi.temporal import is_within, read_during

from .test_messages import KEY, sender
from .test_ngsi_ld import api, make_room

__all__ = ["api", "sender"]
SERIAL = "SIM00021"
STATION = f"urn:ngsi-ld:CitySensor:{SERIAL}"
BEGIN = datetime(2026, 2, 1, tzinfo=UTC)
VALUES = [41.0, 43.0, 45.0, 61.0]
"""At half past each hour from BEGIN on."""


def stamp(moment):
    return moment.isoformat().replace("+00:00", "Z")


moments = st.integers(-(10**9), 10**9).map(lambda seconds: BEGIN + timedelta(seconds=seconds))


@given(st.sampled_from(["before", "after", "between"]), moments, moments, moments)
def test_a_moment_is_before_after_or_between(relation, at, end, moment):
    at, end = sorted((at, end))
    during = read_during({"timerel": relation, "timeAt": stamp(at), "endTimeAt": stamp(end)}, required=True)
    expected = {"before": moment < at, "after": moment > at, "between": at <= moment < end}
    assert is_within(during, moment) == expected[relation]


@given(st.dictionaries(st.sampled_from(["timerel", "timeAt", "endTimeAt", "lastN", "options", "aggrMethods", "aggrPeriodDuration", "timeproperty"]), st.text(max_size=20)))  # fmt: skip
def test_no_temporal_question_is_a_crash(asked):
    try:
        read_during(asked, required=True)
    except Problem:
        return


@pytest.fixture(scope="module")
def history(sender):
    """Readings of one station, in the lake; its newest is now."""
    said = [
        {"serial": SERIAL, "observed_at": stamp(BEGIN + timedelta(hours=n, minutes=30)), "values": {"noise": value}}
        for n, value in enumerate(VALUES)
    ] + [{"serial": SERIAL, "observed_at": stamp(datetime.now(UTC)), "values": {"noise": 50.5, "pm25": 9}}]  # fmt: skip
    address = f"{sender.url}/api/city-sensors/messages"
    httpx.post(address, json=said, headers={"X-Certkey": KEY}).raise_for_status()
    deadline = time.monotonic() + 60
    # The city itself goes on telling of this station: what was sent here are the values of that day.
    where = {
        "timerel": "between",
        "timeAt": stamp(BEGIN),
        "endTimeAt": stamp(BEGIN + timedelta(days=1)),
        "attrs": "noise",
    }
    while len(evolve(sender, where).get("noise", [])) < len(VALUES):
        assert time.monotonic() < deadline
        time.sleep(0.3)
    return sender


def evolve(house, asked):
    answer = httpx.get(f"{house.url}/ngsi-ld/v1/temporal/entities/{STATION}", params=asked, timeout=120)
    return answer.json() if answer.status_code in {200, 206} else {}


def test_an_entity_is_told_as_it_was(history):
    between = {"timerel": "between", "timeAt": stamp(BEGIN), "endTimeAt": stamp(BEGIN + timedelta(hours=3))}
    found = evolve(history, between | {"attrs": "noise"})
    assert (found["id"], found["type"], set(found)) == (STATION, "CitySensor", {"id", "type", "noise"})
    assert [one["value"] for one in found["noise"]] == VALUES[:3]
    assert found["noise"][0] == {
        "type": "Property", "unitCode": "2N", "value": 41.0, "observedAt": "2026-02-01T00:30:00Z",
    }  # fmt: skip
    simple = evolve(history, between | {"options": "temporalValues"})
    assert simple["noise"] == {
        "type": "Property",
        "values": [[one["value"], one["observedAt"]] for one in found["noise"]],
    }
    last = evolve(
        history,
        {"timerel": "before", "timeAt": stamp(BEGIN + timedelta(hours=9)), "lastN": 2, "attrs": "noise"},
    )
    assert [one["value"] for one in last["noise"]] == [61.0, 45.0]


def test_measures_are_told_by_period(history):
    asked = {
        "timerel": "between", "timeAt": stamp(BEGIN), "endTimeAt": stamp(BEGIN + timedelta(hours=4)), "attrs": "noise",
        "options": "aggregatedValues", "aggrMethods": "avg,max,totalCount", "aggrPeriodDuration": "P1D",
    }  # fmt: skip
    day = evolve(history, asked)["noise"]
    assert day["avg"] == [[47.5, "2026-01-31T15:00:00Z", "2026-02-01T15:00:00Z"]]
    assert (day["max"][0][0], day["totalCount"][0][0]) == (61.0, 4)
    hours = evolve(history, asked | {"aggrPeriodDuration": "PT1H"})["noise"]
    assert [one[0] for one in hours["avg"]] == VALUES
    whole = evolve(history, asked | {"aggrPeriodDuration": ""})["noise"]
    assert whole["totalCount"] == [[4, "2026-02-01T00:30:00Z", "2026-02-01T03:30:00Z"]]


def test_many_entities_are_found_and_told(history, api):
    asked = {"timerel": "after", "timeAt": stamp(BEGIN), "lastN": "1", "attrs": "noise"}
    answer = api.get("/temporal/entities", params=asked | {"id": STATION, "count": "true"})
    assert (answer.status_code, answer.headers["NGSILD-Results-Count"]) == (200, "1")
    assert [one["value"] for one in answer.json()[0]["noise"]] == [50.5]
    body = {
        "type": "Query",
        "entities": [{"id": STATION, "type": "CitySensor"}],
        "attrs": ["noise"],
        "temporalQ": asked,
    }
    by_post = api.post("/temporal/entityOperations/query", json=body)
    assert by_post.json() == answer.json()


def test_an_entity_of_somebody_elses_is_told_as_it_is_now(api):
    api.post("/entityOperations/upsert", json=[make_room("then", temp=19)])
    then = {"timerel": "after", "timeAt": "2025-12-31T00:00:00Z"}
    found = api.get("/temporal/entities/urn:ngsi-ld:Room:then", params=then).json()
    assert [one["value"] for one in found["temp"]] == [19]
    later = {"timerel": "after", "timeAt": "2026-06-01T00:00:00Z"}
    assert "temp" not in api.get("/temporal/entities/urn:ngsi-ld:Room:then", params=later).json()


@pytest.mark.parametrize(
    "asked",
    [
        {}, {"timerel": "since", "timeAt": "2026-01-01T00:00:00Z"}, {"timerel": "before"}, {"timerel": "before", "timeAt": "now"},
        {"timerel": "between", "timeAt": "2026-01-02T00:00:00Z", "endTimeAt": "2026-01-01T00:00:00Z"},
        {"timerel": "before", "timeAt": "2026-01-01T00:00:00Z", "lastN": "0"},
        {"timerel": "before", "timeAt": "2026-01-01T00:00:00Z", "options": "aggregatedValues", "aggrMethods": "mode"},
    ],
)  # fmt: skip
def test_bad_temporal_questions_are_refused(api, asked):
    answer = api.get("/temporal/entities", params={"type": "CitySensor"} | asked)
    assert (answer.status_code, bool(answer.json()["message"])) == (400, True), answer.text
