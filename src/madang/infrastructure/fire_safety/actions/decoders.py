"""How payloads are read is data: a decoder for each profile of devices, tried before it is kept."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db import transaction

from madang.core.base.interface import Actor, BadInput
from madang.core.people.interface import record_audit, require
from madang.infrastructure.fire_safety.methods.payloads import find_fault
from madang.infrastructure.fire_safety.models import DecoderRow
from madang.infrastructure.fire_safety.records import Decoder

CHANGE = "fire_safety.change"


def save_decoder(*, actor: Actor, now: datetime, decoder: Decoder) -> None:
    """Let the payloads of a profile be read so from now on. Raises BadInput where it has a fault, NotAllowed."""
    require(actor, CHANGE, "*")
    fault = find_fault(decoder)
    if fault is not None:
        raise BadInput("fire_safety.decoder", fault.ko, fault.en, field="toml")
    fields = msgspec.to_builtins(decoder.fields)
    with transaction.atomic():
        before = DecoderRow.objects.filter(pk=decoder.profile).values_list("fields", flat=True).first()
        DecoderRow.objects.update_or_create(
            profile=decoder.profile, defaults={"fields": fields, "changed_at": now}
        )
        details = {"before": before, "after": fields}
        record_audit(
            actor=actor, now=now, action="fire_safety.save_decoder", subject=decoder.profile, details=details
        )


def remove_decoder(*, actor: Actor, now: datetime, profile: str) -> None:
    """Read the payloads of a profile no longer: they are kept as unreadable."""
    require(actor, CHANGE, "*")
    with transaction.atomic():
        DecoderRow.objects.filter(pk=profile).delete()
        record_audit(actor=actor, now=now, action="fire_safety.remove_decoder", subject=profile)
