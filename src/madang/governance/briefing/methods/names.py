"""When two names are one: spaces, marks and leaving out are no fault, another syllable is."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache

from .jamo import differ_in_one_letter

MARKS = re.compile(r"[\s·,.*\-‘’'\"“”「」()\[\]/&]|\(\d+\)")
ALIKE = 0.6
PARTICLES = set("을를이가은는의로와과에도만등및들적시별한할된")
AFFIXES = set("화적형용별등및제신")
OPPOSITES = (
    "상하",
    "동서",
    "남북",
    "내외",
    "전후",
    "증감",
    "유무",
    "대소",
    "국시구군",
    "신구",
    "초중고",
    "고소다",
)
ENDING = re.compile(
    r"[가-힣]?(?:습니다?|입니다?|합니다?|됩니다?|[가-힣]니다|적으로|적인|에서|에게|부터|까지|이라고|[했였았었]다|하고|하여|하는|되는|으로|에도)$"
)


@lru_cache(maxsize=20_000)
def fold(name: str) -> str:
    """Return a name without spaces, marks and width differences, for comparing."""
    return MARKS.sub("", unicodedata.normalize("NFKC", name)).casefold()


@lru_cache(maxsize=20_000)
def drop_suffix(name: str) -> str:
    """Return a name without its trailing note mark and bracket: 사업체조사* → 사업체조사."""
    return re.sub(r"(\s*\([^()]*\)|\*+)+\s*$", "", name.strip())


def are_sides(first: str, second: str) -> bool:
    """Return whether two syllables are two sides of one thing, so that either makes a word: 국비, 구비."""
    return any({first, second} <= set(words) for words in OPPOSITES)


def drop_ending(word: str) -> str:
    """Return a word without the end of a verb or a particle, and a syllable more: 지속적으로 → 지, 많았습니다 → 많."""
    return ENDING.sub("", word)


def join_letters(name: str) -> str:
    """Return a name that is printed letter by letter (임 시 적 세 외 수 입) in one piece, any other as it is."""
    return re.sub(r"\s", "", name) if re.fullmatch(r"\S(?:\s\S)+", name) else name


def is_same(first: str, second: str) -> bool:
    """Return whether two names are equal but for spaces, marks and a trailing bracket."""
    return fold(first) == fold(second) or fold(drop_suffix(first)) == fold(drop_suffix(second))


def is_shortened(first: str, second: str) -> bool:
    """Return whether one name only leaves out syllables of the other."""
    short, long = sorted((fold(first), fold(second)), key=len)
    rest = iter(long)
    return len(short) >= 3 and all(letter in rest for letter in short)


def is_one_of_two(word: str, at: int) -> bool:
    """Return whether a syllable and its neighbour are two sides, so that either may stand alone: 상하수도, 상수도."""
    return any(are_sides(word[at], beside) for beside in (*word[max(0, at - 1) : at], *word[at + 1 : at + 2]))


def lacks_syllable(first: str, second: str) -> bool:
    """Return whether one name is the other without one syllable inside a word: 차세대 and 차대, not 기술을 and 기술.

    What a shortened name may leave out is no slip: a word, a particle, 화, 형 and the like.
    """
    short, long = sorted(map(join_letters, (first, second)), key=lambda name: len(fold(name)))
    if len(fold(long)) != len(fold(short)) + 1:
        return False
    for word in re.finditer(r"[가-힣]{2,}", long):
        for at in range(word.start(), word.end()):
            is_doubled = long[at] == long[at - 1] and at > word.start()
            is_ending = at + 1 == word.end() and long[at] in PARTICLES
            is_left_out = (long[at] in AFFIXES or is_ending) and not is_doubled
            if (
                not is_left_out
                and not is_one_of_two(long, at)
                and fold(long[:at] + long[at + 1 :]) == fold(short)
            ):
                return True
    return False


def ends_like(name: str, word: str) -> bool:
    """Return whether a name ends in a word, of which one syllable may be off by a letter: 담당퇀 for 담당관."""
    end = fold(name)[-len(word) :]
    off = [(a, b) for a, b in zip(end, word, strict=False) if a != b]
    return len(end) == len(word) and (
        not off or (len(off) == 1 < len(word) and differ_in_one_letter(*off[0]))
    )


def measure_likeness(first: str, second: str) -> float:
    """Return 0–1: how much of two names is the same."""
    return SequenceMatcher(None, fold(first), fold(second), autojunk=False).ratio()


def is_misspelt(first: str, second: str) -> bool:
    """Return whether two names are alike yet one isn't the other shortened."""
    if is_same(first, second) or is_shortened(first, second):
        return False
    return measure_likeness(first, second) >= ALIKE
