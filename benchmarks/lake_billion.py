"""A lake of a city's readings, as large as the disk allows: bytes a reading, and how quickly it answers.

ROWS readings of 25,000 streams, one every ten minutes each, as the receiver stores them (value, quality, what was
sent), are taken in by the writer's own code in pieces of a few hours and re-packed by the house's own upkeep, so the
files are what a house has. The same questions are then put to the house's reader and, in the same run, to plain
DuckDB over the same files. A billion readings are 278 days of these streams: size grows with the rows, while
questions about a day or a month open only that month's files, so they are asked here of at most 31 days.
Rollups are not made; the month's mean is computed from the readings themselves.
Run with `madang bench lake_billion [ROWS]` (default 100,000,000; needs up to 20 bytes of disk a row). With `--folder
FOLDER` the lake stays there, and is only asked where it is there already.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

parser = argparse.ArgumentParser(prog="madang bench lake_billion")
parser.add_argument("rows", nargs="?", type=lambda text: int(text.replace(",", "")), default=100_000_000)
parser.add_argument("--folder", type=Path, help="keep the lake here, or ask the one that is here")
ASKED = parser.parse_args()
FOLDER = ASKED.folder or Path(tempfile.mkdtemp(prefix="madang-bench-billion-"))
FOLDER.mkdir(parents=True, exist_ok=True)
os.environ["MADANG_DATA"] = str(FOLDER / "data")
os.environ["MADANG_LOG_LEVEL"] = "error"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "madang.project.settings")

import django  # noqa: E402

django.setup()

import duckdb  # noqa: E402
import msgspec  # noqa: E402
import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402

from madang.city.weather import simulate_stations  # noqa: E402
from madang.core.lake.folders import ledger_path  # noqa: E402
from madang.core.lake.interface import Filter, Group, Measure, Op, get_table  # noqa: E402
from madang.core.lake.ledger import Ledger  # noqa: E402
from madang.core.lake.maintenance import compact_table  # noqa: E402
from madang.core.lake.reading import Reader  # noqa: E402
from madang.core.lake.tables_on_disk import read_snapshot  # noqa: E402
from madang.core.lake.writing.stream_table import StreamTable  # noqa: E402

BILLION = 1_000_000_000
STATIONS = 3_572
EVERY = timedelta(minutes=10)
STEPS = 18  # of ten minutes, in one piece: about what the writer takes in at once
START = datetime(2026, 1, 1, tzinfo=UTC) - timedelta(hours=9)  # a day of the city's begins
TABLE = get_table("city_sensor_readings")
NAMES = [f"V02Q194{number:04d}" for number in range(STATIONS)]
FACTORS = {"temperature": (10, 100), "uv": (10, 0)}


def main() -> None:
    """Print the figures."""
    free = shutil.disk_usage(FOLDER).free
    try:
        if read_snapshot(TABLE).rows < ASKED.rows:
            if free < 20 * ASKED.rows:
                sys.exit(
                    f"{ASKED.rows:,} rows need {20 * ASKED.rows / 1e9:,.0f} GB of disk, {free / 1e9:,.0f} are free"
                )
            fill(ASKED.rows)
        ask()
    finally:
        if ASKED.folder is None:
            shutil.rmtree(FOLDER, ignore_errors=True)


def fill(rows: int) -> None:
    """Take readings in, piece by piece, and re-pack each day once it is over."""
    ledger = Ledger(ledger_path())
    table = StreamTable(TABLE, ledger, "bench")
    begin, packing, taken, day = time.perf_counter(), 0.0, 0, None
    for number, piece in enumerate(make_pieces(rows), start=1):
        followed, _ = table.take_in(piece, number)
        ledger.apply([msgspec.structs.replace(followed, dirty=())])
        taken += piece.num_rows
        today = number * STEPS // 144
        if today != day:
            packing += measure(lambda: compact_table(TABLE))
            day = today
    packing += measure(lambda: compact_table(TABLE))
    took = time.perf_counter() - begin
    say(f"taking in {taken:,} readings, with re-packing", taken / took, "rows/s")
    say("  of it re-packing", 100 * packing / took, "%")
    say("memory of this process at most", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB")


def make_pieces(rows: int) -> Iterator[pa.Table]:
    """Yield `rows` readings (rounded to whole pieces), all streams at a moment after the other."""
    generator = np.random.default_rng(1)
    step, made = 0, 0
    while made < rows:
        moments = [START + (step + one) * EVERY for one in range(STEPS)]
        seconds = np.array([one.timestamp() for one in moments])
        levels = simulate_stations(np.random.default_rng(2022), STATIONS, seconds)
        stamps = np.repeat((seconds * 1e6).astype(np.int64), STATIONS)
        parts = [make_part(name, values, stamps, generator) for name, values in levels.items()]
        piece = pa.concat_tables(parts)
        yield piece
        step += STEPS
        made += piece.num_rows


def make_part(name: str, values: np.ndarray, stamps: np.ndarray, generator: np.random.Generator) -> pa.Table:
    """Return the readings of one property, with an instrument's noise, as the receiver would store them."""
    factor, offset = FACTORS.get(name, (1, 0))
    noisy = values * (1 + 0.05 * generator.normal(size=values.shape))
    sent = np.rint((noisy + offset) * factor).astype(np.int64).ravel()
    count = len(sent)
    nothing = pa.nulls(count, pa.string())
    return pa.table(
        {
            "thing_id": pa.array(NAMES * STEPS),
            "property": pa.array([name] * count),
            "observed_at": pa.array(stamps, pa.timestamp("us", "UTC")),
            "value": pa.array(np.round(sent / factor - offset, 6)),
            "quality": pa.array(["good"] * count),
            "raw": pa.array(np.char.zfill(sent.astype(str), 6).astype(object), pa.string()),
            "result_at": pa.nulls(count, pa.timestamp("us", "UTC")),
            "feature": nothing,
            "details": nothing,
            "revision": pa.array(np.zeros(count, np.int64)),
        }
    )


def ask() -> None:
    """Put the questions to the house and to DuckDB."""
    snapshot = read_snapshot(TABLE)
    reader = Reader(snapshot, TABLE.columns, ())
    files = [file.path for file in snapshot.files]
    days = len({file.date for file in snapshot.files})
    size = snapshot.size_bytes / snapshot.rows
    say(f"bytes a reading, {snapshot.rows:,} readings of {days} days in {len(files)} files", size, "B")
    say("  a billion would be (extrapolated)", size * BILLION / 1e9, "GB")
    say("  latest values, offsets (lake.sqlite)", ledger_path().stat().st_size / 1e6, "MB")
    floor = duckdb.connect(config={"memory_limit": "2GB", "temp_directory": str(FOLDER)})
    floor.execute("SET TimeZone = 'UTC'")
    floor.execute(f"CREATE VIEW readings AS SELECT * FROM read_parquet({files!r}, hive_partitioning=false)")
    keys = [
        (name, prop)
        for name in NAMES
        for prop in ("pm25", "pm10", "temperature", "humidity", "illuminance", "uv", "noise")
    ]
    assert reader.latest().num_rows == len(keys)
    compare(
        f"latest of {len(keys):,} streams",
        reader.latest,
        lambda: floor.execute(
            "SELECT thing_id, property, max(observed_at), arg_max(value, observed_at) FROM readings GROUP BY ALL"
        ).to_arrow_table(),
        floor_times=1,
    )
    compare("  those of 500 stations by name", lambda: reader.latest(keys[:3_500]), None)
    begin = START + timedelta(days=days // 2)
    end = begin + timedelta(days=1)
    stream = [
        Filter("thing_id", Op.EQ, NAMES[1234]),
        Filter("property", Op.EQ, "pm25"),
        Filter("observed_at", Op.GE, begin),
        Filter("observed_at", Op.LT, end),
    ]
    assert reader.read(where=stream).num_rows == 144
    day_sql = (
        "SELECT * FROM readings WHERE thing_id = ? AND property = ? AND observed_at >= ? AND observed_at < ?"
    )
    compare(
        "one stream, one day",
        lambda: reader.read(where=stream),
        lambda: floor.execute(day_sql, [NAMES[1234], "pm25", begin, end]).to_arrow_table(),
    )
    until = START + timedelta(days=31)
    month = [
        Filter("property", Op.EQ, "pm25"),
        Filter("observed_at", Op.GE, START),
        Filter("observed_at", Op.LT, until),
    ]
    mean, hour = Measure(function="mean", column="value"), Group(column="observed_at", by="hour")
    month_sql = (
        "SELECT date_trunc('hour', observed_at), avg(value) FROM readings "
        "WHERE property = 'pm25' AND observed_at >= ? AND observed_at < ? GROUP BY 1"
    )
    compare(
        f"hourly city mean of PM2.5, {min(31, days)} days",
        lambda: reader.aggregate([mean], [hour], month),
        lambda: floor.execute(month_sql, [START, until]).to_arrow_table(),
        times=5,
    )
    compare(
        "exact count",
        lambda: Reader(read_snapshot(TABLE), TABLE.columns, ()).count(),
        lambda: floor.execute("SELECT count(*) FROM readings").fetchall(),
    )


def compare(
    what: str,
    ours: Callable[[], object],
    theirs: Callable[[], object] | None,
    *,
    times: int = 15,
    floor_times: int = 5,
) -> None:
    """Print the median of some runs of the house, and of plain DuckDB."""
    found = best_ms(ours, times)
    floor = f"plain DuckDB {best_ms(theirs, floor_times):>10,.1f} ms" if theirs else ""
    print(f"{what:<70}{found:>10,.1f} ms   {floor}", flush=True)


def say(what: str, figure: float, unit: str) -> None:
    """Print one line."""
    print(f"{what:<70}{figure:>10,.{0 if figure >= 100 else 2}f} {unit}", flush=True)


def measure(work: Callable[[], object]) -> float:
    """Return seconds."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def best_ms(work: Callable[[], object], times: int) -> float:
    """Return the median of some runs in ms, after one that isn't counted where there are several."""
    if times > 1:
        work()
    return float(np.median([measure(work) for _ in range(times)]) * 1000)


if __name__ == "__main__":
    main()
