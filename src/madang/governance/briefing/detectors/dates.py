"""Dates that can't be, and dates in an order that can't be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from madang.core.base.interface import Text
from madang.governance.briefing.methods.dates import (
    get_last_day,
    is_backwards,
    is_possible,
    read_leading_date,
    read_periods,
    read_single_dates,
)
from madang.governance.briefing.records import (
    CellKind,
    Fault,
    FaultKind,
    Grid,
    Milestone,
    PartialDate,
    Report,
    Sentence,
)

from .wording import place_in_text

BACKWARDS = Text(ko="시작과 끝이 뒤바뀐 것으로 보임", en="first and last swapped, it seems")
NO_DAY = Text(ko="달력에 없는 날", en="no such day in the calendar")
PAST = Text(ko="기준일 전에 끝난 계획", en="a plan that ended before the report's own date")
FUTURE = Text(ko="기준일이 보고 시점보다 늦음", en="as of a day after the report")
SAME = Text(ko="처음과 끝이 맞지 않음", en="from and to don't go together")
CHRONICLE = Text(ko="경과를 적은 순서와 날짜가 어긋남", en="out of the order of the chronicle")
STEPS_WRONG = Text(ko="앞 단계보다 먼저 끝남", en="over before the step that comes before it has begun")
BUILT_WRONG = Text(ko="착공보다 먼저 준공", en="finished before it was begun")
DAY = r"(?P<{}>(?:['’‘]\d\d|20\d\d)(?:\s?년|\.)\s?\d{{1,2}}(?:\s?월|\.)(?:\s?\d{{1,2}}(?:\s?일|\.))?)(?:에|경)?\s?[:,]?\s?"
BUILT = re.compile(
    DAY.format("first")
    + r"(?:착공|착수)(?:하여|해서?|,|\s?[→/])\s?(?:이?후\s)?"
    + DAY.format("last")
    + r"(?:준공|완공)"
)
STEP_WORDS = r"체결|공고|선정|평가|실시|추진|완료|사업|용역|수행|제안서|업체|사업자|개최|보고|검사"
STEPS = (r"입찰|제안서\s*평가|사업자 선정|업체 선정", r"계약", r"착수", r"검수|준공|완료보고")
QUARTERS = re.compile(
    r"['’‘]?(?P<y1>\d{2}|20\d{2})년?\s?(?P<q1>[1-4]/4|[1-4](?=분기))(?:분기)?\s*~\s*"
    r"(?:['’‘]?(?P<y2>\d{2}|20\d{2})년?\s?)?(?P<q2>[1-4]/4|[1-4](?=분기))(?:분기)?"
)
NO_MONTH = re.compile(
    r"(?<![\d.,])(?:0|1[3-9]|[2-9]\d)월(?!\s?(?:이상|이하|미만|이내|령|간))(?=[\s,~)말중]|초(?!등)|$)"
)
RANGE = re.compile(
    r"(?<![\d.,~'’‘/-])(?P<one>\d{1,3})(?P<own>월|층|단계)?\s?~\s?(?P<two>\d{1,3})(?P<unit>월|층|단계|미터|호선|학년|개월)"
)
LIKELY, LAST_MONTH = 15, 12

ENDED = ("(완료)", "(중단)")


def find_date_faults(report: Report) -> Iterator[Fault]:
    """Yield impossible dates, periods and orders of the whole report."""
    day, month = report.as_of_on, report.published_on
    is_early = day is not None and month is not None and (day.year, day.month) > (month.year, month.month)
    for sentence in [*report.sentences, *_list_cells(report.grids)]:
        impossible = list(find_impossible(sentence))
        yield from impossible or find_impossible_days(sentence)
        yield from find_empty_ranges(sentence)
        yield from find_backwards(sentence)
        yield from find_backwards_quarters(sentence)
        yield from find_built_backwards(sentence)
        if not is_early:
            yield from find_late_as_of(sentence, report.published_on)
    yield from find_chronicles(report.sentences)
    for task in report.tasks:
        yield from find_past_plans(task.milestones, report.as_of_on)
    for code in sorted({s.task_code for s in report.sentences}):
        yield from find_steps([s for s in report.sentences if s.task_code == code])


def _list_cells(grids: Sequence[Grid]) -> Iterator[Sentence]:
    """Yield the cells of tables that aren't numbers, for the dates in them."""
    for grid in grids:
        for row in grid.rows:
            for cell in row.cells:
                if cell.kind == CellKind.TEXT:
                    yield Sentence(line=row.line, depth=0, text=cell.text.strip(), task_code=grid.task_code)


def find_impossible(sentence: Sentence) -> Iterator[Fault]:
    """Yield dates with a month or day that the calendar doesn't have."""
    said: set[str] = set()
    periods = [(end, p.text) for p in read_periods(sentence.text) for end in (p.first, p.last) if end]
    for one, text in [*read_single_dates(sentence.text), *periods]:
        if not is_possible(one) and not any(text in other or other in text for other in said):
            said.add(text)
            yield _fault(sentence, text, "", NO_DAY)


def find_impossible_days(sentence: Sentence) -> Iterator[Fault]:
    """Yield days without a year in a bracket, "(5.32. 계약)", that no month has, and months like 21월."""
    for match in re.finditer(r"\((?P<m>\d{1,2})\.\s?(?P<d>\d{2})\.(?=\s?[가-힣~)])", sentence.text):
        one = PartialDate(month=int(match["m"]), day=int(match["d"]))
        if 1 <= int(match["m"]) <= LAST_MONTH and not is_possible(one):
            yield _fault(sentence, match[0][1:], "", NO_DAY)
    for match in NO_MONTH.finditer(sentence.text):
        yield _fault(sentence, match[0], "", NO_DAY)


def find_empty_ranges(sentence: Sentence) -> Iterator[Fault]:
    """Yield "8월 ~ 8월", "20~20미터" and "7~3단계": from and to the same, or a list of stages counted backwards."""
    for match in RANGE.finditer(sentence.text):
        one, two = int(match["one"]), int(match["two"])
        is_backwards = one > two and match["unit"] in {"단계", "층"}
        if one == two or is_backwards:
            yield _fault(sentence, match[0], f"{two} ~ {one}{match['unit']}" if is_backwards else "", SAME)


def find_backwards(sentence: Sentence) -> Iterator[Fault]:
    """Yield periods whose end lies before their beginning."""
    for period in read_periods(sentence.text):
        if period.first and period.last and is_backwards(period.first, period.last):
            first, last = (_write(one) for one in (period.last, period.first))
            yield _fault(sentence, period.text, f"{first} ~ {last}", BACKWARDS)


def find_backwards_quarters(sentence: Sentence) -> Iterator[Fault]:
    """Yield "'24년 4분기 ~ '24년 2분기" and the like."""
    for match in QUARTERS.finditer(sentence.text):
        one, two = ((int(match[f"y{n}"] or match["y1"]), match[f"q{n}"]) for n in "12")
        if len(one[1]) == len(two[1]) and (two[0] % 100, two[1]) < (one[0] % 100, one[1]):
            computed = match[0].partition("~")[2].strip() + " ~"
            yield _fault(sentence, match[0], computed, BACKWARDS)


def find_built_backwards(sentence: Sentence) -> Iterator[Fault]:
    """Yield "2026년 8월에 착공하여 2025년 12월에 준공"."""
    for match in BUILT.finditer(sentence.text):
        (first, _), (last, said) = (read_single_dates(match[name])[0] for name in ("first", "last"))
        if is_backwards(first, last):
            yield _fault(sentence, said, f"{_write(first)} ~", BUILT_WRONG)


def find_late_as_of(sentence: Sentence, published_on: date | None) -> Iterator[Fault]:
    """Yield an as-of date ("'22.9.1. 기준") after the month the report is of."""
    if published_on is None or "기준" not in sentence.text:
        return
    last = get_last_day(PartialDate(year=published_on.year, month=published_on.month))
    for one, text in read_single_dates(sentence.text.partition("기준")[0]):
        day = one.first_day()
        if day is not None and last is not None and day > last:
            yield _fault(sentence, text, "", FUTURE)


def find_past_plans(milestones: Sequence[Milestone], as_of_on: date | None) -> Iterator[Fault]:
    """Yield planned steps that were over before the report's as-of date and aren't said to be done or stopped."""
    for one in milestones:
        if one.period_text.endswith(ENDED):
            continue
        is_over = as_of_on is not None and one.ends_on is not None and one.ends_on < as_of_on
        if is_over and (one.starts_on is None or one.starts_on <= one.ends_on):
            place = place_in_text(one.task_code, one.title)
            yield Fault(
                line=one.line,
                place=place,
                kind=FaultKind.DATE,
                stated=one.period_text,
                computed=f"{as_of_on.isoformat()} ~",
                cause=PAST,
            )


def find_chronicles(sentences: Sequence[Sentence]) -> Iterator[Fault]:
    """Yield entries of a list of dated events (each opens with its date) that break the order."""
    previous: tuple[Sentence, date] | None = None
    for sentence in sentences:
        text = re.sub(r"^[▶\s]+", "", sentence.text)
        opening = read_leading_date(text) if sentence.depth == 3 else None
        day = opening.first_day() if opening and is_possible(opening) else None
        if day is None:
            previous = None
            continue
        if previous is not None and previous[0].line == sentence.line - 1 and day < previous[1]:
            yield _fault(sentence, text[:LIKELY], f"{previous[1].isoformat()} ~", CHRONICLE)
        previous = (sentence, day)


def find_steps(sentences: Sequence[Sentence]) -> Iterator[Fault]:
    """Yield steps of one plan or one list of results (tender, contract, kick-off, acceptance) out of order.

    A sentence that names two steps counts for none; steps of two undertakings that are named aren't compared.
    """
    dated = [
        (step, s, *found)
        for s in sentences
        if (step := _find_step(s)) is not None
        if (found := _find_days(s))
    ]
    for step, sentence, first, last in dated:
        for earlier, other, other_first, _ in dated:
            is_together = other.heading == sentence.heading and _is_same_run(other, sentence)
            if earlier < step and is_together and last < other_first:
                said = f"{first.isoformat()} ~ {last.isoformat()}"
                yield _fault(sentence, said, f"{other_first.isoformat()} ~", STEPS_WRONG)


def _find_step(sentence: Sentence) -> int | None:
    found = [index for index, words in enumerate(STEPS) if re.search(words, sentence.text)]
    return found[0] if len(found) == 1 else None


def _find_days(sentence: Sentence) -> tuple[date, date] | None:
    periods, singles = read_periods(sentence.text), read_single_dates(sentence.text)
    first = last = None
    if len(periods) == 1 and periods[0].first and periods[0].last:
        first, last = periods[0].first, periods[0].last
    elif not periods and len(singles) == 1:
        first = last = singles[0][0]
    if first is None or last is None:
        return None
    one, two = first.first_day(), get_last_day(last)
    return (one, two) if one and two else None


def _is_same_run(one: Sentence, two: Sentence) -> bool:
    names = [_list_nouns(sentence) for sentence in (one, two)]
    is_one = bool(names[0] & names[1]) or not (names[0] and names[1])
    return is_one and one.task_code == two.task_code and abs(one.line - two.line) <= LIKELY


def _list_nouns(sentence: Sentence) -> set[str]:
    """Return what a step is about: its words before the date, without those that name steps."""
    words = re.findall(r"[가-힣A-Za-z]{2,}", re.split(r"[:(]|['’]\d", sentence.text)[0])
    return {word for word in words if not any(re.search(step, word) for step in (*STEPS, STEP_WORDS))}


def _write(one: PartialDate) -> str:
    parts = [f"'{one.year % 100:02d}" if one.year else "", str(one.month or ""), str(one.day or "")]
    return ".".join(part for part in parts if part) + "."


def _fault(sentence: Sentence, stated: str, computed: str, cause: Text) -> Fault:
    return Fault(
        line=sentence.line,
        place=place_in_text(sentence.task_code, sentence.text),
        kind=FaultKind.DATE,
        stated=stated,
        computed=computed,
        cause=cause,
    )
