"""Login by password that pauses after too many failures, counted in the database for all processes."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from madang.core.base.interface import now

from .models import LoginFailure

WINDOW = timedelta(minutes=5)
# Many people share one address behind an office's router.
ADDRESS_FACTOR = 10


class ThrottledBackend(AuthenticationBackend):
    """Checks a password unless the account or the sender's address must wait."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> AbstractBaseUser | None:  # type: ignore[override]
        """Return the account whose password this is; a failure is counted."""
        if not credentials.get("username") or not credentials.get("password"):
            return None
        if must_wait(request, credentials["username"], now()):
            raise PermissionDenied
        account = super().authenticate(request, **credentials)
        if account is None:
            _note_failure(request, credentials["username"], now())
        return account


def must_wait(request: HttpRequest | None, username: str, at: datetime) -> bool:
    """Return whether too many passwords failed lately for this name or from this address."""
    allowed = settings.MADANG.login_attempts
    limits = dict(zip(_list_keys(request, username), (allowed, allowed * ADDRESS_FACTOR), strict=False))
    return any(
        LoginFailure.objects.filter(key=key, at__gt=at - WINDOW).count() >= limit
        for key, limit in limits.items()
    )


def _note_failure(request: HttpRequest | None, username: str, at: datetime) -> None:
    LoginFailure.objects.filter(at__lte=at - WINDOW).delete()
    LoginFailure.objects.bulk_create(LoginFailure(key=key, at=at) for key in _list_keys(request, username))


def _list_keys(request: HttpRequest | None, username: str) -> list[str]:
    name = hashlib.sha256(username.strip().lower().encode(errors="replace")).hexdigest()
    keys = [f"name:{name}"]
    if request is not None:
        keys.append(f"address:{get_adapter().get_client_ip(request)}")
    return keys
