"""Django's entry for this service."""

from django.apps import AppConfig


class BriefingConfig(AppConfig):
    """Work report."""

    name = "madang.governance.briefing"
    label = "briefing"
