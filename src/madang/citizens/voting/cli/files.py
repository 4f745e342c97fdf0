"""Files that commands read and write, with a sentence where that can't be done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from madang.citizens.voting.gateway.trustee_folders import telling, write_own
from madang.core.base.interface import BadInput, NotFound


def read(path: Path) -> bytes:
    """Return a file; NotFound where it can't be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFound(
            "voting.file", f"{path}을(를) 읽을 수 없습니다: {error}", f"can't read {path}: {error}"
        ) from error


def read_text(path: Path) -> str:
    """Return a file's text without the blanks around it; BadInput where it is none."""
    try:
        return read(path).decode().strip()
    except UnicodeDecodeError as error:
        raise BadInput("voting.file", f"{path}: {error}", f"{path}: {error}") from error


def read_json(path: Path, kind: Any) -> Any:
    """Return a file of JSON; BadInput where it is none of this kind."""
    try:
        return msgspec.json.decode(read(path), type=kind)
    except msgspec.DecodeError as error:
        raise BadInput("voting.file", f"{path}: {error}", f"{path}: {error}") from error


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner reads."""
    make_folder(path.parent)
    with telling(path):
        write_own(path, text)


def write_file(path: Path, content: bytes) -> None:
    """Write a file."""
    with telling(path):
        path.write_bytes(content)


def make_folder(path: Path) -> None:
    """Make a folder where there is none."""
    with telling(path):
        path.mkdir(parents=True, exist_ok=True)
