"""Which column of somebody's list holds what: cities name the same thing in many ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .errors import BadInput


def find_headings(
    names: Iterable[str], wanted: Mapping[str, Sequence[str]], needed: Iterable[str]
) -> dict[str, str]:
    """Return the heading of each thing that is there; the first of its names that the list has.

    `wanted` gives the headings that each thing goes by; BadInput names those of `needed` that aren't there.
    """
    there = {name.strip() for name in names if name}
    found = {
        what: next(name for name in headings if name in there)
        for what, headings in wanted.items()
        if there.intersection(headings)
    }
    missing = ", ".join(wanted[what][0] for what in needed if what not in found)
    if missing:
        raise BadInput(
            "list.heading", f"열이 없습니다: {missing}", f"columns are missing: {missing}", field="file"
        )
    return found
