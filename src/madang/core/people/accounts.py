"""How accounts come about and log in, for the login library."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Citizens sign up themselves; staff accounts are made by an administrator."""
