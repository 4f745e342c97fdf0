"""Whether somebody is eligible: claims and a rule become one yes or no with its reason, and nothing else.

Conditions are yes, no or unknown (Kleene's strong logic): a claim that is missing, or isn't what it should
be, never makes anybody eligible, neither by itself nor under a "not". Ages are whole years as the Civil Act
counts them (article 158, since 2023 also by administrative law): who was born on 29 February is a year older
on 1 March in years without that day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from .claim_paths import select
from .rules import ELIGIBLE, UNKNOWN, All, Check, Claim, Condition, Not, Rule


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: `reason` is "eligible", "unknown" (something is missing) or a code of the rule."""

    is_eligible: bool
    reason: str
    rule: str
    version: int


def decide(rule: Rule, claims: Mapping[str, Any], today: date) -> Decision:
    """Return whether these claims satisfy a rule; `today` is the day in the city."""
    holds, reason = _judge(rule.condition, claims, today)
    return Decision(
        is_eligible=holds is True,
        reason=ELIGIBLE if holds else reason,
        rule=rule.name,
        version=rule.version,
    )


def count_years(birth: date, today: date) -> int:
    """Return the age in whole years, negative before birth."""
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def _judge(condition: Condition, claims: Mapping[str, Any], today: date) -> tuple[bool | None, str]:
    """Return (whether it holds, None for unknown; the reason where it doesn't)."""
    if isinstance(condition, Claim):
        holds = _judge_claim(condition, claims, today)
        return holds, UNKNOWN if holds is None else condition.reason
    if isinstance(condition, Not):
        holds, _ = _judge(condition.part, claims, today)
        return (None, UNKNOWN) if holds is None else (not holds, condition.reason)
    judged = [_judge(one, claims, today) for one in condition.parts]
    if isinstance(condition, All):
        return next((one for one in judged if one[0] is False), _first_unknown(judged, otherwise=True))
    if any(holds is True for holds, _ in judged):
        return True, ""
    holds, reason = _first_unknown(judged, otherwise=False)
    return (None, reason) if holds is None else (False, condition.reason)


def _first_unknown(judged: list[tuple[bool | None, str]], *, otherwise: bool) -> tuple[bool | None, str]:
    return next((one for one in judged if one[0] is None), (otherwise, ""))


def _judge_claim(condition: Claim, claims: Mapping[str, Any], today: date) -> bool | None:
    try:
        found = select(claims, condition.path)
    except ValueError:
        return None
    if not found:
        return None
    judged = [_judge_value(condition.check, value, today) for _, value in found]
    return True if True in judged else None if None in judged else False


def _judge_value(check: Check, value: Any, today: date) -> bool | None:
    """Return whether a value passes a check, None where it isn't of the check's kind."""
    judged: list[bool | None] = []
    if check.one_of:
        alike = [one for one in check.one_of if type(one) is type(value)]
        judged.append(value in alike if alike else None)
    if check.least is not None or check.most is not None:
        judged.append(_is_between(_read_number(value), check.least, check.most))
    if check.age_from is not None or check.age_to is not None:
        birth = _read_day(value)
        age = None if birth is None or birth > today else count_years(birth, today)
        judged.append(_is_between(age, check.age_from, check.age_to))
    if check.since is not None or check.until is not None:
        judged.append(_is_between(_read_day(value), check.since, check.until))
    return False if False in judged else None if None in judged else True


def _is_between(value: Any, least: Any, most: Any) -> bool | None:
    if value is None:
        return None
    return (least is None or value >= least) and (most is None or value <= most)


def _read_number(value: Any) -> int | float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _read_day(value: Any) -> date | None:
    """Return the day of a text such as "2004-02-29", None for anything else."""
    try:
        day = date.fromisoformat(value)
    except (ValueError, TypeError):
        return None
    return day if day.isoformat() == value else None
