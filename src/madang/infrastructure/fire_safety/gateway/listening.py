"""MQTT in: gateways' and network servers' messages, acknowledged once they are kept.

Topics: `application/+/device/+/event/up` as ChirpStack v4 publishes, and `fire/#` for plain JSON and SenML.
"""

from __future__ import annotations

import queue

import paho.mqtt.client as mqtt

TOPICS = (("application/+/device/+/event/up", 1), ("fire/#", 1))
CLIENT = "madang-fire-safety"
MOST_WAITING = 20_000
KEEPALIVE_S = 20


class Listener:
    """A persistent session with the broker: what comes while nobody listens is delivered afterwards."""

    def __init__(self, host: str, port: int) -> None:
        self._waiting: queue.Queue[mqtt.MQTTMessage] = queue.Queue(MOST_WAITING)
        self._client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, client_id=CLIENT, clean_session=False, manual_ack=True
        )
        self._client.on_connect = self._subscribe
        self._client.on_message = self._put
        self._client.reconnect_delay_set(1, 5)
        self._client.connect_async(host, port, KEEPALIVE_S)
        self._client.loop_start()

    def take(self, most: int, wait_s: float) -> list[mqtt.MQTTMessage]:
        """Return the messages that wait, after at most `wait_s` seconds where there is none."""
        try:
            messages = [self._waiting.get(timeout=wait_s)]
        except queue.Empty:
            return []
        while len(messages) < most and not self._waiting.empty():
            messages.append(self._waiting.get_nowait())
        return messages

    def acknowledge(self, messages: list[mqtt.MQTTMessage]) -> None:
        """Tell the broker that these are kept; those it isn't told of come again."""
        for one in messages:
            self._client.ack(one.mid, one.qos)

    def close(self) -> None:
        """Leave; the session stays."""
        self._client.disconnect()
        self._client.loop_stop()

    def _subscribe(self, client: mqtt.Client, *_: object) -> None:
        client.subscribe(list(TOPICS))

    def _put(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        self._waiting.put(message)
