"""OGC API Features and Tiles over HTTP: pages of 100 features a CPU-second, and cached tiles a second.

ROWS simulated points are brought as a dataset into a fresh house without demonstration; every page asked is another
one. CPU time is that of the web server's processes alone. Floor in the same run: `/ogc/conformance`, which reads
nothing. Run with `madang bench city_map [ROWS] [SECONDS]`.
"""

from __future__ import annotations

import http.client
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from madang.project.pytest_plugin import start_house, stop_house

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 83_734
SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 5
TICKS = os.sysconf("SC_CLK_TCK")
data = Path(tempfile.mkdtemp(prefix="madang-bench-")) / "house"
SETUP = """
import sys
from datetime import UTC, datetime
import django
django.setup()
import numpy as np
import pyarrow as pa
from madang.core.base.interface import HOUSE, ColumnType, Table, Text, declare_column
from madang.core.lake.interface import publish_dataset, register_dataset, replace_rows
now, count = datetime.now(UTC), int(sys.argv[1])
number = ColumnType.NUMBER
table = Table(
    name="bench", title=Text(ko="벤치마크", en="Benchmark"), key=("id",), lon="lon", lat="lat", crs="EPSG:4326",
    columns=(declare_column("id", "번호", "Id", ColumnType.INTEGER), declare_column("name", "이름", "Name"),
             declare_column("kind", "종류", "Kind"), declare_column("address", "주소", "Address"),
             declare_column("lon", "경도", "Longitude", number), declare_column("lat", "위도", "Latitude", number)),
)
register_dataset(actor=HOUSE, now=now, table=table)
draw = np.random.default_rng(1)
rows = pa.table({
    "id": np.arange(count), "name": [f"장소 {n}" for n in range(count)], "kind": [f"종류 {n % 9}" for n in range(count)],
    "address": [f"시뮬레이션로 {n % 700}" for n in range(count)],
    "lon": draw.uniform(126.8, 127.18, count), "lat": draw.uniform(37.43, 37.7, count),
})
replace_rows(table, [rows], actor=HOUSE, now=now)
publish_dataset(actor=HOUSE, now=now, name="bench")
"""


def main() -> None:
    """Print the figures."""
    environment = os.environ | {
        "MADANG_DATA": str(data),
        "MADANG_DEMO": "no",
        "DJANGO_SETTINGS_MODULE": "madang.project.settings",
    }
    stop_house(start_house(data, "--no-demo"))
    subprocess.run([sys.executable, "-c", SETUP, str(ROWS)], check=True, env=environment)  # noqa: S603
    house = start_house(data, "--no-demo")
    items, tiles = "/ogc/collections/bench/items", "/ogc/collections/bench/tiles/WebMercatorQuad"
    turns = itertools.count()
    print(f"{ROWS:,} simulated points, one connection, {SECONDS:g} s each")
    try:
        ask = _Asking(house.url.removeprefix("http://"), find_web(data))
        ask.measure("conformance (floor)", lambda: "/ogc/conformance")
        ask.measure(
            "100 features, another page each time",
            lambda: f"{items}?limit=100&offset={next(turns) * 7 % (ROWS - 100)}",
        )
        ask.measure(
            "1,000 features of a bbox",
            lambda: f"{items}?limit=1000&bbox=126.9,37.5,{127.0 + next(turns) % 500 / 1e4},37.6",
        )
        ask.measure(
            "100 features by CQL2, another filter each time",
            lambda: (
                f"{items}?limit=100&filter=id%20%3E%20{next(turns) * 11 % ROWS}%20AND%20name%20LIKE%20%27%257%25%27"
            ),
        )
        begin = time.process_time(), time.perf_counter()
        first = ask.get(f"{tiles}/10/396/873")
        print(
            f"{'a tile drawn for the first time':<52}{(time.perf_counter() - begin[1]) * 1000:>9,.0f} ms, {len(first):,} bytes"
        )
        ask.measure("a tile that is kept", lambda: f"{tiles}/10/396/873")
        ask.measure("a tile that the client holds (304)", lambda: f"{tiles}/10/396/873", tag=ask.tag)
    finally:
        stop_house(house)


def find_web(folder: Path) -> list[int]:
    """Return the process ids of the web server."""
    state = msgspec.json.decode((folder / "run" / "state.json").read_bytes())
    parent = next(one["pid"] for one in state["processes"] if one["name"] == "web")
    children = [
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/stat")
        if read_stat(path)[1] == str(parent)
    ]
    return [parent, *children]


def read_stat(path: Path) -> list[str]:
    """Return the fields of a process's line after its name, none where it has ended."""
    try:
        return path.read_text().rpartition(")")[2].split()
    except OSError:
        return ["", ""]


class _Asking:
    """One connection, and the CPU time that its answers cost the web server."""

    def __init__(self, address: str, processes: list[int]) -> None:
        self.connection = http.client.HTTPConnection(address, timeout=60)
        self.processes = processes
        self.tag = ""

    def get(self, path: str, tag: str = "") -> bytes:
        """Return what is answered; keep its tag."""
        self.connection.request("GET", path, headers={"If-None-Match": tag} if tag else {})
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != (304 if tag else 200):
            raise SystemExit(f"{path}: {answer.status} {content[:200]!r}")
        self.tag = answer.headers.get("ETag", "")
        return content

    def measure(self, what: str, path: Callable[[], str], tag: str = "") -> None:
        """Ask for some seconds and print how many answers there were a CPU-second and a second."""
        for _ in range(3):
            self.get(path(), tag)
        cpu, begin, count = self._read_cpu(), time.perf_counter(), 0
        while time.perf_counter() - begin < SECONDS:
            self.get(path(), tag)
            count += 1
        spent, seconds = self._read_cpu() - cpu, time.perf_counter() - begin
        print(f"{what:<52}{count / spent:>9,.0f} a CPU-second {count / seconds:>9,.0f} a second")

    def _read_cpu(self) -> float:
        stats = [read_stat(Path(f"/proc/{pid}/stat")) for pid in self.processes]
        return sum(int(one[11]) + int(one[12]) for one in stats if len(one) > 12) / TICKS


if __name__ == "__main__":
    main()
