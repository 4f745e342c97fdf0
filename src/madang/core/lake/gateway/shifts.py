"""Rows with a field too few or an empty one too many: values in their own columns or not.

A short row is filled and a long one cut only where nothing speaks against it: numbers and dates within
what the sound rows hold, words among those of a column that has few, no number where no other row has
one. Else the row is rejected, for a column would hold what belongs to its neighbour.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from madang.core.base.interface import ColumnType

from .inference import ARROW_TYPES, Decision, convert, misfit_mask
from .spool import BARE, DOUBT, LINE, LONG, SHORT, SOUND, Spool
from .values import is_marker, trim

REASONS = {SHORT: "too_few_fields", LONG: "too_many_fields", BARE: "too_few_fields"}
_MAX_WORDS, _MIN_REPEATS = 30, 20
_MIN_REACH = 2
# From fewer values nothing is known of the others.
_MIN_VALUES = 20
_NUMBER = r"^[+-]?\d[\d,]*(\.\d+)?$"


def find_shifted(spool: Spool, decisions: dict[str, Decision]) -> tuple[dict[int, str], dict[int, int]]:
    """Return why doubtful rows, by their positions, aren't kept, and how many of each kind are.

    `decisions` are judged by the sound rows. The last row may have been cut by a broken transfer.
    """
    if not spool.doubtful_count:
        return {}, dict.fromkeys(REASONS, 0)
    columns = _look_at_sound(spool, decisions)
    doubtful = _Doubtful()
    position = 0
    for batch in spool.read():
        rows = np.flatnonzero(np.asarray(batch.column(DOUBT)))
        if len(rows):
            doubtful.add(batch.take(pa.array(rows)), rows + position, columns)
        position += batch.num_rows
    return doubtful.decide(spool.row_count - 1, len(decisions))


class _Column:
    """What the sound rows of a column hold."""

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        self.low = self.high = None
        self.words: set[str] | None = set()
        self.has_numbers = False
        self.count = 0

    def add(self, column: pa.StringArray) -> None:
        """Look at the sound rows of a batch."""
        self.count += len(column) - column.null_count
        if self._is_ordered:
            found = pc.min_max(_as_numbers(convert(column, self.decision))).as_py()
            if found["min"] is not None:
                self.low = found["min"] if self.low is None else min(self.low, found["min"])
                self.high = found["max"] if self.high is None else max(self.high, found["max"])
        elif self.decision.type is ColumnType.TEXT:
            words = _given(column).drop_null().unique()
            self.has_numbers |= bool(pc.any(pc.match_substring_regex(words, _NUMBER)).as_py())
            if self.words is not None and len(words) <= _MAX_WORDS:
                self.words.update(words.to_pylist())
            if len(words) > _MAX_WORDS or len(self.words or ()) > _MAX_WORDS:
                self.words = None

    def judge(self, column: pa.StringArray) -> tuple[np.ndarray, np.ndarray]:
        """Return where given values can't belong here, and where they plainly do."""
        values = _given(column)
        given = np.asarray(pc.is_valid(values))
        if self.decision.type is ColumnType.TEXT:
            return self._judge_words(values, given)
        wrong = misfit_mask(column, self.decision)
        if self._is_ordered and self.low is not None and self.count >= _MIN_VALUES:
            numbers = np.asarray(_as_numbers(convert(column, self.decision)).to_numpy(zero_copy_only=False))
            room = self.high - self.low
            wrong |= given & ((numbers < self.low - room) | (numbers > self.high + room))
        return wrong, given & ~wrong

    def _judge_words(self, values: pa.StringArray, given: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        wrong = np.zeros(len(values), bool)
        if not self.has_numbers and self.count >= _MIN_VALUES:
            wrong = given & np.asarray(pc.fill_null(pc.match_substring_regex(values, _NUMBER), False))
        if self.words and self.count >= _MIN_REPEATS * len(self.words):
            known = np.asarray(pc.is_in(values, value_set=pa.array(sorted(self.words), pa.string())))
            return wrong | (given & ~known), given & known
        return wrong, np.zeros(len(values), bool)

    @property
    def _is_ordered(self) -> bool:
        return self.decision.type in {ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.DATE, ColumnType.TIME}


class _Doubtful:
    """The doubtful rows of a file, each judged, then those that may be two halves of one row."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, int, int, int, bool, bool]] = []

    def add(self, batch: pa.RecordBatch, positions: np.ndarray, columns: dict[str, _Column]) -> None:
        """Judge the rows of a batch at `positions` of the spool."""
        wrong, right = (np.zeros(batch.num_rows, bool) for _ in range(2))
        reach = np.zeros(batch.num_rows, np.int64)
        for number, (name, column) in enumerate(columns.items(), 1):
            misfits, fits = column.judge(batch.column(name))
            wrong |= misfits
            right |= fits
            reach[np.asarray(pc.is_valid(trim(batch.column(name))))] = number
        kinds, lines = batch.column(DOUBT).to_pylist(), batch.column(LINE).to_pylist()
        self._rows += zip(
            positions.tolist(), lines, kinds, reach.tolist(), wrong.tolist(), right.tolist(), strict=True
        )

    def decide(self, last: int, width: int) -> tuple[dict[int, str], dict[int, int]]:
        """Return (reasons by position, rows kept by kind); see `find_shifted`."""
        reasons: dict[int, str] = {}
        for position, _, kind, reach, wrong, right in self._rows:
            # One value alone is the beginning of a row that was cut.
            is_lone = reach < _MIN_REACH < width
            if wrong or (kind == SHORT and (is_lone or not right) and position != last):
                reasons[position] = REASONS[kind]
        for pairs in (
            zip(self._rows, self._rows[1:], strict=False),
            zip(self._rows[::-1], self._rows[-2::-1], strict=False),
        ):
            for one, other in pairs:
                # A row that a line break cut in two: what is left of it is no row either.
                are_halves = abs(one[1] - other[1]) == 1 and one[3] + other[3] - 1 <= width
                if one[0] in reasons and other[2] == SHORT and are_halves:
                    reasons[other[0]] = REASONS[SHORT]
        kept = {kind: sum(row[2] == kind and row[0] not in reasons for row in self._rows) for kind in REASONS}
        return reasons, kept


def _look_at_sound(spool: Spool, decisions: dict[str, Decision]) -> dict[str, _Column]:
    columns = {name: _Column(decision) for name, decision in decisions.items()}
    for batch in spool.read():
        sound = batch.filter(pc.equal(batch.column(DOUBT), SOUND))
        for name, column in columns.items():
            column.add(sound.column(name))
    return columns


def _given(column: pa.StringArray) -> pa.StringArray:
    """Return trimmed values, null where one is missing or only says so."""
    texts = trim(column)
    return pc.if_else(pc.fill_null(is_marker(texts), True), pa.scalar(None, pa.string()), texts)


def _as_numbers(values: pa.Array) -> pa.DoubleArray:
    """Return numbers, dates and moments as numbers that can be compared."""
    if values.type == ARROW_TYPES[ColumnType.DATE]:
        values = values.cast(pa.int32())
    elif values.type == ARROW_TYPES[ColumnType.TIME]:
        values = values.cast(pa.int64())
    return values.cast(pa.float64(), safe=False)
