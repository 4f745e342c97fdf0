"""Django's entry for this service."""

from django.apps import AppConfig


class BudgetConfig(AppConfig):
    """Budget."""

    name = "madang.governance.budget"
    label = "budget"
