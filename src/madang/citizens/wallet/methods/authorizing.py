"""What wallets ask of the authorization server: pushed requests (RFC 9126) with PKCE (RFC 7636, S256 alone)."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection, Mapping

from madang.citizens.wallet.records import Authorization, Client
from madang.core.base.interface import BadInput

from .messages import encode

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)
LOOPBACK = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\])):\d{1,5}(/.*)", re.ASCII)
LONGEST_STATE = 500


def read_authorization(
    form: Mapping[str, str], clients: Mapping[str, Client], kinds: Collection[str], issuer: str
) -> Authorization:
    """Return what a pushed form asks for; raise BadInput with OAuth's `error` where it can't be asked."""
    client = clients.get(form.get("client_id", ""))
    if client is None:
        raise refuse("invalid_client", "모르는 프로그램입니다", "this client isn't known here")
    if "request_uri" in form or "request" in form:
        raise refuse("invalid_request", "요청을 그대로 보내 주세요", "the request itself is pushed")
    redirect_uri = form.get("redirect_uri", "")
    if not is_redirect(client, redirect_uri, issuer):
        raise refuse(
            "invalid_request", "이 프로그램의 돌아갈 주소가 아닙니다", "not a redirect URI of this client"
        )
    if form.get("response_type") != "code":
        raise refuse("unsupported_response_type", "코드만 드립니다", "only codes are given")
    challenge, state = form.get("code_challenge", ""), form.get("state", "")
    if form.get("code_challenge_method") != "S256" or not CHALLENGE.fullmatch(challenge):
        raise refuse("invalid_request", "PKCE(S256)가 필요합니다", "PKCE with S256 is needed")
    if len(state) > LONGEST_STATE or not (state.isprintable() and state.isascii()):
        raise refuse(
            "invalid_request", "받을 수 없는 state입니다", "the state is too long, or not of ASCII letters"
        )
    asked = [one for one in form.get("scope", "").split() if one in kinds]
    if len(asked) != 1:
        raise refuse("invalid_scope", "하나만 골라 주세요 (scope)", "one thing is asked for by its scope")
    return Authorization(
        client=client.id,
        redirect_uri=redirect_uri,
        challenge=challenge,
        state=state,
        kind=asked[0],
        issuer=issuer,
    )


def is_redirect(client: Client, address: str, issuer: str) -> bool:
    """Return whether a wallet's users may be sent back to an address; `issuer` tells this house's own."""
    home = issuer.rpartition("/")[0]
    known = {f"{home}{one}" if one.startswith("/") else one for one in client.redirect_uris}
    return address in known or LOOPBACK.sub(r"\1\2", address) in known


def answers_challenge(challenge: str, verifier: str) -> bool:
    """Return whether who sends a verifier is who sent the challenge (RFC 7636, section 4.6)."""
    digest = encode(hashlib.sha256(verifier.encode()).digest())
    return VERIFIER.fullmatch(verifier) is not None and hmac.compare_digest(digest, challenge)


def refuse(error: str, ko: str, en: str) -> BadInput:
    """Return a refusal with OAuth's name for it."""
    return BadInput(f"wallet.{error}", ko, en, error=error)
