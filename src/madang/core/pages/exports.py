"""Rows → CSV, Excel or JSON, streamed in batches."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse

from madang.core.base.interface import Text, to_city_time

EXPORTS = {"csv": "CSV", "xlsx": "Excel", "json": "JSON"}
BATCH = 1000
FETCHED = 10_000
"""Rows asked for at once: what lies before them is passed over each time."""
LONGEST_CELL = 32_767
EXCEL_ROWS = 1_048_575
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
Fetch = Callable[[int, int], Sequence[Any]]


def export_rows(
    kind: str, columns: Sequence[Any], fetch: Fetch, language: str, path: str
) -> HttpResponseBase:
    """Return every row that `fetch(offset, limit)` gives as a download of `kind` (a key of EXPORTS)."""
    name = f"{path.strip('/').replace('/', '-') or 'list'}.{kind}"
    rows = _walk(fetch)
    if kind == "xlsx":
        return FileResponse(_write_excel(columns, rows, language), as_attachment=True, filename=name)
    write = _write_csv if kind == "csv" else _write_json
    response = StreamingHttpResponse(
        write(columns, rows, language),
        content_type="text/csv; charset=utf-8" if kind == "csv" else "application/json",
    )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _walk(fetch: Fetch) -> Iterator[Any]:
    offset = 0
    while rows := fetch(offset, FETCHED):
        yield from rows
        offset += len(rows)
        if len(rows) < FETCHED:
            return


def _write_csv(columns: Sequence[Any], rows: Iterator[Any], language: str) -> Iterator[str]:
    """Write with a byte-order mark, for Excel; text that a spreadsheet would run is quoted by an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow([_title(column, language) for column in columns])
    for count, row in enumerate(rows, 1):
        writer.writerow([_disarm(_plain(column.read(row), language)) for column in columns])
        if count % BATCH == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _write_json(columns: Sequence[Any], rows: Iterator[Any], _language: str) -> Iterator[bytes]:
    yield b"["
    for count, row in enumerate(rows):
        record = {column.name: column.read(row) for column in columns}
        yield (b",\n" if count else b"\n") + msgspec.json.encode(record, enc_hook=str)
    yield b"\n]\n"


def _write_excel(columns: Sequence[Any], rows: Iterator[Any], language: str) -> Any:
    book, sheet = open_workbook()
    sheet.append([_title(column, language) for column in columns])
    for count, row in enumerate(rows):
        if count == EXCEL_ROWS:
            break
        sheet.append([make_cell(sheet, _plain(column.read(row), language)) for column in columns])
    file = tempfile.TemporaryFile()
    book.save(file)
    file.seek(0)
    return file


def open_workbook(title: str = "Sheet") -> tuple[Any, Any]:
    """Return a new workbook that streams to disk, and its one sheet."""
    from openpyxl import Workbook  # noqa: PLC0415 (half a second that only a workbook needs)

    book = Workbook(write_only=True)
    return book, book.create_sheet(title[:31])


def make_cell(sheet: Any, value: Any) -> Any:
    """Return a value as a sheet holds it: moments in the city's time, text never as a formula."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    if isinstance(value, datetime):
        return to_city_time(value).replace(tzinfo=None) if value.tzinfo else value
    if not isinstance(value, str):
        return value
    kept = "".join(sign for sign in value[:LONGEST_CELL] if sign >= " " or sign in "\n\t")
    cell = WriteOnlyCell(sheet, value=kept)
    cell.data_type = "s"
    return cell


def _title(column: Any, language: str) -> str:
    return f"{column.title.say(language)} ({column.unit})" if column.unit else column.title.say(language)


def _plain(value: Any, language: str) -> Any:
    """Return a value as a spreadsheet keeps it: moments without zone in the city's time."""
    if isinstance(value, Text):
        return value.say(language)
    if isinstance(value, datetime):
        return to_city_time(value).replace(tzinfo=None)
    if value is None or isinstance(value, bool | int | float | date):
        return value
    return str(value)


def _disarm(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
