"""The JSON API: an agency's own program receives bundles, and checks eligibility as a desk does."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from starlette.requests import Request

from madang.core.base.interface import Text, now
from madang.core.pages.interface import Route, find_address

from .actions.checks import open_check
from .actions.transfers import receive_bundle
from .queries.checks import build_request, get_check
from .queries.links import link_request
from .queries.reasons import say_reason
from .records import CheckState, SentBundle

_TAGS = ("wallet",)


class ReceiveRequest(msgspec.Struct, frozen=True):
    """Which consent."""

    consent: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f-]{36}$")]


class CheckRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rule is checked; as a W3C credential, and with the answer sealed (`direct_post.jwt`), where that is wanted."""

    rule: str
    is_w3c: bool = False
    is_sealed: bool = False


class OpenedCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A check that waits: `request` is OpenID4VP's, `link` the same for a wallet to open or a QR code to hold."""

    id: str
    expires_at: datetime
    request: dict[str, Any]
    link: str


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a check: yes or no with the rule's reason; `refusal` is why the last answer wasn't taken, "" for none.

    `words` say the reason, or the refusal.
    """

    id: str
    rule: str
    version: int
    state: CheckState
    expires_at: datetime
    answered_at: datetime | None
    is_eligible: bool | None
    reason: str
    refusal: str
    words: Text


def receive(request: Request, _query: None, body: ReceiveRequest) -> SentBundle:
    """Send a bundle to its receiver."""
    issuer = f"{find_address(request)}/wallet"
    return receive_bundle(actor=request.state.actor, now=now(), consent_id=body.consent, issuer=issuer)


def begin_check(request: Request, _query: None, body: CheckRequest) -> OpenedCheck:
    """Open a check for whoever is in front of the caller's own page or counter."""
    check = open_check(
        actor=request.state.actor,
        now=now(),
        rule=body.rule,
        address=f"{find_address(request)}/wallet",
        is_w3c=body.is_w3c,
    )
    asked = build_request(check, is_sealed=body.is_sealed)
    return OpenedCheck(id=check.id, expires_at=check.expires_at, request=asked, link=link_request(asked)[0])


def send_check(request: Request, _query: None, _body: None) -> CheckResult:
    """Answer what came of a check."""
    check = get_check(request.path_params["check_id"], now())
    told = {name: getattr(check, name) for name in CheckResult.__struct_fields__ if name != "words"}
    return CheckResult(**told, words=say_reason(check))


ROUTES = [
    Route(
        "POST", "/api/wallet/transfers", receive, "wallet.receive",
        Text(ko="동의를 받은 묶음정보 받기", en="Receive a bundle under a consent"),
        body=ReceiveRequest, returns=SentBundle, tags=_TAGS,
    ),
    Route(
        "POST", "/api/wallet/checks", begin_check, "wallet.verify",
        Text(ko="자격 확인 시작", en="Start an eligibility check"),
        body=CheckRequest, returns=OpenedCheck, tags=_TAGS,
    ),
    Route(
        "GET", "/api/wallet/checks/{check_id}", send_check, "wallet.verify",
        Text(ko="자격 확인의 결과", en="What came of an eligibility check"),
        returns=CheckResult, tags=_TAGS,
    ),
]  # fmt: skip
