"""Text with delimiters: dialect, ragged rows, stray quotes; well-formed stretches go through Arrow.

A quote that never closes must not swallow the rows below it. So lines are first judged by
themselves: a line with balanced, well-placed quotes and the right number of fields is a row. Only
what is left is looked at one by one, and a quoted value may span lines only where the lines in
between aren't rows themselves.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from .containers import read_chunks
from .decoding import Block, detect_encoding, read_blocks
from .headers import Header, find_header
from .records import Notes
from .refusals import refuse
from .spool import HIDDEN, Spool

DELIMITERS = (",", "\t", ";", "|")
_SAMPLE_LINES = 2000
_MAX_CARRY = 1 << 25
_MAX_CONTROL_RATIO = 0.05
_MAX_COLUMNS = 20_000
_MAX_NAME = 60
_MAX_WORD = 100
csv.field_size_limit(1 << 30)


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """How rows are written.

    `width` is the usual number of fields, empty trailing ones included; `padded` says that a space
    follows each delimiter.
    """

    delimiter: str
    width: int
    header: Header
    padded: bool = False


def spool_text(path: Path, notes: Notes, progress: Callable[[int], None]) -> tuple[Spool, str, Header]:
    """Read a delimited text file into a spool of strings; return it with the encoding and header."""
    encoding = detect_encoding(lambda: read_chunks(path))
    blocks = read_blocks(read_chunks(path), encoding)
    first = next(blocks, None)
    if first is None:
        raise refuse("empty", "빈 파일입니다", "the file is empty", line=1)
    _refuse_binary(first)
    layout, skip = find_layout(first)
    reader = RowReader(layout, notes)
    spool = Spool([pa.field(name, pa.string()) for name in layout.header.names])
    for block in _skip_lines(first, skip, blocks):
        for batch in reader.read(block):
            spool.write(batch)
        progress(len(block.data))
    for batch in reader.finish():
        spool.write(batch)
    spool.finish()
    return spool, encoding, layout.header


def find_layout(block: Block) -> tuple[Layout, int]:
    """Return the layout judged by the first lines of a file, and how many lines come before the data."""
    lines = block.data[: 1 << 21].decode("utf-8", "replace").split("\n")[:_SAMPLE_LINES]
    lines = [line.rstrip("\r") for line in lines]
    delimiter = _find_delimiter(lines)
    starts, rows = _sample_rows(lines, delimiter)
    header = find_header(rows)
    if header is None:
        raise refuse("no_table", "표를 찾지 못했습니다", "no table was found", line=1)
    first_data = header.first_data
    skip = starts[first_data] if first_data < len(starts) else len(lines)
    body = [row for row in rows[first_data:] if any(cell.strip() for cell in row)]
    padded = bool(body) and sum(_is_spaced(row) for row in body) >= 0.9 * len(body) and delimiter != "\t"
    _refuse_prose(lines, header)
    header, width = _fit_width(header, body, skip)
    if width > _MAX_COLUMNS:
        raise refuse("columns", "열이 너무 많습니다", f"too many columns: {width}", line=1)
    return Layout(delimiter=delimiter, width=width, header=header, padded=padded), skip


class RowReader:
    """Turns blocks of lines into record batches, carrying an unfinished quoted value onwards."""

    def __init__(self, layout: Layout, notes: Notes) -> None:
        self.layout = layout
        self.notes = notes
        self._names = layout.header.names
        self._count = len(self._names)
        self._comment = layout.header.fixes.get("title_lines_skipped", 0) > 0
        self._rest = b""
        self._damaged: frozenset[int] = frozenset()
        self._rest_line = 1

    def read(self, block: Block) -> Iterator[pa.RecordBatch]:
        """Yield the rows of one block."""
        if self._rest:
            block = Block(
                data=self._rest + block.data,
                first_line=self._rest_line,
                damaged=self._damaged | block.damaged,
            )
        yield from self._rows(block, last=False)

    def finish(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows of what was carried to the end of the file."""
        if self._rest:
            block = Block(data=self._rest, first_line=self._rest_line, damaged=self._damaged)
            yield from self._rows(block, last=True)

    def _rows(self, block: Block, *, last: bool) -> Iterator[pa.RecordBatch]:
        lines = _Lines(block, self.layout)
        self._rest = b""
        repaired, taken = [], lines.usual.copy()
        index = 0
        unusual = np.flatnonzero(~lines.usual)
        for candidate in unusual:
            if candidate < index:
                continue
            index = self._read_unusual(lines, int(candidate), repaired, last=last)
            if index < 0:
                taken[candidate:] = False
                self._carry(block, lines, int(candidate))
                break
            taken[candidate:index] = False
        yield from self._merge(lines, taken, repaired)

    def _carry(self, block: Block, lines: _Lines, index: int) -> None:
        self._rest = block.data[lines.starts[index] :]
        self._rest_line = block.first_line + index
        self._damaged = frozenset(line for line in block.damaged if line >= self._rest_line)

    def _read_unusual(self, lines: _Lines, index: int, repaired: list, *, last: bool) -> int:
        """Read the row at line `index`; return the next line's index, or -1 to wait for more lines."""
        if lines.odd[index]:
            closing = lines.next_odd(index)
            if closing is None and not last and len(lines.block.data) - lines.starts[index] < _MAX_CARRY:
                return -1
            if closing is not None:
                fields = self._join_lines(lines, index, closing)
                if fields is not None:
                    self._keep(lines, index, fields, repaired)
                    return closing + 1
        self._read_line(lines, index, repaired)
        return index + 1

    def _join_lines(self, lines: _Lines, first: int, closing: int) -> list[str] | None:
        """Return the fields of a value that spans lines, or None where the quote is a stray one."""
        if any(line in lines.block.damaged for line in lines.numbers(first, closing)):
            return None
        between = lines.fields[first : closing + 1]
        if self.layout.width > 1 and (between == self.layout.width).all():
            return None
        text = lines.text(first, closing)
        try:
            rows = list(
                csv.reader(io.StringIO(text, newline=""), delimiter=self.layout.delimiter, strict=True)
            )
        except csv.Error:
            return None
        if len(rows) != 1 or len(rows[0]) not in {self.layout.width, self._count}:
            return None
        return rows[0]

    def _read_line(self, lines: _Lines, index: int, repaired: list) -> None:
        text = lines.text(index, index)
        number = lines.number(index)
        if not text.strip(" \t\r\n" + self.layout.delimiter + '"'):
            if text.strip(" \t\r\n"):
                self.notes.fix("blank_rows_skipped")
            elif index < lines.count - 1 or text:
                self.notes.fix("blank_lines_skipped")
            return
        if number in lines.block.damaged:
            self.notes.reject(number, "undecodable_bytes", text)
        elif "\x00" in text:
            self.notes.reject(number, "null_byte", text)
        elif text.startswith("##") and self._comment:
            self.notes.fix("comment_lines_skipped")
        else:
            self._keep(lines, index, self._split(text, odd=bool(lines.odd[index])), repaired)

    def _split(self, text: str, *, odd: bool) -> list[str]:
        delimiter = self.layout.delimiter
        text = text.rstrip("\r\n")
        if "\r" in text:
            self.notes.fix("stray_carriage_return")
            text = text.replace("\r", " ")
        if '"' not in text:
            return text.split(delimiter)
        try:
            fields = next(
                csv.reader([text], delimiter=delimiter, strict=True, skipinitialspace=self.layout.padded), []
            )
        except csv.Error:
            fields = []
        if fields and not odd:
            return fields
        literal = [_unquote(field) for field in text.split(delimiter)]
        if len(literal) in {self._count, self.layout.width}:
            self.notes.fix("unclosed_quote" if odd else "stray_quote")
            return literal
        loose = next(csv.reader([text], delimiter=delimiter), [])
        if not odd and len(loose) in {self._count, self.layout.width}:
            self.notes.fix("stray_quote")
            return loose
        return [] if odd else loose

    def _keep(self, lines: _Lines, index: int, fields: list[str], repaired: list) -> None:
        """Fit one row's fields to the header, or reject the row."""
        number, count = lines.number(index), self._count
        if not fields:
            self.notes.reject(number, "unclosed_quote", lines.text(index, index))
            return
        extra = [field for field in fields[count:] if field.strip()]
        if extra:
            self.notes.reject(number, "too_many_fields", lines.text(index, index))
            return
        if len(fields) > count:
            self.notes.fix("trailing_delimiter_dropped")
        short = len(fields) < count
        padded = [*fields[:count], *[""] * (count - len(fields))]
        repaired.append((index, number, padded, short))

    def _merge(self, lines: _Lines, taken: np.ndarray, repaired: list) -> Iterator[pa.RecordBatch]:
        """Yield usual rows, read at once, and repaired ones, in the order of the file."""
        columns = lines.read_usual(taken, self._count)
        if columns is None:
            for index in np.flatnonzero(taken):
                self._read_line(lines, int(index), repaired)
            columns, taken = [pa.array([], pa.string())] * self._count, np.zeros(lines.count, bool)
        elif self.layout.width > self._count:
            columns, taken = self._drop_trailing(lines, columns, taken)
        positions = np.flatnonzero(taken)
        repaired.sort(key=lambda row: row[0])
        order = np.argsort(np.concatenate([positions, [row[0] for row in repaired]]), kind="stable")
        arrays = []
        for number, column in enumerate(columns[: self._count]):
            added = pa.array([row[2][number] for row in repaired], pa.string())
            arrays.append(pa.concat_arrays([_whole(column), added]) if repaired else _whole(column))
        numbers = np.concatenate([positions + lines.block.first_line, [row[1] for row in repaired]])
        shorts = np.concatenate([np.zeros(len(positions), bool), [row[3] for row in repaired]])
        arrays += [pa.array(numbers.astype(np.int64)), pa.array(shorts.astype(bool))]
        batch = pa.RecordBatch.from_arrays(arrays, names=[*self._names, *(field.name for field in HIDDEN)])
        batch = batch.take(pa.array(order)) if repaired else batch
        batch = _strip_padding(batch, self._count) if self.layout.padded else batch
        yield self._clean(batch)

    def _drop_trailing(
        self, lines: _Lines, columns: list[pa.ChunkedArray], taken: np.ndarray
    ) -> tuple[list[pa.Array], np.ndarray]:
        """Drop empty fields beyond the header; a row with something there is rejected."""
        surplus = np.zeros(int(taken.sum()), bool)
        for column in columns[self._count :]:
            surplus |= np.asarray([bool(value.strip()) for value in column.unique().to_pylist()])[
                np.asarray(column.combine_chunks().dictionary_encode().indices)
            ]
        for index in np.flatnonzero(taken)[surplus]:
            self.notes.reject(lines.number(index), "too_many_fields", lines.text(index, index))
        self.notes.fix("trailing_delimiter_dropped", int((~surplus).sum()))
        kept = taken.copy()
        kept[np.flatnonzero(taken)[surplus]] = False
        return [_whole(column).filter(pa.array(~surplus)) for column in columns[: self._count]], kept

    def _clean(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Drop rows that only repeat the header."""
        if not self.layout.header.levels or not batch.num_rows:
            return batch
        titles = {level[0] for level in self.layout.header.levels}
        suspects = np.flatnonzero(
            np.asarray(pc.is_in(batch.column(0), value_set=pa.array(sorted(titles), pa.string())))
        )
        levels = {level[: self._count] for level in self.layout.header.levels}
        again = [row for row in suspects if _row(batch, row, self._count) in levels]
        if not again or len(levels) == 1 and self._count == 1:
            return batch
        for row in again:
            line = batch.column(self._count)[row].as_py()
            self.notes.reject(
                line, "repeated_header", self.layout.delimiter.join(_row(batch, row, self._count))
            )
        keep = np.ones(batch.num_rows, bool)
        keep[again] = False
        return batch.filter(pa.array(keep))


class _Lines:
    """The lines of one block, each judged by itself with array operations over the bytes."""

    def __init__(self, block: Block, layout: Layout) -> None:
        self.block = block
        self.layout = layout
        data = np.frombuffer(block.data, np.uint8)
        self.data = data
        newlines = np.flatnonzero(data == 10)
        self.count = len(newlines)
        self.starts = np.concatenate([[0], newlines[:-1] + 1]) if self.count else np.zeros(0, np.int64)
        self.stops = newlines
        self.odd = np.zeros(self.count, bool)
        self._judge()

    def _judge(self) -> None:
        data, count = self.data, self.count
        quotes = np.flatnonzero(data == 34)
        delimiters = np.flatnonzero(data == ord(self.layout.delimiter))
        before = np.searchsorted(quotes, self.starts)
        quote_count = np.searchsorted(quotes, self.stops) - before
        self.odd = quote_count % 2 == 1
        line_of = np.searchsorted(self.stops, delimiters)
        self.fields = np.bincount(line_of, minlength=count)[:count] + 1
        fields = self.fields
        if len(quotes):
            inside = (np.searchsorted(quotes, delimiters) - before[line_of]) % 2 == 1
            fields = np.bincount(line_of[~inside], minlength=count)[:count] + 1
        usual = ~self.odd & (fields == self.layout.width) & (self.layout.width > 1)
        usual &= ~self._has_strange(quotes, before)
        usual &= (self.stops - self.starts) > self.layout.width
        if self.layout.padded:
            usual &= quote_count == 0
        for line in self.block.damaged:
            usual[line - self.block.first_line] = False
        if self.block.data.find(b"##") >= 0:
            usual &= ~((data[self.starts] == 35) & (data[np.minimum(self.starts + 1, len(data) - 1)] == 35))
        self.usual = usual
        self._odd_lines = np.flatnonzero(self.odd)

    def _has_strange(self, quotes: np.ndarray, before: np.ndarray) -> np.ndarray:
        """Return the lines with a misplaced quote, a zero byte or a lone carriage return."""
        data = self.data
        strange = np.zeros(self.count, bool)
        returns = np.flatnonzero(data == 13)
        lone = returns[data[np.minimum(returns + 1, len(data) - 1)] != 10]
        for places in (lone, np.flatnonzero(data == 0)):
            strange[np.searchsorted(self.stops, places)] = True
        if not len(quotes):
            return strange
        edge = np.zeros(256, bool)
        edge[[10, 13, 34, ord(self.layout.delimiter)]] = True
        line_of = np.searchsorted(self.stops, quotes)
        opening = (np.arange(len(quotes)) - before[line_of]) % 2 == 0
        previous = np.where(quotes > 0, edge[data[np.maximum(quotes - 1, 0)]], True)
        following = edge[data[np.minimum(quotes + 1, len(data) - 1)]]
        wrong = np.where(opening, ~previous, ~following)
        strange[line_of[wrong]] = True
        return strange

    def next_odd(self, index: int) -> int | None:
        """Return the next line after `index` with an odd number of quotes."""
        position = int(np.searchsorted(self._odd_lines, index, side="right"))
        return int(self._odd_lines[position]) if position < len(self._odd_lines) else None

    def number(self, index: int) -> int:
        """Return the line number in the file."""
        return self.block.first_line + int(index)

    def numbers(self, first: int, last: int) -> range:
        """Return the line numbers in the file, both ends included."""
        return range(self.number(first), self.number(last) + 1)

    def text(self, first: int, last: int) -> str:
        """Return lines `first` to `last` as text, without the last line's end."""
        return self.block.data[self.starts[first] : self.stops[last]].decode("utf-8", "replace")

    def read_usual(self, taken: np.ndarray, count: int) -> list[pa.Array] | None:
        """Return the columns of the usual lines in `taken`, or None where Arrow reads them otherwise."""
        if not taken.any():
            return [pa.array([], pa.string())] * max(count, self.layout.width)
        data = self.block.data
        if not taken.all():
            sizes = self.stops - self.starts + 1
            data = self.data[np.repeat(taken, sizes)].tobytes()
        names = [str(number) for number in range(self.layout.width)]
        try:
            table = pa_csv.read_csv(
                pa.BufferReader(data),
                pa_csv.ReadOptions(column_names=names, use_threads=False, block_size=len(data) + 1),
                pa_csv.ParseOptions(delimiter=self.layout.delimiter, ignore_empty_lines=False),
                pa_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()),
                    strings_can_be_null=False,
                    check_utf8=False,
                ),
            )
        except pa.ArrowInvalid:
            return None
        return table.columns if table.num_rows == int(taken.sum()) else None


def _find_delimiter(lines: list[str]) -> str:
    """Return the delimiter that cuts most lines into the same number of fields, more than one."""
    best, best_score = ",", (0.0, 0)
    filled = [line for line in lines[:-1] or lines if line.strip() and not line.startswith("##")]
    for delimiter in DELIMITERS:
        counts = Counter(_count_fields(line, delimiter) for line in filled)
        counts.pop(1, None)
        if counts:
            width, share = counts.most_common(1)[0]
            score = (round(share / len(filled), 1), width)
            best, best_score = (delimiter, score) if score > best_score else (best, best_score)
    return best


def _count_fields(line: str, delimiter: str) -> int:
    if '"' not in line:
        return line.count(delimiter) + 1
    return len(next(csv.reader([line.replace("\r", " ").replace("\x00", " ")], delimiter=delimiter), []))


def _sample_rows(lines: list[str], delimiter: str) -> tuple[list[int], list[list[str]]]:
    """Return (line index, row) of the first lines; a header may hold quoted line breaks."""
    starts, rows = [], []
    index = 0
    while index < len(lines):
        stop = index + 1
        if lines[index].count('"') % 2:
            closing = next(
                (i for i in range(index + 1, min(index + 20, len(lines))) if lines[i].count('"') % 2), index
            )
            stop = closing + 1
        text = "\n".join(lines[index:stop]).replace("\x00", " ")
        row = (
            next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), []) if '"' in text else None
        )
        if stop > index + 1 and row is not None and not _usual_width(row, rows):
            stop, row = index + 1, lines[index].split(delimiter)
        starts.append(index)
        rows.append(lines[index].split(delimiter) if row is None else row)
        index = stop
    return starts, rows


def _usual_width(row: list[str], rows: list[list[str]]) -> bool:
    widths = [len(other) for other in rows[-20:]]
    return not widths or len(row) in widths


def _fit_width(header: Header, body: list[list[str]], line: int) -> tuple[Header, int]:
    """Return the header fitted to how many fields most rows have; refuse what could shift columns."""
    count = len(header.names)
    if not body:
        return header, count
    widths = Counter(len(row) for row in body)
    width, share = widths.most_common(1)[0]
    if width <= count or share * 2 < len(body):
        return header, count
    surplus = [row[count:] for row in body if len(row) == width]
    filled = sum(any(cell.strip() for cell in cells) for cells in surplus)
    if filled * 10 <= len(surplus):
        return header, width
    if width == count + 1 and _are_row_numbers([row[0] for row in body if len(row) == width]):
        fixes = header.fixes | {"header_names_generated": 1}
        names = (_free_name("row", header.names), *header.names)
        return msgspec.structs.replace(header, names=names, units=("", *header.units), fixes=fixes), width
    raise refuse(
        "header_width",
        f"머리글은 {count}칸인데 자료는 {width}칸이라 어느 열인지 정할 수 없습니다. 머리글을 고쳐 주세요.",
        f"the header has {count} fields but the rows have {width}, so columns can't be told; mend the header",
        line=line + 1,
    )


def _are_row_numbers(cells: list[str]) -> bool:
    if not all(cell.strip().isdigit() for cell in cells):
        return False
    numbers = [int(cell) for cell in cells]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _free_name(name: str, taken: tuple[str, ...]) -> str:
    return name if name not in taken else _free_name(name + "_", taken)


def _is_spaced(row: list[str]) -> bool:
    return len(row) > 1 and all(cell.startswith(" ") for cell in row[1:] if cell)


def _unquote(field: str) -> str:
    """Return a field without the quotes around it, or without one that only opens."""
    inner = field[1:-1]
    if len(field) >= 2 and field[0] == field[-1] == '"' and inner.count('"') == 2 * inner.count('""'):
        return inner.replace('""', '"')
    return field[1:] if len(field) > 1 and field.startswith('"') and field.count('"') == 1 else field


def _whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _strip_padding(batch: pa.RecordBatch, count: int) -> pa.RecordBatch:
    columns = [pc.utf8_ltrim(column, " ") for column in batch.columns[:count]]
    return pa.RecordBatch.from_arrays([*columns, *batch.columns[count:]], schema=batch.schema)


def _row(batch: pa.RecordBatch, row: int, count: int) -> tuple[str, ...]:
    return tuple(batch.column(number)[int(row)].as_py() for number in range(count))


def _skip_lines(first: Block, skip: int, rest: Iterator[Block]) -> Iterator[Block]:
    position = 0
    for _ in range(skip):
        found = first.data.find(b"\n", position)
        position = len(first.data) if found < 0 else found + 1
    damaged = frozenset(line for line in first.damaged if line >= first.first_line + skip)
    yield Block(data=first.data[position:], first_line=first.first_line + skip, damaged=damaged)
    yield from rest


def _refuse_prose(lines: list[str], header: Header) -> None:
    """Refuse sentences: one column of them, or names as long as one."""
    filled = [line for line in lines if line.strip()]
    split = sum(any(delimiter in line for delimiter in DELIMITERS) for line in filled)
    long = sum(len(line) > _MAX_WORD for line in filled)
    in_words = len(header.names) == 1 and (split * 5 > len(filled) or long * 2 > len(filled))
    if in_words or sum(map(len, header.names)) > _MAX_NAME * len(header.names):
        raise refuse(
            "no_table", "열로 나뉜 표가 아닙니다", "no delimiter cuts the lines into columns", line=1
        )


def _refuse_binary(block: Block) -> None:
    head = block.data[: 1 << 16]
    control = sum(head.count(bytes([code])) for code in range(32) if code not in {9, 10, 13})
    if control > max(3, _MAX_CONTROL_RATIO * len(head)):
        raise refuse("binary", "글자가 아닌 자료입니다", "this isn't text", line=1)
