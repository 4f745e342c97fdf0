"""Devices have no password at the broker: they may say what the services listen for, and nothing else."""

from __future__ import annotations

import threading

import nats
import paho.mqtt.client as mqtt
import pytest

from madang.core.base.interface import Broker, MqttListener, Unavailable
from madang.project.broker_server import HOUSE, await_broker, start_broker, write_configuration
from madang.project.pytest_plugin import find_free_port

PASSWORD = "password-of-the-house"
REFUSED = 128


@pytest.fixture
def ports(tmp_path):
    """Start a broker that has users; return its ports for NATS and MQTT."""
    port, mqtt_port, monitor_port = find_free_port(), find_free_port(), find_free_port()
    configuration = write_configuration(
        tmp_path,
        port=port,
        mqtt_port=mqtt_port,
        monitor_port=monitor_port,
        host="127.0.0.1",
        password=PASSWORD,
    )
    assert configuration.stat().st_mode & 0o777 == 0o600
    child = start_broker(configuration, tmp_path / "broker.log")
    await_broker(monitor_port)
    yield port, mqtt_port
    child.terminate()
    child.wait(10)


@pytest.fixture
def house(ports):
    broker = Broker(f"nats://{HOUSE}:{PASSWORD}@127.0.0.1:{ports[0]}")
    yield broker
    broker.close()


@pytest.fixture
def device(ports):
    """Return a device that is connected, and what it is granted and told."""
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="device")
    connected = threading.Event()
    client.on_connect = lambda *_: connected.set()
    client.connect("127.0.0.1", ports[1])
    client.loop_start()
    assert connected.wait(10)
    yield client
    client.disconnect()
    client.loop_stop()


def subscribe(client, topics) -> list[int]:
    granted, answered = [], threading.Event()

    def note(_client, _data, _mid, codes, _properties):
        granted.extend(one.value for one in codes)
        answered.set()

    client.on_subscribe = note
    client.subscribe(topics)
    assert answered.wait(10)
    return granted


def test_a_device_is_heard_where_services_listen(ports, device):
    listener = MqttListener(
        "127.0.0.1", ports[1], "services", ["sensors/+", "fire/#"], login=(HOUSE, PASSWORD)
    )
    heard = {}
    device.publish("sensors/before", b"1", qos=1).wait_for_publish(10)
    for attempt in range(100):
        device.publish("fire/hall/d1", f"{attempt}", qos=1).wait_for_publish(10)
        heard |= {one.topic: one.payload for one in listener.take(10, 0.1)}
        if "fire/hall/d1" in heard:
            break
    assert "fire/hall/d1" in heard
    listener.close()


def test_a_device_hears_what_services_tell_and_not_other_devices(ports, house, device):
    asked = [(f"v1.1/Datastreams({number})/Observations", 1) for number in range(5)]
    assert subscribe(device, asked) == [1] * 5
    assert subscribe(device, [("#", 0), ("sensors/#", 0), ("$JS/#", 0), ("lake/#", 1)]) == [REFUSED] * 4
    told = threading.Event()
    device.on_message = lambda *_: told.set()
    house.publish("v1//1.Datastreams(1).Observations", b"{}")
    assert told.wait(10)


def test_a_writer_is_heard_where_a_device_is_not(ports, device, tmp_path):
    listener = MqttListener("127.0.0.1", ports[1], "services", ["v1.1/Observations"], login=(HOUSE, PASSWORD))
    writer = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="writer")
    writer.username_pw_set("writer", (tmp_path / "writers-password").read_text())
    writer.connect("127.0.0.1", ports[1])
    writer.loop_start()
    heard = []
    for attempt in range(100):
        device.publish("v1.1/Observations", b"a device", qos=1)
        writer.publish("v1.1/Observations", f"{attempt}", qos=1).wait_for_publish(10)
        heard += [one.payload for one in listener.take(10, 0.1)]
        if len(heard) > 1:
            break
    assert heard
    assert b"a device" not in heard
    writer.disconnect()
    writer.loop_stop()
    listener.close()


def test_a_device_writes_nothing_into_the_lake_and_deletes_nothing(ports, house, device):
    jetstream = house.client().jetstream()
    house.run(jetstream.add_stream(name="LAKE", subjects=["lake.*"]))
    house.publish_acknowledged("lake.kept", b"1")
    for topic in ("lake/city_sensor_readings", "$JS/API/STREAM/DELETE/LAKE"):
        other = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=f"forger{len(topic)}")
        other.connect("127.0.0.1", ports[1])
        other.loop_start()
        forged = other.publish(topic, b"forged", qos=1)
        forged.wait_for_publish(2)  # the broker may well not answer
        other.disconnect()
        other.loop_stop()
    device.publish("sensors/key", b"{}", qos=1).wait_for_publish(10)
    state = house.run(jetstream.stream_info("LAKE")).state
    assert (state.messages, state.last_seq) == (1, 1)


def test_nobody_without_the_password_speaks_to_the_broker_itself(ports):
    for url in (f"nats://127.0.0.1:{ports[0]}", f"nats://devices@127.0.0.1:{ports[0]}"):
        with pytest.raises(Unavailable):
            Broker(url).run(nats.connect(url, max_reconnect_attempts=0, allow_reconnect=False), 10)
