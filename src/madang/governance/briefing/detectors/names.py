"""The same name spelled two ways: in tables, in titles and in running text."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

import msgspec

from madang.core.base.interface import Severity, Text
from madang.governance.briefing.methods.jamo import differ_in_one_letter
from madang.governance.briefing.methods.names import (
    PARTICLES,
    are_sides,
    drop_ending,
    ends_like,
    fold,
    is_misspelt,
    is_same,
    is_shortened,
    lacks_syllable,
    measure_likeness,
)
from madang.governance.briefing.records import Fault, Grid, Heading, Report, Row, TableKind

from .wording import accuse_name

SURE = 0.8
DIVISION = ("담당관", "센터", "과")
WORD = re.compile(r"[가-힣]{5,40}|[A-Z]{4,40}")
ROW, SHORTEST, LONG, ESTABLISHED, EVERYWHERE, FARTHEST, END = 4, 5, 7, 3, 8, 5, "\n"


def find_name_faults(report: Report, pairs: Iterable[tuple[Grid, Row, Grid, Row]]) -> Iterator[Fault]:
    """Yield names that differ by a syllable from the same name elsewhere; shortening is no fault."""
    whole = fold("\n".join(report.lines))
    for one, first, two, second in pairs:
        if is_misspelt(first.name, second.name) or lacks_syllable(first.name, second.name):
            yield _choose(whole, (one.place, first), (two.place, second))
    yield from find_odd_rows(report.grids)
    yield from find_titles(report.headings, whole)
    yield from find_codes(report.headings, report.lines)
    yield from find_goal_codes(report.headings, report.lines)
    yield from find_division_names(report)
    yield from find_odd_words(report.lines)


def find_odd_rows(grids: Iterable[Grid]) -> Iterator[Fault]:
    """Yield names of a table's row that differ in one letter from what three rows of that table or more are called."""
    for grid in grids:
        counts = Counter(fold(row.name) for row in grid.rows)
        usual = [name for name, count in counts.items() if count >= ESTABLISHED and len(name) >= ROW]
        for row in grid.rows:
            name = fold(row.name)
            for other in usual if counts[name] == 1 else ():
                off = [(a, b) for a, b in zip(name, other, strict=False) if a != b]
                if len(name) == len(other) and len(off) == 1:
                    if differ_in_one_letter(*off[0]) and not are_sides(*off[0]):
                        yield accuse_name(row.line, _place(grid.place, row), row.name, other)


def find_titles(headings: Sequence[Heading], whole: str) -> Iterator[Fault]:
    """Yield titles of a goal or task that differ from what most places print."""
    by_code: dict[str, list[Heading]] = defaultdict(list)
    for heading in headings:
        by_code[heading.code].append(heading)
    for code, places in by_code.items():
        usual = _find_usual([heading.title for heading in places], whole)
        for heading in places:
            if is_misspelt(heading.title, usual) or lacks_syllable(heading.title, usual):
                place = Text(ko=f"{code} 제목", en=f"title of {code}")
                yield accuse_name(heading.line, place, heading.title, usual)


def find_codes(headings: Sequence[Heading], lines: Sequence[str]) -> Iterator[Fault]:
    """Yield titles that stand under another code everywhere else; where nothing has their own code, twice or without such a goal."""
    goals = {one.code for one in headings if "-" not in one.code}
    for heading in headings:
        others = [other for other in headings if other is not heading]
        own = [other for other in others if other.code == heading.code]
        codes = Counter(other.code for other in others if is_same(other.title, heading.title))
        is_alone = not any(
            is_same(one.title, heading.title)
            or is_shortened(one.title, heading.title)
            or is_misspelt(one.title, heading.title)
            for one in own
        )
        if (
            is_alone
            and len(codes) == 1
            and (
                own
                or codes.total() > 1
                or (heading.code.partition("-")[0] not in goals and len(fold(heading.title)) > SHORTEST)
            )
        ):
            yield _accuse_code(heading, codes.most_common(1)[0][0], lines)


def find_goal_codes(headings: Sequence[Heading], lines: Sequence[str]) -> Iterator[Fault]:
    """Yield goals that aren't the number with which all tasks below begin, where that number is the next one."""
    goals = [number for number, one in enumerate(headings) if "-" not in one.code]
    before = "0"
    for at, following in zip(goals, [*goals[1:], len(headings)], strict=False):
        code = headings[at].code
        below = [one.code.partition("-")[0] for one in headings[at + 1 : following]]
        if len(below) > 1 and len(set(below)) == 1 and code != below[0]:
            if below[0] in {"1", str(int(before) + 1)}:
                yield _accuse_code(headings[at], below[0], lines)
                code = below[0]
        before = code


def _accuse_code(heading: Heading, code: str, lines: Sequence[str]) -> Fault:
    """Blame the line with the code, which may stand some lines above the title."""
    above = range(heading.line, max(0, heading.line - FARTHEST), -1)
    line = next((number for number in above if heading.code in lines[number - 1]), heading.line)
    place = Text(ko=f"‘{heading.title}’의 번호", en=f"number of “{heading.title}”")
    fault = accuse_name(line, place, heading.code, code)
    return msgspec.structs.replace(fault, cause=Text(ko="", en=""), severity=Severity.MODERATE)


def find_division_names(report: Report) -> Iterator[Fault]:
    """Yield divisions in the tables of staff, duties and spending that are alike but not the same."""
    named = [
        (grid.kind, grid.place, row)
        for grid in report.grids
        if grid.kind in {TableKind.STAFF, TableKind.DUTIES, TableKind.EXPENDITURE_DETAIL}
        for row in grid.rows
        if grid.kind != TableKind.EXPENDITURE_DETAIL or any(ends_like(row.name, word) for word in DIVISION)
        if len(fold(row.name)) >= SHORTEST
    ]
    counts = Counter(fold(row.name) for _, _, row in named)
    for kind, place, row in named:
        own = {fold(other.name) for other_kind, _, other in named if other_kind == kind}
        for name in counts:
            is_missing = name not in own and counts[name] > counts[fold(row.name)]
            if is_missing and is_misspelt(row.name, name) and measure_likeness(row.name, name) >= SURE:
                yield accuse_name(row.line, _place(place, row), row.name, name)


def find_odd_words(lines: Sequence[str]) -> Iterator[Fault]:
    """Yield words that stand once and differ in one syllable from a word that stands at least three times.

    Words are compared by their beginnings of at least five syllables (four capitals), with what follows, so
    that 서울시민의 isn't taken for 서울시민패널. A differing particle or a differing end is another word.
    """
    where: dict[str, int] = {}
    counts: Counter[str] = Counter()
    for number, text in enumerate(lines, 1):
        for word in WORD.findall(re.sub(r"<[^>]*>", "", text)):
            shortest = 4 if word[0].isascii() else SHORTEST
            marked = word + END
            for length in range(shortest, len(marked) + 1):
                counts[marked[:length]] += 1
                where.setdefault(marked[:length], number)
    yield from _list_odd(counts, where)


def _list_odd(counts: Counter[str], where: dict[str, int]) -> Iterator[Fault]:
    """Match stems through patterns with one syllable left out."""
    patterns: dict[tuple[int, str], list[str]] = defaultdict(list)
    for stem in counts:
        if counts[stem] >= ESTABLISHED or (counts[stem] == ESTABLISHED - 1 and len(stem) >= LONG):
            for at in range(len(stem) - 1):
                patterns[at, stem[:at] + stem[at + 1 :]].append(stem)
    found: set[int] = set()
    for stem in sorted(counts, key=lambda one: (where[one], len(one))):
        if counts[stem] > 1 or where[stem] in found:
            continue
        for at in range(len(stem) - 1):
            usual = [
                other
                for other in patterns.get((at, stem[:at] + stem[at + 1 :]), ())
                if _is_slip(stem, other, at)
                if stem[0].isascii()
                or differ_in_one_letter(stem[at], other[at])
                or (counts[other] >= ESTABLISHED and len(stem.strip()) >= LONG)
                if not stem[0].isascii() or set(stem) == set(other) or counts[other] >= EVERYWHERE
            ]
            if usual:
                found.add(where[stem])
                place = Text(ko=f"낱말 ‘{stem.strip()}’", en=f"the word “{stem.strip()}”")
                yield accuse_name(where[stem], place, stem.strip(), usual[0].strip())
                break


def _is_slip(stem: str, other: str, at: int) -> bool:
    """Return whether the syllable at `at` makes a misspelling rather than another word.

    A word's last syllable often makes another word (스마트시티, 스마트시정), so only long words count there.
    """
    word = stem.strip()
    core = drop_ending(word)
    is_ending = core != word and (at >= len(core) or len(core) < SHORTEST - 1)
    if (
        other[at] == stem[at]
        or {other[at], stem[at]} <= PARTICLES
        or is_ending
        or are_sides(other[at], stem[at])
    ):
        return False
    return stem[at + 1] != END or (len(stem) > LONG and not {other[at], stem[at]} & PARTICLES)


def _find_usual(titles: list[str], whole: str) -> str:
    """Return the title most places agree on (a shortened one agrees half), else that of more common words."""

    def count(title: str) -> tuple[int, int]:
        agreeing = sum(2 * is_same(title, other) + is_shortened(title, other) for other in titles)
        others = [other for other in titles if is_misspelt(title, other)]
        return agreeing, max((_weigh(whole, title, other) for other in others), default=0)

    return max(titles, key=count)


def _choose(whole: str, first: tuple[str, Row], second: tuple[str, Row]) -> Fault:
    """Blame the name whose own letters stand in fewer places of the report."""
    weights = [
        _weigh(whole, one.name, other.name) for (_, one), (_, other) in ((first, second), (second, first))
    ]
    (place, row), (_, other) = (first, second) if weights[0] <= weights[1] else (second, first)
    return accuse_name(row.line, _place(place, row), row.name, other.name)


def _weigh(whole: str, name: str, other: str) -> int:
    """Return how often the report has the part of `name` that `other` has otherwise; what only one has is none."""
    folded, theirs = fold(name), fold(other)
    changes = SequenceMatcher(None, folded, theirs, autojunk=False).get_opcodes()
    replaced = [at for tag, first, last, _, _ in changes if tag == "replace" for at in range(first, last)]
    for length in range(len(folded), 1, -1):
        starts = range(len(folded) - length + 1)
        if replaced:
            starts = [n for n in starts if any(n <= at < n + length for at in replaced)]
        pieces = [folded[at : at + length] for at in starts]
        counts = [whole.count(piece) for piece in pieces if piece not in theirs]
        if counts and max(counts) > 1:
            return max(counts) + 10 * length
    return 0


def _place(place: str, row: Row) -> Text:
    return Text(ko=f"‘{place}’ 표의 ‘{row.name}’", en=f"table “{place}”, “{row.name}”")
