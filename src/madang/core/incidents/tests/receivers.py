"""Real receivers that hand-overs are sent to: a web server, a mail server, an MQTT subscriber."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import paho.mqtt.client as paho
from aiosmtpd.controller import Controller
from paho.mqtt.enums import CallbackAPIVersion

from madang.core.base.tests.brokers import start_packaged
from madang.project.pytest_plugin import find_free_port


class WebReceiver:
    """An HTTP server that keeps every POST; `answer(count)` gives status and headers for each."""

    def __init__(self, answer: Callable[[int], tuple[int, dict[str, str]]] = lambda _: (200, {})) -> None:
        self.posts: list[tuple[dict[str, str], bytes]] = []
        self.answer = answer
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length)
                if (
                    len(body) < length
                ):  # the sender was killed between its headers and its body: nothing was posted
                    self.close_connection = True
                    return
                receiver.posts.append((dict(self.headers), body))
                status, headers = receiver.answer(len(receiver.posts))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def messages(self) -> list[dict]:
        return [msgspec.json.decode(body) for _, body in self.posts]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class MailReceiver:
    """An SMTP server that keeps every mail; `answer()` may refuse."""

    def __init__(self, answer: Callable[[], str] = lambda: "250 taken") -> None:
        self.mails: list[Message] = []
        self.answer = answer
        self.port = find_free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()
        self.url = f"smtp://127.0.0.1:{self.port}"

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:  # noqa: N802
        reply = self.answer()
        if reply.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content))
        return reply

    def close(self) -> None:
        self._controller.stop()


class MqttReceiver:
    """A broker and a subscriber with a persistent session, QoS 1."""

    def __init__(
        self, folder: Path, start: Callable[[Path, int], subprocess.Popen[bytes]] = start_packaged
    ) -> None:
        self.payloads: list[bytes] = []
        self.port = find_free_port()
        self._broker = start(folder, self.port)
        self.url = f"mqtt://127.0.0.1:{self.port}/city/incidents"
        ready = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id="receiver", clean_session=False)
        self._client.on_message = lambda _client, _data, message: self.payloads.append(message.payload)
        self._client.on_connect = lambda client, *_: client.subscribe("city/incidents", qos=1)
        self._client.on_subscribe = lambda *_: ready.set()
        self._client.connect("127.0.0.1", self.port)
        self._client.loop_start()
        assert ready.wait(10)

    @property
    def messages(self) -> list[dict]:
        return [msgspec.json.decode(payload) for payload in self.payloads]

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        self._broker.terminate()
        self._broker.wait(10)
