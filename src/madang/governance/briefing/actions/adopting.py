"""What an adopted report tells becomes the strategy tree, or brings it up to date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from madang.core.base.interface import Actor, to_city_time
from madang.governance.briefing.methods.names import fold, is_same
from madang.governance.briefing.methods.translating import translate
from madang.governance.briefing.models import (
    ActualRow,
    BudgetRow,
    GoalRow,
    HistoryRow,
    IndicatorRow,
    MeasureRow,
    MilestoneRow,
    MoneyRow,
    PlanRow,
    ReportRow,
    StepRow,
    TaskRow,
)
from madang.governance.briefing.records import Report

MONEY = ("current_budget_krw", "committed_krw", "disbursed_krw", "forecast_krw")


def take_into_tree(row: ReportRow, report: Report, *, actor: Actor, now: datetime) -> None:
    """Add the report's tasks, steps, values and amounts; what is there keeps its state and its history."""
    as_of = report.as_of_on or report.published_on or to_city_time(now).date()
    goals = {one.code: one.title for one in report.headings if "-" not in one.code}
    for task in TaskRow.objects.filter(report=row):
        code = task.task_code.split("-")[0]
        goal, _ = GoalRow.objects.update_or_create(code=code, defaults={"name": goals.get(code, code)})
        plan, is_new = PlanRow.objects.update_or_create(
            code=task.task_code,
            defaults={
                "goal": goal,
                "name": task.name,
                "purpose": task.purpose,
                "report": row,
                "line": task.line,
            },
        )
        if is_new or not plan.owner:
            plan.owner = _find_owner(row, plan.code)
            plan.save(update_fields=["owner"])
        common = {"plan": plan, "report": row, "entered_by": actor.name, "entered_at": now}
        _take_steps(row, common)
        _take_values(row, common, as_of)
        _take_money(row, common, as_of)
        HistoryRow.objects.create(
            plan=plan,
            at=now,
            who=actor.name,
            what_ko=f"업무보고에서 등록: {row.title} ({as_of} 기준)",
            what_en=f"Taken from the report {translate(row.title, {})} (as of {as_of})",
        )


def _find_owner(row: ReportRow, code: str) -> str:
    """Return the division that all of a task's projects stand under in the detailed budget, or ""."""
    projects = [one.name for one in BudgetRow.objects.filter(report=row, table="projects", task_code=code)]
    details = BudgetRow.objects.filter(report=row, table="expenditure_detail").exclude(path="")
    owners = {
        parts[1]
        for one in details
        if any(is_same(one.name, name) for name in projects) and len(parts := one.path.split(" > ")) > 1
    }
    return owners.pop() if len(owners) == 1 else ""


def _take_steps(row: ReportRow, common: dict[str, Any]) -> None:
    plan = common["plan"]
    here = {fold(one.name): one for one in StepRow.objects.filter(plan=plan)}
    reported = list(MilestoneRow.objects.filter(report=row, task_code=plan.code))
    for one in reported:
        dates = {"period_text": one.period_text, "starts_on": one.starts_on, "ends_on": one.ends_on}
        step = here.get(fold(one.name))
        if step is None:
            here[fold(one.name)] = StepRow.objects.create(
                **common, line=one.line, name=one.name[:300], **dates
            )
        else:
            for name, value in {**dates, "report": row, "line": one.line, "source": ""}.items():
                setattr(step, name, value)
            step.save()


def _take_values(row: ReportRow, common: dict[str, Any], as_of: date) -> None:
    plan = common["plan"]
    here = {(one.name, one.unit): one for one in MeasureRow.objects.filter(plan=plan)}
    for name, one in _number(IndicatorRow.objects.filter(report=row, task_code=plan.code)):
        measure = here.get((name, one.unit))
        if measure is None:
            measure = MeasureRow.objects.create(**common, line=one.line, name=name, unit=one.unit)
            here[name, one.unit] = measure
        ActualRow.objects.create(**common, line=one.line, measure=measure, as_of=as_of, value=one.value)


def _number(rows: Iterable[IndicatorRow]) -> list[tuple[str, IndicatorRow]]:
    """Return indicators by name; one that has the name and unit of another gets a number."""
    seen: Counter[tuple[str, str]] = Counter()
    named = []
    for one in rows:
        seen[one.name, one.unit] += 1
        count = seen[one.name, one.unit]
        named.append((one.name[:290] if count == 1 else f"{one.name[:290]} ({count})", one))
    return named


def _take_money(row: ReportRow, common: dict[str, Any], as_of: date) -> None:
    for one in BudgetRow.objects.filter(report=row, table="projects", task_code=common["plan"].code):
        amounts = {name: getattr(one, name) for name in MONEY}
        MoneyRow.objects.create(**common, line=one.line, name=one.name[:300], as_of=as_of, **amounts)
