"""The broker as ordinary code sees it: publish, publish acknowledged, subscribe.

nats-py speaks asyncio; the rest of the house is mostly threads, so each process keeps one connection on
one event loop of its own. The address comes from `MADANG_BROKER_URL` or from `run/broker.url` in the
data folder, which the supervisor writes.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.errors import Error as JetStreamError

from .errors import Unavailable
from .settings import read_settings

LIVE = "live."
NEWS_S = 5  # what is older is no news
T = TypeVar("T")


def find_broker_url(data_path: Path | None = None) -> str:
    """Return the broker's address, or raise `Unavailable` where none runs."""
    url = os.environ.get("MADANG_BROKER_URL", "")
    if url:
        return url
    path = (data_path or read_settings().data_path) / "run" / "broker.url"
    if path.is_file():
        return path.read_text("ascii").strip()
    raise unreachable("no broker runs on this data folder; start it with: madang up")


def find_broker_login() -> tuple[str, str] | None:
    """Return the house's user name and password at its broker; None where that knows no users."""
    parts = urlsplit(find_broker_url())
    return (parts.username, parts.password or "") if parts.username else None


class Broker:
    """One connection to the broker; its methods may be called from any thread."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._loop = asyncio.new_event_loop()
        self._client: Client | None = None
        self._joining: asyncio.Task[Client] | None = None
        threading.Thread(target=self._loop.run_forever, name="broker", daemon=True).start()

    def run(self, work: Coroutine[Any, Any, T], timeout_s: float = 10) -> T:
        """Run `work` on the broker's loop and return its result; raise `Unavailable` where it can't."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(timeout_s)
        except (NatsError, JetStreamError, OSError, TimeoutError) as error:
            future.cancel()
            raise unreachable(f"{type(error).__name__}: {error}") from error

    def client(self) -> Client:
        """Return the connected client (its coroutines go through `run`)."""
        return self.run(self._join())

    def tell(self, subject: str, payload: bytes) -> None:
        """Send news without waiting for anything: nobody's work is held up by a broker that is away."""
        self.tell_all([(subject, payload)])

    def tell_all(self, news: Sequence[tuple[str, bytes]]) -> None:
        """Send (subject, payload) news in order, as `tell` does."""
        asyncio.run_coroutine_threadsafe(self._tell(news), self._loop)

    def publish(self, subject: str, payload: bytes) -> None:
        """Send at most once, unacknowledged: for what is only news."""
        client = self.client()
        self.run(client.publish(subject, payload))

    def publish_acknowledged(self, subject: str, payload: bytes, *, message_id: str = "") -> int:
        """Send to JetStream and return the stream's sequence number once it is on disk.

        The same `message_id` within the stream's window is stored once.
        """
        jetstream = self.client().jetstream()
        headers = {"Nats-Msg-Id": message_id} if message_id else None
        return self.run(jetstream.publish(subject, payload, headers=headers, timeout=10)).seq

    def close(self) -> None:
        """Close the connection and its loop."""
        if self._client is not None:
            with suppress(Unavailable):
                self.run(self._client.close())
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _join(self) -> Client:
        """Return the one connection; who gives up waiting leaves the others' attempt alone."""
        if self._client is None or self._client.is_closed:
            if self._joining is None or self._joining.done():
                self._joining = asyncio.ensure_future(connect(self.url))
            self._client = await asyncio.shield(self._joining)
        return self._client

    async def _tell(self, news: Sequence[tuple[str, bytes]]) -> None:
        with suppress(NatsError, OSError, TimeoutError):
            client = await asyncio.wait_for(self._join(), NEWS_S)
            for subject, payload in news:
                await client.publish(subject, payload)


@cache
def get_broker() -> Broker:
    """Return this process's connection to the broker of the data folder."""
    return Broker(find_broker_url())


def publish_live(topic: str, payload: object) -> None:
    """Tell open pages that something under `topic` changed; news only, so a missing broker is no error."""
    with suppress(Unavailable):
        get_broker().tell(LIVE + topic, msgspec.json.encode(payload))


async def connect(url: str) -> Client:
    """Return a client connected to `url` that reconnects by itself for ever."""
    return await nats.connect(
        url, connect_timeout=2, max_reconnect_attempts=-1, reconnect_time_wait=0.2, error_cb=_ignore
    )


@asynccontextmanager
async def subscribe_live(url: str, topics: list[str]) -> AsyncGenerator[asyncio.Queue[Msg], None]:
    """Yield a queue that fills with the news of `topics` (each may end in ".>")."""
    client = await connect(url)
    queue: asyncio.Queue[Msg] = asyncio.Queue(maxsize=1000)
    try:
        for topic in topics:
            await client.subscribe(LIVE + topic, cb=queue.put)
        yield queue
    finally:
        await client.close()


async def _ignore(error: Exception) -> None:
    """Reconnecting is the client's business; a failing call raises where it is made."""


def unreachable(reason: str) -> Unavailable:
    """Return the error of a broker that doesn't answer."""
    return Unavailable(
        "broker.unreachable",
        f"메시지 브로커에 연결할 수 없습니다 ({reason}). 보낸 내용은 저장되지 않았습니다.",
        f"the broker can't be reached ({reason}); nothing was stored",
    )
