"""What wallets asked for and no citizen has allowed yet."""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec

from madang.citizens.wallet import models
from madang.citizens.wallet.methods.authorizing import refuse
from madang.citizens.wallet.records import Authorization

REQUEST_URN = "urn:ietf:params:oauth:request_uri:"


class Pushed(msgspec.Struct, frozen=True):
    """A pushed request that may still be answered."""

    request_hash: str
    asked: Authorization


def find_pushed(request_uri: str, now: datetime) -> Pushed:
    """Return a pushed request; raise BadInput where there is none or its time is over."""
    digest = hashlib.sha256(request_uri.removeprefix(REQUEST_URN).encode()).hexdigest()
    row = models.PushedRow.objects.filter(request_hash=digest, expires_at__gt=now).first()
    if row is None:
        raise refuse(
            "invalid_request_uri", "모르는 요청이거나 기한이 지났습니다", "the request is unknown or over"
        )
    return Pushed(
        digest, Authorization(**{name: getattr(row, name) for name in Authorization.__struct_fields__})
    )
