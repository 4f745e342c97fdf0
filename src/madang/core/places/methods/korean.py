"""Korean syllables taken apart: initials (초성), letters, and how near two words are."""

from __future__ import annotations

import re
import unicodedata

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS = ["", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"]
FIRST, LAST = ord("가"), ord("힣")
UNWANTED = re.compile(r"[^0-9a-z가-힣ㄱ-ㅎㅏ-ㅣ]+")


def normalize(text: str) -> str:
    """Return `text` in composed form and small letters, without spaces and punctuation."""
    return UNWANTED.sub("", unicodedata.normalize("NFC", text).lower())


def initials_of(text: str) -> str:
    """Return `text` with each syllable replaced by its initial: "강남구" → "ㄱㄴㄱ"."""
    return "".join(INITIALS[(ord(c) - FIRST) // 588] if _is_syllable(c) else c for c in text)


def letters_of(text: str) -> str:
    """Return `text` with each syllable taken apart: "강남" → "ㄱㅏㅇㄴㅏㅁ"."""
    return "".join(_take_apart(c) if _is_syllable(c) else c for c in text)


def matches_at_start(query: str, name: str) -> bool:
    """Return whether `name` begins with `query`, whose bare consonants stand for any syllable they begin.

    The last syllable may be unfinished: "강나" begins "강남구".
    """
    if not query or len(query) > len(name):
        return False
    body, last = query[:-1], query[-1]
    begins = all(_stands_for(q, n) for q, n in zip(body, name, strict=False))
    return begins and (_stands_for(last, name[len(body)]) or _is_begun(last, name[len(body)]))


def matches_within(query: str, name: str) -> bool:
    """Return whether `query` fits some part of `name`, as in `matches_at_start`."""
    return any(matches_at_start(query, name[start:]) for start in range(len(name) - len(query) + 1))


def is_near(query: str, name: str) -> bool:
    """Return whether one wrong, missing, doubled or swapped letter (or key) turns `name` into `query`.

    Asks for at least four letters, so that short names aren't all near each other.
    """
    a, b = letters_of(query), letters_of(name)
    return min(len(a), len(b)) >= 4 and _is_one_edit(a, b)


def _is_one_edit(a: str, b: str) -> bool:
    if abs(len(a) - len(b)) > 1:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[start:], b[start:]
    if len(a) != len(b):
        longer, shorter = sorted((rest_a, rest_b), key=len, reverse=True)
        return longer[1:] == shorter
    swapped = rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:]
    return rest_a[1:] == rest_b[1:] or swapped


def _is_syllable(character: str) -> bool:
    return FIRST <= ord(character) <= LAST


def _take_apart(syllable: str) -> str:
    number = ord(syllable) - FIRST
    return INITIALS[number // 588] + VOWELS[number % 588 // 28] + FINALS[number % 28]


def _stands_for(asked: str, there: str) -> bool:
    return asked == there or (asked in INITIALS and initials_of(there) == asked)


def _is_begun(asked: str, there: str) -> bool:
    return _is_syllable(asked) and _is_syllable(there) and letters_of(there).startswith(letters_of(asked))
