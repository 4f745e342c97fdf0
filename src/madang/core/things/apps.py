"""Django's entry for the things room."""

from __future__ import annotations

from django.apps import AppConfig


class ThingsConfig(AppConfig):
    """The register of assets and sensors."""

    name = "madang.core.things"
    label = "things"
