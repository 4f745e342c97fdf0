"""A witness's own folder: its configuration, its key, what it signed last of every log, and why it signed no more.

`witness.toml` names it and the logs that it follows. Nothing here is the house's: a witness runs anywhere.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
import tomllib
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from madang.core.base.interface import BadInput, Conflict

CONFIGURATION, KEY = "witness.toml", "witness.pem"
BEGINNING = """name = "{name}"
every_s = 60

# One for each log: its address, and its key as it was told by somebody you trust.
# [[log]]
# url = "https://city.example/wallet/log"
# key = "city.example/wallet/log+1a2b3c4d+AX…"
"""


class FollowedLog(msgspec.Struct, frozen=True):
    """A log that is followed: its address and its key, one line."""

    url: str
    key: str


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """A witness's name, how often it looks, and the logs that it follows."""

    name: str
    every_s: float = 60
    log: tuple[FollowedLog, ...] = ()


def begin(folder: Path, name: str) -> None:
    """Make a witness's folder with a new key; raise Conflict where one is there already."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (folder / KEY).exists():
        raise Conflict(
            "wallet.witness", f"{folder}에 이미 있습니다", f"there is a witness in {folder} already"
        )
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    _write(folder / KEY, Ed25519PrivateKey.generate().private_bytes(*form))
    if not (folder / CONFIGURATION).exists():
        _write(folder / CONFIGURATION, BEGINNING.format(name=name).encode())


def read_configuration(folder: Path) -> Configuration:
    """Return a witness's configuration; raise BadInput where it can't be read."""
    try:
        text = (folder / CONFIGURATION).read_text("utf-8")
        return msgspec.convert(tomllib.loads(text), Configuration)
    except (OSError, ValueError) as error:
        raise BadInput(
            "wallet.witness_configuration", f"설정을 읽을 수 없습니다: {error}", f"can't be read: {error}"
        ) from error


def read_key_of(folder: Path) -> Ed25519PrivateKey:
    """Return a witness's key."""
    key = serialization.load_pem_private_key((folder / KEY).read_bytes(), password=None)
    assert isinstance(key, Ed25519PrivateKey)  # noqa: S101
    return key


def read_last(folder: Path, origin: str) -> str:
    """Return the checkpoint that was signed last for a log, as a note; "" for none."""
    path = _find_place(folder, origin)
    return path.read_text("utf-8") if path.exists() else ""


def keep_last(folder: Path, origin: str, note: str) -> None:
    """Keep the checkpoint that is signed next: it is on the disk when this returns."""
    _write(_find_place(folder, origin), note.encode())


def keep_evidence(folder: Path, at: datetime, kind: str, said: str) -> Path:
    """Keep what a log said before and what it says now, both signed, under a word for it, and return where.

    What is found again is kept as it was found first.
    """
    path = folder / f"{kind}-{hashlib.sha256(said.encode()).hexdigest()[:16]}.txt"
    if not path.exists():
        _write(path, f"Found at {at.isoformat(timespec='seconds')}.\n\n{said}".encode())
    return path


@contextmanager
def hold(folder: Path) -> Generator[None, None, None]:
    """Let one process at a time act as this witness; raise Conflict where another does."""
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict(
                "wallet.witness_runs",
                "이 폴더의 증인이 이미 돌고 있습니다",
                "this witness is running already",
            ) from error
        yield


def _find_place(folder: Path, origin: str) -> Path:
    return folder / f"last-{hashlib.sha256(origin.encode()).hexdigest()[:32]}.note"


def _write(path: Path, content: bytes) -> None:
    """Write a whole file or none, and wait until it is on the disk."""
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
