"""OGC API Features and Tiles over HTTP: pages of 100 features a CPU-second, and tiles drawn and kept.

ROWS points (the city's cameras where MADANG_TEST_DATA has them, else simulated) are brought as a dataset into a fresh
house without demonstration; every page asked is another one. CPU time is that of the web server's processes alone.
Floor in the same run: `/ogc/conformance`, which reads nothing. Peer in the same run, where MADANG_PYGEOAPI names its
Python: pygeoapi with the same points. Run with `madang bench city_map [ROWS] [SECONDS]`.
"""

from __future__ import annotations

import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from _pygeoapi import PYTHON, Peer
from _web import Asking, find_web, read_cpu

from madang.project.pytest_plugin import start_house, stop_house

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 83_734
SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 5
CAMERAS = Path(os.environ.get("MADANG_TEST_DATA", "/nowhere")) / "cctv" / "seoulCCTV.csv.gz"
CROWD = 28_000
data = Path(tempfile.mkdtemp(prefix="madang-bench-")) / "house"
SETUP = """
import csv, gzip, sys
from datetime import UTC, datetime
import django
django.setup()
import numpy as np
import pyarrow as pa
from madang.core.base.interface import HOUSE, ColumnType, Table, Text, declare_column
from madang.core.lake.interface import publish_dataset, register_dataset, replace_rows
now, count, cameras, crowd = datetime.now(UTC), int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
number = ColumnType.NUMBER
def bring(name, lon, lat):
    count = len(lon)
    table = Table(
        name=name, title=Text(ko="벤치마크", en="Benchmark"), key=("id",), lon="lon", lat="lat", crs="EPSG:4326",
        columns=(declare_column("id", "번호", "Id", ColumnType.INTEGER), declare_column("name", "이름", "Name"),
                 declare_column("kind", "종류", "Kind"), declare_column("address", "주소", "Address"),
                 declare_column("lon", "경도", "Longitude", number), declare_column("lat", "위도", "Latitude", number)),
    )
    register_dataset(actor=HOUSE, now=now, table=table)
    rows = pa.table({
        "id": np.arange(count), "name": [f"장소 {n}" for n in range(count)], "kind": [f"종류 {n % 9}" for n in range(count)],
        "address": [f"시뮬레이션로 {n % 700}" for n in range(count)], "lon": lon, "lat": lat,
    })
    replace_rows(table, [rows], actor=HOUSE, now=now)
    publish_dataset(actor=HOUSE, now=now, name=name)
draw = np.random.default_rng(1)
if cameras:
    with gzip.open(cameras, "rt", encoding="utf-8-sig") as file:
        places = [(float(row["경도"]), float(row["위도"])) for row in csv.DictReader(file)][:count]
    lon, lat = map(np.array, zip(*places, strict=True))
else:
    lon, lat = draw.uniform(126.8, 127.18, count), draw.uniform(37.43, 37.7, count)
bring("bench", lon, lat)
bring("crowd", draw.uniform(126.981, 127.001, crowd), draw.uniform(37.563, 37.578, crowd))
"""


def main() -> None:
    """Print the figures."""
    environment = os.environ | {
        "MADANG_DATA": str(data),
        "MADANG_DEMO": "no",
        "DJANGO_SETTINGS_MODULE": "madang.project.settings",
    }
    stop_house(start_house(data, "--no-demo"))
    cameras = str(CAMERAS) if CAMERAS.is_file() else ""
    subprocess.run([sys.executable, "-c", SETUP, str(ROWS), cameras, str(CROWD)], check=True, env=environment)  # noqa: S603
    house = start_house(data, "--no-demo")
    items, tiles = "/ogc/collections/bench/items", "/ogc/collections/bench/tiles/WebMercatorQuad"
    turns = itertools.count()
    print(f"{ROWS:,} {'cameras' if cameras else 'simulated points'}, one connection, {SECONDS:g} s each")
    try:
        ask = _Asking(int(house.url.rpartition(":")[2]), find_web(data))
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
        measure_drawn(ask)
        ask.measure("a tile that is kept", lambda: f"{tiles}/10/396/873")
        ask.measure("a tile that is kept, four connections", lambda: f"{tiles}/10/396/873", clients=4)
        ask.measure("a tile that the client holds (304)", lambda: f"{tiles}/10/396/873", tag=ask.tag)
        if PYTHON:
            measure_peer(ask)
    finally:
        stop_house(house)


def measure_drawn(ask: _Asking) -> None:
    """Print how long tiles take that hold CROWD points each, drawn for the first time."""
    spent, sizes, cpu = [], [], read_cpu(ask.processes)
    for z in range(5, 15):
        x, y = (int(part * 2**z) for part in (306.991 / 360, 0.387238))
        begin = time.perf_counter()
        sizes.append(len(ask.get(f"/ogc/collections/crowd/tiles/WebMercatorQuad/{z}/{y}/{x}")))
        spent.append((time.perf_counter() - begin) * 1000)
    what = f"tiles of {CROWD:,} points, drawn for the first time"
    cpu = (read_cpu(ask.processes) - cpu) / len(spent) * 1000
    print(
        f"{what:<52}{statistics.median(spent):>9,.0f} ms median {max(spent):>6,.0f} ms most (the first reads the "
        f"points), {cpu:,.0f} ms of CPU each, {max(sizes):,} bytes most"
    )


def measure_peer(ask: _Asking) -> None:
    """Print the same pages of the same points from pygeoapi."""
    package = data.parent / "bench.gpkg"
    package.write_bytes(ask.get("/datasets/bench.gpkg"))
    peer = Peer(package)
    turns = itertools.count()
    try:
        other = _Asking(peer.port, peer.find_processes())
        items = "/collections/bench/items?f=json"
        other.measure(
            "pygeoapi: 100 features, another page each time",
            lambda: f"{items}&limit=100&offset={next(turns) * 7 % (ROWS - 100)}",
        )
        other.measure(
            "pygeoapi: 1,000 features of a bbox",
            lambda: f"{items}&limit=1000&bbox=126.9,37.5,{127.0 + next(turns) % 500 / 1e4},37.6",
        )
    finally:
        peer.stop()


class _Asking(Asking):
    """A connection (or some, for `clients` at once), and the CPU time that its answers cost the web server."""

    def __init__(self, port: int, processes: list[int]) -> None:
        super().__init__(port)
        self.port, self.processes = port, processes

    def measure(self, what: str, path: Callable[[], str], tag: str = "", clients: int = 1) -> None:
        """Ask for some seconds and print how many answers there were a CPU-second and a second."""
        headers = {"If-None-Match": tag} if tag else {}
        for _ in range(3):
            self.get(path(), headers)
        all_clients = [self, *(Asking(self.port) for _ in range(clients - 1))]
        cpu, begin = read_cpu(self.processes), time.perf_counter()

        def ask(one: Asking) -> int:
            count = 0
            while time.perf_counter() - begin < SECONDS:
                one.get(path(), headers)
                count += 1
            return count

        with ThreadPoolExecutor(clients) as pool:
            count = sum(pool.map(ask, all_clients))
        spent, seconds = read_cpu(self.processes) - cpu, time.perf_counter() - begin
        print(f"{what:<52}{count / spent:>9,.0f} a CPU-second {count / seconds:>9,.0f} a second")


if __name__ == "__main__":
    main()
