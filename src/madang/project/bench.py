"""`madang bench`: the scripts in `benchmarks/` of the source tree, each with its floor in the same run.

`python -m madang.project.bench NAME …` runs scripts and writes what they print to `docs/benchmarks.md`; a name may have
arguments ("sensors_ingest --minutes 10").
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

from madang.core.base.interface import NotFound

ROOT = Path(__file__).resolve().parents[3]
BENCHMARKS = ROOT / "benchmarks"
DOCUMENT = ROOT / "docs" / "benchmarks.md"
HEADING = """# Benchmarks

Every figure was printed by a script in `benchmarks/`, beside its floor or peer in the same run. Run one with
`madang bench NAME`, or renew this page with `python -m madang.project.bench NAME …`.
"""


def list_benchmarks() -> list[str]:
    """Return the names of the benchmarks there are."""
    return sorted(path.stem for path in BENCHMARKS.glob("[a-z]*.py"))


def run_benchmark(name: str, rest: list[str]) -> int:
    """Run one benchmark as a program of its own with the arguments `rest`, and return its exit code."""
    path = BENCHMARKS / f"{name}.py"
    if not path.is_file():
        raise NotFound("bench.unknown", f"벤치마크 {name}이(가) 없습니다", f"there is no benchmark {name}")
    return subprocess.run([sys.executable, str(path), *rest]).returncode  # noqa: S603


def write_document(names: list[str]) -> None:
    """Run the benchmarks `names`, with their arguments, and put what they print into the document beside the others'."""
    sections = _read_sections()
    for name in names:
        script, *rest = name.split()
        command = [sys.executable, str(BENCHMARKS / f"{script}.py"), *rest]
        printed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip("\n")  # noqa: S603
        machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
        sections[name] = f"## {name}\n\n{date.today():%Y-%m-%d}, {machine}.\n\n```\n{printed}\n```\n"  # noqa: DTZ011
        DOCUMENT.write_text("\n".join([HEADING, *(sections[name] for name in sorted(sections))]), "utf-8")


def _read_sections() -> dict[str, str]:
    if not DOCUMENT.is_file():
        return {}
    parts = re.split(r"^## ", DOCUMENT.read_text("utf-8"), flags=re.MULTILINE)[1:]
    return {part.split("\n", 1)[0]: f"## {part.rstrip()}\n" for part in parts}


if __name__ == "__main__":
    write_document(sys.argv[1:] or list_benchmarks())
