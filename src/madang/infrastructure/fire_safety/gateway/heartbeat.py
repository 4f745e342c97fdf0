"""Whether the watch is at work: it says so by a file, and the wall tells where it doesn't."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

from madang.core.base.interface import read_settings

LATE_S = 15.0


def find_heartbeat() -> Path:
    """Return the file that the watch writes while it decides: the moment that its clock has reached."""
    return read_settings().data_path / "run" / "fire_watch.alive"


def read_reached(path: Path) -> datetime | None:
    """Return the moment that a watch's clock had reached; None where no file tells."""
    try:
        return datetime.fromisoformat(path.read_text("ascii"))
    except (OSError, ValueError):
        return None


def is_watching() -> bool:
    """Return whether the watch decided, or looked whether there is something to decide, within LATE_S."""
    try:
        return time.time() - find_heartbeat().stat().st_mtime < LATE_S
    except OSError:
        return False
