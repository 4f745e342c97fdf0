"""XML: rows of elements wherever they are nested, as public APIs answer, and workbooks of Excel 2003."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from .containers import read_chunks
from .decoding import detect_encoding, read_blocks
from .documents import find_table, spool_rows
from .grids import Range, spool_grid
from .headers import Header
from .records import Notes
from .refusals import refuse
from .spool import Spool

_DECLARATION = re.compile(rb"\A\s*<\?xml[^>]*\?>")
_OFFICE = "{urn:schemas-microsoft-com:office:spreadsheet}"
_MAX_DEPTH = 50
# One alone is a table of one row, too.
_ROWS = {"row", "item", "record"}


def spool_xml(
    path: Path, notes: Notes, progress: Callable[[int], None], sheet: str | None
) -> tuple[Spool, str, Header | None, tuple[str, ...]]:
    """Spool the largest table of an XML document, or a sheet of a workbook; return its encoding, header and sheets."""
    encoding = detect_encoding(lambda: read_chunks(path))
    data = b"".join(block.data for block in read_blocks(read_chunks(path), encoding))
    progress(len(data))
    root = _parse(data)
    if root.tag == f"{_OFFICE}Workbook":
        spool, header, sheets = _spool_book(root, notes, sheet)
        return spool, encoding, header, sheets
    if sheet is not None:
        raise refuse("sheet", "시트가 없는 파일입니다", "the file has no sheets", line=1)
    return spool_rows(find_table({_name(root): _as_value(root, 0)}, "XML"), notes), encoding, None, ()


def _parse(data: bytes) -> ElementTree.Element:
    # A document type could name other files, or unfold without end.
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise refuse("xml", "DOCTYPE이 든 XML은 읽지 않습니다", "XML with a document type isn't read", line=1)
    try:
        return ElementTree.fromstring(_DECLARATION.sub(b"", data))
    except ElementTree.ParseError as error:
        line = error.position[0]
        raise refuse("xml", "XML이 손상되었습니다", f"damaged XML: {error}", line=line) from error


def _as_value(element: ElementTree.Element, depth: int) -> Any:
    """Return an element as JSON would write it: text, or an object of attributes and children, lists where names repeat."""
    if depth > _MAX_DEPTH:
        raise refuse("xml", "XML이 너무 깊습니다", "the XML is nested too deeply", line=1)
    text = (element.text or "").strip() or None
    if not len(element) and not element.attrib:
        return text
    value: dict[str, Any] = {_plain(name): content for name, content in element.attrib.items()}
    children: dict[str, list[Any]] = {}
    for child in element:
        children.setdefault(_name(child), []).append(_as_value(child, depth + 1))
    value |= {
        name: items[0] if len(items) == 1 and name not in _ROWS else items for name, items in children.items()
    }
    return value | ({"text": text} if text and not children else {})


def _name(element: ElementTree.Element) -> str:
    return _plain(element.tag) if isinstance(element.tag, str) else ""


def _plain(name: str) -> str:
    return name.rpartition("}")[2]


def _spool_book(
    root: ElementTree.Element, notes: Notes, sheet: str | None
) -> tuple[Spool, Header, tuple[str, ...]]:
    grids = {one.get(f"{_OFFICE}Name", ""): _read_sheet(one) for one in root.iterfind(f"{_OFFICE}Worksheet")}
    if sheet is not None and sheet not in grids:
        known = ", ".join(grids)
        raise refuse("sheet", f"{sheet} 시트가 없습니다: {known}", f"there is no sheet {sheet}, only {known}")
    for name in [sheet] if sheet is not None else grids:
        grid, merged = grids[name]
        if sheet is not None or sum(sum(bool(cell.strip()) for cell in row) >= 2 for row in grid) >= 2:
            notes.fix("sheets_ignored", len(grids) - 1)
            spool, header = spool_grid(grid, notes, merged)
            return spool, header, (name, *(one for one in grids if one != name))
    raise refuse("no_table", "표가 있는 시트가 없습니다", "no sheet holds a table", line=1)


def _read_sheet(sheet: ElementTree.Element) -> tuple[list[list[str]], list[Range]]:
    """Return the cells of a sheet as a rectangle, and those that are merged."""
    rows: list[list[str]] = []
    merged: list[Range] = []
    for row in sheet.iterfind(f"{_OFFICE}Table/{_OFFICE}Row"):
        top = int(row.get(f"{_OFFICE}Index", len(rows) + 1)) - 1
        rows += [[] for _ in range(top - len(rows))]
        cells: list[str] = []
        for cell in row.iterfind(f"{_OFFICE}Cell"):
            left = int(cell.get(f"{_OFFICE}Index", len(cells) + 1)) - 1
            right = left + int(cell.get(f"{_OFFICE}MergeAcross", 0))
            bottom = top + int(cell.get(f"{_OFFICE}MergeDown", 0))
            data = cell.find(f"{_OFFICE}Data")
            cells += [""] * (left - len(cells)) + [_read_cell(data)] + [""] * (right - left)
            if (bottom, right) != (top, left):
                merged.append(((top, left), (bottom, right)))
        rows.append(cells)
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows], merged


def _read_cell(data: ElementTree.Element | None) -> str:
    if data is None:
        return ""
    text = "".join(data.itertext())
    if data.get(f"{_OFFICE}Type") == "DateTime":
        return text.replace("T00:00:00.000", "").replace("T", " ")
    return text
