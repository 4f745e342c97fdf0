"""Written files that are kept for a while, so that programs may take them by parts."""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from madang.core.base.interface import new_id
from madang.core.lake.folders import scratch_path

MOST_BYTES = 2 << 30
IN_USE_S = 120
"""A file that was asked for within this time isn't given up for others: somebody may be taking it."""


def keep_file(name: str, write: Callable[[], Iterable[bytes]]) -> Path:
    """Return the file of that name, written by one process where there is none; those not asked for longest go first."""
    folder = scratch_path() / "downloads"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / hashlib.sha256(name.encode()).hexdigest()[:32]
    if not path.exists():
        lock = folder / f"{path.name}.lock"
        with lock.open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            if not path.exists():  # nor did another process write it meanwhile
                _write(path, write())
            lock.unlink(missing_ok=True)
        _tidy(folder, path)
    os.utime(path, ns=(time.time_ns(), path.stat().st_mtime_ns))
    return path


def _write(path: Path, chunks: Iterable[bytes]) -> None:
    unfinished = path.with_suffix(f".{new_id()}")
    try:
        with unfinished.open("wb") as file:
            file.writelines(chunks)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _tidy(folder: Path, newest: Path) -> None:
    """Give up the files that weren't asked for longest, until the others are small enough together."""
    others = [(path.stat(), path) for path in folder.glob("?" * 32) if path != newest]
    files = sorted(others, key=lambda one: -one[0].st_atime)
    size = newest.stat().st_size
    for stat, path in files:
        size += stat.st_size
        if size > MOST_BYTES and time.time() - stat.st_atime > IN_USE_S:
            path.unlink(missing_ok=True)
