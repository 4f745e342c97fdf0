"""Tables with unknown headings: what follows from what is learned from the rows in which it holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from madang.core.base.interface import Text
from madang.governance.briefing.methods.figures import rounds_to, write_number, write_rate
from madang.governance.briefing.methods.names import fold
from madang.governance.briefing.methods.sums import get_slack, is_total
from madang.governance.briefing.records import Cell, CellKind, Fault, FaultKind, Grid, Role, TableKind

from .wording import name_column, place_in_table

RATE = re.compile(r"[률율]|비율|비중|%|대비$")
LEFT = re.compile(r"과부족|증감|차이|잔액|잔여|잉여|부족|결원|비율|비중|[률율]$")
KNOWN = {
    Role.CHANGE: {Role.CURRENT, Role.PRIOR},
    Role.GROWTH: {Role.CURRENT, Role.PRIOR},
    Role.DIFFERENCE: {Role.AUTHORIZED, Role.IN_POST},
    Role.COMMITTED_RATE: {Role.CURRENT, Role.COMMITTED},
    Role.DISBURSED_RATE: {Role.CURRENT, Role.DISBURSED},
    Role.FORECAST_RATE: {Role.CURRENT, Role.FORECAST},
    Role.TOTAL: {Role.PART},
    Role.PART: {Role.TOTAL},
}
GIVEN = {
    Role.CURRENT,
    Role.PRIOR,
    Role.COMMITTED,
    Role.DISBURSED,
    Role.FORECAST,
    Role.AUTHORIZED,
    Role.IN_POST,
}
MOST_COLUMNS, LEAST, SURE, FIGURES, RATE_FIGURES = 12, 2, 3, 7, 4
NUMBERS = {CellKind.NUMBER, CellKind.RATE, CellKind.NONE}
Line = Sequence[Cell]


class _Rule(NamedTuple):
    """What a column is said to be: computed from a line of cells, with the columns it takes."""

    kind: FaultKind
    words: Text
    takes: tuple[int, ...]
    compute: Callable[[Line], Decimal | None]


class _Finding(NamedTuple):
    line: int
    column: int
    rule: _Rule
    value: Decimal


def find_relation_faults(grid: Grid) -> Iterator[Fault]:
    """Yield cells that break what holds in the other rows: a sum, difference, share or rate of other columns.

    It must hold in at least two rows and three times as many as it fails in, and no other rule may hold in all.
    Also a row called 과부족, 증감 or a rate is compared with the rows above it, column by column.
    """
    lines = [row.cells for row in grid.rows]
    titles = [name_column(grid, index) for index in range(len(grid.columns))]
    roles = {column.role for column in grid.columns}
    targets = [
        index
        for index, column in enumerate(grid.columns)
        if (column.role not in GIVEN or _is_whole(grid, index))
        and not KNOWN.get(column.role, {Role.NAME}) <= roles
    ]
    if grid.kind == TableKind.OCCUPANCY:
        return
    tops = [number for number, row in enumerate(grid.rows) if is_total(row.name)]
    for one in _find_broken(lines, titles, targets, tops[:1], get_slack(grid)):
        yield _accuse(grid, one.line, one.column, one)
    across = [[row.cells[n] for row in grid.rows] for n in range(len(grid.columns))]
    names = [row.name for row in grid.rows]
    targets = [n for n, name in enumerate(names) if LEFT.search(fold(name)) and n >= LEAST]
    if targets:
        for one in _find_broken(across, names, targets, [], get_slack(grid)):
            yield _accuse(grid, one.column, one.line, one)


def _is_whole(grid: Grid, index: int) -> bool:
    """Return whether a budget is what the years or sources beside it add up to (총사업비, 기투자, 2026년, 향후)."""
    return grid.kind == TableKind.OTHER and fold(grid.columns[index].title).startswith("총")


def _accuse(grid: Grid, row: int, column: int, one: _Finding) -> Fault:
    cell = grid.rows[row].cells[column]
    is_rate = one.rule.kind == FaultKind.RATE
    computed = write_rate(one.value, cell.places) if is_rate else write_number(one.value)
    return Fault(
        line=grid.rows[row].line,
        place=place_in_table(grid, grid.rows[row], column),
        kind=one.rule.kind,
        stated=cell.text.strip(),
        computed=computed if not is_rate or "%" in cell.text else computed.removesuffix("%"),
        cause=one.rule.words,
        delta=None if is_rate else cell.value - one.value,
        column=grid.columns[column].title,
    )


def _find_broken(
    lines: Sequence[Line], titles: Sequence[str], targets: Sequence[int], tops: Sequence[int], slack: Decimal
) -> Iterator[_Finding]:
    numeric = [
        n
        for n in range(len(titles))
        if sum(line[n].kind in NUMBERS for line in lines) >= max(LEAST, 2 * len(lines) // 3)
    ]
    if len(numeric) > MOST_COLUMNS:
        return
    found: list[_Finding] = []
    for target in targets:
        if target in numeric:
            found += _find_in_column(lines, titles, target, numeric, tops, slack)
    for number in sorted({one.line for one in found}):
        own = sorted(
            (one for one in found if one.line == number),
            key=lambda one: LEFT.search(fold(titles[one.column])) is None,
        )
        yield from _drop_followers(lines[number], own, slack)


def _find_in_column(
    lines: Sequence[Line],
    titles: Sequence[str],
    target: int,
    numeric: Sequence[int],
    tops: Sequence[int],
    slack: Decimal,
) -> list[_Finding]:
    """Return the lines that break the one rule of a column, or nothing where none or several may be meant."""
    is_rate = RATE.search(fold(titles[target])) is not None or any(
        line[target].kind == CellKind.RATE for line in lines
    )
    rules = (
        _list_rates(lines, titles, target, numeric, tops) if is_rate else _list_sums(titles, target, numeric)
    )
    best: tuple[int, list[_Finding]] = (0, [])
    for rule in rules:
        holding, broken, figures = 0, [], 0
        for number, line in enumerate(lines):
            cell = line[target]
            value = rule.compute(line) if cell.kind in NUMBERS else None
            if value is None or _is_trivial(line, rule, cell):
                continue
            if _agrees(cell, value, rule, slack):
                holding += 1
                digits = f"{abs(cell.value):f}".replace(".", "")
                figures += len(digits if is_rate else digits.strip("0"))
            else:
                broken.append(_Finding(number, target, rule, value))
        least = LEAST if not is_rate or any(line[target].places for line in lines) else SURE
        is_sure = holding >= least and figures >= (RATE_FIGURES if is_rate else FIGURES)
        if LEFT.search(fold(titles[target])) and rule.kind == FaultKind.DIFFERENCE:
            is_sure = holding >= SURE and figures >= LEAST
        if is_sure and not broken:
            return []
        if is_sure and len(broken) * 2 <= holding:
            best = max(best, (holding, broken), key=lambda one: one[0])
    return best[1]


def _list_sums(titles: Sequence[str], target: int, numeric: Sequence[int]) -> Iterator[_Rule]:
    """Yield sums of neighbours on either side, what is left of three columns before, and differences of two."""
    plain = [n for n in numeric if not RATE.search(fold(titles[n]))]
    at = plain.index(target) if target in plain else -1
    for size in range(LEAST, len(plain)):
        for start in (at - size, at + 1):
            takes = tuple(plain[start : start + size]) if at >= 0 and start >= 0 else ()
            if len(takes) == size:
                words = " + ".join(titles[n] for n in takes)
                yield _Rule(FaultKind.SUM, _word(titles[target], words), takes, _add(takes))
    if at >= 3:
        opening, more, less = plain[at - 3 : at]
        words = f"{titles[opening]} + {titles[more]} − {titles[less]}"
        takes = (opening, more, less)
        yield _Rule(FaultKind.DIFFERENCE, _word(titles[target], words), takes, _go_on(takes))
    for one in plain:
        for two in plain:
            if len({one, two, target}) == 3:
                words = f"{titles[one]} − {titles[two]}"
                yield _Rule(
                    FaultKind.DIFFERENCE, _word(titles[target], words), (one, two), _subtract(one, two)
                )


def _list_rates(
    lines: Sequence[Line], titles: Sequence[str], target: int, numeric: Sequence[int], tops: Sequence[int]
) -> Iterator[_Rule]:
    """Yield shares of one column in another, growth over another, and shares of the row 합계."""
    plain = [n for n in numeric if n != target and not RATE.search(fold(titles[n]))]
    for one in plain:
        for two in plain:
            if one != two:
                words = f"{titles[one]} ÷ {titles[two]}"
                yield _Rule(FaultKind.RATE, _word(titles[target], words), (one, two), _divide(one, two))
                words = f"({titles[one]} − {titles[two]}) ÷ {titles[two]}"
                yield _Rule(FaultKind.RATE, _word(titles[target], words), (one, two), _grow(one, two))
        for top in tops:
            whole = lines[top][one].value
            if whole:
                words = f"{titles[one]} ÷ {titles[one]} {write_number(whole)}"
                yield _Rule(FaultKind.RATE, _word(titles[target], words), (one,), _share(one, whole))


def _word(target: str, rule: str) -> Text:
    return Text(ko=f"다른 줄에서는 {target} = {rule}", en=f"in the other rows, {target} = {rule}")


def _add(takes: tuple[int, ...]) -> Callable[[Line], Decimal | None]:
    return lambda line: _fold_up([line[n].value for n in takes])


def _fold_up(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if len(known) == len(values) else None


def _subtract(one: int, two: int) -> Callable[[Line], Decimal | None]:
    def compute(line: Line) -> Decimal | None:
        a, b = line[one].value, line[two].value
        return None if a is None or b is None else a - b

    return compute


def _go_on(takes: tuple[int, int, int]) -> Callable[[Line], Decimal | None]:
    """Return what there was, with what came and without what went (기금, 채무, 재고)."""

    def compute(line: Line) -> Decimal | None:
        opening, more, less = (line[n].value for n in takes)
        return None if opening is None or more is None or less is None else opening + more - less

    return compute


def _divide(one: int, two: int) -> Callable[[Line], Decimal | None]:
    def compute(line: Line) -> Decimal | None:
        a, b = line[one].value, line[two].value
        return None if a is None or not b else 100 * a / b

    return compute


def _grow(one: int, two: int) -> Callable[[Line], Decimal | None]:
    def compute(line: Line) -> Decimal | None:
        a, b = line[one].value, line[two].value
        return None if a is None or not b else 100 * (a - b) / b

    return compute


def _share(one: int, whole: Decimal) -> Callable[[Line], Decimal | None]:
    return lambda line: None if line[one].value is None else 100 * line[one].value / whole


def _is_trivial(line: Line, rule: _Rule, cell: Cell) -> bool:
    """Return whether a line says nothing about a rule: noughts, or the same number on both sides."""
    taken = [line[n].value for n in rule.takes]
    if rule.kind == FaultKind.RATE:
        return taken[0] == 0 or abs(cell.value) == 100 or cell.kind == CellKind.NONE
    return sum(bool(value) for value in taken) < LEAST


def _agrees(cell: Cell, value: Decimal, rule: _Rule, slack: Decimal) -> bool:
    if rule.kind == FaultKind.RATE:
        return rounds_to(value, Decimal(100), cell.value, cell.places, Decimal(0))
    return abs(cell.value - value) <= slack


def _drop_followers(line: Line, found: Sequence[_Finding], slack: Decimal) -> Iterator[_Finding]:
    """Yield without those that hold once another of the same line is set right; what is left over goes first."""
    kept = list(found)
    for one in sorted(found, key=lambda f: -sum(f.column in other.rule.takes for other in found)):
        if one not in kept:
            continue
        mended = list(line)
        mended[one.column] = Cell(text="", kind=CellKind.NUMBER, value=one.value)
        kept = [
            other
            for other in kept
            if other is one
            or one.column not in other.rule.takes
            or (value := other.rule.compute(mended)) is None
            or not _agrees(line[other.column], value, other.rule, slack)
        ]
    yield from kept
