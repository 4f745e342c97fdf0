"""Every read of this service."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from madang.core.base.interface import ANONYMOUS, Kept, NotFound
from madang.core.lake.interface import Filter, Measure, Op, authorize
from madang.core.things.interface import Thing, ThingFilter, get_thing, get_things_version, list_things

from . import models
from .methods.faults import SILENT_AFTER, STUCK_FOR, find_stuck
from .methods.power import measure_feeder
from .records import (
    MODULE_KIND,
    POLE_KIND,
    Brought,
    Condition,
    Feeder,
    ImportKind,
    Load,
    Module,
    ModuleType,
    Permit,
    PermitState,
    Pole,
    RejectedRow,
    Site,
    Visit,
)

MOST = 100_000
EXPIRES_SOON = timedelta(days=60)
STREAM_TABLE, POWER = "city_sensor_readings", "power"
kept = Kept()


def list_poles() -> tuple[Pole, ...]:
    """Return every pole with its modules, by id; what is known may be 5 s old."""
    return kept.get("poles", _read_poles, get_things_version)


def get_pole(pole_id: str) -> Pole:
    """Return one pole with its modules; raise NotFound where there is none."""
    thing = get_thing(pole_id)
    if thing.kind != POLE_KIND:
        raise NotFound(
            "smart_poles.unknown", f"스마트폴이 아닙니다: {pole_id}", f"{pole_id} is no smart pole"
        )
    modules = list_things(ThingFilter(kind=MODULE_KIND, parent_id=pole_id), limit=MOST)
    return _read_pole(thing, [_read_module(one) for one in modules])


def list_feeders() -> dict[str, Feeder]:
    """Return every feeder by its code."""
    return {
        row.code: Feeder(code=row.code, name=row.name, capacity_w=row.capacity_w)
        for row in models.FeederRow.objects.order_by("code")
    }


def list_feeder_loads() -> list[tuple[Feeder, Load, int]]:
    """Return each feeder with its load and number of poles, the fullest first."""
    by_feeder: dict[str, list[Pole]] = defaultdict(list)
    for pole in list_poles():
        by_feeder[pole.feeder].append(pole)
    found = [
        (feeder, measure_feeder(feeder, by_feeder[feeder.code]), len(by_feeder[feeder.code]))
        for feeder in list_feeders().values()
    ]
    return sorted(found, key=lambda one: -one[1].share)


def list_targets() -> dict[tuple[int, str], int]:
    """Return the planned poles by (year, district)."""
    rows = models.TargetRow.objects.values_list("year", "district_code", "planned")
    return {(year, district): planned for year, district, planned in rows}


def list_permits(pole_id: str = "") -> tuple[Permit, ...]:
    """Return permits, of one pole or of all, newest application first."""
    rows = models.PermitRow.objects.order_by("-applied_on", "-pk")
    rows = rows.filter(pole_id=pole_id) if pole_id else rows
    return tuple(
        Permit(
            id=row.pk,
            pole_id=row.pole_id,
            kind=row.kind,
            authority=row.authority,
            state=PermitState(row.state),
            applied_on=row.applied_on,
            decided_on=row.decided_on,
            expires_on=row.expires_on,
            note=row.note,
        )
        for row in rows
    )


def list_visits(pole_id: str = "", *, due_by: date | None = None) -> tuple[Visit, ...]:
    """Return visits, of one pole or of all, newest plan first; with `due_by` those not done that were due by then."""
    rows = models.VisitRow.objects.order_by("-planned_on", "-pk")
    rows = rows.filter(pole_id=pole_id) if pole_id else rows
    rows = rows.filter(done_on__isnull=True, planned_on__lte=due_by) if due_by else rows
    return tuple(
        Visit(
            id=row.pk,
            pole_id=row.pole_id,
            planned_on=row.planned_on,
            what=row.what,
            done_on=row.done_on,
            result=row.result,
            done_by=row.done_by,
        )
        for row in rows
    )


def list_sites() -> tuple[Site, ...]:
    """Return every candidate junction."""
    rows = models.SiteRow.objects.order_by("code")
    names = Site.__struct_fields__
    return tuple(Site(**{name: getattr(row, name) for name in names}) for row in rows)


def list_brought(*, offset: int = 0, limit: int = 20) -> tuple[list[Brought], int]:
    """Return a page of the files that were brought, newest first, and how many there were."""
    rows = models.ImportRow.objects.order_by("-pk")
    return [_read_brought(row) for row in rows[offset : offset + limit]], rows.count()


def get_brought(number: int) -> Brought:
    """Return what came of one file; raise NotFound where there is none."""
    row = models.ImportRow.objects.filter(pk=number).first()
    if row is None:
        raise NotFound("smart_poles.import_unknown", "그런 가져오기가 없습니다", "there is no such import")
    return _read_brought(row)


def _read_brought(row: models.ImportRow) -> Brought:
    return Brought(
        id=row.pk,
        kind=ImportKind(row.kind),
        file_name=row.file_name,
        at=row.at,
        by=row.by,
        taken=row.taken,
        rejected=msgspec.convert(row.rejected, tuple[RejectedRow, ...]),
    )


def list_heard(stream_things: Sequence[str]) -> dict[str, datetime]:
    """Return when each of the things whose readings modules send was heard last."""
    if not stream_things:
        return {}
    rows = authorize(ANONYMOUS, STREAM_TABLE).latest(select=["thing_id", "observed_at"]).to_pylist()
    return _find_newest(rows, set(stream_things))


def list_conditions(stream_things: Sequence[str], now: datetime) -> dict[str, Condition]:
    """Return what the streams of modules tell, by the thing whose readings they are; those never heard have none."""
    if not stream_things:
        return {}
    reader = authorize(ANONYMOUS, STREAM_TABLE)
    newest = reader.latest(select=["thing_id", "property", "observed_at", "value"]).to_pylist()
    heard = _find_newest(newest, set(stream_things))
    there = [
        row
        for row in newest
        if row["thing_id"] in heard
        and row["value"] is not None
        and row["observed_at"] > heard[row["thing_id"]] - SILENT_AFTER
    ]
    measuring = {row["thing_id"] for row in there}
    powers = {row["thing_id"]: row["value"] for row in there if row["property"] == POWER}
    where = [Filter("thing_id", Op.IN, sorted(heard)), Filter("observed_at", Op.GE, now - STUCK_FOR)]
    functions = {"count": "count", "low": "min", "high": "max"}
    spread = [Measure(function=one, column="value", name=name) for name, one in functions.items()]
    rows = reader.aggregate(spread, ["thing_id", "property"], where).to_pylist() if heard else []
    stuck = find_stuck(rows)
    return {
        one: Condition(
            heard_at=at, power_w=powers.get(one), is_blank=one not in measuring, is_stuck=one in stuck
        )
        for one, at in heard.items()
    }


def forget() -> None:
    """Forget what is kept in this process: after a change here it is seen at once."""
    kept.forget()


def _read_poles() -> tuple[Pole, ...]:
    modules: dict[str, list[Module]] = defaultdict(list)
    for thing in list_things(ThingFilter(kind=MODULE_KIND), limit=MOST):
        modules[thing.parent_id or ""].append(_read_module(thing))
    poles = list_things(ThingFilter(kind=POLE_KIND), limit=MOST)
    return tuple(sorted((_read_pole(one, modules[one.id]) for one in poles), key=lambda one: one.id))


def _read_pole(thing: Thing, modules: list[Module]) -> Pole:
    attributes = thing.attributes
    return Pole(
        id=thing.id,
        name=thing.name,
        agency_code=thing.agency_code,
        district_code=thing.district_code or thing.agency_code,
        state=thing.state.value,
        year=_as(int, attributes.get("programme_year"), 0),
        feeder=str(attributes.get("feeder", "")),
        supply_w=_as(float, attributes.get("supply_w"), 0.0),
        lon=thing.lon,
        lat=thing.lat,
        address=thing.address,
        installed_on=thing.installed_on,
        source=thing.source,
        modules=tuple(sorted(modules, key=lambda one: one.id)),
    )


def _read_module(thing: Thing) -> Module:
    attributes = thing.attributes
    kinds = {one.value for one in ModuleType}
    kind = attributes.get("type")
    return Module(
        id=thing.id,
        pole_id=thing.parent_id or "",
        type=ModuleType(kind) if kind in kinds else ModuleType.SENSOR,
        name=thing.name,
        rated_w=_as(float, attributes.get("rated_w"), 0.0),
        state=thing.state.value,
        stream=str(attributes.get("stream", "")),
    )


def _as(kind: type, value: object, otherwise: float) -> float:
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError:
        return otherwise


def _find_newest(rows: list[dict[str, Any]], wanted: set[str]) -> dict[str, datetime]:
    newest: dict[str, datetime] = {}
    for row in rows:
        if row["thing_id"] in wanted:
            newest[row["thing_id"]] = max(row["observed_at"], newest.get(row["thing_id"], row["observed_at"]))
    return newest
