"""Django's entry for the places room."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """The places room."""

    name = "madang.core.places"
    label = "places"
    default_auto_field = "django.db.models.BigAutoField"
