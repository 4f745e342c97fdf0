"""What every action of this room shares: values onto rows, derived fields, history, version."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db.models import F
from msgspec import UNSET

from madang.core.base.interface import Actor, BadInput
from madang.core.places.interface import locate_points
from madang.core.things.methods import calculate_due_on, check_transition
from madang.core.things.models import RegisterVersion, ThingChange, ThingRow
from madang.core.things.records import ThingState, ThingValues

GIVEN = ThingValues.__struct_fields__
CHUNK = 500
DERIVED = ("district_code", "legal_dong_code", "due_on")


def take_snapshot(row: ThingRow) -> dict[str, Any]:
    """Return every field of `row` as JSON values."""
    values = {name: _to_json(getattr(row, name)) for name in (*GIVEN, *DERIVED) if name != "kind"}
    return values | {"kind": row.kind_id}


def put_values(row: ThingRow, values: dict[str, Any]) -> None:
    """Set fields of `row` from JSON values or Python values; nothing is derived."""
    for name, value in values.items():
        setattr(row, "kind_id" if name == "kind" else name, _from_json(name, value))


def apply_values(row: ThingRow, values: ThingValues) -> None:
    """Set what is given in `values` on `row`, refusing a state it can't go to."""
    given = {name: getattr(values, name) for name in GIVEN if getattr(values, name) is not UNSET}
    if row.state and "state" in given:
        check_transition(ThingState(row.state), given["state"])
    if "state" in given:
        given["state"] = given["state"].value
    put_values(row, given)
    row.due_on = calculate_due_on(row.installed_on, row.service_life_years)


def start_row(thing_id: str, values: ThingValues, kind_life_years: int | None, now: datetime) -> ThingRow:
    """Return a new unsaved row; kind, name and agency are needed."""
    missing = [name for name in ("kind", "name", "agency_code") if getattr(values, name) is UNSET]
    if missing:
        fields = ", ".join(missing)
        raise BadInput("thing.missing", f"꼭 필요한 값이 없습니다: {fields}", f"missing: {fields}")
    row = ThingRow(id=thing_id, service_life_years=kind_life_years, created_at=now, updated_at=now)
    apply_values(row, values)
    if not row.state:
        row.state = (ThingState.INSTALLED if row.installed_on else ThingState.PLANNED).value
    return row


def locate_rows(rows: Iterable[ThingRow]) -> None:
    """Fill district and legal dong of `rows` from their points; without a point they are empty."""
    placed = []
    for row in rows:
        row.district_code = row.legal_dong_code = ""
        if row.lon is not None:
            placed.append(row)
    if not placed:
        return
    areas = locate_points(np.array([row.lon for row in placed]), np.array([row.lat for row in placed]))
    for row, district, dong in zip(placed, areas.district_code, areas.legal_dong_code, strict=True):
        row.district_code, row.legal_dong_code = str(district), str(dong)


def update_rows(rows: list[ThingRow]) -> None:
    """Save many rows that exist, by an upsert: `bulk_update` is slow for as many columns."""
    fields = [field.name for field in ThingRow._meta.concrete_fields if field.name != "id"]
    ThingRow.objects.bulk_create(
        rows, batch_size=CHUNK, update_conflicts=True, unique_fields=["id"], update_fields=fields
    )


def make_change(
    row: ThingRow, changes: dict[str, Any], *, actor: Actor, now: datetime, action: str, why: str = ""
) -> ThingChange:
    """Return the unsaved history row of one act."""
    return ThingChange(
        thing_id=row.id,
        at=now,
        actor_id=actor.id,
        actor_name=actor.name[:150],
        action=action,
        why=why[:500],
        changes={name: list(pair) for name, pair in changes.items()},
    )


def bump_version(name: str) -> None:
    """Say that register `name` changed, in the caller's transaction."""
    RegisterVersion.objects.get_or_create(name=name)
    RegisterVersion.objects.filter(name=name).update(value=F("value") + 1)


def _to_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _from_json(name: str, value: Any) -> Any:
    if name in {"installed_on", "due_on"} and isinstance(value, str):
        return date.fromisoformat(value)
    return value
