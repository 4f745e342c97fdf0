"""The packaged broker: NATS with JetStream and an MQTT listener, as a child process."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from madang.core.base.interface import Unavailable

CONFIGURATION = """
server_name: madang
listen: 127.0.0.1:{port}
http: 127.0.0.1:{monitor_port}
jetstream {{ store_dir: {store}, sync_interval: always, max_mem: 256M }}
mqtt {{ listen: "{mqtt_host}:{mqtt_port}", ack_wait: "2s", max_ack_pending: 30000 }}
max_payload: 8MB
"""


def find_nats_server() -> str:
    """Return the path of the packaged `nats-server`."""
    path = Path(sys.executable).parent / "nats-server"
    if not path.is_file():
        raise Unavailable(
            "broker.missing", f"{path}이(가) 없습니다", f"{path} is missing: install the lock file"
        )
    return str(path)


def write_configuration(folder: Path, *, port: int, mqtt_port: int, monitor_port: int, host: str) -> Path:
    """Write the broker's configuration below `folder` and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "nats.conf"
    path.write_text(
        CONFIGURATION.format(
            port=port,
            monitor_port=monitor_port,
            mqtt_port=mqtt_port,
            mqtt_host=host,
            store=json.dumps(str(folder)),
        ),
        "utf-8",
    )
    return path


def start_broker(configuration: Path, log: Path) -> subprocess.Popen[bytes]:
    """Start the broker in the background; its output goes to `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603
            [find_nats_server(), "-c", str(configuration)],
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def await_broker(monitor_port: int, timeout_s: float = 10) -> None:
    """Return when the broker and its JetStream answer, or raise `Unavailable`."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if is_broker_well(monitor_port):
            return
        time.sleep(0.05)
    raise Unavailable("broker.start", "브로커가 시작되지 않았습니다", "the broker didn't start; see its log")


def is_broker_well(monitor_port: int) -> bool:
    """Return whether the broker says that it and its JetStream can work (a full disk stops JetStream)."""
    try:
        address = f"http://127.0.0.1:{monitor_port}/healthz"
        with urllib.request.urlopen(address, timeout=1) as reply:  # noqa: S310
            return bool(reply.status == 200)
    except OSError:
        return False
