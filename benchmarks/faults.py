"""Kills and full disks, as often as wanted: the tests of `tests/faults` with more rounds.

Not a figure but a promise tried again and again: nothing acknowledged lost, nothing doubled. Run with
`madang bench faults --rounds N` (default 100); a round takes some seconds.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

FAULTS = Path(__file__).resolve().parents[1] / "tests" / "faults"


def main() -> int:
    """Run every fault test with N rounds; the exit code is pytest's."""
    parser = argparse.ArgumentParser(prog="madang bench faults")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("-k", dest="only", default="", help="only tests whose name matches")
    arguments = parser.parse_args()
    command = [sys.executable, "-m", "pytest", "-v", "-n", "0", str(FAULTS), "-k", arguments.only]
    environment = os.environ | {"MADANG_FAULT_ROUNDS": str(arguments.rounds)}
    return subprocess.run(command, env=environment, cwd=FAULTS.parents[1]).returncode


if __name__ == "__main__":
    sys.exit(main())
