"""What a verifier asks: an authorization request of OpenID4VP 1.0 with a DCQL query, answered by direct_post or direct_post.jwt.

The request isn't signed: its client identifier is the very address that the answer goes to
(section 5.9.3, prefix `redirect_uri`), and the holder's proof is made for that address.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .claim_paths import Path
from .metadata import FORMAT
from .w3c import BASE_TYPE, SUBJECT
from .w3c import TYPE as W3C

QUERY_ID = "certificate"


def name_client(response_uri: str) -> str:
    """Return the client identifier of a verifier that is answered at `response_uri`."""
    return f"redirect_uri:{response_uri}"


def make_query(kinds: Iterable[str], paths: Iterable[Path], *, is_w3c: bool = False) -> dict[str, Any]:
    """Return the DCQL query for one certificate of any of these kinds (each a `vct`, or a W3C type) and these claims of it."""
    if is_w3c:
        kind = {"format": W3C, "meta": {"type_values": [[BASE_TYPE, one] for one in kinds]}}
        root: Path = (SUBJECT,)
    else:
        kind, root = {"format": FORMAT, "meta": {"vct_values": list(kinds)}}, ()
    return {
        "credentials": [
            {
                "id": QUERY_ID,
                **kind,
                "claims": [{"path": [*root, *one]} for one in paths],
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
    [format_name] = {one["format"] for one in query["credentials"]}
    algorithms = {"sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"]}
    return {
        "response_type": "vp_token",
        "response_mode": "direct_post.jwt" if sealing else "direct_post",
        "client_id": name_client(response_uri),
        "response_uri": response_uri,
        "nonce": nonce,
        "state": state,
        "dcql_query": query,
        "client_metadata": {"vp_formats_supported": {format_name: algorithms}, **(sealing or {})},
    }
