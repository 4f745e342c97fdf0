"""How a delivery can fail."""

from __future__ import annotations


class Failed(Exception):
    """Not received now; try again, not before `retry_after_s` seconds."""

    def __init__(self, reason: str, retry_after_s: float = 0) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(reason)


class Refused(Exception):
    """Never to be received as it is: trying again is no use."""


class NotConfigured(Exception):
    """The house lacks a setting for this channel; the hand-over waits."""
