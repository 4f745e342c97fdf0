"""Files with lists of things: CSV, TSV, XLSX and JSON → rows."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
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
GZIP = b"\x1f\x8b"
DELIMITERS = ",\t;"


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield one dictionary a row of a list of things, which names each by `id`; raises BadInput as `read_list` does."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise _wrong(f"파일을 읽을 수 없습니다: {path}", f"the file can't be read: {error}") from error
    if path.suffix.lower() == ".json":
        yield from _read_json(raw)
        return
    table = read_table(raw, path.name)
    if "id" not in _read_heading(table):
        raise _wrong(
            "첫 줄은 열 이름이며 id가 있어야 합니다.", "the first row names the columns, id among them"
        )
    yield from _name_cells(table)


def read_list(raw: bytes, name: str) -> Iterator[dict[str, Any]]:
    """Yield one dictionary a row of somebody's list, keyed by the heading. `name` is the file's, for its ending.

    CSV, TSV (UTF-8 or CP949, also gzip) and workbooks are read; BadInput says what can't be.
    """
    yield from _name_cells(read_table(raw, name))


def read_table(raw: bytes, name: str) -> list[tuple[int, list[Any]]]:
    """Return (line, cells) of each row that isn't blank, the heading first; raises BadInput where there is none."""
    suffix = Path(name.lower().removesuffix(".gz")).suffix
    if suffix not in SUFFIXES or suffix == ".json":
        raise _wrong("CSV, TSV, XLSX 파일을 올려 주십시오.", "send a CSV, TSV or XLSX file")
    lines = _read_workbook(raw) if suffix in {".xlsx", ".xls"} else _read_lines(_unfold(raw))
    filled = [(at, line) for at, line in lines if any(str(cell).strip() for cell in line)]
    if not filled:
        raise _wrong("빈 파일입니다.", "the file is empty")
    return filled


def _name_cells(table: list[tuple[int, list[Any]]]) -> Iterator[dict[str, Any]]:
    heading = _read_heading(table)
    for _, line in table[1:]:
        yield {name: value for name, value in zip(heading, line, strict=False) if name}


def _read_heading(table: list[tuple[int, list[Any]]]) -> list[str]:
    heading = [str(cell).strip() for cell in table[0][1]]
    named = [name for name in heading if name]
    if len(set(named)) != len(named):
        raise _wrong("열 이름이 겹칩니다.", "two columns have one name")
    return heading


def _read_json(raw: bytes) -> list[dict[str, Any]]:
    try:
        return msgspec.json.decode(raw, type=list[dict[str, Any]])
    except (msgspec.DecodeError, RecursionError) as error:
        raise _wrong(f"JSON을 읽을 수 없습니다: {error}", f"the JSON can't be read: {error}") from error


def _read_workbook(raw: bytes) -> list[tuple[int, list[Any]]]:
    try:
        _refuse_bomb(raw)
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_index(0)
        return [(at, [_to_cell(value) for value in row]) for at, row in enumerate(sheet.to_python(), start=1)]
    except (CalamineError, BadZipFile, OSError, IndexError) as error:
        raise _wrong(
            f"표 파일을 읽을 수 없습니다: {error}", f"the workbook can't be read: {error}"
        ) from error


def _refuse_bomb(raw: bytes) -> None:
    """Refuse a workbook that unfolds to more than the memory that a page may take."""
    if not is_zipfile(io.BytesIO(raw)):
        return
    with ZipFile(io.BytesIO(raw)) as book:
        _refuse_large(sum(part.file_size for part in book.infolist()))


def _unfold(raw: bytes) -> bytes:
    """Return what a gzip holds; what is no gzip as it is."""
    if not raw.startswith(GZIP):
        return raw
    try:
        with gzip.open(io.BytesIO(raw)) as file:
            unfolded = file.read(UNFOLDED_LIMIT + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise _wrong(f"gzip을 풀 수 없습니다: {error}", f"the gzip is damaged: {error}") from error
    _refuse_large(len(unfolded))
    return unfolded


def _refuse_large(size: int) -> None:
    if size > UNFOLDED_LIMIT:
        limit = UNFOLDED_LIMIT // 1_000_000
        raise _wrong(
            f"풀었을 때 {limit} MB가 넘는 파일은 받지 않습니다. CSV로 나누어 올려 주십시오.",
            f"files that unfold to more than {limit} MB aren't taken; send CSV, in parts",
        )


def _read_lines(raw: bytes) -> list[tuple[int, list[str]]]:
    for encoding in ENCODINGS:
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise _wrong("글자 부호가 UTF-8도 CP949도 아닙니다.", "the text is neither UTF-8 nor CP949")
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter=delimiter)
    try:
        return [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        raise _wrong(f"CSV를 읽을 수 없습니다: {error}", f"the CSV can't be read: {error}") from error


def _to_cell(value: Any) -> Any:
    """Return a cell as text where a workbook changed it: an id 101 comes as 101.0."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _wrong(ko: str, en: str) -> BadInput:
    return BadInput("things.file", ko, en, field="file")
