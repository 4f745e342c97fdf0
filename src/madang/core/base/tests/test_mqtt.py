"""A listener's session: what isn't acknowledged comes again, from the packaged broker and from Mosquitto (MQTT 5 in)."""

from __future__ import annotations

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
