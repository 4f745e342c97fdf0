"""Signed checkpoints of the audit log, and the check that holds the log against them.

A hash chain alone can't show that its newest rows were cut off, or that all of it was written
anew. A checkpoint kept where the log's keeper can't write shows both, so `checkpoint_dir` should
be such a place, and an agency should hold a copy of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from django.conf import settings
from django.db import DatabaseError

from madang.core.base.interface import GENESIS, Text

from .audit import hash_audit_row
from .keys import get_audit_key
from .models import AuditRow
from .records import Checkpoint

LINES = "audit-checkpoints.jsonl"
PUBLIC_KEY = "audit-public-key.pem"
_TAIL_BYTES = 4096
_LAST = 2**63 - 1


def list_checkpoint_dirs() -> list[Path]:
    """Return the folders that checkpoints are written to: in the data folder, then the outside one."""
    outside = settings.MADANG.checkpoint_dir
    return [settings.DATA_PATH / "checkpoints", *([Path(outside).expanduser()] if outside else [])]


def write_checkpoint(now: datetime) -> Checkpoint | None:
    """Sign the newest row and add it to every folder that hasn't got it; None for an empty log."""
    head = AuditRow.objects.order_by("-seq").values_list("seq", "hash").first()
    if head is None:
        return None
    key = get_audit_key()
    unsigned = Checkpoint(seq=head[0], hash=head[1], at=now.astimezone(UTC), signature="")
    checkpoint = msgspec.structs.replace(unsigned, signature=key.sign(_to_signed(unsigned)).hex())
    for folder in list_checkpoint_dirs():
        _append(folder, checkpoint, key.public_key())
    return checkpoint


def get_newest_checkpoint() -> Checkpoint | None:
    """Return the checkpoint written last, unverified (for showing), or None before the first."""
    path = list_checkpoint_dirs()[0] / LINES
    if not path.is_file():
        return None
    with path.open("rb") as file:
        newest = _read_tail(file).rstrip().rpartition(b"\n")[2]
    try:
        return msgspec.json.decode(newest, type=Checkpoint)
    except msgspec.DecodeError:
        return None


def check_audit_log(checkpoints_dir: str | Path | None = None) -> list[Text]:
    """Return what is wrong with the audit log; an empty list means that nothing is.

    The rows are held against the checkpoints of the data folder, of `checkpoint_dir` and of
    `checkpoints_dir` (a copy that somebody else kept).
    """
    folders = [folder for folder in list_checkpoint_dirs() if (folder / LINES).is_file()]
    if checkpoints_dir is not None:
        folders.append(Path(checkpoints_dir))
    problems: list[Text] = []
    trusted: list[Checkpoint] = []
    for folder in dict.fromkeys(folders):
        read, found = read_checkpoints(folder)
        trusted += read
        problems += found
    return problems + find_problems(AuditRow.objects.order_by("seq").iterator(chunk_size=2000), trusted)


def find_problems(rows: Iterable[AuditRow], checkpoints: Iterable[Checkpoint]) -> list[Text]:
    """Return where `rows` (in order) aren't the chain that `checkpoints` vouch for."""
    vouched: dict[int, set[str]] = {}
    for one in checkpoints:
        vouched.setdefault(one.seq, set()).add(one.hash)
    return list(_find_problems(rows, vouched))


def read_checkpoints(folder: Path) -> tuple[list[Checkpoint], list[Text]]:
    """Return the rightly signed checkpoints of `folder`, and what is wrong with the others.

    A folder's own copy of the public key is believed before the house's, since whoever rewrites
    the log in the house can also make it a new key.
    """
    lines = folder / LINES
    if not lines.is_file():
        return [], [
            Text(ko=f"{folder}에 감사 기록 확인점이 없습니다", en=f"no audit checkpoints in {folder}")
        ]
    try:
        public_key = _read_public_key(folder)
    except ValueError:
        path = folder / PUBLIC_KEY
        return [], [Text(ko=f"{path}은(는) 공개 열쇠가 아닙니다", en=f"{path} is not a public key")]
    checkpoints, problems = [], []
    for number, line in enumerate(lines.read_bytes().splitlines(), start=1):
        try:
            checkpoint = msgspec.json.decode(line, type=Checkpoint)
            public_key.verify(bytes.fromhex(checkpoint.signature), _to_signed(checkpoint))
            checkpoints.append(checkpoint)
        except (msgspec.DecodeError, ValueError, InvalidSignature):
            problems.append(
                Text(
                    ko=f"{lines} {number}번째 줄의 서명이 맞지 않습니다",
                    en=f"{lines} line {number} isn't rightly signed",
                )
            )
    return checkpoints, problems


def _find_problems(rows: Iterable[AuditRow], vouched: dict[int, set[str]]) -> Iterator[Text]:
    last_seq, last_hash = 0, GENESIS
    readable = iter(rows)
    while True:
        try:
            row = next(readable, None)
            rehashed = hash_audit_row(row) if row and row.seq <= _LAST else ""
        except (AttributeError, TypeError, ValueError, OverflowError, DatabaseError):
            # What no row of ours can hold: a moment that is none, bytes that are no text.
            yield Text(
                ko=f"감사 기록 {last_seq}번 뒤의 한 기록이 읽을 수 없게 고쳐졌습니다. 그 뒤는 검사하지 못했습니다",
                en=f"a row of the audit log after {last_seq} was changed so that it can't be read; those weren't checked",
            )
            return
        if row is None:
            break
        if row.seq > last_seq + 1:
            yield _say_missing(last_seq + 1, row.seq - 1)
        elif row.seq <= last_seq or row.previous_hash != last_hash:
            yield Text(
                ko=f"감사 기록 {row.seq}번이 앞 기록에 이어지지 않습니다",
                en=f"audit row {row.seq} doesn't follow the row before it",
            )
        if rehashed != row.hash:
            yield Text(ko=f"감사 기록 {row.seq}번이 고쳐졌습니다", en=f"audit row {row.seq} was changed")
        if vouched.get(row.seq, {row.hash}) != {row.hash}:
            yield Text(
                ko=f"감사 기록 {row.seq}번까지가 서명된 확인점과 다릅니다",
                en=f"audit rows up to {row.seq} differ from a signed checkpoint",
            )
        last_seq, last_hash = row.seq, row.hash
    newest = max(vouched, default=0)
    if newest > last_seq:
        yield _say_missing(last_seq + 1, newest)


def _say_missing(first: int, last: int) -> Text:
    return Text(
        ko=f"감사 기록 {first}번부터 {last}번까지가 없습니다", en=f"audit rows {first} to {last} are missing"
    )


def _to_signed(checkpoint: Checkpoint) -> bytes:
    return msgspec.json.encode([checkpoint.seq, checkpoint.hash, checkpoint.at])


def _append(folder: Path, checkpoint: Checkpoint, public_key: ed25519.Ed25519PublicKey) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / PUBLIC_KEY).exists():
        (folder / PUBLIC_KEY).write_bytes(
            public_key.public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )
    with (folder / LINES).open("a+b") as file:
        tail = _read_tail(file)
        if f'"hash":"{checkpoint.hash}"'.encode() in tail.rpartition(b"\n{")[2]:
            return
        torn = b"" if tail.endswith(b"\n") or not tail else b"\n"
        file.write(torn + msgspec.json.encode(checkpoint) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _read_tail(file: BinaryIO) -> bytes:
    file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
    return file.read()


def _read_public_key(folder: Path) -> ed25519.Ed25519PublicKey:
    path = folder / PUBLIC_KEY
    if not path.is_file():
        return get_audit_key().public_key()
    key = serialization.load_pem_public_key(path.read_bytes())
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise ValueError(path)  # noqa: TRY004
    return key
