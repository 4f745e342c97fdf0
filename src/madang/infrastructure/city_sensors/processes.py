"""The sensors' MQTT door (heard together, kept, then acknowledged), and who tells NGSI-LD's subscribers."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import msgspec
from django.db import close_old_connections

from madang.core.base.interface import (
    DeviceListener,
    MadangError,
    MqttListener,
    Process,
    Text,
    beat,
    find_broker_login,
    get_broker,
    now,
    read_settings,
    stop_on_signals,
)
from madang.core.incidents.interface import post_outside

from .actions.hearing import hear_messages
from .actions.ngsi.telling import deliver_due, tell_intervals
from .actions.sensorthings.writing import write_messages
from .methods.ngsi.contexts import CORE, write_link
from .models import Subscription
from .records import Heard

CLIENT = "madang-city-sensors"
TOPIC = "sensors/+"
"""sensors/CERTKEY, as the receiver protocol has its key in the address."""
WRITERS = {"madang-sensorthings-streams": "v1.1/+/Observations", "madang-sensorthings": "v1.1/Observations"}
"""SensorThings' topics (OGC 18-088, 13) by who listens there; an earlier edition's session for both has the last one's name."""
MOST = 2_000
MOST_WRITTEN = 200
MQTT_PORT = 1883
LOOK_S = 0.25
TIMEOUT_S = 10.0
SENDERS = 8
log = logging.getLogger("madang.city_sensors")


class Listener(Protocol):
    """Where messages (`topic`, `payload`) wait until they are kept."""

    def take(self, most: int, wait_s: float) -> list[Any]:
        """Return those that wait, after at most `wait_s` seconds."""

    def acknowledge(self, messages: list[Any]) -> None:
        """Say that these are kept."""

    def ask_again(self) -> None:
        """Have the others come again."""

    def close(self) -> None:
        """Leave; what comes waits."""


def run_listener() -> None:
    """Listen to the packaged broker, and to another where the settings name one, until SIGTERM or SIGINT."""
    stop = stop_on_signals()
    settings = read_settings()
    own, login = (settings.own_host, settings.mqtt_port), find_broker_login()
    listeners: list[Listener] = [DeviceListener(get_broker(), CLIENT, TOPIC, mqtt=own, login=login)]
    if settings.also_mqtt:
        host, _, port = settings.also_mqtt.rpartition(":")
        other = host or settings.also_mqtt, int(port) if port.isdecimal() else MQTT_PORT
        listeners.append(MqttListener(*other, CLIENT, [TOPIC]))
    threads = [threading.Thread(target=listen, args=(one, stop)) for one in listeners]
    for client, topic in WRITERS.items():
        writers = DeviceListener(get_broker(), client, topic, mqtt=own, login=login)
        writers.take(0, 0.0)  # what waits for an earlier session is ours before the next listener ends it
        threads.append(threading.Thread(target=listen_to_writers, args=(writers, stop)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def listen(listener: Listener, stop: threading.Event) -> None:
    """Take in what sensors say by one broker until `stop` is set; each message is acknowledged once it is kept."""
    while not stop.is_set():
        beat()
        messages = listener.take(MOST, 1.0)
        if not messages:
            continue
        heard = [
            Heard(certkey=one.topic.partition("/")[2], payload=one.payload, at=getattr(one, "at", None))
            for one in messages
        ]
        close_old_connections()
        try:
            hear_messages(now=now(), messages=heard, may_refuse=False)
        except MadangError as error:
            log.warning("not kept, comes again: %s", error.text.en)
            _pause(listener, stop)
        except Exception:
            log.exception("a fault; the messages come again")
            _pause(listener, stop)
        else:
            listener.acknowledge(messages)
    listener.close()


def listen_to_writers(listener: DeviceListener, stop: threading.Event) -> None:
    """Make the observations that come on a topic of SensorThings until `stop` is set; acknowledged once they are kept."""
    while not stop.is_set():
        messages = listener.take(MOST_WRITTEN, 1.0)
        if not messages:
            continue
        close_old_connections()
        try:
            write_messages(now=now(), messages=messages)
        except Exception:
            log.exception("a fault; the observations come again")
            _pause(listener, stop)
        else:
            listener.acknowledge(messages)
    listener.close()


def _pause(listener: Listener, stop: threading.Event) -> None:
    stop.wait(1.0)
    listener.ask_again()


def run_notifier() -> None:
    """Deliver NGSI-LD notifications until SIGTERM or SIGINT."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs every request
    stop = stop_on_signals()
    pool = ThreadPoolExecutor(SENDERS, thread_name_prefix="notify")
    while not stop.is_set():
        close_old_connections()
        try:
            tell_intervals(now=now())
            busy = deliver_due(now=now(), send=_send, pool=pool)
        except Exception:
            log.exception("a fault; it goes on")
            stop.wait(1.0)
        else:
            stop.wait(0.0 if busy else LOOK_S)


def _send(subscription: Subscription, body: dict[str, Any]) -> None:
    endpoint = subscription.body["notification"]["endpoint"]
    headers = {one["key"]: one["value"] for one in endpoint.get("receiverInfo", [])}
    headers |= {"Content-Type": "application/json", "Idempotency-Key": body["id"]}
    if endpoint.get("accept") == "application/ld+json":
        headers["Content-Type"] = "application/ld+json"
        body = body | {"@context": subscription.context or CORE}
    else:
        headers["Link"] = write_link(subscription.context)
    post_outside(endpoint["uri"], msgspec.json.encode(body), headers=headers, timeout_s=TIMEOUT_S)


PROCESSES = [
    Process(name="sensors-mqtt", title=Text(ko="MQTT 수신", en="Readings by MQTT"), run=run_listener),
    Process(
        name="sensors-notify", title=Text(ko="구독 알림", en="Notifications to subscribers"), run=run_notifier
    ),
]
