"""XLS, XLSX, ODS and tables in HTML that call themselves .xls."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from html.parser import HTMLParser
from pathlib import Path

import python_calamine as calamine

from madang.core.base.interface import BadInput

from .containers import read_all, read_chunks
from .decoding import detect_encoding, read_blocks
from .extents import Extent, measure_sheet
from .grids import Range, spool_grid
from .headers import Header
from .records import Notes
from .refusals import refuse
from .spool import Spool

_MAX_CELLS = 200_000_000
# What offices put before the data.
_COVER = re.compile(
    r"(\d+\s?[.)_-]?\s?)?(겉?표지|목차|차례|일러두기|(이용|작성)?\s?(안내|요령|방법|지침)|설명(서)?|개요|범례|용어\s?(설명|정의)"
    r"|cover|contents|index|read\s?me|about|notes?)$",
    re.IGNORECASE,
)
_MIN_COLUMN, _MAX_WORD = 3, 60
# What 18 digits hold; the double's digits beyond its 16th are the workbook's own loss.
_MAX_WHOLE = 10**18
# A rectangle this large of which most is empty has a stray cell somewhere far out.
_MAX_SPARSE, _MIN_FILLED = 25_000_000, 0.1


def spool_workbook(
    path: Path, notes: Notes, progress: Callable[[int], None], sheet: str | None
) -> tuple[Spool, None, Header, tuple[str, ...]]:
    """Spool the named sheet, or the first that holds a table, covers and hidden ones after all others.

    Return all names too, the read one first; a workbook has no encoding.
    """
    data = read_all(path)
    progress(len(data))
    with _refusing("엑셀 파일이", "the workbook"):
        book = calamine.load_workbook(io.BytesIO(data))
    names = book.sheet_names
    if sheet is not None and sheet not in names:
        known = ", ".join(names)
        raise refuse("sheet", f"{sheet} 시트가 없습니다: {known}", f"there is no sheet {sheet}, only {known}")
    for name in [sheet] if sheet is not None else _order_sheets(book):
        extent = measure_sheet(data, name)
        _refuse_vast(extent, name)
        grid, merged = _read_sheet(book, name)
        if sheet is not None or _is_table(grid, alone=len(names) == 1):
            notes.fix("sheets_ignored", len(names) - 1)
            notes.fix("formulas_without_value", extent.uncalculated)
            notes.fix("formula_errors", extent.failed)
            notes.fix("hidden_rows_kept", extent.hidden_rows)
            notes.fix("hidden_columns_kept", extent.hidden_columns)
            notes.fix("codes_padded", _pad(grid, extent))
            _show_percents(grid, extent)
            spool, header = spool_grid(grid, notes, merged)
            return spool, None, header, (name, *(one for one in names if one != name))
    raise refuse("no_table", "표가 있는 시트가 없습니다", "no sheet holds a table")


def spool_html(path: Path, notes: Notes) -> tuple[Spool, str, Header]:
    """Spool the largest table of an HTML page."""
    encoding = detect_encoding(lambda: read_chunks(path))
    page = b"".join(block.data for block in read_blocks(read_chunks(path), encoding)).decode(
        "utf-8", "replace"
    )
    parser = _Tables()
    parser.feed(page)
    parser.close()
    tables = [_spread(rows) for rows in parser.tables if rows]
    if not tables:
        raise refuse("no_table", "HTML에 표가 없습니다", "the HTML holds no table", line=1)
    spool, header = spool_grid(max(tables, key=lambda grid: sum(map(len, grid))), notes)
    notes.fix("html_table_read")
    return spool, encoding, header


def _order_sheets(book: calamine.CalamineWorkbook) -> list[str]:
    """Return the names of the sheets: covers behind those with data, hidden ones (lists of codes, sources of formulas) last."""
    shown = calamine.SheetVisibleEnum.Visible
    sheets = sorted(
        book.sheets_metadata, key=lambda one: (one.visible != shown, bool(_COVER.match(one.name.strip())))
    )
    return [one.name for one in sheets]


def _refuse_vast(extent: Extent, name: str) -> None:
    """Refuse a sheet that wouldn't fit into memory, by where its cells are."""
    sparse = extent.area > _MAX_SPARSE and extent.cells < _MIN_FILLED * extent.area
    if sparse or extent.area > _MAX_CELLS:
        size = f"{extent.height:,} × {extent.width:,}"
        raise refuse(
            "workbook",
            f"{name} 시트가 너무 큽니다: {extent.cells:,}칸이 {size} 범위에 흩어져 있습니다. "
            "표에서 멀리 떨어진 칸을 지우고 다시 올려 주세요.",
            f"sheet {name} is too large: {extent.cells:,} cells spread over {size}; "
            "delete the cells far away from the table",
        )


def _read_sheet(book: calamine.CalamineWorkbook, name: str) -> tuple[list[list[str]], list[Range]]:
    with _refusing(f"{name} 시트가", f"sheet {name}"):
        sheet = book.get_sheet_by_name(name)
        if sheet.total_height * sheet.total_width > _MAX_CELLS:
            raise refuse("workbook", f"{name} 시트가 너무 큽니다", f"sheet {name} is too large")
        grid = [[_as_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
        return grid, sheet.merged_cell_ranges or []


def _pad(grid: list[list[str]], extent: Extent) -> int:
    """Write whole numbers with the zeros that only their format shows; return how many."""
    count = 0
    for row, column, digits in extent.padded:
        # A format may stand beyond the last value.
        cell = grid[row][column] if row < len(grid) and column < len(grid[row]) else ""
        if cell.isdecimal() and len(cell) < digits:
            grid[row][column] = cell.zfill(digits)
            count += 1
    return count


def _show_percents(grid: list[list[str]], extent: Extent) -> None:
    """Write numbers as the percent that their format shows, in columns all numbers of which have such a format."""
    shown = set(extent.percents)
    for column in {column for _, column in shown}:
        cells = {
            (row, column): number
            for row, cells in enumerate(grid)
            if (number := _read_number(cells, column)) is not None
        }
        if cells.keys() <= shown:
            for (row, _), number in cells.items():
                grid[row][column] = f"{number * 100:f}%"


def _read_number(cells: list[str], column: int) -> Decimal | None:
    try:
        return Decimal(cells[column])
    except (IndexError, InvalidOperation):
        return None


@contextmanager
def _refusing(ko: str, en: str) -> Generator[None]:
    """Turn whatever the workbook library does on a damaged file into a refusal."""
    try:
        yield
    except calamine.PasswordError as error:
        raise refuse(
            "password", "암호가 걸린 파일입니다", "the workbook is protected by a password"
        ) from error
    except BadInput:
        raise
    except BaseException as error:
        # A panic of the Rust library isn't an Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise refuse("workbook", f"{ko} 손상되었습니다", f"{en} is damaged: {error}") from error


def _is_table(grid: list[list[str]], *, alone: bool) -> bool:
    """Return whether a sheet holds a table; a column by itself may be one where there is no other sheet."""
    filled = [[cell for cell in row if cell.strip()] for row in grid]
    column = [row[0] for row in filled if row]
    if alone and len(column) > _MIN_COLUMN and all(len(row) < 2 for row in filled):
        return max(map(len, column)) < _MAX_WORD
    return sum(sum(bool(cell.strip()) for cell in row) >= 2 for row in grid) >= 2


def _as_text(cell: object) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _MAX_WHOLE else repr(cell)
    if isinstance(cell, datetime):
        midnight = (cell.hour, cell.minute, cell.second, cell.microsecond) == (0, 0, 0, 0)
        return cell.date().isoformat() if midnight else cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return _as_clock(cell)
    return str(cell)


def _as_clock(duration: timedelta) -> str:
    seconds = int(duration.total_seconds())
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _spread(rows: list[list[tuple[str, int, int]]]) -> list[list[str]]:
    """Return HTML rows as a rectangle, cells repeated over the rows and columns they span."""
    grid: list[dict[int, str]] = [{} for _ in rows]
    for index, row in enumerate(rows):
        column = 0
        if len(row) == 1 and not grid[index]:  # a title or a remark over all columns, no value of each
            grid[index][0] = row[0][0]
            continue
        for text, row_span, column_span in row:
            while column in grid[index]:
                column += 1
            for below in grid[index : index + row_span]:
                below.update(dict.fromkeys(range(column, column + column_span), text))
            column += column_span
    width = max((max(row, default=-1) + 1 for row in grid), default=0)
    return [[row.get(column, "") for column in range(width)] for row in grid]


class _Tables(HTMLParser):
    """Collects tables as rows of (text, rows spanned, columns spanned)."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[tuple[str, int, int]]]] = []
        self._cell: list[str] | None = None
        self._spans = (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a table, row or cell."""
        if tag == "table":
            self._end_cell()
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self._end_cell()
            self.tables[-1].append([])
        elif tag in {"td", "th"} and self.tables:
            self._end_cell()
            given = dict(attrs)
            self._spans = (_span(given.get("rowspan")), _span(given.get("colspan")))
            self._cell = []
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """Close a cell with its row or table."""
        if tag in {"td", "th", "tr", "table"}:
            self._end_cell()

    def handle_data(self, data: str) -> None:
        """Take text of a cell."""
        if self._cell is not None:
            self._cell.append(data)

    def close(self) -> None:
        """Close what the page left open."""
        super().close()
        self._end_cell()

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        if not self.tables[-1]:
            self.tables[-1].append([])
        self.tables[-1][-1].append((" ".join("".join(self._cell).split()), *self._spans))
        self._cell = None


def _span(text: str | None) -> int:
    return min(int(text), 1000) if text and text.isdigit() and int(text) else 1
