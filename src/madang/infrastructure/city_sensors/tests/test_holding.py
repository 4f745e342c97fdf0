"""A source that sends a hundred times what it promised is held and told; the others notice nothing."""

from __future__ import annotations

import json
from datetime import timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.core.base.interface import HOUSE, Unavailable
from madang.core.incidents.interface import IncidentFilter, list_incidents, open_or_update
from madang.core.things.interface import import_things
from madang.infrastructure.city_sensors.actions import hearing, holding, receiving
from madang.infrastructure.city_sensors.actions.hearing import hear_messages
from madang.infrastructure.city_sensors.actions.receiving import receive_packets
from madang.infrastructure.city_sensors.actions.sources import save_source
from madang.infrastructure.city_sensors.handlers import tell_holds
from madang.infrastructure.city_sensors.methods.rates import FACTOR, Allowance, Rates
from madang.infrastructure.city_sensors.queries.sources import forget_sources
from madang.infrastructure.city_sensors.queries.stations import forget
from madang.infrastructure.city_sensors.records import COMMON, STATION_KIND, Heard, Sent, Source

from .test_receiver import GOOD, KEY, NOW, messages, receiver

__all__ = ["messages", "receiver"]
ALLOWED = FACTOR * len(COMMON)
"""Values that a source of one station may send in its interval."""


@given(st.lists(st.tuples(st.integers(1, 50), st.floats(0, 30)), max_size=60), st.integers(1, 100))
def test_no_window_has_more_than_is_allowed_and_its_first_always_passes(sendings, allowed):
    rates, at, windows = Rates(), 0.0, []
    allowance = Allowance(values=allowed, window_s=60)
    for values, pause in sendings:
        at += pause
        if not windows or at - windows[-1][0] >= 60:
            windows.append((at, []))
        taken = windows[-1][1]
        verdict = rates.take("one", values, allowance, at)
        assert verdict.is_held == (bool(taken) and sum(taken) + values > allowed)
        if not verdict.is_held:
            taken.append(values)
    assert all(len(taken) == 1 or sum(taken) <= allowed for _, taken in windows)


@pytest.fixture
def sources(receiver, monkeypatch):
    """Two sources of a station each, one sending every ten minutes; both promises are written down."""
    rates = Rates()
    for module in (holding, hearing, receiving):
        monkeypatch.setattr(module, "rates", rates)
    rows = [
        {"id": f"{name}1", "kind": STATION_KIND, "name": name, "agency_code": "city", "source": name}
        for name in ("wild", "calm")
    ]
    import_things(actor=HOUSE, now=NOW, rows=rows, source="test")
    forget()
    for row in rows:
        source = Source(name=row["name"], agency_code="city", expected_interval_s=600)
        save_source(actor=HOUSE, now=NOW, source=source)
    yield
    forget()
    forget_sources()


def make_packet(serial, number):
    return Sent(certkey=KEY, data_no="7", pk_seq=str(number), serial=serial, packet=GOOD)


def test_a_hundred_times_the_promise_is_held_and_the_others_are_taken(sources, messages):
    per_interval = len(COMMON) // 2  # this layout has two values
    wild = [make_packet("wild1", number) for number in range(100 * per_interval)]
    batch = [one for number, one in enumerate(wild) for one in ([one, make_packet("calm1", number)] if number % 30 == 0 else [one])]  # fmt: skip
    answers = receive_packets(now=NOW, sent=batch)
    codes = {"wild1": [], "calm1": []}
    for one, answer in zip(batch, answers, strict=True):
        codes[one.serial].append(answer.code)
    assert set(codes["calm1"]) == {"SUCC-000"}
    assert codes["wild1"].count("SUCC-000") == ALLOWED // 2
    assert set(codes["wild1"][ALLOWED // 2 :]) == {"ERROR-900"}
    (readings, taken), (refused, lines) = messages()
    assert (readings, refused) == ("city_sensor_readings", "city_sensor_refused")
    assert len(taken) == 2 * (ALLOWED // 2 + len(codes["calm1"]))
    assert [(line["serial"], line["data_no"], line["code"]) for line in lines] == [
        ("wild", "source", "ERROR-900")
    ]


def test_messages_are_held_by_the_same_count(sources):
    def hear(serial, count):
        payload = [{"serial": serial, "values": {one.code: 1.0 for one in COMMON}}] * count
        heard = [Heard(certkey=KEY, payload=json.dumps(payload).encode())]
        return hear_messages(now=NOW, messages=heard)[0]

    assert hear("wild1", 50).taken == 350  # what comes first is taken, however late it is
    held = hear("wild1", 1)
    assert (held.taken, held.reasons) == (0, (holding.HELD.en,))
    assert hear("calm1", 1).taken == 7


def test_what_its_sender_was_acknowledged_is_never_left_out(sources):
    payload = [{"serial": "wild1", "values": {one.code: 1.0 for one in COMMON}}] * 50
    heard = [Heard(certkey=KEY, payload=json.dumps(payload).encode())] * 4
    assert [one.taken for one in hear_messages(now=NOW, messages=heard, may_refuse=False)] == [350] * 4


def test_what_cannot_be_stored_is_not_counted(sources, monkeypatch):
    def fail(*_args, **_more):
        raise Unavailable("lake.full", "가득 찼습니다", "full")

    heard = [Heard(certkey=KEY, payload=json.dumps({"serial": "wild1", "values": {"noise": 1.0}}).encode())]
    with monkeypatch.context() as broken:
        broken.setattr(hearing, "append", fail)
        for _ in range(2 * ALLOWED):
            with pytest.raises(Unavailable):
                hear_messages(now=NOW, messages=heard)
        broken.setattr(receiving, "append", fail)
        tried = receive_packets(now=NOW, sent=[make_packet("wild1", number) for number in range(2 * ALLOWED)])
    assert {one.code for one in tried} == {"ERROR-900"}
    assert hear_messages(now=NOW, messages=heard)[0].taken == 1


def test_it_is_told_once_and_over_when_the_source_keeps_its_promise(sources, messages):
    receive_packets(now=NOW, sent=[make_packet("wild1", number) for number in range(100)])
    lines = dict(messages())["city_sensor_refused"]
    rows = pa.Table.from_pylist(lines)
    findings = tell_holds(rows)
    open_or_update(findings=findings, now=NOW, source="city_sensors")
    where = IncidentFilter(state="active", kind=holding.FLOOD_KIND)
    (incident,) = list_incidents(actor=HOUSE, where=where, limit=9)
    assert "wild" in incident.reason.en
    assert tell_holds(rows.slice(0, 0)) == []
    assert holding.let_go(now=NOW + timedelta(hours=1)) == 1
    open_incidents = list_incidents(actor=HOUSE, where=where, limit=9)
    assert all(one.cleared_at for one in open_incidents)


def test_a_held_source_goes_by_its_name_in_each_language(receiver):
    line = {"serial": "거친 출처 · Wild source", "data_no": "source", "code": "ERROR-900", "received_at": NOW}
    (told,) = holding.find_holds([line])
    assert told.key == f"{holding.FLOOD_KIND}:{line['serial']}"
    assert told.reason.ko.startswith("출처 ‘거친 출처’이(가) 약속한 양의")
    assert told.reason.en.startswith("Source 'Wild source' sends more than")
