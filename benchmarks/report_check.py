"""A work report read and reconciled: `madang briefing check FILE --json` as people type it, and the check alone.

The text is the report beside the folder MADANG_TEST_DATA (`../report/*.txt`), or the file named. Floor in the same run: a
Python that starts, imports Django and reads the file. Run with `madang bench report_check [FILE]`.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

TRIES = 5


def main() -> None:
    """Print the figures."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else find_report()
    text = file.read_text("utf-8")
    with tempfile.TemporaryDirectory(prefix="madang-bench-") as folder:
        environment = os.environ | {
            "MADANG_DATA": folder,
            "DJANGO_SETTINGS_MODULE": "madang.project.settings",
        }

        def run(*arguments: str) -> str:
            command = [sys.executable, *arguments]
            return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout  # noqa: S603

        check = ("-m", "madang.project.command_line", "briefing", "check", str(file), "--json")
        findings = len(json.loads(run(*check)))
        print(f"{len(text.splitlines()):,} lines, {len(text):,} characters: {findings} findings")
        tell("madang briefing check, the whole command", lambda: run(*check))
        tell_spent("reading and checking alone", check_alone(run, file))
        tell(
            "floor: Python, Django and the file",
            lambda: run("-c", f"import django; open({str(file)!r}).read()"),
        )


def find_report() -> Path:
    """Return the report that lies beside the test data."""
    found = sorted((Path(os.environ.get("MADANG_TEST_DATA", "/nowhere")).parent / "report").glob("*.txt"))
    if not found:
        raise SystemExit("name a report: madang bench report_check FILE")
    return found[0]


def check_alone(run: Callable[..., str], file: Path) -> list[float]:
    """Return the seconds that the check takes in a process that is there already."""
    script = f"""
import pathlib, time
from madang.governance.briefing.detectors.checking import find_faults
from madang.governance.briefing.gateway.report import read_report_file
for _ in range({TRIES}):
    begin = time.perf_counter()
    find_faults(read_report_file(pathlib.Path({str(file)!r})))
    print(time.perf_counter() - begin)
"""
    return [float(line) for line in run("-c", script).split()]


def tell(what: str, work: Callable[[], object]) -> None:
    """Do something TRIES times and print how long it took."""
    spent = []
    for _ in range(TRIES):
        begin = time.perf_counter()
        work()
        spent.append(time.perf_counter() - begin)
    tell_spent(what, spent)


def tell_spent(what: str, spent: list[float]) -> None:
    """Print the median and the longest of seconds."""
    print(f"{what:<44}{statistics.median(spent):>8.2f} s median {max(spent):>8.2f} s longest")


if __name__ == "__main__":
    main()
