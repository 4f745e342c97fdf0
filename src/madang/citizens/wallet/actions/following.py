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
from madang.citizens.wallet.methods.checkpoints import read_checkpoint
from madang.citizens.wallet.methods.following import make_submission
from madang.citizens.wallet.methods.refusals import Part, Reason, Refused
from madang.citizens.wallet.methods.signed_notes import cosign_note, read_note, write_note
from madang.citizens.wallet.methods.verifier_keys import read_key
from madang.citizens.wallet.methods.witnessing import judge
from madang.core.base.interface import MadangError

EVIDENCE = {Reason.FORKED: "fork", Reason.ROOT: "unproven", Reason.RANGE: "shrunk"}
"""What is kept where a log doesn't grow from what was signed.

Only two checkpoints of one size that differ are a fork, and prove themselves. Growth is unproven also where tiles,
which nobody signs, are broken on the way; a log is smaller also where an old copy of its checkpoint is served.
"""


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a look at a log: the size that was signed, or why none was, and where the evidence is."""

    origin: str
    size: int = 0
    is_new: bool = False
    refusal: str = ""
    trouble: str = ""
    evidence: str = ""


def look_at(folder: Path, said: Configuration, log: FollowedLog, now: datetime) -> Look:
    """Look at one log once: sign its checkpoint where it grew from the last one, and send it the signature.

    Whatever is wrong with one log, or with its key, is that log's trouble alone.
    """
    try:
        verifier = read_key(log.key)
        before = read_last(folder, verifier.name)
        last = read_checkpoint(read_note(before)[0]) if before else None
    except (OSError, ValueError) as error:
        return Look(origin=log.url, trouble=str(error))
    try:
        submission = make_submission(partial(fetch_file, log.url), verifier, last)
    except Refused as refused:
        return Look(origin=verifier.name, refusal=refused.code)
    except MadangError as error:
        return Look(origin=verifier.name, trouble=error.text.en)
    try:
        text = judge(submission, {verifier.name: [verifier]}, last)
    except Refused as refused:
        evidence = _keep(folder, log, before, submission.note, refused, now)
        return Look(origin=verifier.name, refusal=refused.code, evidence=evidence)
    size, trouble = read_checkpoint(text).size, _sign(folder, said, log, submission.note, now)
    return Look(origin=verifier.name, size=size, is_new=last is None or size > last.size, trouble=trouble)


def _sign(folder: Path, said: Configuration, log: FollowedLog, note: str, now: datetime) -> str:
    """Sign a checkpoint that was judged, and send it; return what went wrong."""
    text, lines = read_note(note)
    checkpoint = read_checkpoint(text)
    try:
        mine = cosign_note(text, said.name, read_key_of(folder), int(now.timestamp()))
        keep_last(folder, checkpoint.origin, note)
        send_cosignature(log.url, write_note(text, [*lines, mine]))
    except (MadangError, OSError, ValueError) as error:
        return error.text.en if isinstance(error, MadangError) else str(error)
    return ""


def _keep(folder: Path, log: FollowedLog, before: str, after: str, refused: Refused, now: datetime) -> str:
    """Keep the note that was judged beside the one that was signed last; return where, "" where neither says much."""
    if refused.part != Part.LOG or refused.reason not in EVIDENCE:
        return ""
    said = f"{refused}\n\n{log.url} signed this before:\n\n{before}\nand signs this now:\n\n{after}"
    try:
        return str(keep_evidence(folder, now, EVIDENCE[refused.reason], said))
    except OSError as error:
        return f"(no evidence could be kept: {error})"
