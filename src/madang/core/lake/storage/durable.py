"""Locks between processes, fsync in the order that a power cut respects, and a full disk in plain words."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from deltalake.exceptions import DeltaError

from madang.core.base.interface import Conflict, Unavailable

RESERVE_BYTES = 32 << 20
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FULL_WORDS = ("No space left", "disk is full", "File too large", "quota exceeded")


@contextmanager
def hold_lock(path: Path, *, wait: bool = True) -> Generator[None, None, None]:
    """Hold the lock file `path` against every other thread and process; it ends with its holder.

    Raises Conflict where `wait` is false and somebody else holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as error:
            raise Conflict(
                "lake.locked", f"{path.stem}을(를) 다른 일이 쓰고 있습니다", f"{path.stem} is in use"
            ) from error
        yield
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Return when the content of `path` (a file, or a folder's list of names) is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(path: Path) -> None:
    """Make `path` and its parents so that they survive a power cut."""
    missing = []
    while not path.is_dir():
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)
        sync_file(folder.parent)


def require_room(path: Path) -> None:
    """Raise `Unavailable` where the disk of `path` has no more than RESERVE_BYTES left.

    The broker, once it couldn't write, refuses until it is restarted; so it is never let come to that.
    """
    existing = next(one for one in (path, *path.parents) if one.exists())
    if shutil.disk_usage(existing).free < RESERVE_BYTES:
        raise _full()


@contextmanager
def refuse_when_full() -> Generator[None, None, None]:
    """Turn the many ways in which a disk says it is full into one `Unavailable`."""
    try:
        yield
    except (OSError, DeltaError, sqlite3.OperationalError) as error:
        if getattr(error, "errno", None) in _FULL or any(word in str(error) for word in _FULL_WORDS):
            raise _full() from error
        raise


def _full() -> Unavailable:
    return Unavailable(
        "lake.full",
        "디스크가 가득 찼습니다. 이 자료는 저장되지 않았고, 저장된 자료는 그대로입니다. 공간을 늘린 뒤 다시 보내 주세요.",
        "The disk is full. This data was not stored and what was stored before is untouched. "
        "Make room and send it again.",
    )
