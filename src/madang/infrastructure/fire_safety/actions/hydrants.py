"""Hydrants are brought into the register of things from the lists that fire services publish."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from madang.core.base.interface import HOUSE, Actor, Text
from madang.core.people.interface import require
from madang.core.places.interface import find_own_district
from madang.core.things.interface import ImportReport, Kind, import_things, list_kinds, register_kind
from madang.infrastructure.fire_safety.methods.hydrants import HYDRANT_KIND, read_hydrants


def import_hydrants(
    *, actor: Actor, now: datetime, rows: Iterable[Mapping[str, Any]], source: str
) -> ImportReport:
    """Bring a published list of hydrants (its rows by heading) into the register of things; it can be undone there.

    Raises BadInput where columns are missing, NotAllowed.
    """
    require(actor, "things.import")
    if HYDRANT_KIND not in {kind.code for kind in list_kinds()}:
        name = Text(ko="소화전", en="Hydrant")
        # What a hydrant is says the house, whoever brings the first list.
        register_kind(actor=HOUSE, now=now, kind=Kind(code=HYDRANT_KIND, name=name, icon="hydrant"))
    read = read_hydrants(rows, find_own_district)
    return import_things(actor=actor, now=now, rows=read, source=source[:200])
