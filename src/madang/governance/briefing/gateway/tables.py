"""Tables: tab-separated lines, headings in one or two rows, some of them read wrongly."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from madang.core.base.interface import Text
from madang.governance.briefing.methods.figures import read_cell
from madang.governance.briefing.methods.names import fold
from madang.governance.briefing.records import Cell, CellKind, Column, Grid, Role, Row, TableKind, Unread

R = Role
SERIES = "연도"
LAYOUTS = (
    (R.CURRENT, R.COMMITTED, R.DISBURSED, R.COMMITTED_RATE, R.DISBURSED_RATE, R.FORECAST, R.FORECAST_RATE),
    (R.CURRENT, R.PRIOR, R.CHANGE, R.GROWTH, R.COMMITTED, R.COMMITTED_RATE),
    (R.CURRENT, R.COMMITTED, R.DISBURSED, R.COMMITTED_RATE, R.DISBURSED_RATE),
    (R.CURRENT, R.PRIOR, R.CHANGE, R.GROWTH),
    (R.AUTHORIZED, R.IN_POST, R.DIFFERENCE, R.TOTAL, R.PART, R.PART, R.PART),
)
PLAIN = {
    "정원": R.AUTHORIZED,
    "현원": R.IN_POST,
    "과부족": R.DIFFERENCE,
    "소계": R.TOTAL,
    "합계": R.TOTAL,
    "총합계": R.TOTAL,
    "총계": R.TOTAL,
    "증감액": R.CHANGE,
    "증감률": R.GROWTH,
    "증감율": R.GROWTH,
    "예상액": R.FORECAST,
    "증감": R.CHANGE,
    "계": R.TOTAL,
    "주요업무": R.TEXT,
}
BUDGETS = {"예산액", "예산", "총예산", "예산총액", "배정액", "사업비", "총사업비"}
YEAR = re.compile(
    r"['’‘]?(?P<year>20\d{2}|\d{2})[년.]?(?:도|실적|현황|말)?"
    r"(?:\d{1,2}[.월](?:말)?)?(?:당초|본|최종)?(?:예산|예산액|결산|결산액)?"
)
NOTE = re.compile(r"\([^()]*\)")
NO_SUM = re.compile(
    r"[율률]|비중|평균|단가|연령|점수|순위|밀도|당$|지수|등급|[연년]도|번호|순번|코드|전화|비고|면적당"
)
KEPT = re.compile(r"비고|잔액|잔여|이월")
TOTALS = {"합계", "총합계", "총계"}
MISMATCH = Text(
    ko="칸 수가 제목줄과 다릅니다 ({cells}칸, 제목 {columns}칸)",
    en="the cells don't line up with the headings ({cells} cells, {columns} headings)",
)
NO_NUMBER = Text(ko="수로 읽을 수 없는 칸이 있습니다: {text}", en="a cell can't be read as a number: {text}")
NO_HEADING = Text(ko="제목줄을 알아볼 수 없는 칸이 있습니다: {text}", en="a heading isn't known: {text}")


OTHER_PAGE = Text(
    ko="이어지는 쪽의 제목줄을 알아볼 수 없어 앞의 표에 잇지 못했습니다",
    en="the headings of this page aren't known, so it isn't joined to the table before it",
)


class Block(msgspec.Struct):
    """Consecutive lines with tabs, and where they stand."""

    line: int
    lines: list[str]
    place: str
    unit: str
    task_code: str


def read_table(block: Block) -> tuple[Grid, list[Unread]]:
    """Return the table of a block, with the rows and cells that couldn't be read."""
    rows = [text.split("\t") for text in block.lines]
    upper = rows[0]
    has_two = len(rows) > 1 and not rows[1][0].strip() and len(rows[1]) == len(upper) and _is_heading(rows[1])
    lower = rows[1] if has_two else [""] * len(upper)
    columns = _read_columns(upper, lower)
    has_name = fold(upper[0]) not in TOTALS
    kind = _find_kind(columns, has_name=has_name, is_in_task=bool(block.task_code))
    if not has_name:
        parts = [msgspec.structs.replace(c, role=R.PART) if c.role == R.TEXT else c for c in columns]
        columns = [_name_total(upper[0]), *parts]
    unread: list[Unread] = []
    read: list[Row] = []
    lost: list[int] = []
    skipped = 2 if has_two else 1
    for number, cells in enumerate(rows[skipped:], block.line + skipped):
        text = "\t".join(cells)
        if len(cells) != len(upper):
            reason = MISMATCH.fill(cells=len(cells), columns=len(upper))
            unread.append(Unread(line=number, text=text, reason=reason))
            lost.append(number)
            continue
        row = Row(
            line=number,
            name=cells[0].strip() if has_name else "",
            cells=tuple(read_cell(cell) for cell in (cells[1:] if has_name else cells)),
        )
        unread += _list_wrong(row, columns, text, kind)
        read.append(row)
    if kind in {TableKind.OTHER, TableKind.STAFF}:
        columns = _find_counts(columns, read)
    unread += _list_unknown(block, columns, kind)
    grid = Grid(
        kind=kind,
        line=block.line,
        place=block.place,
        columns=tuple(columns),
        rows=tuple(read),
        unit=block.unit,
        task_code=block.task_code,
        is_whole=not any(one.line >= block.line + skipped for one in unread),
        lost_lines=tuple(lost),
    )
    return grid, unread


def join_pages(grids: Sequence[Grid]) -> tuple[list[Grid], list[Unread]]:
    """Join a table with what follows on the next page under the same headings.

    Where a following page can't be read as the same table, that page is told as not read and no page is whole.
    """
    joined: list[Grid] = []
    unread: list[Unread] = []
    torn = ""
    for grid in grids:
        last = joined[-1] if joined else None
        if last is not None and last.place == grid.place and (last.kind in LONG or torn == grid.place):
            if last.kind == grid.kind and [c.role for c in last.columns] == [c.role for c in grid.columns]:
                joined[-1] = msgspec.structs.replace(
                    last,
                    rows=last.rows + grid.rows,
                    is_whole=last.is_whole and grid.is_whole,
                    lost_lines=last.lost_lines + grid.lost_lines,
                )
                continue
            if grid.kind not in LONG:
                unread.append(Unread(line=grid.line, text=grid.place, reason=OTHER_PAGE))
            torn = grid.place
            joined[-1] = _tear(last, grid)
            joined.append(_tear(grid, grid))
            continue
        joined.append(grid)
    return joined, unread


def _tear(grid: Grid, page: Grid) -> Grid:
    """Return a table that lacks the rows of a page."""
    lost = (*grid.lost_lines, page.line)
    return msgspec.structs.replace(grid, is_whole=False, lost_lines=lost)


LONG = {TableKind.REVENUE, TableKind.EXPENDITURE_DETAIL}


def _is_heading(cells: list[str]) -> bool:
    return not any(read_cell(cell).kind == CellKind.NUMBER for cell in cells)


def _name_total(title: str) -> Column:
    return Column(role=R.TOTAL, title=title.strip())


def _read_columns(upper: list[str], lower: list[str]) -> list[Column]:
    columns, group = [], ""
    for above, below in zip(upper[1:], lower[1:], strict=True):
        if above.strip():
            group = above.strip()
        title = below.strip() or above.strip()
        columns.append(
            Column(role=_find_role(title, group), title=title, group=group if below.strip() else "")
        )
    return _fill_by_layout(_find_years(columns))


def _find_role(title: str, group: str) -> Role:
    name, above = (fold(one).replace("집행율", "집행률") for one in (NOTE.sub("", title) or title, group))
    is_forecast = "예상" in above or "년말" in above
    role = R.TEXT
    if name in PLAIN:
        role = PLAIN[name]
    elif name.endswith("예산현액"):
        role = R.CURRENT
    elif name in BUDGETS and not is_forecast:
        role = R.CURRENT
    elif name.endswith("최종예산"):
        role = R.PRIOR
    elif name.startswith(("비율", "비중", "구성비")):
        role = R.SHARE
    elif name.startswith("원인행위") or name == "집행액":
        role = R.COMMITTED_RATE if above.startswith("집행률") else R.COMMITTED
    elif name.startswith("지출액"):
        role = R.DISBURSED_RATE if above.startswith("집행률") else R.DISBURSED
    elif name.startswith("집행률"):
        role = R.FORECAST_RATE if is_forecast else R.COMMITTED_RATE
    elif "직종" in above or "대" in group or "면적" in name:
        role = R.PART
    return role


def _fill_by_layout(columns: list[Column]) -> list[Column]:
    """Give a heading that was read wrongly the role of its position, where all others agree."""
    roles = [column.role for column in columns]
    for layout in LAYOUTS:
        if len(layout) != len(roles):
            continue
        agreeing = sum(one == two for one, two in zip(roles, layout, strict=True))
        if len(roles) > agreeing >= len(roles) - 2:
            return [
                msgspec.structs.replace(column, role=role)
                if column.role in {R.TEXT, R.PART} and roles.count(role) == 0
                else column
                for column, role in zip(columns, layout, strict=True)
            ]
    return columns


def _find_years(columns: list[Column]) -> list[Column]:
    """Return two columns that are years beside their difference as the earlier and the later amount."""
    years = {
        n: int(match["year"]) % 100
        for n, c in enumerate(columns)
        if c.role in {R.TEXT, R.PART}
        if (match := YEAR.fullmatch(re.sub(r"\s", "", NOTE.sub("", c.title))))
    }
    roles = {column.role for column in columns}
    if len(set(years.values())) != 2 or len(years) != 2 or not roles & {R.CHANGE, R.GROWTH}:
        return columns
    order = {
        n: role for n, role in zip(sorted(years, key=lambda n: years[n]), (R.PRIOR, R.CURRENT), strict=True)
    }
    return [
        msgspec.structs.replace(column, role=order[n], group=column.group or SERIES) if n in order else column
        for n, column in enumerate(columns)
    ]


def _find_counts(columns: list[Column], rows: Sequence[Row]) -> list[Column]:
    """Return the columns of a table of counts: all that hold nothing but numbers, and no rates or means."""
    return [
        msgspec.structs.replace(column, role=R.PART)
        if column.role == R.TEXT
        and not NO_SUM.search(fold(column.title))
        and all(row.cells[n].kind in {CellKind.NUMBER, CellKind.NONE} for row in rows)
        else column
        for n, column in enumerate(columns)
    ]


def _find_kind(columns: list[Column], *, has_name: bool, is_in_task: bool) -> TableKind:
    roles = {column.role for column in columns}
    tests = (
        (not has_name, TableKind.COUNTS),
        (R.FORECAST in roles, TableKind.PROJECTS),
        (R.AUTHORIZED in roles and R.IN_POST in roles, TableKind.STAFF),
        (any(column.group == SERIES for column in columns), TableKind.SERIES),
        (R.CURRENT in roles and R.COMMITTED in roles and is_in_task, TableKind.PROJECTS),
        (R.PRIOR in roles and R.COMMITTED in roles, TableKind.EXPENDITURE),
        (R.PRIOR in roles and R.CURRENT in roles, TableKind.REVENUE),
        (R.CURRENT in roles and R.COMMITTED in roles, TableKind.EXPENDITURE_DETAIL),
        (R.SHARE in roles and R.PART in roles, TableKind.OCCUPANCY),
        (any(column.title == "주요업무" for column in columns), TableKind.DUTIES),
    )
    return next((kind for holds, kind in tests if holds), TableKind.OTHER)


FREE = {TableKind.DUTIES, TableKind.OCCUPANCY, TableKind.SERIES, TableKind.OTHER}


def _list_unknown(block: Block, columns: list[Column], kind: TableKind) -> list[Unread]:
    if kind in FREE | {TableKind.COUNTS}:
        return []
    return [
        Unread(line=block.line, text=block.lines[0], reason=NO_HEADING.fill(text=column.title))
        for column in columns
        if column.role == R.TEXT and not KEPT.search(fold(column.title))
    ]


def _list_wrong(row: Row, columns: list[Column], text: str, kind: TableKind) -> list[Unread]:
    if kind in FREE:
        return []
    wrong = [
        cell.text
        for cell, column in zip(row.cells, columns, strict=True)
        if column.role != R.TEXT
        and (
            cell.kind in {CellKind.TEXT, CellKind.EMPTY}
            or (cell.kind == CellKind.NEW and column.role not in {R.GROWTH, R.CHANGE})
        )
    ]
    return [Unread(line=row.line, text=text, reason=NO_NUMBER.fill(text=wrong[0] or "빈칸"))] if wrong else []


def get_value(row: Row, index: int | None) -> Cell | None:
    """Return a cell that was read as a number (or a dash), or None."""
    if index is None or row.cells[index].value is None:
        return None
    return row.cells[index]
