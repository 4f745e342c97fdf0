"""What a verifier asks: an authorization request of OpenID4VP 1.0 with a DCQL query, answered by direct_post or direct_post.jwt.

The request isn't signed: its client identifier is the very address that the answer goes to
(section 5.9.3, prefix `redirect_uri`), and the holder's proof is made for that address.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .claim_paths import Path
from .metadata import FORMAT

QUERY_ID = "certificate"


def name_client(response_uri: str) -> str:
    """Return the client identifier of a verifier that is answered at `response_uri`."""
    return f"redirect_uri:{response_uri}"


def make_query(kinds: Iterable[str], paths: Iterable[Path]) -> dict[str, Any]:
    """Return the DCQL query for one certificate of any of these kinds (each a `vct`) and these claims of it."""
    return {
        "credentials": [
            {
                "id": QUERY_ID,
                "format": FORMAT,
                "meta": {"vct_values": list(kinds)},
                "claims": [{"path": list(one)} for one in paths],
            }
        ]
    }


def make_request(
    response_uri: str,
    nonce: str,
    state: str,
    query: dict[str, Any],
    sealing: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the parameters of the request; objects in them are still objects.

    `sealing` are client metadata that tell how the answer is encrypted, None where it isn't.
    """
    algorithms = {"sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"]}
    return {
        "response_type": "vp_token",
        "response_mode": "direct_post.jwt" if sealing else "direct_post",
        "client_id": name_client(response_uri),
        "response_uri": response_uri,
        "nonce": nonce,
        "state": state,
        "dcql_query": query,
        "client_metadata": {"vp_formats_supported": {FORMAT: algorithms}, **(sealing or {})},
    }
