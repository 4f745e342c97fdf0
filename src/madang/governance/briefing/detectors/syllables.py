"""Syllables that no Korean word has: a slip of the pen even in a word that stands only once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from madang.core.base.interface import Text
from madang.governance.briefing.methods.jamo import differ_in_one_letter
from madang.governance.briefing.records import Fault

from .wording import accuse_name

WORD = re.compile(r"[가-힣]+")
ENCODED = 2


def find_rare_syllables(lines: Sequence[str]) -> Iterator[Fault]:
    """Yield words with a syllable outside the 2,350 that KS X 1001 has for all Korean words and most foreign names.

    What is meant is said where the report has a word, or the beginning of one, that differs in one letter of it.
    A syllable that stands twice is somebody's name.
    """
    whole = "\n".join(lines)
    masked: dict[tuple[str, str], set[str]] | None = None
    for number, text in enumerate(lines, 1):
        for word in WORD.findall(re.sub(r"<[^>]*>", "", text)):
            at = next((n for n, one in enumerate(word) if not is_usual(one)), None)
            if at is None or whole.count(word[at]) > 1:
                continue
            masked = masked if masked is not None else _mask(lines)
            usual = sorted(
                one
                for one in masked.get((word[:at], word[at + 1 :]), ())
                if differ_in_one_letter(one, word[at])
            )
            place = Text(ko=f"낱말 ‘{word}’", en=f"the word “{word}”")
            meant = word[:at] + usual[0] + word[at + 1 :] if len(usual) == 1 else ""
            yield accuse_name(number, place, word, meant)


def is_usual(syllable: str) -> bool:
    """Return whether KS X 1001 has a syllable; Python's codec writes all others in eight bytes."""
    return len(syllable.encode("euc_kr")) == ENCODED


def _mask(lines: Sequence[str]) -> dict[tuple[str, str], set[str]]:
    """Return {(what stands before, what stands after): the syllables between} of every word."""
    masked: dict[tuple[str, str], set[str]] = defaultdict(set)
    for word in {word for text in lines for word in WORD.findall(text)}:
        for at, one in enumerate(word):
            if is_usual(one):
                masked[word[:at], word[at + 1 :]].add(one)
    return masked
