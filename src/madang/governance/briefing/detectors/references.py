"""References that point nowhere: pages in the glossary, footnote marks."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from madang.core.base.interface import Text
from madang.governance.briefing.methods.jamo import differ_in_one_letter
from madang.governance.briefing.methods.names import fold
from madang.governance.briefing.records import Fault, FaultKind, Footnote, GlossaryEntry, Report

from .wording import accuse_name

NOWHERE = Text(ko="그 쪽에는 이 용어가 없음", en="the term isn't on that page")
OUTSIDE = Text(ko="보고 내용이 있는 쪽을 벗어남", en="outside the pages of the report's tasks")
NO_NOTE = Text(ko="각주 설명이 없음", en="the footnote isn't there")
NO_MARK = Text(ko="본문에 각주 번호가 없음", en="no such mark in the text")
ODD = Text(ko="차례로 보아 다른 번호", en="another number in this place, by the order of all")
VOTES, NEAR, COMPOUND = 2, 2, 4
Votes = dict[int, Counter[str]]


def find_reference_faults(report: Report) -> Iterator[Fault]:
    """Yield glossary pages and footnotes that point nowhere."""
    yield from find_pages(report)
    yield from find_footnotes(report)


def find_pages(report: Report) -> Iterator[Fault]:
    """Yield terms whose page isn't one of a task that uses them.

    The text carries no page numbers; which page shows which task is learned from the glossary as a
    whole, without the term itself: tasks come in order, and most references are right.
    """
    texts = _list_texts(report)
    uses = {entry.line: _find_uses(texts, entry) for entry in report.glossary}
    yield from find_unused_terms(report, texts, uses)
    for entry in report.glossary:
        votes = _count_votes(report, uses, entry)
        shown = _learn_pages(report, votes)
        if entry.page is None or len(shown) < VOTES:
            continue
        possible = _list_possible(entry.page, shown, votes, [task.code for task in report.tasks])
        if possible & uses[entry.line] or (possible and not uses[entry.line]):
            continue
        pages = sorted(page for page, code in shown.items() if code in uses[entry.line])
        yield Fault(
            line=entry.page_line or entry.line,
            place=Text(ko=f"용어 설명 ‘{entry.term}’의 쪽", en=f"page of the term “{entry.term}”"),
            kind=FaultKind.NAME,
            stated=f"p.{entry.page}",
            computed=", ".join(f"p.{page}" for page in pages),
            cause=NOWHERE if possible else OUTSIDE,
        )


def find_unused_terms(report: Report, texts: dict[str, str], uses: dict[int, set[str]]) -> Iterator[Fault]:
    """Yield an explained term that no task has, where one syllable more, less or in another's place makes it one they have."""
    whole = " ".join(texts.values())
    for entry in report.glossary:
        term = fold(_list_names(entry.term)[0])
        if uses[entry.line] or not re.fullmatch(r"[가-힣]{3,}", term) or term in whole:
            continue
        near = {term[:at] + term[at + 1] + term[at] + term[at + 2 :] for at in range(len(term) - 1)}
        near |= {term[:at] + term[at + 1 :] for at in range(1, len(term)) if term[at] == term[at - 1]}
        near |= {
            found[0]
            for at in range(len(term))
            for found in re.finditer(f"{term[:at]}[가-힣]{term[at + 1 :]}", whole)
            if differ_in_one_letter(term[at], found[0][at])
        }
        right = [one for one in near if one in whole]
        if len(right) == 1:
            place = Text(ko=f"용어 설명 ‘{entry.term}’", en=f"the explained term “{entry.term}”")
            yield accuse_name(entry.line, place, _list_names(entry.term)[0], right[0])


def find_footnotes(report: Report) -> Iterator[Fault]:
    """Yield marks without an explanation, explanations without a mark, and one that has another's number."""
    marks, notes = ({one.mark for one in found} for found in (report.marks, report.footnotes))
    for found, others in ((report.marks, notes), (report.footnotes, marks)):
        odd = _find_odd_mark([one.mark for one in found], others)
        if odd is not None:
            at, number = odd
            yield _accuse_mark(found[at], f"{number})", ODD)
            return
    for found, others, cause in ((report.marks, notes, NO_NOTE), (report.footnotes, marks, NO_MARK)):
        for one in found:
            if one.mark not in others and marks and notes:
                yield _accuse_mark(one, "", cause)


def _find_odd_mark(marks: list[int], others: set[int]) -> tuple[int, int] | None:
    """Return (which mark, its right number) where one that the other side has is missing, and fits in another's place."""
    missing, odd = others - set(marks), set(marks) - others
    if len(missing) != 1 or len(odd) > 1 or len(marks) != len(set(marks)) + 1 - len(odd):
        return None
    number = missing.pop()
    for at, mark in enumerate(marks):
        mended = [*marks[:at], number, *marks[at + 1 :]]
        if (mark in odd or marks.count(mark) > 1) and mended == sorted(set(mended)):
            return at, number
    return None


def _accuse_mark(one: Footnote, computed: str, cause: Text) -> Fault:
    return Fault(
        line=one.line,
        place=Text(ko=f"각주 {one.mark})", en=f"footnote {one.mark})"),
        kind=FaultKind.NAME,
        stated=f"{one.mark})",
        computed=computed,
        cause=cause,
    )


def _find_uses(texts: dict[str, str], entry: GlossaryEntry) -> set[str]:
    """Return the tasks whose text has the term; else a name in its brackets; else all words of the term."""
    term, *inside = _list_names(entry.term)
    for names in ([term], inside):
        used = {code for code, text in texts.items() if any(_is_in(fold(name), text) for name in names)}
        if used:
            return used
    words = [fold(word) for word in term.split()]
    if len(words) == 1 and len(words[0]) == COMPOUND:
        words = [words[0][:2], words[0][2:]]
    return {
        code for code, text in texts.items() if len(words) > 1 and all(_is_in(word, text) for word in words)
    }


def _list_names(term: str) -> list[str]:
    """Return the term without its brackets, then the names in them that are long enough to tell."""
    inside = [part for said in re.findall(r"\(([^()]*)\)", term) for part in re.split(r"[,:]", said)]
    return [
        re.sub(r"\([^()]*\)", " ", term).strip(),
        *(name.strip() for name in inside if len(fold(name)) > 2),
    ]


def _is_in(name: str, text: str) -> bool:
    if name.isascii() and len(name) <= 4:
        return re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", text) is not None
    return name in text


def _list_texts(report: Report) -> dict[str, str]:
    texts: dict[str, list[str]] = defaultdict(list)
    for task in report.tasks:
        texts[task.code] += [task.title, task.purpose]
    for sentence in report.sentences:
        if sentence.task_code:
            texts[sentence.task_code].append(sentence.text)
    for grid in report.grids:
        if grid.task_code:
            texts[grid.task_code] += [row.name for row in grid.rows]
    return {code: fold(" / ".join(parts)) for code, parts in texts.items()}


def _count_votes(report: Report, uses: dict[int, set[str]], without: GlossaryEntry) -> Votes:
    """Return {page: {task: how many other terms refer to the page and stand in the task}}."""
    votes: Votes = defaultdict(Counter)
    for entry in report.glossary:
        if entry.page is not None and entry.line != without.line:
            votes[entry.page].update({code: 1 for code in uses[entry.line]})
    return {page: counts for page, counts in votes.items() if counts}


def _learn_pages(report: Report, votes: Votes) -> dict[int, str]:
    """Return {page: task} as most references have it, kept in the order of the tasks."""
    order = {task.code: number for number, task in enumerate(report.tasks)}
    best: list[tuple[int, list[tuple[int, str]]]] = [(0, [])]
    for page in sorted(votes):
        for code, count in votes[page].items():
            chains = [
                one
                for one in best
                if not one[1] or (order[one[1][-1][1]] <= order[code] and one[1][-1][0] < page)
            ]
            weight, chain = max(chains, key=lambda one: one[0])
            best.append((weight + count, [*chain, (page, code)]))
    return dict(max(best, key=lambda one: one[0])[1])


def _list_possible(page: int, shown: dict[int, str], votes: Votes, codes: list[str]) -> set[str]:
    """Return the tasks that may stand on a page.

    Where two other terms agree on it, those; else whatever comes between pages that are as sure.
    """
    sure = {p: code for p, code in shown.items() if votes[p][code] >= VOTES}
    if page in sure:
        most = max(votes[page].values())
        return {code for code, count in votes[page].items() if count == most}
    earlier, later = codes.index(shown[min(shown)]), len(codes) - 1 - codes.index(shown[max(shown)])
    if page < min(shown) - NEAR - earlier or page > max(shown) + NEAR + later:
        return set()
    before, after = [p for p in sure if p < page], [p for p in sure if p > page]
    first = codes.index(sure[max(before)]) if before else 0
    last = codes.index(sure[min(after)]) if after else len(codes) - 1
    return set(codes[first : last + 1])
