"""Kinds of things are data."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from madang.core.base.interface import Actor
from madang.core.people.interface import record_audit, require
from madang.core.things.models import ThingKind
from madang.core.things.records import Kind

from .writing import bump_version


def register_kind(*, actor: Actor, now: datetime, kind: Kind) -> Kind:
    """Add a kind of thing, or replace what is known about it."""
    require(actor, "things.change_kinds")
    with transaction.atomic():
        ThingKind.objects.update_or_create(
            code=kind.code,
            defaults={
                "name_ko": kind.name.ko,
                "name_en": kind.name.en,
                "icon": kind.icon,
                "table_name": kind.table,
                "expected_interval_s": kind.expected_interval_s,
                "service_life_years": kind.service_life_years,
            },
        )
        bump_version("things")
        record_audit(actor=actor, now=now, action="things.register_kind", subject=f"kind:{kind.code}")
    return kind
