"""The same item in two places with two values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from madang.core.base.interface import Severity, Text
from madang.governance.briefing.methods.figures import differs_in_one_digit, is_slip, write_like
from madang.governance.briefing.methods.names import fold, is_same, is_shortened
from madang.governance.briefing.methods.pairs import RowIndex, list_common, pair_rows
from madang.governance.briefing.methods.sums import build_tree, find_gap, get_slack, is_total
from madang.governance.briefing.records import (
    Fault,
    FaultKind,
    Grid,
    Quantity,
    Report,
    Role,
    Row,
    Sentence,
    TableKind,
)

from .wording import place_in_table, place_in_text

TOGETHER = (
    (TableKind.REVENUE, TableKind.REVENUE),
    (TableKind.EXPENDITURE, TableKind.EXPENDITURE_DETAIL),
    (TableKind.PROJECTS, TableKind.EXPENDITURE_DETAIL),
)
DIGIT = Text(
    ko="한 자리 숫자가 다름: 옮겨 적다 틀린 것으로 보임", en="one digit differs: a slip in copying, it seems"
)
ROUNDED = Text(
    ko="단위 아래를 한쪽은 버리고 한쪽은 반올림한 것으로 보임",
    en="one place cut off, the other rounded, it seems",
)
PARTLY = Text(
    ko="이름이 서로 짧거나 길어 일부 금액만 적은 것일 수 있음",
    en="one name is shorter: it may give a part of the amount only",
)
SENTENCE_KEY = 15
NOUN = 4
FEWEST, LONG = 3, 20
PARTICLE = r"(?<=[가-힣]{2})(?:으로|에서|에게|[을를이가은는의로와과에도])(?=[\s,.)]|$)"
EXAMPLES = re.compile(
    r"(?P<names>[가-힣A-Za-z]{2,}(?:\s?[,·]\s?[가-힣A-Za-z]{2,})+)\s?등\s(?P<n>\d+)(?P<unit>개|종|곳)\s?(?P<what>[가-힣]{2,})"
)
OTHER_TIME = re.compile(r"누적|전년|작년|지난해|분기|상반기|하반기|\d+월|\d차|계획|목표|예정")


def list_pairs(grids: Sequence[Grid]) -> Iterator[tuple[Grid, Row, Grid, Row]]:
    """Yield rows of two tables that are the same item, each task table with the detailed one."""
    kinds = {kind for pair in TOGETHER for kind in pair}
    indexes = {grid.line: RowIndex(grid) for grid in grids if grid.kind in kinds}
    for one_kind, two_kind in TOGETHER:
        for number, one in enumerate(grids):
            for two in grids[number + 1 :] if one_kind == two_kind else grids:
                if one.kind == one_kind and two.kind == two_kind and one.unit == two.unit:
                    for first, second in pair_rows(indexes[one.line], indexes[two.line]):
                        yield one, first, two, second
                    yield from _pair_tops(one, two)


def find_repeats(report: Report, pairs: Iterable[tuple[Grid, Row, Grid, Row]]) -> Iterator[Fault]:
    """Yield items whose amounts differ between two places, in tables and in sentences."""
    for one, first, two, second in pairs:
        yield from compare_rows(one, first, two, second)
    yield from find_captions(report)
    yield from find_same_sentences(report.sentences)
    yield from find_same_nouns(report.sentences)
    yield from find_told_again(report.sentences)
    yield from find_examples(report.sentences)


def find_captions(report: Report) -> Iterator[Fault]:
    """Yield totals of a table that differ from the sentence above it, or a column from "시내버스 전체(7,393대)"."""
    for grid in report.grids:
        total = _find_total(grid)
        if total is None:
            continue
        row, column = total
        for sentence in report.sentences:
            if sentence.task_code == grid.task_code and grid.line - 8 <= sentence.line < grid.line:
                yield from _check_caption(sentence, grid, row, column)
            if sentence.task_code == grid.task_code and grid.kind == TableKind.COUNTS:
                yield from _check_columns(sentence, grid, row)


def find_same_sentences(sentences: Sequence[Sentence]) -> Iterator[Fault]:
    """Yield sentences that are word for word the same but for their quantities.

    The number is right that most places have, here or elsewhere in the task; where they are even, the first.
    In another task (or where no task is known) the same words may be about another thing, unless they are many
    and the number is nearly the same.
    """
    seen: dict[str, list[Sentence]] = {}
    for sentence in sentences:
        if not _list_said(sentence) or re.search(r"['’]\d\d|기준", sentence.text):
            continue
        key = re.sub(r"\d[\d,.]*", "#", re.sub(r"^[^가-힣\d(]+|\s", "", sentence.text))
        if len(key) >= SENTENCE_KEY:
            seen.setdefault(key, []).append(sentence)
    for same in seen.values():
        for numbers in zip(*(_list_said(one) for one in same), strict=False):
            found = list(zip(same, numbers, strict=True))
            usual = _find_usual(sentences, found)
            first = next(one for one, said in found if said.value == usual)
            for one, said in found:
                if said.value != usual and (
                    (one.task_code == first.task_code and one.task_code)
                    or (len(re.findall(r"[가-힣]", one.text)) >= LONG and _is_near(said.value, usual))
                ):
                    yield _fault(one, said, usual, first.line)


def _list_said(sentence: Sentence) -> list[Quantity]:
    """Return the quantities of a sentence, and after them its hours (24시간)."""
    hours = [
        Quantity(value=Decimal(one["n"]), unit="시간", start=one.start(), end=one.end(), text=one[0])
        for one in re.finditer(r"(?<![\d.,])(?P<n>\d+)시간", sentence.text)
    ]
    return [*sentence.quantities, *hours]


def _find_usual(sentences: Sequence[Sentence], found: Sequence[tuple[Sentence, Quantity]]) -> Decimal:
    """Return the value most of the places have; those of the same task and unit count as well."""
    codes, unit = {one.task_code for one, _ in found}, found[0][1].unit
    own = {one.line for one, _ in found}
    said = [one.value for _, one in found]
    if len(set(said)) == 1:
        return said[0]
    elsewhere = [
        one.value
        for sentence in sentences
        if sentence.line not in own and (sentence.task_code in codes or unit == "시간")
        for one in _list_said(sentence)
        if one.unit == unit
    ]
    return max(said, key=lambda value: said.count(value) + elsewhere.count(value))


def find_same_nouns(sentences: Sequence[Sentence]) -> Iterator[Fault]:
    """Yield "과제 분석수 208건" against "208건 과제분석" in the same task."""
    by_task: dict[tuple[str, str], list[tuple[Sentence, Quantity, str, str]]] = {}
    for sentence in sentences:
        if sentence.task_code and sentence.heading == "추진실적":
            for one in sentence.quantities:
                before, after = _read_nouns(sentence, one)
                by_task.setdefault((sentence.task_code, one.unit), []).append((sentence, one, before, after))
    for found in by_task.values():
        for first, one, _, after in found:
            for second, two, before, _ in found:
                is_same = len(after) >= NOUN and before.startswith(after) and len(before) - len(after) <= 1
                if is_same and first.line != second.line and one.value != two.value:
                    yield _fault(second, two, one.value, first.line)


def find_examples(sentences: Sequence[Sentence]) -> Iterator[Fault]:
    """Yield "교통, 환경 등 5개 분야" against "교통,환경 등 6개 분야": the same examples of the same things, elsewhere."""
    seen: dict[tuple[str, str], tuple[Sentence, re.Match[str]]] = {}
    for sentence in sentences:
        for match in EXAMPLES.finditer(sentence.text):
            names = re.sub(r"[\s·]", "", match["names"].replace("·", ","))
            first, said = seen.setdefault((names, match["what"]), (sentence, match))
            if (
                said["n"] != match["n"]
                and first.line != sentence.line
                and not OTHER_TIME.search(sentence.text)
            ):
                place = place_in_text(sentence.task_code, sentence.text)
                yield Fault(
                    line=sentence.line,
                    place=Text(
                        ko=f"{place.ko}: {first.line}번째 줄과 다름",
                        en=f"{place.en}: differs from line {first.line}",
                    ),
                    kind=FaultKind.REPEAT,
                    stated=match["n"] + match["unit"],
                    computed=said["n"],
                )


def find_told_again(sentences: Sequence[Sentence]) -> Iterator[Fault]:
    """Yield "5담당관 25팀" against "1정책관 5담당관 24팀, 1사업소" elsewhere: told again with nearly the same number.

    All words of the shorter sentence stand in the longer one, and the same word before the number; the two
    differ by a slip of the pen or a tenth. Sentences of different years are different things.
    """
    told: dict[tuple[str, str], list[tuple[Sentence, Quantity]]] = {}
    for sentence in sentences:
        for one in sentence.quantities:
            before = re.findall(r"[가-힣]{2,}", re.split(r"[,(]", sentence.text[: one.start])[-1])
            if before and not one.is_about and one.unit != "%":
                told.setdefault((before[-1], one.unit), []).append((sentence, one))
    for found in told.values():
        for number, (second, two) in enumerate(found):
            for first, one in found[:number]:
                if (
                    one.value != two.value
                    and _is_told_again(first, second)
                    and _is_near(one.value, two.value)
                ):
                    yield _fault(second, two, one.value, first.line)
                    break


def _is_told_again(first: Sentence, second: Sentence) -> bool:
    if abs(first.line - second.line) <= 1 or OTHER_TIME.search(first.text) or OTHER_TIME.search(second.text):
        return False
    words = [set(re.findall(r"[가-힣]{2,}", re.sub(PARTICLE, "", one.text))) for one in (first, second)]
    years = [set(re.findall(r"['’](\d\d)|20(\d\d)", one.text)) for one in (first, second)]
    short, long = sorted(words, key=len)
    is_one_time = years[0] == years[1] or not (years[0] and years[1])
    return is_one_time and len(short) >= FEWEST and short < long and len(long) <= 2 * len(short)


def _is_near(one: Decimal, two: Decimal) -> bool:
    return is_slip(one, two) or 10 * abs(one - two) <= max(one, two)


def _pair_tops(one: Grid, two: Grid) -> Iterator[tuple[Grid, Row, Grid, Row]]:
    """Pair the row that is the sum of all others, whatever it is called."""
    if one.kind != TableKind.EXPENDITURE:
        return
    tops = [_find_top(grid) for grid in (one, two)]
    if tops[0] is not None and tops[1] is not None:
        if fold(tops[0].name) != fold(tops[1].name):
            yield one, tops[0], two, tops[1]


def _find_top(grid: Grid) -> Row | None:
    tree = build_tree(grid)
    is_top = bool(tree.get(0)) and not any(0 in parts for parts in tree.values())
    covered = sum(len(parts) for parts in tree.values()) == len(grid.rows) - 1
    return grid.rows[0] if is_top and covered else None


def compare_rows(one: Grid, first: Row, two: Grid, second: Row) -> Iterator[Fault]:
    """Yield where two rows that are the same item have two amounts."""
    is_short = not is_same(first.name, second.name) and is_shortened(first.name, second.name)
    for role, i, j in list_common(one, two):
        a, b = first.cells[i], second.cells[j]
        if a.value is None or b.value is None or a.value == b.value or role == Role.CHANGE:
            continue
        if is_short and 0 in {a.value, b.value} and not _is_same_budget(one, first, two, second):
            continue
        grid, row, index, true, other = one, first, i, b, second
        if _is_wrong_there(two, second, j, a.value):
            grid, row, index, true, other = two, second, j, a, first
        cause = _explain(a.value, b.value, get_slack(one), is_short=is_short)
        place = place_in_table(grid, row, index)
        yield Fault(
            line=row.line,
            place=Text(
                ko=f"{place.ko}: {other.line}번째 줄 ‘{other.name}’과(와) 다름",
                en=f"{place.en}: differs from “{other.name}” on line {other.line}",
            ),
            kind=FaultKind.REPEAT,
            stated=row.cells[index].text.strip(),
            computed=true.text.strip(),
            cause=cause,
            severity=Severity.MINOR if cause in {ROUNDED, PARTLY} else Severity.MODERATE,
            delta=row.cells[index].value - true.value,
            column=role.value,
        )


def _is_same_budget(one: Grid, first: Row, two: Grid, second: Row) -> bool:
    """Return whether the budgets are equal but for one digit, so that the whole item is meant."""
    i, j = one.find(Role.CURRENT), two.find(Role.CURRENT)
    if i is None or j is None:
        return False
    a, b = first.cells[i].value, second.cells[j].value
    return a is not None and b is not None and (a == b or differs_in_one_digit(a, b))


def _is_wrong_there(grid: Grid, row: Row, column: int, other: Decimal) -> bool:
    """Return whether the sums of the second table hold with the first table's value and not with its own."""
    index = grid.rows.index(row)
    for parent, parts in build_tree(grid).items():
        if index in parts or index == parent:
            values = [grid.rows[i].cells[column].value for i in (parent, *parts)]
            if any(value is None for value in values):
                return False
            gap = values[0] - sum(values[1:], Decimal(0))
            shift = other - row.cells[column].value
            mended = gap + shift if index == parent else gap - shift
            if abs(mended) <= get_slack(grid) and abs(mended) < abs(gap):
                return True
    return False


def _explain(a: Decimal, b: Decimal, slack: Decimal, *, is_short: bool) -> Text:
    if abs(a - b) <= slack:
        return ROUNDED
    if differs_in_one_digit(a, b):
        return Text(ko=f"{DIGIT.ko}. {PARTLY.ko}", en=f"{DIGIT.en}; {PARTLY.en}") if is_short else DIGIT
    return PARTLY if is_short else Text(ko="", en="")


def _find_total(grid: Grid) -> tuple[Row, int] | None:
    wanted = {TableKind.COUNTS: Role.TOTAL, TableKind.OCCUPANCY: Role.PART}.get(grid.kind)
    column = grid.find(wanted) if wanted else None
    if column is None or not grid.rows or grid.rows[0].cells[column].value is None:
        return None
    if grid.kind == TableKind.OCCUPANCY and not is_total(grid.rows[0].name):
        return None
    return grid.rows[0], column


def _check_caption(sentence: Sentence, grid: Grid, row: Row, column: int) -> Iterator[Fault]:
    """Leave a sentence alone that says what the table's own parts add up to."""
    parts = [cell for cell, one in zip(row.cells, grid.columns, strict=True) if one.role == Role.PART]
    computed = row.cells[column].value - find_gap(grid, 0, column)
    if grid.kind == TableKind.COUNTS and all(cell.value is not None for cell in parts):
        computed = sum((cell.value for cell in parts), Decimal(0))
    counted = (
        re.sub(r"[\d,.\s]", "", row.cells[column].text) or grid.unit if grid.kind == TableKind.COUNTS else ""
    )
    match = re.search(r"(?:총|연면적|모두)\s*(?=\d)", sentence.text)
    for one in sentence.quantities:
        if one.is_about or one.value in {row.cells[column].value, computed}:
            continue
        if counted and one.unit not in counted:
            continue
        if match and one.start == match.end():
            yield _fault(sentence, one, row.cells[column].value, row.line)


def _check_columns(sentence: Sentence, grid: Grid, row: Row) -> Iterator[Fault]:
    for column, cell in zip(grid.columns, row.cells, strict=True):
        match = re.search(rf"{re.escape(column.title)}\s*전체\s*\(", sentence.text)
        for one in sentence.quantities:
            if match and one.start == match.end() and cell.value is not None and one.value != cell.value:
                yield _fault(sentence, one, cell.value, row.line)


def _read_nouns(sentence: Sentence, one: Quantity) -> tuple[str, str]:
    before = re.split(r"[,:;()·]", sentence.text[: one.start])[-1]
    after = re.split(r"[,:;()·.]|\d", sentence.text[one.end :])[0]
    return fold(before), fold(after)


def _fault(sentence: Sentence, one: Quantity, other: Decimal, line: int) -> Fault:
    place = place_in_text(sentence.task_code, sentence.text)
    return Fault(
        line=sentence.line,
        place=Text(ko=f"{place.ko}: {line}번째 줄과 다름", en=f"{place.en}: differs from line {line}"),
        kind=FaultKind.REPEAT,
        stated=one.text,
        computed=write_like(other, one),
        delta=one.value - other,
    )
