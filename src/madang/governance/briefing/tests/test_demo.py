"""The demonstration has a report of 20 tasks that agrees with itself, is published, and goes on."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from madang.governance.briefing.demo import LINKS, TASKS, lay_out, write_report
from madang.governance.briefing.models import EditionRow, MeasureRow, PlanRow, ReportRow, StepRow
from madang.governance.briefing.queries import living

from .fragments import find_in


def test_its_figures_agree():
    assert find_in(write_report(date(2026, 7, 1))) == []


@pytest.mark.django_db
@pytest.mark.parametrize("month", [2, 11])
def test_it_is_laid_out_once(month, monkeypatch):
    now = datetime(2026, month, 20, tzinfo=UTC)
    monkeypatch.setattr(living, "now", lambda: now)
    lay_out(now)
    lay_out(now)
    assert PlanRow.objects.count() == len(TASKS) == 20
    assert PlanRow.objects.filter(owner="").count() == 0
    assert ReportRow.objects.count() == 2
    assert EditionRow.objects.get().published_at == now
    assert set(MeasureRow.objects.exclude(live="").values_list("live", flat=True)) == set(LINKS.values())
    standings = [one for _, tasks in living.list_tree() for one in tasks]
    assert sum(one.done for one in standings) >= 3
    assert 0 < sum(one.overdue for one in standings) < sum(one.done for one in standings)
    assert StepRow.objects.exclude(source__contains="simulated").count() == 0
