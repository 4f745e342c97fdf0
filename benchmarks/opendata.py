"""Open data over HTTP: pages of rows with exact totals, a large CSV, the search, and pages that may be kept.

A fresh house without demonstration holds a dataset of ROWS simulated readings and one of a million rows; where
MADANG_TEST_DATA names the municipal files, the national catalogue is harvested over CKAN's API into its search.
Floors in the same run: DuckDB alone on the same files, and `/ogc/conformance`, which reads nothing.
Run with `madang bench opendata [ROWS] [RECORDS] [SECONDS]`.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import duckdb
from _web import Asking, find_process, find_web, read_cpu, read_memory

from madang.project.pytest_plugin import House, start_house, stop_house

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 13_000_000
RECORDS = int(sys.argv[2]) if len(sys.argv) > 2 else 61_359
SECONDS = float(sys.argv[3]) if len(sys.argv) > 3 else 5
MILLION = 1_000_000
ASKED = 100
SEED = 20261129
CATALOGUE = Path(os.environ.get("MADANG_TEST_DATA", "/nowhere")) / "catalogue" / "openData.csv.gz"
data = Path(tempfile.mkdtemp(prefix="madang-bench-")) / "house"
chance = random.Random(SEED)
DISTRICTS = [f"구{n:02d}" for n in range(25)]
SETUP = """
import csv, gzip, http.server, json, sys, threading
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit
import django
django.setup()
import numpy as np
import pyarrow as pa
from madang.citizens.open_data.actions.harvest import harvest, save_source
from madang.core.base.interface import HOUSE, ColumnType, Table, Text, declare_column
from madang.core.lake.interface import publish_dataset, register_dataset, replace_rows
from madang.core.lake.maintenance import encode_all
now, sizes, catalogue, most = datetime.now(UTC), json.loads(sys.argv[1]), sys.argv[2], int(sys.argv[3])
draw = np.random.default_rng(20261129)
def make(first, count):
    return pa.table({
        "id": np.arange(first, first + count), "gu": np.array([f"구{n:02d}" for n in range(25)])[draw.integers(0, 25, count)],
        "item": np.array([f"item {n}" for n in range(8)])[draw.integers(0, 8, count)],
        "value": draw.normal(20, 9, count).round(2),
        "at": pa.array(1_700_000_000_000_000 + 1_000_000 * np.arange(first, first + count)).cast(pa.timestamp("us", "UTC")),
    })
for name, size in sizes.items():
    table = Table(name=name, title=Text(ko=f"측정 {name}", en=name), key=("id",), columns=(
        declare_column("id", "번호", "Id", ColumnType.INTEGER), declare_column("gu", "자치구", "District"),
        declare_column("item", "항목", "Item"), declare_column("value", "값", "Value", ColumnType.NUMBER),
        declare_column("at", "시각", "At", ColumnType.TIME)))
    register_dataset(actor=HOUSE, now=now, table=table)
    replace_rows(table, (make(at, min(500_000, size - at)) for at in range(0, size, 500_000)), actor=HOUSE, now=now)
    publish_dataset(actor=HOUSE, now=now, name=name)
encode_all()  # as a job does within a minute
if catalogue:
    with gzip.open(catalogue, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[:most]
    packages = [{
        "id": row["목록키"], "name": row["목록키"], "title": row["목록명"], "notes": row["목록설명"], "url": row["목록.URL"],
        "groups": [{"name": row["분류체계"], "title": row["분류체계"]}],
        "organization": {"name": row["기관코드"], "title": row["기관명"]}, "metadata_modified": row["목록.수정일"],
        "resources": [{"id": row["목록키"], "format": row["목록유형"], "url": row["목록.URL"]}],
    } for row in rows]
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked = parse_qs(urlsplit(self.path).query)
            start, count = int(asked["start"][0]), int(asked["rows"][0])
            page = {"success": True, "result": {"count": len(packages), "results": packages[start:start + count]}}
            self.send_response(200); self.end_headers(); self.wfile.write(json.dumps(page).encode())
        def log_message(self, *_): pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    source = save_source(actor=HOUSE, now=now, title="national", kind="ckan", every_hours=744,
                         address=f"http://127.0.0.1:{server.server_port}")
    harvest(source, now)
    from madang.citizens.open_data.models import RunRow
    run = RunRow.objects.get()
    print(f"taken from the catalogue: {run.added:,} of {run.seen:,} records, {run.wrong:,} with a reason")
"""


def measure(what: str, ask: Callable[[int], object], processes: list[int] | None = None) -> None:
    """Ask ASKED times, always otherwise, and print the median, p95 and what CPU one answer took.

    `processes` answer; without them this program does.
    """
    for turn in range(5):
        ask(-1 - turn)
    spent, cpu = [], read_cpu(processes or [os.getpid()])
    for turn in range(ASKED):
        begin = time.perf_counter()
        ask(turn)
        spent.append((time.perf_counter() - begin) * 1000)
    p95, cpu = statistics.quantiles(spent, n=20)[-1], read_cpu(processes or [os.getpid()]) - cpu
    each = f"{cpu / ASKED * 1000:>7,.0f} ms of CPU each"
    print(f"{what:<52}{statistics.median(spent):>8,.1f} ms median {p95:>8,.1f} ms p95 {each}")


def measure_rows(house: House) -> None:
    """Print how long 100 rows with the exact total of a condition take at each door, and DuckDB alone."""
    print(f"\n100 rows and the exact total of {ROWS:,} rows, another page or condition each time")
    main, open_api, web = (
        Asking(int(house.url.rpartition(":")[2])),
        Asking(house.open_api_port),
        find_web(data),
    )
    files = [str(path) for path in (data / "lake" / "tables" / "readings").glob("*.parquet")]
    alone = duckdb.connect()

    def draw(turn: int) -> tuple[str, str, float, int]:
        return DISTRICTS[turn % 25], f"item {turn % 8}", turn % 30 + turn % 97 / 100, abs(turn * 7919) % 3000

    def by_duckdb(turn: int) -> None:
        *values, offset = draw(turn)
        held = "FROM read_parquet(?) WHERE gu = ? AND item = ? AND value > ?"
        alone.execute(f"SELECT count(*) {held}", [files, *values]).fetchone()
        alone.execute(f"SELECT * {held} LIMIT 100 OFFSET {offset}", [files, *values]).to_arrow_table()

    def by_json(turn: int) -> None:
        gu, item, bound, offset = draw(turn)
        where = "&where=".join(map(quote, (f"gu:eq:{gu}", f"item:eq:{item}", f"value:gt:{bound}")))
        main.get(f"/api/datasets/readings/rows?where={where}&limit=100&offset={offset}")

    def by_ckan(turn: int) -> None:
        gu, item, _, offset = draw(turn)
        asked = f"filters={quote(json.dumps({'gu': gu, 'item': item}))}&limit=100&offset={offset}"
        main.get(f"/api/3/action/datastore_search?resource_id=readings&{asked}")

    def anywhere(turn: int) -> None:
        main.get(f"/api/datasets/readings/rows?limit=100&offset={abs(turn * 65_537) % ROWS}")

    def by_open_api(turn: int) -> None:
        start = abs(turn * 65_537) % (ROWS - 5) + 1
        assert b"INFO-000" in open_api.get(f"/sample/json/readings/{start}/{start + 4}/")

    measure("DuckDB alone, two columns and a bound (floor)", by_duckdb)
    measure("JSON API, two columns and a bound", by_json, web)
    measure("CKAN datastore_search, two columns", by_ckan, web)
    measure("JSON API, a page anywhere, all rows", anywhere, web)
    measure("Open API, five rows anywhere (sample key)", by_open_api, find_process(data, "open-api"))


def measure_csv(house: House) -> None:
    """Print how soon a million rows begin to come as CSV, how fast they come, and what memory it takes."""
    print("\na CSV of 1,000,000 rows")
    web = find_web(data)
    for turn in range(3):
        connection = http.client.HTTPConnection("127.0.0.1", int(house.url.rpartition(":")[2]), timeout=120)
        before, most, done = read_memory(web), 0, threading.Event()

        def watch(done: threading.Event = done) -> None:
            nonlocal most
            while not done.wait(0.01):
                most = max(most, read_memory(web))

        watcher = threading.Thread(target=watch)
        watcher.start()
        begin = time.perf_counter()
        connection.request("GET", "/datasets/million.csv")
        answer = connection.getresponse()
        size = len(answer.read(1))
        first = time.perf_counter() - begin
        while chunk := answer.read(1 << 20):
            size += len(chunk)
        seconds = time.perf_counter() - begin
        done.set()
        watcher.join()
        print(
            f"time {turn + 1}: first byte {first * 1000:,.0f} ms, {size / seconds / 1e6:,.0f} MB/s, web processes "
            f"{(most - before) / 1e6:+,.0f} MB at most"
        )


def measure_search(house: House, count: int) -> None:
    """Print how long a page of the search takes, for words as people type them."""
    main, web = Asking(int(house.url.rpartition(":")[2])), find_web(data)
    with duckdb.connect() as reader:
        titles = [
            row[0]
            for row in reader.execute(
                'SELECT "목록명" FROM read_csv(?, header = true, all_varchar = true, max_line_size = 9000000)',
                [str(CATALOGUE)],
            ).fetchall()
        ]
    words = [word for title in titles for word in title.replace("_", " ").split() if len(word) > 2]  # noqa: PLR2004
    kinds = {
        "one word": lambda: f"q={quote(chance.choice(words))}",
        "two words": lambda: f"q={quote(f'{chance.choice(words)} {chance.choice(words)}')}",
        "a word with a letter wrong": lambda: f"q={quote(spoil(chance.choice(words)))}",
        "initials": lambda: f"q={quote(''.join(chance.choices('ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ', k=3)))}",
        "every record, a page anywhere": lambda: f"page={chance.randint(1, max(1, RECORDS // 20))}",
    }
    print(f"\nthe search page over {count:,} records")
    for what, draw in kinds.items():
        measure(what, lambda _turn, draw=draw: main.get(f"/open_data/?{draw()}"), web)


def spoil(word: str) -> str:
    """Return a word with one of its letters put in another's place."""
    at = chance.randrange(len(word))
    return word[:at] + chance.choice("가나다라마바사") + word[at + 1 :]


def measure_pages(house: House) -> None:
    """Print how many pages a second four clients get, and a CPU-second of the web server's processes."""
    port, web = int(house.url.rpartition(":")[2]), find_web(data)
    print(f"\npages for four clients at once, {SECONDS:g} s each")
    first = Asking(port)
    rows = "/api/datasets/million/rows?limit=100"
    first.get(rows)
    tag = first.tag
    for what, path, headers in (
        ("conformance (floor)", "/ogc/conformance", {}),
        ("100 rows that the client holds (304)", rows, {"If-None-Match": tag}),
        ("100 rows", rows, {}),
        ("the catalogue as data.json", "/data.json", {}),
        ("the portal's first page", "/open_data/", {}),
        ("a dataset's page", "/open_data/million/", {}),
    ):
        counts = [0] * 4
        cpu, end = read_cpu(web), time.perf_counter() + SECONDS

        def ask(number: int, path: str = path, headers: dict[str, str] = headers, end: float = end) -> None:
            own = Asking(port)
            while time.perf_counter() < end:
                own.get(path, headers)
                counts[number] += 1  # noqa: B023 - joined below

        clients = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
        for one in clients:
            one.start()
        for one in clients:
            one.join()
        spent = read_cpu(web) - cpu
        print(
            f"{what:<58}{sum(counts) / SECONDS:>9,.0f} a second {sum(counts) / max(spent, 0.01):>9,.0f} a CPU-second"
        )


def main() -> None:
    """Print the figures."""
    networks = {"MADANG_HAND_OVER_NETWORKS": "127.0.0.0/8"}
    environment = os.environ | networks | {
        "MADANG_DATA": str(data), "MADANG_DEMO": "no", "DJANGO_SETTINGS_MODULE": "madang.project.settings",
    }  # fmt: skip
    stop_house(start_house(data, "--no-demo"))
    sizes = json.dumps({"readings": ROWS, "million": MILLION})
    catalogue = str(CATALOGUE) if CATALOGUE.is_file() and RECORDS else ""
    subprocess.run([sys.executable, "-c", SETUP, sizes, catalogue, str(RECORDS)], check=True, env=environment)  # noqa: S603
    house = start_house(data, "--no-demo")
    try:
        measure_rows(house)
        measure_csv(house)
        if catalogue:
            measure_search(house, RECORDS)
        measure_pages(house)
    finally:
        stop_house(house)


if __name__ == "__main__":
    main()
