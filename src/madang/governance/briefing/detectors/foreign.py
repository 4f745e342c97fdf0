"""Words in Latin letters, and names with a number in them, that are spelled otherwise in one place."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from madang.core.base.interface import Text
from madang.governance.briefing.records import Fault

from .wording import accuse_name

WORD = re.compile(r"(?<![A-Za-z0-9./@_-])[A-Za-z]{6,}(?![A-Za-z0-9@_-])")
NUMBERED = re.compile(
    r"(?<![가-힣A-Za-z])(?P<stem>[가-힣]{2,6})(?P<n>\d{2,3})(?![\d,.%~]|개|대|명|건|식|본|종|회|곳|월|일|층|세|호|면|만|천|억|조|년)"
)
KNOWN = (
    (re.compile(r"코로나(?P<n>\d{2})(?![\d년월일차.])"), "19"),
    (re.compile(r"(?P<n>[6-9])차\s?산업혁명"), "4"),
    (re.compile(r"(?P<n>\d+)시간\s?365일"), "24"),
    (re.compile(r"24시간\s?(?P<n>\d{3})일"), "365"),
)
END, OFTEN = 2, 3


def find_foreign_faults(lines: Sequence[str]) -> Iterator[Fault]:
    """Yield Latin words that stand once and are a slip from one that stands three times, and odd numbers in names."""
    yield from find_latin(lines)
    yield from find_numbered(lines)
    yield from find_known(lines)


def find_latin(lines: Sequence[str]) -> Iterator[Fault]:
    """Yield a word with a letter changed, left out, doubled or two swapped; an end (service, services) is no slip."""
    counts: Counter[str] = Counter()
    where: dict[str, tuple[int, str]] = {}
    for number, text in enumerate(lines, 1):
        for word in WORD.findall(re.sub(r"<[^>]*>", "", text)):
            counts[word.casefold()] += 1
            where.setdefault(word.casefold(), (number, word))
    usual = [word for word, times in counts.items() if times >= OFTEN]
    for word, times in counts.items():
        found = [other for other in usual if times == 1 and is_misspelt(word, other)]
        if len(found) == 1:
            number, said = where[word]
            place = Text(ko=f"낱말 ‘{said}’", en=f"the word “{said}”")
            yield accuse_name(number, place, said, where[found[0]][1])


def is_misspelt(word: str, other: str) -> bool:
    """Return whether two words differ in one letter, or in two that are swapped, and at neither end: mVoting is no slip for voting."""
    if word == other or abs(len(word) - len(other)) > 1:
        return False
    start = next(
        (n for n, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), min(len(word), len(other))
    )
    if start >= min(len(word), len(other)) - END or start == 0:
        return False
    one, two = word[start:], other[start:]
    is_swapped = one[:2] == two[1::-1] and one[2:] == two[2:]
    return is_swapped or one[1:] == two[1:] or one[1:] == two or one == two[1:]


def find_numbered(lines: Sequence[str]) -> Iterator[Fault]:
    """Yield 코로나18 where every other place has 코로나19; names that are counted through are left alone."""
    places: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number, text in enumerate(lines, 1):
        for match in NUMBERED.finditer(text):
            places[match["stem"]][match["n"]].append(number)
    for stem, numbers in places.items():
        order = sorted(numbers, key=lambda n: -len(numbers[n]))
        if len(order) != 2 or len(numbers[order[0]]) < OFTEN or len(numbers[order[1]]) != 1:  # noqa: PLR2004
            continue
        usual, odd = order
        if len(odd) == len(usual) and sum(a != b for a, b in zip(odd, usual, strict=True)) == 1:
            said = f"{stem}{odd}"
            place = Text(ko=f"이름 ‘{said}’", en=f"the name “{said}”")
            yield accuse_name(numbers[odd][0], place, said, f"{stem}{usual}")


def find_known(lines: Sequence[str]) -> Iterator[Fault]:
    """Yield a number that belongs to a name everybody knows (코로나19, 24시간 365일) and is another one."""
    for number, text in enumerate(lines, 1):
        for pattern, true in KNOWN:
            for match in pattern.finditer(text):
                if match["n"] != true:
                    start, end = (at - match.start() for at in match.span("n"))
                    usual = match[0][:start] + true + match[0][end:]
                    place = Text(ko=f"이름 ‘{match[0]}’", en=f"the name “{match[0]}”")
                    yield accuse_name(number, place, match[0], usual)
