"""The way in of simulated detectors: uplinks published to the broker as a network server would."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from paho.mqtt import publish

logging.getLogger("paho.mqtt.client").setLevel(logging.CRITICAL)  # it calls each leave-taking an error
APPLICATION = "fire-safety"


def publish_uplinks(host: str, port: int, uplinks: Sequence[tuple[str, bytes]]) -> None:
    """Publish (device, event) pairs on ChirpStack's topics, each acknowledged by the broker."""
    messages = [
        (f"application/{APPLICATION}/device/{device}/event/up", event, 1, False) for device, event in uplinks
    ]
    publish.multiple(messages, hostname=host, port=port)
