"""What the reader of XLS workbooks doesn't tell, from their records: MS-XLS (BIFF8) in an MS-CFB container."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import olefile

_SIGNATURE = b"\xd0\xcf\x11\xe0"
_EOF, _FORMULA, _SIZE, _COLUMNS, _SHEET, _NUMBERS, _STYLE = 0x0A, 0x06, 0x200, 0x7D, 0x85, 0xBD, 0xE0
_NUMBER, _ERROR, _ROW, _RK, _FORMAT = 0x203, 0x205, 0x208, 0x27E, 0x41E
_CELLS = {_FORMULA, _NUMBER, _ERROR, _RK, 0xFD, 0x201, 0x204}
_NUMERIC = {_FORMULA, _NUMBER, _RK}
_ROW_HIDDEN = 0x20

Record = tuple[int, bytes]


def is_biff(workbook: bytes) -> bool:
    """Return whether a workbook is one of Excel 97 to 2003."""
    return workbook.startswith(_SIGNATURE)


def list_records(workbook: bytes, name: str) -> Iterator[Record]:
    """Yield (kind, content) of each record of the sheet called `name`; raise KeyError without such a sheet."""
    stream = _read_stream(workbook)
    start = {_read_name(content): int.from_bytes(content[:4], "little") for content in _list(stream, _SHEET)}
    for kind, content in _walk(stream, start[name]):
        if kind == _EOF:
            return
        yield kind, content


def find_formats(workbook: bytes) -> list[tuple[int, str]]:
    """Return the number of the format of each style, with its code where the workbook gives one."""
    stream = _read_stream(workbook)
    codes = {}
    for content in _list(stream, _FORMAT):
        size, is_wide = struct.unpack_from("<HB", content, 2)
        codes[int.from_bytes(content[:2], "little")] = _decode(content[5:], size, is_wide=is_wide & 1)
    numbers = [int.from_bytes(content[2:4], "little") for content in _list(stream, _STYLE)]
    return [(number, codes.get(number, "")) for number in numbers]


def list_cells(kind: int, content: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield (row, column, style) of the numbers that a record holds, counted from 0."""
    if kind in _NUMERIC:
        yield struct.unpack_from("<HHH", content)
    elif kind == _NUMBERS:
        row, column = struct.unpack_from("<HH", content)
        for at in range(4, len(content) - 2, 6):
            yield row, column + (at - 4) // 6, int.from_bytes(content[at : at + 2], "little")


def read_size(kind: int, content: bytes) -> tuple[int, int] | None:
    """Return the rows and columns up to the last used ones, None where a record doesn't tell them."""
    if kind != _SIZE:
        return None
    _, height, _, width = struct.unpack_from("<IIHH", content)
    return height, width


def count_cells(kind: int, content: bytes) -> int:
    """Return how many cells a record holds."""
    return (len(content) - 6) // 6 if kind == _NUMBERS else kind in _CELLS


def has_failed(kind: int, content: bytes) -> bool:
    """Return whether a record is a cell with an error, such as #DIV/0!."""
    if kind == _ERROR:
        return content[7] == 1
    return kind == _FORMULA and content[6] == 2 and content[12:14] == b"\xff\xff"


def read_hidden(kind: int, content: bytes) -> tuple[int, tuple[int, int] | None]:
    """Return how many rows a record hides, and the first and last column that it does."""
    if kind == _ROW:
        return int(bool(content[12] & _ROW_HIDDEN)), None
    if kind == _COLUMNS and content[8] & 1:
        return 0, struct.unpack_from("<HH", content)
    return 0, None


def _list(stream: bytes, wanted: int) -> list[bytes]:
    """Return the records of one kind that hold for the whole workbook."""
    found = []
    for kind, content in _walk(stream, 0):
        if kind == _EOF:
            break
        if kind == wanted:
            found.append(content)
    return found


def _walk(stream: bytes, at: int) -> Iterator[Record]:
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _read_name(content: bytes) -> str:
    return _decode(content[8:], content[6], is_wide=content[7] & 1)


def _decode(data: bytes, size: int, *, is_wide: int) -> str:
    return data[: 2 * size].decode("utf-16-le") if is_wide else data[:size].decode("latin-1")


def _read_stream(workbook: bytes) -> bytes:
    """Return the workbook's stream of records; raise KeyError where there is none that can be read."""
    try:
        with olefile.OleFileIO(io.BytesIO(workbook)) as container:
            return container.openstream("Workbook").read()
    except OSError as error:
        raise KeyError("Workbook") from error
