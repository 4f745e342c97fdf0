"""When two names are one: spaces, marks and leaving out are no fault, another syllable is."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache

MARKS = re.compile(r"[\s·,.*\-‘’'\"“”「」()\[\]/&]|\(\d+\)")
ALIKE = 0.6


@lru_cache(maxsize=20_000)
def fold(name: str) -> str:
    """Return a name without spaces, marks and width differences, for comparing."""
    return MARKS.sub("", unicodedata.normalize("NFKC", name)).casefold()


@lru_cache(maxsize=20_000)
def drop_suffix(name: str) -> str:
    """Return a name without its trailing note mark and bracket: 사업체조사* → 사업체조사."""
    return re.sub(r"(\s*\([^()]*\)|\*+)+\s*$", "", name.strip())


def is_same(first: str, second: str) -> bool:
    """Return whether two names are equal but for spaces, marks and a trailing bracket."""
    return fold(first) == fold(second) or fold(drop_suffix(first)) == fold(drop_suffix(second))


def is_shortened(first: str, second: str) -> bool:
    """Return whether one name only leaves out syllables of the other."""
    short, long = sorted((fold(first), fold(second)), key=len)
    rest = iter(long)
    return len(short) >= 3 and all(letter in rest for letter in short)


def measure_likeness(first: str, second: str) -> float:
    """Return 0–1: how much of two names is the same."""
    return SequenceMatcher(None, fold(first), fold(second), autojunk=False).ratio()


def is_misspelt(first: str, second: str) -> bool:
    """Return whether two names are alike yet one isn't the other shortened."""
    if is_same(first, second) or is_shortened(first, second):
        return False
    return measure_likeness(first, second) >= ALIKE
