"""What devices say to the packaged broker by MQTT, read by the house where the broker keeps it.

The broker keeps each message of QoS 1 and 2 in a JetStream stream before it acknowledges it, for as long as somebody
who is known to it hasn't acknowledged it in turn (nats-server's README-MQTT.md). A house that listens by MQTT as well
tells it of each message alone, and each telling waits for the disk that the next messages are written to: it falls
behind at about 1,000 messages a second. Read from the stream, one telling is enough for all that came before.
"""

from __future__ import annotations

import queue
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js.api import AckPolicy, ConsumerConfig, ConsumerInfo, DeliverPolicy
from nats.js.errors import NotFoundError

from .broker import Broker
from .errors import Unavailable
from .mqtt import as_subject, as_topic, end_session

STREAM = "$MQTT_msgs"
KEPT = "$MQTT.msgs."
QOS = "Nmqtt-Pub"
"""Header of what came by MQTT: its quality of service, 0 to 2."""
MOST_UNACKNOWLEDGED = 5_000
AGAIN_S = 30
"""After so many seconds the broker sends what wasn't acknowledged once more."""
IDLE_S = 30.0
ADDRESS = f"$JS.ACK.{STREAM}.{{client}}.1.{{sequence}}.{{number}}.0.0"
"""Where a message that isn't delivered anew is acknowledged: else the broker holds back what is new until it sends all
that it sent before once more.
"""
SHORT, MOMENT, MORE = 9, 7, 2
"""Parts of an address to acknowledge to, which of them is the moment (ns), and how many a longer one has before it."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A device's message: its MQTT topic, where the broker keeps it (0: nowhere, QoS 0), and since when.

    The moment is the same (to the microsecond) however often the message comes.
    """

    topic: str
    payload: bytes
    sequence: int
    at: datetime | None = None
    reply: str = ""


class DeviceListener:
    """Messages to `topic` (`+` for a level), in order; what comes while nobody listens is delivered afterwards.

    To acknowledge a message acknowledges all before it, so none may be passed over. The broker numbers what it sends:
    at the start, where a number is missing, and on a new connection (a broker that was killed may have forgotten its
    last numbers and gives them again), all that it sent and wasn't told of is read from its stream before anything
    new. What is acknowledged leaves the stream for everybody, so no other may listen to the same messages by QoS 1 or 2.
    `client` names the listener for good; `mqtt` are host and port, for the session that an earlier edition left
    under that name.
    """

    def __init__(
        self, broker: Broker, client: str, topic: str, *, mqtt: tuple[str, int], login: tuple[str, str] | None
    ) -> None:
        self._broker = broker
        self._client = client
        self._mqtt = mqtt
        self._login = login
        self._subject = as_subject(topic)
        self._inbox = f"madang.devices.{client}"
        self._waiting: queue.Queue[tuple[int, Msg]] = queue.Queue()
        self._nats: Client | None = None
        self._deliveries: Subscription | None = None  # from the stream
        self._unkept: Subscription | None = None  # of QoS 0
        self._is_sure = False
        self._connection = 0  # the one on which we looked back
        self._number = self._told = 0  # of the last delivery, and of the last that the broker was told of
        self._read = self._kept = self._behind = (
            0  # sequences: handed out, acknowledged, to be read again up to
        )
        self._behind_address = ""  # to acknowledge all up to there
        self._moved = time.monotonic()

    def take(self, most: int, wait_s: float) -> list[Told]:
        """Return the messages that wait, after at most `wait_s` seconds where there is none or the broker is away."""
        try:
            is_new = self._count_connections() != self._connection
            if is_new or not self._is_sure or time.monotonic() - self._moved > IDLE_S:
                self._look_back()
            if self._read < self._behind:
                return self._read_again(most)
        except Unavailable:
            self._is_sure = False
            time.sleep(wait_s)
            return []
        taken: list[Told] = []
        with suppress(queue.Empty):
            while len(taken) < most and self._accept(self._waiting.get(not taken, wait_s), taken):
                pass
        if taken:
            self._moved = time.monotonic()
        return taken

    def acknowledge(self, messages: list[Told]) -> None:
        """Tell the broker that these, and so all before them, are kept; what it isn't told of comes again.

        All but the last are taken out of its stream first: told alone, it takes out each by itself and waits each time
        for the disk that the next messages are written to; asked to, it waits once. But then it doesn't notice that
        it may send again, where as many as may be were under way.
        """
        self._kept = max(self._kept, *(one.sequence for one in messages))
        newest = max(messages, key=lambda one: (bool(one.reply), one.sequence))
        if not newest.reply:
            return
        with suppress(Unavailable):
            jetstream = self._broker.client().jetstream()
            self._broker.run(jetstream.purge_stream(STREAM, newest.sequence, KEPT + self._subject))
        self._broker.tell(newest.reply, b"+ACK")
        may_be_held = self._number + self._waiting.qsize() - self._told >= MOST_UNACKNOWLEDGED // 2
        self._told = read_number(newest.reply)
        if may_be_held:
            with suppress(Unavailable):
                self._join()

    def ask_again(self) -> None:
        """Have what wasn't acknowledged delivered anew."""
        self._is_sure = False

    def close(self) -> None:
        """Leave; what comes is kept by the broker."""
        for one in filter(None, (self._deliveries, self._unkept)):
            with suppress(Unavailable):
                self._broker.run(one.unsubscribe())

    def _accept(self, delivery: tuple[int, Msg], taken: list[Told]) -> bool:
        """Have a delivery (its connection, the message) handed out where it is its turn; return whether to go on."""
        connection, message = delivery
        topic = as_topic(message.subject.removeprefix(KEPT))
        if not message.reply:
            taken.append(Told(topic=topic, payload=message.data, sequence=0))
            return True
        if connection != self._connection:
            self._is_sure = False
            return False
        sequence, number = message.metadata.sequence.stream, message.metadata.sequence.consumer
        if number <= self._number:
            return True  # sent before we looked back
        if number != self._number + 1:
            self._is_sure = False
            return False
        self._number = number
        if sequence > self._read:
            self._read = sequence
            at = read_moment(message.reply)
            taken.append(
                Told(topic=topic, payload=message.data, sequence=sequence, at=at, reply=message.reply)
            )
        elif sequence <= self._kept:
            self._broker.tell(message.reply, b"+ACK")
        return True

    def _look_back(self) -> None:
        self._join()
        with suppress(queue.Empty):
            while True:
                self._waiting.get_nowait()
        self._connection = self._count_connections()
        info = self._find_consumer()
        sent, told = info.delivered, info.ack_floor
        self._number = sent.consumer_seq if sent else 0
        self._told = told.consumer_seq if told else 0
        self._behind = sent.stream_seq if sent else 0
        self._behind_address = ADDRESS.format(client=self._client, sequence=self._behind, number=self._number)
        self._read = self._kept = told.stream_seq if told else 0
        self._is_sure, self._moved = True, time.monotonic()

    def _read_again(self, most: int) -> list[Told]:
        """Return what the broker has sent already and wasn't told of."""
        jetstream = self._broker.client().jetstream()
        again: list[Told] = []
        while self._read < self._behind and len(again) < most:
            ask = jetstream.get_msg(STREAM, seq=self._read + 1, subject=KEPT + self._subject, next=True)
            try:
                found = self._broker.run(ask)
            except Unavailable as error:
                if not isinstance(error.__cause__, NotFoundError):
                    raise
                self._read = self._behind
                break
            self._read = found.seq or self._behind
            if self._read <= self._behind:
                topic = as_topic((found.subject or "").removeprefix(KEPT))
                payload = found.data or b""
                again.append(Told(topic=topic, payload=payload, sequence=self._read, at=found.time))
        self._read = min(self._read, self._behind)
        if again and self._read == self._behind:
            again[-1] = msgspec.structs.replace(again[-1], reply=self._behind_address)
        return again

    def _join(self) -> None:
        """Have deliveries come here; the broker sends what it holds back to who joins anew."""
        self._nats = self._broker.client()
        if self._unkept is None:
            self._unkept = self._broker.run(self._nats.subscribe(self._subject, cb=self._put))
        if self._deliveries is not None:
            self._broker.run(self._deliveries.unsubscribe())
        self._deliveries = self._broker.run(self._nats.subscribe(self._inbox, cb=self._put))

    def _count_connections(self) -> int:
        return self._nats.stats["reconnects"] if self._nats else 0

    async def _put(self, message: Msg) -> None:
        """Have a delivery from the stream wait, or a message of QoS 0; the others' copies are passed over."""
        if message.reply or (message.headers or {}).get(QOS, "0").startswith("0"):
            self._waiting.put_nowait((self._count_connections(), message))

    def _find_consumer(self) -> ConsumerInfo:
        """Return how far the broker is with us; at first have it keep what comes from now on."""
        jetstream = self._broker.client().jetstream()
        config = ConsumerConfig(
            durable_name=self._client,
            deliver_subject=self._inbox,
            filter_subject=KEPT + self._subject,
            deliver_policy=DeliverPolicy.ALL,
            ack_policy=AckPolicy.ALL,
            ack_wait=AGAIN_S,
            max_ack_pending=MOST_UNACKNOWLEDGED,
        )
        try:
            return self._broker.run(jetstream.consumer_info(STREAM, self._client))
        except Unavailable as error:
            if not isinstance(error.__cause__, NotFoundError):
                raise
        end = partial(end_session, *self._mqtt, self._client, login=self._login)
        try:
            info = self._broker.run(jetstream.add_consumer(STREAM, config))
        except Unavailable as error:
            if not isinstance(error.__cause__, NotFoundError):
                raise
            end()  # the first to come by MQTT makes the stream
            info = self._broker.run(jetstream.add_consumer(STREAM, config))
        end()  # what it wasn't told of is in the stream still, and ours now
        return info


def read_number(reply: str) -> int:
    """Return the number that the broker gave to what it delivers with the address `reply`."""
    return int(_read_token(reply, MOMENT - 1))


def read_moment(reply: str) -> datetime:
    """Return when the broker took in what it delivers with the address `reply`.

    nats-py reads it as a float, which is not exact enough to be the same moment as that of the stream's message.
    """
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(_read_token(reply, MOMENT)) // 1000)


def _read_token(reply: str, at: int) -> str:
    tokens = reply.split(".")
    return tokens[at if len(tokens) == SHORT else at + MORE]
