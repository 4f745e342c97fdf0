"""Django's entry for the incidents room."""

from __future__ import annotations

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """Findings become incidents; people answer; other systems are told once."""

    name = "madang.core.incidents"
    label = "incidents"
