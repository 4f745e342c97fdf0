"""What is counted, in another unit than everywhere beside it: "338배(2,157대)" among many a "98개소(1,142대)"."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from madang.core.base.interface import Text
from madang.governance.briefing.methods.names import PARTICLES
from madang.governance.briefing.records import Fault, FaultKind, Sentence

from .wording import place_in_text

PLACES = {"개", "개소", "곳", "개구"}
COUNTS = (
    "개소",
    "개구",
    "개",
    "곳",
    "대",
    "명",
    "건",
    "종",
    "본",
    "회",
    "식",
    "가구",
    "동",
    "면",
    "석",
    "팀",
)
UNIT = "|".join((*COUNTS, "백만원", "천원", "억원", "배", "%", "m"))
COUNT = "|".join(COUNTS)
PAIR = re.compile(rf"(?<![\d.,])(\d[\d,]*)({UNIT})\((\d[\d,]*)({UNIT})\)")
ARROW = re.compile(
    rf"(?<![\d.,])(?P<a>\d[\d,]*)(?P<ua>{COUNT})\s*(?:\([^()]*\)\s*)?→\s*(?P<b>\d[\d,]*)(?P<ub>{COUNT})(?=[\s,()]|$)"
)
SAID = re.compile(rf"(?<![\d.,])(?P<n>\d[\d,]*)(?P<unit>{UNIT})\s(?P<noun>[가-힣]{{2,}})")
USUAL, NEAR = 3, 1
ODD = Text(ko="곁의 다른 수와 단위가 다름", en="another unit than the numbers beside it")


def find_counted_units(sentences: Sequence[Sentence]) -> Iterator[Fault]:
    """Yield numbers whose unit differs from that of the same thing beside them."""
    by_task: dict[str, list[Sentence]] = defaultdict(list)
    for sentence in sentences:
        by_task[sentence.task_code].append(sentence)
    counts = Counter(
        (match["unit"], _name_counted(match)) for one in sentences for match in SAID.finditer(one.text)
    )
    for code, own in by_task.items():
        yield from find_odd_pairs(own)
        if code:
            yield from find_odd_nouns(own, counts)
    units = Counter(one.unit for sentence in sentences for one in sentence.quantities)
    for sentence in sentences:
        yield from find_odd_arrows(sentence, units)


def find_odd_pairs(sentences: Sequence[Sentence]) -> Iterator[Fault]:
    """Yield "n배(m대)" in a list, or right beside one, of at least three "n개소(m대)"."""
    pairs = [(sentence, match) for sentence in sentences for match in PAIR.finditer(sentence.text)]
    counts = Counter((match[2], match[4]) for _, match in pairs)
    for usual, times in counts.items():
        lines = {sentence.line for sentence, match in pairs if (match[2], match[4]) == usual}
        for sentence, match in pairs if times >= USUAL else ():
            said = match[2], match[4]
            is_one_off = (said[0] == usual[0]) != (said[1] == usual[1]) and not set(said) ^ set(
                usual
            ) <= PLACES
            if counts[said] == 1 and is_one_off and any(abs(sentence.line - line) <= NEAR for line in lines):
                yield _accuse(sentence, match[0], f"{match[1]}{usual[0]}({match[3]}{usual[1]})")


def find_odd_arrows(sentence: Sentence, units: Counter[str]) -> Iterator[Fault]:
    """Yield "15개구('21년)→ 17종('22년)": what is counted before and after is one thing."""
    for match in ARROW.finditer(sentence.text):
        one, two = match["ua"], match["ub"]
        if one != two and not {one, two} <= PLACES:
            right = max((one, two), key=lambda unit: units[unit])
            yield _accuse(sentence, match[0], f"{match['a']}{right} → {match['b']}{right}")


def find_odd_nouns(sentences: Sequence[Sentence], counts: Counter[tuple[str, str]]) -> Iterator[Fault]:
    """Yield "28회 기관" beside "28개 기관" in one task: the same number of the same things.

    `counts` has how often the report counts a thing in a unit: 30명 교육 and 30회 교육 are two things.
    """
    said: dict[tuple[str, str], list[tuple[Sentence, re.Match[str]]]] = defaultdict(list)
    for sentence in sentences:
        for match in SAID.finditer(sentence.text):
            said[match["n"], _name_counted(match)].append((sentence, match))
    for (number, noun), found in said.items():
        units = {match["unit"] for _, match in found}
        if len(units) != 2 or units <= PLACES or len(number) < 2:
            continue
        right, odd = sorted(units, key=lambda unit: -counts[unit, noun])
        for sentence, match in found:
            if match["unit"] == odd and counts[odd, noun] == 1 < counts[right, noun]:
                yield _accuse(sentence, match[0], f"{number}{right} {noun}")


def _name_counted(match: re.Match[str]) -> str:
    return match["noun"][:-1] if match["noun"][-1] in PARTICLES else match["noun"]


def _accuse(sentence: Sentence, stated: str, computed: str) -> Fault:
    return Fault(
        line=sentence.line,
        place=place_in_text(sentence.task_code, sentence.text),
        kind=FaultKind.REPEAT,
        stated=stated,
        computed=computed,
        cause=ODD,
    )
