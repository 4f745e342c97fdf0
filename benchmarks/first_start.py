"""The demonstration city's first start: until the house is up, and until its thirty days of hourly values can be read.

A house with its demonstration starts on a fresh folder. Printed: seconds until it says that it is up and until all that
was measured before the start is in its table; then the next start of the same folder. Floor in the same run: the same number of rows written as one Parquet file by pyarrow and counted by DuckDB.
Run with `madang bench first_start`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from _web import Asking

from madang.project.pytest_plugin import find_free_port

HOURS = 720
QUIET_S = 10.0
PATIENCE_S = 600.0
ROWS = "/api/datasets/city_sensor_readings/rows?limit=1"


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory(prefix="madang-bench-") as folder:
        data = Path(folder) / "house"
        data.mkdir()
        begin, started = time.perf_counter(), datetime.now(UTC)
        house, port = start(data)
        try:
            print(f"first start, until the house is up {time.perf_counter() - begin:30.1f} s")
            rows, oldest, last = watch_history(port, begin, started)
            days = (started - oldest).days
            print(f"{rows:,} values of {days} days are in their table after {last:17.1f} s")
        finally:
            stop(house)
        begin = time.perf_counter()
        house, _ = start(data)
        print(f"next start, until the house is up {time.perf_counter() - begin:31.1f} s")
        stop(house)
        print(f"floor: as many rows to Parquet, counted by DuckDB {write_floor(Path(folder), rows):15.1f} s")


def start(data: Path) -> tuple[subprocess.Popen, int]:
    """Start a house with its whole demonstration; return it and its port once it says that it is up."""
    port = find_free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MADANG_")}
    environment |= {"MADANG_DATA": str(data), "MADANG_PORT": str(port), "MADANG_OPEN_API_PORT": "0"}
    environment["MADANG_DEMO_HISTORY_HOURS"] = str(HOURS)
    command = [sys.executable, "-m", "madang.project.command_line", "up"]
    log = data / "up.log"
    with log.open("wb") as output:
        house = subprocess.Popen(command, env=environment, stdout=output, stderr=output)  # noqa: S603
    while "Ctrl-C" not in log.read_text("utf-8"):
        if house.poll() is not None:
            raise SystemExit(log.read_text("utf-8"))
        time.sleep(0.05)
    return house, port


def stop(house: subprocess.Popen) -> None:
    """Stop a house as Ctrl-C does."""
    house.send_signal(signal.SIGINT)
    house.wait(60)


def watch_history(port: int, begin: float, started: datetime) -> tuple[int, datetime, float]:
    """Return (values from before the start, the oldest's moment, seconds until the last of them could be read)."""
    asking = Asking(port)
    before = f"{ROWS}&sort=observed_at&where=" + quote(f"observed_at:lt:{started:%Y-%m-%dT%H:%M:%SZ}")
    rows, last, oldest = 0, 0.0, started
    while (waited := time.perf_counter() - begin) < PATIENCE_S and (not rows or waited - last < QUIET_S):
        found = json.loads(asking.get(before))
        if found["total"] != rows:
            rows, last = found["total"], time.perf_counter() - begin
            oldest = datetime.fromisoformat(found["rows"][0]["observed_at"])
        time.sleep(0.5)
    return rows, oldest, last


def write_floor(folder: Path, rows: int) -> float:
    """Return the seconds of writing as many rows of (station, moment, value) and counting them."""
    numbers = np.arange(rows)
    begin = time.perf_counter()
    table = pa.table({"station": numbers % 850, "moment": numbers, "value": np.round(np.sin(numbers), 1)})
    pq.write_table(table, folder / "floor.parquet")
    duckdb.sql(f"select count(value) from '{folder / 'floor.parquet'}'").fetchall()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
