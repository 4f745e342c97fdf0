"""Checkpoints: what a log says about itself at one size, as text (C2SP tlog-checkpoint, version 1).

Three lines: the log's name, the number of its entries, its tree's root in base64. Lines may follow that
mean nothing here. A signed note carries this text with the signatures of the log and its witnesses.
"""

from __future__ import annotations

import base64

import msgspec

from .refusals import Part, Reason, Refused
from .transparency import HASH_BYTES

MOST_SIZE = 2**63 - 1
MOST_CHARACTERS = 64 * 1024


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A log's name, its number of entries and its tree's root; extension lines say whatever they say."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


def write_checkpoint(checkpoint: Checkpoint) -> str:
    """Return a checkpoint's text, the body of a signed note; raise ValueError where it couldn't be read back."""
    root = base64.b64encode(checkpoint.root).decode()
    lines = [checkpoint.origin, str(checkpoint.size), root, *checkpoint.extensions]
    if not all(lines) or any(letter < " " for line in lines for letter in line):
        raise ValueError("a checkpoint's lines aren't empty and have no control characters in them")
    text = "".join(f"{one}\n" for one in lines)
    if read_checkpoint(text) != checkpoint:
        raise ValueError("a checkpoint's lines are not read as they are written")
    return text


def read_checkpoint(text: str) -> Checkpoint:
    r"""Return the checkpoint that a text is, signatures left off: three lines or more, each ending in "\n".

    Raises Refused (checkpoint): malformed, range (size), root (not 32 bytes in base64).
    """
    lines = text.split("\n")
    if len(text) > MOST_CHARACTERS or len(lines) < 4 or lines.pop() or not all(lines):
        raise Refused(Part.CHECKPOINT, Reason.MALFORMED, "a checkpoint has three lines that aren't empty")
    if any(one < " " for line in lines for one in line):
        raise Refused(Part.CHECKPOINT, Reason.MALFORMED, "a control character is in it")
    origin, size, root, *extensions = lines
    return Checkpoint(
        origin=origin, size=_read_size(size), root=_read_root(root), extensions=tuple(extensions)
    )


def _read_size(text: str) -> int:
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(MOST_SIZE))
    if not is_number or str(int(text)) != text or int(text) > MOST_SIZE:
        raise Refused(Part.CHECKPOINT, Reason.RANGE, f"{text[:40]!r} isn't a size")
    return int(text)


def _read_root(text: str) -> bytes:
    try:
        root = base64.b64decode(text, validate=True)
    except ValueError:
        root = b""
    if len(root) != HASH_BYTES or base64.b64encode(root).decode() != text:
        raise Refused(Part.CHECKPOINT, Reason.ROOT, f"{text[:80]!r} isn't a root")
    return root
