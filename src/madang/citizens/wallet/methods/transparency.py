"""The Merkle tree of an append-only log: its root, and proofs that an entry is in it and that it only grew.

Source: RFC 6962, section 2.1 (hashing, shapes of proofs); proofs are checked as RFC 9162, sections 2.1.3.2 and
2.1.4.2. Hashes are 32 bytes of SHA-256. A node is named by its level, from 0 at the entries, and its index in
the level, from 0; it stands for a full subtree of 2**level entries.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence

from .refusals import Part, Reason, Refused

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

ReadNode = Callable[[int, int], bytes]
"""Gives the hash of the full subtree at (level, index), from memory, a table or tiles."""


def hash_entry(entry: bytes) -> bytes:
    """Return the hash of a log's entry, a leaf of its tree."""
    return hashlib.sha256(b"\x00" + entry).digest()


def hash_pair(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two nodes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree in memory that grows by entries' hashes; `read_node` gives its full subtrees."""

    def __init__(self, entries: Sequence[bytes] = ()) -> None:
        """Begin with these entries' hashes."""
        self.levels: list[list[bytes]] = [[]]
        for one in entries:
            self.append(one)

    def __len__(self) -> int:
        return len(self.levels[0])

    def append(self, entry: bytes) -> int:
        """Add an entry's hash, and return its index."""
        for (level, _), value in grow(len(self), [entry], self.read_node).items():
            if level == len(self.levels):
                self.levels.append([])
            self.levels[level].append(value)
        return len(self) - 1

    def read_node(self, level: int, index: int) -> bytes:
        """Return the hash of a full subtree; raise IndexError where the tree hasn't got it."""
        return self.levels[level][index]


def grow(old_size: int, entries: Sequence[bytes], read_node: ReadNode) -> dict[tuple[int, int], bytes]:
    """Return the full subtrees that entries' hashes make behind `old_size` others, by their (level, index).

    `read_node` is asked for those of `list_edge`.
    """
    made: dict[tuple[int, int], bytes] = {}
    for number, entry in enumerate(entries, old_size):
        level, index, value = 0, number, entry
        made[level, index] = value
        while index % 2:
            left = made.get((level, index - 1))
            value = hash_pair(read_node(level, index - 1) if left is None else left, value)
            level, index = level + 1, index // 2
            made[level, index] = value
    return made


def list_edge(old_size: int, size: int) -> list[tuple[int, int]]:
    """Return the (level, index) of the full subtrees of `old_size` entries that those up to `size` are joined to."""
    levels = range((old_size ^ size).bit_length())
    return [(level, (old_size >> level) - 1) for level in levels if old_size >> level & 1]


def compute_root(size: int, read_node: ReadNode) -> bytes:
    """Return the root of the tree of the first `size` entries."""
    return _hash_range(0, size, read_node) if size else EMPTY_ROOT


def prove_inclusion(index: int, size: int, read_node: ReadNode) -> list[bytes]:
    """Return the proof that entry `index` is in the tree of `size` entries: siblings from the entry to the root.

    Raises IndexError where the entry isn't in that tree.
    """
    if not 0 <= index < size:
        raise IndexError(f"entry {index} isn't among {size}")
    proof: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            proof.append(_hash_range(middle, end, read_node))
            end = middle
        else:
            proof.append(_hash_range(begin, middle, read_node))
            begin = middle
    return proof[::-1]


def prove_consistency(old_size: int, size: int, read_node: ReadNode) -> list[bytes]:
    """Return the proof that the tree of `old_size` entries is the beginning of that of `size` entries.

    It is empty where the sizes are equal. Raises IndexError unless 1 <= old_size <= size: everything
    begins with nothing, and no proof is needed.
    """
    if not 1 <= old_size <= size:
        raise IndexError(f"no tree of {size} entries grew from {old_size}")
    proof: list[bytes] = []
    begin, end, is_whole = 0, size, True
    while end != old_size:
        middle = begin + _split(end - begin)
        if old_size <= middle:
            proof.append(_hash_range(middle, end, read_node))
            end = middle
        else:
            proof.append(_hash_range(begin, middle, read_node))
            begin, is_whole = middle, False
    if not is_whole:
        proof.append(_hash_range(begin, end, read_node))
    return proof[::-1]


def verify_inclusion(index: int, size: int, entry: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the entry with hash `entry` stands at `index` in the tree of `size` entries with this root.

    Raises Refused (log): range (the entry can't be in it), proof (its length or its hashes' length), root.
    """
    if not 0 <= index < size:
        raise Refused(Part.LOG, Reason.RANGE, f"entry {index} isn't among {size}")
    _check_hashes([entry, root, *proof])
    value = entry
    for sibling, is_left in _climb(index, size - 1, proof):
        value = hash_pair(sibling, value) if is_left else hash_pair(value, sibling)
    if value != root:
        raise Refused(Part.LOG, Reason.ROOT, "the proof leads to another root")


def verify_consistency(
    old_size: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes
) -> None:
    """Check that the tree of `old_size` entries is the beginning of that of `size` entries, by their roots.

    Raises Refused (log): range (it shrank, or a size is negative), proof (its length or its hashes' length),
    forked (two trees of one size), root (one of the two roots is another: the history was rewritten).
    """
    if not 0 <= old_size <= size:
        raise Refused(Part.LOG, Reason.RANGE, f"a tree of {size} entries didn't grow from {old_size}")
    _check_hashes([old_root, root, *proof])
    if old_size in {0, size}:
        _check_without_growth(old_size, size, proof, old_root, root)
        return
    hashes = [old_root, *proof] if old_size & old_size - 1 == 0 else list(proof)
    node, last = old_size - 1, size - 1
    shift = _count_low_zeros(~node)
    node, last = node >> shift, last >> shift
    if not hashes:
        raise Refused(Part.LOG, Reason.PROOF, "the proof is too short")
    old_value = value = hashes[0]
    for sibling, is_left in _climb(node, last, hashes[1:]):
        if is_left:
            old_value, value = hash_pair(sibling, old_value), hash_pair(sibling, value)
        else:
            value = hash_pair(value, sibling)
    if old_value != old_root or value != root:
        raise Refused(
            Part.LOG, Reason.ROOT, "one of the roots isn't that of the proof: history was rewritten"
        )


def _climb(node: int, last: int, proof: Sequence[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Give a proof's hashes from a node of a level up to the root, and whether each stands to the left.

    `last` is the level's last node. Raises Refused (log.proof) where the proof is too long or too short.
    """
    for sibling in proof:
        if not last:
            raise Refused(Part.LOG, Reason.PROOF, "the proof is too long")
        is_left = bool(node & 1) or node == last
        yield sibling, is_left
        shift = _count_low_zeros(node) if is_left else 0
        node, last = node >> shift + 1, last >> shift + 1
    if last:
        raise Refused(Part.LOG, Reason.PROOF, "the proof is too short")


def _check_without_growth(
    old_size: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes
) -> None:
    if proof:
        raise Refused(Part.LOG, Reason.PROOF, "the proof is too long")
    if old_size == size and old_root != root:
        raise Refused(Part.LOG, Reason.FORKED, "two trees have one size: the log is forked")
    if old_size == 0 and old_root != EMPTY_ROOT:
        raise Refused(Part.LOG, Reason.ROOT, "this isn't the root of an empty tree")


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(one) != HASH_BYTES for one in hashes):
        raise Refused(Part.LOG, Reason.PROOF, f"a hash has {HASH_BYTES} bytes")


def _split(count: int) -> int:
    """Return the largest power of two below `count`, which is 2 or more."""
    return 1 << (count - 1).bit_length() - 1


def _count_low_zeros(number: int) -> int:
    return (number & -number).bit_length() - 1 if number else 0


def _hash_range(begin: int, end: int, read_node: ReadNode) -> bytes:
    """Return the hash of the subtree over [begin, end): `begin` is a multiple of the power of two that holds it."""
    value = None
    while end > begin:
        level = _count_low_zeros(end - begin)
        node = read_node(level, (end >> level) - 1)
        value = node if value is None else hash_pair(node, value)
        end -= 1 << level
    assert value is not None
    return value
