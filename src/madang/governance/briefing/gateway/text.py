"""Running text: bullets, notes, footnotes and the glossary."""

from __future__ import annotations

import re

from madang.core.base.interface import Text
from madang.governance.briefing.methods.dates import (
    get_last_day,
    is_possible,
    read_periods,
    read_single_dates,
)
from madang.governance.briefing.methods.figures import read_quantities
from madang.governance.briefing.records import Footnote, GlossaryEntry, Milestone, Sentence, Unread

BULLET = re.compile(r"^(?P<space>\s*)(?P<mark>- ▶|-|▶|○)\s*(?P<text>.*)$")
MARKS = "¹²³⁴⁵⁶⁷⁸⁹"
PAGE = re.compile(r"업무보고\s*p\.?\s*(\d+)")
HEADLESS = Text(ko="설명은 있으나 용어 제목이 없습니다", en="an explanation whose term is missing")
NO_PAGE = Text(ko="쪽 표시가 없거나 읽을 수 없습니다", en="no page reference that can be read")


def read_sentence(line: int, text: str, task_code: str, heading: str) -> Sentence:
    """Return one line of running text with its depth and quantities."""
    bullet = BULLET.match(text)
    depth, said = 0, text.strip()
    if bullet is not None:
        said = bullet["text"].strip()
        depth = 3 if "▶" in bullet["mark"] or said.startswith("▶") else (2 if bullet["space"] else 1)
        if said.startswith(("※", "*")):
            depth = 0
    return Sentence(
        line=line,
        depth=depth,
        text=said,
        task_code=task_code,
        heading=heading,
        quantities=read_quantities(said),
    )


def read_marks(line: int, text: str) -> list[Footnote]:
    """Return the footnote marks (¹⁾) of a line."""
    return [
        Footnote(
            line=line, mark=MARKS.index(found[1]) + 1, text=text[max(0, found.start() - 20) : found.start()]
        )
        for found in re.finditer(rf"([{MARKS}])⁾", text)
    ]


def read_footnote(line: int, text: str) -> Footnote | None:
    """Return the explanation of a footnote ("1) …"), or None."""
    match = re.match(r"^([1-9])\)\s*(.+)$", text)
    return Footnote(line=line, mark=int(match[1]), text=match[2]) if match else None


def read_milestone(sentence: Sentence) -> Milestone | None:
    """Return a planned step ("title : '22. 7월 ~ 12월"), or None where no date can be read."""
    title, colon, when = sentence.text.rpartition(":")
    if not colon:
        return None
    periods, singles = read_periods(when), read_single_dates(when)
    if periods:
        first, last = periods[0].first, periods[0].last
    elif singles:
        first = last = singles[0][0]
    else:
        return None
    possible = all(one is None or is_possible(one) for one in (first, last))
    return Milestone(
        line=sentence.line,
        task_code=sentence.task_code,
        title=title.strip(" :"),
        period_text=when.strip(),
        starts_on=first.first_day() if first and possible else None,
        ends_on=get_last_day(last) if last and possible else None,
    )


def read_glossary(start: int, lines: list[str]) -> tuple[list[GlossaryEntry], list[Unread]]:
    """Return the terms from `lines` (the first is line `start`), and explanations without a term."""
    entries: list[GlossaryEntry] = []
    unread: list[Unread] = []
    pieces: list[tuple[int, str]] = []
    term: tuple[int, str] | None = None
    closed = False
    for line, text in [*enumerate(lines, start), (start + len(lines), "■")]:
        stripped = text.strip()
        if stripped.startswith("■"):
            if term is not None:
                entries.append(_to_entry(*term, pieces))
            term, pieces, closed = (line, stripped[1:].strip()), [], False
        elif stripped.startswith("-") and closed:
            unread.append(Unread(line=line, text=stripped, reason=HEADLESS))
        elif stripped:
            pieces.append((line, stripped))
        elif pieces and pieces[-1][1].startswith("-"):
            closed = True
    unread += [Unread(line=one.line, text=one.term, reason=NO_PAGE) for one in entries if one.page is None]
    return entries, unread


def _to_entry(line: int, term: str, pieces: list[tuple[int, str]]) -> GlossaryEntry:
    page = page_line = None
    for number, text in [(line, term), *pieces]:
        found = PAGE.search(text)
        if found and page is None:
            page, page_line = int(found[1]), number
    said = "\n".join(text for _, text in pieces if not PAGE.search(text))
    return GlossaryEntry(
        line=line, term=PAGE.sub("", term).strip(), page=page, page_line=page_line, text=said
    )
