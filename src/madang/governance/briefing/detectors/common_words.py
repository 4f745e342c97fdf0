"""A slip in a word that stands everywhere in the report: 서비스, 데이터, 지능형."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from madang.core.base.interface import Text
from madang.governance.briefing.methods.jamo import differ_in_one_letter
from madang.governance.briefing.methods.names import PARTICLES, are_sides, drop_ending
from madang.governance.briefing.records import Fault

from .wording import accuse_name

WORD = re.compile(r"[가-힣]+")
COMMON = {3: 10, 4: 4}
LONG, ESTABLISHED = 5, 3


def find_common_faults(lines: Sequence[str]) -> Iterator[Fault]:
    """Yield words that begin or end with a common word but for one letter of a syllable that isn't its last.

    The odd syllable makes with its neighbours what stands nowhere else: 정비시스템 beside many a 정보시스템 is
    another word where 정비 is one. A last syllable is often another ending (관리비, 관리부), and a word with its
    particle no word at all (지원을, 직원을). Three syllables stand ten times, four four times, more three times.
    """
    runs = [
        (number, run)
        for number, text in enumerate(lines, 1)
        for run in WORD.findall(re.sub(r"<[^>]*>", "", text))
    ]
    said = Counter(run for _, run in runs)
    pairs = Counter(
        run[at : at + 2] for run, times in said.items() for at in range(len(run) - 1) for _ in range(times)
    )
    masked: dict[tuple[str, str], set[str]] = defaultdict(set)
    for word, times in said.items():
        is_common = times >= COMMON.get(len(word), ESTABLISHED if len(word) >= LONG else times + 1)
        if is_common and word[-1] not in PARTICLES and drop_ending(word) == word:
            for at in range(len(word) - 1):
                masked[word[:at], word[at + 1 :]].add(word)
    lengths = sorted({len(head + tail) + 1 for head, tail in masked}, reverse=True)
    for number, run in runs:
        found = next(_list_slips(run, lengths, masked, pairs), None)
        if found is not None:
            place = Text(ko=f"낱말 ‘{run}’", en=f"the word “{run}”")
            yield accuse_name(number, place, *found)


def _list_slips(
    run: str, lengths: list[int], masked: dict[tuple[str, str], set[str]], pairs: Counter[str]
) -> Iterator[tuple[str, str]]:
    for length in lengths:
        for said in {run[:length], run[-length:]} if len(run) >= length else ():
            for at in range(length - 1):
                around = [said[max(0, at - 1) : at + 1]] * (at > 0) + [said[at : at + 2]]
                for word in masked.get((said[:at], said[at + 1 :]), ()):
                    is_odd = all(pairs[pair] == 1 for pair in around)
                    if (
                        is_odd
                        and differ_in_one_letter(said[at], word[at])
                        and not are_sides(said[at], word[at])
                    ):
                        yield said, word
