"""The packaged broker: NATS with JetStream and an MQTT listener, as a child process.

Three parties speak to it: the house, which has a password of its own; devices, which have none and may only publish
and subscribe by MQTT, on the topics that the services' manifests declare; and writers, devices that know a password
which the house hands out, for topics on which a message can't say whose it is.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable
from pathlib import Path

from madang.core.base.interface import Unavailable, as_subject, list_manifests

HOUSE, DEVICES, WRITERS = "house", "devices", "writer"
WRITERS_FILE = "writers-password"
MOST_UNACKNOWLEDGED = 1_000
"""Messages under way to one subscription: as many as a listener keeps well within `ack_wait` (2 s), after which each is
sent again, which a listener that is behind already can least bear. A session may have 65,535 in all.
"""

CONFIGURATION = """
server_name: madang
listen: 127.0.0.1:{port}
http: 127.0.0.1:{monitor_port}
jetstream {{ store_dir: {store}, sync_interval: always, max_mem: 256M }}
mqtt {{ listen: "{mqtt_host}:{mqtt_port}", ack_wait: "2s", max_ack_pending: {most}{no_auth_user} }}
max_payload: 8MB
"""
USERS = """authorization {{ users: [
  {{ user: {house}, password: {password} }}
  {{ user: {devices}, password: "", allowed_connection_types: ["{doors}"], permissions: {{
    publish: {{ allow: {sent} }}, subscribe: {{ allow: {heard} }} }} }}
  {{ user: {writers}, password: {writers_password}, allowed_connection_types: ["{doors}"], permissions: {{
    publish: {{ allow: {written} }}, subscribe: {{ allow: {heard} }} }} }}
] }}
"""
OPEN, SHUT = "MQTT", "IN_PROCESS"
"""How devices may connect; shut, each try is refused, and nothing of theirs acknowledged."""
MESSAGES, KEPT = "$MQTT_msgs", "$MQTT.msgs."
"""The stream in which the broker keeps what came by MQTT, and its subjects."""
SESSION_SUBJECTS = ("$MQTT.sub.>", "$MQTT.deliver.>")
"""Where the broker itself brings a session what its subscriptions of QoS 1 and 2 are to get."""


def find_nats_server() -> str:
    """Return the path of the packaged `nats-server`."""
    path = Path(sys.executable).parent / "nats-server"
    if not path.is_file():
        raise Unavailable(
            "broker.missing", f"{path}이(가) 없습니다", f"{path} is missing: install the lock file"
        )
    return str(path)


def write_configuration(
    folder: Path,
    *,
    port: int,
    mqtt_port: int,
    monitor_port: int,
    host: str,
    password: str = "",
    is_open: bool = True,
) -> Path:
    """Write the broker's configuration below `folder` and return its path; the writers' password is kept there too.

    `password` is the house's; without one everybody who reaches the broker may do everything. Devices are refused
    where it isn't `is_open`; a broker that runs reads the file again at SIGHUP.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "nats.conf"
    text = CONFIGURATION.format(
        port=port,
        monitor_port=monitor_port,
        mqtt_port=mqtt_port,
        mqtt_host=host,
        store=json.dumps(str(folder)),
        most=MOST_UNACKNOWLEDGED,
        no_auth_user=f", no_auth_user: {DEVICES}" if password else "",
    )
    doors = OPEN if is_open else SHUT
    users = _write_users(password, keep_password(folder, WRITERS_FILE), doors) if password else ""
    write_secret(path, text + users)
    return path


def keep_password(folder: Path, name: str = "password") -> str:
    """Return a password of the broker's, the house's or another, made on the first start."""
    path = folder / name
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        write_secret(path, secrets.token_urlsafe(24))
    return path.read_text("ascii")


def write_secret(path: Path, text: str) -> None:
    """Replace a file that only its owner may read."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def _write_users(password: str, writers_password: str, doors: str) -> str:
    manifests = list_manifests()
    sent, written = _list_sent()
    heard = [subject for one in manifests for topic in one.devices_hear for subject in list_subjects(topic)]
    return USERS.format(
        house=HOUSE,
        devices=DEVICES,
        doors=doors,
        password=json.dumps(password),
        writers=WRITERS,
        writers_password=json.dumps(writers_password),
        sent=json.dumps(sent),
        written=json.dumps([*sent, *written]),
        heard=json.dumps([*heard, *SESSION_SUBJECTS]),
    )


def _list_sent() -> tuple[list[str], list[str]]:
    """Return the subjects that devices may publish to, and those that writers may besides."""
    manifests = list_manifests()
    sent = [subject for one in manifests for topic in one.devices_send for subject in list_subjects(topic)]
    written = [subject for one in manifests for topic in one.writers_send for subject in list_subjects(topic)]
    return sent, written


def list_subjects(topic: str) -> Iterable[str]:
    """Return the subjects of an MQTT topic; one that ends in /# means what stands above it too."""
    subject = as_subject(topic)
    return [subject, subject.removesuffix(".>")] if subject.endswith(".>") else [subject]


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


def has_listeners(folder: Path) -> bool:
    """Return whether a broker that starts with the state in `folder` keeps what devices say for somebody."""
    return any(folder.glob(f"jetstream/*/streams/{MESSAGES}/obs/*"))


def is_all_heard(monitor_port: int) -> bool:
    """Return whether the broker keeps for somebody whatever devices may say.

    What nobody is known to listen to it acknowledges and forgets.
    """
    address = f"http://127.0.0.1:{monitor_port}/jsz?accounts=true&streams=true&consumers=true&config=true"
    try:
        with urllib.request.urlopen(address, timeout=1) as reply:  # noqa: S310
            accounts = json.load(reply).get("account_details", [])
    except (OSError, ValueError):
        return False
    streams = [
        stream for one in accounts for stream in one.get("stream_detail", []) if stream["name"] == MESSAGES
    ]
    consumers = [consumer for stream in streams for consumer in stream.get("consumer_detail", [])]
    kept = {consumer["config"].get("filter_subject") for consumer in consumers}
    sent, written = _list_sent()
    return all(KEPT + subject in kept for subject in (*sent, *written))


def is_broker_well(monitor_port: int) -> bool:
    """Return whether the broker says that it and its JetStream can work (a full disk stops JetStream)."""
    try:
        address = f"http://127.0.0.1:{monitor_port}/healthz"
        with urllib.request.urlopen(address, timeout=1) as reply:  # noqa: S310
            return bool(reply.status == 200)
    except OSError:
        return False
