"""Every change of a task: steps, values, money, results, risks, decisions, owner; each is kept in its history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from madang.core.base.interface import Actor, Aim, BadInput, Severity, read_pair, to_city_time
from madang.core.people.interface import record_audit, require
from madang.governance.briefing.methods.periods import write_period
from madang.governance.briefing.methods.translating import is_korean
from madang.governance.briefing.models import (
    ActualRow,
    DecisionRow,
    HistoryRow,
    MeasureRow,
    MoneyRow,
    PlanRow,
    ResultRow,
    RiskRow,
    StepRow,
    WordingRow,
)
from madang.governance.briefing.queries.living import find_live, get_part, get_plan
from madang.governance.briefing.records import (
    MeasureEntry,
    MilestoneState,
    MoneyEntry,
    RiskEntry,
    StepEntry,
)

from .adopting import MONEY
from .reports import PERMISSION

CONFIRMED = "담당자 확인"
LONGEST_WORDING = 1000
STATE_NAMES = {
    MilestoneState.PLANNED: ("계획", "planned"),
    MilestoneState.UNDER_WAY: ("진행 중", "under way"),
    MilestoneState.DONE: ("완료", "done"),
    MilestoneState.STOPPED: ("중단", "stopped"),
}


@transaction.atomic
def save_step(*, actor: Actor, now: datetime, code: str, step_id: int | None, entry: StepEntry) -> int:
    """Add a planned step, or change its name, dates or state; return its number.

    Raises BadInput where it has no name or date, ends before it starts, or the state isn't one.
    """
    require(actor, PERMISSION)
    plan = get_plan(code)
    name, starts_on, ends_on = _need(entry.name, "name"), entry.starts_on, entry.ends_on
    if entry.state not in set(MilestoneState):
        raise BadInput("briefing.state", "상태를 골라 주세요", "choose a state", field="state")
    if starts_on is None and ends_on is None:
        raise BadInput("briefing.dates", "시작이나 끝 날짜가 필요합니다", "it needs a date", field="ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        raise BadInput(
            "briefing.dates", "끝이 시작보다 빠릅니다", "it ends before it starts", field="ends_on"
        )
    if step_id is None:
        row = StepRow(plan=plan)
    else:
        row = get_part(StepRow, code, step_id)
    before = (row.name, row.period_text, row.state)
    if step_id is None or (row.starts_on, row.ends_on) != (starts_on, ends_on):
        row.period_text = write_period(starts_on, ends_on)
    row.name, row.starts_on, row.ends_on, row.state = name, starts_on, ends_on, entry.state
    row.source = entry.source or CONFIRMED
    row.entered_by, row.entered_at = actor.name, now
    row.save()
    ko, en = STATE_NAMES[MilestoneState(entry.state)]
    if step_id is None:
        said = (
            f"일정 더함: {name} ({row.period_text}, {ko})",
            f"step added: {name} ({row.period_text}, {en})",
        )
    else:
        was = STATE_NAMES[MilestoneState(before[2])]
        said = (
            f"일정 바꿈: {before[0]} ({before[1]}, {was[0]}) → {name} ({row.period_text}, {ko})",
            f"step changed: {before[0]} ({before[1]}, {was[1]}) → {name} ({row.period_text}, {en})",
        )
    _note(plan, actor, now, "step", said)
    return row.id


@transaction.atomic
def save_measure(
    *, actor: Actor, now: datetime, code: str, measure_id: int | None, entry: MeasureEntry
) -> int:
    """Add an indicator, or change its target and the live indicator beside it; return its number.

    Raises BadInput for a live indicator that no service declares.
    """
    require(actor, PERMISSION)
    plan = get_plan(code)
    name, unit, live = _need(entry.name, "name"), _need(entry.unit, "unit"), entry.live
    if entry.aim not in set(Aim):
        raise BadInput("briefing.aim", "바라는 방향을 골라 주세요", "choose which way is better", field="aim")
    known = find_live(actor)
    if live and known is not None and live not in known:
        raise BadInput("briefing.live", "그런 실시간 지표가 없습니다", "no such live indicator", field="live")
    if measure_id is None:
        row = MeasureRow(plan=plan, **_by(actor, now))
    else:
        row = get_part(MeasureRow, code, measure_id)
    row.name, row.unit, row.aim, row.live = name, unit, entry.aim, live
    row.target, row.target_on = _check(entry.target, "target"), entry.target_on
    row.save()
    ko, en = (
        "-" if row.target is None else f"{row.target}{word} {row.target_on or ''}".strip()
        for word in (unit, _name_unit(unit))
    )
    ko = f"지표 {name}: 목표 {ko}, 실시간 지표 {live or '-'}"
    en = f"indicator {name}: target {en}, live indicator {live or '-'}"
    _note(plan, actor, now, "indicator", (ko, en))
    return row.id


@transaction.atomic
def add_actual(
    *, actor: Actor, now: datetime, code: str, measure_id: int, as_of: date, value: Decimal, source: str
) -> None:
    """Add a value of an indicator on a day, with where it comes from."""
    require(actor, PERMISSION)
    plan, measure = get_plan(code), get_part(MeasureRow, code, measure_id)
    source = _need(source, "source")
    ActualRow.objects.create(
        plan=plan,
        measure=measure,
        as_of=_past(as_of, now),
        value=_check(value, "value"),
        source=source,
        **_by(actor, now),
    )
    where = read_pair(source)
    ko = f"실적 더함: {measure.name}: {value}{measure.unit} ({as_of}, {where.ko})"
    en = f"value added: {measure.name}: {value}{_name_unit(measure.unit)} ({as_of}, {where.en})"
    _note(plan, actor, now, "actual", (ko, en))


@transaction.atomic
def add_money(*, actor: Actor, now: datetime, code: str, entry: MoneyEntry) -> None:
    """Add a project's amounts on a day, in won.

    Raises BadInput where more is disbursed than committed, or committed than there is.
    """
    require(actor, PERMISSION)
    plan, name, source = get_plan(code), _need(entry.name, "name"), _need(entry.source, "source")
    amounts = {field: getattr(entry, field) for field in MONEY}
    for field, amount in amounts.items():
        if amount is not None and not 0 <= amount < 10**17:
            raise BadInput("briefing.amount", "0원 이상이어야 합니다", "not below 0", field=field)
    for field, whole in (("committed_krw", "current_budget_krw"), ("disbursed_krw", "committed_krw")):
        part, limit = amounts[field], amounts[whole]
        if part is not None and limit is not None and part > limit:
            raise BadInput(
                "briefing.amount", "쓸 수 있는 금액보다 많습니다", "more than there is to spend", field=field
            )
    day = _past(entry.as_of, now)
    MoneyRow.objects.create(plan=plan, name=name, as_of=day, source=source, **amounts, **_by(actor, now))
    spent = entry.committed_krw or 0
    ko = f"예산 집행 더함: {name} ({day}, {read_pair(source).ko}): 원인행위 {spent:,}원"
    en = f"money added: {name} ({day}, {read_pair(source).en}): committed {spent:,} won"
    _note(plan, actor, now, "money", (ko, en))


@transaction.atomic
def add_result(*, actor: Actor, now: datetime, code: str, as_of: date, text: str, source: str) -> None:
    """Add a sentence on what was achieved, with where it is known from."""
    require(actor, PERMISSION)
    plan, text, source = get_plan(code), _need(text, "text"), _need(source, "source")
    ResultRow.objects.create(plan=plan, as_of=_past(as_of, now), text=text, source=source, **_by(actor, now))
    _note(plan, actor, now, "result", (f"추진실적 더함: {text}", f"result added: {text}"))


@transaction.atomic
def save_risk(*, actor: Actor, now: datetime, code: str, risk_id: int | None, entry: RiskEntry) -> None:
    """Add a risk, or change what is done about it; a closed one stays in the list."""
    require(actor, PERMISSION)
    plan, name = get_plan(code), _need(entry.name, "name")
    if entry.level not in set(Severity):
        raise BadInput("briefing.level", "정도를 골라 주세요", "choose how severe", field="level")
    if risk_id is None:
        row = RiskRow(plan=plan, **_by(actor, now))
    else:
        row = get_part(RiskRow, code, risk_id)
    row.name, row.level, row.response, row.person = name, entry.level, entry.response, entry.person
    row.closed_at = (row.closed_at or now) if entry.is_closed else None
    row.save()
    ko, en = ("끝남", "closed") if entry.is_closed else ("열림", "open")
    _note(
        plan,
        actor,
        now,
        "risk",
        (f"위험 ({ko}): {name}. {row.response}", f"risk ({en}): {name}. {row.response}"),
    )


@transaction.atomic
def add_decision(
    *, actor: Actor, now: datetime, code: str, decided_on: date, text: str, decided_by: str, source: str
) -> None:
    """Add what was decided on a task, by whom, and where it is written down."""
    require(actor, PERMISSION)
    plan, text, decided_by = get_plan(code), _need(text, "text"), _need(decided_by, "decided_by")
    day = _past(decided_on, now)
    DecisionRow.objects.create(
        plan=plan, decided_on=day, text=text, decided_by=decided_by, source=source, **_by(actor, now)
    )
    _note(plan, actor, now, "decision", (f"결정: {text} ({decided_by})", f"decided: {text} ({decided_by})"))


@transaction.atomic
def set_owner(*, actor: Actor, now: datetime, code: str, owner: str) -> None:
    """Set which division answers for a task."""
    require(actor, PERMISSION)
    plan, owner = get_plan(code), _need(owner, "owner")
    before, plan.owner = plan.owner, owner
    plan.save(update_fields=["owner"])
    _note(
        plan, actor, now, "owner", (f"담당: {before or '-'} → {owner}", f"owner: {before or '-'} → {owner}")
    )


@transaction.atomic
def save_wording(*, actor: Actor, now: datetime, ko: str, en: str) -> None:
    """Keep what a Korean passage is in English; the English report says it from then on."""
    require(actor, PERMISSION)
    ko, en = _need(ko, "ko"), _need(en, "en")
    values = {"en": en, "entered_by": actor.name, "entered_at": now}
    row, _ = WordingRow.objects.update_or_create(ko=ko, defaults=values)
    record_audit(actor=actor, now=now, action="briefing.wording", subject=str(row.id), details={"en": en})


@transaction.atomic
def save_wordings(*, actor: Actor, now: datetime, pairs: Sequence[tuple[str, str]]) -> int:
    """Keep what Korean passages are in English; return how many there are. Raises BadInput for one too long."""
    require(actor, PERMISSION)
    for ko, en in pairs:
        if max(len(ko), len(en)) > LONGEST_WORDING:
            said = f"{ko[:40]}…"
            raise BadInput(
                "briefing.long_wording",
                f"{LONGEST_WORDING}자까지 적을 수 있습니다: {said}",
                f"at most {LONGEST_WORDING} characters: {said}",
                field="file",
            )
        values = {"en": _need(en, "en"), "entered_by": actor.name, "entered_at": now}
        WordingRow.objects.update_or_create(ko=_need(ko, "ko"), defaults=values)
    details = {"count": len(pairs)}
    record_audit(actor=actor, now=now, action="briefing.wordings", subject="wordings", details=details)
    return len(pairs)


def _need(text: str, field: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise BadInput("briefing.empty", "비워 둘 수 없습니다", "it can't be empty", field=field)
    return text


def _check(value: Decimal | None, field: str) -> Decimal | None:
    if value is not None and (not value.is_finite() or abs(value) >= 10**16):
        raise BadInput("briefing.number", "너무 큰 수입니다", "the number is too large", field=field)
    return value


def _past(day: date, now: datetime) -> date:
    if day > to_city_time(now).date():
        raise BadInput(
            "briefing.future", "아직 오지 않은 날입니다", "that day hasn't come yet", field="as_of"
        )
    return day


def _by(actor: Actor, now: datetime) -> dict[str, Any]:
    return {"entered_by": actor.name, "entered_at": now}


def _name_unit(unit: str) -> str:
    """Return a unit as English says it: Korean counting words are left out."""
    return "" if is_korean(unit) else unit


def _note(plan: PlanRow, actor: Actor, now: datetime, action: str, said: tuple[str, str]) -> None:
    """Keep a change in the task's history and in the audit log."""
    HistoryRow.objects.create(plan=plan, at=now, who=actor.name, what_ko=said[0], what_en=said[1])
    details = {"what": said[0]}
    record_audit(actor=actor, now=now, action=f"briefing.{action}", subject=plan.code, details=details)
