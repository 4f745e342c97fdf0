"""The broker's stream, read in order and without gaps from a position of our own."""

from __future__ import annotations

import logging

import msgspec
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, StreamInfo

from madang.core.base.interface import Broker, Unavailable, new_id
from madang.core.lake.streams import STREAM, SUBJECT, ensure_stream

log = logging.getLogger(__name__)


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message of the stream."""

    table: str
    sequence: int
    payload: bytes


class Source:
    """Messages after a position, in order.

    The position is kept by us, with what was made of the messages, and not by the broker: acknowledged
    one by one, messages could come again out of order, and "up to here" would mean nothing. Messages
    are deleted from the stream once they are in tables.
    """

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.position = 0
        self._created = ""
        self._delivered = 0  # by the subscription
        self._subscription: JetStreamContext.PullSubscription | None = None
        ensure_stream(broker)

    def read_info(self) -> StreamInfo:
        """Return the stream's state."""
        return self.broker.run(self.broker.client().jetstream().stream_info(STREAM))

    def name_epoch(self, known: str, position: int) -> str:
        """Return the name of the numbers that messages have: `known` where they go on after its `position`.

        A stream that was made anew counts from 1 again; one whose broker was laid back to an earlier state gives
        numbers to other messages than it did before.
        """
        info = self.read_info()
        self._created = _read_created(info)
        if known.partition("/")[0] != self._created:
            return self._created
        return known if info.state.last_seq >= position else f"{self._created}/{new_id()}"

    def seek(self, position: int) -> None:
        """Continue after `position`, or with the first message there is."""
        self.position = max(position, self.read_info().state.first_seq - 1)
        self._subscription = None

    def fetch(self, count: int, timeout_s: float) -> list[Message]:
        """Return at most `count` messages, as soon as there is one; none after `timeout_s`."""
        if self._subscription is None:
            self._subscription = self._subscribe()
        messages = self._pull(1, timeout_s)
        if messages and count > 1:
            messages += self._pull(count - 1, 0.005)
        elif not messages:
            self._look()
        return self._accept(messages)

    def release(self, position: int) -> None:
        """Delete messages up to `position`: they are in tables."""
        self.broker.run(self.broker.client().jetstream().purge_stream(STREAM, seq=position + 1))

    def _look(self) -> None:
        """Find out whether there really is nothing."""
        info = self.read_info()
        if _read_created(info) != self._created or info.state.last_seq < self.position:
            raise Unavailable(
                "lake.other_stream",
                "브로커의 스트림이 바뀌었습니다",
                "the broker's stream isn't the one it was",
            )
        if info.state.last_seq > self.position:
            self._subscription = None  # the broker was restarted and has forgotten us

    def _subscribe(self) -> JetStreamContext.PullSubscription:
        config = ConsumerConfig(
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=self.position + 1,
            ack_policy=AckPolicy.NONE,
            inactive_threshold=30,
            mem_storage=True,
        )
        jetstream = self.broker.client().jetstream()
        self._delivered = 0
        return self.broker.run(jetstream.pull_subscribe(SUBJECT + "*", stream=STREAM, config=config))

    def _pull(self, count: int, timeout_s: float) -> list[Msg]:
        try:
            return self.broker.run(self._subscription.fetch(count, timeout=timeout_s), timeout_s + 10)
        except Unavailable as error:
            if isinstance(
                error.__cause__, TimeoutError
            ):  # nats's own, or asyncio's where a short wait was used up
                return []
            self._subscription = None
            raise

    def _accept(self, messages: list[Msg]) -> list[Message]:
        """Return the messages that continue without a missing delivery; the next fetch starts over at one.

        A number that the stream itself no longer has (a damaged block of its files) holds nothing up.
        """
        accepted = []
        for message in messages:
            sequence = message.metadata.sequence.stream
            if message.metadata.sequence.consumer != self._delivered + 1:
                self._subscription = None
                break
            self._delivered += 1
            if sequence != self.position + 1:
                log.error("the stream has lost messages %d to %d", self.position + 1, sequence - 1)
            self.position = sequence
            name = message.subject.removeprefix(SUBJECT)
            accepted.append(Message(table=name, sequence=sequence, payload=message.data))
        return accepted


def _read_created(info: StreamInfo) -> str:
    return info.created.isoformat() if info.created else ""
