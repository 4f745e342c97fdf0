"""Nobody answers, and the house was even switched off meanwhile: clocks still fire, once and in order."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from madang.core.base.interface import HOUSE
from madang.core.incidents.actions import run_clocks
from madang.core.incidents.interface import (
    Rule,
    Step,
    acknowledge,
    close,
    get_incident,
    list_clocks,
    list_timeline,
    open_or_update,
    reopen,
    save_rule,
)

from .conftest import NOW, at, find

RULE = Rule(
    name="r",
    acknowledge_within_s=60,
    close_within_s=600,
    escalate_to=(Step(after_s=300, agency_code="119", role="manager"), Step(after_s=120, role="manager")),
)


def lay_out():
    save_rule(actor=HOUSE, now=NOW, rule=RULE)
    open_or_update(findings=[find()], now=NOW)


def tell():
    return [entry.event for entry in list_timeline(actor=HOUSE, number=1)]


@pytest.mark.django_db
class TestClocks:
    def test_nothing_fires_before_its_time(self):
        lay_out()
        assert run_clocks(now=at(59.9)) == 0
        assert tell() == ["opened"]

    def test_an_hour_of_downtime_loses_no_clock_and_keeps_their_order(self):
        lay_out()
        assert run_clocks(now=at(3600)) == 1
        entries = list_timeline(actor=HOUSE, number=1)[1:]
        assert [(entry.event, entry.details["due_at"]) for entry in entries] == [
            ("overdue", at(60).isoformat()),
            ("escalated", at(120).isoformat()),
            ("escalated", at(300).isoformat()),
            ("overdue", at(600).isoformat()),
        ]
        incident = get_incident(actor=HOUSE, number=1)
        assert (incident.agency_code, incident.role, incident.escalation_level) == ("119", "manager", 2)
        assert run_clocks(now=at(7200)) == 0

    def test_an_acknowledgement_stops_escalation_but_not_the_deadline(self):
        lay_out()
        acknowledge(actor=HOUSE, now=at(30), number=1)
        run_clocks(now=at(3600))
        assert tell() == ["opened", "acknowledged", "overdue"]

    def test_what_was_acknowledged_late_is_overdue_no_more_until_its_closing_is(self):
        lay_out()
        for act, seconds, is_overdue in ((None, 90, True), (acknowledge, 100, False), (None, 601, True)):
            if act:
                act(actor=HOUSE, now=at(seconds), number=1)
            run_clocks(now=at(seconds))
            assert get_incident(actor=HOUSE, number=1).is_overdue == is_overdue, seconds

    @pytest.mark.parametrize("by", [-60, -3600, -86400])
    def test_a_clock_that_is_set_back_makes_no_deadline_later_and_none_fires_twice(self, by):
        lay_out()
        run_clocks(now=at(50))
        assert run_clocks(now=at(55 + by)) == 0
        shown = get_incident(actor=HOUSE, number=1).acknowledge_due_at
        assert shown == at(60 + by)
        assert run_clocks(now=at(60 + by)) == 1
        assert run_clocks(now=at(62 + by)) == 0
        run_clocks(now=at(2000 + by))
        assert tell() == ["opened", "overdue", "escalated", "escalated", "overdue"]
        run_clocks(now=at(2000 - 86400))
        run_clocks(now=at(2000 + 86400))
        assert len(tell()) == 5

    def test_what_began_while_the_clock_was_wrong_runs_out_by_the_right_one(self):
        run_clocks(now=at(-86400))
        run_clocks(now=at(0))  # ahead by a day
        lay_out()
        run_clocks(now=at(-86400 + 5))  # put right, five seconds after it was looked at last
        open_or_update(findings=[find("new", -86400 + 6)], now=at(-86400 + 6))
        assert run_clocks(now=at(-86400 + 54)) == 0
        assert run_clocks(now=at(-86400 + 60)) == 1
        assert run_clocks(now=at(-86400 + 65)) == 0
        assert run_clocks(now=at(-86400 + 66)) == 1

    def test_closing_stops_everything_and_reopening_starts_anew(self):
        lay_out()
        close(actor=HOUSE, now=at(30), number=1, reason="x")
        assert run_clocks(now=at(3600)) == 0
        reopen(actor=HOUSE, now=at(4000), number=1, reason="x")
        assert get_incident(actor=HOUSE, number=1).acknowledge_due_at == at(4060)
        running = [clock for clock in list_clocks(actor=HOUSE, number=1) if clock.stopped_at is None]
        assert len(running) == 4


TICKS = st.lists(st.integers(0, 700), max_size=8)


@pytest.mark.django_db
class AnyTicks(TestCase):
    @settings(max_examples=60, deadline=None)
    @given(TICKS, st.integers(0, 700))
    def test_what_fires_depends_on_time_alone_not_on_when_the_job_ran(self, ticks, answered):
        lay_out()
        for tick in sorted(ticks):
            if tick < answered:
                run_clocks(now=at(tick))
        acknowledge(actor=HOUSE, now=at(answered), number=1)
        for tick in sorted(ticks):
            if tick >= answered:
                run_clocks(now=at(tick))
        run_clocks(now=at(1000))
        fired = [entry.details["due_at"] for entry in list_timeline(actor=HOUSE, number=1) if entry.details]
        due = [60, 120, 300, 600]
        assert fired == [at(seconds).isoformat() for seconds in due if seconds <= answered or seconds == 600]
