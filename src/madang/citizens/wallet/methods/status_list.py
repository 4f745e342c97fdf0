"""Status lists: the status of millions of certificates in a few bits each (draft-ietf-oauth-status-list, section 4).

A list is an array of statuses of 1, 2, 4 or 8 bits, from each byte's lowest bit upwards, deflated by zlib.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from enum import IntEnum

from .messages import decode, encode
from .refusals import Part, Reason, Refused

BITS = (1, 2, 4, 8)
LEVEL = 9
MOST_INFLATED_BYTES = 64 * 1024 * 1024
"""A longer list isn't inflated: it is there to fill the memory."""


class Status(IntEnum):
    """What a status means; 3 and 12 to 15 are the issuer's own, others are kept for the specification."""

    VALID = 0
    INVALID = 1
    SUSPENDED = 2


class StatusList:
    """Statuses in `bits` bits each, by index from 0; new lists are VALID throughout."""

    def __init__(self, bits: int, packed: bytes | bytearray) -> None:
        """Take statuses as they are packed; raise ValueError unless `bits` is 1, 2, 4 or 8."""
        if bits not in BITS or isinstance(bits, bool):
            raise ValueError(f"a status has 1, 2, 4 or 8 bits, not {bits!r}")
        self.bits = bits
        self.packed = bytearray(packed)

    @classmethod
    def make(cls, size: int, bits: int = 1, statuses: Mapping[int, int] | None = None) -> StatusList:
        """Return a list for at least `size` certificates, VALID but for `statuses` by index.

        Its length is that of whole bytes. Raises ValueError for bits, IndexError and ValueError as `set`.
        """
        if bits not in BITS or size < 0:
            raise ValueError("a list has a size, and 1, 2, 4 or 8 bits a status")
        made = cls(bits, bytes(-(-size * bits // 8)))
        made.set_all((statuses or {}).items())
        return made

    def __len__(self) -> int:
        return len(self.packed) * 8 // self.bits

    def __getitem__(self, index: int) -> int:
        """Return a status; raise IndexError outside the list."""
        byte, shift = self._find(index)
        return self.packed[byte] >> shift & (1 << self.bits) - 1

    def __setitem__(self, index: int, status: int) -> None:
        """Set a status; raise IndexError outside the list, ValueError where it doesn't fit in the bits."""
        self.set_all([(index, status)])

    def set_all(self, statuses: Iterable[tuple[int, int]]) -> None:
        """Set many statuses, (index, status) each; raise as setting one does, after those before it were set."""
        highest = (1 << self.bits) - 1
        for index, status in statuses:
            byte, shift = self._find(index)
            if not 0 <= status <= highest:
                raise ValueError(f"status {status} doesn't fit in {self.bits} bits")
            self.packed[byte] = self.packed[byte] & ~(highest << shift) | status << shift

    def deflate(self) -> str:
        """Return the list as `lst`: zlib's stream at its highest level, in base64url."""
        return encode(zlib.compress(self.packed, LEVEL))

    def _find(self, index: int) -> tuple[int, int]:
        byte, shift = divmod(index * self.bits, 8)
        if not 0 <= byte < len(self.packed):
            raise IndexError(f"{index} isn't among {len(self)} statuses")
        return byte, shift


def inflate(bits: object, lst: object, most_bytes: int = MOST_INFLATED_BYTES) -> StatusList:
    """Return the list that `bits` and `lst` of a message say.

    Raises Refused (status_list): bits, malformed (not one zlib stream in base64url), too_large.
    """
    if type(bits) is not int or bits not in BITS:
        raise Refused(Part.STATUS_LIST, Reason.BITS, f"a status has 1, 2, 4 or 8 bits, not {bits!r}")
    if not isinstance(lst, str):
        raise Refused(Part.STATUS_LIST, Reason.MALFORMED, "there is no list")
    stream = zlib.decompressobj()
    try:
        packed = stream.decompress(decode(lst, Part.STATUS_LIST), most_bytes + 1)
    except zlib.error as error:
        raise Refused(Part.STATUS_LIST, Reason.MALFORMED, f"not deflated: {error}") from None
    if len(packed) > most_bytes:
        raise Refused(Part.STATUS_LIST, Reason.TOO_LARGE, f"the list is longer than {most_bytes} bytes")
    if not stream.eof or stream.unused_data:
        raise Refused(Part.STATUS_LIST, Reason.MALFORMED, "the list is cut off, or something follows it")
    return StatusList(bits, packed)
