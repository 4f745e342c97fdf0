"""The unit of a table of money, where another table prints the very same amounts in another unit."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal

import msgspec

from madang.core.base.interface import Text
from madang.governance.briefing.methods.figures import UNIT_WON
from madang.governance.briefing.methods.pairs import RowIndex, list_common, pair_rows
from madang.governance.briefing.records import Fault, FaultKind, Grid, Report, Role, Row

from .repeats import TOGETHER

ABOVE, LONG, USUAL = 6, 1000, 3
ALONE = Text(
    ko="같은 제목줄의 다른 표와 단위가 다른데 금액의 크기는 같음",
    en="another unit than all tables with the same headings, yet amounts as large",
)


def mend_units(report: Report) -> tuple[list[Grid], list[Fault]]:
    """Return the tables, those in a wrong unit in the right one, and a finding for each of these."""
    wrong = {one.line: (one, unit, cause) for one, unit, cause in find_wrong_units(report)}
    mended = [
        msgspec.structs.replace(grid, unit=wrong[grid.line][1]) if grid.line in wrong else grid
        for grid in report.grids
    ]
    return mended, [_accuse(report, *one) for one in wrong.values()]


def find_wrong_units(report: Report) -> Iterator[tuple[Grid, str, Text]]:
    """Yield tables whose unit isn't the one in which most tables print the same items with the same figures, and that one.

    Amounts in another unit have other figures; only equal ones of four digits or more tell of a wrong unit.
    """
    kinds = {kind for pair in TOGETHER for kind in pair}
    grids = [grid for grid in report.grids if grid.kind in kinds and grid.unit]
    units = Counter(grid.unit for grid in grids)
    found: dict[int, tuple[Grid, Grid, Row]] = {}
    for one in grids:
        for two in grids:
            is_rarer = units[one.unit] < units[two.unit] or (
                units[one.unit] == units[two.unit] and one.line < two.line
            )
            if is_rarer and (one.kind, two.kind) in {*TOGETHER, *((b, a) for a, b in TOGETHER)}:
                row = _find_equal(one, two) if one.unit != two.unit else None
                if row is not None:
                    found.setdefault(one.line, (one, two, row))
    for one, two, row in found.values():
        cause = Text(
            ko=f"{row.line}번째 줄 ‘{row.name}’에 같은 숫자가 {two.unit}으로 적혀 있음",
            en=f"line {row.line}, “{row.name}”, has the same figures in {two.unit}",
        )
        yield one, two.unit, cause
    yield from _find_alone([grid for grid in grids if grid.line not in found])


def _accuse(report: Report, one: Grid, unit: str, cause: Text) -> Fault:
    above = range(one.line - 1, max(0, one.line - ABOVE), -1)
    line = next((number for number in above if one.unit in report.lines[number - 1]), one.line)
    return Fault(
        line=line,
        place=Text(ko=f"‘{one.place}’ 표의 단위", en=f"unit of table “{one.place}”"),
        kind=FaultKind.REPEAT,
        stated=one.unit,
        computed=unit,
        cause=cause,
    )


def _find_alone(grids: list[Grid]) -> Iterator[tuple[Grid, str, Text]]:
    """Yield the one table whose unit is a thousand times another than in all tables with the same headings.

    Its figures are as large as theirs, where they would have three digits more or less.
    """
    alike: dict[tuple[str, ...], list[Grid]] = defaultdict(list)
    for grid in grids:
        if grid.unit in UNIT_WON and grid.find(Role.CURRENT) is not None:
            alike[tuple(f"{column.group} {column.title}" for column in grid.columns)].append(grid)
    for same in alike.values():
        units = Counter(grid.unit for grid in same)
        (usual, times), *others = units.most_common()
        if times < USUAL or [count for _, count in others] != [1]:
            continue
        odd = next(grid for grid in same if grid.unit != usual)
        known = sorted(value for grid in same if grid is not odd for value in _list_amounts(grid))
        own = sorted(_list_amounts(odd))
        ratio = Decimal(UNIT_WON[odd.unit]) / UNIT_WON[usual]
        is_far = not Decimal(1) / LONG < ratio < LONG
        if is_far and own and known and known[0] <= own[len(own) // 2] <= known[-1]:
            yield odd, usual, ALONE


def _list_amounts(grid: Grid) -> list[Decimal]:
    column = grid.find(Role.CURRENT) or 0
    return [value for row in grid.rows if (value := row.cells[column].value)]


def _find_equal(one: Grid, two: Grid) -> Row | None:
    """Return the row of the second table that is an item of the first with the same figures, or None."""
    common = list_common(one, two)
    for first, second in pair_rows(RowIndex(one), RowIndex(two)):
        if any(
            (value := first.cells[i].value) and abs(value) >= LONG and value == second.cells[j].value
            for _, i, j in common
        ):
            return second
    return None
