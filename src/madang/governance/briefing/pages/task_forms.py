"""Forms by which staff keep a task up to date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms

from madang.core.base.interface import Actor, Aim, Text
from madang.core.pages.interface import FormPage, say_lazily
from madang.core.people.interface import require
from madang.governance.briefing.actions import living
from madang.governance.briefing.actions.reports import PERMISSION
from madang.governance.briefing.models import MeasureRow, RiskRow, StepRow
from madang.governance.briefing.queries.living import find_live, get_part, get_plan, list_money, list_owners
from madang.governance.briefing.records import (
    MeasureEntry,
    MilestoneState,
    MoneyEntry,
    RiskEntry,
    StepEntry,
)

from .strategy import ADDRESS, LEVELS

AIMS = (
    (Aim.NONE, say_lazily("정하지 않음", "Not set")),
    (Aim.HIGHER, say_lazily("클수록 좋음", "Higher is better")),
    (Aim.LOWER, say_lazily("작을수록 좋음", "Lower is better")),
)
KEPT = Text(
    ko="바꾼 것은 이름과 함께 이력에 남고, 다음에 쓰는 보고서에 출처와 함께 들어갑니다.",
    en="A change stays in the history with your name, and goes into the next report with its source.",
)


def _day(ko: str, en: str, *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=say_lazily(ko, en), required=required, widget=forms.DateInput(attrs={"type": "date"})
    )


def _words(ko: str, en: str, *, required: bool = True, most: int = 300) -> forms.CharField:
    return forms.CharField(label=say_lazily(ko, en), required=required, max_length=most)


def _source() -> forms.CharField:
    return forms.CharField(
        label=say_lazily("출처", "Source"),
        max_length=300,
        help_text=say_lazily(
            "문서 번호, 시스템, 회의처럼 확인할 수 있는 것", "A document, system or meeting"
        ),
    )


class StepForm(forms.Form):
    """A planned step."""

    name = _words("할 일", "What")
    starts_on = _day("시작", "From", required=False)
    ends_on = _day("끝", "To", required=False)
    state = forms.ChoiceField(
        label=say_lazily("상태", "State"),
        choices=[(one.value, say_lazily(*living.STATE_NAMES[one])) for one in MilestoneState],
    )
    source = _words("출처", "Source", required=False)


class ActualForm(forms.Form):
    """A value of an indicator."""

    as_of = _day("기준일", "As of")
    value = forms.DecimalField(label=say_lazily("값", "Value"), max_digits=19, decimal_places=3)
    source = _source()


class ResultForm(forms.Form):
    """What was achieved."""

    as_of = _day("기준일", "As of")
    text = forms.CharField(
        label=say_lazily("추진실적", "Result"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    source = _source()


class RiskForm(forms.Form):
    """A risk."""

    name = _words("위험", "Risk")
    level = forms.ChoiceField(
        label=say_lazily("정도", "Level"),
        choices=[(name, say_lazily(one.ko, one.en)) for name, one in LEVELS.items()],
    )
    response = forms.CharField(
        label=say_lazily("대응", "Response"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    person = _words("맡은 사람", "Who", required=False, most=100)
    is_closed = forms.BooleanField(label=say_lazily("끝난 위험", "It is over"), required=False)


class DecisionForm(forms.Form):
    """A decision."""

    decided_on = _day("결정한 날", "Decided on")
    text = forms.CharField(
        label=say_lazily("결정", "Decision"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    decided_by = _words("결정한 사람·회의", "Decided by", most=100)
    source = _source()


def _build_owner(actor: Actor, *, code: str) -> type[forms.Form]:
    require(actor, PERMISSION)
    plan = get_plan(code)
    names = list_owners()
    if plan.owner and plan.owner not in names:
        names.append(plan.owner)
    field = forms.CharField(
        label=say_lazily("담당 부서", "Division"),
        max_length=100,
        help_text=say_lazily("지금까지 쓴 이름: " + ", ".join(names), "Names so far: " + ", ".join(names)),
    )
    return type("OwnerForm", (forms.Form,), {"owner": field})


def _build_measure(actor: Actor, *, code: str, measure_id: int | None = None) -> type[forms.Form]:
    """Return the form with the indicators that services publish to choose from."""
    require(actor, PERMISSION)
    del code, measure_id
    lived = find_live(actor) or {}
    choices: list[tuple[str, Any]] = [("", say_lazily("없음", "None"))]
    choices += [
        (
            name,
            say_lazily(
                f"{one.indicator.title.ko} ({one.indicator.source.ko})",
                f"{one.indicator.title.en} ({one.indicator.source.en})",
            ),
        )
        for name, one in lived.items()
    ]
    fields = {
        "name": _words("지표", "Indicator"),
        "unit": _words("단위", "Unit", most=20),
        "target": forms.DecimalField(
            label=say_lazily("목표", "Target"), max_digits=19, decimal_places=3, required=False
        ),
        "target_on": _day("목표일", "Target day", required=False),
        "aim": forms.ChoiceField(label=say_lazily("바라는 방향", "Which way is better"), choices=AIMS),
        "live": forms.ChoiceField(
            label=say_lazily("나란히 볼 실시간 지표", "Live indicator beside it"),
            choices=choices,
            required=False,
        ),
    }
    return type("MeasureForm", (forms.Form,), fields)


def _build_money(actor: Actor, *, code: str) -> type[forms.Form]:
    require(actor, PERMISSION)
    names = [one.name for one in list_money(code)]
    amounts = {
        field: forms.IntegerField(label=say_lazily(f"{ko} (원)", f"{en} (won)"), min_value=0, required=False)
        for field, ko, en in (
            ("current_budget_krw", "예산현액", "Current budget"),
            ("committed_krw", "원인행위액", "Committed"),
            ("disbursed_krw", "지출액", "Disbursed"),
            ("forecast_krw", "연말 예상액", "Year-end forecast"),
        )
    }
    fields = {
        "name": forms.ChoiceField(
            label=say_lazily("사업", "Project"), choices=[(name, name) for name in names]
        )
        if names
        else _words("사업", "Project"),
        "as_of": _day("기준일", "As of"),
        **amounts,
        "source": _source(),
    }
    return type("MoneyForm", (forms.Form,), fields)


Run = Callable[..., str]


def _build(title: Text, form: Any, run: Run, initial: Any = None) -> FormPage:
    return FormPage(
        title=title, permission=PERMISSION, form=form, run=run, initial=initial, about=KEPT, back=ADDRESS
    )


def _save_step(
    *, actor: Actor, now: datetime, data: dict[str, Any], code: str, step_id: int | None = None
) -> str:
    living.save_step(actor=actor, now=now, code=code, step_id=step_id, entry=StepEntry(**data))
    return f"{ADDRESS}{code}/#steps"


def _fill_step(*, actor: Actor, code: str, step_id: int | None = None) -> dict[str, Any]:
    require(actor, PERMISSION)
    if step_id is None:
        return {}
    row = get_part(StepRow, code, step_id)
    return {name: getattr(row, name) for name in ("name", "starts_on", "ends_on", "state")}


def _save_measure(
    *, actor: Actor, now: datetime, data: dict[str, Any], code: str, measure_id: int | None = None
) -> str:
    living.save_measure(actor=actor, now=now, code=code, measure_id=measure_id, entry=MeasureEntry(**data))
    return f"{ADDRESS}{code}/#indicators"


def _fill_measure(*, actor: Actor, code: str, measure_id: int | None = None) -> dict[str, Any]:
    require(actor, PERMISSION)
    if measure_id is None:
        return {}
    row = get_part(MeasureRow, code, measure_id)
    return {name: getattr(row, name) for name in ("name", "unit", "target", "target_on", "aim", "live")}


def _add_actual(*, actor: Actor, now: datetime, data: dict[str, Any], code: str, measure_id: int) -> str:
    living.add_actual(actor=actor, now=now, code=code, measure_id=measure_id, **data)
    return f"{ADDRESS}{code}/indicators/{measure_id}/"


def _fill_actual(*, actor: Actor, code: str, measure_id: int) -> dict[str, Any]:
    require(actor, PERMISSION)
    get_part(MeasureRow, code, measure_id)
    return {}


def _fill_nothing(*, actor: Actor, code: str) -> dict[str, Any]:
    require(actor, PERMISSION)
    get_plan(code)
    return {}


def _add_money(*, actor: Actor, now: datetime, data: dict[str, Any], code: str) -> str:
    living.add_money(actor=actor, now=now, code=code, entry=MoneyEntry(**data))
    return f"{ADDRESS}{code}/#money"


def _add_result(*, actor: Actor, now: datetime, data: dict[str, Any], code: str) -> str:
    living.add_result(actor=actor, now=now, code=code, **data)
    return f"{ADDRESS}{code}/#results"


def _save_risk(
    *, actor: Actor, now: datetime, data: dict[str, Any], code: str, risk_id: int | None = None
) -> str:
    living.save_risk(actor=actor, now=now, code=code, risk_id=risk_id, entry=RiskEntry(**data))
    return f"{ADDRESS}{code}/#risks"


def _fill_risk(*, actor: Actor, code: str, risk_id: int | None = None) -> dict[str, Any]:
    require(actor, PERMISSION)
    if risk_id is None:
        return {}
    row = get_part(RiskRow, code, risk_id)
    values = {name: getattr(row, name) for name in ("name", "level", "response", "person")}
    return {**values, "is_closed": row.closed_at is not None}


def _add_decision(*, actor: Actor, now: datetime, data: dict[str, Any], code: str) -> str:
    living.add_decision(actor=actor, now=now, code=code, **data)
    return f"{ADDRESS}{code}/#decisions"


def _set_owner(*, actor: Actor, now: datetime, data: dict[str, Any], code: str) -> str:
    living.set_owner(actor=actor, now=now, code=code, owner=data["owner"])
    return f"{ADDRESS}{code}/"


def _fill_owner(*, actor: Actor, code: str) -> dict[str, Any]:
    require(actor, PERMISSION)
    return {"owner": get_plan(code).owner}


STEP = _build(Text(ko="일정", en="Step"), StepForm, _save_step, _fill_step)
MEASURE = _build(Text(ko="지표", en="Indicator"), _build_measure, _save_measure, _fill_measure)
ACTUAL = _build(Text(ko="실적 값 더하기", en="Add a value"), ActualForm, _add_actual, _fill_actual)
MONEY = _build(Text(ko="예산 집행 더하기", en="Add amounts"), _build_money, _add_money, _fill_nothing)
RESULT = _build(Text(ko="추진실적 더하기", en="Add a result"), ResultForm, _add_result, _fill_nothing)
RISK = _build(Text(ko="위험", en="Risk"), RiskForm, _save_risk, _fill_risk)
DECISION = _build(Text(ko="결정 더하기", en="Add a decision"), DecisionForm, _add_decision, _fill_nothing)
OWNER = _build(Text(ko="담당 부서 정하기", en="Set the division"), _build_owner, _set_owner, _fill_owner)
