"""Django's entry for this service."""

from django.apps import AppConfig


class WalletConfig(AppConfig):
    """Wallet."""

    name = "madang.citizens.wallet"
    label = "wallet"
