"""Django's entry for this service."""

from django.apps import AppConfig


class CityMapConfig(AppConfig):
    """City map."""

    name = "madang.citizens.city_map"
    label = "city_map"
