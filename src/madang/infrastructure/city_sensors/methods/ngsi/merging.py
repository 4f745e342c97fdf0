"""Merge patch of attributes (ETSI GS CIM 009, 5.5.12, after RFC 7396): what a fragment doesn't say stays, null removes."""

from __future__ import annotations

from typing import Any

from .changes import NULL
from .contexts import Terms
from .documents import (
    GEOMETRIES,
    MEMBERS,
    VALUES,
    Attributes,
    list_instances,
    read_attributes,
    write_attribute,
)


def is_null(value: Any) -> bool:
    """Return whether a fragment says that an attribute is to be removed."""
    members = VALUES.values() if isinstance(value, dict) else ()
    return value in (None, NULL) or any(value.get(one, "") in (None, NULL) for one in members)


def merge_attributes(fragment: dict[str, Any], there: Attributes, terms: Terms) -> Attributes:
    """Return the attributes (by IRI) that a fragment says, merged with those that are there; raise Problem."""
    return read_attributes(
        {
            name: _merge_instances(there.get(terms.expand(name)), value, terms)
            for name, value in fragment.items()
        },
        terms,
    )


def _merge_instances(there: Any, said: Any, terms: Terms) -> Any:
    if there is None:
        return said
    if isinstance(said, list) and said and all(isinstance(one, dict) for one in said):
        return [_merge_instances(there, one, terms) for one in said]
    dataset_id = said.get("datasetId") if isinstance(said, dict) else None
    same = next((one for one in list_instances(there) if one.get("datasetId") == dataset_id), None)
    if same is None:
        return said
    before = write_attribute(same, terms, "normalized", system=False)
    fragment = said if _has_members(said, before) else {VALUES[before["type"]]: said}
    return merge(before, fragment) if fragment.get("type", before["type"]) == before["type"] else fragment


def _has_members(said: Any, before: dict[str, Any]) -> bool:
    """Return whether a fragment has members of an attribute and isn't just its value."""
    kind = said.get("type") if isinstance(said, dict) else None
    if not isinstance(said, dict) or kind in [*GEOMETRIES]:
        return False
    return kind in [*VALUES] or bool(set(said) & ((MEMBERS | set(before)) - {"type"}))


def merge(before: Any, patch: Any) -> Any:
    """Return a JSON value with a merge patch applied."""
    if not isinstance(patch, dict):
        return patch
    kept = dict(before) if isinstance(before, dict) else {}
    for name, value in patch.items():
        if value in (None, NULL):
            kept.pop(name, None)
        else:
            kept[name] = merge(kept.get(name), value)
    return kept
