"""The way out: a simulated sensor's call of the city's own receiver."""

from __future__ import annotations

import httpx
from django.conf import settings

from .records import Sent


def send_packets(packets: list[Sent]) -> None:
    """Send packets to the receiver over HTTP, as sensors in the street do; nobody waits for them."""
    with httpx.Client(
        base_url=f"http://{settings.MADANG.own_host}:{settings.MADANG.port}", timeout=10
    ) as client:
        for one in packets:
            client.get(f"/n/api/send/{one.certkey}/{one.data_no}/{one.pk_seq}/{one.serial}/{one.packet}")
