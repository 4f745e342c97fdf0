"""The longest phrases two projects share, to show why they are alike."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

SHORTEST = 3
MOST = 3


def find_shared_phrases(request: Sequence[str], existing: Sequence[str]) -> tuple[str, ...]:
    """Return at most three phrases of three characters or more, longest first, none within another.

    `request` and `existing` are texts without spaces, compared pairwise.
    """
    found: dict[str, None] = {}
    for one, other in zip(request, existing, strict=True):
        for block in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks():
            if block.size >= SHORTEST:
                found[one[block.a : block.a + block.size]] = None
    longest = sorted(found, key=len, reverse=True)
    kept: list[str] = []
    for phrase in longest:
        if not any(phrase in other for other in kept):
            kept.append(phrase)
    return tuple(kept[:MOST])
