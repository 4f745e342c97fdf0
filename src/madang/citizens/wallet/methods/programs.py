"""What the provider of bundles says of itself (RFC 8414), and how a program shows who it is by a secret (RFC 6749, section 2.3.1)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from typing import Any

from .metadata import AUTHORIZATION_CODE
from .signatures import ALGORITHMS

REFRESH = "refresh_token"
SAFE_ADDRESS = re.compile(
    r"(https://[A-Za-z0-9.-]+|http://(127\.0\.0\.1|\[::1\]|localhost))(:[1-9]\d{0,4})?(/[!-\"$-~]*)?",
    re.ASCII,
)


def name_provider(issuer: str) -> str:
    """Return the URL of the provider of bundles beside an issuer of certificates."""
    return f"{issuer}/mydata"


def list_audiences(provider: str) -> tuple[str, ...]:
    """Return the URLs by which programs may name a provider in what they sign (RFC 9126, section 2)."""
    return provider, f"{provider}/token", f"{provider}/par"


def describe_provider(issuer: str, bundles: Iterable[str]) -> dict[str, Any]:
    """Return the metadata of the provider beside `issuer`: a bundle is asked for by its scope, always pushed, with PKCE."""
    provider = name_provider(issuer)
    known = {
        "endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt"],
        "endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
    }
    return {
        "issuer": provider,
        "authorization_endpoint": f"{provider}/authorize",
        "pushed_authorization_request_endpoint": f"{provider}/par",
        "require_pushed_authorization_requests": True,
        "token_endpoint": f"{provider}/token",
        "introspection_endpoint": f"{provider}/introspect",
        "revocation_endpoint": f"{provider}/revoke",
        "bundle_endpoint": f"{provider}/bundle",
        "jwks_uri": f"{issuer}/jwks",
        "grant_types_supported": [AUTHORIZATION_CODE, REFRESH],
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "scopes_supported": sorted(bundles),
        **{
            f"{endpoint}_{name}": values
            for endpoint in ("token", "introspection", "revocation")
            for name, values in known.items()
        },
    }


def read_login(header: str, form: Mapping[str, str]) -> tuple[str, str] | None:
    """Return (program, secret) as a request says them, in its header or its form; None where it says none, or both."""
    in_form = (form.get("client_id", ""), form.get("client_secret", ""))
    if not header:
        return in_form if all(in_form) else None
    scheme, _, text = header.partition(" ")
    if scheme.lower() != "basic" or in_form[1]:
        return None
    try:
        name, separator, secret = base64.b64decode(text.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    # Names and secrets given here have no letter that form encoding would change.
    return (name, secret) if separator and in_form[0] in {"", name} else None


def is_safe_address(address: str) -> bool:
    """Return whether codes may be sent to an address: by https, or on this machine (RFC 8252), and with no fragment."""
    return SAFE_ADDRESS.fullmatch(address) is not None
