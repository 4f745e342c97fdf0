"""The issuer's key is changed; what the old ones signed still holds."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from madang.citizens.wallet.gateway.keys import rotate_key
from madang.core.base.interface import Actor
from madang.core.people.interface import record_audit, require


def rotate_issuer_key(*, actor: Actor, now: datetime) -> str:
    """Make the key that signs certificates and status lists from now on, and return its id."""
    require(actor, "wallet.revoke")
    with transaction.atomic():
        key_id = rotate_key(now)
        record_audit(actor=actor, now=now, action="wallet.rotate_key", subject=key_id)
    return key_id
