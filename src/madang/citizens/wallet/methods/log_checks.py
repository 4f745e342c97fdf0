"""Whether a log is what its checkpoint says, and grew from an earlier one, by what anyone can fetch of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

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
    """A log that was checked: its checkpoint, the signed note it came in, and the entries about one certificate.

    `witnessed` says of each witness that was asked for which size of the log it signed, and when (seconds since 1970).
    """

    checkpoint: Checkpoint
    note: str
    entries: tuple[tuple[int, str], ...] = ()
    witnessed: tuple[tuple[str, int, int], ...] = ()


def check_log(
    fetch: Fetch,
    verifier: Verifier,
    *,
    before: str = "",
    digest: str = "",
    witnesses: Sequence[Verifier] = (),
) -> Checked:
    """Return what a log holds, all of it fetched and hashed anew.

    `before` is an earlier checkpoint as a signed note, whose history must be the beginning of this one;
    `digest` (hexadecimal SHA-256 of a certificate as it was issued) asks for the entries about it; every one of
    `witnesses` must have signed this checkpoint or, where the log has grown since, one that it grew from.
    Raises Refused: note and checkpoint as they are read and verified; note.unsigned (a witness signed nothing);
    tile (malformed); log: origin, root (the entries aren't those that were signed, or history was rewritten),
    range (it shrank), forked.
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
        _check_beginning(_read(before, verifier), tree)
    witnessed = _check_witnesses(fetch, verifier, witnesses, note, tree)
    return Checked(checkpoint=now, note=note, entries=tuple(found), witnessed=witnessed)


def _check_beginning(old: Checkpoint, tree: Tree) -> None:
    if old.size > len(tree):
        raise Refused(Part.LOG, Reason.RANGE, f"it had {old.size} entries and has {len(tree)}")
    if compute_root(old.size, tree.read_node) != old.root:
        raise Refused(Part.LOG, Reason.FORKED, "this isn't the history that was signed before")


def _check_witnesses(
    fetch: Fetch, verifier: Verifier, witnesses: Sequence[Verifier], note: str, tree: Tree
) -> tuple[tuple[str, int, int], ...]:
    found: dict[Verifier, tuple[str, int, int]] = {}
    for _ in range(2):
        size = _read(note, verifier).size
        signed = {one.verifier: one.at for one in verify_note(note, [verifier, *witnesses])[1]}
        for one in witnesses:
            if one in signed:
                found.setdefault(one, (one.name, size, signed[one] or 0))
        if all(one in found for one in witnesses):
            return tuple(found.values())
        note = fetch("witnessed").decode()
        _check_beginning(_read(note, verifier), tree)
    missing = ", ".join(one.name for one in witnesses if one not in found)
    raise Refused(Part.NOTE, Reason.UNSIGNED, f"not signed by {missing}")


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
