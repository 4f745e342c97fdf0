"""Where pictures may come from: networks in which the city's cameras stand, and folders of video files.

A camera's name is looked up once for each connection, and the connection goes to the very address that was judged.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from madang.core.base.interface import BadInput, read_settings

SCHEMES = {"rtsp": 554, "rtsps": 322}
WEB = {"http": 80, "https": 443}
LOOPBACK = "127.0.0.0/8 ::1/128"
SIMULATED = "cctv_simulated"
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def check_source(url: str) -> None:
    """Raise BadInput where pictures may not be fetched from `url`, an address (RTSP, HLS) or the path of a file."""
    if url.startswith("/"):
        _check_file(Path(url))
        return
    parts = split_address(url, SCHEMES | WEB)
    literal = read_literal(parts.hostname or "")
    if literal is not None:
        check_network(literal)


def pin_address(url: str) -> str:
    """Return an RTSP address with the number in place of its host's name. Raises BadInput, OSError."""
    parts = split_address(url, SCHEMES)
    number = find_number(parts.hostname or "", parts.port or SCHEMES[parts.scheme])
    login = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    shown = f"[{number}]" if ":" in number else number
    port = f":{parts.port}" if parts.port else ""
    return parts._replace(netloc=f"{login}{shown}{port}").geturl()


def find_number(host: str, port: int) -> str:
    """Return the address to connect to for a name. Raises BadInput where it isn't allowed, OSError where none is."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError(f"{host}: {error}") from error
    numbers = [ipaddress.ip_address(item[4][0].split("%")[0]) for item in found]  # type: ignore[union-attr]
    for one in numbers:
        check_network(one)
    return str(numbers[0])


def split_address(url: str, schemes: dict[str, int]) -> SplitResult:
    """Return the parts of an address; raise BadInput where it is none of these schemes."""
    try:
        parts = urlsplit(url)
        is_right = parts.scheme in schemes and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        is_right = False
    if not is_right or re.search(r"[\s\x00-\x1f]", url):
        wanted = " ".join(f"{one}://" for one in schemes)
        raise BadInput(
            "cctv.url",
            f"{wanted} 주소이거나 이 서버에 있는 파일의 전체 경로여야 합니다",
            f"it must be an address ({wanted}) or the full path of a file on this server",
            field="url",
        )
    return parts


def read_literal(host: str) -> Address | None:
    """Return the address that a host's name is itself, None where it is a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def check_network(address: Address) -> None:
    """Raise BadInput where no camera may be at an address."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    settings = read_settings()
    words = settings.camera_networks.replace(",", " ").split()
    words += LOOPBACK.split() if settings.demo else []
    try:
        networks = [ipaddress.ip_network(word, strict=False) for word in words]
    except ValueError as error:
        raise BadInput("cctv.networks", f"camera_networks: {error}", f"camera_networks: {error}") from error
    if not any(address in one for one in networks):
        raise BadInput(
            "cctv.network",
            f"{address}은(는) 카메라가 있는 네트워크가 아닙니다 (설정 camera_networks)",
            f"{address} is in no network of cameras (setting camera_networks)",
            field="url",
        )


def _check_file(path: Path) -> None:
    settings = read_settings()
    folders = [settings.data_path / "files" / SIMULATED]
    if settings.camera_files:
        folders.append(Path(settings.camera_files))
    real = path.resolve()
    if not any(real.is_relative_to(one.resolve()) for one in folders):
        raise BadInput(
            "cctv.file_place",
            f"{path}은(는) 영상 파일을 두는 폴더에 있지 않습니다 (설정 camera_files)",
            f"{path} lies in no folder for video files (setting camera_files)",
            field="url",
        )
