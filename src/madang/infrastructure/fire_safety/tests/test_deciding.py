"""Whatever is heard, 119 hears of a fire within 90 seconds, once; and every decision says why."""

from __future__ import annotations

import json
import random
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace

import msgspec
import pytest
from capvalidator import check_schema
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.core.base.interface import CITY_TIMEZONE, BadInput, NotFound, Text, read_pair
from madang.infrastructure.fire_safety.cli import FORMS, read_decoders, read_policy, run_receive, run_replay
from madang.infrastructure.fire_safety.gateway.recordings import (
    open_payload,
    read_health,
    read_lines,
    read_message,
)
from madang.infrastructure.fire_safety.methods.alerts import Scene, read_alert, refer_to, write_alert
from madang.infrastructure.fire_safety.methods.deciding import Watch, decide, put_in_order
from madang.infrastructure.fire_safety.records import (
    ALARMING,
    Decision,
    Policy,
    Signal,
    SignalKind,
    Verdict,
    WatchState,
)

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=CITY_TIMEZONE)
NIGHT = datetime(2026, 11, 20, 2, 0, tzinfo=CITY_TIMEZONE)
Kind = SignalKind


def hear(seconds, kind, source="d1", at=NOON, **more):
    more.setdefault("reason", "조리 연기" if kind is Kind.FALSE_ALARM else "")
    return Signal(at=at + timedelta(seconds=seconds), facility="요양원", kind=kind, source=source, **more)


def said(*signals, policy=None, until=3600):
    last = max((one.at for one in signals), default=NOON)
    made = decide(policy or Policy(), signals, last + timedelta(seconds=until), CITY_TIMEZONE)
    return [(one.verdict.value, (one.at - signals[0].at).total_seconds()) for one in made]


def test_a_single_detector_tells_the_manager_at_once_and_119_after_80_seconds():
    assert said(hear(0, Kind.SMOKE)) == [
        ("tell_manager", 0), ("escalate", 30), ("escalate", 60), ("hand_over", 80)
    ]  # fmt: skip


def test_at_night_it_is_sooner():
    assert ("hand_over", 45) in said(hear(0, Kind.SMOKE, at=NIGHT))


@pytest.mark.parametrize(
    "second",
    [hear(20, Kind.HEAT, "d2"), hear(20, Kind.CAMERA_SMOKE, "c1"), hear(20, Kind.CALL_POINT, "p1"),
     hear(20, Kind.CONFIRM, "관리자")],
)  # fmt: skip
def test_what_is_verified_goes_at_once(second):
    assert ("hand_over", 20) in said(hear(0, Kind.SMOKE), second)


def test_the_same_detector_twice_verifies_nothing():
    assert ("hand_over", 80) in said(hear(0, Kind.SMOKE), hear(20, Kind.SMOKE))


def test_a_reason_cancels_and_none_does_not():
    assert [name for name, _ in said(hear(0, Kind.SMOKE), hear(20, Kind.FALSE_ALARM, "관리자"))] == [
        "tell_manager", "stand_down"
    ]  # fmt: skip
    without = said(hear(0, Kind.SMOKE), hear(20, Kind.FALSE_ALARM, "관리자", reason=" "))
    assert ("hand_over", 80) in without


def test_another_detector_after_a_cancellation_goes_at_once():
    decided = said(hear(0, Kind.SMOKE), hear(20, Kind.FALSE_ALARM, "관리자"), hear(50, Kind.SMOKE, "d2"))
    assert ("hand_over", 50) in decided


def test_seen_stops_the_ladder_and_not_the_clock():
    decided = said(hear(0, Kind.SMOKE), hear(10, Kind.SEEN, "관리자"))
    assert decided == [("tell_manager", 0), ("hand_over", 80)]


@pytest.mark.parametrize(("answer", "told"), [(None, [30, 60]), (Kind.SEEN, []), (Kind.CONFIRM, [])])
def test_the_ladder_goes_on_after_the_hand_over_until_somebody_answers(answer, told):
    heard = [hear(0, Kind.SMOKE), hear(5, Kind.HEAT, "d2")]
    decided = said(*heard, *([hear(20, answer, "관리자")] if answer else []))
    assert ("hand_over", 5) in decided
    assert [at for name, at in decided if name == "escalate"] == told


def test_while_detectors_are_tested_only_a_person_alarms():
    begun = hear(-10, Kind.TEST_BEGINS, "기사")
    assert said(begun, hear(0, Kind.SMOKE)) == [("tested", 10), ("nothing", 3600)]
    assert "hand_over" in [name for name, _ in said(begun, hear(0, Kind.CALL_POINT, "p1"))]
    ended = hear(5, Kind.TEST_ENDS, "기사")
    assert "hand_over" in [name for name, _ in said(begun, ended, hear(10, Kind.SMOKE))]


def test_a_drill_says_that_it_is_one_and_a_fire_after_it_does_not():
    signals = [
        hear(0, Kind.DRILL_BEGINS),
        hear(1, Kind.SMOKE),
        hear(5, Kind.DRILL_ENDS),
        hear(6, Kind.HEAT, "d2"),
    ]
    made = decide(Policy(), signals, NOON + timedelta(hours=1), CITY_TIMEZONE)
    assert {one.alarm: one.is_drill for one in made} == {1: True, 2: False}


def decided(*signals, hours=3, policy=None):
    made = decide(policy or Policy(), signals, NOON + timedelta(hours=hours), CITY_TIMEZONE)
    return [(one.verdict.value, (one.at - NOON).total_seconds(), one.alarm, one.is_drill) for one in made]


def test_neither_a_drill_nor_a_test_takes_the_place_of_an_alarm():
    for begins in (Kind.DRILL_BEGINS, Kind.TEST_BEGINS):
        made = decided(hear(0, Kind.SMOKE), hear(10, begins), hear(20, Kind.HEAT, "d2"))
        assert ("nothing", 10, 1, False) in made
        assert ("hand_over", 20, 1, False) in made


def test_the_end_of_a_drill_stands_its_alarm_down():
    begins, ends = hear(0, Kind.DRILL_BEGINS), hear(50, Kind.DRILL_ENDS)
    made = decided(begins, hear(1, Kind.SMOKE), ends, hear(60, Kind.SMOKE))
    assert ("stand_down", 50, 1, True) in made
    assert ("hand_over", 140, 2, False) in made


def test_tests_and_drills_end_by_themselves_and_say_so():
    for begins, longest in ((Kind.TEST_BEGINS, 3600), (Kind.DRILL_BEGINS, 1800)):
        made = decided(hear(0, begins), hear(7000, Kind.SMOKE))
        assert ("nothing", longest, 0, False) in made
        assert ("hand_over", 7080, 1, False) in made


def test_a_call_point_pressed_again_after_a_cancellation_goes_at_once():
    press, cancel = hear(0, Kind.CALL_POINT, "p"), hear(20, Kind.FALSE_ALARM)
    assert ("hand_over", 30, 2, False) in decided(press, cancel, hear(30, Kind.CALL_POINT, "p"))


def test_a_cancelled_detector_that_goes_on_is_silent_for_the_hold_only():
    again = [hear(30 * step, Kind.SMOKE) for step in range(1, 40)]
    made = decided(hear(0, Kind.SMOKE), hear(20, Kind.FALSE_ALARM), *again)
    assert [one[:2] for one in made if one[2] == 2] == [
        ("tell_manager", 330), ("escalate", 360), ("escalate", 390), ("hand_over", 410)
    ]  # fmt: skip


def test_signals_of_one_moment_have_one_order():
    smoke = hear(0, Kind.SMOKE)
    same = [hear(20, Kind.FALSE_ALARM, reason=reason) for reason in ("", "조리")]
    same += [hear(20, Kind.HEAT, "d9", room=room) for room in ("301호", "302호")]
    assert decided(smoke, *same) == decided(smoke, *reversed(same))


def test_a_fire_confirmed_after_a_cancellation_is_119s_last_word():
    signals = (
        hear(0, Kind.SMOKE),
        hear(5, Kind.HEAT, "d2"),
        hear(20, Kind.FALSE_ALARM),
        hear(40, Kind.CONFIRM),
    )
    assert [one[:3] for one in decided(*signals) if one[0] != "tell_manager"] == [
        ("hand_over", 5, 1), ("stand_down", 20, 1), ("hand_over", 40, 2)
    ]  # fmt: skip


def test_a_quiet_hour_ends_an_alarm():
    decided = said(hear(0, Kind.SMOKE), hear(3600, Kind.SMOKE))
    assert decided.count(("tell_manager", 0)) == decided.count(("tell_manager", 3600)) == 1


def test_10_000_unanswered_alarms_all_reach_119_in_time():
    chance = random.Random()
    signals = [
        Signal(at=NOON + timedelta(seconds=chance.uniform(0, 86_400)), facility=f"f{number}",
               kind=chance.choice(sorted(ALARMING)), source="d")
        for number in range(10_000)
    ]  # fmt: skip
    made = decide(Policy(), signals, NOON + timedelta(days=2), CITY_TIMEZONE)
    begun = {one.facility: one.at for one in signals}
    handed = {one.facility: one.at for one in made if one.verdict is Verdict.HAND_OVER}
    assert len(handed) == 10_000
    assert max((at - begun[name]).total_seconds() for name, at in handed.items()) <= 90


SIGNALS = st.lists(
    st.builds(
        Signal,
        at=st.integers(0, 2000).map(lambda seconds: NOON + timedelta(seconds=seconds)),
        facility=st.sampled_from(["가", "나"]),
        kind=st.sampled_from(Kind),
        source=st.sampled_from(["d1", "d2", "d3"]),
        room=st.sampled_from(["", "301호"]),
        reason=st.sampled_from(["", "조리"]),
    ),
    max_size=25,
)
POLICIES = st.builds(
    Policy,
    wait_s=st.floats(0, 90),
    night_wait_s=st.floats(0, 90),
    pair_s=st.floats(0, 600),
    hold_s=st.floats(0, 600),
    test_s=st.floats(1, 1000),
    drill_s=st.floats(1, 1000),
    ladder_s=st.lists(st.floats(1, 90), max_size=3).map(tuple),
)


@given(POLICIES, SIGNALS, st.randoms())
@settings(max_examples=200, deadline=None)
def test_the_promises_hold_for_any_signals_in_any_order(policy, signals, chance):
    until = NOON + timedelta(hours=3)
    made = decide(policy, signals, until, CITY_TIMEZONE)
    shuffled = [*signals, *signals[:5]]
    chance.shuffle(shuffled)
    assert decide(policy, shuffled, until, CITY_TIMEZONE) == made
    assert all(one.reason.ko and one.reason.en for one in made)
    told, handed, down = (
        {(one.facility, one.alarm): one for one in made if one.verdict in verdicts}
        for verdicts in (
            {Verdict.TELL_MANAGER}, {Verdict.HAND_OVER}, {Verdict.STAND_DOWN, Verdict.CLOSE}
        )
    )  # fmt: skip
    assert len(handed) == sum(one.verdict is Verdict.HAND_OVER for one in made)
    for alarm, begun in told.items():
        limit = begun.at + timedelta(seconds=90)
        ended = handed.get(alarm) or down[alarm]
        assert ended.at <= limit or down[alarm].at <= limit, alarm
    tested = {(one.facility, one.at, one.sources) for one in made if one.verdict is Verdict.TESTED}
    for one in signals:
        if one.kind in ALARMING and (one.facility, one.at, (one.source,)) not in tested:
            assert belongs(policy, one, signals, told, down), one


@given(POLICIES, SIGNALS)
@settings(max_examples=60, deadline=None)
def test_a_watch_that_is_stopped_and_begun_anew_at_any_moment_decides_the_same(policy, signals):
    until = NOON + timedelta(hours=3)
    heard = [one for one in sorted(set(signals), key=put_in_order) if one.facility == "가"]
    kept, made = b"{}", []
    for one in heard:
        watch = Watch("가", policy, CITY_TIMEZONE, msgspec.json.decode(kept, type=WatchState))
        next_at = watch.find_next()
        if next_at is not None and next_at < one.at:  # a timer that rings in between changes nothing
            watch.pass_time(next_at)
        watch.hear(one)
        made += watch.take_decisions()
        kept = msgspec.json.encode(watch.state)
    watch = Watch("가", policy, CITY_TIMEZONE, msgspec.json.decode(kept, type=WatchState))
    watch.pass_time(until)
    made += watch.take_decisions()
    assert watch.find_next() is None
    whole = decide(policy, heard, until, CITY_TIMEZONE)
    assert sorted(made, key=lambda one: (one.at, one.facility, one.alarm)) == whole


def belongs(policy, one, signals, told, down):
    """Whether an alarming signal is of an alarm that was told and is open, or is held after its cancellation."""
    begun = [key for key, told_of in told.items() if key[0] == one.facility and told_of.at <= one.at]
    if not begun:
        return False
    newest = max(begun, key=lambda key: key[1])
    since, ended = told[newest].at, down.get(newest)
    heard = sorted(
        other.at for other in signals if other.facility == one.facility and since <= other.at <= one.at
    )
    if ended is None or ended.at >= one.at:
        gaps = [later - earlier for earlier, later in pairwise(heard)]
        return all(gap.total_seconds() <= policy.quiet_s for gap in gaps)
    is_held = one.at < ended.at + timedelta(seconds=policy.hold_s)
    return is_held and one.kind is not Kind.CALL_POINT and not ended.is_drill


def test_a_test_or_drill_never_silences_longer_than_its_longest():
    begins = [hear(10 * step, Kind.TEST_BEGINS, "기사") for step in range(3)]
    made = decided(*begins, *[hear(60 * step, Kind.SMOKE) for step in range(1, 90)])
    assert max(at for verdict, at, *_ in made if verdict == "tested") < 20 + 3600
    assert ("tell_manager", 3660, 1, False) in made


def test_a_month_of_nuisance_relays_little_and_misses_no_fire():
    chance = random.Random()
    signals, fires, nuisances = [], [], 0
    for number in range(3000):
        at = NOON + timedelta(minutes=14 * number)
        facility = f"f{number}"
        first = Signal(at=at, facility=facility, kind=Kind.SMOKE, source="d1")
        signals.append(first)
        if chance.random() < 0.002:
            fires.append(first)
            later = at + timedelta(seconds=chance.uniform(5, 60))
            signals.append(Signal(at=later, facility=facility, kind=Kind.HEAT, source="d2"))
            continue
        nuisances += 1
        if chance.random() < 0.9:
            answered = at + timedelta(seconds=chance.uniform(5, 40))
            signals.append(
                Signal(at=answered, facility=facility, kind=Kind.FALSE_ALARM, source="관리자", reason="조리")
            )
    made = decide(Policy(), signals, NOON + timedelta(days=40), CITY_TIMEZONE)
    handed = {one.facility: one.at for one in made if one.verdict is Verdict.HAND_OVER}
    assert all((handed[one.facility] - one.at).total_seconds() <= 90 for one in fires)
    assert len(handed) - len(fires) <= 0.2 * nuisances


def test_a_hand_over_and_its_cancellation_are_valid_cap():
    signals = [
        hear(0, Kind.SMOKE),
        hear(5, Kind.HEAT, "d2"),
        hear(20, Kind.FALSE_ALARM, "관리자", reason="<조리> & 연기"),
    ]
    made = decide(Policy(), signals, NOON + timedelta(hours=1), CITY_TIMEZONE)
    first = next(one for one in made if one.verdict is Verdict.HAND_OVER)
    down = next(one for one in made if one.verdict is Verdict.STAND_DOWN)
    scene = Scene(
        place=read_pair("요양원 3층 301호 · Home 3F Room 301"),
        lon=127.0,
        lat=37.5,
        link="http://city.example/1",
        facts={"carry": "3"},
    )
    sent = {"scene": scene, "sender": "madang@city.example", "city": CITY_TIMEZONE}
    alert = write_alert(first, **sent)
    cancel = write_alert(down, earlier=[refer_to(alert)], **sent)
    for one in (alert, cancel):
        assert check_schema(one).passed, check_schema(one)
    assert read_alert(alert)["identifier"] + "-cancel" == read_alert(cancel)["identifier"]
    assert read_alert(alert)["headline"] == "화재 경보: 요양원 3층 301호"
    for wrong in (b"", b"<a/>", b"<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'/>", b"\xff"):
        with pytest.raises(ValueError, match=r"XML|no CAP|missing"):
            read_alert(wrong)
    assert b"Actual" in alert
    assert "요양원".encode() in alert
    assert b"<areaDesc>Home 3F Room 301</areaDesc>" in alert
    assert b",2026-11-20T12:00:05+09:00</references>" in cancel
    with pytest.raises(ValueError, match="not handed over"):
        write_alert(down, **sent)
    with pytest.raises(ValueError, match="not handed over"):
        write_alert(made[0], **sent)


def test_what_no_xml_may_hold_keeps_no_alert_from_119():
    made = decide(Policy(), [hear(0, Kind.CALL_POINT)], NOON, CITY_TIMEZONE)
    first = next(one for one in made if one.verdict is Verdict.HAND_OVER)
    scene = Scene(place=read_pair("3\x01층 \ud800\ufffe<&>\U0001f525"), facts={"room": "\x00301호"})
    alert = write_alert(first, scene, sender="madang@city.example", city=CITY_TIMEZONE)
    assert read_alert(alert)["headline"] == "화재 경보: 3\ufffd층 \ufffd\ufffd<&>\U0001f525"
    assert check_schema(alert).passed


UPLINK = {
    "deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
    "time": "2026-11-20T03:00:00.5+00:00",
    "deviceInfo": {
        "devEui": "0102030405060708",
        "tags": {"facility": "요양원", "floor": "3층", "room": "301호"},
    },
    "fCnt": 10,
    "object": {"smoke": True, "battery": 3.1, "heat": False},
}
SENML = [{"bn": "요양원/d7/", "bt": 1795575600, "n": "smoke", "vb": True}, {"n": "heat", "vb": False}]


def test_lines_of_three_forms_are_read_and_the_others_named():
    own = {"at": "2026-11-20T12:00:00+09:00", "facility": "요양원", "kind": "heat", "source": "d2"}
    lines = [json.dumps(one) for one in (own, UPLINK, UPLINK, SENML)]
    wrong = ["{", "[1]", '{"at":"2026-11-20T12:00:00","facility":"x","kind":"heat","source":"d"}',
             '{"at":"2026-11-20T12:00:00Z","facility":"x","kind":"flood","source":"d"}',
             '{"at":"2026-11-20T12:00:00Z","facility":"x","kind":"smoke"}', '[{"bn":"a/b/","n":"smoke","vb":true}]',
             '{"deviceInfo":{"tags":[]},"object":{"smoke":true}}']  # fmt: skip
    signals, unread = read_lines([*lines, "", *wrong])
    assert [one.source for one in signals] == ["d2", "0102030405060708", "0102030405060708", "d7"]
    assert (signals[1].floor, signals[1].at) == ("3층", datetime(2026, 11, 20, 3, 0, 0, 500_000, tzinfo=UTC))
    assert [one.line for one in unread] == [6, 7, 8, 9, 10, 11, 12]


NAMES = (
    "deviceInfo",
    "tags",
    "facility",
    "object",
    "smoke",
    "rxInfo",
    "rssi",
    "bn",
    "n",
    "vb",
    "bt",
    "devEui",
    "time",
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5) | st.just(NOON.isoformat()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=12,
)


@given(st.text(max_size=80), ANYTHING)
def test_no_line_is_a_crash(line, message):
    read_lines([line])
    if read_lines([json.dumps(message)])[1] == []:
        read_health(message)


def test_replay_prints_decisions_and_names_bad_lines(tmp_path, capsys):
    path = tmp_path / "night.jsonl"
    path.write_text(json.dumps(UPLINK) + "\nnonsense\n", "utf-8")
    assert run_replay(SimpleNamespace(file=path, policy=None)) == 0
    printed = capsys.readouterr()
    assert [json.loads(line)["verdict"] for line in printed.out.splitlines()][-1] == "hand_over"
    assert "line 2" in printed.err
    path.write_text("nonsense\n")
    with pytest.raises(BadInput):
        run_replay(SimpleNamespace(file=path, policy=None))
    with pytest.raises(NotFound):
        run_replay(SimpleNamespace(file=tmp_path / "nowhere", policy=None))


def test_a_recording_is_read_whatever_its_marks_and_clocks(tmp_path, capsys):
    own = {"at": "2026-11-20T12:00:00+09:00", "facility": "요양원", "kind": "heat", "source": "d2\u2028"}
    first = json.dumps(own, ensure_ascii=False)
    late = json.dumps({**own, "at": "9999-12-31T23:59:59Z"})
    path = tmp_path / "night.jsonl"
    path.write_bytes(f"\ufeff{first}\r\n{late}\n{json.dumps([own])}\n".encode())
    assert run_replay(SimpleNamespace(file=path, policy=None)) == 0
    printed = capsys.readouterr()
    assert [json.loads(one)["sources"] for one in printed.out.split("\n") if one] == [["d2\u2028"]] * 4
    assert "line 2 is not read" in printed.err
    assert "line 1" not in printed.err
    read, unread = read_lines(['[{"bn":"F/a/","bt":null,"n":"smoke","vb":true}]', json.dumps([own])])
    assert ([one.source for one in read], [one.line for one in unread]) == (["d2\u2028"], [1])


def test_a_recording_may_be_a_list_over_many_lines(tmp_path, capsys):
    entries = [{**OWN, "source": f"d{number}", "reason": "가\n나"} for number in (1, 2)]
    told = []
    for text in (
        json.dumps(entries, indent=2, ensure_ascii=False),
        "\n".join(map(json.dumps, entries)),
        "[" + ",\n".join(map(json.dumps, entries)) + "]",
    ):
        path = tmp_path / "night.json"
        path.write_text(text, "utf-8")
        assert run_replay(SimpleNamespace(file=path, policy=None)) == 0
        said = capsys.readouterr()
        assert said.err == ""
        told.append(said.out)
    assert told == told[:1] * 3
    assert "hand_over" in told[0]


def test_another_truth_about_a_device_does_not_hide_its_fire():
    pack = [{"bn": "F/a/", "bt": 1795575600, "n": "tamper", "vb": True}, {"n": "smoke", "vb": True}]
    assert [one.kind for one in read_message(pack)] == [Kind.SMOKE]
    relative = [{"bn": "F/a/", "n": "smoke", "vb": True, "t": -5}]
    assert read_message(relative, NOON)[0].at == NOON - timedelta(seconds=5)
    with pytest.raises(ValueError, match="no time"):
        read_message(relative)


@pytest.mark.parametrize("more", [{"reason": "\u3164"}, {"reason": "\u200b."}, {"source": " "}])
def test_nobody_cancels_without_a_name_or_a_word(more):
    verdicts = said(hear(0, Kind.SMOKE), hear(5, Kind.FALSE_ALARM, **{"source": "관리자", **more}))
    assert ("hand_over", 80.0) in verdicts


@pytest.mark.parametrize("content", [b"precious\nnotes", b"notes", b'{"other":1}\n{"identifier":'])
def test_a_receiver_leaves_a_file_that_is_no_ledger_as_it_is(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(BadInput):
        run_receive(SimpleNamespace(host="127.0.0.1", port=0, ledger=path))
    assert path.read_bytes() == content
    with pytest.raises(BadInput):
        run_receive(SimpleNamespace(host="127.0.0.1", port=99_999, ledger=tmp_path / "new.jsonl"))


def test_a_policy_that_lets_119_wait_too_long_is_refused(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text("wait_s = 60\nnight = [23, 5]\n")
    assert read_policy(path).wait_s == 60
    for wrong in ("wait_s = 91", "ladder_s = [120]", "unknown = 1", "wait_s =", "x=" + "[" * 3000):
        path.write_text(wrong)
        with pytest.raises(BadInput):
            read_policy(path)


DRILL = hear(0, Kind.DRILL_BEGINS, "관리자", expects=("d1", "d2"))


@pytest.mark.parametrize(
    ("begins", "fire", "handed_at"),
    [
        (DRILL, hear(30, Kind.SMOKE, "d9"), 30),
        (DRILL, hear(300, Kind.SMOKE, "d9"), 380),
        (DRILL, hear(30, Kind.CALL_POINT, "p1"), 30),
        (DRILL, hear(30, Kind.CONFIRM, "관리자"), 30),
        (hear(0, Kind.DRILL_BEGINS), hear(30, Kind.HEAT, "d2"), 30),
        (hear(0, Kind.DRILL_BEGINS), hear(900, Kind.HEAT, "d2"), 980),
    ],
)
def test_a_fire_during_a_drill_is_no_exercise(begins, fire, handed_at):
    signals = (begins, hear(10, Kind.SMOKE, "d1"), hear(20, Kind.DRILL_CONFIRM, "관리자"), fire)
    made = decided(*signals, hear(1000, Kind.GAS, "d1"))
    assert ("hand_over", 20, 1, True) in made
    assert ("stand_down", (fire.at - NOON).total_seconds(), 1, True) in made or fire.at > hear(
        610, Kind.SEEN
    ).at
    assert ("hand_over", handed_at, 2, False) in made
    assert not [one for one in made if one[1] > handed_at and one[3]]


def test_what_a_drill_names_is_its_own_and_an_answer_for_it_confirms_no_fire():
    made = decided(DRILL, hear(10, Kind.SMOKE, "d1"), hear(20, Kind.HEAT, "d2"), hear(30, Kind.SMOKE, "d1"))
    assert {one[3] for one in made if one[2]} == {True}
    made = decided(hear(0, Kind.SMOKE), hear(10, Kind.DRILL_CONFIRM, "관리자"))
    assert ("nothing", 10, 1, False) in made
    assert ("hand_over", 80, 1, False) in made


def test_a_test_silences_what_it_names_and_ends_with_an_alarm():
    begins = hear(0, Kind.TEST_BEGINS, "기사", expects=("d1",))
    assert [one[0] for one in decided(begins, hear(10, Kind.SMOKE, "d1"))] == ["tested", "nothing"]
    made = decided(begins, hear(10, Kind.SMOKE, "d9"), hear(20, Kind.SMOKE, "d1"))
    assert ("nothing", 10, 0, False) in made
    assert ("hand_over", 20, 1, False) in made


def test_who_saw_the_fire_is_believed_before_who_says_there_is_none():
    smoke, fire = hear(0, Kind.SMOKE), hear(10, Kind.CONFIRM, "김")
    made = decided(smoke, fire, hear(11, Kind.FALSE_ALARM, "이"))
    assert ("nothing", 11, 1, False) in made
    assert "stand_down" not in {one[0] for one in made}
    assert ("stand_down", 11, 1, False) in decided(smoke, fire, hear(11, Kind.FALSE_ALARM, "김"))


def test_an_answer_to_an_alarm_that_is_over_changes_no_other():
    first = (hear(0, Kind.SMOKE), hear(10, Kind.FALSE_ALARM, "김"), hear(30, Kind.HEAT, "d2"))
    made = decided(*first, hear(31, Kind.FALSE_ALARM, "이", alarm=1), hear(32, Kind.OVER, "이", alarm=1))
    assert [one[:3] for one in made if one[1] >= 30] == [
        ("tell_manager", 30, 2), ("hand_over", 30, 2), ("nothing", 31, 2), ("close", 32, 1),
        ("escalate", 60, 2), ("escalate", 90, 2),
    ]  # fmt: skip
    assert ("hand_over", 110, 2, False) in decided(
        *first[:2],
        hear(30, Kind.HEAT, "d2", reason=""),
        hear(31, Kind.SEEN, "이", alarm=1),
        policy=Policy(pair_s=0),
    )


def test_what_is_known_after_the_hand_over_is_told_to_119_too():
    signals = (
        hear(0, Kind.SMOKE), hear(5, Kind.HEAT, "d2"), hear(60, Kind.SMOKE, "d3", floor="5층"), hear(61, Kind.SMOKE, "d3"),
        hear(70, Kind.CONFIRM, "김"), hear(71, Kind.CONFIRM, "이"), hear(80, Kind.FALSE_ALARM, "김"),
    )  # fmt: skip
    made = [one for one in decide(Policy(), signals, NOON + timedelta(hours=1), CITY_TIMEZONE)
            if one.verdict in {Verdict.HAND_OVER, Verdict.UPDATE, Verdict.STAND_DOWN}]  # fmt: skip
    assert [(one.verdict.value, one.update) for one in made] == [
        ("hand_over", 0), ("update", 1), ("update", 2), ("stand_down", 0)
    ]  # fmt: skip
    sent, alerts = [], []
    for one in made:
        scene = Scene(
            place=read_pair("요양원"),
            lon=1e-7,
            lat=37.5,
            link="http://[x",
            people=Text(ko="3명", en="3 people"),
        )
        alerts.append(write_alert(one, scene, sender="마 당,", city=CITY_TIMEZONE, earlier=sent))
        assert check_schema(alerts[-1]).passed
        sent.append(refer_to(alerts[-1]))
    assert [read_alert(one)["msgType"] for one in alerts] == ["Alert", "Update", "Update", "Cancel"]
    assert read_alert(alerts[-1])["references"] == " ".join(sent[:-1])
    assert len({one.split(",")[1] for one in sent}) == 4
    assert b"37.500000,0.000000 0" in alerts[0]


HOSTILE = st.text(alphabet=st.characters(), max_size=20)


@given(
    HOSTILE,
    HOSTILE,
    HOSTILE,
    st.booleans(),
    st.sampled_from([Verdict.HAND_OVER, Verdict.UPDATE, Verdict.STAND_DOWN]),
)
@settings(max_examples=150)
def test_every_alert_is_valid_cap_whatever_its_words(words, more, link, is_drill, verdict):
    one = Decision(at=NOON, facility=words, alarm=1, verdict=verdict, reason=Text(ko=words, en=more),
                   is_drill=is_drill, update=1)  # fmt: skip
    scene = Scene(place=read_pair(more), lon=127.0, lat=37.5, link="http://" + link, facts={more: words})
    earlier = [refer_to(write_alert(msgspec.structs.replace(one, verdict=Verdict.HAND_OVER), scene, sender="a" + more,
                                    city=CITY_TIMEZONE))]  # fmt: skip
    alert = write_alert(one, scene, sender="a" + more, city=CITY_TIMEZONE, earlier=earlier)
    assert check_schema(alert).passed, check_schema(alert)
    read = read_alert(alert)
    assert read["status"] == ("Exercise" if is_drill else "Actual")
    assert read["msgType"] == {"hand_over": "Alert", "update": "Update", "stand_down": "Cancel"}[verdict]
    assert len(read["references"].split(",")) in {1, 3}


OWN = {"at": "2026-11-20T12:00:00+09:00", "facility": "요양원", "kind": "smoke", "source": "d1"}


@pytest.mark.parametrize(
    ("values", "kinds"),
    [
        ({"smoke": 1, "heat": 0, "battery": 90}, [Kind.SMOKE]),
        ({"smoke_alarm": True, "tamper_alarm": True}, [Kind.SMOKE]),
        ({"smokeDetected": "ALARM", "temperature_alarm": "normal", "temperature": 71}, [Kind.SMOKE]),
        ({"alarm": "fire"}, [Kind.SMOKE]),
        ({"messages": {"gas_status": "alarm"}}, [Kind.GAS]),
        ({"gas": 412, "gas_alarm": 1}, [Kind.GAS]),
        ({"gas": 412, "gas_alarm": 0, "status": 7, "low_battery_alarm": True}, []),
        ({"call_point": "pressed?", "heat": True}, [Kind.HEAT]),
        ({"status": "alarm"}, [Kind.SMOKE]),
        ({"event": "heat_alarm", "state": "smoke_detector"}, [Kind.HEAT]),
        ({"status": "화재"}, [Kind.SMOKE]),
        ({"상태": "가스 누출", "연기감지": 0, "온도": 71}, [Kind.GAS]),
        ({"화재경보": "정상", "열 감지기": "작동", "co": 12}, [Kind.HEAT]),
        ({"상태": "연기감지기", "화재": "해제", "event": "화재경보 해제"}, []),
        ({"status": "no alarm", "event": "alarm cleared", "state": "active"}, []),
        ({"smoke": [False, True], "heat": []}, [Kind.SMOKE]),
        ({"a": {"b": {"c": {"d": {"e": {"gas": True}}}}}}, [Kind.GAS]),
    ],
)
def test_what_a_devices_own_values_say_is_heard(values, kinds):
    assert [one.kind for one in read_message({**UPLINK, "object": values})] == kinds


@pytest.mark.parametrize(
    "values",
    [{"smoke": 0.4}, {"smoke": "maybe"}, {"smoke": [0, {"level": 7}]}, {"alarm": 3}, {"a": {"heat": "??"}}],
)
def test_a_value_that_says_neither_yes_nor_no_does_not_pass_for_no_alarm(values):
    with pytest.raises(ValueError, match="neither an alarm nor none"):
        read_message({**UPLINK, "object": values})


@pytest.mark.parametrize(
    "message",
    [
        OWN,
        [OWN],
        {**OWN, "at": 1795143600},
        {**OWN, "at": 1795143600_000},
        {**OWN, "at": "1795143600"},
        {**OWN, "at": 1795143600_000_000_000},
        {**OWN, "at": "20261120T030000Z"},
        *({**OWN, "kind": kind} for kind in ("화재", "연기", "연기감지", "화재 발생", "연기 감지기 경보")),
        {**OWN, "kind": "Smoke", "floor": 3, "room": None, "battery": 3},
        {"time": OWN["at"], "type": "smoke_alarm", "device": "d1", "site": "요양원"},
        {"bn": "요양원/d1/", "bt": 1795143600, "n": "smoke", "v": 1},
        [{"bn": "요양원/d1/", "bt": 1795143600}, {"n": "smoke", "vs": "alarm"}],
    ],
)
def test_plain_json_and_senml_are_read_as_they_are_written(message):
    (one,) = read_message(message)
    assert (one.at, one.facility, one.kind, one.source) == (NOON, "요양원", Kind.SMOKE, "d1")


@pytest.mark.parametrize("written", ["False-Alarm", "falseAlarm", "FALSE ALARM"])
def test_what_persons_said_is_read_however_it_is_spelled(written):
    assert [one.kind for one in read_message({**OWN, "kind": written})] == [Kind.FALSE_ALARM]


def test_the_policy_and_the_decoder_that_help_prints_are_read(tmp_path):
    path = tmp_path / "policy.toml"
    path.write_text("\n".join(re.findall(r"^  (\w+ = .*)$", FORMS, re.MULTILINE)[:-1]), "utf-8")
    assert len(path.read_text("utf-8").splitlines()) == len(Policy.__struct_fields__)
    assert read_policy(path) == Policy()
    path.write_text(re.findall(r"^  (decoders = .*)$", FORMS, re.MULTILINE)[0], "utf-8")
    assert read_decoders(path)["SD-1"].fields[0].name == "smoke"


def test_the_examples_that_help_prints_are_read():
    shown = re.findall(r"  ([\[{].*[\]}])$", FORMS, re.MULTILINE)
    assert [one.source for line in shown for one in read_message(json.loads(line))] == ["d-0301"] * 2


def test_a_device_that_names_no_facility_is_its_own_and_its_first_gateway_says_when():
    heard = [
        {"gatewayId": "a", "nsTime": "2026-11-20T03:00:02Z"},
        {"gatewayId": "b", "nsTime": "2026-11-20T03:00:01Z"},
    ]
    event = {**UPLINK, "time": None, "deviceInfo": {"devEui": "70b3"}, "rxInfo": heard}
    (one,) = read_message(event)
    assert (one.facility, one.at) == ("70b3", NOON + timedelta(seconds=1))
    (named,) = read_message(
        [{"bn": "urn:dev:mac:0024befffe804ff1_", "bt": 1795143600, "n": "call_point", "vb": True}]
    )
    assert (named.source, named.kind) == ("urn:dev:mac:0024befffe804ff1", Kind.CALL_POINT)


@pytest.mark.parametrize(
    "message",
    [
        {**OWN, "at": "2026-11-20T12:00:00"},
        {**OWN, "at": None},
        {**OWN, "at": 7},
        {**OWN, "at": "0001-01-01T00:00:00+14:00"},
        {**UPLINK, "time": "gestern"},
    ],
)
def test_where_no_clock_can_be_read_the_houses_counts_and_a_recording_names_the_line(message):
    assert read_message(message, NOON)[0].at == NOON
    signals, unread = read_lines([json.dumps(message)])
    assert (signals, len(unread)) == ([], 1)


def test_bytes_alone_are_named_in_a_recording_and_read_with_decoders(tmp_path, capsys):
    event = {**UPLINK, "object": None, "data": "AQ==", "fPort": 2}
    event["deviceInfo"] = {**UPLINK["deviceInfo"], "deviceProfileName": "SD-1"}
    heartbeat = {**UPLINK, "object": {"battery": 90}}
    path, decoders = tmp_path / "night.jsonl", tmp_path / "decoders.toml"
    path.write_text(f"{json.dumps([event, event])}\n{json.dumps(heartbeat)}\n", "utf-8")
    assert run_replay(SimpleNamespace(file=path, policy=None)) == 0
    assert "line 1 is not read: no decoder for payloads of SD-1" in capsys.readouterr().err
    decoders.write_text('decoders = [{profile = "SD-1", fields = [{name = "smoke", offset = 0, bit = 0}]}]')
    first = run_replay(SimpleNamespace(file=path, policy=None, decoders=decoders)), capsys.readouterr().out
    assert first == (
        run_replay(SimpleNamespace(file=path, policy=None, decoders=decoders)),
        capsys.readouterr().out,
    )
    assert json.loads(first[1].splitlines()[-1])["verdict"] == "hand_over"
    for wrong in (
        "x = 1",
        'decoders = [{profile = "SD-1", fields = [{name = "smoke", offset = 0, bit = 9}]}]',
    ):
        decoders.write_text(wrong)
        with pytest.raises(BadInput):
            run_replay(SimpleNamespace(file=path, policy=None, decoders=decoders))


def test_what_the_network_itself_sends_on_port_0_is_no_payload_that_nobody_reads():
    event = {**UPLINK, "object": None, "data": "AgID", "fPort": 0}
    assert read_lines([json.dumps(event)]) == ([], [])
    assert read_health(open_payload(event, lambda _: None))[0].unread is None
    assert len(read_lines([json.dumps({**event, "fPort": 1})])[1]) == 1


@pytest.mark.parametrize(
    ("records", "heard"),
    [
        ([{"bn": "F/d/", "bt": 1795143600, "bv": 1, "n": "smoke", "v": 0}], ["smoke"]),
        ([{"bn": "F/d/", "bt": 1795143600, "bv": 1}, {"n": "smoke", "v": 0}, {"bv": 0, "n": "heat", "v": 0}], ["smoke"]),
        ([{"bn": "F/d/", "bt": 1795143600, "bv": -1, "n": "smoke", "v": 1}], []),
        ([{"bn": "F/d/", "bt": 1795143600, "bv": 1, "n": "smoke", "vb": False}], []),
        ([{"bn": "F/d/", "bt": 1795143600, "n": "smoke", "vd": "AQ"}], None),
    ],
)  # fmt: skip
def test_senml_s_base_value_counts_and_bytes_say_neither_yes_nor_no(records, heard):
    signals, unread = read_lines([json.dumps(records)])
    assert [one.kind.value for one in signals] == (heard or [])
    assert bool(unread) == (heard is None)
