"""Django's entry for this service."""

from django.apps import AppConfig


class OpenDataConfig(AppConfig):
    """Open data."""

    name = "madang.citizens.open_data"
    label = "open_data"
