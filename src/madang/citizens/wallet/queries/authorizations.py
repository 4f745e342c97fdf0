"""What wallets asked for and no citizen has allowed yet."""

from __future__ import annotations

from datetime import datetime

import msgspec

from madang.citizens.wallet import models
from madang.citizens.wallet.methods.authorizing import refuse
from madang.citizens.wallet.records import Authorization
from madang.core.people.interface import hash_secret

REQUEST_URN = "urn:ietf:params:oauth:request_uri:"


class Pushed(msgspec.Struct, frozen=True):
    """A pushed request that may still be answered."""

    request_hash: str
    asked: Authorization


def find_pushed(request_uri: str, now: datetime, issuer: str) -> Pushed:
    """Return a pushed request; raise BadInput where there is none, its time is over, or it was another address's.

    `issuer` is the issuer's URL by which the citizen came: whoever pushes a request can name any host.
    """
    digest = hash_secret(request_uri.removeprefix(REQUEST_URN))
    row = models.PushedRow.objects.filter(request_hash=digest, expires_at__gt=now, issuer=issuer).first()
    if row is None:
        raise refuse(
            "invalid_request_uri", "모르는 요청이거나 기한이 지났습니다", "the request is unknown or over"
        )
    return Pushed(
        digest, Authorization(**{name: getattr(row, name) for name in Authorization.__struct_fields__})
    )
