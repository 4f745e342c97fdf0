"""Whether a log is what its checkpoint says, and grew from an earlier one, by what anyone can fetch of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from madang.core.base.interface import NotFound

from .checkpoints import Checkpoint, read_checkpoint
from .entry_bundles import read_bundle
from .following import Fetch
from .refusals import Part, Reason, Refused
from .signed_notes import Verifier, verify_note
from .tiles import WIDTH, Tile, write_path
from .transparency import Tree, compute_root, hash_entry


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
    `witnesses` must have signed this checkpoint or one that it grew from: what each signed last is fetched first, so
    that the log has grown from it.
    Raises Refused: note and checkpoint as they are read and verified; note.unsigned (a witness signed nothing);
    tile (malformed); log: origin, root (the entries aren't those that were signed, or history was rewritten),
    range (it shrank), forked.
    """
    seen = [_fetch_witnessed(fetch, one) for one in witnesses]
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
    witnessed = tuple(
        _check_witness(one, [note, last], verifier, tree) for one, last in zip(witnesses, seen, strict=True)
    )
    return Checked(checkpoint=now, note=note, entries=tuple(found), witnessed=witnessed)


def _check_beginning(old: Checkpoint, tree: Tree) -> None:
    if old.size > len(tree):
        raise Refused(Part.LOG, Reason.RANGE, f"it had {old.size} entries and has {len(tree)}")
    if compute_root(old.size, tree.read_node) != old.root:
        raise Refused(Part.LOG, Reason.FORKED, "this isn't the history that was signed before")


def _fetch_witnessed(fetch: Fetch, witness: Verifier) -> str:
    """Return the checkpoint that a witness signed last, as a note, "" where the log shows none."""
    try:
        return fetch(f"witnessed/{witness.key_id.hex()}").decode()
    except NotFound:
        return ""


def _check_witness(
    witness: Verifier, notes: Sequence[str], verifier: Verifier, tree: Tree
) -> tuple[str, int, int]:
    for note in filter(None, notes):
        signed = {one.verifier: one.at for one in verify_note(note, [verifier, witness])[1]}
        if witness in signed:
            checkpoint = _read(note, verifier)
            _check_beginning(checkpoint, tree)
            return witness.name, checkpoint.size, signed[witness] or 0
    raise Refused(Part.NOTE, Reason.UNSIGNED, f"not signed by {witness.name}")


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
