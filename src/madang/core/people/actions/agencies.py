"""Agencies: rows that come from a pack or from an administrator."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path

import msgspec
from django.db import transaction

from madang.core.base.interface import Actor, BadInput
from madang.core.people.audit import record_audit
from madang.core.people.models import Agency
from madang.core.people.permissions import require
from madang.core.people.records import AGENCY_KINDS, AgencyRecord

PACK = Path(__file__).parents[1] / "packs" / "agencies.toml"


@transaction.atomic
def register_agency(*, actor: Actor, now: datetime, agency: AgencyRecord) -> AgencyRecord:
    """Add an agency, or change the one that has its code."""
    require(actor, "people.change_agencies", agency.code)
    _check(agency, set(Agency.objects.values_list("code", flat=True)))
    _save(agency)
    record_audit(
        actor=actor,
        now=now,
        action="people.register_agency",
        subject=agency.code,
        details=msgspec.to_builtins(agency),
    )
    return agency


@transaction.atomic
def lay_out_agencies(*, actor: Actor, now: datetime, pack: Path = PACK) -> int:
    """Bring every agency of a pack (TOML, a list `agency`) into the register; return how many.

    Those with the same code take the pack's values; others stay.
    """
    require(actor, "people.change_agencies", "*")
    agencies = read_pack(pack)
    known = {agency.code for agency in agencies} | set(Agency.objects.values_list("code", flat=True))
    for agency in agencies:
        _check(agency, known)
        _save(agency)
    details = {"pack": pack.name, "count": len(agencies)}
    record_audit(actor=actor, now=now, action="people.lay_out_agencies", subject=pack.name, details=details)
    return len(agencies)


def read_pack(pack: Path) -> list[AgencyRecord]:
    """Return the agencies of a pack."""
    try:
        return msgspec.convert(tomllib.loads(pack.read_text("utf-8"))["agency"], list[AgencyRecord])
    except (tomllib.TOMLDecodeError, KeyError, msgspec.ValidationError) as error:
        raise BadInput("people.pack", f"{pack.name}: {error}", f"{pack.name}: {error}") from error


def _check(agency: AgencyRecord, known: set[str]) -> None:
    if agency.kind not in AGENCY_KINDS:
        raise BadInput(
            "people.agency_kind", f"모르는 종류입니다: {agency.kind}", f"unknown kind: {agency.kind}"
        )
    if agency.parent_code and agency.parent_code not in known:
        raise BadInput(
            "people.agency_parent",
            f"상위 기관이 없습니다: {agency.parent_code}",
            f"there is no agency above it: {agency.parent_code}",
        )


def _save(agency: AgencyRecord) -> None:
    values = {
        "name_ko": agency.name.ko,
        "name_en": agency.name.en,
        "kind": agency.kind,
        "parent_code": agency.parent_code,
        "district_code": agency.district_code,
    }
    Agency.objects.update_or_create(code=agency.code, defaults=values)
