"""The lake: readings taken in, bytes a row, latest value, one key's day, exact count; beside its floors.

The floor of taking in is the table format's own append (`deltalake.write_deltalake`) of the same
batches, without and with fsync of the files, the log and the folders; it checks no duplicates and keeps
no latest. Run with `madang bench lake [BATCHES]`; a batch has 100,000 readings of 2,000 sensors.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

FOLDER = Path(tempfile.mkdtemp(prefix="madang-bench-lake-"))
os.environ["MADANG_DATA"] = str(FOLDER / "data")
os.environ["MADANG_LOG_LEVEL"] = "error"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "madang.project.settings")

import django  # noqa: E402

django.setup()

import duckdb  # noqa: E402
import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402
from deltalake import DeltaTable, write_deltalake  # noqa: E402
from django.core.management import call_command  # noqa: E402

from madang.core.base.interface import HOUSE, Column, ColumnType, Table, TableKind, Text  # noqa: E402
from madang.core.lake.folders import ledger_path  # noqa: E402
from madang.core.lake.interface import Filter, append  # noqa: E402
from madang.core.lake.latest import read_latest  # noqa: E402
from madang.core.lake.ledger import Ledger  # noqa: E402
from madang.core.lake.maintenance import compact_table  # noqa: E402
from madang.core.lake.reading import Reader, authorize  # noqa: E402
from madang.core.lake.tables_on_disk import read_snapshot  # noqa: E402
from madang.core.lake.writing.stream_table import StreamTable  # noqa: E402
from madang.project.broker_server import await_broker, start_broker, write_configuration  # noqa: E402

SENSORS, ROWS = 2_000, 100_000
MINUTES = ROWS // SENSORS
START = datetime(2024, 11, 1, tzinfo=UTC)
NUMBERS = ("pm10_ugm3", "pm25_ugm3", "temperature_c", "humidity_ratio")
AIR = Table(
    name="bench_air",
    title=Text(ko="대기", en="Air"),
    kind=TableKind.STREAM,
    key=("sensor",),
    time="measured_at",
    columns=(
        Column(name="sensor", type=ColumnType.TEXT, title=Text(ko="센서", en="Sensor")),
        Column(name="measured_at", type=ColumnType.TIME, title=Text(ko="시각", en="Time")),
        *(Column(name=name, type=ColumnType.NUMBER, title=Text(ko=name, en=name)) for name in NUMBERS),
    ),
)


def make_batch(number: int) -> pa.Table:
    """Return one batch: a minute after the other, every sensor once a minute."""
    random = np.random.default_rng(number)
    first = int((START + timedelta(minutes=number * MINUTES)).timestamp())
    times = np.repeat(np.arange(MINUTES) * 60 + first, SENSORS) * 1_000_000
    values = {name: np.round(random.normal(30, 10, ROWS), 1) for name in NUMBERS}
    sensors = [f"V02Q1940{n:04d}" for n in range(SENSORS)] * MINUTES
    time_of = pa.array(times, pa.timestamp("us", "UTC"))
    return pa.table({"sensor": sensors, "measured_at": time_of, **values})


def with_date(batch: pa.Table) -> pa.Table:
    """Return a batch with its date, by which the floor's table is partitioned too."""
    return batch.append_column("city_date", batch["measured_at"].cast(pa.date32()))


def sync(folder: Path, since: float) -> None:
    """Fsync the files written since a moment, and every folder."""
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir() or path.stat().st_mtime >= since:
            handle = os.open(path, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)


def find_free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def say(what: str, figure: float, unit: str) -> None:
    """Print one line."""
    print(f"{what:<62}{figure:>14,.{0 if figure >= 100 else 2}f} {unit}")


def measure(work: Callable[[], object]) -> float:
    """Return seconds."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def best_ms(work: Callable[[], object], times: int = 15) -> float:
    """Return the median of some runs in ms."""
    return float(np.median([measure(work) for _ in range(times)]) * 1000)


def append_plain(folder: Path, batches: list[pa.Table], *, durable: bool) -> float:
    """Append with the format's own writer and return its seconds."""
    begin = time.perf_counter()
    for batch in batches:
        since = time.time()
        write_deltalake(str(folder), with_date(batch), mode="append", partition_by=["city_date"])
        if durable:
            sync(folder, since)
    return time.perf_counter() - begin


def take_in(batches: list[pa.Table]) -> tuple[StreamTable, float]:
    """Append as the writer does and return its seconds."""
    ledger = Ledger(ledger_path())
    table = StreamTable(AIR, ledger, "bench")
    zeros = pa.array(np.zeros(ROWS, np.int64))
    begin = time.perf_counter()
    for batch in batches:
        followed, _ = table.take_in(batch.append_column("revision", zeros), table.applied.sequence + 1)
        ledger.apply([followed])
    return table, time.perf_counter() - begin


def measure_intake(batches: list[pa.Table]) -> Path:
    """Print rows/s of taking in; return the floor's folder."""
    rows = len(batches) * ROWS
    floor = FOLDER / "floor"
    say("append, floor: deltalake, no fsync", rows / append_plain(floor, batches, durable=False), "rows/s")
    say(
        "append, floor: deltalake, with fsync",
        rows / append_plain(FOLDER / "f2", batches, durable=True),
        "rows/s",
    )
    table, seconds = take_in(batches)
    say("append, writer: fsync, no duplicates, latest, dirty hours", rows / seconds, "rows/s")
    again = batches[: max(1, len(batches) // 10)]
    say(
        "append, writer: the same again (all refused as duplicates)",
        len(again) * ROWS / take_in(again)[1],
        "rows/s",
    )
    return floor


def measure_reading(batches: list[pa.Table], floor: Path) -> None:
    """Print bytes a row, latest, one key's day, exact count."""
    rows = len(batches) * ROWS
    plain = DeltaTable(str(floor)).file_uris()
    say("bytes a row, floor: deltalake as written", sum(os.path.getsize(p) for p in plain) / rows, "B")
    say("bytes a row, as written", read_snapshot(AIR).size_bytes / rows, "B")
    say("re-packing all", rows / measure(lambda: compact_table(AIR)), "rows/s")
    snapshot = read_snapshot(AIR)
    say("bytes a row, re-packed", snapshot.size_bytes / rows, "B")
    assert snapshot.rows == rows, "rows were lost or doubled"
    say("latest of one key", best_ms(lambda: read_latest(AIR, ["V02Q19400042"])), "ms")
    say(f"latest of all {SENSORS:,} keys", best_ms(lambda: read_latest(AIR)), "ms")
    reader = Reader(snapshot, AIR.columns, ())
    day = [
        Filter("sensor", "=", "V02Q19400042"),
        Filter("measured_at", "between", [START, START + timedelta(days=1)]),
    ]
    reader.read(where=day)
    say("one key's day", best_ms(lambda: reader.read(where=day)), "ms")
    sql = "SELECT * FROM read_parquet(?) WHERE sensor = ? AND measured_at BETWEEN ? AND ?"
    with duckdb.connect() as connection:
        values = [plain, "V02Q19400042", START, START + timedelta(days=1)]
        floor_ms = best_ms(lambda: connection.execute(sql, values).to_arrow_table())
        say("one key's day, floor: DuckDB over the floor's files", floor_ms, "ms")
        count_ms = best_ms(
            lambda: connection.execute(
                "SELECT count(value) FROM (SELECT sensor AS value FROM read_parquet(?))", [plain]
            ).fetchall()
        )
    say("exact count, without a filter (kept)", best_ms(lambda: read_snapshot(AIR).rows), "ms")
    say("exact count, floor: DuckDB counts a column", count_ms, "ms")


def measure_acknowledged(batches: int) -> None:
    """Print rows/s from `append` to the acknowledgement, and until they are in the table."""
    port, mqtt_port, monitor_port = find_free_port(), find_free_port(), find_free_port()
    configuration = write_configuration(
        FOLDER / "broker", port=port, mqtt_port=mqtt_port, monitor_port=monitor_port, host="127.0.0.1"
    )
    broker = start_broker(configuration, FOLDER / "broker.log")
    await_broker(monitor_port)
    os.environ["MADANG_BROKER_URL"] = f"nats://127.0.0.1:{port}"
    call_command("migrate", verbosity=0)
    writer = subprocess.Popen([sys.executable, "-m", "madang.project.command_line", "process", "writer"])
    try:
        sent = [make_indicators(number) for number in range(batches)]
        append("indicators", make_indicators(batches), actor=HOUSE)
        while authorize(HOUSE, "indicators").count() < ROWS:
            time.sleep(0.05)
        begin = time.perf_counter()
        for batch in sent:
            append("indicators", batch, actor=HOUSE)
        say(
            "append: validated, on the broker's disk, acknowledged",
            batches * ROWS / (time.perf_counter() - begin),
            "rows/s",
        )
        while authorize(HOUSE, "indicators").count() < (batches + 1) * ROWS:
            time.sleep(0.05)
        say(
            "append: until the last row can be read", batches * ROWS / (time.perf_counter() - begin), "rows/s"
        )
    finally:
        for process in (writer, broker):
            process.terminate()
            process.wait(20)


def make_indicators(number: int) -> pa.Table:
    """Return one batch for the lake's own stream of indicators."""
    batch = make_batch(number)
    constant = pa.array(["ug/m3"]).dictionary_encode().take(pa.array(np.zeros(ROWS, np.int64)))
    columns = {"name": batch["sensor"], "as_of": batch["measured_at"], "value": batch["pm10_ugm3"]}
    return pa.table({**columns, "unit": constant, "source": constant})


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    try:
        batches = [make_batch(number) for number in range(count)]
        measure_reading(batches, measure_intake(batches))
        measure_acknowledged(10)
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)


if __name__ == "__main__":
    main()
