"""The way out: a simulated sensor's call of the city's own receiver."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import httpx
from django.conf import settings

from .records import Sent

AT_ONCE = 16
log = logging.getLogger("madang.city_sensors")


def send_packets(packets: list[Sent]) -> None:
    """Send packets to the receiver over HTTP, a few at a time, as sensors in the street do.

    Nobody waits for them, and what doesn't arrive is a gap, as theirs is.
    """
    address = f"http://{settings.MADANG.own_host}:{settings.MADANG.port}"
    name = settings.MADANG.public_url.partition("//")[2].partition("/")[0]
    client = _open_client(address, name)
    with ThreadPoolExecutor(AT_ONCE) as senders:
        for answer in [senders.submit(_send, client, one) for one in packets]:
            answer.result()


@cache
def _open_client(address: str, name: str) -> httpx.Client:
    """Return the client that this process keeps: making one costs more than what it sends."""
    headers = {"Host": name} if name else {}
    return httpx.Client(base_url=address, headers=headers, timeout=10)


def _send(client: httpx.Client, one: Sent) -> None:
    try:
        client.get(f"/n/api/send/{one.certkey}/{one.data_no}/{one.pk_seq}/{one.serial}/{one.packet}")
    except httpx.HTTPError as error:
        log.warning("what %s measured is lost on its way: %s", one.serial, type(error).__name__)
