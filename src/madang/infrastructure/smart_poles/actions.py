"""Every change of this service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec
import numpy as np
from django.db import transaction

from madang.core.base.interface import HOUSE, Actor, BadInput, Finding, NotFound, Severity, Text, to_city_time
from madang.core.incidents.interface import Incident, IncidentFilter, list_incidents, open_or_update
from madang.core.people.interface import record_audit, require
from madang.core.places.interface import list_districts, locate_points
from madang.core.things.interface import read_table, register_thing

from . import models
from .methods.faults import find_fault
from .methods.importing import read_feeders, read_sites
from .methods.power import find_room_w
from .queries import MOST, forget, get_pole, list_conditions, list_feeders, list_poles
from .records import (
    MODULE_KIND,
    MODULE_NAMES,
    PERMIT_KINDS,
    Condition,
    Feeder,
    ImportKind,
    Module,
    ModuleType,
    PermitState,
    Pole,
    Site,
    name_module,
)

CHANGE = "smart_poles.change"
FAULT_KIND = "pole_module_fault"


def save_feeders(*, actor: Actor, now: datetime, feeders: Sequence[Feeder]) -> int:
    """Write feeders; one with a known code takes the place of what was there."""
    require(actor, CHANGE)
    for feeder in feeders:
        if feeder.capacity_w <= 0:
            raise BadInput(
                "smart_poles.capacity",
                f"{feeder.code}의 용량은 0보다 커야 합니다",
                f"the capacity of {feeder.code} must be above 0",
                field="capacity_w",
            )
    with transaction.atomic():
        models.FeederRow.objects.bulk_create(
            [models.FeederRow(code=one.code, name=one.name, capacity_w=one.capacity_w) for one in feeders],
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["name", "capacity_w"],
        )
        subject = feeders[0].code if len(feeders) == 1 else f"{len(feeders)}"
        record_audit(actor=actor, now=now, action="smart_poles.save_feeders", subject=subject)
    return len(feeders)


def set_target(*, actor: Actor, now: datetime, year: int, district_code: str, planned: int) -> None:
    """Write how many poles a district is planned to get in a year; 0 takes the target back."""
    require(actor, "smart_poles.plan")
    if not 2000 <= year <= 2100 or not 0 <= planned <= 10_000:
        raise BadInput(
            "smart_poles.target", "연도나 본수가 잘못되었습니다", "a wrong year or number", field="planned"
        )
    with transaction.atomic():
        rows = models.TargetRow.objects.filter(year=year, district_code=district_code)
        if planned:
            models.TargetRow.objects.update_or_create(
                year=year, district_code=district_code, defaults={"planned": planned}
            )
        else:
            rows.delete()
        details = {"planned": planned}
        subject = f"{year} {district_code}"
        record_audit(actor=actor, now=now, action="smart_poles.set_target", subject=subject, details=details)


def add_module(
    *, actor: Actor, now: datetime, pole_id: str, kind: ModuleType, rated_w: float, stream: str = ""
) -> str:
    """Hang a module on a pole and return its id; refused where the pole's or the feeder's power doesn't allow it."""
    pole = get_pole(pole_id)
    require(actor, CHANGE, pole.agency_code)
    if not 0 <= rated_w <= 1e6:
        raise BadInput(
            "smart_poles.rated", "정격 전력이 잘못되었습니다", "a wrong rated power", field="rated_w"
        )
    with transaction.atomic():
        # Two who hang a module at once must not both take the last watts.
        models.FeederRow.objects.select_for_update().filter(code=pole.feeder).first()
        forget()
        pole = get_pole(pole_id)
        neighbours = [one for one in list_poles() if one.feeder == pole.feeder]
        room = find_room_w(pole, list_feeders().get(pole.feeder), neighbours, kind)
        if rated_w > room:
            raise BadInput(
                "smart_poles.power",
                f"전력이 모자랍니다. 이 폴에는 정격 {room:,.0f} W까지 달 수 있습니다.",
                f"not enough power: at most {room:,.0f} W rated can be hung on this pole",
                field="rated_w",
            )
        module_id = _next_id(pole)
        attributes = {"type": kind.value, "rated_w": rated_w, **({"stream": stream} if stream else {})}
        values = {
            "kind": MODULE_KIND,
            "name": name_module(pole.title, kind),
            "agency_code": pole.agency_code,
            "lon": pole.lon,
            "lat": pole.lat,
            "state": "installed",
            "parent_id": pole_id,
            "attributes": attributes,
        }
        register_thing(actor=actor, now=now, thing_id=module_id, values=values)
    forget()
    return module_id


def apply_permit(
    *, actor: Actor, now: datetime, pole_id: str, kind: str, authority: str, applied_on: date, note: str = ""
) -> int:
    """Note that a permit was applied for, and return its number."""
    pole = get_pole(pole_id)
    require(actor, CHANGE, pole.agency_code)
    if kind not in PERMIT_KINDS:
        raise BadInput("smart_poles.permit", "모르는 허가입니다", "an unknown permit", field="kind")
    with transaction.atomic():
        row = models.PermitRow.objects.create(
            pole_id=pole_id,
            kind=kind,
            authority=authority,
            state=PermitState.APPLIED.value,
            applied_on=applied_on,
            note=note,
        )
        record_audit(actor=actor, now=now, action="smart_poles.apply_permit", subject=f"{pole_id} {kind}")
    return row.pk


def decide_permit(
    *,
    actor: Actor,
    now: datetime,
    permit_id: int,
    state: PermitState,
    decided_on: date,
    expires_on: date | None,
) -> None:
    """Note how a permit was decided."""
    with transaction.atomic():
        row = models.PermitRow.objects.select_for_update().filter(pk=permit_id).first()
        if row is None:
            raise NotFound("smart_poles.permit", "허가가 없습니다", "there is no such permit")
        require(actor, CHANGE, get_pole(row.pole_id).agency_code)
        if decided_on < row.applied_on or (expires_on is not None and expires_on <= decided_on):
            raise BadInput(
                "smart_poles.dates",
                "신청, 결정, 만료의 날짜 순서가 맞지 않습니다",
                "applied, decided and expiry are not in this order",
                field="decided_on",
            )
        row.state, row.decided_on, row.expires_on = state.value, decided_on, expires_on
        row.save()
        record_audit(
            actor=actor,
            now=now,
            action="smart_poles.decide_permit",
            subject=f"{row.pole_id} {row.kind}",
            details={"state": state.value},
        )


def plan_visit(*, actor: Actor, now: datetime, pole_id: str, planned_on: date, what: str) -> int:
    """Plan a visit and return its number."""
    require(actor, CHANGE, get_pole(pole_id).agency_code)
    with transaction.atomic():
        row = models.VisitRow.objects.create(pole_id=pole_id, planned_on=planned_on, what=what)
        record_audit(actor=actor, now=now, action="smart_poles.plan_visit", subject=pole_id)
    return row.pk


def finish_visit(*, actor: Actor, now: datetime, visit_id: int, result: str) -> None:
    """Note what a visit came to; a visit is done once."""
    with transaction.atomic():
        row = models.VisitRow.objects.select_for_update().filter(pk=visit_id).first()
        if row is None:
            raise NotFound("smart_poles.visit", "점검이 없습니다", "there is no such visit")
        require(actor, CHANGE, get_pole(row.pole_id).agency_code)
        if row.done_on is not None:
            raise BadInput("smart_poles.visit_done", "이미 끝난 점검입니다", "this visit is done already")
        row.done_on, row.result, row.done_by = to_city_time(now).date(), result, actor.name
        row.save()
        record_audit(actor=actor, now=now, action="smart_poles.finish_visit", subject=row.pole_id)


def save_sites(*, actor: Actor, now: datetime, sites: Sequence[Site]) -> int:
    """Write candidate junctions; one with a known code takes the place of what was there."""
    require(actor, "smart_poles.plan")
    for site in sites:
        if site.cost <= 0 or not (-180 <= site.lon <= 180 and -90 <= site.lat <= 90):
            raise BadInput(
                "smart_poles.site",
                f"후보지 {site.code}의 비용이나 위치가 잘못되었습니다",
                f"site {site.code} has a wrong cost or place",
            )
    names = [name for name in Site.__struct_fields__ if name != "code"]
    with transaction.atomic():
        models.SiteRow.objects.bulk_create(
            [
                models.SiteRow(**{name: getattr(one, name) for name in Site.__struct_fields__})
                for one in sites
            ],
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=names,
        )
        record_audit(actor=actor, now=now, action="smart_poles.save_sites", subject=f"{len(sites)}")
    return len(sites)


def bring_file(*, actor: Actor, now: datetime, kind: ImportKind, file_name: str, raw: bytes) -> int:
    """Take the feeders or candidate sites of a file (CSV, TSV, workbook); what can't be taken is kept with its reason.

    Return the number of the import. A known code takes the place of what was there. Raises BadInput for what is no table.
    """
    permission = CHANGE if kind is ImportKind.FEEDERS else "smart_poles.plan"
    require(actor, permission)
    table = read_table(raw, file_name)
    if kind is ImportKind.FEEDERS:
        taken, rejected = read_feeders(table)
    else:
        taken, rejected = read_sites(table, file_name[:200], _find_districts)
    with transaction.atomic():
        if kind is ImportKind.FEEDERS:
            save_feeders(actor=actor, now=now, feeders=taken)
        else:
            save_sites(actor=actor, now=now, sites=taken)
        row = models.ImportRow.objects.create(
            kind=kind.value,
            file_name=file_name[:200],
            at=now,
            by=actor.name[:200],
            taken=len(taken),
            rejected=msgspec.to_builtins(rejected),
        )
        record_audit(
            actor=actor,
            now=now,
            action="smart_poles.bring_file",
            subject=file_name[:200],
            details={"kind": kind.value, "taken": len(taken), "refused": len(rejected)},
        )
    return row.pk


def _find_districts(lons: Sequence[float], lats: Sequence[float]) -> list[str]:
    """Return the code of the city's district at each place, "" outside."""
    districts = {one.code for one in list_districts()}
    codes = locate_points(np.array(lons), np.array(lats)).district_code
    return [str(code) if code in districts else "" for code in codes]


def report_faults(*, now: datetime, conditions: Mapping[str, Condition] | None = None) -> int:
    """Tell the incidents of modules whose own stream is silent, blank or stuck, or well again; return how many are faulty.

    A fault of what is watched no longer (taken down, repaired, another stream) ends. `conditions` are what the things
    whose readings modules send tell (by default: in the lake). What was never heard isn't judged.
    """
    modules = [
        (pole, module)
        for pole in list_poles()
        for module in pole.modules
        if module.stream and pole.state == "active" and module.state == "active"
    ]
    if conditions is None:
        conditions = list_conditions([module.stream for _, module in modules], now)
    active = IncidentFilter(state="active", kind=FAULT_KIND)
    known = {one.key: one for one in list_incidents(actor=HOUSE, where=active, limit=MOST)}
    findings = [
        _describe_fault(pole, module, conditions[module.stream], now)
        for pole, module in modules
        if module.stream in conditions
    ]
    findings = [one for one in findings if not one.cleared or one.key in known]
    watched = {_name_fault(module) for _, module in modules}
    findings += [_describe_end(one, now) for key, one in known.items() if key not in watched]
    if findings:
        open_or_update(findings=findings, now=now, source="smart_poles")
    return sum(not one.cleared for one in findings)


def _describe_fault(pole: Pole, module: Module, condition: Condition, now: datetime) -> Finding:
    fault = find_fault(pole, module, condition, now)
    name = MODULE_NAMES[module.type]
    well = Text(
        ko=f"{pole.title.ko}의 {name.ko} 장치에서 다시 제대로 값이 옵니다.",
        en=f"The {name.en.lower()} module of {pole.title.en} sends properly again.",
    )
    return Finding(
        key=_name_fault(module),
        kind=FAULT_KIND,
        severity=Severity.MINOR,
        found_at=now,
        reason=fault or well,
        thing_id=module.id,
        agency_code=pole.agency_code,
        lon=pole.lon,
        lat=pole.lat,
        evidence={"stream": module.stream},
        cleared=fault is None,
    )


def _name_fault(module: Module) -> str:
    return f"{FAULT_KIND}:{module.id}"


def _describe_end(incident: Incident, now: datetime) -> Finding:
    """Return that a fault is over because nobody watches for it any more."""
    return Finding(
        key=incident.key,
        kind=FAULT_KIND,
        severity=incident.severity,
        found_at=now,
        reason=Text(
            ko="이 장치는 더 이상 운영 중이 아니거나 값을 보내지 않게 되어 있습니다.",
            en="This module is no longer in service, or sends nothing by design.",
        ),
        thing_id=incident.thing_id,
        agency_code=incident.agency_code,
        lon=incident.lon,
        lat=incident.lat,
        cleared=True,
    )


def _next_id(pole: Pole) -> str:
    taken = {one.id for one in pole.modules}
    number = 1
    while f"{pole.id}-M{number}" in taken:
        number += 1
    return f"{pole.id}-M{number}"
