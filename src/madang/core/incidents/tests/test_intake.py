"""Findings come doubled, late, shuffled and from several processes; there is one incident for each cause."""

from __future__ import annotations

import random
import threading

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from madang.core.base.interface import HOUSE, Finding, Severity, Text
from madang.core.incidents.actions import intake
from madang.core.incidents.handlers import FINDING_HANDLERS
from madang.core.incidents.interface import (
    IncidentFilter,
    Rule,
    acknowledge,
    close,
    get_incident,
    list_incidents,
    list_mutes,
    list_timeline,
    merge,
    mute_kind,
    open_or_update,
    save_rule,
    unmute_kind,
)
from madang.core.incidents.registers import REGISTERS
from madang.core.places.interface import locate_points
from madang.core.things.interface import Kind, register_kind, register_thing

from .conftest import NOW, at, find


def take(*findings, seconds=0.0):
    return open_or_update(findings=findings, now=at(seconds), source="test")


def list_all():
    return list_incidents(actor=HOUSE, sort="number")


def tell(number):
    return [entry.event for entry in list_timeline(actor=HOUSE, number=number)]


@pytest.mark.django_db
class TestOneCause:
    def test_findings_of_one_key_are_one_incident(self):
        report = take(find(seconds=0), find(seconds=5), find("other", 1))
        assert (report.opened, report.updated, report.numbers) == (2, 0, (1, 2))
        later = take(find(seconds=9, reason=Text(ko="더 심함", en="worse")), seconds=9)
        assert (later.opened, later.updated) == (0, 1)
        other, smoke = list_all()
        assert (smoke.key, smoke.count, smoke.last_seen_at, smoke.reason.ko) == (
            "smoke:1",
            3,
            at(9),
            "더 심함",
        )
        assert tell(smoke.number) == ["opened"]
        assert other.count == 1

    def test_the_same_batch_again_changes_nothing(self):
        batch = [find(seconds=0), find(seconds=5), find(seconds=7, cleared=True)]
        FINDING_HANDLERS[0](batch, at(8))
        before = list_all()
        report = take(*batch, seconds=60)
        assert (report.repeated, report.opened, report.updated) == (3, 0, 0)
        assert list_all() == before

    def test_a_late_finding_counts_but_does_not_turn_back_the_incident(self):
        take(find(seconds=60, reason=Text(ko="지금", en="now")))
        take(find(seconds=-60, reason=Text(ko="그때", en="then"), severity=Severity.MINOR))
        (incident,) = list_all()
        assert (incident.count, incident.reason.en, incident.opened_at) == (2, "now", at(-60))
        assert (incident.last_seen_at, incident.severity) == (at(60), Severity.MODERATE)

    def test_a_higher_severity_is_news_and_a_lower_one_is_not(self):
        take(find(seconds=0))
        take(find(seconds=1, severity=Severity.EXTREME))
        take(find(seconds=2, severity=Severity.MINOR))
        (incident,) = list_all()
        assert incident.severity == Severity.EXTREME
        assert tell(incident.number) == ["opened", "severity_raised"]

    def test_clearing_waits_for_a_person_and_being_seen_again_takes_it_back(self):
        take(find(seconds=0), find(seconds=5, cleared=True))
        assert list_all()[0].cleared_at == at(5)
        take(find(seconds=3))
        assert list_all()[0].cleared_at == at(5)
        take(find(seconds=6))
        (incident,) = list_all()
        assert (incident.cleared_at, incident.state) == (None, "open")
        assert tell(incident.number) == ["opened", "cleared", "seen_again"]

    def test_a_rule_may_let_clearing_close(self):
        save_rule(actor=HOUSE, now=NOW, rule=Rule(name="r", close_when_cleared=True))
        take(find(seconds=0))
        take(find(seconds=5, cleared=True), seconds=6)
        take(find("quick", 0), find("quick", 1, cleared=True), seconds=6)
        assert [(row.state, row.resolution) for row in list_all()] == [("closed", "cleared")] * 2

    def test_a_clearing_that_came_first_is_remembered(self):
        assert take(find(seconds=5, cleared=True)).opened == 0
        take(find(seconds=0))
        assert list_all()[0].cleared_at == at(5)

    def test_of_two_clearings_the_later_counts_whichever_came_first(self):
        take(find(seconds=5, cleared=True))
        take(find(seconds=0), find(seconds=0, cleared=True))
        assert list_all()[0].cleared_at == at(5)


@pytest.mark.django_db
class TestAfterClosing:
    def shut(self, seconds=10.0):
        take(find(seconds=0))
        close(actor=HOUSE, now=at(seconds), number=1, reason="조치함")

    def test_a_finding_from_before_the_closing_belongs_to_the_closed_one(self):
        self.shut()
        take(find(seconds=9), seconds=20)
        (incident,) = list_all()
        assert (incident.state, incident.count) == ("closed", 2)

    def test_a_new_finding_soon_after_reopens(self):
        self.shut()
        report = take(find(seconds=11), seconds=12)
        assert report.reopened == 1
        (incident,) = list_all()
        assert (incident.state, incident.closed_at, incident.count) == ("open", None, 2)
        assert tell(1) == ["opened", "closed", "reopened"]

    def test_a_new_finding_long_after_opens_another(self):
        self.shut()
        take(find(seconds=10 + 3601), seconds=10 + 3601)
        assert [(row.number, row.state) for row in list_all()] == [(1, "closed"), (2, "open")]
        take(find(seconds=8), seconds=9000)
        assert [row.count for row in list_all()] == [2, 1]

    def test_findings_of_a_merged_incident_go_where_it_went(self):
        take(find("a", 0), find("b", 0))
        merge(actor=HOUSE, now=at(1), number=1, into=2)
        take(find("a", 2), find("b", 2), seconds=2)
        assert [(row.state, row.count, row.merged_into) for row in list_all()] == [
            ("closed", 1, 2),
            ("open", 4, None),
        ]


@pytest.mark.django_db
class TestSurroundings:
    def test_place_owner_and_district_come_from_the_thing(self):
        register_kind(actor=HOUSE, now=NOW, kind=Kind(code="air", name=Text(ko="공기", en="Air")))
        values = {"kind": "air", "name": "x", "agency_code": "11140", "lon": 126.9784, "lat": 37.5665}
        register_thing(actor=HOUSE, now=NOW, thing_id="A-1", values=values)
        take(find(thing_id="A-1", agency_code=None))
        (incident,) = list_all()
        assert (incident.agency_code, incident.district_code, incident.lon) == ("11140", "11140", 126.9784)

    def test_a_muted_kind_opens_nothing_and_is_counted(self):
        take(find("open before", 0))
        mute = mute_kind(actor=HOUSE, now=NOW, kind="hand_over_failed", reason="공사", until=at(3600))
        report = take(find(seconds=1), find("open before", 1), seconds=1)
        assert (report.opened, report.updated, report.muted) == (0, 1, 1)
        assert list_mutes(now=at(2))[0].suppressed == 1
        unmute_kind(actor=HOUSE, now=at(3), mute_id=mute.id)
        assert take(find(seconds=4), seconds=4).opened == 1

    def test_odd_findings_are_kept_as_well_as_can_be(self):
        odd = Finding(
            key="k" * 5000,
            kind="x" * 100,
            severity=Severity.MINOR,
            found_at=NOW.replace(tzinfo=None),
            reason=Text(ko="a\x00b", en=""),
            lon=float("nan"),
            lat=37.0,
            evidence={"value": float("inf"), "thing": object(), "nul": "\x00"},
        )
        take(odd)
        assert take(odd).repeated == 1
        (incident,) = list_all()
        assert (incident.opened_at, incident.lon, incident.evidence["value"]) == (NOW, None, None)

    def test_the_lake_sees_the_declared_columns(self):
        (declared,) = REGISTERS
        before = declared.version()
        take(find())
        (row,) = declared.rows()
        assert set(row) == {column.name for column in declared.table.columns}
        opened = declared.version()
        assert opened != before
        take(find(seconds=1))
        assert declared.version() != opened

    def test_lists_filter_and_search(self):
        take(find("a", 0, severity=Severity.EXTREME), find("b", 0), find("c", 0, agency_code="11680"))
        close(actor=HOUSE, now=at(1), number=2, reason="x")
        found = {
            "active": IncidentFilter(state="active", agency_code="11140"),
            "severity": IncidentFilter(severity="extreme"),
            "number": IncidentFilter(text="#1"),
            "words": IncidentFilter(text="a 이상"),
        }
        for where in found.values():
            assert [row.number for row in list_incidents(actor=HOUSE, where=where)] == [1]
        assert get_incident(actor=HOUSE, number=1).key == "a"


FINDINGS = st.lists(
    st.builds(
        lambda key, seconds, severity, cleared: find(key, seconds, severity, cleared=cleared),
        st.sampled_from(["a", "b"]),
        st.integers(0, 20),
        st.sampled_from(Severity),
        st.booleans(),
    ),
    max_size=12,
)


@pytest.mark.django_db
class AnyOrder(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(FINDINGS, st.randoms(use_true_random=False))
    def test_order_batches_and_repeats_do_not_matter(self, findings: list[Finding], chance: random.Random):
        take(*findings, seconds=100)
        expected = self.read("first")
        shuffled = [*findings, *findings]
        chance.shuffle(shuffled)
        prefixed = [find("second " + f.key, 0, f.severity, cleared=f.cleared) for f in shuffled]
        moved = [self.move(new, old) for new, old in zip(prefixed, shuffled, strict=True)]
        while moved:
            size = chance.randint(1, 4)
            take(*moved[:size], seconds=100)
            moved = moved[size:]
        assert self.read("second") == expected

    @staticmethod
    def move(new: Finding, old: Finding) -> Finding:
        return find(new.key, (old.found_at - NOW).total_seconds(), old.severity, cleared=old.cleared)

    @staticmethod
    def read(name: str):
        return {
            row.key.removeprefix("second "): (
                row.count,
                row.severity,
                row.opened_at,
                row.last_seen_at,
                row.cleared_at,
                row.state,
            )
            for row in list_incidents(actor=HOUSE, limit=1000)
            if row.key.startswith("second ") == (name == "second")
        }


@pytest.mark.django_db(transaction=True)
def test_outlines_are_read_before_anybody_has_to_wait_for_the_registers(monkeypatch):
    asked = []

    def locate(lon, lat):
        asked.append(connection.in_atomic_block)
        return locate_points(lon, lat)

    monkeypatch.setattr(intake, "locate_points", locate)
    take(find("a place", 1, lon=126.98, lat=37.57))
    assert asked[0] is False
    assert list_all()[0].district_code == "11110"


@pytest.mark.django_db(transaction=True)
def test_several_processes_open_one_incident():
    start = threading.Barrier(4)
    errors: list[BaseException] = []

    def send(part: int) -> None:
        try:
            start.wait()
            for second in range(5):
                take(find("shared", part * 10 + second), find(f"own {part}", second))
        except BaseException as error:  # noqa: BLE001
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    counts = {row.key: row.count for row in list_all()}
    assert counts == {"shared": 20, **{f"own {part}": 5 for part in range(4)}}


@pytest.mark.django_db
class TestJoining:
    """What several sources see in one place and time is one incident."""

    @pytest.fixture(autouse=True)
    def rule(self):
        save_rule(
            actor=HOUSE,
            now=NOW,
            rule=Rule(name="fires", kinds=("a", "b"), join_within_m=100, join_within_s=60),
        )

    def see(self, key, kind="a", seconds=0.0, lat=37.5, **more):
        return take(find(key, seconds, kind=kind, lon=127.0, lat=lat, **more), seconds=seconds)

    def test_a_near_one_of_the_rules_kinds_joins_the_open_one(self):
        self.see("camera", severity=Severity.MINOR)
        self.see("detector", "b", 30, lat=37.5005, severity=Severity.EXTREME)
        first, second = list_all()
        assert (second.resolution, second.merged_into, first.severity, first.count) == (
            "merged",
            1,
            Severity.EXTREME,
            2,
        )
        assert tell(1) == ["opened", "merged", "severity_raised"]
        self.see("detector", "b", 40)
        self.see("detector", "b", 50, cleared=True)
        first, second = list_all()
        assert (first.count, first.cleared_at) == (3, None)

    @pytest.mark.parametrize(
        "other",
        [{"kind": "c"}, {"lat": 37.502}, {"seconds": 61.0}, {"agency_code": "11680"}],
    )
    def test_what_is_another_kind_place_time_or_agency_stays_apart(self, other):
        self.see("camera")
        self.see("detector", **{"kind": "b", "seconds": 1.0, **other})
        assert [one.merged_into for one in list_all()] == [None, None]

    def test_what_somebody_has_seen_hides_nothing_worse(self):
        self.see("camera", severity=Severity.MINOR)
        acknowledge(actor=HOUSE, now=at(1), number=1)
        self.see("detector", "b", 2, severity=Severity.EXTREME)
        self.see("another", "b", 3, severity=Severity.MINOR)
        assert [one.merged_into for one in list_all()] == [None, None, 1]

    def test_one_batch_is_joined_as_several_are(self):
        take(*[find(name, 0, kind="a", lon=127.0, lat=37.5) for name in ("x", "y", "z")])
        assert [one.merged_into for one in list_all()] == [None, 1, 1]
        assert list_all()[0].count == 3
