"""API tokens: `mdg_<prefix>_<secret>`, of which only the prefix and a hash are kept."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta

from .models import ApiToken

_FORM = re.compile(r"mdg_([0-9a-f]{8})_[A-Za-z0-9_-]{43}")
_USE_NOTED_EVERY = timedelta(minutes=1)


def make_secret() -> tuple[str, str]:
    """Return a new token's (prefix, whole text)."""
    prefix = secrets.token_hex(4)
    return prefix, f"mdg_{prefix}_{secrets.token_urlsafe(32)}"


def hash_secret(secret: str) -> str:
    """Return how a secret is kept: its SHA-256 in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def find_token(secret: str, now: datetime) -> ApiToken | None:
    """Return the token whose text is `secret` if it holds now, and note its use (by the minute)."""
    match = _FORM.fullmatch(secret)
    if match is None:
        return None
    token = ApiToken.objects.select_related("account").filter(prefix=match[1]).first()
    if token is None or not hmac.compare_digest(token.token_hash, hash_secret(secret)):
        return None
    if token.revoked_at is not None or token.expires_at <= now or not token.account.is_active:
        return None
    if token.last_used_at is None or now - token.last_used_at >= _USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token
