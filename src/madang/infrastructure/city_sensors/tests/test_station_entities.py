"""Entities of registered stations: written by their own agencies, kept in line with the register whatever stands beside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from madang.core.base.interface import HOUSE, Actor, NotAllowed, Text
from madang.core.things.interface import Kind, import_things, register_kind
from madang.infrastructure.city_sensors.actions.ngsi import following
from madang.infrastructure.city_sensors.actions.ngsi.entities import (
    WRITE,
    create_entity,
    do_each,
    put_attributes,
    remove_attribute,
    remove_entity,
    replace_entity,
)
from madang.infrastructure.city_sensors.actions.ngsi.following import follow_readings, prepare, write
from madang.infrastructure.city_sensors.methods.ngsi.contexts import DEFAULT, NGSI, Terms
from madang.infrastructure.city_sensors.methods.ngsi.documents import read_attributes, read_entity
from madang.infrastructure.city_sensors.methods.ngsi.problems import Problem
from madang.infrastructure.city_sensors.methods.ngsi.questions import read_q
from madang.infrastructure.city_sensors.queries.ngsi.entities import Asked, find_entities, get_row
from madang.infrastructure.city_sensors.queries.stations import forget, list_stations
from madang.infrastructure.city_sensors.records import STATION_ENTITY, STATION_KIND

NOW = datetime(2026, 3, 1, 3, tzinfo=UTC)
TERMS = Terms(None, lambda _address: None)
S1 = f"{STATION_ENTITY}S1"
ROW = {"id": "S1", "kind": STATION_KIND, "name": "시청 앞", "agency_code": "city", "lon": 127.0, "lat": 37.5}
STRANGER = Actor(id="x", name="x", grants=frozenset({(WRITE, "district")}))
OWNER = Actor(id="y", name="y", grants=frozenset({(WRITE, "city")}))


@pytest.fixture
def station(db):
    kind = Kind(code=STATION_KIND, name=Text(ko="센서", en="Sensor"), icon="sensor", service_life_years=7)
    register_kind(actor=HOUSE, now=NOW, kind=kind)
    import_things(actor=HOUSE, now=NOW, rows=[ROW], source="test")
    forget()
    measure(1.5)
    yield
    forget()


def measure(value, minutes=0, code="pm25"):
    row = {
        "thing_id": "S1",
        "property": code,
        "observed_at": NOW + timedelta(minutes=minutes),
        "value": value,
    }
    return follow_readings(now=NOW, rows=[row])


def put(actor, **attributes):
    attributes = read_attributes(attributes, TERMS)
    put_attributes(actor=actor, now=NOW, identity=S1, attributes=attributes, only=lambda _iri, _there: True)


def show(name, prefix=DEFAULT):
    return get_row(S1).attributes[prefix + name]


@pytest.mark.parametrize(
    "work",
    [
        lambda actor: put(actor, pm25=999),
        lambda actor: remove_entity(actor=actor, now=NOW, identity=S1),
        lambda actor: remove_attribute(actor=actor, now=NOW, identity=S1, iri=f"{DEFAULT}pm25"),
        lambda actor: replace_entity(
            actor=actor, now=NOW, entity=read_entity({"id": S1, "type": "CitySensor", "a": 1}, TERMS)
        ),
    ],
)
def test_another_agency_writes_no_station_its_own_does(station, work):
    with pytest.raises(NotAllowed):
        work(STRANGER)
    assert show("pm25")["value"] == 1.5
    work(OWNER)


def test_of_a_batch_only_what_is_another_agencys_is_refused(station):
    bodies = [{"id": one, "type": "Room"} for one in ("urn:x:1", S1, "urn:x:2")]
    done, refused = do_each(
        bodies,
        lambda one: one["id"],
        lambda one: create_entity(actor=STRANGER, now=NOW, entity=read_entity(one, TERMS)),
    )
    assert (done, [one for one, _ in refused]) == (["urn:x:1", "urn:x:2"], [S1])


def test_readings_are_followed_whatever_was_written_beside_them(station):
    forecast = {"type": "Property", "value": 7, "datasetId": "urn:x:forecast"}
    put(OWNER, pm25=[{"type": "Property", "value": 3}, forecast])
    assert measure(2.5, minutes=10) == 1
    assert [(one["value"], one.get("unitCode")) for one in show("pm25")] == [(2.5, "GQ"), (7, None)]
    assert measure(2.5, minutes=10) == 0


def test_what_is_written_while_readings_are_prepared_is_not_lost(station):
    measure(1, minutes=1)
    newest = {"pm25": {"value": 2.5, "observed_at": NOW + timedelta(minutes=2)}}
    there = list_stations()["S1"]
    prepared = prepare(there, newest)
    put_attributes(
        actor=OWNER, now=NOW + timedelta(minutes=1), identity=S1, attributes=read_attributes({"note": "new"}, TERMS),
        only=lambda _iri, _there: True,
    )  # fmt: skip
    assert write([(there, newest, prepared)], NOW + timedelta(minutes=3)) == (1, 1)
    assert (show("pm25")["value"], show("note")["value"]) == (2.5, "new")
    assert write([(there, newest, prepared)], NOW + timedelta(minutes=4)) == (1, 0)


def test_a_transaction_is_short_and_the_rest_has_its_turn(station, monkeypatch):
    newest = {"pm25": {"value": 2.5, "observed_at": NOW}}
    there = list_stations()["S1"]
    news = [(there, newest, prepare(there, newest)) for _ in range(3)]
    monkeypatch.setattr(following, "LONGEST_S", 0.0)
    assert write(news, NOW + timedelta(minutes=1)) == (1, 1)
    assert write(news[1:], NOW + timedelta(minutes=2)) == (1, 0)
    assert measure(3, minutes=5) == 1


def test_what_queries_ask_for_is_what_there_is_now_and_what_stays_is_not_written_again(station):
    measure(1, minutes=1)
    rows = {(one.path, one.text, one.number): one.pk for one in get_row(S1).value_rows.all()}
    measure(2, minutes=2)
    now = {(one.path, one.text, one.number): one.pk for one in get_row(S1).value_rows.all()}
    same = set(rows) & set(now)
    assert {rows[one] for one in same} == {now[one] for one in same}
    assert {path.removeprefix(DEFAULT) for path, *_ in set(now) - same} == {"pm25", "pm25.observedAt"}
    for value, found in ((1, 0), (2, 1)):
        assert len(find_entities(Asked(q=read_q(f"pm25=={value}", TERMS)))[0]) == found


def test_a_station_that_is_renamed_and_moved_is_so_with_its_next_reading(station):
    import_things(actor=HOUSE, now=NOW, rows=[ROW | {"name": "광장", "lon": 127.1}], source="test")
    forget()
    measure(2.5, minutes=10)
    assert (show("name")["value"], show("location", NGSI)["value"]["coordinates"]) == ("광장", [127.1, 37.5])


@pytest.mark.parametrize(
    ("q", "is_found"),
    [
        ('pm25.unitCode=="GQ"', True),
        ("pm25.unitCode==CEL", False),
        ("pm25.observedAt==2026-03-01T12:00:00+09:00", True),
        ("pm25.observedAt>2026-03-01T11:59:59+09:00", True),
        ("pm25.observedAt>2026-03-01T12:00:00+09:00", False),
        ("createdAt==2026-03-01T03:00:00Z", True),
        ("createdAt>2026-03-01T03:00:00Z", False),
        ("modifiedAt>=2026-03-01T12:00:00+09:00;pm25>1", True),
        ("modifiedAt==2026-03-01T02:00:00Z..2026-03-01T04:00:00Z", True),
        ("modifiedAt!=2026-03-01T03:00:00Z", False),
        ("createdAt", True),
        ("!createdAt", False),
    ],
)
def test_q_asks_for_units_and_times(station, q, is_found):
    assert bool(find_entities(Asked(q=read_q(q, TERMS, with_times=True)))[0]) is is_found


@pytest.mark.parametrize(
    "q", ["pm25.observedAt>3", "createdAt>yesterday", "pm25.createdAt>2026-03-01T00:00:00Z", "unitCode==GQ"]
)
def test_q_that_makes_no_sense_is_a_problem(q):
    with pytest.raises(Problem):
        read_q(q, TERMS, with_times=True)


def test_subscriptions_do_not_ask_when_entities_were_made():
    with pytest.raises(Problem):
        read_q("createdAt>2026-03-01T00:00:00Z", TERMS)
