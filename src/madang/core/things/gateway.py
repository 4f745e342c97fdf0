"""Files with lists of things: CSV, TSV, XLSX and JSON → rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile, is_zipfile

import msgspec
from python_calamine import CalamineError, CalamineWorkbook

from madang.core.base.interface import BadInput

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".json")
ENCODINGS = ("utf-8-sig", "cp949")
UNFOLDED_LIMIT = 100_000_000


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield one dictionary a row, keyed by the heading; raises BadInput where the file can't be read."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise _wrong("CSV, TSV, XLSX, JSON 파일을 올려 주십시오.", "send a CSV, TSV, XLSX or JSON file")
    if suffix == ".json":
        yield from _read_json(path)
    elif suffix in {".xlsx", ".xls"}:
        yield from _read_table(_read_workbook(path))
    else:
        yield from _read_table(_read_lines(path))


def _read_json(path: Path) -> list[dict[str, Any]]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[dict[str, Any]])
    except (msgspec.DecodeError, RecursionError) as error:
        raise _wrong(f"JSON을 읽을 수 없습니다: {error}", f"the JSON can't be read: {error}") from error


def _read_workbook(path: Path) -> list[list[Any]]:
    try:
        _refuse_bomb(path)
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        return [[_to_cell(value) for value in row] for row in sheet.to_python()]
    except (CalamineError, BadZipFile, OSError, IndexError) as error:
        raise _wrong(
            f"표 파일을 읽을 수 없습니다: {error}", f"the workbook can't be read: {error}"
        ) from error


def _refuse_bomb(path: Path) -> None:
    """Refuse a workbook that unfolds to more than the memory that a page may take."""
    if not is_zipfile(path):
        return
    with ZipFile(path) as book:
        size = sum(part.file_size for part in book.infolist())
    if size > UNFOLDED_LIMIT:
        limit = UNFOLDED_LIMIT // 1_000_000
        raise _wrong(
            f"풀었을 때 {limit} MB가 넘는 표 파일은 받지 않습니다. CSV로 나누어 올려 주십시오.",
            f"workbooks that unfold to more than {limit} MB aren't taken; send CSV, in parts",
        )


def _read_lines(path: Path) -> list[list[str]]:
    raw = path.read_bytes()
    for encoding in ENCODINGS:
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise _wrong("글자 부호가 UTF-8도 CP949도 아닙니다.", "the text is neither UTF-8 nor CP949")
    first = text.split("\n", 1)[0]
    delimiter = "\t" if first.count("\t") > first.count(",") else ","
    try:
        return list(csv.reader(io.StringIO(text.replace("\x00", "")), delimiter=delimiter))
    except csv.Error as error:
        raise _wrong(f"CSV를 읽을 수 없습니다: {error}", f"the CSV can't be read: {error}") from error


def _read_table(lines: list[list[Any]]) -> Iterator[dict[str, Any]]:
    filled = [line for line in lines if any(str(cell).strip() for cell in line)]
    if not filled:
        raise _wrong("빈 파일입니다.", "the file is empty")
    heading = [str(cell).strip() for cell in filled[0]]
    if "id" not in heading or len(set(filter(None, heading))) != len(list(filter(None, heading))):
        raise _wrong(
            "첫 줄은 열 이름이며 id가 있어야 하고 이름이 겹치지 않아야 합니다.",
            "the first row names the columns: id among them, and no name twice",
        )
    for line in filled[1:]:
        yield {name: value for name, value in zip(heading, line, strict=False) if name}


def _to_cell(value: Any) -> Any:
    """Return a cell as text where a workbook changed it: an id 101 comes as 101.0."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _wrong(ko: str, en: str) -> BadInput:
    return BadInput("things.file", ko, en, field="file")
