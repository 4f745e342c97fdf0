"""What benchmarks over HTTP have in common: a connection, and the web server's processes with their CPU and memory."""

from __future__ import annotations

import http.client
import os
from pathlib import Path

import msgspec

TICKS = os.sysconf("SC_CLK_TCK")


class Asking:
    """One connection to a house; `tag` is the ETag of the last answer."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.tag = ""

    def get(self, path: str, headers: dict[str, str] | None = None) -> bytes:
        """Return what is answered; anything but 200 and 304 ends the benchmark."""
        self.connection.request("GET", path, headers=headers or {})
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status not in {200, 304}:
            raise SystemExit(f"{path}: {answer.status} {content[:200]!r}")
        self.tag = answer.headers.get("ETag", "")
        return content


def find_web(folder: Path) -> list[int]:
    """Return the process ids of the web server."""
    return find_process(folder, "web")


def find_process(folder: Path, name: str) -> list[int]:
    """Return the process ids of a house's process and of those that it began."""
    state = msgspec.json.decode((folder / "run" / "state.json").read_bytes())
    parent = next(one["pid"] for one in state["processes"] if one["name"] == name)
    stats = {int(path.parent.name): _read_stat(path) for path in Path("/proc").glob("[0-9]*/stat")}
    return [parent, *(pid for pid, stat in stats.items() if stat[1:2] == [str(parent)])]


def read_cpu(processes: list[int]) -> float:
    """Return the CPU seconds that processes have taken."""
    stats = [_read_stat(Path(f"/proc/{pid}/stat")) for pid in processes]
    return sum(int(one[11]) + int(one[12]) for one in stats if one) / TICKS


def read_memory(processes: list[int]) -> int:
    """Return the bytes of memory that processes hold."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in processes)
    return pages * os.sysconf("SC_PAGE_SIZE")


def _read_stat(path: Path) -> list[str]:
    """Return the fields of a process's line after its name, none where it has ended."""
    try:
        return path.read_text().rpartition(")")[2].split()
    except OSError:
        return []
