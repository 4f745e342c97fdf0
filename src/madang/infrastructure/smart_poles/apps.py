"""Django's entry for this service."""

from django.apps import AppConfig


class SmartPolesConfig(AppConfig):
    """Smart poles."""

    name = "madang.infrastructure.smart_poles"
    label = "smart_poles"
