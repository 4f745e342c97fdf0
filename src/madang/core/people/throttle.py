"""Login that pauses after too many failures."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend


class ThrottledBackend(AuthenticationBackend):
    """Checks a password unless the account or the address must wait."""
