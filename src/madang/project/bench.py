"""`madang bench`: the scripts in `benchmarks/` of the source tree, each with its floor in the same run."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

from madang.core.base.interface import NotFound

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"


def list_benchmarks() -> list[str]:
    """Return the names of the benchmarks there are."""
    return sorted(path.stem for path in BENCHMARKS.glob("[a-z]*.py"))


def run_benchmark(name: str, rest: list[str]) -> int:
    """Run one benchmark as a program with the arguments `rest`."""
    path = BENCHMARKS / f"{name}.py"
    if not path.is_file():
        raise NotFound("bench.unknown", f"벤치마크 {name}이(가) 없습니다", f"there is no benchmark {name}")
    sys.argv = [str(path), *rest]
    runpy.run_path(str(path), run_name="__main__")
    return 0
