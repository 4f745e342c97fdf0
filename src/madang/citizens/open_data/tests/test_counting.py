"""Uses are counted whatever happens to the place where they are written down, and a lasting fault is reported."""

from __future__ import annotations

import pytest

from madang.citizens.open_data.actions.counting import KIND, LONGEST_PAUSE_S, REPORT_FROM, UseCounter
from madang.core.base.interface import HOUSE
from madang.core.incidents.interface import IncidentFilter, list_incidents

TOO_MANY = 2**70
SLOW_S = 100.0  # no thread writes by itself while a test runs


def fail(counter: UseCounter, times: int) -> None:
    for _ in range(times):
        counter.write()  # no such number fits into its column: an error that isn't one of the house's own


@pytest.mark.django_db
def test_what_cannot_be_written_now_is_kept_and_the_pause_grows():
    counter = UseCounter(every_s=SLOW_S)
    for _ in range(3):
        counter.add("shelters", "sample", TOO_MANY)
    pauses = []
    for _ in range(12):
        pauses.append(counter.pause_s)
        fail(counter, 1)
    assert counter._uses == {("shelters", "sample"): 3}
    assert counter._rows == {("shelters", "sample"): 3 * TOO_MANY}
    assert pauses[:3] == [SLOW_S, 2 * SLOW_S, LONGEST_PAUSE_S]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE_S


@pytest.mark.django_db
def test_a_lasting_fault_is_one_incident_that_says_when_it_is_over():
    counter = UseCounter(every_s=SLOW_S)
    counter.add("shelters", "sample", TOO_MANY)
    fail(counter, REPORT_FROM + 2)
    (incident,) = list_incidents(actor=HOUSE, where=IncidentFilter(kind=KIND))
    assert "이용 기록" in incident.reason.ko
    counter._recover()
    assert counter.failures == 0
    assert "다시" in list_incidents(actor=HOUSE, where=IncidentFilter(kind=KIND))[0].reason.ko


def test_a_thread_that_ended_is_begun_again():
    counter = UseCounter(every_s=SLOW_S)
    counter.add("shelters", "sample", 1)
    first = counter._thread
    counter._thread = type(first)(target=lambda: None)  # as after a fork: there, and not running
    counter.add("shelters", "sample", 1)
    assert counter._thread.is_alive()
