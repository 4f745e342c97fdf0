"""A syllable written twice, or two that changed places, in words that stand rightly elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from madang.core.base.interface import Text
from madang.governance.briefing.methods.names import AFFIXES, PARTICLES, is_one_of_two
from madang.governance.briefing.records import Fault

from .wording import accuse_name

WORD = re.compile(r"[가-힣]+")
SHORTEST, USUAL, LONG, TWICE = 3, 3, 7, 2
AGAIN = set("전차초곳각점층겹집줄길날달해")


def find_slips(lines: Sequence[str]) -> Iterator[Fault]:
    """Yield "서서비스" where 서비스 stands elsewhere, "클우라드" where 클라우드 does, "스마트시정책관" where 스마트도시정책관 does.

    The odd syllables make with their neighbours what stands nowhere else. A particle after the same syllable
    (국가가), 전전년도, 곳곳에서 and words of three syllables (수수료, 지지도) are no slips.
    """
    words = [
        (number, word)
        for number, text in enumerate(lines, 1)
        for word in WORD.findall(re.sub(r"<[^>]*>", "", text))
    ]
    said = Counter(word for _, word in words)
    pairs: Counter[str] = Counter()
    for word, times in said.items():
        for at in range(len(word) - 1):
            pairs[word[at : at + 2]] += times
    begun = Counter(word[:end] for _, word in words for end in range(SHORTEST, len(word) + 1))
    whole = {
        word[:at] + word[at + 1 :]: (word, at)
        for word, times in said.items()
        if len(word) >= LONG and times >= TWICE
        for at in range(1, len(word) - 1)
        if word[at] not in AFFIXES and not is_one_of_two(word, at)
    }
    for number, word in words:
        right = ""
        if said[word] == 1:
            right = _drop_double(word, said, pairs) or _swap_back(word, begun, pairs)
            full, at = whole.get(word, ("", 0))
            right = right or (full if full and pairs[word[at - 1 : at + 1]] == 1 else "")
        if right:
            place = Text(ko=f"낱말 ‘{word}’", en=f"the word “{word}”")
            yield accuse_name(number, place, word, right)


def _drop_double(word: str, said: Counter[str], pairs: Counter[str]) -> str:
    """Return the word with one of two equal syllables, where it stands elsewhere, or ""."""
    for at in range(len(word) - 1):
        first, second = word[at], word[at + 1]
        is_particle = at + 2 == len(word) and second in PARTICLES
        is_odd = first == second and pairs[first + second] == 1 and not is_particle and first not in AGAIN
        right = word[:at] + word[at + 1 :]
        if is_odd and len(right) >= SHORTEST and said[right]:
            return right
    return ""


def _swap_back(word: str, begun: Counter[str], pairs: Counter[str]) -> str:
    """Return how the word begins with two neighbours in each other's place, where three words begin so, or ""."""
    for at in range(len(word) - 1):
        right = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        around = [word[n : n + 2] for n in range(max(0, at - 1), min(at + 2, len(word) - 1))]
        known = next(
            (right[:end] for end in range(len(right), at + 1, -1) if begun[right[:end]] >= USUAL), ""
        )
        if known and right != word and all(pairs[pair] == 1 for pair in around):
            return known
    return ""
