"""Timed jobs run when they are due, once, whatever becomes of them."""

from datetime import UTC, datetime, timedelta

import pytest

from madang.core.base.interface import Job, Text
from madang.core.pages.models import ScheduledRun
from madang.core.pages.schedule import run_if_due

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_job_runs_at_once_and_then_at_its_interval():
    ran = []
    job = Job(name="sweep", title=Text(ko="sweep", en="sweep"), every_s=60, run=lambda: ran.append(1))
    moments = [START + timedelta(seconds=second) for second in (0, 1, 59, 60, 61, 300)]
    assert [run_if_due(job, moment) for moment in moments] == [True, False, False, True, False, True]
    assert len(ran) == 3


def test_a_job_that_fails_is_noted_and_runs_again():
    job = Job(name="fragile", title=Text(ko="fragile", en="fragile"), every_s=60, run=lambda: 1 / 0)
    assert run_if_due(job, START)
    assert "ZeroDivisionError" in ScheduledRun.objects.get(name="fragile").error
    assert run_if_due(job, START + timedelta(seconds=60))


def test_two_schedules_of_one_house_run_a_job_once():
    ran = []
    job = Job(name="once", title=Text(ko="once", en="once"), every_s=60, run=lambda: ran.append(1))
    assert [run_if_due(job, START), run_if_due(job, START)] == [True, False]
    assert ran == [1]
