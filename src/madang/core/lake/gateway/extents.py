"""What the reader of workbooks doesn't tell: how far a sheet reaches, before it is read, and zeros only shown."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from xml.etree import ElementTree

import msgspec

from .biff import (
    count_cells,
    find_formats,
    has_failed,
    is_biff,
    list_cells,
    list_records,
    read_hidden,
    read_size,
)

_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
# A formula that no program has calculated yet: its cell holds no value (an empty text is one).
_UNCALCULATED = re.compile(
    rb'<(?:\w+:)?c\b(?![^>]*\bt="str")[^>]*>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)'
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
# The reader gives what a formula failed with (#DIV/0!) as nothing.
_FAILED = re.compile(rb'<(?:\w+:)?c\b(?=[^>]*\bt="e")[^>]*[^/]>')
_STYLED = re.compile(rb'<(?:\w+:)?c\b(?=[^>]*\br="([A-Z]{1,3})(\d{1,7})")(?=[^>]*\bs="(\d+)")')
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\b(?=[^>]*\bhidden="(?:1|true)")[^>]*?\br="(\d{1,7})"')
_HIDDEN_COLUMNS = re.compile(
    rb'<(?:\w+:)?col\b(?=[^>]*\bhidden="(?:1|true)")(?=[^>]*\bmin="(\d{1,5})")[^>]*?\bmax="(\d{1,5})"'
)
# 0000 shows 7 as 0007: a code. 00 is how months and hours are shown.
_PADDING = re.compile(r"^(0{3,})(;|$)")
_PERCENT_FORMATS = {"9", "10"}
_CHUNK = 1 << 22
_TAG = 200
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Extent(msgspec.Struct, frozen=True, kw_only=True):
    """The rows and columns up to the last cell of a sheet, and how many cells stand there.

    `hidden_rows` and `hidden_columns` count those among them that nobody sees on the screen,
    `uncalculated` formulas without a value, `failed` those with an error; `padded` holds (row, column, digits) of cells, counted
    from 0, that a format shows with zeros in front, `percents` (row, column) of those that one shows as percent.
    """

    height: int = 0
    width: int = 0
    cells: int = 0
    hidden_rows: int = 0
    hidden_columns: int = 0
    uncalculated: int = 0
    failed: int = 0
    padded: list[tuple[int, int, int]] = []
    percents: list[tuple[int, int]] = []

    @property
    def area(self) -> int:
        """How many cells the smallest rectangle around all of them holds."""
        return self.height * self.width


def measure_sheet(workbook: bytes, name: str) -> Extent:
    """Return the extent of a sheet of an XLSX or XLS workbook; an empty one where it can't be told."""
    # What is damaged is for the reader of the workbook to refuse.
    with suppress(Exception):
        if is_biff(workbook):
            return _measure_records(workbook, name)
        with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
            return _measure(_read_chunks(archive, _find_member(archive, name)), *_find_formats(archive))
    return Extent()


def _measure_records(workbook: bytes, name: str) -> Extent:
    paddings, percents = _judge_styles([(str(number), code) for number, code in find_formats(workbook)])
    cells = failed = hidden_rows = height = width = 0
    padded, shown, columns = [], [], []
    for kind, content in list_records(workbook, name):
        height, width = read_size(kind, content) or (height, width)
        cells += count_cells(kind, content)
        failed += has_failed(kind, content)
        rows, hidden = read_hidden(kind, content)
        hidden_rows += rows
        columns += [hidden] if hidden else []
        for row, column, style in list_cells(kind, content):
            if style in paddings:
                padded.append((row, column, paddings[style]))
            elif style in percents:
                shown.append((row, column))
    return Extent(
        height=height,
        width=width,
        cells=cells,
        hidden_rows=hidden_rows,
        hidden_columns=sum(max(0, min(last, width - 1) - first + 1) for first, last in columns),
        failed=failed,
        padded=padded,
        percents=shown,
    )


def _find_member(archive: zipfile.ZipFile, name: str) -> str:
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    sheet = next(one for one in book.iter() if one.tag.endswith("}sheet") and one.get("name") == name)
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    target = next(one.attrib["Target"] for one in relations if one.get("Id") == sheet.get(_RELATION))
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")


def _find_formats(archive: zipfile.ZipFile) -> tuple[dict[int, int], set[int]]:
    """Return how many digits each style that fills up with zeros shows, and which styles show percent."""
    if "xl/styles.xml" not in archive.namelist():
        return {}, set()
    root = ElementTree.fromstring(archive.read("xl/styles.xml"))  # noqa: S314
    codes = {
        one.get("numFmtId"): one.get("formatCode", "") for one in root.iter() if one.tag.endswith("}numFmt")
    }
    styles = next((one for one in root if one.tag.endswith("}cellXfs")), [])
    numbers = [one.get("numFmtId", "") for one in styles]
    return _judge_styles([(number, codes.get(number, "")) for number in numbers])


def _judge_styles(styles: list[tuple[str, str]]) -> tuple[dict[int, int], set[int]]:
    """Return how many digits each style (number and code of its format) that fills up with zeros shows, and which show percent."""
    found = {style: _PADDING.match(code) for style, (_, code) in enumerate(styles)}
    percents = {
        style
        for style, (number, code) in enumerate(styles)
        if number in _PERCENT_FORMATS or "%" in code.split(";")[0]
    }
    return {style: len(match[1]) for style, match in found.items() if match}, percents


def _read_chunks(archive: zipfile.ZipFile, member: str) -> Iterator[bytes]:
    """Yield a member in pieces, none of which cuts a cell, or at least no tag."""
    rest = b""
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            data = rest + chunk
            stop = max(0, len(data) - _TAG)
            cut = data.rfind(b"<c ", 0, stop) if b"<c " in data else data.rfind(b"<", 0, stop)
            rest = data[max(0, cut) :]
            yield data[: max(0, cut)]
    yield rest


def _measure(chunks: Iterator[bytes], paddings: dict[int, int], percent_styles: set[int]) -> Extent:
    height = cells = uncalculated = failed = 0
    padded: list[tuple[int, int, int]] = []
    percents: list[tuple[int, int]] = []
    letters: set[bytes] = set()
    rows: list[int] = []
    columns: list[tuple[int, int]] = []
    for chunk in chunks:
        found = _CELL.findall(chunk)
        cells += len(found)
        uncalculated += len(_UNCALCULATED.findall(chunk)) if b"<f" in chunk or b":f" in chunk else 0
        failed += len(_FAILED.findall(chunk)) if b't="e"' in chunk else 0
        if b"hidden" in chunk:
            rows += map(int, _HIDDEN_ROW.findall(chunk))
            columns += ((int(first), int(last)) for first, last in _HIDDEN_COLUMNS.findall(chunk))
        letters.update({column for column, _ in found})
        for column, row, style in _STYLED.findall(chunk) if paddings or percent_styles else ():
            if (number := int(style)) in paddings:
                padded.append((int(row) - 1, _number(column) - 1, paddings[number]))
            elif number in percent_styles:
                percents.append((int(row) - 1, _number(column) - 1))
        height = max(height, max((int(row) for _, row in found), default=0))
    width = max(map(_number, letters), default=0)
    return Extent(
        height=height,
        width=width,
        cells=cells,
        # Unused rows and columns are hidden as well.
        hidden_rows=sum(row <= height for row in rows),
        hidden_columns=sum(max(0, min(last, width) - first + 1) for first, last in columns),
        uncalculated=uncalculated,
        failed=failed,
        padded=padded,
        percents=percents,
    )


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
