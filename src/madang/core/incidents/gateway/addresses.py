"""Where hand-overs may go: public addresses, and the private networks that the setting names.

A target's name is looked up once for each delivery and the connection goes to the very address that
was judged, so that a name can't point elsewhere a moment later.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from madang.core.base.interface import BadInput
from madang.core.incidents.records import Channel

from .outcomes import Failed, Refused

MAIL = re.compile(r"[^@\s,;<>\"()\x00-\x1f]+@[^@\s,;<>\"()\x00-\x1f]+")
WEB = {Channel.WEBHOOK, Channel.CAP}
SCHEMES = {**dict.fromkeys(WEB, {"https", "http"}), Channel.MQTT: {"mqtt", "mqtts"}}
# Addresses that carry another address inside (NAT64, 6to4, Teredo) could lead anywhere.
TRANSLATED = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))
LOOPBACK = "127.0.0.0/8 ::1/128"
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def check_target_address(channel: Channel, address: str) -> None:
    """Raise BadInput where `address` isn't one for `channel`, or names a network that isn't allowed."""
    if channel == Channel.EMAIL:
        if not MAIL.fullmatch(address):
            raise _wrong("전자우편 주소가 올바르지 않습니다.", "this isn't an e-mail address")
        return
    parts = _split(address)
    if parts is None or parts.scheme not in SCHEMES[channel] or not parts.hostname:
        allowed = ", ".join(f"{scheme}://" for scheme in sorted(SCHEMES[channel]))
        raise _wrong(f"주소는 {allowed} 로 시작해야 합니다.", f"the address must start with {allowed}")
    if channel in WEB and (parts.username or parts.password):
        raise _wrong("주소에 암호를 적지 마십시오.", "don't write a password into the address")
    if channel == Channel.MQTT and (parts.path in {"", "/"} or set("+#?") & set(address)):
        raise _wrong(
            "주소 끝에 주제(topic)를 적어 주십시오.", "end the address with a topic, without + and #"
        )
    literal = _read_literal(parts.hostname)
    if literal is not None and not is_allowed(literal):
        raise _wrong("허용되지 않은 네트워크입니다.", "hand-overs may not go to this network")


def check_webhook_address(address: str) -> None:
    """Raise BadInput where `address` isn't one that a webhook may go to."""
    check_target_address(Channel.WEBHOOK, address)


def find_address(host: str, port: int) -> str:
    """Return the address to connect to for `host`.

    Raises Refused where the name leads to a network that isn't allowed, Failed where it leads nowhere.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Failed(f"{host}: {error}") from error
    addresses = [ipaddress.ip_address(item[4][0].split("%")[0]) for item in found]
    if not all(map(is_allowed, addresses)):
        raise Refused(f"{host} leads to a network that isn't allowed (setting hand_over_networks)")
    return str(addresses[0])


def is_allowed(address: Address) -> bool:
    """Return whether a hand-over may go to `address`."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address in network for network in _list_networks()):
        return True
    if any(address in network for network in TRANSLATED):
        return False
    return address.is_global and not address.is_multicast


def _list_networks() -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    words = settings.MADANG.hand_over_networks.replace(",", " ").split()
    if settings.MADANG.demo:
        words += LOOPBACK.split()
    return [ipaddress.ip_network(word, strict=False) for word in words]


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    return None if re.search(r"[\s\x00-\x1f]", address) else parts


def _read_literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _wrong(ko: str, en: str) -> BadInput:
    return BadInput("target.address", ko, en)
