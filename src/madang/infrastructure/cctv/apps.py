"""Django's entry for this service."""

from django.apps import AppConfig


class CctvConfig(AppConfig):
    """Intelligent CCTV."""

    name = "madang.infrastructure.cctv"
    label = "cctv"
