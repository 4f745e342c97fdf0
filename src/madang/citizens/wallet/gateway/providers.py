"""Another provider of bundles, spoken to as its program: OAuth 2.0 with PAR, PKCE and refresh tokens, by `oauthlib`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
from oauthlib.oauth2 import OAuth2Error, WebApplicationClient

from madang.citizens.wallet.records import Provider
from madang.core.base.interface import NotAllowed, Unavailable

from .outside import Answer, ask

MOST_BYTES = 2**20


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider says of itself (RFC 8414), as far as it is needed here."""

    issuer: str
    authorization_endpoint: str
    pushed_authorization_request_endpoint: str
    token_endpoint: str
    revocation_endpoint: str
    bundle_endpoint: str
    jwks_uri: str


def discover(issuer: str) -> Metadata:
    """Return a provider's metadata; raise Unavailable where there are none that are its own.

    Every address in them must be of the provider's own host: who registered it trusts that host, and no other.
    """
    parts = urlsplit(issuer)
    home = f"{parts.scheme}://{parts.netloc}"
    answer = ask("GET", f"{home}/.well-known/oauth-authorization-server{parts.path}", most_bytes=MOST_BYTES)
    said = _read(answer, Metadata)
    if said.issuer != issuer:
        raise wrong(f"{issuer}: these are the metadata of {said.issuer}")
    for name in Metadata.__struct_fields__:
        if not getattr(said, name).startswith(f"{home}/"):
            raise wrong(f"{issuer}: its {name} is on another host")
    return said


def push(provider: Provider, secret: str, redirect_uri: str, state: str, verifier: str) -> str:
    """Push a request (RFC 9126), and return the address to send the citizen to."""
    known = discover(provider.issuer)
    asked = {
        "response_type": "code",
        "client_id": provider.client,
        "redirect_uri": redirect_uri,
        "scope": provider.scope,
        "state": state,
        "code_challenge": WebApplicationClient("").create_code_challenge(verifier, "S256"),
        "code_challenge_method": "S256",
    }
    answer = _post(known.pushed_authorization_request_endpoint, asked, provider, secret)
    uri = _read(answer, dict[str, Any]).get("request_uri")
    if not isinstance(uri, str):
        raise wrong(f"{provider.issuer}: no request_uri came")
    join = "&" if "?" in known.authorization_endpoint else "?"
    said = urlencode({"client_id": provider.client, "request_uri": uri})
    return f"{known.authorization_endpoint}{join}{said}"


def make_verifier() -> str:
    """Return a fresh PKCE verifier (RFC 7636, section 4.1)."""
    return WebApplicationClient("").create_code_verifier(64)


def redeem(provider: Provider, secret: str, redirect_uri: str, code: str, verifier: str) -> dict[str, Any]:
    """Return the tokens for a code."""
    client = WebApplicationClient(provider.client)
    body = client.prepare_request_body(
        code=code, redirect_uri=redirect_uri, code_verifier=verifier, include_client_id=False
    )
    return _ask_for_tokens(client, body, provider, secret)


def refresh(provider: Provider, secret: str, token: str) -> dict[str, Any]:
    """Return new tokens for a refresh token."""
    client = WebApplicationClient(provider.client)
    return _ask_for_tokens(client, client.prepare_refresh_body(refresh_token=token), provider, secret)


def fetch(provider: Provider, access: str) -> dict[str, Any] | None:
    """Return the bundle that an access token is for, None where the token is over."""
    url = discover(provider.issuer).bundle_endpoint
    answer = ask("POST", url, most_bytes=MOST_BYTES, headers={"Authorization": f"Bearer {access}"})
    if answer.status == 401:
        return None
    return _read(answer, dict[str, Any])


def fetch_keys(provider: Provider) -> list[dict[str, Any]]:
    """Return the keys that sign a provider's receipts."""
    answer = ask("GET", discover(provider.issuer).jwks_uri, most_bytes=MOST_BYTES)
    return _read(answer, dict[str, list[dict[str, Any]]]).get("keys", [])


def revoke(provider: Provider, secret: str, token: str) -> None:
    """End a token at its provider; raise Unavailable where it doesn't say that it is ended."""
    said = {"token": token, "token_type_hint": "refresh_token"}
    answer = _post(discover(provider.issuer).revocation_endpoint, said, provider, secret)
    if answer.status != 200:
        raise wrong(f"{provider.issuer}: HTTP {answer.status} to a revocation")


def _ask_for_tokens(
    client: WebApplicationClient, body: str, provider: Provider, secret: str
) -> dict[str, Any]:
    url = discover(provider.issuer).token_endpoint
    answer = _post(url, dict(parse_qsl(body)), provider, secret)
    try:
        said = client.parse_request_body_response(answer.body.decode(), scope=[provider.scope])
    except (OAuth2Error, ValueError, Warning) as error:
        raise NotAllowed(
            "wallet.provider_refused",
            f"{provider.title.ko}에서 허락하지 않았습니다: {error}",
            f"{provider.title.en} refused: {error}",
        ) from error
    return {"access": said["access_token"], "refresh": said.get("refresh_token", "")}


def _post(url: str, form: Mapping[str, str], provider: Provider, secret: str) -> Answer:
    return ask("POST", url, most_bytes=MOST_BYTES, form=form, login=(provider.client, secret))


def _read(answer: Answer, kind: Any) -> Any:
    if answer.status not in {200, 201}:
        raise wrong(f"HTTP {answer.status}: {answer.body[:200].decode(errors='replace')}")
    try:
        return msgspec.convert(json.loads(answer.body), kind)
    except (ValueError, msgspec.ValidationError, RecursionError) as error:
        raise wrong(str(error)) from error


def wrong(detail: str) -> Unavailable:
    """Return what is raised where a provider answers as it should not."""
    return Unavailable(
        "wallet.provider",
        f"다른 곳이 뜻밖의 답을 했습니다: {detail}",
        f"the provider answers unexpectedly: {detail}",
    )
