"""Eligibility rules as data: conditions on claims, joined by all, any and not.

A rule is written in JSON:

```json
{"name": "youth_allowance", "version": 3, "condition": {"all": [
    {"claim": ["address", "city"], "equals": "서울특별시", "reason": "not_resident"},
    {"claim": ["birth_date"], "age_from": 19, "age_to": 24, "reason": "not_of_age"}]}}
```
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, NoReturn

import msgspec

from .claim_paths import Path, is_path
from .refusals import Part, Reason, Refused

Scalar = str | int | float | bool

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
UNKNOWN = "unknown"
ELIGIBLE = "eligible"
MOST_LEVELS = 16


class Check(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a claim is held against; all that is given must hold.

    `one_of`: values that would do. `least`, `most`: bounds of a number, in the claim's own unit. `age_from`,
    `age_to`: whole years of age, both included, of a date of birth. `since`, `until`: bounds of a date, both
    included. Nothing given: the claim is there.
    """

    one_of: tuple[Scalar, ...] = ()
    least: float | None = None
    most: float | None = None
    age_from: int | None = None
    age_to: int | None = None
    since: date | None = None
    until: date | None = None


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One condition: a claim passes a check; of several that the path points at, one is enough.

    `reason` is the code that is said where it doesn't.
    """

    path: Path
    check: Check
    reason: str


class All(msgspec.Struct, frozen=True):
    """Every part holds; the reason is the first that doesn't."""

    parts: tuple[Condition, ...]


class AnyOf(msgspec.Struct, frozen=True):
    """Some part holds; `reason` is the code that is said where none does."""

    parts: tuple[Condition, ...]
    reason: str


class Not(msgspec.Struct, frozen=True):
    """The part doesn't hold; `reason` is the code that is said where it does.

    It never looks into arrays: their holder could hide the very element that it looks for.
    """

    part: Condition
    reason: str


Condition = Claim | All | AnyOf | Not


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule: its name and version stand in the record of every check."""

    name: str
    version: int
    condition: Condition


def read_rule(said: object) -> Rule:
    """Return the rule that JSON says.

    Raises Refused (rule.malformed) for anything unknown in it: a condition that is misspelt must not be
    passed over.
    """
    message = _need_object(said, {"name", "version", "condition"})
    version = message.get("version")
    if type(version) is not int or version < 1:
        _refuse("a version is a whole number from 1")
    return Rule(
        name=_need_name(message.get("name")),
        version=version,
        condition=_read_condition(message.get("condition"), MOST_LEVELS),
    )


def list_claims(condition: Condition) -> tuple[Path, ...]:
    """Return the paths that a condition looks at, each once: what is asked of a holder, and nothing else."""
    if isinstance(condition, Claim):
        return (condition.path,)
    parts = (condition.part,) if isinstance(condition, Not) else condition.parts
    return tuple(dict.fromkeys(path for one in parts for path in list_claims(one)))


def _read_condition(said: object, levels: int) -> Condition:
    if not levels or not isinstance(said, dict):
        _refuse(f"a condition is an object, at most {MOST_LEVELS} deep")
    if "all" in said:
        return All(_read_parts(_need_object(said, {"all"})["all"], levels))
    if "any" in said:
        message = _need_object(said, {"any", "reason"})
        return AnyOf(_read_parts(message["any"], levels), _need_reason(message))
    if "not" in said:
        message = _need_object(said, {"not", "reason"})
        part = _read_condition(message["not"], levels - 1)
        if any(not isinstance(step, str) for path in list_claims(part) for step in path):
            _refuse("a not doesn't look into arrays: their holder may hide what it looks for")
        return Not(part, _need_reason(message))
    return _read_claim(said)


def _read_parts(said: object, levels: int) -> tuple[Condition, ...]:
    if not isinstance(said, list) or not said:
        _refuse("conditions are a list that isn't empty")
    return tuple(_read_condition(one, levels - 1) for one in said)


def _read_claim(said: object) -> Claim:
    checks = {"equals", *Check.__struct_fields__}
    message = dict(_need_object(said, {"claim", "reason"} | checks))
    path = message.pop("claim", None)
    if not is_path(path):
        _refuse("a claim is a list of names, indexes from 0 and nulls")
    reason = _need_reason(message)
    del message["reason"]
    if "equals" in message:
        if "one_of" in message:
            _refuse("a claim equals a value, or is one of some")
        message["one_of"] = [message.pop("equals")]
    try:
        check = msgspec.convert(message, Check)
    except msgspec.ValidationError as error:
        _refuse(str(error))
    if message.get("one_of") == []:
        _refuse("a claim is one of some values")
    return Claim(path=tuple(path), check=check, reason=reason)  # type: ignore[arg-type]


def _need_object(said: object, names: set[str]) -> Mapping[str, Any]:
    if not isinstance(said, dict):
        _refuse("a rule is an object")
    if unknown := said.keys() - names:
        _refuse(f"nothing is known of {sorted(map(str, unknown))}")
    return said


def _need_reason(message: Mapping[str, Any]) -> str:
    reason = _need_name(message.get("reason"))
    if reason in {UNKNOWN, ELIGIBLE}:
        _refuse(f"{reason!r} is a reason that every rule has")
    return reason


def _need_name(value: object) -> str:
    if not isinstance(value, str) or not NAME.fullmatch(value):
        _refuse("names and reasons are small letters, digits and underscores")
    return value


def _refuse(detail: str) -> NoReturn:
    raise Refused(Part.RULE, Reason.MALFORMED, detail)
