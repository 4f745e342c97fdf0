"""Django's entry for this service."""

from django.apps import AppConfig


class FireSafetyConfig(AppConfig):
    """Fire-safety net."""

    name = "madang.infrastructure.fire_safety"
    label = "fire_safety"
