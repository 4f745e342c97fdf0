"""Abbreviations that stand beside what they are short for: "SDDC (Software Defined Data Center)"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from madang.core.base.interface import Text
from madang.governance.briefing.records import Fault

from .wording import accuse_name

SHORT = re.compile(r"(?<![A-Za-z])(?P<short>[A-Z]{3,8})\s?\((?P<long>[A-Za-z][A-Za-z\s-]+?)(?:[,:][^()]*)?\)")
SMALL = {"of", "and", "the", "for", "in", "on", "to", "through", "by", "at", "a"}


def find_abbreviations(lines: Sequence[str]) -> Iterator[Fault]:
    """Yield abbreviations that differ in one letter from the first letters of the words in the bracket behind them.

    Small words may have their letter or none. X is what foreign words are often cut to (XML, XSS); the same letters in
    another order are another language's.
    """
    for number, text in enumerate(lines, 1):
        for match in SHORT.finditer(text):
            words = re.findall(r"[A-Za-z]+", match["long"])
            said = match["short"]
            firsts = "".join(word[0] for word in words if word.casefold() not in SMALL).upper()
            apart = [(a, b) for a, b in zip(said, firsts, strict=False) if a != b]
            is_off = len(said) == len(firsts) and len(apart) == 1 and "X" not in apart[0]
            if is_off and Counter(said) != Counter(firsts):
                place = Text(ko=f"약어 ‘{match[0]}’", en=f"the abbreviation “{match[0]}”")
                yield accuse_name(number, place, said, firsts)
