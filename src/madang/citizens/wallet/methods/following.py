"""How a witness follows a log: what it fetches of one, as the submission that it then judges.

Source: C2SP tlog-tiles. Tiles aren't believed: what is proven from them is held against the roots that the log
signed, now and last time.
"""

from __future__ import annotations

from collections.abc import Callable

from .checkpoints import Checkpoint, read_checkpoint
from .refusals import Part, Reason, Refused
from .signed_notes import Verifier, verify_note
from .tiles import Tile, read_nodes, write_path
from .transparency import prove_consistency
from .witnessing import Submission

Fetch = Callable[[str], bytes]
"""Gives what is served at a path below the log's address."""


def make_submission(fetch: Fetch, log: Verifier, last: Checkpoint | None) -> Submission:
    """Return what a log says of itself now, with the proof that it grew from what was signed `last`.

    Nothing is proven where it didn't grow: the judgement says why not. Raises Refused: note, checkpoint and
    tile as they are read; log: proof (the tiles aren't those of a tree that large).
    """
    try:
        note = fetch("checkpoint").decode()
    except UnicodeDecodeError:
        raise Refused(Part.NOTE, Reason.MALFORMED, "a note is text") from None
    text, _ = verify_note(note, [log])
    size, old_size = read_checkpoint(text).size, last.size if last else 0
    if not 0 < old_size < size:
        return Submission(old_size=old_size, proof=(), note=note)
    fetched: dict[Tile, bytes] = {}

    def read_tile(tile: Tile) -> bytes:
        if tile not in fetched:
            fetched[tile] = fetch(write_path(tile))
        return fetched[tile]

    proof = prove_consistency(old_size, size, read_nodes(size, read_tile))
    return Submission(old_size=old_size, proof=tuple(proof), note=note)
