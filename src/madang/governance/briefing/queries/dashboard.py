"""What the dashboard reads: incidents, indicators now and a day before, money, and what has stopped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Q, Subquery

from madang.core.base.interface import (
    CITY_TIMEZONE,
    Actor,
    Aim,
    NotFound,
    ProcessState,
    Register,
    Severity,
    Text,
    collect,
    read_run_state,
    to_city_time,
)
from madang.core.incidents.interface import Incident, IncidentFilter, list_incidents, summarize_queue
from madang.core.lake.interface import (
    AnyOf,
    Filter,
    IndicatorState,
    Measure,
    Op,
    Reader,
    authorize,
    list_indicators,
)
from madang.governance.briefing.methods.standing import (
    AGES,
    DAY,
    Flow,
    Money,
    Reading,
    SeverityRow,
    count_flow,
    measure_elapsed,
    spread_ages,
)
from madang.governance.briefing.models import ActualRow, MeasureRow, StepRow, WordingRow

from .living import OPEN_STATES

HOURS = "indicators_hour"
MONEY_COLUMNS = ("current_budget_krw", "committed_krw", "disbursed_krw")
YEAR, BUDGET, BUDGET_EN = "fiscal_year", "budget", "budget_en"
RECENT = timedelta(minutes=10)


def read_open(*, actor: Actor, now: datetime) -> tuple[tuple[SeverityRow, ...], int]:
    """Return open incidents by severity and age, and how many are overdue."""
    within: list[dict[Severity, int]] = []
    overdue = 0
    for limit, _ in AGES:
        since = now - limit if limit else None
        queue = summarize_queue(actor=actor, where=IncidentFilter(state="active", since=since))
        counts: dict[Severity, int] = {}
        for row in queue:
            counts[row.severity] = counts.get(row.severity, 0) + row.count
        within.append(counts)
        overdue = sum(row.overdue for row in queue)
    return spread_ages(within), overdue


def list_open(*, actor: Actor, limit: int) -> tuple[Incident, ...]:
    """Return open incidents, the gravest first and of those the oldest."""
    return list_incidents(actor=actor, where=IncidentFilter(state="active"), limit=limit)


def list_readings(*, actor: Actor, now: datetime) -> tuple[Reading, ...]:
    """Return every indicator: what rooms measure, and what the strategy has fallen due for.

    Those of rooms come with their value a day before where the lake has it; one that was never measured has None.
    """
    states = list_indicators(actor=actor)
    before = _read_day_before(actor, now) if any(state.value is not None for state in states) else {}
    live = [_read_state(state, before.get(state.indicator.name)) for state in states]
    return (*live, *_list_due_measures(now, {one.name: one for one in live}))


def count_overdue_steps(*, now: datetime) -> int:
    """Return how many steps of the strategy aren't done though their time is over."""
    today = to_city_time(now).date()
    return StepRow.objects.filter(state__in=OPEN_STATES, ends_on__lt=today).count()


def read_flow(*, actor: Actor, now: datetime) -> Flow:
    """Return how many incidents came and went in the last two days. Raises NotFound before any is in the lake."""
    reader = authorize(actor, "incidents")
    if reader.version < 0:
        raise NotFound(
            "briefing.no_incidents",
            "상황 표가 데이터 호수에 아직 없습니다",
            "the table of incidents isn't in the lake yet",
        )
    since = now - 2 * DAY
    branches = tuple((Filter(name, Op.GE, since),) for name in ("received_at", "closed_at"))
    rows = reader.read(["received_at", "closed_at"], [AnyOf(branches)])
    received, closed = (
        [one for one in rows.column(name).to_pylist() if one is not None]
        for name in ("received_at", "closed_at")
    )
    return count_flow(received, closed, now)


def read_money(*, actor: Actor, now: datetime) -> Money:
    """Return this fiscal year's expenditure, or the newest there is. Raises NotFound where none is kept.

    Any register that has a fiscal year with budgets, commitments and disbursements in won is read. Where
    it tells several budgets apart (`budget`, in English `budget_en`), it is the one that most was disbursed of.
    """
    found = find_money_register()
    if found is None:
        raise NotFound(
            "briefing.no_money", "예산이 아직 연결되지 않았습니다", "the budget isn't connected yet"
        )
    href, register = found
    reader = authorize(actor, register.table.name)
    sums = [Measure(function="sum", column=name, name=name) for name in MONEY_COLUMNS]
    names = {column.name for column in reader.columns}
    groups = [YEAR, *(one for one in (BUDGET, BUDGET_EN) if one in names)]
    rows = [row for row in reader.aggregate(sums, groups).to_pylist() if row[YEAR]]
    if not rows:
        raise NotFound("briefing.money_empty", "예산이 아직 한 건도 없습니다", "the budget has no line yet")
    today = to_city_time(now)
    years = {row[YEAR] for row in rows}
    year = today.year if today.year in years else max(years)
    chosen = max((row for row in rows if row[YEAR] == year), key=lambda row: row[MONEY_COLUMNS[-1]] or 0)
    current, committed, disbursed = (int(chosen[name] or 0) for name in MONEY_COLUMNS)
    name = chosen.get(BUDGET)
    return Money(
        name=Text(ko=name, en=chosen.get(BUDGET_EN) or name) if name else None,
        fiscal_year=year,
        current_krw=current,
        committed_krw=committed,
        disbursed_krw=disbursed,
        elapsed_ratio=measure_elapsed(year, now),
        href=href,
    )


def find_money_register() -> tuple[str, Register] | None:
    """Return the address of the service that keeps expenditure, and its register."""
    for manifest, register in collect("registers", "REGISTERS"):
        names = {column.name for column in register.table.columns}
        if names.issuperset((YEAR, *MONEY_COLUMNS)):
            return f"/{manifest.label}/", register
    return None


def list_unsteady(*, now: datetime) -> tuple[ProcessState, ...] | None:
    """Return the processes of the house that don't run or died a short while ago; None where nothing tells."""
    state = read_run_state(settings.MADANG.data_path / "run")
    if state is None:
        return None
    return tuple(
        one
        for one in state.processes
        if one.state != "running" or (one.restarts and now - one.since < RECENT)
    )


def _read_day_before(actor: Actor, now: datetime) -> Mapping[str, float]:
    hour = (now - DAY).replace(minute=0, second=0, microsecond=0)
    return _read_hour(authorize(actor, HOURS), hour)


@lru_cache(maxsize=8)
def _read_hour(reader: Reader, hour: datetime) -> Mapping[str, float]:
    """Return the mean of each indicator in the hour before `hour`, or in the one that begins with it."""
    window = [hour - timedelta(hours=1), hour]
    rows = reader.read(["name", "value_mean"], [Filter("hour_at", Op.BETWEEN, window)], ["hour_at"])
    return {row["name"]: row["value_mean"] for row in rows.to_pylist() if row["value_mean"] is not None}


def _list_due_measures(now: datetime, live: Mapping[str, Reading]) -> list[Reading]:
    """Return the strategy's indicators whose day of reckoning has come, with what measures them now."""
    newest = ActualRow.objects.filter(measure=OuterRef("pk")).order_by("-as_of", "-id")
    wording = WordingRow.objects.filter(ko=OuterRef("name")).values("en")
    rows = MeasureRow.objects.exclude(aim=Aim.NONE.value).filter(
        Q(target_on=None) | Q(target_on__lte=to_city_time(now).date()), target__isnull=False
    )
    rows = rows.annotate(
        newest=Subquery(newest.values("value")[:1]),
        newest_on=Subquery(newest.values("as_of")[:1]),
        en=Subquery(wording[:1]),
    )
    return [
        found for row in rows if (found := _read_measure(row, live.get(row.live))) and found.value is not None
    ]


def _read_measure(row: Any, live: Reading | None) -> Reading:
    day = row.newest_on and datetime.combine(row.newest_on, time(), CITY_TIMEZONE)
    return Reading(
        name=f"briefing.{row.pk}",
        title=Text(ko=row.name, en=row.en or row.name),
        unit=live.unit if live else row.unit,
        value=live.value if live else None if row.newest is None else float(row.newest),
        as_of=live.as_of if live else day,
        is_late=bool(live and live.is_late),
        target=float(row.target),
        is_higher_better=row.aim == Aim.HIGHER.value,
        href=f"/desk/briefing/strategy/{row.plan_id}/indicators/{row.pk}/",
    )


def _read_state(state: IndicatorState, before: float | None) -> Reading:
    one = state.indicator
    return Reading(
        name=one.name,
        title=one.title,
        unit=one.unit,
        value=state.value,
        as_of=state.as_of,
        is_late=state.is_late,
        target=one.target,
        is_higher_better=None if one.aim is Aim.NONE else one.aim is Aim.HIGHER,
        before=before,
        href=one.href,
    )
