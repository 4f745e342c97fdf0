"""Django's entry for this service."""

from django.apps import AppConfig


class VotingConfig(AppConfig):
    """Voting."""

    name = "madang.citizens.voting"
    label = "voting"
