"""Whether a log is what its checkpoint says, and grew from an earlier one, by what anyone can fetch of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from .checkpoints import Checkpoint, read_checkpoint
from .entry_bundles import read_bundle
from .refusals import Part, Reason, Refused
from .signed_notes import Verifier, verify_note
from .tiles import WIDTH, Tile, write_path
from .transparency import Tree, compute_root, hash_entry

Fetch = Callable[[str], bytes]
"""Gives what is served at a path below the log's address."""


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """A log that was checked: its checkpoint, the signed note it came in, and the entries about one certificate."""

    checkpoint: Checkpoint
    note: str
    entries: tuple[tuple[int, str], ...] = ()


def check_log(fetch: Fetch, verifier: Verifier, *, before: str = "", digest: str = "") -> Checked:
    """Return what a log holds, all of it fetched and hashed anew.

    `before` is an earlier checkpoint as a signed note, whose history must be the beginning of this one;
    `digest` (hexadecimal SHA-256 of a certificate's signed message) asks for the entries about it. Raises
    Refused: note and checkpoint as they are read and verified; tile (malformed); log: origin, root (the
    entries aren't those that were signed, or history was rewritten), range (it shrank), forked.
    """
    note = fetch("checkpoint").decode()
    now = _read(note, verifier)
    tree, found = Tree(), []
    for number, entry in enumerate(_list_entries(fetch, now.size)):
        tree.append(hash_entry(entry))
        if digest and f'"{digest}"'.encode() in entry:
            found.append((number, entry.decode()))
    if compute_root(now.size, tree.read_node) != now.root:
        raise Refused(Part.LOG, Reason.ROOT, "the entries aren't those that the checkpoint was signed for")
    if before:
        old = _read(before, verifier)
        if old.size > now.size:
            raise Refused(Part.LOG, Reason.RANGE, f"it had {old.size} entries and has {now.size}")
        if compute_root(old.size, tree.read_node) != old.root:
            raise Refused(Part.LOG, Reason.FORKED, "this isn't the history that was signed before")
    return Checked(checkpoint=now, note=note, entries=tuple(found))


def _read(note: str, verifier: Verifier) -> Checkpoint:
    text, _ = verify_note(note, [verifier])
    checkpoint = read_checkpoint(text)
    if checkpoint.origin != verifier.name:
        raise Refused(Part.LOG, Reason.ORIGIN, f"the checkpoint is of {checkpoint.origin[:80]!r}")
    return checkpoint


def _list_entries(fetch: Fetch, size: int) -> Iterator[bytes]:
    for index in range(-(-size // WIDTH)):
        width = min(WIDTH, size - index * WIDTH)
        entries = read_bundle(fetch(write_path(Tile(None, index, width))))
        if len(entries) != width:
            raise Refused(Part.TILE, Reason.MALFORMED, f"a bundle has {len(entries)} entries, not {width}")
        yield from entries
