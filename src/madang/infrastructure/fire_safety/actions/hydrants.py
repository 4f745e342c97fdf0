"""Hydrants are brought into the register of things from the lists that fire services publish."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from madang.core.base.interface import HOUSE, Actor
from madang.core.people.interface import require
from madang.core.places.interface import find_own_district
from madang.core.things.interface import ImportReport, import_things, register_declared_kinds
from madang.infrastructure.fire_safety.methods.hydrants import read_hydrants


def import_hydrants(
    *, actor: Actor, now: datetime, rows: Iterable[Mapping[str, Any]], source: str
) -> ImportReport:
    """Bring a published list of hydrants (its rows by heading) into the register of things; it can be undone there.

    Raises BadInput where columns are missing, NotAllowed.
    """
    require(actor, "things.import")
    register_declared_kinds(
        actor=HOUSE, now=now
    )  # what a hydrant is says the house, whoever brings the first list
    read = read_hydrants(rows, find_own_district)
    return import_things(actor=actor, now=now, rows=read, source=source[:200])
