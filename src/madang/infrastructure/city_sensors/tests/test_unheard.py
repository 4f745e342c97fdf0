"""A station that was registered and never sends is told of, in words, until it sends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count as count_up

import pyarrow as pa

from madang.core.base.interface import HOUSE, now
from madang.core.incidents.interface import IncidentFilter, Resolution, close, list_incidents
from madang.core.lake.latest import open_ledger
from madang.core.lake.schemas import list_stored_columns, make_schema
from madang.core.lake.writing.stream_table import StreamTable
from madang.core.things.interface import import_things
from madang.infrastructure.city_sensors.actions.sources import save_source
from madang.infrastructure.city_sensors.actions.unheard import tell_unheard
from madang.infrastructure.city_sensors.queries.stations import forget
from madang.infrastructure.city_sensors.records import STATION_KIND, Source
from madang.infrastructure.city_sensors.tables import READINGS

from .test_receiver import receiver

__all__ = ["receiver"]


numbers = count_up(1)
SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def hear(thing_id, moment, *properties):
    """Take in a reading of each property as the writer does."""
    row = {"thing_id": thing_id, "observed_at": moment, "value": 60.0, "revision": 0}
    given = [row | {"property": one} for one in properties or ["noise"]]
    rows = pa.Table.from_pylist(given, schema=make_schema(list_stored_columns(READINGS)))
    followed, _ = StreamTable(READINGS, open_ledger(), "epoch").take_in(rows, next(numbers))
    open_ledger().apply([followed])


def register(count, source="new"):
    rows = [
        {
            "id": f"N{number}",
            "kind": STATION_KIND,
            "name": "새 센서",
            "agency_code": "city",
            "state": "active",
            "source": source,
        }
        for number in range(count)
    ]
    import_things(actor=HOUSE, now=now(), rows=rows, source=source)
    forget()


def list_open():
    found = list_incidents(actor=HOUSE, where=IncidentFilter(state="active", kind="source_silent"), limit=99)
    return [one for one in found if one.cleared_at is None]


def test_a_station_that_never_sent_is_told_of_until_it_sends(receiver):
    register(1)
    assert tell_unheard(now=now(), since=SINCE) == 0  # it may still come
    later = now() + timedelta(minutes=21)
    assert tell_unheard(now=later, since=SINCE) == tell_unheard(now=later, since=SINCE) == 1
    (incident,) = list_open()
    assert (incident.thing_id, "N0 has not sent a value since" in incident.reason.en) == ("N0", True)
    hear("N0", later)
    assert tell_unheard(now=later + timedelta(minutes=2), since=SINCE) == 0
    assert not list_open()


def test_a_source_of_which_most_never_sent_is_one_incident(receiver):
    register(12)
    later = now() + timedelta(hours=1)
    assert tell_unheard(now=later, since=SINCE) == 12
    assert [one.key for one in list_open()] == ["unheard-source:new"]
    hear("N1", later)
    assert tell_unheard(now=later, since=SINCE) == 11
    assert len(list_open()) == 1


def test_a_source_goes_by_its_name_in_each_language(receiver):
    register(12, source="새 출처 · New source")
    later = now() + timedelta(hours=1)
    assert tell_unheard(now=later, since=SINCE) == 12
    (incident,) = list_open()
    assert incident.reason.ko.startswith("출처 ‘새 출처’의 센서 12곳")
    assert incident.reason.en == "12 of the 12 stations of source 'New source' send no values."
    for number in range(12):
        hear(f"N{number}", later)
    assert tell_unheard(now=later, since=SINCE) == 0
    assert not list_open()


def test_a_station_that_falls_silent_is_one_incident_in_words(receiver):
    register(1)
    start = now()
    hear("N0", start, "noise", "pm25", "temperature")
    assert tell_unheard(now=start + timedelta(minutes=20), since=SINCE) == 0
    later = start + timedelta(minutes=21)
    assert tell_unheard(now=later, since=later - timedelta(minutes=5)) == 0  # the house itself wasn't there
    assert tell_unheard(now=later, since=SINCE) == 1
    (incident,) = list_open()
    assert (incident.thing_id, incident.agency_code, incident.severity) == ("N0", "city", "moderate")
    assert incident.reason.ko.startswith("새 센서(N0): ")
    assert "has sent nothing since" in incident.reason.en
    hear("N0", later, "noise", "pm25", "temperature")
    assert tell_unheard(now=later, since=SINCE) == 0
    assert not list_open()


def test_each_source_has_its_own_interval(receiver):
    register(1)
    start = now()
    source = Source(name="new", agency_code="city", expected_interval_s=3600, freshness_promise_s=7200)
    save_source(actor=HOUSE, now=start, source=source)
    hear("N0", start)
    assert tell_unheard(now=start + timedelta(minutes=119), since=SINCE) == 0
    assert tell_unheard(now=start + timedelta(minutes=121), since=SINCE) == 1


def test_values_that_stay_away_while_others_come_are_named(receiver):
    register(1)
    start = now()
    hear("N0", start, "noise", "pm25", "d1")
    later = start + timedelta(minutes=30)
    hear("N0", later, "pm25")
    assert tell_unheard(now=later, since=SINCE) == 1
    (incident,) = list_open()
    assert "has sent no Noise since" in incident.reason.en
    assert "소음 값이 오지 않고 나머지 값만 옵니다" in incident.reason.ko
    assert tell_unheard(now=later + timedelta(minutes=30), since=SINCE) == 1
    (incident,) = list_open()
    assert "has sent nothing since" in incident.reason.en
    hear("N0", later + timedelta(minutes=30), "noise", "pm25")
    assert tell_unheard(now=later + timedelta(minutes=30), since=SINCE) == 0


def test_what_a_person_closed_stays_closed_until_it_was_heard_again(receiver):
    register(1)
    start = now()
    hear("N0", start)
    later = start + timedelta(minutes=30)
    tell_unheard(now=later, since=SINCE)
    (incident,) = list_open()
    close(
        actor=HOUSE,
        now=later,
        number=incident.number,
        resolution=Resolution.FALSE_ALARM,
        reason="being moved",
    )
    tell_unheard(now=later + timedelta(hours=1), since=SINCE)
    assert not list_open()
    hear("N0", later + timedelta(hours=2))
    tell_unheard(now=later + timedelta(hours=3), since=SINCE)
    assert [one.key for one in list_open()] == ["unheard:N0"]
