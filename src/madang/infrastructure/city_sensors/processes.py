"""The sensors' MQTT door, a process of its own: heard together, kept, then acknowledged."""

from __future__ import annotations

import logging
import signal
import threading

from django.db import close_old_connections

from madang.core.base.interface import MadangError, MqttListener, Process, now, read_settings

from .actions.hearing import hear_messages
from .records import Heard

CLIENT = "madang-city-sensors"
TOPIC = "sensors/+"
"""sensors/CERTKEY, as the receiver protocol has its key in the address."""
MOST = 2_000
log = logging.getLogger("madang.city_sensors")


def run_listener() -> None:
    """Listen until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    settings = read_settings()
    listener = MqttListener(settings.own_host, settings.mqtt_port, CLIENT, [TOPIC])
    while not stop.is_set():
        messages = listener.take(MOST, 1.0)
        if not messages:
            continue
        heard = [Heard(certkey=one.topic.partition("/")[2], payload=one.payload) for one in messages]
        close_old_connections()
        try:
            hear_messages(now=now(), messages=heard)
        except MadangError as error:
            log.warning("not kept, comes again: %s", error.text.en)
            stop.wait(1.0)
        except Exception:
            log.exception("a fault; the messages come again")
            stop.wait(1.0)
        else:
            listener.acknowledge(messages)
    listener.close()


PROCESSES = [Process(name="sensors-mqtt", run=run_listener)]
