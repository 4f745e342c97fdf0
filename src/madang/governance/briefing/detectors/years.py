"""Years far from the report's own, and results told of a day that hasn't come."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from madang.core.base.interface import Text
from madang.governance.briefing.methods.dates import THIS_CENTURY, get_last_day, read_single_dates
from madang.governance.briefing.methods.figures import UNITS
from madang.governance.briefing.records import Fault, FaultKind, Milestone, PartialDate, Report, Sentence

from .wording import place_in_text

FAR = Text(ko="보고한 해와 동떨어진 해", en="a year far from the report's own")
AHEAD = Text(ko="실적의 날짜가 보고 시점보다 늦음", en="a result of a day after the report")
LATE = Text(ko="기준일이 보고 시점보다 늦음", en="as of a day after the report")
SHORT = re.compile(r"['’‘](?P<year>\d\d)(?:\s?년|\.)\s?\d{1,2}(?!\d|\s?[도%℃])")
WHOLE = re.compile(r"(?<![\d,.])(?P<year>\d{4})(?=\s?년)")
BARE = re.compile(r"(?<![\d,.~-])(?P<year>\d{4})\s(?P<what>[가-힣]{2,})")
OLDEST, NEWEST, DECADE, SOON, MANY = 1300, 100, 10, 2, 10
SURE = "완료|개최|체결|선정|수립|실시|계약|구성|협의|요청|제정|전환|발급"
TOLD = re.compile(
    rf"(?:(?P<sure>{SURE})|[가-힣])(?:\s등)?\s?"
    r"\(['’‘](?P<year>\d\d)(?:\s?년|\.)\s?(?P<month>\d{1,2})(?!\d)[^()]*\)"
)
INTENDED = "예정|계획|목표|전망|기로"
PLANNED = re.compile(rf"{INTENDED}|향후|추진\s?중|까지")
RESULTS_OF = re.compile(r"['’‘](?P<year>\d\d)년\s?(?:추진\s?)?실적")
PAST = re.compile(r"(?:하였|했|되었|됐)(?:음|다|습니다)")
AS_OF = re.compile(
    r"['’‘](?P<year>\d\d)\.\s?(?P<month>\d{1,2})\.?\s?(?:\d{1,2}\.?)?\s?(?=기준|현재)|현황\s?\(['’‘](?P<y>\d\d)\.\s?(?P<m>\d{1,2})(?!\d)"
)


def find_year_faults(report: Report) -> Iterator[Fault]:
    """Yield years that can't be meant, and what is told as done later than the month the report is of."""
    published = report.published_on
    if published is None:
        return
    end = get_last_day(PartialDate(year=published.year, month=published.month)) or published
    is_early = report.as_of_on is not None and report.as_of_on > end
    for sentence in report.sentences:
        far = list(find_far(sentence, published.year))
        yield from far
        if not is_early and not far:
            yield from find_ahead(sentence, end)
            yield from find_late(sentence, end)
    yield from find_far_plans([one for task in report.tasks for one in task.milestones], published.year)


def find_far(sentence: Sentence, year: int) -> Iterator[Fault]:
    """Yield '62. 7월 ten years ahead or more, and 2202년 and "4022 서울서베이", which are 2022 but for a digit."""
    for match in SHORT.finditer(sentence.text):
        said = int(match["year"])
        ahead = (said - year) % 100
        if DECADE <= ahead < 70 - year % 100:
            yield _accuse(sentence, match[0], _mend(match, f"{year % 100:02d}"), FAR)
    for pattern in (WHOLE, BARE):
        for match in pattern.finditer(sentence.text):
            said = int(match["year"])
            is_near = _is_one_off(match["year"], str(year))
            is_year = is_near and (pattern is WHOLE or match["what"] not in UNITS)
            if is_year and (said > year + NEWEST or said < OLDEST):
                yield _accuse(sentence, match["year"], str(year), FAR)


def find_far_plans(steps: Sequence[Milestone], year: int) -> Iterator[Fault]:
    """Yield a step that begins (or, without a beginning, ends) more than two years ahead, where ten others are sooner."""
    days = [(one, one.starts_on or one.ends_on) for one in steps]
    later = [(one, day) for one, day in days if day is not None and day.year > year + SOON]
    if len(later) == 1 and len(steps) > MANY and later[0][1].year < year + DECADE:
        one = later[0][0]
        match = SHORT.search(one.period_text)
        if match is not None:
            yield Fault(
                line=one.line,
                place=place_in_text(one.task_code, one.title),
                kind=FaultKind.DATE,
                stated=one.period_text,
                computed=one.period_text.replace(match[0], _mend(match, f"{year % 100:02d}"), 1),
                cause=FAR,
            )


def find_ahead(sentence: Sentence, end: date) -> Iterator[Fault]:
    """Yield "개최('23.5.11.)" among the results, and "완료하였음", where that day is yet to come.

    What may be a date to come without saying so ("2,000대('22.12월)", "확대('23.1월)") counts from two years ahead on.
    """
    for match in RESULTS_OF.finditer(sentence.text):
        if 2000 + int(match["year"]) > end.year:
            yield _accuse(sentence, match[0], _mend(match, f"{end.year % 100:02d}"), AHEAD)
    if sentence.heading == "추진실적" and not PLANNED.search(sentence.text):
        for match in TOLD.finditer(sentence.text):
            is_told = match["sure"] or 2000 + int(match["year"]) > end.year + 1
            if is_told and _is_after(match["year"], match["month"], end):
                said = match[0].partition("(")[2].rstrip(")")
                yield _accuse(sentence, said, f"~ {end:%Y-%m}", AHEAD)
    elif PAST.search(sentence.text) and not re.search(INTENDED, sentence.text):
        for one, said in read_single_dates(sentence.text):
            day = one.first_day()
            if day is not None and day > end:
                yield _accuse(sentence, said, f"~ {end:%Y-%m}", AHEAD)


def find_late(sentence: Sentence, end: date) -> Iterator[Fault]:
    """Yield "'22.9.기준" and "현황('22.9)" in a report of July, wherever in a sentence they stand."""
    for match in AS_OF.finditer(sentence.text):
        year, month = match["year"] or match["y"], match["month"] or match["m"]
        if _is_after(year, month, end):
            yield _accuse(sentence, match[0].removeprefix("현황").strip(" ("), "", LATE)


def _is_after(year: str, month: str, end: date) -> bool:
    is_ahead = (2000 + int(year), int(month)) > (end.year, end.month)
    return is_ahead and int(year) < THIS_CENTURY and 1 <= int(month) <= 12


def _is_one_off(said: str, year: str) -> bool:
    return sum(a != b for a, b in zip(said, year, strict=True)) == 1 or sorted(said) == sorted(year)


def _mend(match: re.Match[str], year: str) -> str:
    start, end = match.span("year")
    return match[0][: start - match.start()] + year + match[0][end - match.start() :]


def _accuse(sentence: Sentence, stated: str, computed: str, cause: Text) -> Fault:
    return Fault(
        line=sentence.line,
        place=place_in_text(sentence.task_code, sentence.text),
        kind=FaultKind.DATE,
        stated=stated,
        computed=computed,
        cause=cause,
    )
