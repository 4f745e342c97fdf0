"""A witness at work: it looks at its logs, signs what grew, and keeps evidence of what didn't.

It knows no house and no database, only its own folder.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

import msgspec

from madang.citizens.wallet.gateway.logs import fetch_file, send_cosignature
from madang.citizens.wallet.gateway.witness_folders import (
    Configuration,
    FollowedLog,
    keep_evidence,
    keep_last,
    read_key_of,
    read_last,
)
from madang.citizens.wallet.methods.checkpoints import Checkpoint, read_checkpoint
from madang.citizens.wallet.methods.following import make_submission
from madang.citizens.wallet.methods.refusals import Part, Reason, Refused
from madang.citizens.wallet.methods.signed_notes import Verifier, cosign_note, read_note, write_note
from madang.citizens.wallet.methods.verifier_keys import read_key
from madang.citizens.wallet.methods.witnessing import judge
from madang.core.base.interface import Unavailable

CONTRADICTIONS = frozenset({Reason.FORKED, Reason.ROOT, Reason.RANGE})
"""What no honest log ever says of itself, whatever the network does."""


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a look at a log: the size that was signed, or why none was, and where the evidence is."""

    origin: str
    size: int = 0
    is_new: bool = False
    refusal: str = ""
    trouble: str = ""
    evidence: str = ""


def look_at(folder: Path, said: Configuration, log: FollowedLog, now: datetime) -> Look:
    """Look at one log once: sign its checkpoint where it grew from the last one, and send it the signature."""
    verifier = read_key(log.key)
    before = read_last(folder, verifier.name)
    last = read_checkpoint(read_note(before)[0]) if before else None
    try:
        note = _sign(folder, said, log, verifier, last, now)
    except Unavailable as error:
        return Look(origin=verifier.name, trouble=error.text.en)
    except Refused as refused:
        return _refuse(folder, log, verifier, before, refused, now)
    try:
        send_cosignature(log.url, note)
        trouble = ""
    except Unavailable as error:
        trouble = error.text.en
    size = read_checkpoint(read_note(note)[0]).size
    return Look(origin=verifier.name, size=size, is_new=last is None or size > last.size, trouble=trouble)


def _sign(
    folder: Path,
    said: Configuration,
    log: FollowedLog,
    verifier: Verifier,
    last: Checkpoint | None,
    now: datetime,
) -> str:
    submission = make_submission(partial(fetch_file, log.url), verifier, last)
    text = judge(submission, {verifier.name: [verifier]}, last)
    _, lines = read_note(submission.note)
    mine = cosign_note(text, said.name, read_key_of(folder), int(now.timestamp()))
    note = write_note(text, [*lines, mine])
    keep_last(folder, verifier.name, submission.note)
    return note


def _refuse(
    folder: Path, log: FollowedLog, verifier: Verifier, before: str, refused: Refused, now: datetime
) -> Look:
    evidence = ""
    if refused.part == Part.LOG and refused.reason in CONTRADICTIONS:
        try:
            after = fetch_file(log.url, "checkpoint").decode()
        except (Unavailable, UnicodeDecodeError):
            after = ""
        said = f"{refused}\n\n{log.url} signed this before:\n\n{before}\nand signs this now:\n\n{after}"
        evidence = str(keep_evidence(folder, now, said))
    return Look(origin=verifier.name, refusal=refused.code, evidence=evidence)
