"""The way in of simulated detectors: uplinks published to the broker as a network server would."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from paho.mqtt import publish

logging.getLogger("paho.mqtt.client").setLevel(logging.CRITICAL)  # it calls each leave-taking an error
APPLICATION = "fire-safety"


def publish_uplinks(
    host: str, port: int, uplinks: Sequence[tuple[str, bytes]], gateways: Sequence[str] = ()
) -> None:
    """Publish (device, event) pairs, and that gateways are alive, on ChirpStack's topics; the broker acknowledges each."""
    messages = [
        *(
            (f"application/{APPLICATION}/device/{device}/event/up", event, 1, False)
            for device, event in uplinks
        ),
        *((f"kr920/gateway/{one}/event/stats", b"{}", 1, False) for one in gateways),
    ]
    if messages:
        publish.multiple(messages, hostname=host, port=port)
