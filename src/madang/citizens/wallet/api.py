"""The JSON API: an agency's own program receives bundles."""

from __future__ import annotations

from typing import Annotated

import msgspec
from starlette.requests import Request

from madang.core.base.interface import Text, now
from madang.core.pages.interface import Route, find_address

from .actions.transfers import receive_bundle
from .records import SentBundle


class ReceiveRequest(msgspec.Struct, frozen=True):
    """Which consent."""

    consent: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f-]{36}$")]


def receive(request: Request, _query: None, body: ReceiveRequest) -> SentBundle:
    """Send a bundle to its receiver."""
    issuer = f"{find_address(request)}/wallet"
    return receive_bundle(actor=request.state.actor, now=now(), consent_id=body.consent, issuer=issuer)


ROUTES = [
    Route(
        "POST", "/api/wallet/transfers", receive, "wallet.receive",
        Text(ko="동의를 받은 묶음정보 받기", en="Receive a bundle under a consent"),
        body=ReceiveRequest, returns=SentBundle, tags=("wallet",),
    ),
]  # fmt: skip
