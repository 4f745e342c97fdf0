"""Cameras within 500 m of a place among the city's real list: how long one answer takes.

The list (Seoul's CSV, also .gz) is brought into a fresh folder by `madang cctv import`; then ASKED cameras drawn
by a fixed seed are asked for what stands around them: the 50 nearest as the API answers them, and all. Floor in the
same run: the same places answered by numpy over all coordinates in memory, without the register. Run with
`madang bench cctv_nearest [FILE] [ASKED]`; FILE is by default the list in the folder that MADANG_TEST_DATA names.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

FILE = Path(sys.argv[1] if len(sys.argv) > 1 else f"{os.environ['MADANG_TEST_DATA']}/cctv/seoulCCTV.csv.gz")
ASKED = int(sys.argv[2]) if len(sys.argv) > 2 else 300
WITHIN_M = 500.0
data = Path(os.environ.get("MADANG_BENCH_DATA") or tempfile.mkdtemp(prefix="madang-bench-")) / "data"
os.environ |= {"MADANG_DATA": str(data), "MADANG_DEMO": "no", "MADANG_LOG_LEVEL": "error"}
os.environ["DJANGO_SETTINGS_MODULE"] = "madang.project.settings"


def _lay_out() -> None:
    """Bring the list into a fresh folder, once."""
    import django  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    if not (data / "registers.sqlite").exists():
        call_command("migrate", verbosity=0)
        started = time.perf_counter()
        command = [sys.executable, "-m", "madang.project.command_line", "cctv", "import", str(FILE)]
        subprocess.run(command, check=True)  # noqa: S603
        print(f"import {time.perf_counter() - started:.0f} s")


def main() -> None:
    """Measure and print."""
    _lay_out()
    from madang.infrastructure.cctv.queries.cameras import iterate_cameras, list_nearest  # noqa: PLC0415

    cameras = list(iterate_cameras())
    places = np.array([(one.lon, one.lat) for one in cameras])
    chosen = np.random.default_rng(500).choice(len(cameras), ASKED, replace=False)

    def ask(at: int) -> int:
        return len(list_nearest(*map(float, places[at]), WITHIN_M))

    def ask_all(at: int) -> int:
        return len(list_nearest(*map(float, places[at]), WITHIN_M, limit=10_000))

    def ask_floor(at: int) -> int:
        off = (places - places[at]) * 111_195
        off[:, 0] *= np.cos(np.radians(places[at, 1]))
        away = np.hypot(off[:, 0], off[:, 1])
        near = np.flatnonzero(away <= WITHIN_M)
        return len(near[np.argsort(away[near])])

    print(f"{len(cameras):,} cameras, {ASKED} places, within {WITHIN_M:.0f} m")
    questions = (("50 nearest", ask), ("all", ask_all), ("floor: numpy in memory", ask_floor))
    for name, question in questions:
        question(int(chosen[0]))
        wall, work, found = [], [], []
        for at in chosen.tolist():
            began, worked = time.perf_counter(), time.process_time()
            found.append(question(at))
            wall.append(1000 * (time.perf_counter() - began))
            work.append(1000 * (time.process_time() - worked))
        p = [np.percentile(each, (50, 95, 99)) for each in (wall, work)]
        print(
            f"{name}: wall p50 {p[0][0]:.1f} p95 {p[0][1]:.1f} p99 {p[0][2]:.1f} ms; "
            f"CPU p50 {p[1][0]:.1f} p95 {p[1][1]:.1f} p99 {p[1][2]:.1f} ms; {np.mean(found):.0f} found on average"
        )


main()
