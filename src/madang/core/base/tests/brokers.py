"""Real brokers for tests: the packaged one and a Mosquitto."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from madang.project.broker_server import await_broker, start_broker, write_configuration
from madang.project.pytest_plugin import find_free_port, miss


def start_packaged(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Start the packaged broker with its MQTT listener at `port`."""
    monitor_port = find_free_port()
    configuration = write_configuration(
        folder, port=find_free_port(), mqtt_port=port, monitor_port=monitor_port, host="127.0.0.1"
    )
    broker = start_broker(configuration, folder / "broker.log")
    await_broker(monitor_port)
    return broker


def start_mosquitto(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Start a Mosquitto at `port` that keeps its sessions on the disk."""
    program = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if program is None:
        miss("Mosquitto")
    folder.mkdir()
    configuration = folder / "mosquitto.conf"
    configuration.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
        f"persistence_location {folder}/\nautosave_interval 1\nautosave_on_changes true\nuser root\n"
    )
    broker = subprocess.Popen([program, "-c", str(configuration)], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            break
        time.sleep(0.05)
    return broker
