"""A process of the house that hung is an incident until it has worked well for a while."""

from __future__ import annotations

from datetime import timedelta

import pytest

from madang.core.base.interface import HOUSE, ProcessState, RunState, write_run_state
from madang.core.incidents.actions import tell_of_hung
from madang.core.incidents.interface import list_incidents

from .conftest import NOW

pytestmark = pytest.mark.django_db


def write(folder, hung_at):
    outbox = ProcessState(name="outbox", pid=7, state="running", since=NOW, restarts=1, hung_at=hung_at)
    writer = ProcessState(name="writer", pid=8, state="running", since=NOW, restarts=3)
    state = RunState(supervisor_pid=1, address="", mqtt_port=0, processes=[outbox, writer])
    write_run_state(folder, state)


def test_one_that_hung_is_told_once_and_cleared_when_it_works(tmp_path):
    assert tell_of_hung(now=NOW, folder=tmp_path) == 0
    write(tmp_path, NOW)
    for minutes in (0, 1, 29):
        tell_of_hung(now=NOW + timedelta(minutes=minutes), folder=tmp_path)
    (incident,) = list_incidents(actor=HOUSE)
    assert (incident.kind, incident.count, incident.cleared_at) == ("process_hung", 1, None)
    assert "상황 전달" in incident.reason.ko
    later = NOW + timedelta(minutes=31)
    tell_of_hung(now=later, folder=tmp_path)
    (incident,) = list_incidents(actor=HOUSE)
    assert incident.cleared_at == later
    assert tell_of_hung(now=later + timedelta(minutes=1), folder=tmp_path) == 0


def test_what_is_cleared_by_a_new_start_of_the_house_hangs_anew(tmp_path):
    write(tmp_path, NOW)
    tell_of_hung(now=NOW, folder=tmp_path)
    write(tmp_path, None)
    tell_of_hung(now=NOW + timedelta(minutes=2), folder=tmp_path)
    write(tmp_path, NOW + timedelta(minutes=5))
    tell_of_hung(now=NOW + timedelta(minutes=5), folder=tmp_path)
    (incident,) = list_incidents(actor=HOUSE)
    assert (incident.count, incident.cleared_at) == (2, None)
