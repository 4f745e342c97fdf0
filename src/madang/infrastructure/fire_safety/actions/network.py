"""The city's own network: its gateways are heard, and silence of one, of an institution or of all is an incident."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from madang.core.base.interface import Actor, BadInput, Finding, Severity, Text
from madang.core.incidents.interface import open_or_update
from madang.core.people.interface import record_audit, require
from madang.infrastructure.fire_safety.methods.network import (
    BACKBONE,
    NetworkTrouble,
    find_network_troubles,
    list_silent,
)
from madang.infrastructure.fire_safety.models import GatewayRow, TroubleRow
from madang.infrastructure.fire_safety.queries import describe_gateway
from madang.infrastructure.fire_safety.records import Gateway

CHANGE = "fire_safety.change"
SERVICE = "fire_safety"


def hear_gateways(*, now: datetime, gateways: Collection[str]) -> None:
    """Note that gateways are alive; those that nobody registered are nobody's."""
    names = [one for one in gateways if "\0" not in one]
    if names:
        GatewayRow.objects.filter(pk__in=names).update(heard_at=now)


def check_network(*, now: datetime) -> int:
    """Raise an incident for what is silent and clear it once it is heard; return how many changed.

    What was silent before something larger explained it stays an incident until it is heard itself.
    """
    gateways = [describe_gateway(row) for row in GatewayRow.objects.all()]
    found = {one.key: one for one in find_network_troubles(gateways, now)}
    known = {row.key: row for row in TroubleRow.objects.all()}
    new = [one for key, one in found.items() if key not in known]
    silent = list_silent(gateways, now)
    over = [row for key, row in known.items() if key not in silent]
    if new or over:
        findings = [_find(one, now) for one in new] + [_clear(row, now) for row in over]
        open_or_update(findings=findings, now=now, source=SERVICE)
        TroubleRow.objects.filter(pk__in=[row.key for row in over]).delete()
        TroubleRow.objects.bulk_create(
            TroubleRow(
                key=one.key, reason_ko=one.reason.ko[:300], reason_en=one.reason.en[:300], begun_at=now
            )
            for one in new
        )
    return len(new) + len(over)


def save_gateways(*, actor: Actor, now: datetime, gateways: Sequence[Gateway]) -> None:
    """Register gateways, or change what is registered of them; those that aren't named are removed.

    Raises BadInput where one stands twice, NotAllowed.
    """
    require(actor, CHANGE, "*")
    ids = [one.id for one in gateways]
    if len(set(ids)) < len(ids):
        raise BadInput(
            "fire_safety.gateway",
            "게이트웨이가 두 번 있습니다",
            "a gateway stands twice",
            field="gateways_text",
        )
    with transaction.atomic():
        GatewayRow.objects.exclude(pk__in=ids).delete()
        for one in gateways:
            values = {
                "institution": one.institution,
                "agency_code": one.agency_code,
                "expected_every_s": one.expected_every_s,
                "lon": one.lon,
                "lat": one.lat,
            }
            made = {**values, "registered_at": now}
            GatewayRow.objects.update_or_create(pk=one.id, defaults=values, create_defaults=made)
        record_audit(
            actor=actor,
            now=now,
            action="fire_safety.save_gateways",
            subject="gateways",
            details={"gateways": ids},
        )


def _find(one: NetworkTrouble, now: datetime) -> Finding:
    return Finding(
        key=one.key,
        kind="fire_network_silent",
        severity=Severity.EXTREME if one.key == BACKBONE else Severity.SEVERE,
        found_at=now,
        reason=one.reason,
        agency_code=one.agency_code,
        lon=one.lon,
        lat=one.lat,
        evidence={"heard_at": one.since.isoformat() if one.since else ""},
    )


def _clear(row: TroubleRow, now: datetime) -> Finding:
    return Finding(
        key=row.key,
        kind="fire_network_silent",
        severity=Severity.SEVERE,
        found_at=now,
        reason=Text(ko="다시 들립니다", en="is heard again"),
        cleared=True,
    )
