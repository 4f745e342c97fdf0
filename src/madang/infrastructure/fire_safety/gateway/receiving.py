"""A small 119 receiver for tests and the demonstration: takes CAP alerts in, each once, into a ledger.

The ledger is JSON lines, each on the disk before its alert is acknowledged. The same identifier again is
acknowledged and written as a repetition: nothing is done twice.
"""

from __future__ import annotations

import errno
import json
import os
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from madang.infrastructure.fire_safety.methods.alerts import read_alert

LARGEST = 256 * 1024


class Ledger:
    """What was received. Raises ValueError where the file is no ledger, and leaves it as it is."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        content = path.read_bytes() if path.exists() else b""
        whole = content[: content.rfind(b"\n") + 1]
        self._known = {_read_identifier(path, line) for line in whole.split(b"\n") if line.strip()}
        if not content.startswith(b"{"[: len(content)]):
            raise ValueError(f"{path} is no ledger")
        self._file = path.open("ab", buffering=0)
        self._file.truncate(len(whole))  # what was cut off was never acknowledged
        self._length = len(whole)

    def write(self, alert: dict[str, str]) -> bool:
        """Write an alert down, durably; return whether it was new. Raises OSError where the disk is full."""
        with self._lock:
            is_new = alert["identifier"] not in self._known
            received_at = datetime.now(UTC).isoformat()
            line = {**alert, "received_at": received_at, "is_repetition": not is_new}
            written = json.dumps(line, ensure_ascii=False).encode() + b"\n"
            try:
                if self._file.write(written) < len(written):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.fsync(self._file.fileno())
            except OSError:
                self._file.truncate(self._length)
                raise
            self._length += len(written)
            self._known.add(alert["identifier"])
            return is_new


def _read_identifier(path: Path, line: bytes) -> str:
    try:
        return str(json.loads(line)["identifier"])
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise ValueError(f"{path} is no ledger") from error


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body of an answer in one packet
    disable_nagle_algorithm = True
    timeout = 30
    ledger: Ledger

    def do_POST(self) -> None:
        try:
            length = int(self.headers.get("Content-Length", ""))
        except ValueError:
            length = -1
        if not 0 < length <= LARGEST:
            self.close_connection = True
            self._answer(413 if length > LARGEST else 411, {"error": "a body of 256 kB at most is needed"})
            return
        try:
            alert = read_alert(self.rfile.read(length))
        except ValueError as error:
            self._answer(422, {"error": str(error)})
            return
        try:
            is_new = self.ledger.write(alert)
        except OSError as error:
            self._answer(507, {"error": f"not written down: {error.strerror}"})
            return
        self._answer(200, {"received": alert["identifier"], "is_repetition": not is_new})

    def _answer(self, status: int, body: dict[str, object]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing: the ledger tells what was received."""


def open_receiver(host: str, port: int, ledger: Path) -> ThreadingHTTPServer:
    """Return a receiver that listens (port 0: any free one); `serve_forever` answers."""
    handler = type("Handler", (_Handler,), {"ledger": Ledger(ledger)})
    server = ThreadingHTTPServer((host, port), handler)
    server.daemon_threads = True
    return server
