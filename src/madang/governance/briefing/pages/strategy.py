"""The strategy tree, each task's page, and each indicator's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import Actor, MadangError, Text, now, to_city_time
from madang.core.lake.interface import list_indicator_days
from madang.core.pages.interface import ChartBlock, ChartKind, Series, format_unit, page
from madang.governance.briefing.actions.living import STATE_NAMES
from madang.governance.briefing.actions.reports import PERMISSION
from madang.governance.briefing.methods.translating import is_korean, translate, translate_within, write_when
from madang.governance.briefing.models import PlanRow, StepRow
from madang.governance.briefing.queries import living
from madang.governance.briefing.queries.reports import read_corrected
from madang.governance.briefing.records import Task

TREE = Text(ko="과제와 추진 상황", en="Tasks and their progress")
ADDRESS = "/desk/briefing/strategy/"
TREND_DAYS = 90
LEVELS = {
    "minor": Text(ko="낮음", en="Low"),
    "moderate": Text(ko="보통", en="Moderate"),
    "severe": Text(ko="높음", en="High"),
    "extreme": Text(ko="매우 높음", en="Very high"),
}
STATES = {state.value: Text(ko=ko, en=en) for state, (ko, en) in STATE_NAMES.items()}
BADGES = {"planned": "quiet", "under_way": "minor", "done": "success", "stopped": "quiet"}


@page(PERMISSION, title=TREE)
def show_tree(request: HttpRequest) -> HttpResponse:
    """Show goals and tasks with how far each is."""
    tree, say = living.list_tree(), _name_all()
    standings = [one for _, tasks in tree for one in tasks]
    budget = sum(one.budget_krw for one in standings)
    committed = sum(one.committed_krw for one in standings)
    context = {
        "title": TREE,
        "tree": [
            (goal.code, say(goal.name), [_draw_standing(one, say) for one in tasks]) for goal, tasks in tree
        ],
        "steps": sum(one.steps for one in standings),
        "done": sum(one.done for one in standings),
        "overdue": sum(one.overdue for one in standings),
        "risks": sum(one.risks for one in standings),
        "rate": round(100 * committed / budget, 1) if budget else None,
    }
    return render(request, "briefing/strategy.html", context)


@page(PERMISSION, title=TREE)
def show_task(request: HttpRequest, code: str) -> HttpResponse:
    """Show one task: its plan in time, indicators beside live figures, money, risks, decisions, history."""
    english = _read_english()
    plan, say = living.get_plan(code), _name_all(english)
    today = to_city_time(now()).date()
    steps = living.list_steps(code)
    money = living.list_money(code)
    reported = _read_reported(plan)
    context = {
        "title": Text(ko=f"{code} {plan.name}", en=f"{code} {say(plan.name).en}"),
        "plan": plan,
        "report": say(plan.report.title),
        "goal": say(plan.goal.name),
        "purpose": say(plan.purpose),
        "owner": say(plan.owner or "–"),
        "tree_title": TREE,
        "here": f"{ADDRESS}{code}/",
        "reported": reported and _tell_reported(reported, say),
        "axis": _draw_axis(steps, today),
        "steps": [_draw_step(one, steps, today, say) for one in steps],
        "measured": [
            _draw_measured(one, say, request.language)
            for one in living.list_measured(code, actor=request.actor)
        ],
        "is_lake_away": living.find_live(request.actor) is None,
        "money": [
            (one, say(one.name), _rate(one.committed_krw, one.current_budget_krw), living.name_source(one))
            for one in money
        ],
        "results": [(one, say(one.text), living.name_source(one)) for one in living.list_results(code)],
        "risks": [
            (one, say(one.name), say(one.response), LEVELS[one.level]) for one in living.list_risks(code)
        ],
        "decisions": [
            (one, say(one.text), say(one.decided_by), living.name_source(one))
            for one in living.list_decisions(code)
        ],
        "history": [
            (one, Text(ko=one.what_ko, en=translate_within(one.what_en, english)))
            for one in living.list_history(code, 50)
        ],
    }
    return render(request, "briefing/task.html", context)


@page(PERMISSION, title=TREE)
def show_measure(request: HttpRequest, code: str, measure_id: int) -> HttpResponse:
    """Show one indicator: its values over time, reported and live, each with its source."""
    plan, say = living.get_plan(code), _name_all()
    one = living.get_measured(code, measure_id, actor=request.actor)
    context = {
        "title": say(one.measure.name),
        "plan": plan,
        "task": say(plan.name),
        "tree_title": TREE,
        "here": f"{ADDRESS}{code}/",
        "row": _draw_measured(one, say, request.language),
        "values": [(each, living.name_source(each)) for each in reversed(one.actuals)],
        "chart": _draw_chart(one, request.actor),
    }
    return render(request, "briefing/measure.html", context)


def _read_english() -> dict[str, str]:
    return {one.ko: one.en for one in living.list_wordings()[0]}


def _name_all(english: Mapping[str, str] | None = None) -> Callable[[str], Text]:
    """Return what gives a Korean name in both languages, as far as staff wrote it in English."""
    english = _read_english() if english is None else english
    return lambda ko: Text(ko=ko, en=translate(ko, english))


def _draw_standing(one: living.Standing, say: Callable[[str], Text]) -> dict[str, Any]:
    return {"one": one, "name": say(one.plan.name), "owner": say(one.plan.owner or "–")}


def _read_reported(plan: PlanRow) -> Task | None:
    """Return the task as the report last told it, with what people corrected in it."""
    return next((one for one in read_corrected(plan.report).tasks if one.code == plan.code), None)


def _tell_reported(task: Task, say: Callable[[str], Text]) -> dict[str, list[Text]]:
    """Return what the report says of a task, each passage in both languages as far as staff wrote it."""
    return {
        part: [say(said) for said in getattr(task, part)]
        for part in ("background", "content", "results", "plans")
    }


def _bounds(steps: list[StepRow], today: date) -> tuple[date, date]:
    days = [day for one in steps for day in (one.starts_on, one.ends_on) if day is not None]
    first, last = min(days, default=today), max(days, default=today)
    return first.replace(day=1), date(last.year + 1, 1, 1) if last.month > 6 else date(last.year, 7, 1)  # noqa: PLR2004


def _place(day: date, bounds: tuple[date, date]) -> float:
    """Return where a day lies between two days, 0 to 100, held at the ends."""
    first, last = bounds
    return round(min(100.0, max(0.0, 100 * (day - first).days / max(1, (last - first).days))), 1)


def _draw_axis(steps: list[StepRow], today: date) -> dict[str, Any]:
    bounds = _bounds(steps, today)
    return {
        "first": bounds[0],
        "last": bounds[1],
        "today": _place(today, bounds) if bounds[0] <= today <= bounds[1] else None,
    }


def _draw_step(one: StepRow, steps: list[StepRow], today: date, say: Callable[[str], Text]) -> dict[str, Any]:
    bounds = _bounds(steps, today)
    left = _place(one.starts_on or bounds[0], bounds)
    right = _place(one.ends_on or bounds[1], bounds)
    is_late = living.is_overdue(one, today)
    return {
        "row": one,
        "name": say(one.name),
        "period": Text(ko=one.period_text, en=write_when(one.period_text)),
        "left": left,
        "width": max(1.5, round(right - left, 1)),
        "shape": "late" if is_late else one.state,
        "state": STATES[one.state],
        "badge": "severe" if is_late else BADGES[one.state],
        "is_late": is_late,
        "source": living.name_source(one),
    }


def _draw_measured(one: living.Measured, say: Callable[[str], Text], language: str) -> dict[str, Any]:
    live, unit = one.live, one.measure.unit
    return {
        "one": one,
        "measure": one.measure,
        "name": say(one.measure.name),
        "unit": Text(ko=unit, en="" if is_korean(unit) else unit),
        "newest": one.newest,
        "source": living.name_source(one.newest) if one.newest else None,
        "change": one.change,
        "is_better": one.is_better,
        "reached": one.reached,
        "live": live,
        "live_unit": format_unit(live.indicator.unit, language) if live else "",
        "gap": _measure_gap(one),
    }


def _measure_gap(one: living.Measured) -> float | None:
    """Return live minus reported, where both are there."""
    if one.live is None or one.live.value is None or one.newest is None:
        return None
    return round(one.live.value - float(one.newest.value), 3)


def _rate(part: int | None, whole: int | None) -> float | None:
    return round(100 * part / whole, 1) if part is not None and whole else None


def _draw_chart(one: living.Measured, actor: Actor) -> ChartBlock | None:
    """Return reported values and daily means of the live indicator on one axis of days."""
    reported = {each.as_of: float(each.value) for each in one.actuals}
    lived: dict[date, float] = {}
    if one.measure.live:
        try:
            lived = {
                each.day: each.mean for each in list_indicator_days(one.measure.live, TREND_DAYS, actor=actor)
            }
        except MadangError:
            lived = {}
    days = sorted({*reported, *lived})
    if len(days) < 2:  # noqa: PLR2004
        return None
    series = [
        Series(name=Text(ko="보고한 값", en="Reported"), values=tuple(reported.get(day) for day in days)),
    ]
    if lived:
        name = Text(ko="실시간 값의 일평균", en="Live, mean of the day")
        series.append(Series(name=name, values=tuple(lived.get(day) for day in days)))
    return ChartBlock(
        title=Text(ko="값의 흐름", en="Values over time"),
        kind=ChartKind.LINE,
        x=tuple(str(day) for day in days),
        series=tuple(series),
        unit=one.measure.unit,
        x_title=Text(ko="기준일", en="As of"),
        target=float(one.measure.target) if one.measure.target is not None else None,
    )
