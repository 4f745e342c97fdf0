"""Rows with their exact total by the JSON API: requests per CPU-second of the server, and p95.

A dataset of ROWS rows is published in a fresh folder and asked over HTTP as anybody may. Floors in the
same run: an empty Starlette route on the same server software (what HTTP itself costs), and DuckDB
alone answering the same query and count on the same files (what the query itself costs). Run with
`madang bench api [ROWS] [SECONDS]`.
"""

from __future__ import annotations

import http.client
import itertools
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import numpy as np
import psutil

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 4
CLIENTS = 4
MADANG = [sys.executable, "-m", "madang.project.command_line"]
FLOOR = """
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
async def nothing(request): return Response(b"{}", media_type="application/json")
application = Starlette(routes=[Route("/nothing", nothing)])
"""
folder = Path(tempfile.mkdtemp(prefix="madang-bench-"))
os.environ |= {"MADANG_DATA": str(folder / "data"), "MADANG_LOG_LEVEL": "error", "MADANG_DEMO": "no"}


def lay_out() -> list[str]:
    """Publish a dataset of sensors and return its files."""
    random = np.random.default_rng(20261123)
    names = np.array(["종로구", "중구", "용산구", "성동구", "광진구"])[random.integers(0, 5, ROWS)]
    values = random.integers(0, 5000, ROWS)
    path = folder / "sensors.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("번호,자치구,측정값,비고\n")
        pairs = enumerate(zip(names, values, strict=True))
        file.writelines(f"{n},{name},{value},정상\n" for n, (name, value) in pairs)
    command = [*MADANG, "import", str(path), "--publish", "--json"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    return [str(path) for path in (folder / "data" / "lake" / "tables" / "sensors").glob("*.parquet")]


def start(*command: str) -> tuple[psutil.Process, int]:
    """Run a web server with one worker and return the process and its port, which it finds in MADANG_PORT."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    environment = os.environ | {
        "PYTHONPATH": str(folder),
        "MADANG_PORT": str(port),
        "GRANIAN_PORT": str(port),
    }
    child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return psutil.Process(child.pid), port
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server didn't start")


def measure(server: psutil.Process, port: int, what: str, *paths: str) -> None:
    """Ask `paths` in turn for SECONDS from CLIENTS connections; print requests per CPU-second."""
    took: list[float] = []
    turn = itertools.cycle(paths)

    def ask(until: float) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while time.perf_counter() < until:
            begin = time.perf_counter()
            connection.request("GET", next(turn))
            reply = connection.getresponse()
            body = reply.read()
            if reply.status != 200:
                raise SystemExit(f"{reply.status} {body[:200]!r}")
            took.append(time.perf_counter() - begin)

    ask(time.perf_counter() + 0.5)
    took.clear()
    before = read_cpu(server)
    threads = [threading.Thread(target=ask, args=(time.perf_counter() + SECONDS,)) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report(what, len(took) / (read_cpu(server) - before), float(np.percentile(took, 95)))


def read_cpu(server: psutil.Process) -> float:
    """Return the CPU seconds that a server and its children have used."""
    times = [process.cpu_times() for process in [server, *server.children(recursive=True)]]
    return sum(one.user + one.system for one in times)


def measure_query(files: list[str], what: str, *queries: str) -> None:
    """Print how often DuckDB alone answers `queries`, with another number each time, per CPU-second."""
    import duckdb  # noqa: PLC0415

    connection = duckdb.connect()
    source, numbers = f"read_parquet({files})", itertools.count()

    def ask() -> None:
        number = next(numbers) % (ROWS // 100)
        for query in queries:
            connection.execute(query.format(source=source, n=number)).to_arrow_table()

    report(what, *repeat(ask))


def repeat(ask: Callable[[], None]) -> tuple[float, float]:
    """Return calls per CPU-second and p95 seconds."""
    ask()
    took, began, until = [], time.process_time(), time.perf_counter() + SECONDS / 2
    while time.perf_counter() < until:
        begin = time.perf_counter()
        ask()
        took.append(time.perf_counter() - begin)
    return len(took) / (time.process_time() - began), float(np.percentile(took, 95))


def report(what: str, rate: float, p95_s: float) -> None:
    """Print one line."""
    print(f"{what:<62}{rate:>9,.0f} requests/CPU-s   p95 {1000 * p95_s:>7.1f} ms")


def main() -> None:
    """Print the figures."""
    files = lay_out()
    (folder / "floor.py").write_text(FLOOR, "utf-8")
    house, port = start(sys.executable, "-c", "from madang.project.web import serve; serve()")
    granian = str(Path(sys.executable).parent / "granian")
    floor, floor_port = start(granian, "--interface", "asgi", "--no-ws", "floor:application")
    rows = "/api/datasets/sensors/rows"
    try:
        print(f"{ROWS:,} rows, {CLIENTS} clients; answers are 100 rows and the exact total")
        measure(house, port, "the same page again and again", f"{rows}?limit=100")
        pages = [f"{rows}?limit=100&offset={100 * n}" for n in range(ROWS // 100)]
        measure(house, port, "every time another page", *pages)
        values = [f"{rows}?limit=100&where={quote(f'측정값:eq:{n}')}" for n in range(5000)]
        measure(house, port, "every time another filter, rows and count", *values)
        measure(house, port, "one dataset's description", "/api/datasets/sensors")
        measure(floor, floor_port, "floor: an empty Starlette route", "/nothing")
    finally:
        for process in (house, floor):
            process.terminate()
            process.wait(10)
    measure_query(files, "floor: DuckDB alone, another page", "SELECT * FROM {source} LIMIT 100 OFFSET {n}00")
    measure_query(
        files,
        "floor: DuckDB alone, another filter, rows and count",
        "SELECT * FROM {source} WHERE 측정값 = {n} LIMIT 100",
        "SELECT count(*) FROM {source} WHERE 측정값 = {n}",
    )


if __name__ == "__main__":
    main()
