"""The sample service and a broker as real servers, on free ports with a folder of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from madang.project.broker_server import await_broker, start_broker, write_configuration
from madang.project.pytest_plugin import find_free_port


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("broker")
    port, mqtt_port, monitor_port = (find_free_port() for _ in range(3))
    configuration = write_configuration(
        folder, port=port, mqtt_port=mqtt_port, monitor_port=monitor_port, host="127.0.0.1"
    )
    process = start_broker(configuration, folder / "log")
    try:
        await_broker(monitor_port)
        yield f"nats://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(90)


@pytest.fixture(scope="session")
def house(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = find_free_port()
    environment = {
        **os.environ,
        "MADANG_DATA": str(tmp_path_factory.mktemp("house")),
        "MADANG_BROKER_URL": broker,
        "DJANGO_SETTINGS_MODULE": "madang.core.pages.tests.sample_settings",
    }
    application = "madang.core.pages.tests.sample_house:application"
    command = [
        Path(sys.executable).parent / "granian",
        "--interface",
        "asgi",
        "--port",
        str(port),
        application,
    ]
    process = subprocess.Popen(command, env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/help/")
        yield address
    finally:
        process.terminate()
        process.wait(90)


def _wait_for(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"{address} doesn't answer")
