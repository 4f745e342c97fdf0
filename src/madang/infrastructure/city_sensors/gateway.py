"""The way out: a simulated sensor's call of the city's own receiver."""

from __future__ import annotations

import httpx
from django.conf import settings

from .records import Sent


def send_packets(packets: list[Sent]) -> None:
    """Send packets to the receiver over HTTP, as sensors in the street do; nobody waits for them."""
    host = "127.0.0.1" if settings.MADANG.host in {"0.0.0.0", "::"} else settings.MADANG.host  # noqa: S104
    with httpx.Client(base_url=f"http://{host}:{settings.MADANG.port}", timeout=10) as client:
        for one in packets:
            client.get(f"/n/api/send/{one.certkey}/{one.data_no}/{one.pk_seq}/{one.serial}/{one.packet}")
