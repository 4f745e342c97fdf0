"""Words as a search sees them: folded, cut at borders, their initials (초성) and their letters (자모)."""

from __future__ import annotations

import re
import unicodedata

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
FIRST, LAST = 0xAC00, 0xD7A3
PER_INITIAL, PER_MEDIAL = 21 * 28, 28
# Composing takes a lone initial for the beginning of a syllable; it is written as standing alone again.
STANDING = {0x1100 + at: letter for at, letter in enumerate(INITIALS)}
WORD = re.compile(r"[가-힣]+|[a-z]+|[0-9]+|[ㄱ-ㅎ]+")
EOJEOL = re.compile(r"[0-9a-zㄱ-ㅎ가-힣]+")
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
SHORTEST_PLURAL = 4


def fold(text: str) -> str:
    """Return a text in one spelling: composed, lower case, camelCase cut."""
    return CAMEL.sub(" ", unicodedata.normalize("NFKC", text)).lower().translate(STANDING)


def list_words(text: str) -> list[str]:
    """Return what stands between blanks and signs in a text, folded."""
    return EOJEOL.findall(fold(text))


def list_pieces(word: str) -> list[str]:
    """Return the stretches of one script in a folded word: "제2서울ai" → 제, 2, 서울, ai."""
    return WORD.findall(word)


def stem(word: str) -> str:
    """Return an English word without its plural; other words as they are."""
    if not word.isascii() or len(word) < SHORTEST_PLURAL or not word.endswith("s") or word.endswith("ss"):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("ches", "shes", "xes", "sses")) else word[:-1]


def is_hangul(word: str) -> bool:
    """Return whether a word is of whole Korean syllables."""
    return bool(word) and all(FIRST <= ord(letter) <= LAST for letter in word)


def is_initials(word: str) -> bool:
    """Return whether a word is of initials alone, such as ㄸㄹㅇ."""
    return bool(word) and all(letter in INITIALS for letter in word)


def write_initials(text: str) -> str:
    """Return a folded text with each Korean syllable as its initial."""
    return "".join(
        INITIALS[(ord(letter) - FIRST) // PER_INITIAL] if FIRST <= ord(letter) <= LAST else letter
        for letter in text
    )


def write_letters(word: str) -> str:
    """Return a word with each Korean syllable taken apart into its letters."""
    return unicodedata.normalize("NFD", word)


def measure_distance(one: str, other: str, most: int) -> int:
    """Return how many letters must be put in, left out, changed or swapped with the next; above `most`, more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before, row = [], list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        last, before, row = before, row, [i]
        for j, other_letter in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other_letter))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == other_letter:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
