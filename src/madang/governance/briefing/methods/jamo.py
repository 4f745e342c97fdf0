"""Syllables that differ in one letter: a slip of the pen, or a foreign word spelled another way."""

from __future__ import annotations

import unicodedata

VOWELS = (set("ㅔㅐㅖ"), set("ㅙㅚㅞ"))


def differ_in_one_letter(first: str, second: str) -> bool:
    """Return whether two Hangul syllables differ in one of their letters (one left out counts)."""
    one, two = unicodedata.normalize("NFD", first), unicodedata.normalize("NFD", second)
    if {len(one), len(two)} - {2, 3}:
        return False
    return sum(a != b for a, b in zip(one.ljust(3), two.ljust(3), strict=True)) == 1


def sound_alike(first: str, second: str) -> bool:
    """Return whether two syllables are ways to spell one sound of a foreign word: 터 타, 털 탈, 메 매, 엠 앰."""
    if not differ_in_one_letter(first, second):
        return False
    one, two = (unicodedata.normalize("NFD", syllable) for syllable in (first, second))
    vowels = {_to_letter(one[1]), _to_letter(two[1])}
    if vowels == {"ㅓ", "ㅏ"}:
        return one[0] == two[0] == "\u1110"
    return len(vowels) == 2 and any(vowels <= group for group in VOWELS)


def _to_letter(vowel: str) -> str:
    return chr(ord(vowel) - 0x1161 + ord("ㅏ"))
