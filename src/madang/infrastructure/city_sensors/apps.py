"""Django's entry for this service."""

from django.apps import AppConfig


class CitySensorsConfig(AppConfig):
    """City sensors."""

    name = "madang.infrastructure.city_sensors"
    label = "city_sensors"
