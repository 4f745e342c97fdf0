"""Django's view of this room."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """The room of pages."""

    name = "madang.core.pages"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let fields say what to write."""
        from .field_errors import replace_messages  # noqa: PLC0415 - forms need the registry of apps

        replace_messages()
