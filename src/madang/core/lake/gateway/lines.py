"""The lines of a block, each judged by itself with array operations over the bytes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from .decoding import Block
from .dialects import Layout


class Lines:
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
