"""A budget file → its rows of cells: CSV (UTF-8 or CP949, gzipped too) and workbooks."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Sequence

import python_calamine

from madang.core.base.interface import BadInput

MOST_BYTES = 256 * 2**20
MOST_CELL = 131_072
BOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
HEAD_LINES = 20
NO_SEPARATOR = re.compile(r'"[^"]*"|(?<=\d),(?=\d{3}(?!\d))')
GZIP = b"\x1f\x8b"


def read_cells(raw: bytes) -> list[Sequence[object]]:
    """Return the rows of a file, by what it is and not by its name.

    Workbooks are read by calamine, which doesn't mind a style sheet that is out of order; their first sheet counts.

    Raises
    ------
    BadInput
        `budget.unreadable`: neither text nor a workbook, damaged, or too large.
    """
    if raw.startswith(GZIP):
        raw = _unzip(raw)
    return _read_workbook(raw) if raw.startswith(BOOKS) else _read_text(raw)


def _unzip(raw: bytes) -> bytes:
    try:
        with gzip.open(io.BytesIO(raw)) as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise _refuse("압축이 깨졌습니다", "the compression is damaged") from error
    if len(content) > MOST_BYTES:
        raise _refuse("너무 큽니다", "it is too large")
    return content


def _read_workbook(raw: bytes) -> list[Sequence[object]]:
    try:
        book = python_calamine.load_workbook(io.BytesIO(raw))
        return list(book.get_sheet_by_index(0).to_python())
    except (python_calamine.CalamineError, IndexError, ValueError) as error:
        raise _refuse("엑셀 파일이 깨졌습니다", "the workbook is damaged") from error


def _read_text(raw: bytes) -> list[Sequence[object]]:
    text = _decode(raw)
    sign = _find_separator(text)
    csv.field_size_limit(MOST_CELL)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True))
    except csv.Error as error:
        raise _refuse(f"CSV가 아닙니다 ({error})", f"it is no CSV ({error})") from error


def _find_separator(text: str) -> str:
    """Return what stands most between the cells of the first lines; a comma in a number or in quotes is none."""
    head = NO_SEPARATOR.sub("", "\n".join(text.split("\n", HEAD_LINES)[:HEAD_LINES]))
    return max(",\t;", key=head.count)


def _decode(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "cp949"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _refuse("글자를 읽을 수 없습니다", "its text can't be read")


def _refuse(ko: str, en: str) -> BadInput:
    return BadInput(
        "budget.unreadable", f"파일을 읽을 수 없습니다: {ko}", f"the file can't be read: {en}", field="file"
    )
