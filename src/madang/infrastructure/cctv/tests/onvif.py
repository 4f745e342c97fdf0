"""A small ONVIF device for tests: it checks the digest of a login against its own clock, and names its streams."""

from __future__ import annotations

import base64
import hashlib
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lxml import etree

USER, PASSWORD = "eye", "p@ss/word<&>"
PROFILES = {"main": (2560, 1440), "sub": (704, 576), "thumb": (320, 240)}
MEDIA_2 = "http://www.onvif.org/ver20/media/wsdl"
ENVELOPE = "http://www.w3.org/2003/05/soap-envelope"
CLOCK_AHEAD, LOGIN_LASTS = timedelta(days=400), timedelta(seconds=60)
"""Cameras' clocks are often wrong; a login is judged by them."""


class Device(BaseHTTPRequestHandler):
    """Answers GetSystemDateAndTime, GetCapabilities, GetProfiles and GetStreamUri."""

    def do_POST(self):
        self.server.seen.append(self.path)
        asked = etree.fromstring(self.rfile.read(int(self.headers["Content-Length"])))
        body = asked.find(f"{{{ENVELOPE}}}Body")[0]
        name = etree.QName(body).localname
        if self.server.answer is not None:
            return self._send(200, self.server.answer)
        clock = datetime.now(UTC) + CLOCK_AHEAD
        if name != "GetSystemDateAndTime" and not self._knows(asked, clock):
            fault = '<e:Fault><e:Code/><e:Reason><e:Text xml:lang="en">Sender not authorized</e:Text></e:Reason></e:Fault>'
            return self._send(400, _wrap(fault))
        return self._send(200, _wrap(getattr(self, f"_{name}")(body, clock)))

    def _GetSystemDateAndTime(self, _, clock):  # noqa: N802
        return (
            f"<t:R xmlns:t='x'><t:UTCDateTime><t:Time><t:Hour>{clock.hour}</t:Hour><t:Minute>{clock.minute}</t:Minute>"
            f"<t:Second>{clock.second}</t:Second></t:Time><t:Date><t:Year>{clock.year}</t:Year><t:Month>{clock.month}"
            f"</t:Month><t:Day>{clock.day}</t:Day></t:Date></t:UTCDateTime></t:R>"
        )

    def _GetCapabilities(self, *_):  # noqa: N802
        if self.server.is_second:
            return "<t:R xmlns:t='x'><t:Events><t:XAddr>http://10.99.99.99:1/onvif/events</t:XAddr></t:Events></t:R>"
        return "<t:R xmlns:t='x'><t:Media><t:XAddr>http://10.99.99.99:1/onvif/media</t:XAddr></t:Media></t:R>"

    def _GetServices(self, *_):  # noqa: N802
        return "<t:R xmlns:t='x'>" + "".join(
            f"<t:Service><t:Namespace>http://www.onvif.org/{name}/wsdl</t:Namespace>"
            f"<t:XAddr>http://10.99.99.99:1/onvif/{path}</t:XAddr></t:Service>"
            for name, path in (("ver10/device", "device_service"), ("ver20/media", "media2"))
        ) + "</t:R>"  # fmt: skip

    def _GetProfiles(self, body, _):  # noqa: N802
        if self.server.is_second:
            assert etree.QName(body).namespace == MEDIA_2
            return "<t:R xmlns:t='x'>" + "".join(
                f"<t:Profiles token='{token}'><t:Name>{token} stream</t:Name><t:Configurations><t:VideoEncoder>"
                f"<t:Encoding>H265</t:Encoding><t:Resolution><t:Width>{wide}</t:Width><t:Height>{high}</t:Height>"
                "</t:Resolution></t:VideoEncoder></t:Configurations></t:Profiles>"
                for token, (wide, high) in PROFILES.items()
            ) + "</t:R>"  # fmt: skip
        return "<t:R xmlns:t='x'>" + "".join(
            f"<t:Profiles token='{token}'><t:Name>{token} stream</t:Name><t:VideoEncoderConfiguration><t:Resolution>"
            f"<t:Width>{wide}</t:Width><t:Height>{high}</t:Height></t:Resolution></t:VideoEncoderConfiguration></t:Profiles>"
            for token, (wide, high) in PROFILES.items()
        ) + "</t:R>"  # fmt: skip

    def _GetStreamUri(self, body, _):  # noqa: N802
        token = body.findtext("{*}ProfileToken")
        if self.server.is_second:
            assert [etree.QName(one).localname for one in body] == ["Protocol", "ProfileToken"]
            assert body.findtext(f"{{{MEDIA_2}}}Protocol") == "RTSP"
        return f"<t:R xmlns:t='x'><t:Uri>{self.server.stream}/{token}?a=1&amp;b=2</t:Uri></t:R>"

    def _knows(self, asked, clock):
        user, said, nonce, created = (
            asked.findtext(f".//{{*}}{name}") for name in ("Username", "Password", "Nonce", "Created")
        )
        if user != USER or abs(datetime.fromisoformat(created) - clock) > LOGIN_LASTS:
            return False
        whole = base64.b64decode(nonce) + created.encode() + PASSWORD.encode()
        return said == base64.b64encode(hashlib.sha1(whole, usedforsecurity=False).digest()).decode()

    def _send(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Keep quiet."""


def _wrap(body):
    return f'<e:Envelope xmlns:e="{ENVELOPE}"><e:Body>{body}</e:Body></e:Envelope>'.encode()


@contextmanager
def run_device(stream="rtsp://127.0.0.1:554", answer=None, is_second=False):
    """Run a device while the block lasts; yield its address and the paths that were asked.

    `is_second`: it has the media service of ver20 alone.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), Device)
    server.stream, server.answer, server.seen, server.is_second = stream, answer, [], is_second
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", server.seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
