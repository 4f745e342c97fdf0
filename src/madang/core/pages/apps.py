"""Django's view of this room."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """The room of pages."""

    name = "madang.core.pages"
    default_auto_field = "django.db.models.BigAutoField"
