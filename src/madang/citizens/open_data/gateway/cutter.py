"""The process that cuts words, started for one batch."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import msgspec

CHILD = "madang.citizens.open_data.methods.cutting"
MOST_S = 600


def cut_words(datasets: Sequence[Sequence[str]]) -> list[dict[str, float]]:
    """Return the weighted words of each dataset's texts; raise subprocess.SubprocessError where it fails."""
    if not datasets:
        return []
    answer = subprocess.run(
        [sys.executable, "-m", CHILD],
        input=msgspec.json.encode(datasets),
        stdout=subprocess.PIPE,
        timeout=MOST_S,
        check=True,
    )
    return msgspec.json.decode(answer.stdout, type=list[dict[str, float]])
