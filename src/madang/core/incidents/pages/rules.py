"""Assignment rules and mutes on the desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django import forms

from madang.core.base.interface import Actor, ColumnType, MadangError, Severity, Text, now, read_pair
from madang.core.incidents.actions import delete_rule, mute_kind, save_rule, unmute_kind
from madang.core.incidents.queries import get_rule, list_mutes, list_rules
from madang.core.incidents.records import Mute, Rule, Step
from madang.core.incidents.wording import (
    say_agencies,
    say_code,
    say_districts,
    say_kind,
    say_kinds,
    say_roles,
    say_severities,
)
from madang.core.pages.interface import FormPage, ListAction, ListColumn, ListPage, say_lazily
from madang.core.people.interface import require

from .forms import build, choose, write
from .waiting import HOME

RULES, MUTES = f"{HOME}rules/", f"{HOME}mutes/"
CHANGE = "incidents.change_rules"
STEPS = (1, 2, 3)
EVERYTHING = Text(ko="모두", en="everything")
WEEKDAYS = {
    str(day): Text(ko=ko, en=en)
    for day, (ko, en) in enumerate(
        zip("월화수목금토일", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True)
    )
}


def _query_rules(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Any], int]:
    del search, filters, sort
    require(actor, CHANGE)
    rules, agencies = list_rules(), say_agencies()
    return [_to_rule_row(rule, agencies) for rule in rules[offset : offset + limit]], len(rules)


def _to_rule_row(rule: Rule, agencies: dict[str, Text]) -> dict[str, Any]:
    kinds = [say_kind(kind) for kind in rule.kinds] or [EVERYTHING]
    agency = say_code(agencies, rule.assign_agency_code) or Text(
        ko="발견한 기관", en="the finding’s own agency"
    )
    role = say_code(say_roles(), rule.assign_role)
    return {
        "id": rule.id,
        "name": read_pair(rule.name),
        "position": rule.position,
        "kinds": Text(ko=", ".join(one.ko for one in kinds), en=", ".join(one.en for one in kinds)),
        "severity": rule.min_severity,
        "to": Text(ko=f"{agency.ko} {role.ko}", en=f"{role.en}, {agency.en}") if role else agency,
        "acknowledge": rule.acknowledge_within_s and rule.acknowledge_within_s / 60,
        "close": rule.close_within_s and rule.close_within_s / 60,
        "is_active": rule.is_active,
    }


def _column(name: str, ko: str, en: str, **more: Any) -> ListColumn:
    return ListColumn(name=name, title=Text(ko=ko, en=en), sortable=False, **more)


def _delete_rules(*, actor: Actor, now: datetime, ids: list[str]) -> Text:
    for rule_id in ids:
        delete_rule(actor=actor, now=now, rule_id=int(rule_id))
    return Text(ko=f"규칙 {len(ids)}개를 지웠습니다.", en=f"{len(ids)} rules deleted.")


RULE_LIST = ListPage(
    title=Text(ko="배정 규칙", en="Assignment rules"),
    permission=CHANGE,
    about=Text(
        ko="위에서부터 처음 맞는 규칙 하나가 상황의 담당과 기한을 정합니다.",
        en="From the top, the first rule that fits decides who gets an incident and how fast.",
    ),
    columns=(
        _column("name", "규칙", "Rule", href=lambda row: f"{RULES}{row['id']}/"),
        _column("position", "차례", "Order", type=ColumnType.INTEGER),
        _column("kinds", "종류", "Kinds"),
        _column("severity", "심각도 이상", "Severity at least"),
        _column("to", "담당", "Goes to"),
        _column("acknowledge", "확인 기한 (분)", "Acknowledge within (min)", type=ColumnType.NUMBER),
        _column("close", "종결 기한 (분)", "Close within (min)", type=ColumnType.NUMBER),
        _column("is_active", "사용", "In use", type=ColumnType.BOOLEAN),
    ),
    query=_query_rules,
    actions=(
        ListAction(
            name="delete",
            title=Text(ko="지우기", en="Delete"),
            permission=CHANGE,
            consequence=Text(
                ko="규칙 {count}개를 지웁니다. 이미 열린 상황의 기한은 그대로입니다.",
                en="{count} rules are deleted. Open incidents keep the clocks they have.",
            ),
            run=_delete_rules,
            is_destructive=True,
        ),
    ),
    searchable=False,
    empty=Text(
        ko="규칙이 없으면 상황은 발견한 기관에 기한 없이 갑니다.",
        en="Without rules an incident goes to the finding’s own agency, without clocks.",
    ),
    create=(f"{RULES}new/", Text(ko="규칙 만들기", en="Make a rule"), CHANGE),
)


def choose_many(ko: str, en: str, names: dict[str, Text]) -> forms.MultipleChoiceField:
    """Return a select of many codes; none chosen means all."""
    return forms.MultipleChoiceField(
        label=say_lazily(f"{ko} (고르지 않으면 모두)", f"{en} (none chosen: all)"),
        choices=[(code, say_lazily(name.ko, name.en)) for code, name in names.items()],
        required=False,
    )


def count(ko: str, en: str, low: int = 1, high: int = 100_000, **more: Any) -> forms.IntegerField:
    """Return a field for a whole number."""
    return forms.IntegerField(
        label=say_lazily(ko, en), min_value=low, max_value=high, required=more.pop("required", False), **more
    )


def _rule_form(_actor: Actor, **_address: Any) -> type[forms.Form]:
    agencies, roles = say_agencies(), say_roles()
    fields: dict[str, forms.Field] = {
        "name": forms.CharField(label=say_lazily("이름", "Name"), max_length=100),
        "position": count("차례 (작은 것부터)", "Order (smallest first)", 0, initial=100, required=True),
        "is_active": forms.BooleanField(label=say_lazily("사용", "In use"), required=False, initial=True),
        "kinds": choose_many("종류", "Kinds", say_kinds()),
        "min_severity": choose("심각도 이상", "Severity at least", say_severities(), required=True),
        "agency_codes": choose_many("발견한 기관", "Found by agency", agencies),
        "district_codes": choose_many("자치구", "Districts", say_districts()),
        "weekdays": choose_many("요일", "Weekdays", WEEKDAYS),
        "from_hour": count("몇 시부터", "From hour", 0, 24),
        "until_hour": count("몇 시까지", "Until hour", 0, 24),
        "assign_agency_code": choose("담당 기관", "Goes to agency", agencies),
        "assign_role": choose("담당 역할", "Goes to role", roles),
        "acknowledge_min": count("확인 기한 (분)", "Acknowledge within (minutes)"),
        "close_min": count("종결 기한 (분)", "Close within (minutes)"),
    }
    for step in STEPS:
        said = f"상위 보고 {step}단계", f"Escalation step {step}"
        fields[f"after_min_{step}"] = count(f"{said[0]}: 몇 분 뒤", f"{said[1]}: after minutes")
        fields[f"agency_{step}"] = choose(f"{said[0]}: 기관", f"{said[1]}: agency", agencies)
        fields[f"role_{step}"] = choose(f"{said[0]}: 역할", f"{said[1]}: role", roles)
    fields["reopen_min"] = count("종결 뒤 다시 열리는 시간 (분)", "Reopened within (minutes)", 0, initial=60)
    fields["close_when_cleared"] = forms.BooleanField(
        label=say_lazily("원인이 해소되면 스스로 종결", "Close by itself when cleared"), required=False
    )
    fields["join_m"] = count(
        "몇 m 안의 열린 상황과 하나로 (비우면 합치지 않음)",
        "Joins an open one within metres (empty: none)",
        1,
        5000,
    )
    fields["join_min"] = count("몇 분 안의 것과", "Seen within minutes", 1, 1440, initial=10)
    return build(**fields)


def _read_rule(data: dict[str, Any], rule_id: int) -> Rule:
    hours = (data["from_hour"], data["until_hour"])
    steps = [
        Step(after_s=data[f"after_min_{n}"] * 60, agency_code=data[f"agency_{n}"], role=data[f"role_{n}"])
        for n in STEPS
        if data[f"after_min_{n}"]
    ]
    return Rule(
        id=rule_id,
        hours=None if None in hours else hours,
        kinds=tuple(data["kinds"]),
        agency_codes=tuple(data["agency_codes"]),
        district_codes=tuple(data["district_codes"]),
        weekdays=tuple(map(int, data["weekdays"])),
        min_severity=Severity(data["min_severity"]),
        acknowledge_within_s=data["acknowledge_min"] and data["acknowledge_min"] * 60,
        close_within_s=data["close_min"] and data["close_min"] * 60,
        escalate_to=tuple(steps),
        reopen_within_s=(data["reopen_min"] or 0) * 60,
        join_within_m=data["join_m"],
        join_within_s=(data["join_min"] or 10) * 60,
        **{name: data[name] for name in ("name", "position", "is_active", "close_when_cleared")},
        **{name: data[name] for name in ("assign_agency_code", "assign_role")},
    )


def _save_rule(*, actor: Actor, now: datetime, data: dict[str, Any], rule_id: int = 0) -> str:
    save_rule(actor=actor, now=now, rule=_read_rule(data, rule_id))
    return RULES


def _fill_rule(*, actor: Actor, rule_id: int = 0) -> dict[str, Any]:
    require(actor, CHANGE)
    if not rule_id:
        return {}
    rule = get_rule(rule_id)
    names = ("name", "position", "is_active", "kinds", "agency_codes", "district_codes", "close_when_cleared")
    values: dict[str, Any] = {name: getattr(rule, name) for name in names}
    values |= {"assign_agency_code": rule.assign_agency_code, "assign_role": rule.assign_role}
    values |= {"min_severity": rule.min_severity.value, "weekdays": list(map(str, rule.weekdays))}
    values["from_hour"], values["until_hour"] = rule.hours or (None, None)
    values["acknowledge_min"] = rule.acknowledge_within_s and rule.acknowledge_within_s // 60
    values["close_min"] = rule.close_within_s and rule.close_within_s // 60
    values["reopen_min"] = rule.reopen_within_s // 60
    values["join_m"], values["join_min"] = (
        rule.join_within_m and int(rule.join_within_m),
        rule.join_within_s // 60,
    )
    for number, step in enumerate(rule.escalate_to[: len(STEPS)], start=1):
        values[f"after_min_{number}"] = step.after_s // 60
        values[f"agency_{number}"], values[f"role_{number}"] = step.agency_code, step.role
    return values


RULE_FORM = FormPage(
    title=Text(ko="배정 규칙 고치기", en="Change an assignment rule"),
    permission=CHANGE,
    form=_rule_form,
    run=_save_rule,
    initial=_fill_rule,
    is_undoable=True,
    has_history=True,
    about=Text(
        ko="시간은 도시의 시간이며 자정을 넘길 수 있습니다 (22시부터 6시까지).",
        en="Hours are the city’s and may cross midnight (from 22 until 6).",
    ),
    consequence=Text(
        ko="새로 접수되는 상황부터 적용됩니다. 이미 열린 상황의 기한은 그대로입니다.",
        en="It applies to incidents that arrive from now on; open ones keep the clocks they have.",
    ),
    back=RULES,
)
NEW_RULE_FORM = msgspec.structs.replace(
    RULE_FORM, title=Text(ko="배정 규칙 더하기", en="Add an assignment rule")
)


def _query_mutes(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Any], int]:
    del search, filters, sort
    require(actor, "incidents.mute")
    mutes = list_mutes(now=now())
    return [_to_mute_row(mute) for mute in mutes[offset : offset + limit]], len(mutes)


def _to_mute_row(mute: Mute) -> dict[str, Any]:
    return {
        "id": mute.id,
        "kind": say_kind(mute.kind),
        "thing_id": mute.thing_id or None,
        "reason": mute.reason,
        "until": mute.until,
        "actor_name": read_pair(mute.actor_name),
        "suppressed": mute.suppressed,
    }


def _unmute(*, actor: Actor, now: datetime, ids: list[str]) -> Text:
    ended = 0
    for mute_id in ids:
        try:
            unmute_kind(actor=actor, now=now, mute_id=int(mute_id))
            ended += 1
        except MadangError:  # over already: nothing to do
            continue
    return Text(ko=f"멈춤 {ended}건을 끝냈습니다.", en=f"{ended} mutes ended.")


MUTE_LIST = ListPage(
    title=Text(ko="알림 멈춤", en="Mutes"),
    permission="incidents.mute",
    about=Text(
        ko="공사처럼 까닭이 있는 동안 새 상황을 열지 않습니다. 막은 횟수는 세어 둡니다.",
        en="While there is a reason, such as works, no new incidents are opened; what is kept out is counted.",
    ),
    columns=(
        _column("kind", "종류", "Kind"),
        _column("thing_id", "시설물", "Thing"),
        _column("reason", "까닭", "Why"),
        _column("until", "언제까지", "Until", type=ColumnType.TIME),
        _column("actor_name", "누가", "Who"),
        _column("suppressed", "막은 횟수", "Kept out", type=ColumnType.INTEGER),
    ),
    query=_query_mutes,
    actions=(
        ListAction(
            name="end",
            title=Text(ko="멈춤 끝내기", en="End"),
            permission="incidents.mute",
            consequence=Text(
                ko="멈춤 {count}건을 끝냅니다. 다음 발견부터 상황이 열립니다.",
                en="{count} mutes end; the next finding opens an incident.",
            ),
            run=_unmute,
        ),
    ),
    searchable=False,
    empty=Text(ko="지금 멈춘 알림이 없습니다.", en="Nothing is muted now."),
    create=(f"{MUTES}new/", Text(ko="알림 멈추기", en="Mute a kind"), "incidents.mute"),
)


def _mute_form(_actor: Actor, **_address: Any) -> type[forms.Form]:
    return build(
        kind=choose("종류", "Kind", say_kinds(), required=True),
        thing_id=forms.CharField(
            label=say_lazily("시설물 번호 (하나만일 때)", "Thing (where only one)"),
            max_length=64,
            required=False,
        ),
        hours=count("몇 시간 동안", "For how many hours", 1, 720, required=True),
        reason=write("까닭", "Why", required=True),
    )


def _mute(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    until = now + timedelta(hours=data["hours"])
    mute_kind(
        actor=actor, now=now, kind=data["kind"], reason=data["reason"], until=until, thing_id=data["thing_id"]
    )
    return MUTES


MUTE_FORM = FormPage(
    title=Text(ko="알림 멈추기", en="Mute a kind"),
    permission="incidents.mute",
    form=_mute_form,
    run=_mute,
    back=MUTES,
)
