"""A budget table's rows become typed lines and stated totals, or are refused with the reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from unicodedata import normalize

from madang.core.base.interface import BadInput
from madang.governance.budget.methods.amount import UnreadAmount, read_amount
from madang.governance.budget.methods.header import Header, find_unit, read_header
from madang.governance.budget.records import (
    AnyLevel,
    BudgetLine,
    BudgetTable,
    Level,
    Measure,
    RejectedRow,
    RejectReason,
)

TOTAL = re.compile(r"(?:총|합|소|누)?\s*계")
NUMERIC = re.compile(r"[△▲\-]?[0-9][0-9,]*(?:\.[0-9]+)?")
YEAR = re.compile(r"(?:19|20)[0-9]{2}(?:\.0)?")
HEADER_WITHIN = 10
MAY_BE_EMPTY = {Level.SUB_ACCOUNT, Level.ITEM, Level.EXPENSE_KIND, Level.SPENDING_KIND}
"""A general account has no sub-account (계정); kinds and items are not given for every line."""

Row = BudgetLine | RejectedRow


class _Refused(Exception):
    def __init__(self, reason: RejectReason, column: str = "") -> None:
        self.reason, self.column = reason, column


def read_table(
    rows: Iterable[Sequence[object]], *, fiscal_year: int | None = None, unit: str | None = None
) -> BudgetTable:
    """Return a table's lines, totals and rejects. `rows` are cells as a CSV or XLSX reader gives them.

    The header is the first of the first ten rows that is one; a unit that a line above it states outweighs `unit`.

    Every row that is not wholly empty is exactly one line, total or reject. A number's unit is taken from its
    column's title, else from `unit` (원, 천원, 만원, 백만원, 억원); amounts are kept in won. '-' is an amount not
    stated (None), △ and ▲ are minus. A row whose cell of a level says 합계, 소계 or 계 is a stated total of the
    levels before it. `fiscal_year` is for tables without a column of years.

    Raises
    ------
    BadInput
        `table_empty`, `year_missing` (neither a column nor `fiscal_year`), and what `read_header` refuses.

    Notes
    -----
    Columns and units follow 열린재정's 세출/지출 세부사업 예산편성현황 (Ministry of Economy and Finance).
    """
    reading = enumerate(([_write_cell(cell) for cell in row] for row in rows), 1)
    header = _find_header(reading, fiscal_year, unit)
    read: list[tuple[bool, Row]] = []
    seen: set[tuple[str, ...]] = set()
    for number, cells in reading:
        if any(cells):
            read.append(_read_row(number, tuple(cells), header, fiscal_year, seen))
    return BudgetTable(
        levels=tuple(header.names.values()),
        measures=tuple(measure for measure, _ in header.amounts.values()),
        lines=tuple(row for is_total, row in read if isinstance(row, BudgetLine) and not is_total),
        totals=tuple(row for is_total, row in read if isinstance(row, BudgetLine) and is_total),
        rejects=tuple(row for _, row in read if isinstance(row, RejectedRow)),
        rows_read=len(read),
        ignored_columns=header.ignored,
    )


def _find_header(
    reading: Iterator[tuple[int, list[str]]], fiscal_year: int | None, unit: str | None
) -> Header:
    header = _search_header(reading, unit)
    if header.year is None and fiscal_year is None:
        raise BadInput(
            "year_missing",
            "회계연도 열이 없습니다. 회계연도를 밝혀 주세요.",
            "There is no column of fiscal years; say which year the table is of.",
        )
    return header


def _search_header(reading: Iterator[tuple[int, list[str]]], unit: str | None) -> Header:
    refusal = BadInput("table_empty", "표가 비어 있습니다.", "The table is empty.")
    for at, cells in enumerate(islice((cells for _, cells in reading if any(cells)), HEADER_WITHIN)):
        try:
            return read_header(cells, unit)
        except BadInput as error:
            if error.code != "header_unknown":
                raise
            refusal = refusal if at else error
            unit = find_unit(cells) or unit
    raise refusal


def _read_row(
    number: int, cells: tuple[str, ...], header: Header, fiscal_year: int | None, seen: set[tuple[str, ...]]
) -> tuple[bool, Row]:
    try:
        if len(cells) != len(header.titles):
            raise _Refused(RejectReason.CELL_COUNT)
        names, is_total = _read_names(cells, header)
        line = BudgetLine(
            row=number,
            fiscal_year=_read_year(cells, header, fiscal_year),
            names=names,
            amounts=_read_amounts(cells, header),
        )
        _refuse_repeat(cells, header, seen)
    except _Refused as why:
        return False, RejectedRow(row=number, reason=why.reason, column=why.column, cells=cells)
    return is_total, line


def _read_year(cells: tuple[str, ...], header: Header, fiscal_year: int | None) -> int:
    if header.year is None:
        return fiscal_year or 0
    if not YEAR.fullmatch(cells[header.year]):
        raise _Refused(RejectReason.YEAR_UNREADABLE, header.titles[header.year])
    return int(cells[header.year][:4])


def _read_names(cells: tuple[str, ...], header: Header) -> tuple[dict[AnyLevel, str], bool]:
    names: dict[AnyLevel, str] = {}
    for at, level in header.names.items():
        name = cells[at]
        if TOTAL.fullmatch(name):
            return names, True
        if not name and level not in MAY_BE_EMPTY:
            raise _Refused(RejectReason.NAME_MISSING, header.titles[at])
        if NUMERIC.fullmatch(name):
            raise _Refused(RejectReason.NAME_IS_NUMBER, header.titles[at])
        names[level] = name
    return names, False


def _read_amounts(cells: tuple[str, ...], header: Header) -> dict[Measure, int | None]:
    amounts: dict[Measure, int | None] = {}
    for at, (measure, unit) in header.amounts.items():
        try:
            amounts[measure] = read_amount(cells[at], unit)
        except UnreadAmount as why:
            raise _Refused(why.reason, header.titles[at]) from why
    if all(amount is None for amount in amounts.values()):
        raise _Refused(RejectReason.NO_AMOUNT)
    return amounts


def _refuse_repeat(cells: tuple[str, ...], header: Header, seen: set[tuple[str, ...]]) -> None:
    """Refuse a row of which all that is read stood above; a running number doesn't make it another."""
    read = {header.year, *header.names, *header.amounts}
    key = tuple(cell for at, cell in enumerate(cells) if at in read)
    if key in seen:
        raise _Refused(RejectReason.REPEATED)
    seen.add(key)


def _write_cell(cell: object) -> str:
    """Return a cell as text; a spreadsheet's float that is a whole number is written without an exponent."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return normalize("NFC", str(cell).strip())
