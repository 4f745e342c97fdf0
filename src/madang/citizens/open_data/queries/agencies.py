"""Agencies by their names."""

from __future__ import annotations

from madang.core.base.interface import Kept, Text
from madang.core.people.interface import list_agencies

kept = Kept()


def name_agency(code: str) -> Text:
    """Return an agency's name, which may be 5 s old; one that the register doesn't know says itself."""
    names = kept.get("names", lambda: {agency.code: agency.name for agency in list_agencies()})
    return names.get(code) or Text(ko=code, en=code)
