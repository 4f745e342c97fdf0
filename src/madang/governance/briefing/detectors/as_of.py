"""The year and day a report is about, where a caption, a heading or a column says another than all others."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from madang.core.base.interface import Text
from madang.governance.briefing.methods.names import fold
from madang.governance.briefing.records import Fault, FaultKind, Grid, Report, Role, TableKind

DAY = re.compile(
    r"(?:['’‘](?P<y2>\d{2})|(?P<y4>20\d{2}))\s?[.년]\s?(?P<m>\d{1,2})\s?[.월]\s?(?P<d>\d{1,2})\s?[.일]?\s?(?:현재|기준)"
)
YEAR = re.compile(r"(?:['’‘](?P<y2>\d{2})(?=년|\s)|(?<![\d,.])(?P<y4>\d{4})(?![\d,.]))")
TITLE = re.compile(r"(?<!\d)(?P<year>\d{4})(?=\s?년?도?\s)[^\d]*업무\s?(?:보고|현황)")
WRITTEN = re.compile(r"\s*(?P<year>\d{4})\.\s*\d{1,2}\.")
BUDGET = re.compile(r"예산[가-힣\s]*(?:현황|집행)")
MONEY = {TableKind.PROJECTS, TableKind.REVENUE, TableKind.EXPENDITURE, TableKind.EXPENDITURE_DETAIL}
USUAL, ABOVE, LAST_DAY, LATE = 3, 6, (12, 31), 11
OTHER_DAY = Text(ko="다른 예산표와 기준일이 다름", en="as of another day than all other tables of money")
OTHER_YEAR = Text(ko="다른 곳에 적힌 연도와 다름", en="another year than everywhere else")
EARLY = Text(ko="표의 기준일보다 이른 달", en="before the as-of days of its own tables")
Day = tuple[int, int, int]


def find_as_of_faults(report: Report) -> Iterator[Fault]:
    """Yield as-of days, columns, headings and a title that stand alone against all others."""
    yield from find_days(report)
    yield from find_columns(report)
    yield from find_same_headings(report)
    yield from find_headings(report)
    title = list(find_title(report))
    yield from title or find_late_days(report)


def find_days(report: Report) -> Iterator[Fault]:
    """Yield the as-of day of one table of money where at least three others have one and the same.

    The end of a year is the day of accounts that are closed, and no slip.
    """
    days: dict[int, tuple[Day, str]] = {}
    for grid in report.grids:
        if grid.kind in MONEY:
            for number in range(grid.line - 1, max(0, grid.line - ABOVE), -1):
                text = report.lines[number - 1]
                match = DAY.search(text)
                if match is not None and "단위" in text:
                    days[number] = _read(match), match[0]
                if match is not None or "\t" in text:
                    break
    usual, times = Counter(day for day, _ in days.values()).most_common(1)[0] if days else ((0, 0, 0), 0)
    others = [number for number, (day, _) in days.items() if day != usual]
    if times < USUAL or len(others) != 1:
        return
    number = others[0]
    day, said = days[number]
    if day[1:] != LAST_DAY:
        where = report.lines[number - 1].strip(" -※")
        place = Text(ko=f"표의 기준일 “{where[:60]}”", en=f"as-of day “{where[:60]}”")
        computed = f"'{usual[0] % 100:02d}.{usual[1]}.{usual[2]}."
        yield _accuse(number, place, said, computed, OTHER_DAY)


def find_columns(report: Report) -> Iterator[Fault]:
    """Yield a column of a budget whose year isn't the one other tables print, or isn't the year before."""
    said: list[tuple[Grid, Role, int, str]] = []
    for grid in report.grids:
        if grid.kind in {TableKind.REVENUE, TableKind.EXPENDITURE}:
            for role in (Role.CURRENT, Role.PRIOR):
                column = grid.columns[grid.find(role) or 0]
                match = YEAR.search(column.title)
                if match is not None:
                    said.append((grid, role, _year(match), column.title))
    for grid, role, year, title in said:
        others = [other for _, one, other, _ in said if one == role]
        others += [report.as_of_on.year - (role == Role.PRIOR)] if report.as_of_on else []
        usual, times = Counter(others).most_common(1)[0]
        paired = [other for one, two, other, _ in said if one is grid and two != role]
        step = 1 if role == Role.CURRENT else -1
        if times >= USUAL - 1 and year != usual and others.count(year) == 1 and paired != [year - step]:
            place = Text(ko=f"‘{grid.place}’ 표의 제목줄", en=f"headings of table “{grid.place}”")
            computed = title.replace(str(year), str(usual)).replace(
                f"'{year % 100:02d}", f"'{usual % 100:02d}"
            )
            yield _accuse(grid.line, place, title, computed, OTHER_YEAR)


def find_same_headings(report: Report) -> Iterator[Fault]:
    """Yield a year in the headings of a table that at least two tables with the very same headings print otherwise."""
    alike: dict[str, list[int]] = defaultdict(list)
    for number, text in enumerate(report.lines, 1):
        is_first = "\t" in text and (number == 1 or "\t" not in report.lines[number - 2])
        if is_first and YEAR.search(text):
            alike[re.sub(r"\d", "#", fold(text.replace("\t", "|")))].append(number)
    for numbers in alike.values():
        rows = [re.sub("[’‘]", "'", report.lines[number - 1]).split("\t") for number in numbers]
        for column in range(min(map(len, rows))):
            titles = {number: row[column].strip() for number, row in zip(numbers, rows, strict=True)}
            (usual, times), *others = Counter(map(fold, titles.values())).most_common()
            if times >= USUAL - 1 and len(others) == 1 and others[0][1] == 1:
                odd = next(number for number in numbers if fold(titles[number]) != usual)
                right = next(title for title in titles.values() if fold(title) == usual)
                place = Text(ko=f"{odd}번째 줄의 표 제목줄", en=f"headings of the table on line {odd}")
                yield _accuse(odd, place, titles[odd], right, OTHER_YEAR)


def find_headings(report: Report) -> Iterator[Fault]:
    """Yield "2021년도 예산현황" over a table whose as-of day and columns are of another year."""
    for number, text in enumerate(report.lines, 1):
        match = YEAR.search(text)
        if match is None or "\t" in text or not BUDGET.search(text) or len(text) > 40 or "단위" in text:
            continue
        below = next((grid for grid in report.grids if grid.line > number), None)
        if below is None or below.line > number + 2 * ABOVE or below.find(Role.CURRENT) is None:
            continue
        columns = [one for column in below.columns if (one := YEAR.search(column.title))]
        days = [one for line in report.lines[number : below.line - 1] if (one := DAY.search(line))]
        years = {_year(one) for one in columns[:1]} | {_read(one)[0] for one in days}
        if columns and days and len(years) == 1 and _year(match) not in years:
            yield from _blame_heading(number, text, match, years.pop())


def find_title(report: Report) -> Iterator[Fault]:
    """Yield the title's year or the month's where as-of days and the other of the two agree on another.

    A report of the last two months may be about the year to come.
    """
    day, published = report.as_of_on, report.published_on
    for number, text in enumerate(report.lines[:30], 1):
        match = TITLE.search(text)
        if match is None or day is None:
            continue
        year = int(match["year"])
        place = Text(ko="보고서 제목", en="title of the report")
        if published is None:
            yield from _find_odd_month(report, year)
            return
        if year != published.year == day.year and published.month < LATE:
            yield _accuse(number, place, match["year"], str(published.year), OTHER_YEAR)
        elif year == day.year != published.year and abs(published.year - year) > (day.month >= LATE):
            line = next(
                n for n, said in enumerate(report.lines, 1) if re.match(rf"\s*{published.year}\.", said)
            )
            place = Text(ko="보고한 달", en="month of the report")
            yield _accuse(line, place, str(published.year), str(year), OTHER_YEAR)
        return


def _find_odd_month(report: Report, year: int) -> Iterator[Fault]:
    """Yield the month under the title where its year is none of our time, and title and as-of days agree."""
    if report.as_of_on is None or report.as_of_on.year != year:
        return
    for number, text in enumerate(report.lines[:30], 1):
        match = WRITTEN.match(text)
        if match is not None:
            place = Text(ko="보고한 달", en="month of the report")
            yield _accuse(number, place, match["year"], str(year), OTHER_YEAR)
            return


def find_late_days(report: Report) -> Iterator[Fault]:
    """Yield the month of a report that most of its own as-of days come after; alone, such a day is accused."""
    day, published = report.as_of_on, report.published_on
    if day is None or published is None or (day.year, day.month) <= (published.year, published.month):
        return
    for number, text in enumerate(report.lines[:30], 1):
        if re.match(rf"\s*{published.year}\.\s*0?{published.month}\.", text):
            place = Text(ko="보고한 달", en="month of the report")
            yield _accuse(number, place, text.strip(), f"{day.year}. {day.month}. ~", EARLY)
            return


def _blame_heading(number: int, text: str, match: re.Match[str], year: int) -> Iterator[Fault]:
    said = text.strip()
    place = Text(ko=f"제목 “{said}”", en=f"heading “{said}”")
    computed = match[0][: -len(match["y4"] or match["y2"])] + str(year)[-len(match["y4"] or match["y2"]) :]
    yield _accuse(number, place, match[0], computed, OTHER_YEAR)


def _read(match: re.Match[str]) -> Day:
    return _year(match), int(match["m"]), int(match["d"])


def _year(match: re.Match[str]) -> int:
    return int(match["y4"]) if match["y4"] else 2000 + int(match["y2"])


def _accuse(line: int, place: Text, stated: str, computed: str, cause: Text) -> Fault:
    return Fault(line=line, place=place, kind=FaultKind.DATE, stated=stated, computed=computed, cause=cause)
