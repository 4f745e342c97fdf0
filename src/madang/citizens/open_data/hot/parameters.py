"""Reading the parameters of an action, which come as text in an address or as values of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from madang.core.base.interface import BadInput

Asked = Mapping[str, Any]
YES, NO = frozenset({"true", "1", "yes", "on"}), frozenset({"false", "0", "no", "off", ""})


def read_number(asked: Asked, name: str, default: int, most: int) -> int:
    """Return a whole number from 0, at most `most`; raise BadInput for anything else."""
    given = asked.get(name)
    try:
        value = default if given is None else -1 if isinstance(given, bool | float) else int(given)
    except (TypeError, ValueError, OverflowError):
        value = -1
    if value < 0:
        raise BadInput("ckan.number", f"{name}은(는) 0 이상의 수입니다", f"{name} must be a number ≥ 0")
    return min(value, most)


def read_text(asked: Asked, *names: str) -> str:
    """Return the first of the parameters that is given; raise BadInput where none is."""
    for name in names:
        value = asked.get(name)
        if isinstance(value, str) and value:
            return value
    raise BadInput("ckan.missing", f"{names[0]} 값이 필요합니다", f"missing value: {names[0]}")


def read_given(asked: Asked, name: str) -> str:
    """Return a text that may be left out; raise BadInput for other values."""
    value = asked.get(name) or ""
    if not isinstance(value, str):
        raise BadInput("ckan.text", f"{name}은(는) 글자입니다", f"{name} must be a text")
    return value


def read_most(asked: Asked, name: str) -> int | None:
    """Return how many are wanted at most, None where it is left out or negative: all of them."""
    return None if str(asked.get(name, "")).startswith("-") else read_number(asked, name, 10**6, 10**6)


def read_json(asked: Asked, name: str) -> Any:
    """Return a value that may be JSON written as text; None where it is empty."""
    value = asked.get(name) or None
    if isinstance(value, str):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def read_words(asked: Asked, name: str) -> list[str]:
    """Return a list of texts, which may be written with commas; raise BadInput for other values."""
    value = read_json(asked, name)
    if value is None:
        return []
    given = asked.get(name)
    if isinstance(given, str) and not isinstance(value, list):
        value = [part.strip() for part in given.split(",")]
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise BadInput("ckan.list", f"{name}은(는) 글자의 목록입니다", f"{name} must be a list of texts")
    return value


def read_flag(asked: Asked, name: str, *, default: bool) -> bool:
    """Return whether a parameter says yes; raise BadInput for what is neither yes nor no."""
    value = asked.get(name, default)
    word = str(value).strip().lower()
    if word not in YES | NO:
        raise BadInput("ckan.flag", f"{name}은(는) true나 false입니다", f"{name} must be true or false")
    return word in YES


def refuse_unknown(asked: Asked, known: frozenset[str]) -> None:
    """Raise BadInput for a parameter that would change the answer and isn't served."""
    unknown = sorted(set(asked) - known)
    if unknown:
        raise BadInput(
            "ckan.parameter", f"{unknown[0]} 인자는 받지 않습니다", f"the parameter {unknown[0]} isn't served"
        )
