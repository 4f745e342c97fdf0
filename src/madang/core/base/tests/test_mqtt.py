"""A listener's session: what isn't acknowledged comes again, from the packaged broker and from Mosquitto (MQTT 5 in)."""

from __future__ import annotations

import socket
import time

import paho.mqtt.client as mqtt
import pytest

from madang.core.base.interface import MqttListener
from madang.project.pytest_plugin import find_free_port

from .brokers import start_mosquitto, start_packaged


def take_all(listener, count):
    """Return `count` messages, each once, that arrive within ten seconds."""
    found = {}
    deadline = time.monotonic() + 10
    while len(found) < count and time.monotonic() < deadline:
        for one in listener.take(100, 0.2):
            found[one.payload] = one
    return found


@pytest.mark.parametrize(
    ("start", "version"), [(start_packaged, mqtt.MQTTv311), (start_mosquitto, mqtt.MQTTv5)]
)
def test_what_is_not_acknowledged_comes_again(tmp_path, start, version):
    port = find_free_port()
    broker = start(tmp_path / "broker", port)
    try:
        listener = MqttListener("127.0.0.1", port, "listener", ["sensors/+"])
        time.sleep(1)
        sender = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="sensor", protocol=version)
        sender.connect("127.0.0.1", port)
        sender.loop_start()
        for number in range(20):
            sender.publish("sensors/key", f"{number}", qos=1).wait_for_publish(10)
        first = take_all(listener, 20)
        assert sorted(map(int, first)) == list(range(20))
        listener.acknowledge([first[f"{number}".encode()] for number in range(5)])
        time.sleep(0.5)
        listener.ask_again()
        again = take_all(listener, 15)
        assert sorted(map(int, again)) == list(range(5, 20))
        listener.acknowledge(list(again.values()))
        time.sleep(0.5)
        listener.close()
        sender.publish("sensors/key", b"20", qos=1).wait_for_publish(10)  # while nobody listens
        later = MqttListener("127.0.0.1", port, "listener", ["sensors/+"])
        assert list(take_all(later, 1)) == [b"20"]
        later.close()
        sender.loop_stop()
    finally:
        broker.terminate()
        broker.wait(10)


def test_what_takes_long_is_taken_once_though_the_broker_sends_it_again(tmp_path):
    port = find_free_port()
    broker = start_packaged(tmp_path / "broker", port)
    try:
        listener = MqttListener("127.0.0.1", port, "slow", ["sensors/+"])
        time.sleep(1)
        sender = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="sensor")
        sender.connect("127.0.0.1", port)
        sender.loop_start()
        for number in range(5):
            sender.publish("sensors/key", f"{number}", qos=1).wait_for_publish(10)
        first = take_all(listener, 5)
        assert len(first) == 5
        assert listener.take(100, 5.0) == []  # it was sent again after two seconds
        old = list(first.values())
        listener.ask_again()
        again = take_all(listener, 5)
        assert len(again) == 5
        listener.acknowledge(old)  # of the connection before: they aren't those that are in hand now
        assert all(listener._held[one.mid] is one for one in again.values())
        listener.acknowledge(list(again.values()))
        listener.close()
        sender.loop_stop()
    finally:
        broker.terminate()
        broker.wait(10)


CONNECT, PUBACK, SUBSCRIBE = 0x10, 0x40, 0x82
CONNACK = b"\x20\x02\x00\x00"
MESSAGE_1 = b"\x32\x09\x00\x03a/b\x00\x01xy"


def receive(connection):
    """Return the next packet's first byte (all that a client sends here is shorter than 128 bytes)."""
    head = connection.recv(2)
    if len(head) == 2:
        connection.recv(head[1])
    return head[0] if head else 0


def test_what_an_earlier_connection_brought_is_not_acknowledged_on_one_that_is_being_made():
    """A broker that was killed gives the same numbers to other messages; a queue may be long when it comes back."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)
        listener = MqttListener("127.0.0.1", server.getsockname()[1], "listener", ["a/b"])
        first, _ = server.accept()
        assert receive(first) == CONNECT
        first.sendall(CONNACK)
        assert receive(first) == SUBSCRIBE
        first.sendall(MESSAGE_1)
        old = listener.take(1, 10.0)
        assert [one.payload for one in old] == [b"xy"]
        first.close()
        second, _ = server.accept()
        second.settimeout(1)
        assert receive(second) == CONNECT
        listener.acknowledge(old)
        with pytest.raises(TimeoutError):
            receive(second)
        second.sendall(CONNACK)
        assert receive(second) == SUBSCRIBE
        second.sendall(MESSAGE_1)
        listener.acknowledge(listener.take(1, 10.0))
        assert receive(second) == PUBACK
        listener.close()
        second.close()
