"""Entry bundles: the log's entries themselves, 256 in a file, each after its length (C2SP tlog-tiles)."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from .refusals import Part, Reason, Refused

LENGTH = struct.Struct(">H")
MOST_BYTES = 2**16 - 1


def write_bundle(entries: Iterable[bytes]) -> bytes:
    """Return a bundle of entries; raise ValueError for an entry of more than 65,535 bytes."""
    parts = []
    for one in entries:
        if len(one) > MOST_BYTES:
            raise ValueError(f"an entry has at most {MOST_BYTES} bytes")
        parts += [LENGTH.pack(len(one)), one]
    return b"".join(parts)


def read_bundle(bundle: bytes) -> list[bytes]:
    """Return the entries of a bundle; raise Refused (tile.malformed) where it is cut off."""
    entries, at = [], 0
    while at < len(bundle):
        begin = at + LENGTH.size
        if begin > len(bundle):
            raise Refused(Part.TILE, Reason.MALFORMED, "a bundle ends in a length")
        at = begin + LENGTH.unpack_from(bundle, at)[0]
        if at > len(bundle):
            raise Refused(Part.TILE, Reason.MALFORMED, "a bundle ends in an entry")
        entries.append(bundle[begin:at])
    return entries
