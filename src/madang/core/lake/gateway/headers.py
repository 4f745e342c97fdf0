"""Where a table begins: titles and comments before it, one to four header rows, names made unique."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import msgspec

from .amounts import is_amount
from .values import MISSING, MISSING_WORDS

Row = list[str]
_MAX_HEADER_ROWS = 5
_MARKERS = {"", *MISSING}
_ABSENT = {*_MARKERS, *MISSING_WORDS}
_VALUE = re.compile(
    r"^[+\-△▲−－–]?\s?(\d[\d,]*\.?\d*|\.\d+)([eE][+-]?\d+)?\s?%?$|^['’]?\d{2,4}\s?[-./년]\s?\d{1,2}\s?[-./월]\s?\d{1,2}.*$"
    r"|^\d{1,2}/\d{1,2}/\d{4}.*$|^\d{1,2}:\d{2}(:\d{2})?.*$"
)
_UNIT = re.compile(
    r"^[\(\[].{1,12}[\)\]]$"
    r"|^(명|천명|만명|건|천건|대|원|천원|만원|백만원|억원|십억원|조원|개|개소|개사|회|권|세대|가구|필지|톤|천톤|시간|분|초"
    r"|%|‰|℃|°C|㎡|㎢|㎥|㎜|㎝|㎞|㎏|㎎|mm|cm|m|km|m²|km²|m³|ha|kg|g|t|ℓ|L|ppm|ppb|dB|hPa|㎧|kW|MW|kWh|MWh|GWh|TOE"
    r"|deg|°|인|면|석|그루|마리|곳|평|천㎡|천㎥|㎾|㎾h"
    r"|(명|인|대|건|회|개소|원|천원|톤|kg|㎏|㎍|µg|mg|㎎|m|km|㎞|㎡|㎥|m³|kWh)"
    r"/(㎡|㎢|㎥|m²|km²|m³|L|ℓ|명|인|대|가구|세대|년|월|일|시간|시|분|초|h|s))$"
)

_NAMED_UNIT = re.compile(r"^(.*\S)\s*[(\[（]\s*(?:단위\s*[:：]?\s*)?([^()\[\]（）]+?)\s*[)\]）]$")

# (45) is a number below zero in accounts.
_IN_BRACKETS = re.compile(r"^[\(\[][\d,.\s]+[\)\]]$")

# (단위: 천원) over a table, and columns whose numbers are none of it.
_UNIT_ABOVE = re.compile(
    r"^(?:[(\[<]\s*단위\s*[:：]\s*([^()\[\],，/]+?)\s*[)\]>]|단위\s*[:：]\s*([^()\[\],，/]+))$"
)
_OTHER_NAME = re.compile(
    r"[연년]도|연번|순번|순위|번호|코드|[율률]|비중|구성비|위도|경도|좌표|%|^(no\.?|id|년|월|일|연령|나이)$",
    re.IGNORECASE,
)

# What stands beside or over a table: its unit, its source, a longer remark.
_NOTE = re.compile(r"^\s*(※|[ㅇ○]\s|[(\[]?단위\s*[:：)]|(자료|출처)\s*[:：])|^(?=[\s\S]{30}).*\n")
# Who made a table or when, as stands above it in one line (작성부서: 총무과).
_LABEL = re.compile(r"^[가-힣]{2,8}\s?[:：]\s?\S")
_HANGUL = re.compile("[가-힣]")
_IDENTIFIER = re.compile(r"^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$")


# What columns are called and values are not.
_COLUMN_WORD = re.compile(
    r"(성|시설|기관|부서|업체|담당자)?명칭?|이름|자치구|구|동|주소|소재지|위치|(전화|관리|연락)(번호|처)|전화|번호|구분|유형|종류|비고|내용"
    r"|(시작|종료)?(일자?|날짜|기간|시간)|부서|기관|담당자|직위|직급|소속|코드|수량|금액|면적|인원|합?계|남|여|name|type|phone|address",
    re.IGNORECASE,
)


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The table's names and where its data begin.

    `first_data` is the index among the given rows of the first data row; `levels` the header rows
    as they stand in the file; `unit` is what a line over the table says of all its numbers.
    """

    names: tuple[str, ...]
    units: tuple[str, ...]
    unit: str = ""
    first_data: int
    levels: tuple[tuple[str, ...], ...]
    fixes: dict[str, int]


def find_header(rows: list[Row]) -> Header | None:
    """Return the header among the first `rows` of a file, or None where nothing is a table."""
    filled = [index for index, row in enumerate(rows) if any(cell.strip() for cell in row)]
    if not filled:
        return None
    width = _common_width([rows[index] for index in filled])
    below = [*filled[1:], None]
    start = next(
        (
            index
            for index, after in zip(filled, below, strict=True)
            if not _is_title(rows[index], width)
            and (after is None or not _is_headline(rows, index, after, width))
        ),
        None,
    )
    if start is None:
        return None
    body = _sample_body(rows, start)
    typed = _typed_columns(body, width)
    if not _is_header(rows[start], body, typed):
        return _without_header(rows, start, width, _skipped(filled, start))
    last = _last_header_row(rows, start, typed)
    levels = [_strip(row) for row in rows[start : last + 1] if any(cell.strip() for cell in row)]
    unit_level = levels.pop() if len(levels) > 1 and _is_unit_row(levels[-1], typed) else []
    fixes = {"unit_row_read": 1} if unit_level else {}
    names, repairs = name_columns(_combine(levels, max(len(level) for level in levels)))
    fixes |= repairs | _skipped(filled, start)
    if len(levels) > 1:
        fixes["header_rows_joined"] = len(levels)
    units = tuple(_unit_of(unit_level, index) for index in range(len(names)))
    unit = _find_unit_above(rows[:start])
    fixes |= {"unit_above_read": 1} if unit else {}
    written = tuple(tuple(rows[index]) for index in range(start, last + 1))
    return Header(names=names, units=units, unit=unit, first_data=last + 1, levels=written, fixes=fixes)


def name_columns(raw: list[str]) -> tuple[tuple[str, ...], dict[str, int]]:
    """Return names made clean and unique, with counts of what was repaired."""
    fixes: Counter[str] = Counter()
    names: list[str] = []
    taken: set[str] = set()
    for position, text in enumerate(raw, 1):
        name = _clean_name(text)
        if not name:
            name = f"column_{position}"
            fixes["header_names_generated"] += 1
        elif name != _clean_spaces(text):
            fixes["header_names_repaired"] += 1
        # Tables tell names apart without regard to case.
        if name.lower() in taken:
            fixes["header_names_duplicated"] += 1
            name = _unique(name, taken)
        taken.add(name.lower())
        names.append(name)
    return tuple(names), dict(fixes)


def is_value(cell: str) -> bool:
    """Return whether `cell` looks like a number, a date or a time rather than a name."""
    return bool(_VALUE.match(cell.strip()))


def split_unit(name: str) -> tuple[str, str]:
    """Return a name and the unit that stands in brackets at its end: 예산(천원), 면적 [㎡]; "" without one."""
    found = _NAMED_UNIT.match(name)
    return (found[1], found[2]) if found and _UNIT.match(found[2]) else (name, "")


def _find_unit_above(titles: list[Row]) -> str:
    """Return the one unit that a line over the table gives all its numbers, "" without one."""
    for row in titles:
        cells = [cell for cell in _strip(row) if cell]
        found = [one[1] or one[2] for cell in cells if (one := _UNIT_ABOVE.match(cell))]
        # (단위: 명, %) is two units, which a delimiter may have cut apart.
        others = sum(bool(_UNIT.match(cell.strip(")]>"))) for cell in cells)
        if found:
            return found[0] if len(found) == 1 and not others and _UNIT.match(found[0]) else ""
    return ""


def is_counted(name: str) -> bool:
    """Return whether the unit over a table is that of a column of numbers: no year, number of a row or share."""
    return not _OTHER_NAME.search(name)


def _clean_spaces(text: str) -> str:
    plain = re.sub(r'^="([^"]*)"$', r"\1", text.replace("\ufeff", "").removeprefix("ï»¿"))
    return re.sub(r"[\r\n\t]+", " ", plain).strip()


def _clean_name(text: str) -> str:
    kept = "".join(char for char in _clean_spaces(text) if char.isprintable() and char != "\ufffd")
    kept = kept.strip()
    return "" if not kept.strip("?") or kept.startswith("__") else kept


def _unique(name: str, taken: set[str]) -> str:
    number = 2
    while f"{name}_{number}".lower() in taken:
        number += 1
    return f"{name}_{number}"


def _common_width(rows: list[Row]) -> int:
    counts = Counter(len(row) for row in rows)
    return max(counts, key=lambda width: (counts[width], width))


def _is_title(row: Row, width: int) -> bool:
    filled = sum(bool(cell.strip()) and not _NOTE.search(cell) for cell in row)
    if row[0].lstrip().startswith("##"):
        return True
    return width > 1 and filled < 2 or (len(row) * 3 < width and filled * 3 < width)


def _is_headline(rows: list[Row], index: int, after: int, width: int) -> bool:
    """Return whether a row is a line of words with delimiters above one that names every column by itself.

    It has fewer cells, or stands apart from the names, below which values follow.
    """
    names = _strip(rows[after])
    complete = len(names) == width == len(set(names)) and all(names) and not any(map(is_value, names))
    if not complete or len(rows[index]) + 1 < width:
        return complete
    are_labels = all(_LABEL.match(cell) for cell in _strip(rows[index]) if cell)
    is_apart = after > index + 1 and not _has_gaps(rows[index])
    return (are_labels or is_apart) and after + 1 < len(rows) and any(map(is_value, rows[after + 1]))


def _skipped(filled: list[int], start: int) -> dict[str, int]:
    titles = sum(index < start for index in filled)
    counts = {"title_lines_skipped": titles, "blank_lines_skipped": start - titles}
    return {name: count for name, count in counts.items() if count}


def _sample_body(rows: list[Row], start: int) -> list[Row]:
    rest = [row for row in rows[start + 1 :] if any(cell.strip() for cell in row)]
    if len(rest) > 3 * _MAX_HEADER_ROWS:
        return rest[_MAX_HEADER_ROWS:]
    return rest[len(rest) // 2 :]


def _typed_columns(body: list[Row], width: int) -> list[int]:
    typed = []
    for column in range(width):
        cells = [row[column].strip() for row in body if column < len(row)]
        cells = [cell for cell in cells if cell not in _ABSENT]
        if cells and sum(is_value(cell) or is_amount(cell) for cell in cells) >= 0.8 * len(cells):
            typed.append(column)
    return typed


def _cells(row: Row, columns: list[int]) -> list[str]:
    cells = [row[column].strip() for column in columns if column < len(row)]
    # X is a name where Y stands beside it, and else the sign of a value that isn't told.
    absent = _ABSENT - {"X", "x"} if {"Y", "y"} & set(cells) else _ABSENT
    return [cell for cell in cells if cell not in absent]


def _is_header(row: Row, body: list[Row], typed: list[int]) -> bool:
    values = [cell for cell in _cells(row, typed) if is_value(cell)]
    texts = [cell for cell in _cells(row, typed) if not is_value(cell)]
    if texts:
        return True
    others = [column for column in range(len(row)) if column not in typed]
    if values:
        return (
            _is_series(values) and not _reappears(row, body, others) and (bool(others) or _are_years(values))
        )
    return not _reappears(row, body, others)


def _is_series(values: list[str]) -> bool:
    """Return whether header cells are years or evenly spaced whole numbers, such as hours."""
    if not all(value.isdigit() for value in values):
        return False
    numbers = [int(value) for value in values]
    steps = {after - before for before, after in zip(numbers, numbers[1:], strict=False)}
    return _are_years(values) or (len(numbers) > 2 and len(steps) == 1)


def _are_years(values: list[str]) -> bool:
    return all(value.isdigit() and 1900 <= int(value) <= 2100 for value in values)


def _reappears(row: Row, body: list[Row], columns: list[int]) -> bool:
    """Return whether most cells of `row` stand again below, in their own column: then it is data.

    Where it stands again as a whole, files of the same header were put together.
    """
    body = [other for other in body if other != row]
    if len(body) < 3:
        return False
    named = [column for column in columns if row[column].strip()]
    if not named:
        return False
    again = sum(
        any(column < len(other) and other[column] == row[column] for other in body) for column in named
    )
    return again * 2 >= len(named)


def _last_header_row(rows: list[Row], start: int, typed: list[int]) -> int:
    last = start
    for index in range(start + 1, min(start + _MAX_HEADER_ROWS, len(rows) - 1)):
        if _strip(rows[index]) == _strip(rows[start]):
            break
        # Rows that a title or a year stands between may belong together; others begin the data.
        is_next = not any(cell.strip() for row in rows[last + 1 : index] for cell in row)
        if _continues_header(rows[start:index], rows[index], typed, is_next=is_next):
            last = index
    return last


def _continues_header(above: list[Row], row: Row, typed: list[int], *, is_next: bool) -> bool:
    if not typed:
        return is_next and _continues_merged(above, row)
    cells = _cells(row, typed)
    if not cells or any(is_value(cell) for cell in cells):
        return False
    if _is_unit_row(_strip(row), typed if is_next else []):
        return True
    # A word that stands in several columns named already says that values are missing.
    is_plain = len(set(cells)) == len(cells) or any(_has_gaps(upper) for upper in above)
    if len(cells) == len(typed) and is_plain and (len(typed) >= 3 or _is_translation(above[-1], row)):
        return True
    if not any(_has_gaps(upper) for upper in above) and not _reaches_further(above, row):
        return False
    open_columns = _unnamed_columns(above, typed)
    named = [column for column in open_columns if column < len(row) and row[column].strip()]
    return len(cells) * 2 >= len(typed) or (bool(named) and len(named) == len(open_columns))


def _reaches_further(above: list[Row], row: Row) -> bool:
    """Return whether `row` names every column that none above does, where one above ends early, as a last merged cell does."""
    names = _drop_blank_end(row)
    own = [name for name in names if name]
    alone = (column for column, name in enumerate(names) if not name)
    is_complete = len(set(own)) == len(own) and all(
        any(column < len(upper) and upper[column].strip() for upper in above) for column in alone
    )
    return is_complete and any(len(_drop_blank_end(upper)) < len(names) for upper in above)


def _is_translation(names: Row, row: Row) -> bool:
    """Return whether `row` gives every name again, in Korean where none was before, or as identifiers."""
    names, row = _drop_blank_end(names), _drop_blank_end(row)
    if not len(names) == len(row) > 1:
        return False
    korean, words = ([bool(_HANGUL.search(cell)) for cell in cells] for cells in (names, row))
    is_named = all(_IDENTIFIER.match(cell.strip()) for cell in row)
    return (not any(korean) and all(words)) or (all(korean) and is_named)


def _unnamed_columns(above: list[Row], columns: list[int]) -> list[int]:
    """Return the columns that the header rows so far don't tell from another one."""
    names = _combine(above, max(len(row) for row in above))
    shared = Counter(names)
    return [column for column in columns if column < len(names) and shared[names[column]] > 1]


def _drop_blank_end(row: Row) -> Row:
    cells = _strip(row)
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _has_gaps(row: Row) -> bool:
    cells = _drop_blank_end(row)
    return "" in cells or len(set(cells)) < len(cells)


def _is_unit_row(row: Row, typed: list[int]) -> bool:
    """Return whether `row` holds units only, or one for each column of numbers beside words ("단위", "-")."""
    cells = [cell for cell in row if cell]
    if cells and all(_UNIT.match(cell) for cell in cells):
        return True
    units = [row[column] if column < len(row) else "" for column in typed]
    is_told = bool(units) and all(_UNIT.match(unit) and not _IN_BRACKETS.match(unit) for unit in units)
    return is_told and not any(map(is_value, cells))


def _unit_of(units: Row, index: int) -> str:
    is_unit = index < len(units) and _UNIT.match(units[index])
    return units[index].strip("()[]") if is_unit else ""


def _continues_merged(above: list[Row], row: Row) -> bool:
    """Return whether `row` of a table of words divides the names of a first row with merged cells.

    Under a name of one column alone, merged downwards, stands nothing, or the name again. Where every name is one of
    several columns, those below are told from a row of data by being what columns are called.
    """
    width = max(len(one) for one in [*above, row])
    names, cells = _fill_right(_strip(above[0]), width), _strip(row) + [""] * (width - len(row))
    counts = Counter(names)
    alone = [column for column in range(width) if counts[names[column]] == 1]
    shared = [column for column in range(width) if counts[names[column]] > 1]
    if not shared or any(map(is_value, cells)):
        return False
    if not alone:
        known = sum(bool(_COLUMN_WORD.fullmatch(cell)) for cell in cells)
        return len(above) == 1 and all(cells) and known * 2 >= width
    return all(cells[column] in {"", names[column]} for column in alone) and all(
        cells[column] for column in shared
    )


def _strip(row: Row) -> Row:
    return [cell.strip() for cell in row]


def _combine(levels: list[Row], width: int) -> list[str]:
    """Return one name a column: distinct levels from top to bottom, merged cells filled rightwards."""
    # Beyond the last cell that any level has nothing is named.
    end = max((at + 1 for level in levels for at, cell in enumerate(level) if cell), default=0)
    spread: list[Row] = []
    for level in levels[:-1]:
        spread.append(_fill_right(level[:end], end, spread) + [""] * (width - end))
    spread.append(levels[-1] + [""] * (width - len(levels[-1])))
    names = []
    for column in range(width):
        parts: list[str] = []
        for level in spread:
            part = level[column]
            if part and part not in parts:
                parts.append(part)
        names.append(" ".join(parts))
    return names


def _fill_right(level: Row, width: int, above: Sequence[Row] = ()) -> Row:
    """Return a level with its cells filled rightwards, each no further than what stands above it."""
    filled: Row = []
    current, under = "", [""] * len(above)
    for column, cell in enumerate(level + [""] * (width - len(level))):
        upper = [row[column] for row in above]
        current = cell or (current if upper == under else "")
        under = upper
        filled.append(current)
    return filled


def _without_header(rows: list[Row], start: int, width: int, fixes: dict[str, int]) -> Header:
    names = tuple(f"column_{position}" for position in range(1, max(width, len(rows[start])) + 1))
    fixes["header_missing"] = 1
    return Header(names=names, units=("",) * len(names), first_data=start, levels=(), fixes=fixes)
