"""A station that was registered and never sends is told of, in words, until it sends."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa

from madang.core.base.interface import HOUSE, now
from madang.core.incidents.interface import IncidentFilter, list_incidents
from madang.core.lake.latest import open_ledger
from madang.core.lake.schemas import list_stored_columns, make_schema
from madang.core.lake.writing.stream_table import StreamTable
from madang.core.things.interface import import_things
from madang.infrastructure.city_sensors.actions.unheard import tell_unheard
from madang.infrastructure.city_sensors.queries.stations import forget
from madang.infrastructure.city_sensors.records import STATION_KIND
from madang.infrastructure.city_sensors.tables import READINGS

from .test_receiver import receiver

__all__ = ["receiver"]


def hear(thing_id, moment):
    """Take in a reading as the writer does."""
    row = {"thing_id": thing_id, "property": "noise", "observed_at": moment, "value": 60.0, "revision": 0}
    rows = pa.Table.from_pylist([row], schema=make_schema(list_stored_columns(READINGS)))
    followed, _ = StreamTable(READINGS, open_ledger(), "epoch").take_in(rows, 1)
    open_ledger().apply([followed])


def register(count):
    rows = [
        {
            "id": f"N{number}",
            "kind": STATION_KIND,
            "name": "새 센서",
            "agency_code": "city",
            "state": "active",
            "source": "new",
        }
        for number in range(count)
    ]
    import_things(actor=HOUSE, now=now(), rows=rows, source="new")
    forget()


def list_open():
    found = list_incidents(actor=HOUSE, where=IncidentFilter(state="active", kind="source_silent"), limit=99)
    return [one for one in found if one.cleared_at is None]


def test_a_station_that_never_sent_is_told_of_until_it_sends(receiver):
    register(1)
    assert tell_unheard(now=now()) == 0  # it may still come
    later = now() + timedelta(minutes=21)
    assert tell_unheard(now=later) == tell_unheard(now=later) == 1
    (incident,) = list_open()
    assert (incident.thing_id, "N0 has not sent a value since" in incident.reason.en) == ("N0", True)
    hear("N0", now())
    assert tell_unheard(now=later + timedelta(minutes=2)) == 0
    assert not list_open()


def test_a_source_of_which_most_never_sent_is_one_incident(receiver):
    register(12)
    later = now() + timedelta(hours=1)
    assert tell_unheard(now=later) == 12
    assert [one.key for one in list_open()] == ["unheard-source:new"]
    hear("N1", now())
    assert tell_unheard(now=later) == 11
    assert len(list_open()) == 1
