"""A syllable that differs inside words which stand together the same way everywhere else."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from madang.core.base.interface import Text
from madang.governance.briefing.methods.jamo import differ_in_one_letter
from madang.governance.briefing.methods.names import PARTICLES, are_sides
from madang.governance.briefing.records import Fault

from .wording import accuse_name

RUN = re.compile(r"[가-힣]+(?:[ ·]?[가-힣]+)*")
HEADING = re.compile(
    r"^\s*-?\s*(?:[□■●◆※]\s*(?P<said>[가-힣][가-힣\s]{2,14}?)\s*(?:\(단위.*)?|\((?P<label>[가-힣]{3,8})\).*)$"
)
KNOWN = {
    "사업개요",
    "추진배경",
    "사업내용",
    "추진실적",
    "추진일정",
    "추진계획",
    "향후계획",
    "추진경과",
    "예산집행현황",
}
LONG, SHORT = 8, 6
USUAL, TWICE = 3, 2


def find_phrase_faults(lines: Sequence[str]) -> Iterator[Fault]:
    """Yield a syllable that differs from what stands at least three times with the same words around it.

    Eight syllables in a row are compared, with two the same on either side, and differ in one letter of a syllable;
    more makes another word (체제, 체계). Where the odd syllable makes with its neighbours what stands nowhere else, six
    that stand twice are enough. Headings are compared whole.
    """
    counts: Counter[str] = Counter()
    where: dict[str, tuple[int, str]] = {}
    pairs: Counter[str] = Counter()
    for number, text in enumerate(lines, 1):
        for run in RUN.findall(re.sub(r"<[^>]*>", "", text)):
            said = re.sub(r"[ ·]", "", run)
            pairs.update(said[at : at + 2] for at in range(len(said) - 1))
            for size in (LONG, SHORT):
                for at in range(len(said) - size + 1):
                    window = said[at : at + size]
                    counts[window] += 1
                    where.setdefault(window, (number, run))
    found: dict[int, Fault] = {}
    for window, other, at in _list_odd(counts):
        number, run = where[window]
        said, usual = _cut(run, window, other, at)
        is_end = said[-1:] != usual[-1:]
        if number not in found and _is_slip(window, other, at, pairs, is_end=is_end):
            found[number] = _accuse(number, said, usual)
    yield from found.values()
    yield from find_odd_headings(lines)


def find_odd_headings(lines: Sequence[str]) -> Iterator[Fault]:
    """Yield a heading ("□ 향후계획") that differs in a syllable from one that stands at least three times."""
    said = {
        n: re.sub(r"\s", "", m["said"] or m["label"])
        for n, text in enumerate(lines, 1)
        if (m := HEADING.match(text))
    }
    counts = Counter(said.values()) + Counter({one: USUAL for one in KNOWN})
    for number, heading in said.items():
        usual = [
            other
            for other in counts
            if counts[other] >= USUAL and counts[heading] == 1 and len(other) == len(heading)
            if sum(a != b for a, b in zip(heading, other, strict=True)) == 1
        ]
        if len(usual) == 1:
            yield _accuse(number, heading, usual[0])


def _list_odd(counts: Counter[str]) -> Iterator[tuple[str, str, int]]:
    """Yield (window that stands once, the usual one, where they differ)."""
    usual: dict[tuple[int, str], list[str]] = defaultdict(list)
    for window in counts:
        if counts[window] >= (USUAL if len(window) == LONG else TWICE):
            for at in _list_places(window):
                usual[at, window[:at] + window[at + 1 :]].append(window)
    for window in counts:
        if counts[window] == 1:
            for at in _list_places(window):
                for other in usual.get((at, window[:at] + window[at + 1 :]), ()):
                    yield window, other, at


def _list_places(window: str) -> range:
    beside = 2 if len(window) == LONG else 1
    return range(beside, len(window) - beside)


def _is_slip(window: str, other: str, at: int, pairs: Counter[str], *, is_end: bool) -> bool:
    odd = {window[at], other[at]}
    if (is_end and odd <= PARTICLES) or are_sides(*odd):
        return False
    if not differ_in_one_letter(window[at], other[at]):
        return False
    if len(window) == LONG and not (is_end and other[at] in PARTICLES):
        return True
    return pairs[window[at - 1 : at + 1]] == 1 and pairs[window[at : at + 2]] == 1


def _cut(run: str, window: str, other: str, at: int) -> tuple[str, str]:
    """Return the word in which the two differ, and that word as it is usual."""
    plain = re.sub(r"[ ·]", "", run)
    target = plain.find(window) + at
    words, start = re.split(r"[ ·]", run), 0
    for word in words:
        if start <= target < start + len(word):
            place = target - start
            return word, word[:place] + other[at] + word[place + 1 :]
        start += len(word)
    return window, other


def _accuse(line: int, said: str, usual: str) -> Fault:
    place = Text(ko=f"낱말 ‘{said}’", en=f"the word “{said}”")
    return accuse_name(line, place, said, usual)
