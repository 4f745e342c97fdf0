"""Links that wallets open."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils.http import urlencode

OFFER_SCHEME, REQUEST_SCHEME = "openid-credential-offer://", "openid4vp://authorize"
HOLDER = "/wallet/holder/"


def link_offer(offer: Mapping[str, Any]) -> tuple[str, str]:
    """Return (the link for any wallet, the link for the wallet in this browser) of a credential offer."""
    return _link(OFFER_SCHEME, {"credential_offer": offer})


def link_request(request: Mapping[str, Any]) -> tuple[str, str]:
    """Return (the link for any wallet, the link for the wallet in this browser) of a verifier's request."""
    return _link(REQUEST_SCHEME, request)


def _link(scheme: str, parameters: Mapping[str, Any]) -> tuple[str, str]:
    texts = {
        name: value
        if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        for name, value in parameters.items()
    }
    query = urlencode(texts)
    return f"{scheme}?{query}", f"{HOLDER}#{query}"
