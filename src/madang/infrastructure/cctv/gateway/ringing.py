"""The way in of simulated bells: messages published to the broker, as a bell would."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import msgspec
from paho.mqtt import publish

from madang.infrastructure.cctv.methods.ringing import Said

logging.getLogger("paho.mqtt.client").setLevel(logging.CRITICAL)  # it calls each leave-taking an error


def publish_rings(host: str, port: int, rings: Sequence[tuple[str, Said]]) -> None:
    """Publish what bells say; the broker acknowledges each."""
    messages = [(f"bells/{bell_id}", msgspec.json.encode(said), 1, False) for bell_id, said in rings]
    if messages:
        publish.multiple(messages, hostname=host, port=port)
