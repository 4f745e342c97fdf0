"""Forms: a module, a permit, a visit, a target."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from madang.core.base.interface import Actor, Text, to_city_time
from madang.core.base.interface import now as read_clock
from madang.core.pages.interface import FormPage, say_lazily
from madang.core.places.interface import list_districts
from madang.infrastructure.smart_poles.actions import (
    CHANGE,
    add_module,
    apply_permit,
    decide_permit,
    finish_visit,
    plan_visit,
    set_target,
)
from madang.infrastructure.smart_poles.records import (
    MODULE_NAMES,
    PERMIT_KINDS,
    PERMIT_NAMES,
    ModuleType,
    PermitState,
)

from .desk import DESK


def _date(ko: str, en: str, *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=say_lazily(ko, en), required=required, widget=forms.DateInput(attrs={"type": "date"})
    )


def _today(**_: Any) -> dict[str, Any]:
    today = to_city_time(read_clock()).date()
    return dict.fromkeys(("applied_on", "decided_on", "planned_on"), today) | {"year": today.year}


class ModuleForm(forms.Form):
    """A module to hang on a pole."""

    kind = forms.ChoiceField(
        label=say_lazily("장치", "Module"),
        choices=[(kind.value, say_lazily(name.ko, name.en)) for kind, name in MODULE_NAMES.items()],
    )
    rated_w = forms.FloatField(
        label=say_lazily("정격 전력 (W)", "Rated power (W)"), min_value=0, max_value=1e6
    )
    stream = forms.CharField(
        label=say_lazily("값을 보내는 시설물 번호", "Thing whose readings it sends"),
        max_length=64,
        required=False,
        help_text=say_lazily(
            "적어 두면 값이 끊길 때 이 장치의 이상으로 알립니다.",
            "Where named, silence is told as this module’s fault.",
        ),
    )


class PermitForm(forms.Form):
    """A permit that was applied for."""

    kind = forms.ChoiceField(
        label=say_lazily("허가", "Permit"),
        choices=[(kind, say_lazily(name.ko, name.en)) for kind, name in PERMIT_KINDS.items()],
    )
    authority = forms.CharField(label=say_lazily("허가 기관", "Authority"), max_length=100)
    applied_on = _date("신청일", "Applied on")
    note = forms.CharField(label=say_lazily("메모", "Note"), max_length=500, required=False)


class DecisionForm(forms.Form):
    """How a permit was decided."""

    state = forms.ChoiceField(
        label=say_lazily("결과", "Decision"),
        choices=[
            (one.value, say_lazily(PERMIT_NAMES[one].ko, PERMIT_NAMES[one].en))
            for one in (PermitState.GRANTED, PermitState.REFUSED)
        ],
    )
    decided_on = _date("결정일", "Decided on")
    expires_on = _date("만료일", "Expires on", required=False)


class VisitForm(forms.Form):
    """A visit to plan."""

    planned_on = _date("점검 예정일", "Planned on")
    what = forms.CharField(label=say_lazily("할 일", "What to do"), max_length=200)


class ResultForm(forms.Form):
    """What a visit came to."""

    result = forms.CharField(
        label=say_lazily("결과", "Result"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


def _target_form(_actor: Actor) -> type[forms.Form]:
    districts = [(one.code, say_lazily(one.name_ko, one.name_en)) for one in list_districts()]

    class TargetForm(forms.Form):
        """How many poles a district gets in a year."""

        year = forms.IntegerField(label=say_lazily("연도", "Year"), min_value=2000, max_value=2100)
        district_code = forms.ChoiceField(label=say_lazily("자치구", "District"), choices=districts)
        planned = forms.IntegerField(
            label=say_lazily("계획 본수", "Planned poles"), min_value=0, max_value=10_000
        )

    return TargetForm


def _add_module(*, actor: Actor, now: datetime, data: dict[str, Any], pole_id: str) -> str:
    kind = ModuleType(data.pop("kind"))
    add_module(actor=actor, now=now, pole_id=pole_id, kind=kind, **data)
    return f"{DESK}{pole_id}/"


def _apply(*, actor: Actor, now: datetime, data: dict[str, Any], pole_id: str) -> str:
    apply_permit(actor=actor, now=now, pole_id=pole_id, **data)
    return f"{DESK}{pole_id}/"


def _decide(*, actor: Actor, now: datetime, data: dict[str, Any], pole_id: str, permit_id: int) -> str:
    state = PermitState(data.pop("state"))
    decide_permit(actor=actor, now=now, permit_id=permit_id, state=state, **data)
    return f"{DESK}{pole_id}/"


def _plan(*, actor: Actor, now: datetime, data: dict[str, Any], pole_id: str) -> str:
    plan_visit(actor=actor, now=now, pole_id=pole_id, **data)
    return f"{DESK}{pole_id}/"


def _finish(*, actor: Actor, now: datetime, data: dict[str, Any], pole_id: str, visit_id: int) -> str:
    finish_visit(actor=actor, now=now, visit_id=visit_id, **data)
    return f"{DESK}{pole_id}/"


def _set_target(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    set_target(actor=actor, now=now, **data)
    return f"{DESK}programme/"


def _form(ko: str, en: str, form: Any, run: Any, permission: str = CHANGE) -> FormPage:
    return FormPage(
        title=Text(ko=ko, en=en),
        permission=permission,
        form=form,
        run=run,
        initial=_today,
        back=f"{DESK}programme/",
    )


ADD_MODULE = _form("장치 얹기", "Hang a module", ModuleForm, _add_module)
APPLY_PERMIT = _form("허가 신청 적기", "Note a permit", PermitForm, _apply)
DECIDE_PERMIT = _form("허가 결과 적기", "Note a decision", DecisionForm, _decide)
PLAN_VISIT = _form("점검 잡기", "Plan a visit", VisitForm, _plan)
FINISH_VISIT = _form("점검 결과 적기", "Note a visit’s result", ResultForm, _finish)
SET_TARGET = _form("구축 목표 정하기", "Set a target", _target_form, _set_target, "smart_poles.plan")
