"""Reads of the strategy tree: tasks with their steps, indicators, money, risks, decisions and history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from madang.core.base.interface import Actor, MadangError, NotFound, Text, now, read_pair, to_city_time
from madang.core.lake.interface import IndicatorState, list_indicators
from madang.core.pages.interface import format_day, format_moment
from madang.governance.briefing.methods.figures import write_number
from madang.governance.briefing.methods.translating import translate
from madang.governance.briefing.models import (
    ActualRow,
    DecisionRow,
    GoalRow,
    HistoryRow,
    MeasureRow,
    MoneyRow,
    PlanPart,
    PlanRow,
    ReportRow,
    ResultRow,
    RiskRow,
    StepRow,
    WordingRow,
)
from madang.governance.briefing.records import (
    LivingMilestone,
    LivingMoney,
    LivingResult,
    LivingTask,
    MilestoneState,
)

Part = TypeVar("Part", bound=PlanPart)
OPEN_STATES = (MilestoneState.PLANNED, MilestoneState.UNDER_WAY)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One task at a glance: its steps by state, how many are overdue, open risks, and money in won."""

    plan: PlanRow
    steps: int
    done: int
    overdue: int
    risks: int
    budget_krw: int
    committed_krw: int

    @property
    def budget_million(self) -> int:
        """The budget in million won."""
        return round(self.budget_krw / 10**6)

    @property
    def rate(self) -> Decimal | None:
        """Committed in percent of the budget."""
        return round(100 * Decimal(self.committed_krw) / self.budget_krw, 1) if self.budget_krw else None


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator: its values by day, oldest first, and what measures the same thing now."""

    measure: MeasureRow
    actuals: tuple[ActualRow, ...]
    live: IndicatorState | None = None

    @property
    def newest(self) -> ActualRow | None:
        """The newest value that was reported or entered."""
        return self.actuals[-1] if self.actuals else None

    @property
    def change(self) -> Decimal | None:
        """The newest value minus the one before it."""
        return self.actuals[-1].value - self.actuals[-2].value if len(self.actuals) > 1 else None

    @property
    def is_better(self) -> bool | None:
        """Whether the newest change goes the way that is wanted; None where none is, or nothing changed."""
        if not self.change or self.measure.aim == "none":
            return None
        return (self.change > 0) == (self.measure.aim == "higher")

    @property
    def reached(self) -> Decimal | None:
        """The newest value in percent of the target, where more is better."""
        if self.newest is None or not self.measure.target or self.measure.aim == "lower":
            return None
        return round(100 * self.newest.value / self.measure.target, 1)


def get_plan(code: str) -> PlanRow:
    """Return one task; raises NotFound."""
    row = PlanRow.objects.select_related("goal", "report").filter(pk=code).first()
    if row is None:
        raise NotFound("briefing.task", "그런 과제가 없습니다", "there is no such task")
    return row


def get_part(kind: type[Part], code: str, part_id: int) -> Part:
    """Return a step, indicator, risk … of a task; raises NotFound."""
    row = kind.objects.select_related("plan").filter(pk=part_id, plan_id=code).first()
    if row is None:
        raise NotFound("briefing.part", "그 과제에는 없습니다", "the task has no such thing")
    return row


def list_tree() -> list[tuple[GoalRow, list[Standing]]]:
    """Return goals with the standing of each of their tasks, in order."""
    today = to_city_time(now()).date()
    steps = list(StepRow.objects.all())
    money = _list_newest(MoneyRow.objects.all())
    risks = list(RiskRow.objects.filter(closed_at=None).values_list("plan_id", flat=True))
    tree: dict[str, tuple[GoalRow, list[Standing]]] = {}
    for plan in PlanRow.objects.select_related("goal"):
        own = [one for one in steps if one.plan_id == plan.code]
        spent = [one for one in money if one.plan_id == plan.code]
        standing = Standing(
            plan=plan,
            steps=len(own),
            done=sum(one.state == MilestoneState.DONE for one in own),
            overdue=sum(is_overdue(one, today) for one in own),
            risks=risks.count(plan.code),
            budget_krw=sum(one.current_budget_krw or 0 for one in spent),
            committed_krw=sum(one.committed_krw or 0 for one in spent),
        )
        tree.setdefault(plan.goal_id, (plan.goal, []))[1].append(standing)
    return [tree[code] for code in sorted(tree)]


def is_overdue(step: StepRow, today: date) -> bool:
    """Return whether a step isn't done though its time is over."""
    return step.state in OPEN_STATES and step.ends_on is not None and step.ends_on < today


def list_steps(code: str) -> list[StepRow]:
    """Return a task's steps, by their dates."""
    rows = StepRow.objects.filter(plan_id=code).select_related("report")
    return sorted(rows, key=lambda one: (one.starts_on or one.ends_on or date.max, one.id))


def list_measured(code: str, *, actor: Actor) -> list[Measured]:
    """Return a task's indicators with their values, reported and live."""
    live = find_live(actor)
    actuals: dict[int, dict[date, ActualRow]] = {}
    for one in ActualRow.objects.filter(plan_id=code).select_related("report").order_by("as_of", "id"):
        actuals.setdefault(one.measure_id, {})[one.as_of] = one
    return [
        Measured(
            measure=one, actuals=tuple(actuals.get(one.id, {}).values()), live=(live or {}).get(one.live)
        )
        for one in MeasureRow.objects.filter(plan_id=code)
    ]


def get_measured(code: str, measure_id: int, *, actor: Actor) -> Measured:
    """Return one indicator of a task with its values; raises NotFound."""
    get_part(MeasureRow, code, measure_id)
    return next(one for one in list_measured(code, actor=actor) if one.measure.id == measure_id)


def find_live(actor: Actor) -> dict[str, IndicatorState] | None:
    """Return every indicator of the lake by name, or None where the lake can't be read now."""
    try:
        return {one.indicator.name: one for one in list_indicators(actor=actor)}
    except MadangError:
        return None


def list_money(code: str) -> list[MoneyRow]:
    """Return the newest amounts of each of a task's projects."""
    return _list_newest(MoneyRow.objects.filter(plan_id=code).select_related("report"))


def list_results(code: str) -> Sequence[ResultRow]:
    """Return what was achieved since the reports, newest first."""
    return ResultRow.objects.filter(plan_id=code).order_by("-as_of", "-id")


def list_risks(code: str) -> Sequence[RiskRow]:
    """Return a task's risks, open ones first."""
    return RiskRow.objects.filter(plan_id=code).order_by("closed_at", "-entered_at")


def list_decisions(code: str) -> Sequence[DecisionRow]:
    """Return what was decided on a task, newest first."""
    return DecisionRow.objects.filter(plan_id=code).order_by("-decided_on", "-id")


def list_history(code: str, limit: int = 200) -> Sequence[HistoryRow]:
    """Return what changed on a task, newest first."""
    return HistoryRow.objects.filter(plan_id=code)[:limit]


def list_owners() -> list[str]:
    """Return the divisions that own tasks."""
    return sorted(set(PlanRow.objects.exclude(owner="").values_list("owner", flat=True)))


def list_wordings(
    *, search: str = "", sort: str = "", offset: int = 0, limit: int = 10_000
) -> tuple[Sequence[WordingRow], int]:
    """Return what Korean passages are in English."""
    rows = WordingRow.objects.all()
    rows = rows.filter(ko__icontains=search) | rows.filter(en__icontains=search) if search else rows
    return rows.order_by(sort or "ko", "id")[offset : offset + limit], rows.count()


def read_living(base: ReportRow, *, actor: Actor) -> dict[str, LivingTask]:
    """Return what happened to each task, to be written into the report `base`."""
    return {plan.code: _read_task(plan, base, actor) for plan in PlanRow.objects.all()}


def _read_task(plan: PlanRow, base: ReportRow, actor: Actor) -> LivingTask:
    return LivingTask(
        code=plan.code,
        name=plan.name,
        owner=plan.owner,
        milestones=tuple(_read_step(one, base) for one in list_steps(plan.code)),
        money=tuple(_read_money(one, base) for one in list_money(plan.code)),
        results=(
            *(
                LivingResult(text=one.text, source=name_source(one))
                for one in reversed(list_results(plan.code))
            ),
            *(said for one in list_measured(plan.code, actor=actor) for said in _tell_values(one, base)),
        ),
    )


def _read_step(one: StepRow, base: ReportRow) -> LivingMilestone:
    is_printed = one.report_id == base.id and not one.source
    return LivingMilestone(
        line=one.line if one.report_id == base.id else 0,
        name=one.name,
        period_text=one.period_text,
        state=MilestoneState(one.state),
        source=None if is_printed else name_source(one),
    )


def _read_money(one: MoneyRow, base: ReportRow) -> LivingMoney:
    names = ("name", "as_of", "current_budget_krw", "committed_krw", "disbursed_krw", "forecast_krw")
    return LivingMoney(
        **{name: getattr(one, name) for name in names},
        source=None if one.report_id == base.id else name_source(one),
    )


def _tell_values(one: Measured, base: ReportRow) -> list[LivingResult]:
    """Return the newest entered value, and the live one, each as a sentence."""
    found = []
    newest = one.newest
    if newest is not None and newest.report_id != base.id:
        day = newest.as_of
        said = f"{write_number(newest.value)}{one.measure.unit}('{day:%y}.{day.month}.{day.day}. 기준)"
        found.append(LivingResult(text=f"{one.measure.name} : {said}", source=name_source(newest)))
    live = one.live
    if live is not None and live.value is not None and live.as_of is not None:
        moment = to_city_time(live.as_of)
        said = f"{write_number(Decimal(str(live.value)))}{one.measure.unit}"
        when = f"'{moment:%y}.{moment.month}.{moment.day}. {moment:%H:%M} 실시간"
        title, source = live.indicator.title, live.indicator.source
        label = Text(
            ko=f"실시간 지표 {title.ko} ({source.ko}), {format_moment(live.as_of, 'ko')}",
            en=f"live indicator {title.en} ({source.en}), {format_moment(live.as_of, 'en')}",
        )
        found.append(LivingResult(text=f"{one.measure.name} : {said}({when})", source=label))
    return found


def name_source(one: PlanPart) -> Text:
    """Return in words where something comes from: a report, or who entered it from what."""
    if one.report is not None and not one.source:
        report = one.report
        return Text(
            ko=f"{report.title} {one.line}번째 줄", en=f"{translate(report.title, {})}, line {one.line}"
        )
    day = to_city_time(one.entered_at).date()
    source = read_pair(one.source or "")
    ko, en = (f" ({words})" if words else "" for words in (source.ko, source.en))
    return Text(
        ko=f"{one.entered_by} 입력 {format_day(day, 'ko')}{ko}",
        en=f"entered by {one.entered_by} {format_day(day, 'en')}{en}",
    )


def _list_newest(rows: Any) -> list[MoneyRow]:
    found: dict[tuple[str, str], MoneyRow] = {}
    for one in rows.order_by("as_of", "id"):
        found[one.plan_id, one.name] = one
    return sorted(found.values(), key=lambda one: (one.plan_id, one.line, one.id))
