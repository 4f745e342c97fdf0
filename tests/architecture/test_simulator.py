"""The demonstration goes on: what a service's part of it couldn't tell is told with the next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from madang.project.simulator import LONGEST, feed_on

pytestmark = pytest.mark.django_db  # each step leaves old connections behind
START = datetime(2026, 3, 1, tzinfo=UTC)
STEP = timedelta(seconds=10)


def test_a_step_that_failed_is_told_with_the_next_and_holds_up_no_other():
    spans = []

    def failing_at_first(since, until):
        if until == START + STEP:
            raise ConnectionRefusedError
        spans.append((since, until))

    others = []
    told = {failing_at_first: START, lambda since, until: others.append((since, until)): START}
    for number in (1, 2, 3):
        told = feed_on(told, START + number * STEP)
    assert spans == [(START, START + 2 * STEP), (START + 2 * STEP, START + 3 * STEP)]
    assert others == [(START + n * STEP, START + (n + 1) * STEP) for n in range(3)]


def test_what_is_long_past_is_left_out():
    spans = []
    feed_on({lambda since, until: spans.append((since, until)): START}, START + 3 * LONGEST)
    assert spans == [(START + 2 * LONGEST, START + 3 * LONGEST)]
