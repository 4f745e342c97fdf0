"""Rows a second of the file reader on real files, beside DuckDB's own reader, and its peak memory.

DuckDB's `read_csv(all_varchar)` is the floor: it cuts rows into text and judges nothing (no types over
all rows, no places, no broken rows). Real files lie where MADANG_TEST_DATA points; without them only
the generated file is read. Run with `madang bench import [ROWS]`, ROWS (default 5,000,000) being
those of the generated file; its peak is measured in a process of its own.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np

from madang.core.base.interface import BadInput
from madang.core.lake.gateway import read_file

REAL = (
    "building/elevator.csv.gz",
    "cctv/seoulCCTV.csv.gz",
    "catalogue/openData.csv.gz",
    "transport/busStation.csv.gz",
    "transport/subway_daily/CARD_SUBWAY_MONTH_202301.csv.gz",
    "safety/fire.csv.gz",
    "wifi/seoul_wifi.csv.gz",
)
DISTRICTS = ("강남구", "종로구", "중구", "은평구")


def write_readings(path: Path, rows: int) -> None:
    """Write a file of sensor readings: a number, a moment, a district, degrees and measures."""
    dice = np.random.default_rng(1)
    start = np.datetime64("2023-01-01T00:00:00")
    with path.open("w", encoding="utf-8") as file:
        file.write("순번,측정일시,자치구,센서ID,경도,위도,온도,습도\n")
        for first in range(0, rows, 100_000):
            count = min(100_000, rows - first)
            moments = np.char.replace((start + np.arange(first, first + count)).astype(str), "T", " ")
            lon, lat = 126.9 + dice.random(count) / 10, 37.5 + dice.random(count) / 10
            heat, wet = dice.normal(15, 9, count), dice.integers(0, 100, count)
            file.writelines(
                f"{first + i},{moments[i]},{DISTRICTS[i % 4]},OC3CL{i % 977:06d},"
                f"{lon[i]:.6f},{lat[i]:.6f},{heat[i]:.1f},{wet[i]}\n"
                for i in range(count)
            )


def count_ours(path: Path) -> int:
    """Read a file whole and return its rows."""
    with read_file(path) as reading:
        return sum(batch.num_rows for batch in reading.batches())


def count_theirs(path: Path) -> int:
    """Read a file with DuckDB as text, every column of every row, and return its rows."""
    relation = duckdb.read_csv(
        str(path), all_varchar=True, null_padding=True, ignore_errors=True, header=True
    )
    return sum(batch.num_rows for batch in relation.to_arrow_reader())


def measure(count: object, path: Path) -> tuple[int, float]:
    """Return (rows, seconds of processor time)."""
    before = time.process_time()
    rows = count(path)  # type: ignore[operator]
    return rows, time.process_time() - before


def compare(path: Path) -> None:
    """Print one file's line."""
    rows, seconds = measure(count_ours, path)
    line = f"{path.name:<46} {rows:>9,} rows  {rows / seconds:>10,.0f} rows/s"
    try:
        other_rows, other_seconds = measure(count_theirs, path)
        line += f"   duckdb {other_rows:>9,} rows {other_rows / other_seconds:>11,.0f} rows/s"
    except duckdb.Error as error:
        line += f"   duckdb refuses: {type(error).__name__}"
    print(line, flush=True)


def print_peak(path: Path) -> None:
    """Print rows and the most memory this process held at once."""
    before = read_peak_mb()
    rows, seconds = measure(count_ours, path)
    print(
        f"{rows:>10,} rows  {rows / seconds:>10,.0f} rows/s  peak {read_peak_mb():,.0f} MB (before {before:,.0f})"
    )


def read_peak_mb() -> float:
    """Return the peak resident memory of this process alone; `getrusage` would inherit the parent's."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = next(line for line in status.read_text("utf-8").splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def main() -> int:
    """Compare on the real files, then show that memory doesn't grow with the rows."""
    if len(sys.argv) > 2:
        print_peak(Path(sys.argv[2]))
        return 0
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000
    folder = Path(os.environ.get("MADANG_TEST_DATA", "/nowhere"))
    for name in REAL:
        if (folder / name).is_file():
            try:
                compare(folder / name)
            except BadInput as refusal:
                print(name, refusal)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "readings.csv"
        for count in (rows // 10, rows):
            write_readings(path, count)
            subprocess.run([sys.executable, __file__, "peak", str(path)], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
