"""Django's entry for the lake."""

from __future__ import annotations

from django.apps import AppConfig


class LakeConfig(AppConfig):
    """Tables and streams of the city, and their catalogue."""

    name = "madang.core.lake"
    label = "lake"
