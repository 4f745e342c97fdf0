"""Text with delimiters: dialect, ragged rows, stray quotes; well-formed stretches go through Arrow.

A quote that never closes must not swallow the rows below it. So lines are first judged by
themselves: a line with balanced, well-placed quotes and the right number of fields is a row. Only
what is left is looked at one by one, and a quoted value may span lines only where the lines in
between aren't rows themselves.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .containers import read_chunks
from .decoding import Block, detect_encoding, read_blocks
from .dialects import Layout, find_layout
from .drawn import is_rule, unframe
from .grids import FOOTNOTE, LONE_FOOTNOTE
from .headers import Header
from .lines import Lines
from .misread import mend_misread
from .raw import read_bytes, read_lengths
from .records import Notes
from .refusals import refuse
from .spool import BARE, HIDDEN, LONG, SHORT, SOUND, Spool
from .tables_below import find_table_below

_MAX_CARRY = 1 << 25
_BLANK = " \t\r\n\f\v"
_MAX_CONTROL_RATIO = 0.05
# ="0012" and '0012 keep Excel from counting.
_TEXT_FORMULA = r"""^="([^"]*)"$|^'(\d{4,}[\d-]*|0\d{1,2}-[\d-]{3,})$"""
_DRAWN = "rule"
_RULE = re.compile(r"[-=+| :]*[+|][-=+| :]*")
csv.field_size_limit(1 << 30)


def spool_text(path: Path, notes: Notes, progress: Callable[[int], None]) -> tuple[Spool, str, Header]:
    """Read a delimited text file into a spool of strings; return it with the encoding and header."""
    encoding = detect_encoding(lambda: read_chunks(path))
    blocks = unframe(mend_misread(read_blocks(read_chunks(path), encoding), notes))
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


class RowReader:
    """Turns blocks of lines into record batches, carrying an unfinished quoted value onwards."""

    def __init__(self, layout: Layout, notes: Notes) -> None:
        self.layout = layout
        self.notes = notes
        self._names = layout.header.names
        self._count = len(self._names)
        self._comment = layout.header.fixes.get("title_lines_skipped", 0) > 0
        self._levels = {
            tuple(cell.strip() for cell in level[: self._count]) for level in layout.header.levels
        }
        titles = "|".join(sorted(re.escape(level[0]) for level in self._levels))
        # What the first cell of a row looks like that may be a header or a remark.
        self._strange = (
            rf"^\s*((?:{titles})\s*$|:?---|===|{LONE_FOOTNOTE})" if self._levels else rf"^\s*{LONE_FOOTNOTE}"
        )
        self._is_over = False
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
        lines = Lines(block, self.layout)
        self._rest = b""
        repaired, taken = [], lines.usual.copy()
        index = 0
        end = self._reject_below(lines)
        taken[end:] = False
        unusual = np.flatnonzero(~lines.usual[:end])
        for candidate in unusual:
            if candidate < index:
                continue
            index = self._read_unusual(lines, int(candidate), repaired, last=last or self._is_over)
            if index < 0:
                taken[candidate:] = False
                self._carry(block, lines, int(candidate))
                break
            taken[candidate:index] = False
        yield from self._merge(lines, taken, repaired)

    def _reject_below(self, lines: Lines) -> int:
        """Reject the lines of another table below this one; return the index of the first, or how many lines there are."""
        below = 0 if self._is_over else find_table_below(lines, self._levels)
        if below is None:
            return lines.count
        self._is_over = True
        for index in range(below, lines.count):
            text = lines.text(index, index)
            if text.strip(_BLANK + self.layout.delimiter + '"'):
                self.notes.reject(lines.number(index), "other_table", text.rstrip("\r"))
        return below

    def _carry(self, block: Block, lines: Lines, index: int) -> None:
        self._rest = block.data[lines.starts[index] :]
        self._rest_line = block.first_line + index
        self._damaged = frozenset(line for line in block.damaged if line >= self._rest_line)

    def _read_unusual(self, lines: Lines, index: int, repaired: list, *, last: bool) -> int:
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

    def _join_lines(self, lines: Lines, first: int, closing: int) -> list[str] | None:
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

    def _read_line(self, lines: Lines, index: int, repaired: list) -> None:
        number = lines.number(index)
        for text in self._split_returns(lines.text(index, index), is_damaged=number in lines.block.damaged):
            self._read_text(lines, index, text, repaired)

    def _split_returns(self, text: str, *, is_damaged: bool) -> list[str]:
        """Return the rows of a line that old Mac line ends cut into rows; else the line alone."""
        pieces = text.rstrip("\r").split("\r")
        if len(pieces) == 1 or is_damaged:
            return [text]
        widths = {self._count, self.layout.width}
        rows = [piece for piece in pieces if piece.strip()]
        if any(
            len(_parse(row, self.layout.delimiter, padded=self.layout.padded)) not in widths for row in rows
        ):
            return [text]
        return rows

    def _read_text(self, lines: Lines, index: int, text: str, repaired: list) -> None:
        number = lines.number(index)
        if not text.strip(_BLANK + self.layout.delimiter + '"'):
            if text.strip(_BLANK):
                self.notes.fix("blank_rows_skipped")
            elif index < lines.count - 1 or text:
                self.notes.fix("blank_lines_skipped")
            return
        if number in lines.block.damaged:
            self.notes.reject(number, "undecodable_bytes", text)
        elif "\x00" in text:
            self.notes.reject(number, "null_byte", text)
        elif "---" in text and _RULE.fullmatch(text.strip()):
            self.notes.fix("rule_lines_skipped")
        elif text.startswith("##") and self._comment:
            self.notes.fix("comment_lines_skipped")
        else:
            self._keep(lines, index, self._split(text, odd=text.count('"') % 2 == 1), repaired)

    def _split(self, text: str, *, odd: bool) -> list[str]:
        delimiter = self.layout.delimiter
        text = text.rstrip("\r\n")
        if "\r" in text:
            self.notes.fix("stray_carriage_return")
            text = text.replace("\r", " ")
        if '"' not in text:
            return text.split(delimiter)
        if not self.layout.padded and re.search(rf"(?:^|{re.escape(delimiter)}) +\"", text):
            # A blank before a quote hides it from the reader of fields.
            fields = _parse(text, delimiter, padded=True)
            if fields and len(fields) in {self._count, self.layout.width}:
                self.notes.fix("blank_before_quote")
                return fields
        fields = _parse(text, delimiter, padded=self.layout.padded)
        if fields and not odd:
            return fields
        ends = rf"\" +(?={re.escape(delimiter)}|$)"
        fields = [] if odd else _parse(re.sub(ends, '"', text), delimiter, padded=self.layout.padded)
        if len(fields) in {self._count, self.layout.width}:
            self.notes.fix("blank_after_quote")
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

    def _keep(self, lines: Lines, index: int, fields: list[str], repaired: list) -> None:
        """Fit one row's fields to the header, or reject the row."""
        number, count = lines.number(index), self._count
        if not fields:
            self.notes.reject(number, "unclosed_quote", lines.text(index, index))
            return
        is_lone = not any(field.strip() for field in fields[1:])
        remark = LONE_FOOTNOTE if is_lone else FOOTNOTE
        if len(fields) < count and count > 2 and re.match(remark, fields[0].strip()):
            self.notes.reject(number, "footnote", self.layout.delimiter.join(fields))
            return
        if len(fields) > count and self.layout.join is not None:
            joined = self.layout.join.read(fields)
            if joined is not None:
                fields = joined
                self.notes.fix("commas_joined")
        if any(field.strip() for field in fields[count:]) or self._may_be_cut(fields):
            self.notes.reject(number, "too_many_fields", lines.text(index, index))
            return
        doubt = SHORT if len(fields) < count else SOUND
        if len(fields) > count and self.layout.width == count:
            doubt = LONG
        elif len(fields) > count:
            self.notes.fix("trailing_delimiter_dropped")
        elif len(fields) == count < self.layout.width:
            doubt = BARE
        padded = [*fields[:count], *[""] * (count - len(fields))]
        repaired.append((index, number, padded, doubt))

    def _may_be_cut(self, fields: list[str]) -> bool:
        """Return whether an empty end may come from a comma inside a value instead of one too many."""
        if len(fields) <= self._count or self.layout.width > self._count or self.layout.padded:
            return False
        return any(field.startswith(" ") and field.strip() for field in fields[1:])

    def _merge(self, lines: Lines, taken: np.ndarray, repaired: list) -> Iterator[pa.RecordBatch]:
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
        doubts = np.concatenate([np.full(len(positions), SOUND), [row[3] for row in repaired]])
        arrays += [pa.array(numbers.astype(np.int64)), pa.array(doubts.astype(np.int8))]
        batch = pa.RecordBatch.from_arrays(arrays, names=[*self._names, *(field.name for field in HIDDEN)])
        batch = batch.take(pa.array(order)) if repaired else batch
        if self.layout.padded or self.layout.wrapped:
            batch = _strip_margins(batch, self._count)
        yield self._clean(self._read_formulas(batch))

    def _drop_trailing(
        self, lines: Lines, columns: list[pa.ChunkedArray], taken: np.ndarray
    ) -> tuple[list[pa.Array], np.ndarray]:
        """Drop empty fields beyond the header; a row with something there is rejected."""
        surplus = np.zeros(int(taken.sum()), bool)
        for column in map(_whole, columns[self._count :]):
            given = [bool(value.strip()) for value in column.unique().to_pylist()]
            surplus |= np.asarray(given, bool)[np.asarray(column.dictionary_encode().indices)]
        for index in np.flatnonzero(taken)[surplus]:
            self.notes.reject(lines.number(index), "too_many_fields", lines.text(index, index))
        self.notes.fix("trailing_delimiter_dropped", int((~surplus).sum()))
        kept = taken.copy()
        kept[np.flatnonzero(taken)[surplus]] = False
        return [_whole(column).filter(pa.array(~surplus)) for column in columns[: self._count]], kept

    def _read_formulas(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch without the signs that only keep Excel from counting."""
        columns = batch.columns
        for number, column in enumerate(columns[: self._count]):
            if np.isin(read_bytes(column, 0), (ord("="), ord("'"))).any():
                found = pc.match_substring_regex(column, _TEXT_FORMULA)
                self.notes.fix("text_formulas_read", pc.sum(found).as_py())
                columns[number] = pc.replace_substring_regex(column, _TEXT_FORMULA, r"\1\2")
        return pa.RecordBatch.from_arrays(columns, schema=batch.schema)

    def _clean(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Reject rows that only repeat the header, and remarks below the table; skip those of empty quotes."""
        if not batch.num_rows or self._count == 1:
            return batch
        blank = _find_blank(batch, self._count)
        if blank.any():
            self.notes.fix("blank_rows_skipped", int(blank.sum()))
            batch = batch.filter(pa.array(~blank))
        is_strange = np.asarray(pc.match_substring_regex(batch.column(0), self._strange))
        suspects = np.flatnonzero(is_strange | _find_lone(batch, self._count))
        keep = np.ones(batch.num_rows, bool)
        for row in suspects.tolist():
            cells = _row(batch, row, self._count)
            reason = self._find_reason(cells)
            if reason == _DRAWN:
                self.notes.fix("rule_lines_skipped")
                keep[row] = False
            elif reason:
                line = batch.column(self._count)[row].as_py()
                self.notes.reject(line, reason, self.layout.delimiter.join(cells))
                keep[row] = False
        return batch if keep.all() else batch.filter(pa.array(keep))

    def _find_reason(self, cells: tuple[str, ...]) -> str:
        """Return why a row with cells for every column isn't one, "" where it is."""
        stripped = tuple(cell.strip() for cell in cells)
        if stripped in self._levels:
            return "repeated_header"
        if all(stripped) and is_rule(list(stripped)):
            return _DRAWN
        filled = [cell for cell in stripped if cell]
        is_remark = len(stripped) > 2 and len(filled) == 1 and re.match(LONE_FOOTNOTE, filled[0])
        return "footnote" if is_remark else ""


def _parse(text: str, delimiter: str, *, padded: bool) -> list[str]:
    """Return the fields of one well-formed line; none where its quotes are damaged."""
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True, skipinitialspace=padded), [])
    except csv.Error:
        return []


def _unquote(field: str) -> str:
    """Return a field without the quotes around it, or without one that only opens."""
    inner = field[1:-1]
    if len(field) >= 2 and field[0] == field[-1] == '"' and inner.count('"') == 2 * inner.count('""'):
        return inner.replace('""', '"')
    return field[1:] if len(field) > 1 and field.startswith('"') and field.count('"') == 1 else field


def _whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _strip_margins(batch: pa.RecordBatch, count: int) -> pa.RecordBatch:
    """Return a batch without the spaces or apostrophes around its values."""
    columns = [
        pc.replace_substring_regex(pc.utf8_trim(column, " "), r"(?s)^'(.*)'$", r"\1")
        for column in batch.columns[:count]
    ]
    return pa.RecordBatch.from_arrays([*columns, *batch.columns[count:]], schema=batch.schema)


def _find_lone(batch: pa.RecordBatch, count: int) -> np.ndarray:
    """Return the rows with one cell that isn't blank, which isn't the first."""
    rows = np.flatnonzero(read_bytes(batch.column(0), 0) <= ord(" "))
    filled = np.zeros(len(rows), np.int64)
    for column in batch.columns[:count] if len(rows) else ():
        filled += read_lengths(pc.utf8_trim_whitespace(column.take(pa.array(rows)))) > 0
    found = np.zeros(batch.num_rows, bool)
    found[rows[filled == 1]] = True
    return found


def _find_blank(batch: pa.RecordBatch, count: int) -> np.ndarray:
    """Return the rows whose cells are all blank."""
    # Only what begins as a blank does, or doesn't begin at all, can be blank throughout.
    rows = np.flatnonzero(read_bytes(batch.column(0), 0) <= ord(" "))
    for column in batch.columns[:count]:
        cells = pc.utf8_trim_whitespace(column.take(pa.array(rows)))
        rows = rows[read_lengths(cells) == 0]
        if not len(rows):
            break
    found = np.zeros(batch.num_rows, bool)
    found[rows] = True
    return found


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


def _refuse_binary(block: Block) -> None:
    head = block.data[: 1 << 16]
    control = sum(head.count(bytes([code])) for code in range(32) if code not in {9, 10, 13})
    if control > max(3, _MAX_CONTROL_RATIO * len(head)):
        raise refuse("binary", "글자가 아닌 자료입니다", "this isn't text", line=1)
