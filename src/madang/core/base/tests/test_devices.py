"""What devices say, read from the broker's stream: in order, none passed over, whatever dies in between."""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import UTC, datetime

import paho.mqtt.client as mqtt
import pytest

from madang.core.base import devices
from madang.core.base.broker import Broker
from madang.core.base.devices import AGAIN_S, DeviceListener
from madang.core.base.interface import MqttListener
from madang.project.broker_server import await_broker, start_broker, write_configuration
from madang.project.pytest_plugin import find_free_port


@pytest.fixture
def place(tmp_path):
    """Return how to start the broker, again and again with the same state, and where it listens."""
    port, mqtt_port, monitor_port = find_free_port(), find_free_port(), find_free_port()
    configuration = write_configuration(
        tmp_path / "broker", port=port, mqtt_port=mqtt_port, monitor_port=monitor_port, host="127.0.0.1"
    )
    running = []

    def start():
        running.append(start_broker(configuration, tmp_path / "log"))
        await_broker(monitor_port)
        return running[-1]

    yield start, f"nats://127.0.0.1:{port}", mqtt_port
    for one in running:
        one.kill()
        one.wait(10)


@contextmanager
def listening(url, mqtt_port):
    """Yield a listener with a connection of its own."""
    broker = Broker(url)
    listener = DeviceListener(broker, "devices", "sensors/+", mqtt=("127.0.0.1", mqtt_port), login=None)
    listener.take(0, 0.0)
    try:
        yield listener
    finally:
        listener.close()
        broker.close()


def say(mqtt_port, numbers, qos=1):
    """Publish numbers and wait until the broker has acknowledged each."""
    sender = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    sender.connect("127.0.0.1", mqtt_port)
    sender.loop_start()
    for told in [sender.publish("sensors/a.key", f"{number}", qos=qos) for number in numbers]:
        told.wait_for_publish(10)
    sender.disconnect()
    sender.loop_stop()


def take(listener, count):
    """Return messages as they come until there are `count`, or ten seconds have gone by."""
    taken, deadline = [], time.monotonic() + 10
    while len(taken) < count and time.monotonic() < deadline:
        taken += listener.take(100, 0.2)
    return taken


def read(messages):
    assert {one.topic for one in messages} <= {"sensors/a.key"}
    return [int(one.payload) for one in messages]


def test_what_is_not_acknowledged_comes_again_before_what_is_new(place):
    start, url, mqtt_port = place
    start()
    with listening(url, mqtt_port) as listener:
        say(mqtt_port, range(300))
        first = take(listener, 300)
        assert read(first) == list(range(300))
        listener.acknowledge(first[:120])
        time.sleep(0.5)
        say(mqtt_port, range(300, 310))
        listener.ask_again()
        again = take(listener, 190)
        assert read(again) == list(range(120, 310))
        listener.acknowledge(again)
        assert listener.take(100, 0.5) == []


def test_what_is_new_waits_for_nothing_that_was_read_again(place, monkeypatch):
    """The broker sends no more than so many that aren't acknowledged, and those it has sent again only after 30 s."""
    monkeypatch.setattr(devices, "MOST_UNACKNOWLEDGED", 50)
    start, url, mqtt_port = place
    start()
    with listening(url, mqtt_port) as listener:
        say(mqtt_port, range(50))
        assert len(take(listener, 50)) == 50
    say(mqtt_port, range(50, 70))
    with listening(url, mqtt_port) as listener:
        found = []
        deadline = time.monotonic() + AGAIN_S / 2
        while len(found) < 70 and time.monotonic() < deadline:
            if taken := listener.take(100, 0.2):
                listener.acknowledge(taken)
                found += read(taken)
        assert found == list(range(70))


def test_what_waits_follows_what_was_acknowledged_though_nothing_new_comes(place, monkeypatch):
    monkeypatch.setattr(devices, "MOST_UNACKNOWLEDGED", 50)
    start, url, mqtt_port = place
    start()
    with listening(url, mqtt_port):
        pass
    say(mqtt_port, range(400))
    with listening(url, mqtt_port) as listener:
        found, deadline = [], time.monotonic() + AGAIN_S / 2
        while len(found) < 400 and time.monotonic() < deadline:
            if taken := listener.take(20, 0.2):
                found += read(taken)
                listener.acknowledge(taken)
        assert found == list(range(400))


def test_what_was_acknowledged_is_out_of_the_stream_and_what_others_have_not_read_is_in(place):
    start, url, mqtt_port = place
    start()
    with listening(url, mqtt_port) as listener:
        session = MqttListener("127.0.0.1", mqtt_port, "another", ["fire/+"])
        session.take(1, 1.0)
        session.close()
        sender = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        sender.connect("127.0.0.1", mqtt_port)
        sender.loop_start()
        for number in range(40):
            for topic in ("sensors/a.key", "fire/a.key"):
                sender.publish(topic, f"{number}", qos=1).wait_for_publish(10)
        sender.disconnect()
        sender.loop_stop()
        listener.acknowledge(take(listener, 40)[:30])
        broker = Broker(url)
        jetstream = broker.client().jetstream()
        deadline = time.monotonic() + 10
        while (count := broker.run(jetstream.stream_info(devices.STREAM)).state.messages) > 50:
            assert time.monotonic() < deadline, count
            time.sleep(0.05)
        assert count == 50
        broker.close()


def test_a_message_has_its_moment_however_often_it_comes(place):
    """What says no time of its own counts as of then: neither twice, nor all as of the end of an outage."""
    start, url, mqtt_port = place
    start()
    with listening(url, mqtt_port) as listener:
        before = datetime.now(UTC)
        say(mqtt_port, range(300))
        after = datetime.now(UTC)
        first = take(listener, 300)
        moments = [one.at for one in first]
        assert before <= moments[0] <= moments[-1] <= after
        assert moments == sorted(set(moments))
        listener.ask_again()
        assert [one.at for one in take(listener, 300)] == moments


def test_a_listener_that_died_leaves_nothing_to_its_successor_but_what_it_had_not_kept(place):
    start, url, mqtt_port = place
    start()
    with listening(url, mqtt_port) as listener:
        say(mqtt_port, range(50))
        listener.acknowledge(take(listener, 50)[:20])
        time.sleep(0.5)
    say(mqtt_port, range(50, 60))
    with listening(url, mqtt_port) as listener:
        say(mqtt_port, range(60, 70))
        found = take(listener, 50)
        assert read(found) == list(range(20, 70))
        listener.acknowledge(found)
        time.sleep(0.5)
    with listening(url, mqtt_port) as listener:
        assert listener.take(100, 1.0) == []


def test_a_killed_broker_has_what_it_acknowledged(place):
    start, url, mqtt_port = place
    broker = start()
    with listening(url, mqtt_port) as listener:
        say(mqtt_port, range(40))
        kept = take(listener, 40)[:10]
        listener.acknowledge(kept)
        time.sleep(0.5)
        broker.kill()
        broker.wait(10)
        assert listener.take(100, 0.2) == []
        start()
        say(mqtt_port, range(40, 50))
        listener.ask_again()
        assert sorted(set(read(take(listener, 40)))) == list(range(10, 50))


def test_a_broker_killed_at_once_gives_its_numbers_again_and_nothing_is_passed_over(place):
    """What it told of a listener is on its disk a little later only; what it acknowledged to a device at once."""
    start, url, mqtt_port = place
    broker, count = start(), 0
    with listening(url, mqtt_port) as listener:
        found: set[int] = set()
        for _ in range(8):
            say(mqtt_port, range(count, count + 40))
            taken = take(listener, 40)
            listener.acknowledge(taken)
            time.sleep(0.02)
            broker.kill()
            broker.wait(10)
            found.update(read(taken))
            broker, count = start(), count + 40
            say(mqtt_port, range(count, count + 5))
            count += 5
            if again := take(listener, 5):
                listener.acknowledge(again)
            found.update(read(again))
        deadline = time.monotonic() + 5
        while len(found) < count and time.monotonic() < deadline:
            found.update(read(listener.take(100, 0.2)))
        assert sorted(set(range(count)) - found) == []


def test_a_lost_delivery_is_noticed_by_its_number(place):
    start, url, mqtt_port = place
    start()
    with listening(url, mqtt_port) as listener:
        say(mqtt_port, range(5))
        listener.acknowledge(take(listener, 5))
        time.sleep(0.5)
        say(mqtt_port, range(5, 10))
        time.sleep(0.5)
        listener._waiting.get_nowait()  # as a slow connection loses it
        found = take(listener, 5)
        assert read(found) == list(range(5, 10))


@pytest.mark.parametrize("qos", [0, 1, 2])
def test_each_quality_of_service_comes_once(place, qos):
    start, url, mqtt_port = place
    start()
    with listening(url, mqtt_port) as listener:
        say(mqtt_port, range(20), qos)
        time.sleep(0.5)
        found = take(listener, 20)
        assert read(found) == list(range(20))
        listener.acknowledge(found)
        assert listener.take(100, 0.5) == []


def test_what_an_earlier_edition_s_session_had_not_kept_is_taken_over(place):
    start, url, mqtt_port = place
    start()
    session = MqttListener("127.0.0.1", mqtt_port, "devices", ["sensors/+"])
    time.sleep(1)
    say(mqtt_port, range(3))
    assert len(take(session, 3)) == 3
    session.close()
    with listening(url, mqtt_port) as listener:
        found = take(listener, 3)
        assert sorted(read(found)) == [0, 1, 2]
        listener.acknowledge(found)
        say(mqtt_port, [3])
        listener.acknowledge(take(listener, 1))
        deadline = time.monotonic() + 10
        while (state := read_state(url)).messages and time.monotonic() < deadline:
            time.sleep(0.1)
        assert state.messages == 0  # nobody else is waited for


def read_state(url):
    broker = Broker(url)
    try:
        return broker.run(broker.client().jetstream().stream_info("$MQTT_msgs")).state
    finally:
        broker.close()
