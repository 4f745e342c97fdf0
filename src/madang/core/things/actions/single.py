"""Changes of one thing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from msgspec import UNSET

from madang.core.base.interface import Actor, BadInput, Conflict, NotFound
from madang.core.people.interface import record_audit, require
from madang.core.things.methods import find_changes, read_id, read_values
from madang.core.things.models import ThingKind, ThingRow
from madang.core.things.queries import get_thing
from madang.core.things.records import Thing, ThingState, ThingValues

from .writing import apply_values, bump_version, locate_rows, make_change, start_row, take_snapshot


def register_thing(
    *, actor: Actor, now: datetime, thing_id: str, values: Mapping[str, Any], why: str = ""
) -> Thing:
    """Enter a new thing; `values` are the fields of `ThingValues`.

    District and legal dong follow from the point, the service life from the kind where it isn't given.
    Raises BadInput (values), NotAllowed (agency), Conflict (the id is taken).
    """
    thing_id = read_id(thing_id)
    checked = read_values(values)
    if isinstance(checked.agency_code, str):
        require(actor, "things.change", checked.agency_code)
    with transaction.atomic():
        kind = _get_kind(checked.kind) if isinstance(checked.kind, str) else None
        row = start_row(thing_id, checked, kind.service_life_years if kind else None, now)
        _check_parent(row)
        locate_rows([row])
        _insert(row)
        _finish(row, find_changes({}, take_snapshot(row)), actor=actor, now=now, action="register", why=why)
    return get_thing(thing_id)


def change_thing(
    *, actor: Actor, now: datetime, thing_id: str, values: Mapping[str, Any], why: str = ""
) -> Thing:
    """Change what `values` name and leave the rest; the history keeps each field from → to.

    Raises NotFound, BadInput, NotAllowed (for the old or the new owner), Conflict (state).
    """
    return _change(thing_id, read_values(values), actor=actor, now=now, action="change", why=why)


def move_thing(
    *, actor: Actor, now: datetime, thing_id: str, lon: float, lat: float, address: str = "", why: str = ""
) -> Thing:
    """Put a thing at another place (degrees, EPSG:4326); an empty address empties the old one."""
    values = read_values({"lon": lon, "lat": lat, "address": address})
    return _change(thing_id, values, actor=actor, now=now, action="move", why=why)


def retire_thing(*, actor: Actor, now: datetime, thing_id: str, why: str) -> Thing:
    """Take a thing out of service for good; the reason is needed."""
    if not why.strip():
        raise BadInput("thing.why", "폐기하는 까닭을 적어 주세요.", "say why the thing is retired")
    values = ThingValues(state=ThingState.RETIRED)
    return _change(thing_id, values, actor=actor, now=now, action="retire", why=why)


def _change(
    thing_id: str, values: ThingValues, *, actor: Actor, now: datetime, action: str, why: str
) -> Thing:
    with transaction.atomic():
        row = ThingRow.objects.select_for_update().filter(pk=thing_id).first()
        if row is None:
            raise NotFound("thing.unknown", f"시설물 {thing_id}이(가) 없습니다.", f"no thing {thing_id}")
        require(actor, "things.change", row.agency_code)
        before = take_snapshot(row)
        if isinstance(values.kind, str):
            _get_kind(values.kind)
        apply_values(row, values)
        require(actor, "things.change", row.agency_code)
        _check_parent(row)
        if values.lon is not UNSET:
            locate_rows([row])
        changes = find_changes(before, take_snapshot(row))
        if changes:
            row.updated_at = now
            row.save()
            _finish(row, changes, actor=actor, now=now, action=action, why=why)
    return get_thing(thing_id)


def _finish(
    row: ThingRow, changes: dict[str, Any], *, actor: Actor, now: datetime, action: str, why: str
) -> None:
    make_change(row, changes, actor=actor, now=now, action=action, why=why).save()
    bump_version("things")
    record_audit(
        actor=actor,
        now=now,
        action=f"things.{action}",
        subject=f"thing:{row.id}",
        details={"fields": sorted(changes), "why": why},
    )


def _insert(row: ThingRow) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(
            "thing.exists", f"{row.id}은(는) 이미 등록되어 있습니다.", f"{row.id} is registered already"
        ) from error


def _get_kind(code: str) -> ThingKind:
    kind = ThingKind.objects.filter(pk=code).first()
    if kind is None:
        raise BadInput("thing.kind", f"시설물 종류 {code}이(가) 없습니다.", f"there is no kind {code}")
    return kind


def _check_parent(row: ThingRow) -> None:
    """Refuse a parent that doesn't exist, or that hangs below the thing itself."""
    above = row.parent_id
    while above is not None:
        found = ThingRow.objects.filter(pk=above).values_list("parent_id", flat=True)[:1]
        if above == row.id or not found:
            raise BadInput(
                "thing.parent",
                f"상위 시설물 {row.parent_id}을(를) 쓸 수 없습니다 (없거나 이 시설물의 아래에 있습니다).",
                f"{row.parent_id} can't be the parent: it doesn't exist or hangs below this thing",
            )
        above = found[0]
