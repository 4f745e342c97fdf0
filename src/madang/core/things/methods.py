"""Pure rules of the register: states, service life, what changed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from madang.core.base.interface import BadInput, Conflict, find_mismatch, say_mismatch

from .records import STATE_NAMES, Code, ThingState, ThingValues

TRANSITIONS = {
    ThingState.PLANNED: {ThingState.INSTALLED, ThingState.ACTIVE, ThingState.RETIRED},
    ThingState.INSTALLED: {ThingState.ACTIVE, ThingState.FAULTY, ThingState.RETIRED},
    ThingState.ACTIVE: {ThingState.INSTALLED, ThingState.FAULTY, ThingState.RETIRED},
    ThingState.FAULTY: {ThingState.INSTALLED, ThingState.ACTIVE, ThingState.RETIRED},
    # A thing taken out of service may be put up again, with a reason like every change.
    ThingState.RETIRED: {ThingState.INSTALLED},
}


def check_transition(before: ThingState, after: ThingState) -> None:
    """Raise Conflict where a thing can't go from `before` to `after`."""
    if before == after or after in TRANSITIONS[before]:
        return
    ko_before, ko_after = STATE_NAMES[before].ko, STATE_NAMES[after].ko
    raise Conflict(
        "thing.state",
        f"'{ko_before}' 상태에서 '{ko_after}' 상태로 바꿀 수 없습니다.",
        f"a thing can't go from {before} to {after}",
        before=before.value,
        after=after.value,
    )


def calculate_due_on(installed_on: date | None, service_life_years: int | None) -> date | None:
    """Return the day the service life ends; 29 February becomes 28 in a common year."""
    if installed_on is None or service_life_years is None:
        return None
    year = installed_on.year + service_life_years
    if year > date.max.year:
        return None
    try:
        return installed_on.replace(year=year)
    except ValueError:
        return installed_on.replace(year=year, day=28)


def read_values(raw: Mapping[str, Any]) -> ThingValues:
    """Return checked values from loose ones (texts of a file or a form); BadInput names the field."""
    try:
        plain = msgspec.to_builtins(dict(raw), str_keys=True)
        body = msgspec.json.encode(plain)
        values = msgspec.convert({**plain, **_clean(plain)}, ThingValues, strict=False)
    except (msgspec.ValidationError, msgspec.EncodeError, TypeError, ValueError, OverflowError) as error:
        said = say_mismatch(*find_mismatch(error))
        raise BadInput("thing.value", said.ko, said.en) from error
    if b"\\u0000" in body:
        raise BadInput("thing.nul", "값에 NUL 글자가 있습니다.", "a value holds a NUL character")
    _check_place(values)
    return values


def read_id(raw: object) -> str:
    """Return a checked id (text, no space or slash, at most 64 characters)."""
    try:
        return msgspec.convert(str(raw).strip(), Code)
    except msgspec.ValidationError as error:
        raise BadInput(
            "thing.id",
            "id는 공백과 빗금이 없는 64자 이하의 글자여야 합니다.",
            "an id has 1 to 64 characters, no space and no slash",
        ) from error


def read_row(
    raw: Mapping[str, Any],
    *,
    defaults: Mapping[str, Any] | None = None,
    attributes: Mapping[str, Any] | None = None,
) -> ThingValues:
    """Return the checked values of a file's row: empty cells are unset, unknown columns are attributes.

    `defaults` fill what the row leaves empty; `attributes` are those the thing has already.
    """
    full = {str(name): value for name, value in raw.items() if not _is_empty(value)}
    known = {name: value for name, value in full.items() if name in ThingValues.__struct_fields__}
    more = {name: value for name, value in full.items() if name not in known and name != "id"}
    given = known.pop("attributes", {})
    if not isinstance(given, Mapping):
        raise BadInput("thing.attributes", "attributes는 객체여야 합니다.", "attributes must be an object")
    values = {**(defaults or {}), **known}
    if given or more:
        values["attributes"] = {**(attributes or {}), **given, **more}
    return read_values(values)


def find_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return {field: (from, to)} for each field of `after` that differs from `before`."""
    return {name: (before.get(name), value) for name, value in after.items() if before.get(name) != value}


def _clean(plain: dict[str, Any]) -> dict[str, Any]:
    """Strip texts, and make attributes what JSON can hold (NaN becomes null)."""
    clean = {name: value.strip() for name, value in plain.items() if isinstance(value, str)}
    if "attributes" in plain:
        clean["attributes"] = msgspec.json.decode(msgspec.json.encode(plain["attributes"]))
    return clean


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _check_place(values: ThingValues) -> None:
    pair = (values.lon, values.lat)
    numbers = [value for value in pair if isinstance(value, float)]
    if len(numbers) == 1 or not all(math.isfinite(value) for value in numbers):
        raise BadInput(
            "thing.place",
            "경도와 위도는 함께, 숫자로 적어야 합니다.",
            "longitude and latitude come together, as finite numbers",
        )
