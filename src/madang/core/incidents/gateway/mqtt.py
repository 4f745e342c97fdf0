"""MQTT with QoS 1: the broker's PUBACK means received; the message carries its id."""

from __future__ import annotations

import threading
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from madang.core.incidents.records import Target

from .addresses import find_address
from .outcomes import Failed


def send_mqtt(target: Target, body: bytes, *, timeout_s: float) -> None:
    """Publish `body` (JSON with `id` and `sequence`) and wait for the broker's acknowledgement.

    Subscribers may meet a message twice and must mind its `id`. What a PUBACK promises beyond the
    broker's memory is the broker's own affair.
    """
    parts = urlsplit(target.address)
    host, is_tls = parts.hostname or "", parts.scheme == "mqtts"
    port = parts.port or (8883 if is_tls else 1883)
    address = find_address(host, port)
    # With TLS the certificate proves the name, so the connection may go by name.
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=f"madang-outbox-{target.id}")
    if parts.username:
        client.username_pw_set(unquote(parts.username), target.secret or None)
    if is_tls:
        client.tls_set()
    client.connect_timeout = timeout_s
    try:
        _publish(client, host if is_tls else address, port, parts.path.lstrip("/"), body, timeout_s)
    except (OSError, ValueError, RuntimeError) as error:
        raise Failed(f"{type(error).__name__}: {error}") from error
    finally:
        client.disconnect()
        client.loop_stop()


def _publish(client: paho.Client, host: str, port: int, topic: str, body: bytes, timeout_s: float) -> None:
    answered, refusal = threading.Event(), []

    def note_answer(
        _client: object, _data: object, _flags: object, code: paho.ReasonCode, _p: object
    ) -> None:
        if code.is_failure:
            refusal.append(str(code))
        answered.set()

    client.on_connect = note_answer
    client.connect(host, port, keepalive=30)
    client.loop_start()
    if not answered.wait(timeout_s):
        raise Failed("the broker didn't answer in time")
    if refusal:
        raise Failed(f"the broker refused: {refusal[0]}")
    receipt = client.publish(unquote(topic), body, qos=1)
    receipt.wait_for_publish(timeout_s)
    if not receipt.is_published():
        raise Failed("the broker didn't acknowledge in time")
