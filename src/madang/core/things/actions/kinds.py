"""Kinds of things are data."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction

from madang.core.base.interface import Actor, BadInput, Conflict, NotFound, list_manifests
from madang.core.people.interface import record_audit, require
from madang.core.things.models import ThingKind, ThingRow
from madang.core.things.records import Kind

from .writing import bump_version

CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")


def register_declared_kinds(*, actor: Actor, now: datetime) -> int:
    """Add the kinds that services work with and the register doesn't have yet; return how many."""
    known = set(ThingKind.objects.values_list("code", flat=True))
    new = [
        Kind(code=code, name=one.name, icon=one.icon, service_life_years=one.service_life_years)
        for manifest in list_manifests()
        for code, one in manifest.thing_kinds.items()
        if code not in known
    ]
    for kind in new:
        register_kind(actor=actor, now=now, kind=kind)
    return len(new)


def register_kind(*, actor: Actor, now: datetime, kind: Kind) -> Kind:
    """Add a kind of thing, or replace what is known about it."""
    require(actor, "things.change_kinds")
    if not CODE.fullmatch(kind.code):
        raise BadInput(
            "things.kind_code",
            "코드는 영문 소문자로 시작하고 소문자, 숫자, 밑줄만 씁니다.",
            "a code begins with a small letter and has small letters, digits and underscores only",
            field="code",
        )
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


def remove_kind(*, actor: Actor, now: datetime, code: str) -> None:
    """Take a kind away that no thing has and no service works with."""
    require(actor, "things.change_kinds")
    if any(code in manifest.thing_kinds for manifest in list_manifests()):
        raise Conflict(
            "things.kind_declared",
            f"서비스가 쓰는 종류라 없앨 수 없습니다: {code}",
            f"a service works with this kind, so it stays: {code}",
        )
    with transaction.atomic():
        kind = ThingKind.objects.select_for_update().filter(code=code).first()
        if kind is None:
            raise NotFound("things.kind", f"종류 {code}이(가) 없습니다", f"there is no kind {code}")
        if ThingRow.objects.filter(kind=kind).exists():
            raise Conflict(
                "things.kind_used",
                f"이 종류의 시설물이 대장에 있어 없앨 수 없습니다: {code}",
                f"things in the register have this kind, so it stays: {code}",
            )
        kind.delete()
        bump_version("things")
        record_audit(actor=actor, now=now, action="things.remove_kind", subject=f"kind:{code}")
