"""A witness's judgement: it signs a log's checkpoint only where that grew from the last one it signed.

Source: C2SP tlog-witness, `add-checkpoint`. Whoever calls this keeps the last checkpoint of every log, and keeps
the new one before its signature leaves the house.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence

import msgspec

from .checkpoints import Checkpoint, read_checkpoint
from .refusals import Part, Reason, Refused
from .signed_notes import Verifier, read_note, verify_note
from .transparency import EMPTY_ROOT, verify_consistency

MOST_HASHES = 63
MOST_CHARACTERS = 256 * 1024
OLD = "old "


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """What a log sends: the size it thinks the witness signed last, the proof from there, its signed checkpoint."""

    old_size: int
    proof: tuple[bytes, ...]
    note: str


def write_submission(submission: Submission) -> str:
    """Return a submission as a request's body."""
    proof = "".join(f"{base64.b64encode(one).decode()}\n" for one in submission.proof)
    return f"{OLD}{submission.old_size}\n{proof}\n{submission.note}"


def read_submission(body: str) -> Submission:
    """Return the submission that a request's body is; raise Refused (log): too_large, malformed."""
    if len(body) > MOST_CHARACTERS:
        raise Refused(Part.LOG, Reason.TOO_LARGE, f"at most {MOST_CHARACTERS} characters are read")
    head, found, note = body.partition("\n\n")
    old, *lines = head.split("\n")
    digits = old.removeprefix(OLD)
    if not found or not old.startswith(OLD) or not _is_size(digits) or len(lines) > MOST_HASHES:
        raise Refused(
            Part.LOG, Reason.MALFORMED, f"a submission begins with a size and at most {MOST_HASHES} hashes"
        )
    return Submission(old_size=int(digits), proof=tuple(map(_read_hash, lines)), note=note)


def judge(submission: Submission, logs: Mapping[str, Sequence[Verifier]], last: Checkpoint | None) -> str:
    """Return the text that the witness may sign.

    `logs` are the keys of the logs it knows, by origin; `last` is what it signed last for this origin, None
    for nothing. Raises Refused: note and checkpoint as they are read; log: origin (unknown), stale (it isn't
    the last one that the proof begins with), range (it would shrink), proof, forked, root (rewritten).
    """
    text, _ = read_note(submission.note)
    checkpoint = read_checkpoint(text)
    if checkpoint.origin not in logs:
        raise Refused(Part.LOG, Reason.ORIGIN, f"nothing is known of {checkpoint.origin[:80]!r}")
    verify_note(submission.note, logs[checkpoint.origin])
    size, root = (last.size, last.root) if last else (0, EMPTY_ROOT)
    if last is not None and last.origin != checkpoint.origin:
        raise ValueError("the last checkpoint is another log's")
    if submission.old_size > checkpoint.size:
        raise Refused(
            Part.LOG, Reason.RANGE, f"{checkpoint.size} entries don't grow from {submission.old_size}"
        )
    if submission.old_size != size:
        raise Refused(Part.LOG, Reason.STALE, f"what was signed last has {size} entries")
    verify_consistency(size, checkpoint.size, submission.proof, root, checkpoint.root)
    return text


def _is_size(digits: str) -> bool:
    return digits.isascii() and digits.isdecimal() and len(digits) < 20 and str(int(digits)) == digits


def _read_hash(line: str) -> bytes:
    try:
        value = base64.b64decode(line, validate=True)
    except ValueError:
        value = b""
    if not value or base64.b64encode(value).decode() != line:
        raise Refused(Part.LOG, Reason.MALFORMED, f"{line[:80]!r} isn't a hash")
    return value
