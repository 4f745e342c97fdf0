"""Faults inside one table: columns that don't add up, differences and rates that don't follow."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

import msgspec

from madang.core.base.interface import Severity, Text
from madang.governance.briefing.methods.figures import rounds_to, write_number, write_rate
from madang.governance.briefing.methods.sums import build_tree, find_gap, get_slack, is_total, list_additive
from madang.governance.briefing.records import (
    Cell,
    CellKind,
    Column,
    Fault,
    FaultKind,
    Grid,
    Role,
    Row,
    TableKind,
)

from .relations import find_relation_faults
from .wording import name_column, place_in_table

R = Role
RATIOS = ((R.COMMITTED, R.COMMITTED_RATE), (R.DISBURSED, R.DISBURSED_RATE), (R.FORECAST, R.FORECAST_RATE))
LIMITS = (
    (R.COMMITTED, R.COMMITTED_RATE, R.CURRENT),
    (R.DISBURSED, R.DISBURSED_RATE, R.COMMITTED),
    (R.FORECAST, R.FORECAST_RATE, R.CURRENT),
)
OVERSPENT = Text(ko="쓸 수 있는 금액보다 많음", en="more than there is to spend")
BELOW = Text(ko="이미 집행한 금액보다 적음", en="less than is committed already")
BREAKDOWN = re.compile(r"-\s+([가-힣]+)\s+([\d,]+)")
UNKNOWN = Text(ko="", en="")
TRUNCATED = Text(ko="반올림하지 않고 버린 값으로 보임", en="cut off instead of rounded, it seems")
FROM_CHANGE = Text(ko="증감액이 틀려 함께 틀림", en="follows from the wrong difference")
TENFOLD = Text(
    ko="예상액이 예산현액보다 훨씬 큼: 한 자리 더 적힌 것으로 보임",
    en="the forecast is far above the budget: one digit too many, it seems",
)


def find_table_faults(grids: Iterable[Grid]) -> Iterator[Fault]:
    """Yield the faults of every table by itself."""
    for grid in grids:
        yield from find_column_sums(grid)
        for row in grid.rows:
            yield from find_row_faults(grid, row)
        if grid.kind == TableKind.OCCUPANCY:
            yield from find_shares(grid)
        yield from find_relation_faults(grid)


def find_row_faults(grid: Grid, row: Row) -> Iterator[Fault]:
    """Yield what doesn't follow inside one row."""
    yield from find_differences(grid, row)
    yield from find_rates(grid, row)
    yield from find_row_sums(grid, row)
    yield from find_overspent(grid, row)
    yield from find_low_forecasts(grid, row)


def find_column_sums(grid: Grid) -> Iterator[Fault]:
    """Yield rows that aren't the sum of their parts in a column; amounts in 천원 may be off by 1.

    Where one of the parts is off by as much from its own parts, that one is wrong and not this row.
    """
    tree = build_tree(grid)
    for column in list_additive(grid):
        values = [row.cells[column].value for row in grid.rows]
        gaps = {index: gap for index in tree if (gap := find_gap(grid, index, column))}
        for index, gap in sorted(gaps.items()):
            parts = tree[index]
            if sum(part in gaps and abs(gap + gaps[part]) <= get_slack(grid) for part in parts) == 1:
                continue
            turned = [part for part in parts if (said := values[part]) and said < 0 and gap == -2 * said]
            if len(turned) == 1 and sum(one is not None and one < 0 for one in values) == 1:
                index, gap, parts = turned[0], 2 * values[turned[0]], [index]
            elif len(parts) == 1 and _add_up(values, tree.get(parts[0], ())) == values[index]:
                index, gap, parts = parts[0], -gap, tree[parts[0]]
            names = ", ".join(grid.rows[part].name for part in parts[:3])
            more = f" … ({len(parts)})" if len(parts) > 3 else ""
            yield _fault(
                grid,
                grid.rows[index],
                column,
                FaultKind.SUM,
                write_number(values[index] - gap),
                delta=gap,
                cause=Text(ko=f"더한 항목: {names}{more}", en=f"added up: {names}{more}"),
            )


def _add_up(values: Sequence[Decimal | None], parts: Iterable[int]) -> Decimal | None:
    added = [values[part] for part in parts]
    return sum(added, Decimal(0)) if added and None not in added else None


def find_differences(grid: Grid, row: Row) -> Iterator[Fault]:
    """Yield stated differences that aren't the difference of the two amounts beside them."""
    for role, later, earlier in ((R.CHANGE, R.CURRENT, R.PRIOR), (R.DIFFERENCE, R.IN_POST, R.AUTHORIZED)):
        stated, one, two = (_get(grid, row, wanted) for wanted in (role, later, earlier))
        if stated is None or one is None or two is None:
            continue
        delta = stated.value - (one.value - two.value)
        places = min((cell.places for cell in (stated, one, two) if cell.places), default=0)
        if abs(delta) > max(get_slack(grid), Decimal(1).scaleb(-places) if places else Decimal(0)):
            computed = write_number(one.value - two.value)
            yield _fault(grid, row, grid.find(role), FaultKind.DIFFERENCE, computed, delta=delta)


def find_rates(grid: Grid, row: Row) -> Iterator[Fault]:
    """Yield growth, execution and forecast rates that don't round to what is printed."""
    current = _get(grid, row, R.CURRENT)
    yield from _find_growth(grid, row)
    for part_role, rate_role in RATIOS:
        part, index = _get(grid, row, part_role), grid.find(rate_role)
        if part is None or current is None or index is None:
            continue
        rate = row.cells[index]
        if rate.value is None or current.value == 0:
            continue
        true = 100 * part.value / current.value
        if not rounds_to(part.value, current.value, rate.value, rate.places, get_slack(grid) / 2):
            cause = _explain_rate(true, rate)
            if rate_role == R.FORECAST_RATE and true > 150:
                cause = TENFOLD
            yield _rate_fault(grid, row, index, true, cause)


def find_overspent(grid: Grid, row: Row) -> Iterator[Fault]:
    """Yield amounts above what they are taken from, where no rate beside them says so already."""
    for role, rate_role, limit_role in LIMITS:
        stated, limit, index = _get(grid, row, role), _get(grid, row, limit_role), grid.find(rate_role)
        if stated is None or limit is None or index is None or stated.value - limit.value <= get_slack(grid):
            continue
        base, rate = _get(grid, row, R.CURRENT), row.cells[index]
        if base is None or rate.value is None or base.value == 0:
            continue
        if rounds_to(stated.value, base.value, rate.value, rate.places, get_slack(grid) / 2):
            delta = stated.value - limit.value
            yield _fault(
                grid,
                row,
                grid.find(role),
                FaultKind.DIFFERENCE,
                f"≤ {write_number(limit.value)}",
                delta=delta,
                cause=OVERSPENT,
            )


def find_low_forecasts(grid: Grid, row: Row) -> Iterator[Fault]:
    """Yield forecasts for the end of the year below what is committed already, as the rate beside it confirms."""
    forecast, committed = _get(grid, row, R.FORECAST), _get(grid, row, R.COMMITTED)
    if forecast is None or committed is None or forecast.kind == CellKind.RATE:
        return
    delta, rate, base = (
        forecast.value - committed.value,
        grid.find(R.COMMITTED_RATE),
        _get(grid, row, R.CURRENT),
    )
    if rate is None or base is None or row.cells[rate].value is None or delta >= -get_slack(grid):
        return
    stated = row.cells[rate]
    if rounds_to(committed.value, base.value, stated.value, stated.places, get_slack(grid) / 2):
        said = f"≥ {write_number(committed.value)}"
        index = grid.find(R.FORECAST)
        yield _fault(grid, row, index, FaultKind.DIFFERENCE, said, delta=delta, cause=BELOW)


def find_row_sums(grid: Grid, row: Row) -> Iterator[Fault]:
    """Yield totals that aren't the sum of their parts in the same row, and groups with a printed total."""
    total = grid.find(R.TOTAL)
    parts = [i for i, column in enumerate(grid.columns) if column.role == R.PART]
    if total is None or not parts:
        return
    yield from _find_row_sum(grid, row, total, parts)
    in_post = _get(grid, row, R.IN_POST)
    if in_post is not None and row.cells[total].value is not None and in_post.value != row.cells[total].value:
        delta = row.cells[total].value - in_post.value
        yield _fault(grid, row, total, FaultKind.REPEAT, write_number(in_post.value), delta=delta)
    yield from _find_group_sums(grid, row, parts)


def find_shares(grid: Grid) -> Iterator[Fault]:
    """Yield shares of the row 합계 that don't round, and areas that aren't the sum of what follows them."""
    share, area = grid.find(R.SHARE), grid.find(R.PART)
    if share is None or area is None:
        return
    top = next((number for number, row in enumerate(grid.rows) if is_total(row.name)), None)
    whole = None if top is None else grid.rows[top].cells[area].value
    wholes = [one for one in (whole, whole and whole - find_gap(grid, top, area)) if one]
    for row in grid.rows:
        part, rate = row.cells[area], row.cells[share]
        if part.value is None:
            continue
        if (
            rate.value is not None
            and whole
            and not any(rounds_to(part.value, one, rate.value, rate.places, Decimal(0)) for one in wholes)
        ):
            true = 100 * part.value / whole
            yield _rate_fault(grid, row, share, true, _explain_rate(true, rate))
        pieces = [Decimal(digits.replace(",", "")) for _, digits in BREAKDOWN.findall(part.text)]
        if pieces and sum(pieces) != part.value:
            delta = part.value - sum(pieces)
            yield _fault(grid, row, area, FaultKind.SUM, write_number(sum(pieces, Decimal(0))), delta=delta)


def _find_growth(grid: Grid, row: Row) -> Iterator[Fault]:
    index = grid.find(R.GROWTH)
    current, prior, change = (_get(grid, row, role) for role in (R.CURRENT, R.PRIOR, R.CHANGE))
    if index is None or current is None or prior is None:
        return
    rate, delta = row.cells[index], current.value - prior.value
    if prior.value == 0:
        is_dash = grid.kind == TableKind.SERIES and rate.kind == CellKind.NONE
        if current.value and not is_dash and rate.kind in {CellKind.RATE, CellKind.NUMBER, CellKind.NONE}:
            yield _fault(grid, row, index, FaultKind.RATE, "순증")
        return
    true = 100 * delta / prior.value
    if rate.kind == CellKind.NEW:
        yield _rate_fault(grid, row, index, true, UNKNOWN)
    elif rate.value is not None and not _is_growth(delta, prior.value, rate, get_slack(grid)):
        cause = _explain_rate(true, rate)
        if (
            change is not None
            and change.value != delta
            and _is_growth(change.value, prior.value, rate, Decimal(0))
        ):
            cause = FROM_CHANGE
        yield _rate_fault(grid, row, index, true, cause)


def _is_growth(delta: Decimal, prior: Decimal, rate: Cell, slack: Decimal) -> bool:
    return rounds_to(delta, prior, rate.value, rate.places, slack / 2)


def _find_row_sum(grid: Grid, row: Row, total: int, parts: list[int]) -> Iterator[Fault]:
    values = [row.cells[part].value for part in parts]
    stated = row.cells[total].value
    if stated is None or any(value is None for value in values):
        return
    delta = stated - sum(values)
    if abs(delta) <= get_slack(grid) or (
        grid.kind == TableKind.OTHER and not _adds_up_elsewhere(grid, row, total, parts)
    ):
        return
    cause = UNKNOWN
    left_out = _find_left_out(grid, total, parts)
    if left_out is not None and -delta == row.cells[left_out].value:
        name = name_column(grid, left_out)
        cause = Text(
            ko=f"모든 행에서 {name}만큼 어긋남: {name}이(가) 다른 칸에 이미 들어 있거나 소계에서 빠진 것으로 보임",
            en=f"every row is off by {name}: counted in another column already, or left out of the total",
        )
    yield _fault(
        grid, row, total, FaultKind.SUM, write_number(sum(values, Decimal(0))), delta=delta, cause=cause
    )


def _adds_up_elsewhere(grid: Grid, row: Row, total: int, parts: list[int]) -> bool:
    """Return whether in most other rows the total is the sum of its parts."""
    holds = [
        other.cells[total].value == sum((other.cells[n].value or Decimal(0) for n in parts), Decimal(0))
        for other in grid.rows
        if other is not row and other.cells[total].value is not None
    ]
    return 2 * sum(holds) > len(holds)


def _find_left_out(grid: Grid, total: int, parts: list[int]) -> int | None:
    """Return the column whose number explains nearly every row that doesn't add up."""
    for part in parts:
        explained = other = 0
        for row in grid.rows:
            values = [row.cells[one].value for one in (total, *parts)]
            if any(value is None for value in values):
                continue
            delta = sum(values[1:], Decimal(0)) - values[0]
            explained += bool(delta) and delta == row.cells[part].value
            other += bool(delta) and delta != row.cells[part].value
        if explained >= 2 and explained > 2 * other:
            return part
    return None


def _find_group_sums(grid: Grid, row: Row, parts: list[int]) -> Iterator[Fault]:
    groups: dict[str, list[int]] = {}
    for part in parts:
        groups.setdefault(grid.columns[part].group, []).append(part)
    for group, members in groups.items():
        match = re.search(r"([\d,]+)\s*(?:대|식|개|명|건)$", group)
        values = [row.cells[member].value for member in members]
        if match is None or any(value is None for value in values):
            continue
        stated, computed = Decimal(match[1].replace(",", "")), sum(values, Decimal(0))
        if stated != computed:
            fault = _fault(
                grid, row, members[0], FaultKind.SUM, write_number(computed), delta=stated - computed
            )
            place = Text(ko=f"‘{grid.place}’ 표의 {group}", en=f"table “{grid.place}”, {group}")
            yield msgspec.structs.replace(fault, line=grid.line, stated=match[1], place=place)


def _explain_rate(true: Decimal, rate: Cell) -> Text:
    step = Decimal(1).scaleb(-rate.places)
    is_cut = 0 <= abs(true) - abs(rate.value) < step and true * rate.value >= 0
    return TRUNCATED if is_cut else UNKNOWN


def _rate_fault(grid: Grid, row: Row, index: int, true: Decimal, cause: Text) -> Fault:
    places = row.cells[index].places if row.cells[index].kind in {CellKind.RATE, CellKind.NUMBER} else 1
    fault = _fault(grid, row, index, FaultKind.RATE, write_rate(true, places), cause=cause)
    return msgspec.structs.replace(fault, severity=Severity.MINOR) if cause == TRUNCATED else fault


def _fault(
    grid: Grid,
    row: Row,
    index: int,
    kind: FaultKind,
    computed: str,
    *,
    delta: Decimal | None = None,
    cause: Text = UNKNOWN,
) -> Fault:
    column: Column = grid.columns[index]
    return Fault(
        line=row.line,
        place=place_in_table(grid, row, index),
        kind=kind,
        stated=row.cells[index].text.strip(),
        computed=computed,
        cause=cause,
        severity=Severity.MODERATE,
        delta=delta,
        column=column.role.value,
    )


def _get(grid: Grid, row: Row, role: Role) -> Cell | None:
    index = grid.find(role)
    return None if index is None or row.cells[index].value is None else row.cells[index]
