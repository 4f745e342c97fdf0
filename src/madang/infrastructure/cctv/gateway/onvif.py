"""ONVIF: which cameras answer on a network, and under which address a camera streams.

SOAP 1.2 by the device service of ONVIF's core specification and its media service (ver10, and ver20 of cameras that have that
alone, as Profile T allows), with the digest of WS-Security's
UsernameToken profile and, where a camera asks for it, HTTP digest. Every request goes to the address that was judged,
whatever host a camera's answers name.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import socket
import time
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit
from uuid import uuid4
from xml.sax.saxutils import escape

import httpx
import msgspec
from lxml import etree

from madang.core.base.interface import BadInput

from .admission import SCHEMES, WEB, check_network, find_number, read_literal, split_address

DEVICE_PATH = "/onvif/device_service"
WAIT_S, MOST_BYTES, MOST_PROFILES = 5.0, 1_000_000, 32
DISCOVERY = ("239.255.255.250", 3702)
ENVELOPE = "http://www.w3.org/2003/05/soap-envelope"
DEVICE, MEDIA = "http://www.onvif.org/ver10/device/wsdl", "http://www.onvif.org/ver10/media/wsdl"
MEDIA_2 = "http://www.onvif.org/ver20/media/wsdl"
SCHEMA = "http://www.onvif.org/ver10/schema"
SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
DIGEST = f"{SECURITY}-username-token-profile-1.0#PasswordDigest"
BASE64 = f"{SECURITY}-soap-message-security-1.0#Base64Binary"

SERVICES = "<d:GetServices><d:IncludeCapability>false</d:IncludeCapability></d:GetServices>"
PROFILES_2 = "<d:GetProfiles><d:Type>VideoEncoder</d:Type></d:GetProfiles>"
SETUP = (
    f'<d:StreamSetup><s:Stream xmlns:s="{SCHEMA}">RTP-Unicast</s:Stream>'
    f'<s:Transport xmlns:s="{SCHEMA}"><s:Protocol>RTSP</s:Protocol></s:Transport></d:StreamSetup>'
)
ENCODERS = {MEDIA: "VideoEncoderConfiguration", MEDIA_2: "VideoEncoder"}


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """One profile of a camera: its token and name, size in pixels (0 unknown) and RTSP address without a login."""

    token: str
    name: str
    width: int
    height: int
    url: str


def list_streams(address: str, user: str, password: str, now: datetime) -> list[Stream]:
    """Return what a camera streams; `address` is http://host[:port][/path] of its device service.

    Raises BadInput where it may not be asked, doesn't answer, refuses the login or streams nothing.
    """
    camera = _Camera(address, user, password, now)
    with camera.client:
        camera.read_clock()
        service, media = camera.find_media()
        asked = "<d:GetProfiles/>" if service == MEDIA else PROFILES_2
        profiles = camera.ask(media, service, asked).findall(".//{*}Profiles")[:MOST_PROFILES]
        found = [camera.read_profile(service, media, one) for one in profiles]
    streams = [one for one in found if one is not None]
    if not streams:
        raise _refuse("RTSP로 보내는 영상이 없습니다", "it streams nothing by RTSP")
    return streams


def add_login(url: str, user: str, password: str) -> str:
    """Return an RTSP address with a login in it."""
    parts = split_address(url, SCHEMES)
    login = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
    return parts._replace(netloc=f"{login}{parts.netloc.rpartition('@')[2]}").geturl()


def discover(seconds: float, to: tuple[str, int] = DISCOVERY) -> list[str]:
    """Return the device services of the cameras that answer a WS-Discovery probe, those of allowed networks."""
    probe = (
        f'<e:Envelope xmlns:e="{ENVELOPE}" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
        'xmlns:p="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:n="http://www.onvif.org/ver10/network/wsdl">'
        f"<e:Header><a:MessageID>uuid:{uuid4()}</a:MessageID>"
        "<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>"
        "<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action></e:Header>"
        "<e:Body><p:Probe><p:Types>n:NetworkVideoTransmitter</p:Types></p:Probe></e:Body></e:Envelope>"
    )
    found: set[str] = set()
    deadline = time.monotonic() + seconds
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        asking.sendto(probe.encode(), to)
        while (left := deadline - time.monotonic()) > 0:
            asking.settimeout(left)
            try:
                body, _ = asking.recvfrom(65_535)
                found.update(_find_text(_parse(body), ".//{*}XAddrs").split())
            except TimeoutError:
                break
            except BadInput:  # somebody else's datagram
                continue
    return sorted(one for one in found if _is_allowed(one))


def _is_allowed(address: str) -> bool:
    try:
        literal = read_literal(split_address(address, WEB).hostname or "")
        if literal is not None:
            check_network(literal)
    except BadInput:
        return False
    return literal is not None


class _Camera:
    """One camera that is asked, under one address, with one login; `_ahead` is how far its clock is ahead of ours."""

    def __init__(self, address: str, user: str, password: str, now: datetime) -> None:
        parts = split_address(address, WEB)
        self._scheme, self._host = parts.scheme, parts.hostname or ""
        self._port = parts.port or WEB[parts.scheme]
        self._path = parts.path if parts.path not in {"", "/"} else DEVICE_PATH
        self._user, self._password, self._now, self._ahead = user, password, now, timedelta(0)
        try:
            self._number = find_number(self._host, self._port)
        except OSError as error:
            raise _refuse(f"이름을 찾을 수 없습니다: {error}", f"its name leads nowhere: {error}") from error
        auth = httpx.DigestAuth(user, password) if user else None
        self.client = httpx.Client(trust_env=False, follow_redirects=False, timeout=WAIT_S, auth=auth)

    def read_clock(self) -> None:
        """Take the camera's clock, by which it judges how old a login is; ours where it tells none."""
        said = self.ask("", DEVICE, "<d:GetSystemDateAndTime/>", with_login=False)
        moment = said.find(".//{*}UTCDateTime")
        if moment is None:
            return
        numbers = [
            int(_find_text(moment, f".//{{*}}{name}") or 0)
            for name in ("Year", "Month", "Day", "Hour", "Minute", "Second")
        ]
        try:
            self._ahead = datetime(*numbers, tzinfo=self._now.tzinfo) - self._now  # type: ignore[misc,arg-type]
        except ValueError:  # a clock that was never set
            return

    def find_media(self) -> tuple[str, str]:
        """Return namespace and address of the camera's media service: that of ver10 where it has both."""
        capabilities = self.ask(
            "", DEVICE, "<d:GetCapabilities><d:Category>All</d:Category></d:GetCapabilities>"
        )
        if media := _find_text(capabilities, ".//{*}Media/{*}XAddr"):
            return MEDIA, media
        services = self.ask("", DEVICE, SERVICES).findall(".//{*}Service")
        for one in services:
            if _find_text(one, "./{*}Namespace") == MEDIA_2:
                return MEDIA_2, _find_text(one, "./{*}XAddr")
        raise _refuse("미디어 서비스가 없습니다", "it has no media service")

    def read_profile(self, service: str, media: str, profile: etree._Element) -> Stream | None:
        """Return what a profile streams, None where that isn't RTSP."""
        token = profile.get("token", "")
        setup = SETUP if service == MEDIA else "<d:Protocol>RTSP</d:Protocol>"
        said = self.ask(media, service, (
            f"<d:GetStreamUri>{setup}<d:ProfileToken>{escape(token)}</d:ProfileToken></d:GetStreamUri>"
        ))  # fmt: skip
        url = _find_text(said, ".//{*}Uri")
        if not url.startswith(tuple(f"{one}://" for one in SCHEMES)):
            return None
        width, height = (
            _find_text(profile, f".//{{*}}{ENCODERS[service]}/{{*}}Resolution/{{*}}{side}")
            for side in ("Width", "Height")
        )
        return Stream(
            token=token,
            name=_find_text(profile, "./{*}Name"),
            width=int(width) if width.isdecimal() else 0,
            height=int(height) if height.isdecimal() else 0,
            url=url,
        )

    def ask(self, where: str, service: str, body: str, *, with_login: bool = True) -> etree._Element:
        """Return the body of the answer of a service; `where` is its address as the camera says, "" the device's.

        Of that address only the path is taken: behind a router a camera names a host that nobody reaches.
        """
        path = urlsplit(where).path or self._path
        login = self._write_login() if with_login and self._user else ""
        envelope = (
            f'<e:Envelope xmlns:e="{ENVELOPE}" xmlns:d="{service}"><e:Header>{login}</e:Header>'
            f"<e:Body>{body}</e:Body></e:Envelope>"
        )
        url = httpx.URL(scheme=self._scheme, host=self._number, port=self._port, path=path)
        headers = {
            "Host": f"{self._host}:{self._port}",
            "Content-Type": "application/soap+xml; charset=utf-8",
        }
        asked = self.client.build_request(
            "POST", url, content=envelope.encode(), headers=headers, extensions={"sni_hostname": self._host}
        )
        try:
            reply = self.client.send(asked, stream=True)
            try:
                answer = _read_some(reply)
            finally:
                reply.close()
        except httpx.HTTPError as error:
            why = f"{type(error).__name__} {error}".strip()
            raise _refuse(f"답이 없습니다: {why}", f"it doesn't answer: {why}") from error
        if reply.status_code in {401, 403}:
            raise _refuse("사용자나 암호가 맞지 않습니다", "it refuses the user or the password")
        found = _parse(answer)
        fault = found.find(".//{*}Fault")
        if fault is not None:
            why = _find_text(fault, ".//{*}Reason/{*}Text") or _find_text(fault, ".//{*}Subcode/{*}Value")
            raise _refuse(f"거절합니다: {why[:200]}", f"it refuses: {why[:200]}")
        if not reply.is_success:
            raise _refuse(f"HTTP {reply.status_code}", f"HTTP {reply.status_code}")
        return found

    def _write_login(self) -> str:
        nonce, created = secrets.token_bytes(16), f"{self._now + self._ahead:%Y-%m-%dT%H:%M:%SZ}"
        digest = hashlib.sha1(
            nonce + created.encode() + self._password.encode(), usedforsecurity=False
        ).digest()
        secext, utility = f"{SECURITY}-wssecurity-secext-1.0.xsd", f"{SECURITY}-wssecurity-utility-1.0.xsd"
        return (
            f'<w:Security xmlns:w="{secext}" e:mustUnderstand="true"><w:UsernameToken>'
            f"<w:Username>{escape(self._user)}</w:Username>"
            f'<w:Password Type="{DIGEST}">{base64.b64encode(digest).decode()}</w:Password>'
            f'<w:Nonce EncodingType="{BASE64}">{base64.b64encode(nonce).decode()}</w:Nonce>'
            f'<u:Created xmlns:u="{utility}">{created}</u:Created></w:UsernameToken></w:Security>'
        )


def _read_some(reply: httpx.Response) -> bytes:
    body = b""
    for part in reply.iter_bytes():
        body += part
        if len(body) > MOST_BYTES:
            raise _refuse("답이 너무 큽니다", "its answer is too large")
    return body


def _parse(body: bytes) -> etree._Element:
    try:
        return etree.fromstring(
            body, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        )
    except etree.XMLSyntaxError as error:
        raise _refuse("ONVIF로 답하지 않습니다", "what it answers isn't ONVIF") from error


def _find_text(found: etree._Element, path: str) -> str:
    return (found.findtext(path) or "").strip()


def _refuse(ko: str, en: str) -> BadInput:
    return BadInput("cctv.onvif", f"카메라: {ko}", f"the camera: {en}", field="address")
