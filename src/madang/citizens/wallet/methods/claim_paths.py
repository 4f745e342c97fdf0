"""Claims path pointers: names, indexes and "every element" that point into claims (OpenID4VP 1.0, section 7).

A path is a non-empty sequence of names (str), indexes from 0 (int) and None for every element of an array:
("address", "city"), ("nationalities", None), ("degrees", 0, "type").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Step = str | int | None
Path = tuple[Step, ...]
Place = tuple[str | int, ...]
"""A path without None: one place in claims."""


def is_path(value: object) -> bool:
    """Return whether a value is a path: a non-empty list or tuple of names, indexes and None."""
    return isinstance(value, (list, tuple)) and len(value) > 0 and all(_is_step(one) for one in value)


def select(claims: Any, path: Sequence[Step]) -> list[tuple[Place, Any]]:
    """Return (place, value) of everything `path` points at; nothing where it points at nothing.

    Raises ValueError where the path takes an object for an array or the other way round: the
    specification calls that an error of the whole path, not an absence.
    """
    found: list[tuple[Place, Any]] = [((), claims)]
    for step in path:
        found = [one for place, value in found for one in _walk(place, value, step)]
    return found


def covers(path: Sequence[Step], place: Sequence[str | int]) -> bool:
    """Return whether `path` points at `place` or at something around it."""
    return len(path) <= len(place) and all(map(_fits, path, place))


def leads_to(path: Sequence[Step], place: Sequence[str | int]) -> bool:
    """Return whether `path` passes through `place` or ends there: what stands there is needed to reach it."""
    return len(path) >= len(place) and all(map(_fits, path, place))


def _fits(step: Step, at: str | int) -> bool:
    return isinstance(at, int) if step is None else step == at and type(step) is type(at)


def _is_step(value: object) -> bool:
    return value is None or isinstance(value, str) or (type(value) is int and value >= 0)


def _walk(place: Place, value: Any, step: Step) -> list[tuple[Place, Any]]:
    if isinstance(step, str):
        if not isinstance(value, dict):
            raise ValueError(f"{place} isn't an object")
        return [((*place, step), value[step])] if step in value else []
    if not isinstance(value, list):
        raise ValueError(f"{place} isn't an array")
    if step is None:
        return [((*place, index), one) for index, one in enumerate(value)]
    return [((*place, step), value[step])] if step < len(value) else []
