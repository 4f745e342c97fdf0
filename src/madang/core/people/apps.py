"""Django's entry for the people room."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate  # noqa: TID251 - to take two away


class PeopleConfig(AppConfig):
    """Accounts, agencies, roles, consent and the audit log."""

    name = "madang.core.people"
    label = "people"

    def ready(self) -> None:
        """Keep Django from writing a permission for every model at each start: ours stand in the manifests."""
        from django.contrib.contenttypes.management import create_contenttypes  # noqa: PLC0415

        post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
        post_migrate.disconnect(create_contenttypes)
