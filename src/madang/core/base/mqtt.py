"""MQTT in: a persistent session with the broker, acknowledged by hand once what came is kept; and news out."""

from __future__ import annotations

import queue
import threading
import urllib.request
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.client import MQTTMessage

from .broker import get_broker, unreachable
from .errors import Unavailable
from .settings import read_settings

MONITOR_FILE = "broker.monitor"
"""In `run` of the data folder: the address at which the packaged broker tells of itself."""
MOST_LISTENED = 10_000
MONITOR_S = 5.0
MOST_WAITING = 20_000
KEEPALIVE_S = 20
_AS_SUBJECT = str.maketrans({"/": ".", ".": "//", "+": "*", "#": ">"})


class MqttListener:
    """What comes to `topics` (QoS 1) while nobody listens is delivered afterwards; each client has a name of its own.

    `login` are user name and password; with them, the client's name ends in what nobody can guess who doesn't know
    them, so that nobody takes its session over by its name.
    """

    def __init__(
        self,
        host: str,
        port: int,
        client: str,
        topics: Iterable[str],
        *,
        login: tuple[str, str] | None = None,
    ) -> None:
        self._topics = [(topic, 1) for topic in topics]
        self._waiting: queue.Queue[MQTTMessage] = queue.Queue(MOST_WAITING)
        self._held: dict[int, MQTTMessage] = {}
        self._client = _make_client(client, login, clean_session=False, manual_ack=True)
        self._client.on_disconnect = self._forget
        self._client.on_pre_connect = self._forget
        self._client.on_connect = self._subscribe
        self._client.on_message = self._put
        self._client.reconnect_delay_set(1, 5)
        self._client.connect_async(host, port, KEEPALIVE_S)
        self._client.loop_start()

    def take(self, most: int, wait_s: float) -> list[MQTTMessage]:
        """Return the messages that wait, after at most `wait_s` seconds where there is none."""
        try:
            messages = [self._waiting.get(timeout=wait_s)]
        except queue.Empty:
            return []
        while len(messages) < most and not self._waiting.empty():
            messages.append(self._waiting.get_nowait())
        return messages

    def acknowledge(self, messages: list[MQTTMessage]) -> None:
        """Tell the broker that these are kept; those it isn't told of come again.

        What came by an earlier connection comes again by this one, under another number perhaps, and isn't told of.
        """
        for one in messages:
            if self._held.get(one.mid) is one:
                del self._held[one.mid]
                self._client.ack(one.mid, one.qos)

    def ask_again(self) -> None:
        """Have the broker deliver anew what wasn't acknowledged, by a new connection: not every broker does by itself."""
        self._forget()
        with suppress(OSError):  # the loop goes on trying
            self._client.reconnect()

    def close(self) -> None:
        """Leave; the session stays."""
        self._client.disconnect()
        self._client.loop_stop()

    def _subscribe(self, client: mqtt.Client, *_: object) -> None:
        self._forget()
        if self._topics:
            client.subscribe(self._topics)

    def _put(self, _client: mqtt.Client, _data: object, message: MQTTMessage) -> None:
        """Have a message wait; one that is in hand already and was sent once more, for it took long, is the same."""
        if message.qos:
            if message.mid in self._held:
                return
            self._held[message.mid] = message
        self._waiting.put(message)

    def _forget(self, *_: object) -> None:
        self._held.clear()
        with suppress(queue.Empty):
            while True:
                self._waiting.get_nowait()


def end_session(host: str, port: int, client: str, *, login: tuple[str, str] | None = None) -> None:
    """Have the broker forget a listener's session and what it keeps for it; raises Unavailable where it is away."""
    ended = threading.Event()
    one = _make_client(client, login, clean_session=True)
    one.on_connect = lambda *_: ended.set()
    try:
        one.connect(host, port, KEEPALIVE_S)
    except OSError as error:
        raise unreachable(str(error)) from error
    one.loop_start()
    ended.wait(KEEPALIVE_S)
    one.disconnect()
    one.loop_stop()


def _make_client(
    client: str, login: tuple[str, str] | None, *, clean_session: bool, manual_ack: bool = False
) -> mqtt.Client:
    name = f"{client}-{sha256(login[1].encode()).hexdigest()[:16]}" if login else client
    made = mqtt.Client(
        mqtt.CallbackAPIVersion.VERSION2, client_id=name, clean_session=clean_session, manual_ack=manual_ack
    )
    if login:
        made.username_pw_set(*login)
    return made


def as_subject(topic: str) -> str:
    """Return the packaged broker's subject of an MQTT topic: levels are words, a dot in one is two slashes."""
    return topic.translate(_AS_SUBJECT)


def as_topic(subject: str) -> str:
    """Return the MQTT topic of a subject."""
    return subject.replace("//", "\0").replace(".", "/").replace("\0", ".")


def tell_listeners(news: Iterable[tuple[str, bytes]]) -> None:
    """Tell who listens to MQTT topics of the packaged broker, at most once; nothing where it is away.

    `news` are (topic, payload).
    """
    named = [(as_subject(topic), payload) for topic, payload in news]
    with suppress(Unavailable):
        get_broker().tell_all(named)


class _Subscription(msgspec.Struct):
    subject: str


class _Subscriptions(msgspec.Struct):
    subscriptions_list: list[_Subscription] = []


def list_listened(prefix: str) -> list[str]:
    """Return the topics that begin with `prefix` and that somebody listens to at the packaged broker, each once.

    Those with wildcards are left out. Empty where the broker is away, or is one that nobody started on this data folder.
    """
    path = read_settings().data_path / "run" / MONITOR_FILE
    try:
        address = f"{path.read_text('ascii').strip()}/subsz?subs=1&limit={MOST_LISTENED}"
        with urllib.request.urlopen(address, timeout=MONITOR_S) as reply:  # noqa: S310
            found = msgspec.json.decode(reply.read(), type=_Subscriptions)
    except (OSError, ValueError):
        return []
    start = as_subject(prefix)
    subjects = {one.subject for one in found.subscriptions_list if one.subject.startswith(start)}
    return [as_topic(one) for one in sorted(subjects) if not {"*", ">"} & set(one.split("."))]
