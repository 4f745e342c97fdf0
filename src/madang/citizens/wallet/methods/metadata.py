"""What an issuer says of itself: OpenID4VCI 1.0 section 12.2, RFC 8414, SD-JWT VC type and issuer metadata.

An issuer's URL has a path here, so that its metadata stand at `/.well-known/<name><path>` of its host. All
addresses in them are absolute.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from madang.citizens.wallet.records import Kind
from madang.core.base.interface import Text

from .w3c import BASE_TYPE, CONTEXT, SUBJECT, UNDEFINED
from .w3c import TYPE as W3C

PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
AUTHORIZATION_CODE = "authorization_code"
FORMAT = "dc+sd-jwt"
W3C_SUFFIX = "_w3c"
"""Ends the name of a configuration by which a kind is had as W3C Verifiable Credential 2.0."""
LOCALES = ("ko", "en")
PIN_DIGITS = 6
BATCH_SIZE = 32
"""At most so many certificates are issued at once, each to a key of its own."""


def name_kind(issuer: str, name: str) -> str:
    """Return the `vct` of a kind of certificate: a URL, at which its type metadata stand."""
    return f"{issuer}/kinds/{name}"


def name_list(issuer: str, number: int) -> str:
    """Return the URL of a status list."""
    return f"{issuer}/status/{number}"


def describe_issuer(issuer: str, kinds: Iterable[Kind], city: Text) -> dict[str, Any]:
    """Return the credential issuer's metadata."""
    return {
        "credential_issuer": issuer,
        "credential_endpoint": f"{issuer}/credential",
        "nonce_endpoint": f"{issuer}/nonce",
        "deferred_credential_endpoint": f"{issuer}/deferred-credential",
        "notification_endpoint": f"{issuer}/notification",
        "batch_credential_issuance": {"batch_size": BATCH_SIZE},
        "display": [{"name": city.say(locale), "locale": locale} for locale in LOCALES],
        "credential_configurations_supported": {
            name: described
            for one in kinds
            for name, described in (
                (one.name, _describe_kind(issuer, one)),
                (one.name + W3C_SUFFIX, _describe_w3c(issuer, one)),
            )
        },
    }


def describe_authorization(issuer: str, kinds: Iterable[Kind]) -> dict[str, Any]:
    """Return the authorization server's metadata: a kind of certificate is asked for by its scope, always pushed."""
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "pushed_authorization_request_endpoint": f"{issuer}/par",
        "require_pushed_authorization_requests": True,
        "token_endpoint": f"{issuer}/token",
        "grant_types_supported": [AUTHORIZATION_CODE, PRE_AUTHORIZED],
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "scopes_supported": [one.name for one in kinds],
        "token_endpoint_auth_methods_supported": ["none"],
        "pre-authorized_grant_anonymous_access_supported": True,
    }


def describe_keys(issuer: str, keys: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the metadata of an issuer of SD-JWT VCs, with its public keys."""
    return {"issuer": issuer, "jwks": {"keys": [dict(one) for one in keys]}}


def describe_type(issuer: str, kind: Kind) -> dict[str, Any]:
    """Return the type metadata of a kind of certificate."""
    return {
        "vct": name_kind(issuer, kind.name),
        "name": kind.title.en,
        "description": kind.about.en,
        "display": [
            {"locale": locale, "name": kind.title.say(locale), "description": kind.about.say(locale)}
            for locale in LOCALES
        ],
        "claims": [
            {
                "path": list(one.path),
                "sd": "always",
                "display": [{"locale": locale, "label": one.title.say(locale)} for locale in LOCALES],
            }
            for one in kind.claims
        ],
    }


def make_offer(issuer: str, kind: str, code: str, *, is_w3c: bool = False) -> dict[str, Any]:
    """Return a credential offer with a code that was authorised before; a PIN is told apart from it."""
    pin = {"input_mode": "numeric", "length": PIN_DIGITS}
    return {
        "credential_issuer": issuer,
        "credential_configuration_ids": [kind + W3C_SUFFIX if is_w3c else kind],
        "grants": {PRE_AUTHORIZED: {"pre-authorized_code": code, "tx_code": pin}},
    }


def make_open_offer(issuer: str, kind: str) -> dict[str, Any]:
    """Return a credential offer for whoever signs in: there is nothing secret in it."""
    return {
        "credential_issuer": issuer,
        "credential_configuration_ids": [kind],
        "grants": {AUTHORIZATION_CODE: {}},
    }


def read_configuration(name: str) -> tuple[str, bool]:
    """Return (kind, whether it is asked for as W3C Verifiable Credential) of a configuration's name."""
    kind = name.removesuffix(W3C_SUFFIX)
    return kind, kind != name


def _describe_kind(issuer: str, kind: Kind) -> dict[str, Any]:
    return {"format": FORMAT, "vct": name_kind(issuer, kind.name), **_describe_common(kind, ())}


def _describe_w3c(issuer: str, kind: Kind) -> dict[str, Any]:
    # The same scope: whoever was let fetch a kind fetches it in either form.
    definition = {"@context": [CONTEXT, UNDEFINED], "type": [BASE_TYPE, name_kind(issuer, kind.name)]}
    return {"format": W3C, "credential_definition": definition, **_describe_common(kind, (SUBJECT,))}


def _describe_common(kind: Kind, root: tuple[str, ...]) -> dict[str, Any]:
    return {
        "scope": kind.name,
        "cryptographic_binding_methods_supported": ["jwk"],
        "credential_signing_alg_values_supported": ["ES256"],
        "proof_types_supported": {"jwt": {"proof_signing_alg_values_supported": ["ES256"]}},
        "credential_metadata": {
            "display": [
                {"name": kind.title.say(locale), "description": kind.about.say(locale), "locale": locale}
                for locale in LOCALES
            ],
            "claims": [
                {
                    "path": [*root, *one.path],
                    "display": [{"name": one.title.say(locale), "locale": locale} for locale in LOCALES],
                }
                for one in kind.claims
            ],
        },
    }
