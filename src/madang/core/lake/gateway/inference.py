"""Which type each column has, judged over every row and never over a sample.

Rule: a column takes the strictest type that every value fits, missing markers aside. Columns with
a leading zero, and codes by their name, stay text. A column that only few values don't fit is looked
at twice: a row that misfits in two or more such columns with values of its own (or in the row number)
is a broken row, cut out of another one, and is rejected; otherwise the column is text and nothing
is lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from madang.core.base.interface import ColumnType

from . import values as v

MAX_MISFIT_RATIO = 0.01
MIN_MISFITS = 3
CODE_NAME = re.compile(
    r"^key$|(코드|우편번호|전화|팩스|연락처|휴대폰|핸드폰|사업자등록번호|사업자번호|법인등록번호|계좌)(번호)?\d*$"
    r"|(^|[_\s.])(code|cd|zip|zipcode|phone|tel|fax|telno)$|(Code|Cd|Tel|Zip)$|_CD$|_CODE$|^(CODE|TEL)$",
)
POSTAL_NAME = re.compile(r"우편번호|zip", re.IGNORECASE)
_HOUR_NAME = re.compile(r"일시|시간|time|date", re.IGNORECASE)

ARROW_TYPES = {
    ColumnType.TEXT: pa.string(),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.NUMBER: pa.float64(),
    ColumnType.BOOLEAN: pa.bool_(),
    ColumnType.DATE: pa.date32(),
    ColumnType.TIME: pa.timestamp("us", "UTC"),
    ColumnType.CLOCK: pa.string(),
}


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """The type of one column and how its text is read."""

    type: ColumnType
    unit: str = ""
    day_first: bool = True
    strip_zero: bool = False
    pad_to: int = 0
    misfits: int = 0
    zero_is_missing: bool = False
    only_markers: bool = False
    fixes: dict[str, int] = {}


class ColumnProfile:
    """Counts, over all rows so far, how many values of a column fit each kind."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows = self.markers = 0
        self.misfits = dict.fromkeys(
            ("boolean", "date", "datetime", "time", "integer", "number", "percent"), 0
        )
        self.alive = set(self.misfits)
        self.leading_zero = 0
        self.trailing_zero = 0
        self.exponent = 0
        self.longest = 0
        self.shortest = 99
        self.day_first = self.month_first = self.slashed = self.packed = self.empty_dates = 0

    def add(self, column: pa.StringArray) -> None:
        """Count one batch."""
        if not self.alive:
            return
        counted = pc.value_counts(column)
        texts, counts = v.trim(counted.field("values")), counted.field("counts")
        markers = pc.fill_null(v.is_marker(texts), False)
        self.markers += _sum(markers, np.asarray(counts))
        given = pc.and_(pc.is_valid(texts), pc.invert(markers))
        texts, counts = texts.filter(given), np.asarray(counts.filter(given))
        if not len(texts):
            return
        self.rows += int(counts.sum())
        for kind in sorted(self.alive):
            fits = _FITS[kind](texts)
            self.misfits[kind] += int(counts[~np.asarray(fits)].sum())
            if self.misfits[kind] > max(MIN_MISFITS, MAX_MISFIT_RATIO * self.rows) + MIN_MISFITS:
                self.alive.discard(kind)
        if self.alive & {"integer", "number"}:
            self._look_at_digits(texts, counts)
        if self.alive & {"date", "datetime"}:
            self._look_at_dates(texts, counts)

    def decide(self) -> Decision:
        """Return the column's type."""
        alive = {kind for kind in self.alive if self._tolerable(kind)}
        if not self.rows:
            return Decision(type=ColumnType.TEXT, only_markers=self.markers > 0)
        if not alive:
            return Decision(type=ColumnType.TEXT)
        for kind in ("boolean", "date", "datetime", "time", "integer", "number", "percent"):
            clean = kind in alive and not self.misfits[kind]
            if clean and (decision := self._decide_kind(kind)):
                return decision
        kind = min(alive, key=lambda name: (self.misfits[name], _ORDER.index(name)))
        decision = self._decide_kind(kind)
        if decision is None or decision.type is ColumnType.TEXT:
            return Decision(type=ColumnType.TEXT)
        return msgspec.structs.replace(decision, misfits=self.misfits[kind])

    def _tolerable(self, kind: str) -> bool:
        misfits = self.misfits[kind]
        return misfits <= max(MIN_MISFITS, MAX_MISFIT_RATIO * self.rows) and misfits * 5 <= self.rows

    def _decide_kind(self, kind: str) -> Decision | None:
        if kind == "boolean":
            return Decision(type=ColumnType.BOOLEAN)
        if kind in {"date", "datetime"}:
            return self._decide_date(kind)
        if kind == "time":
            return Decision(type=ColumnType.CLOCK)
        if kind == "percent":
            return Decision(type=ColumnType.NUMBER, unit="%")
        return self._decide_number(kind)

    def _decide_date(self, kind: str) -> Decision | None:
        if self.slashed and bool(self.day_first) == bool(self.month_first):
            return None
        chosen = ColumnType.DATE if kind == "date" else ColumnType.TIME
        return Decision(type=chosen, day_first=not self.month_first, zero_is_missing=bool(self.empty_dates))

    def _decide_number(self, kind: str) -> Decision:
        if POSTAL_NAME.search(self.name) and self.longest == 5 and self.shortest == 4 and kind == "integer":
            return Decision(type=ColumnType.TEXT, pad_to=5)
        is_code = bool(CODE_NAME.search(self.name))
        if self.leading_zero:
            return Decision(type=ColumnType.TEXT)
        if self.exponent and (is_code or self.exponent * 2 > self.rows):
            return Decision(type=ColumnType.TEXT, fixes={"codes_damaged_by_excel": self.exponent})
        if is_code:
            return Decision(type=ColumnType.TEXT, strip_zero=self.trailing_zero > 0)
        return Decision(type=ColumnType.INTEGER if kind == "integer" else ColumnType.NUMBER)

    def _look_at_digits(self, texts: pa.StringArray, counts: np.ndarray) -> None:
        self.leading_zero += _sum(v.matches(texts, v.LEADING_ZERO), counts)
        if not self.misfits["integer"]:
            sizes = pc.binary_length(texts)
            self.longest = max(self.longest, pc.max(sizes).as_py())
            self.shortest = min(self.shortest, pc.min(sizes).as_py())
        else:
            self.trailing_zero += _sum(v.matches(texts, v.TRAILING_ZERO), counts)
            self.exponent += _sum(v.matches(texts, v.EXPONENT_CODE), counts)

    def _look_at_dates(self, texts: pa.StringArray, counts: np.ndarray) -> None:
        slashed = v.is_slashed_date(texts)
        self.slashed += _sum(slashed, counts)
        if self.slashed:
            day, month = v.day_evidence(texts)
            self.day_first, self.month_first = self.day_first + day, self.month_first + month
        self.empty_dates += _sum(pc.is_in(texts, value_set=pa.array(v.EMPTY_DATES)), counts)


class ColumnReader(msgspec.Struct, frozen=True, kw_only=True):
    """A column converted: its values and how many were repaired in which way."""

    values: pa.Array
    fixes: dict[str, int]


def convert(column: pa.StringArray, decision: Decision) -> ColumnReader:
    """Return `column` in its decided type; what doesn't fit is null."""
    if decision.type is ColumnType.TEXT:
        return _convert_text(column, decision)
    encoded = column.dictionary_encode()
    texts = v.trim(encoded.dictionary)
    markers = v.is_marker(texts)
    if decision.zero_is_missing:
        markers = pc.or_kleene(markers, pc.is_in(texts, value_set=pa.array(v.EMPTY_DATES)))
    given = pc.if_else(pc.fill_null(markers, False), pa.scalar(None, pa.string()), texts)
    weights = np.bincount(np.asarray(encoded.indices.drop_null()), minlength=len(texts))
    parsed, repaired = _CONVERT[decision.type](given, decision, weights)
    fixes = {"missing_markers": _sum(pc.fill_null(markers, False), weights), **repaired}
    return ColumnReader(values=parsed.take(encoded.indices), fixes={k: n for k, n in fixes.items() if n})


def misfit_mask(column: pa.StringArray, decision: Decision) -> np.ndarray:
    """Return where a value is given but doesn't fit the decided type."""
    texts = v.trim(column)
    given = np.asarray(pc.is_valid(texts)) & ~np.asarray(pc.fill_null(v.is_marker(texts), False))
    return given & ~np.asarray(pc.is_valid(convert(column, decision).values))


def _convert_text(column: pa.StringArray, decision: Decision) -> ColumnReader:
    blank = pc.equal(pc.binary_length(pc.utf8_trim_whitespace(column)), 0)
    texts = pc.if_else(blank, pa.scalar(None, pa.string()), column)
    fixes = {}
    if decision.only_markers:
        fixes["missing_markers"] = len(texts) - texts.null_count
        texts = pa.nulls(len(texts), pa.string())
    if decision.strip_zero:
        damaged = v.matches(texts, v.TRAILING_ZERO)
        fixes["trailing_zero_dropped"] = int(pc.sum(damaged).as_py() or 0)
        texts = pc.if_else(damaged, pc.replace_substring_regex(texts, r"\.0+$", ""), texts)
    if decision.pad_to:
        trimmed = v.trim(texts)
        lost = pc.and_(v.matches(trimmed, r"^\d+$"), pc.less(pc.binary_length(trimmed), decision.pad_to))
        fixes["leading_zero_restored"] = int(pc.sum(lost).as_py() or 0)
        texts = pc.if_else(lost, pc.utf8_lpad(trimmed, decision.pad_to, "0"), texts)
    return ColumnReader(values=texts, fixes={k: n for k, n in fixes.items() if n})


def _to_number(texts: pa.Array, decision: Decision, weights: np.ndarray) -> tuple[pa.Array, dict[str, int]]:
    if decision.unit == "%":
        return v.parse_percent(texts), {}
    parse = v.parse_integer if decision.type is ColumnType.INTEGER else v.parse_number
    rewritten = pc.or_kleene(v.matches(texts, r","), v.matches(texts, r"^[△▲]"))
    return parse(texts), {"thousands_separators": _sum(rewritten, weights)}


def _to_moment(texts: pa.Array, decision: Decision, weights: np.ndarray) -> tuple[pa.Array, dict[str, int]]:
    days, micros, _ = v.parse_moment(texts, day_first=decision.day_first)
    iso = v.matches(texts, r"^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?$")
    late = v.matches(texts, r"(^|[ T])24:00(:00)?$|^\d{8}240{3,5}$")
    fixes = {"dates_rewritten": _sum(pc.invert(iso), weights), "hour_24": _sum(late, weights)}
    if decision.type is ColumnType.DATE:
        return pc.cast(pc.cast(days, pa.int32()), pa.date32()), fixes
    return v.to_instant(days, micros), fixes


def _to_time(texts: pa.Array, decision: Decision, weights: np.ndarray) -> tuple[pa.Array, dict[str, int]]:
    times, _ = v.parse_time(texts)
    return v.format_time(times), {"hour_24": _sum(v.matches(texts, r"^24:00(:00)?$"), weights)}


def _to_boolean(texts: pa.Array, decision: Decision, weights: np.ndarray) -> tuple[pa.Array, dict[str, int]]:
    return v.parse_boolean(texts), {}


_CONVERT: dict[ColumnType, Callable] = {
    ColumnType.INTEGER: _to_number,
    ColumnType.NUMBER: _to_number,
    ColumnType.DATE: _to_moment,
    ColumnType.TIME: _to_moment,
    ColumnType.CLOCK: _to_time,
    ColumnType.BOOLEAN: _to_boolean,
}


def _fits_date(texts: pa.StringArray) -> np.ndarray:
    return _fits_moment(texts, with_clock=False)


def _fits_datetime(texts: pa.StringArray) -> np.ndarray:
    return _fits_moment(texts, with_clock=True)


def _fits_moment(texts: pa.StringArray, *, with_clock: bool) -> np.ndarray:
    empty = np.asarray(pc.is_in(texts, value_set=pa.array(v.EMPTY_DATES)))
    fits = np.zeros(len(texts), bool)
    for day_first in (True, False):
        days, micros, _ = v.parse_moment(texts, day_first=day_first)
        fits |= np.asarray(pc.is_valid(days)) & (
            with_clock | ~np.asarray(pc.is_valid(micros.field("micros")))
        )
    return fits | (empty & fits.any())


def _valid(parse: Callable[[pa.StringArray], pa.Array]) -> Callable[[pa.StringArray], np.ndarray]:
    return lambda texts: np.asarray(pc.is_valid(parse(texts)))


def _parse_clock(texts: pa.StringArray) -> pa.Array:
    return v.parse_time(texts)[0]


_FITS: dict[str, Callable[[pa.StringArray], np.ndarray]] = {
    "boolean": _valid(v.parse_boolean),
    "date": _fits_date,
    "datetime": _fits_datetime,
    "time": _valid(_parse_clock),
    "integer": _valid(v.parse_integer),
    "number": _valid(v.parse_number),
    "percent": _valid(v.parse_percent),
}
_ORDER = tuple(_FITS)


def _sum(condition: pa.BooleanArray, weights: np.ndarray) -> int:
    return int(weights[np.asarray(pc.fill_null(condition, False))].sum())


def profile_columns(names: Iterable[str]) -> dict[str, ColumnProfile]:
    """Return an empty profile for each column."""
    return {name: ColumnProfile(name) for name in names}
