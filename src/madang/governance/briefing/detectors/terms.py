"""The report's own terms spelled another way in a few places: terms explained, titles, projects, headings."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from madang.core.base.interface import Text
from madang.governance.briefing.methods.jamo import differ_in_one_letter, sound_alike
from madang.governance.briefing.methods.names import PARTICLES, fold
from madang.governance.briefing.records import Fault, Report, TableKind

from .wording import accuse_name

HANGUL, CAPITALS = re.compile(r"[가-힣]+"), re.compile(r"(?<![A-Za-z])[A-Z]{4,12}(?![A-Za-z])")
SHORT, RARE, USUAL, TIMES = 3, 2, 3, 4
HEADINGS = (
    "예산현액 최종예산 원인행위 원인행위액 지출액 집행률 집행액 집행예상액 예상액 증감액 증감률 증감율 예산액 "
    "과부족 일반직 임기제 관리운영직 집행현황 주요업무 사업명"
).split()


def find_term_faults(report: Report) -> Iterator[Fault]:
    """Yield spellings that stand in one or two places against at least four times as many."""
    yield from find_terms(report)
    yield from find_headings(report)


def find_terms(report: Report) -> Iterator[Fault]:
    """Yield terms with a syllable that sounds alike, and explained terms with a letter that differs."""
    whole = "\n".join(report.lines)
    explained, words = _list_terms(report)
    masked: dict[tuple[int, str, str], set[str]] = defaultdict(set)
    for word in explained | words:
        for at in range(len(word)):
            masked[len(word), word[:at], word[at + 1 :]].add(word)
    lengths = sorted({len(word) for word in explained | words}, reverse=True)
    for line, text in enumerate(report.lines, 1):
        runs = [*HANGUL.findall(re.sub(r"<[^>]*>", "", text)), *CAPITALS.findall(text)]
        found = next(
            (pair for run in runs if (pair := _find_other(run, lengths, masked, explained, whole))), None
        )
        if found is not None:
            place = Text(ko=f"낱말 ‘{found[0]}’", en=f"the word “{found[0]}”")
            yield accuse_name(line, place, *found)


def find_headings(report: Report) -> Iterator[Fault]:
    """Yield column headings that are a usual one but for a syllable."""
    known = {fold(heading) for heading in HEADINGS}
    known |= {heading.replace("률", "율") for heading in known}
    for grid in report.grids:
        for column in grid.columns:
            for title, line in ((column.title, grid.line + bool(column.group)), (column.group, grid.line)):
                word = "".join(HANGUL.findall(title)[-1:])
                usual = [
                    one
                    for one in known
                    if word not in known and (_is_one_off(word, one) or _lacks_one(word, one))
                ]
                if len(usual) == 1:
                    place = Text(ko=f"‘{grid.place}’ 표의 제목줄", en=f"headings of table “{grid.place}”")
                    yield accuse_name(line, place, word, usual[0])


def _list_terms(report: Report) -> tuple[set[str], set[str]]:
    """Return the explained terms, and the words of terms, titles and projects that there are more of."""
    names = [re.sub(r"\([^()]*\)", " ", entry.term) for entry in report.glossary]
    explained = {
        name.strip() for name in names if HANGUL.fullmatch(name.strip()) or CAPITALS.fullmatch(name.strip())
    }
    names += [task.title for task in report.tasks]
    names += [row.name for grid in report.grids if grid.kind == TableKind.PROJECTS for row in grid.rows]
    counts = Counter(word for name in names for word in HANGUL.findall(name))
    words = {word for word in counts if len(word) >= SHORT or word == "포털"}
    said = Counter(word for text in report.lines for word in (*HANGUL.findall(text), *CAPITALS.findall(text)))
    words |= {word for word, times in said.items() if len(word) > SHORT and times >= TIMES}
    return {one for one in explained if len(one) >= SHORT}, words


def _find_other(
    run: str,
    lengths: list[int],
    masked: dict[tuple[int, str, str], set[str]],
    explained: set[str],
    whole: str,
) -> tuple[str, str] | None:
    """Return (how a run of letters begins, the term it should begin with), or None."""
    for length in lengths:
        said = run[:length]
        if len(said) < length:
            continue
        for at in range(length):
            for word in masked.get((length, said[:at], said[at + 1 :]), ()):
                if (
                    word != said
                    and _is_slip(said, word, at, is_explained=word in explained)
                    and _is_rare(said, word, whole)
                ):
                    return said, word
    return None


def _is_slip(said: str, word: str, at: int, *, is_explained: bool) -> bool:
    if said.isascii():
        return set(said) == set(word)
    if at == len(said) - 1 and said[at] in PARTICLES:
        return False
    return sound_alike(said[at], word[at]) or (is_explained and differ_in_one_letter(said[at], word[at]))


def _is_rare(said: str, word: str, whole: str) -> bool:
    times, usual = whole.count(said), whole.count(word)
    return times <= RARE and usual >= max(USUAL, TIMES * times)


def _lacks_one(word: str, other: str) -> bool:
    """Return whether a heading of three syllables or more is another without one inside it: 집예상액, 집행예상액."""
    inside = {other[:at] + other[at + 1 :] for at in range(1, len(other) - 1)}
    return len(word) >= SHORT and word in inside


def _is_one_off(word: str, other: str) -> bool:
    """Return whether two headings differ in one syllable; of short ones (사업명, 사업수) in one letter of it."""
    if len(word) != len(other) or len(word) < SHORT:
        return False
    apart = [(a, b) for a, b in zip(word, other, strict=True) if a != b]
    return len(apart) == 1 and (len(word) > TIMES or differ_in_one_letter(*apart[0]))
