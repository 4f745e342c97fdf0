"""Django's entry for the people room."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Accounts, agencies, roles, consent and the audit log."""

    name = "madang.core.people"
    label = "people"
