"""The public archive: an append-only tar of data and chained events, named by their hashes (section 4.4)."""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterable
from datetime import datetime

from .messages import write

BLOCK = 512
CHECKSUM, MAGIC = slice(148, 156), slice(257, 265)


def name_content(content: bytes) -> str:
    """Return the hash that names an entry."""
    return hashlib.sha256(content).hexdigest()


def make_event(parent: str, height: int, kind: str, payload: str) -> bytes:
    """Return one event; the first has no parent, some have no payload."""
    event = {
        **({"parent": parent} if parent else {}),
        "height": height,
        "type": kind,
        **({"payload": payload} if payload else {}),
    }
    return write(event).encode()


def write_archive(entries: Iterable[tuple[str, bytes]], begun_at: datetime) -> bytes:
    """Return the archive of (suffix, content) entries: suffix is "data" or "event".

    It has no end mark: the archive of a later moment begins with the bytes of an earlier one.
    """
    begun = int(begun_at.timestamp())
    head = write({"version": 1, "timestamp": str(begun)}).encode()
    parts = [_member("BELENIOS", head, begun)]
    parts += [_member(f"{name_content(one)}.{suffix}.json", one, begun) for suffix, one in entries]
    return b"".join(parts)


def _member(name: str, content: bytes, at: int) -> bytes:
    """Return one member of an old-style (version 7) tar."""
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = len(content), at, 0o644
    header = bytearray(member.tobuf(tarfile.USTAR_FORMAT))
    header[MAGIC] = bytes(MAGIC.stop - MAGIC.start)
    header[CHECKSUM] = b" " * 8
    header[CHECKSUM] = b"%06o\0 " % sum(header)
    return bytes(header) + content + bytes(-len(content) % BLOCK)
