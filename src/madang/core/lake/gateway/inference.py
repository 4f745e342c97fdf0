"""Which type each column has, judged over every row and never over a sample.

Rule: a column takes the strictest type that every value fits, missing markers aside. Columns with
a leading zero, and codes by their name, stay text. A column that only few values don't fit is looked
at twice: a row that misfits in two or more such columns with values of its own (or in the row number)
is a broken row, cut out of another one, and is rejected; otherwise the column is text and nothing
is lost.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from madang.core.base.interface import ColumnType

from . import values as v
from .amounts import DECIMALS, choose_unit, count_units, parse_amounts, split_amounts
from .clocks import are_packed, find_packed, parse_packed
from .raw import BLANK, COMMA, LETTER, POINT, find_signs, read_bytes, read_lengths

MAX_MISFIT_RATIO = 0.01
MIN_MISFITS = 3
CODE_NAME = re.compile(
    r"^key$|(코드|우편번호|전화|팩스|연락처|휴대폰|핸드폰|사업자등록번호|사업자번호|법인등록번호|계좌)(번호)?\d*$"
    r"|(^|[_\s.])(code|cd|zip|zipcode|phone|tel|fax|telno)$|(Code|Cd|Tel|Zip)$|_CD$|_CODE$|^(CODE|TEL)$",
)
# 20190101 may be any number: it is only a date under a name that says so.
DATE_NAME = re.compile(
    r"일자|날짜|일시|[년연]월일|시점|시각|시간|기간|(?<!번)일(?![가-힣])|date|ymd|yyyy|time|(^|[_\s])(dt|de|day|dttm|tm)(?![a-z])|dt$"
    r"|^column_\d+$",
    re.IGNORECASE,
)
_EVENT_NAME = re.compile(
    r"준공|설치|개업|폐업|개관|개장|신고|허가|등록|승인|착공|시행|고시|지정|갱신|수정|작성|접수|시작|종료|생일"
)
# Ratios: 1:10 is no time of day.
_RATIO_NAME = re.compile(r"배율|축척|비율|비$|경쟁률|구성비|스코어|점수|ratio|scale|score", re.IGNORECASE)
_KOREAN_DATE_NAME = re.compile(r"일자|날짜|일시|[년연]월일|시점|일$")
# 44931 is one of many numbers, but under a name that ends so the day that Excel made of 2023-01-05.
_EXCEL_DATE_NAME = re.compile(
    rf"(일자|날짜|[년연]월일|({_EVENT_NAME.pattern})일|(?<![a-z])date)$", re.IGNORECASE
)
# (98) beside 100 is more often a part of it than below nothing: only a name that says so decides.
BELOW_NOTHING_NAME = re.compile(
    r"증감|손익|차액|수지|이익|손실|순증|과부족|change|balance|profit|loss", re.IGNORECASE
)
CLOCK_NAME = re.compile(r"일시|시각|시간|time|dttm|_at$", re.IGNORECASE)
_CAMEL_DATE_NAME = re.compile(r"[a-z](Dt|De|Day|Tm)(?![a-z])")
POSTAL_NAME = re.compile(r"우편번호|zip", re.IGNORECASE)
# Kinds from the strictest to the widest: a column takes the first that all its values fit.
_ORDER = (
    "boolean",
    "date",
    "midnight",
    "datetime",
    "time",
    "integer",
    "number",
    "percent",
    "won",
    "amount",
    "comma",
)
# Nothing but midnights are dates unless the name says otherwise: an offset must not make them the day before.
_MOMENTS = ("date", "midnight", "datetime")
_NEVER_NUMBERS = {"boolean", "time", "percent", "won", "amount", "comma"}
_WON = "KRW"
_NO_NUMBERS = {*_NEVER_NUMBERS, *_MOMENTS}
_LONG_CODE = 8
_LONGEST_WHOLE = 18
# By how many first values a column is judged to have hardly two equal ones.
_HEAD, _MOSTLY = 1000, 0.7
_ZERO_STARTS = np.frombuffer(b"0+-", np.uint8)
_NUMBER_SIGNS = {
    "leading_zero": v.LEADING_ZERO,
    "year_month": v.YEAR_MONTH,
    "trailing_zero_dropped": v.TRAILING_ZERO,
    "codes_damaged_by_excel": v.EXPONENT_CODE,
    "thousands_separators": v.NUMBER_SIGN,
}
_DATE_SIGNS = {
    "slashed": v.SLASHED_DATE,
    "dates_rewritten": v.UNUSUAL_DATE,
    "midnight_24": v.HOUR_24,
    "bare_dates": v.BARE_DATE,
    "short_year": v.SHORT_YEAR,
    "late_year": v.LATE_YEAR,
    "dotted_year": v.DOTTED_YEAR,
    "late_day": v.LATE_DAY,
    "short_hours": r"^\d:\d\d$",
}

ARROW_TYPES = {
    ColumnType.TEXT: pa.string(),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.NUMBER: pa.float64(),
    ColumnType.BOOLEAN: pa.bool_(),
    ColumnType.DATE: pa.date32(),
    ColumnType.TIME: pa.timestamp("us", "UTC"),
    ColumnType.CLOCK: pa.string(),
}

_PLAIN = {ColumnType.INTEGER, ColumnType.NUMBER}
_REPAIRS = {
    ColumnType.INTEGER: ("thousands_separators", "wide_numbers", "bracketed_numbers"),
    ColumnType.NUMBER: ("thousands_separators", "wide_numbers", "bracketed_numbers"),
    ColumnType.DATE: ("dates_rewritten", "midnight_24"),
    ColumnType.TIME: ("dates_rewritten", "midnight_24"),
    ColumnType.CLOCK: ("midnight_24", "times_rewritten"),
    ColumnType.BOOLEAN: (),
}


_BLANK_STARTS = np.array([*range(33), 0xC2, 0xE1, 0xE2, 0xE3], np.uint8)


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """The type of one column and how its text is read."""

    type: ColumnType
    unit: str = ""
    day_first: bool = True
    strip_zero: bool = False
    pad_to: int = 0
    misfits: int = 0
    zero_is_missing: bool = False
    excel_days: bool = False
    brackets: bool = False
    only_markers: bool = False
    units_in_cells: bool = False
    packed_times: bool = False
    fixes: dict[str, int] = {}


class ColumnProfile:
    """Counts, over all rows so far, how many values of a column fit each kind, and what they need."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.brackets = bool(BELOW_NOTHING_NAME.search(name))
        self.misfits = dict.fromkeys(_ORDER, 0)
        self.alive = set(_ORDER)
        self.seen: Counter[str] = Counter()
        self.units: Counter[str] = Counter()
        self.longest, self.shortest = 0, 99

    @property
    def rows(self) -> int:
        """How many values were given, missing markers aside."""
        return self.seen["given"]

    def add(self, column: pa.StringArray) -> None:
        """Count one batch."""
        if not self.alive:
            return
        texts, counts = _count_values(column)
        texts = v.trim(texts)
        markers = pc.fill_null(v.is_marker(texts), False)
        self.seen["missing_markers"] += _sum(markers, counts)
        if not self.rows:  # words that nothing else stands beside are what the column says
            self.seen["missing_words"] += _sum(v.is_missing_word(texts), counts)
        given = pc.and_(pc.is_valid(texts), pc.invert(markers))
        if not pc.all(given).as_py():
            texts, counts = texts.filter(given), counts[np.asarray(given)]
        if not len(texts):
            return
        self.seen["given"] += int(counts.sum())
        self.seen["wide_numbers"] += _sum(v.find_wide(texts), counts)
        if self.brackets:
            self.seen["bracketed_numbers"] += _sum(v.find_bracketed(texts), counts)
            self.seen["signed"] += _sum(v.matches(texts, v.MINUS), counts)
        texts = v.plain(texts, brackets=self.brackets)
        for kind, fits in _judge(texts, self.alive):
            self.misfits[kind] += int(counts[~fits].sum())
            if self.misfits[kind] > max(MIN_MISFITS, MAX_MISFIT_RATIO * self.rows) + MIN_MISFITS:
                self.alive.discard(kind)
        self._look_closer(texts, counts)

    def decide(self) -> Decision:
        """Return the column's type."""
        if not self.rows:
            markers = 0 if self.seen["missing_words"] else self.seen["missing_markers"]
            fixes = {"missing_markers": markers} if markers else {}
            return Decision(type=ColumnType.TEXT, only_markers=bool(markers), fixes=fixes)
        if self.seen["bracketed_numbers"] and self.seen["signed"]:
            return Decision(
                type=ColumnType.TEXT
            )  # what is below nothing has its sign: brackets are something else
        alive = {kind for kind in self.alive if self._is_tolerable(kind)}
        for kind in _ORDER:
            if kind in alive and not self.misfits[kind]:
                if decision := self._decide_kind(kind):
                    return self._with_fixes(decision)
                alive.discard(kind)
        best = min(alive, key=lambda kind: (self.misfits[kind], _ORDER.index(kind)), default=None)
        decision = self._decide_kind(best) if best else None
        if best is None or decision is None or decision.type is ColumnType.TEXT or not self.misfits[best]:
            return Decision(type=ColumnType.TEXT)
        return msgspec.structs.replace(self._with_fixes(decision), misfits=self.misfits[best])

    def _is_tolerable(self, kind: str) -> bool:
        misfits = self.misfits[kind]
        return misfits <= max(MIN_MISFITS, MAX_MISFIT_RATIO * self.rows) and misfits * 5 <= self.rows

    def _decide_kind(self, kind: str) -> Decision | None:
        if kind == "boolean":
            return Decision(type=ColumnType.BOOLEAN)
        if kind in _MOMENTS:
            return self._decide_date(kind)
        if kind == "time":
            # 1:10 and 2:30 throughout, with one digit before the colon, may be ratios or verses.
            is_short = self.seen["short_hours"] == self.rows
            if _RATIO_NAME.search(self.name) or (is_short and not _names_clock(self.name)):
                return None
            return Decision(type=ColumnType.CLOCK)
        if kind == "percent":
            return Decision(type=ColumnType.NUMBER, unit="%", fixes={"percent_signs": self.rows})
        if kind == "comma":
            return Decision(type=ColumnType.TEXT, fixes={"commas_undecided": self.rows})
        if kind == "won":
            return Decision(type=ColumnType.INTEGER, unit=_WON, fixes={"currency_signs": self.seen["won"]})
        return self._decide_amount() if kind == "amount" else self._decide_number(kind)

    def _decide_amount(self) -> Decision | None:
        """Return numbers with the unit that their cells carry, None where it isn't one."""
        unit = choose_unit(self.units)
        if not unit:
            return None
        chosen = ColumnType.NUMBER if self.units[DECIMALS] else ColumnType.INTEGER
        return Decision(type=chosen, unit=unit, units_in_cells=True, fixes={"units_read": self.units[unit]})

    def _decide_date(self, kind: str) -> Decision | None:
        """Return a date, None where day and month can't be told apart, or the name says no date."""
        seen = self.seen
        if self.name != "key" and CODE_NAME.search(self.name):
            return None
        is_bare = seen["bare_dates"] + seen["empty_dates"] >= self.rows - self.misfits[kind]
        if is_bare and not DATE_NAME.search(self.name) and not _CAMEL_DATE_NAME.search(self.name):
            return None
        is_clock = seen["midnight_24"] or CLOCK_NAME.search(self.name)
        if kind == "midnight" and is_clock and not self.misfits["datetime"]:
            return None
        if seen["short_year"] and not (seen["late_year"] and _KOREAN_DATE_NAME.search(self.name)):
            return None
        # 10.1.1 is a section, 1101-3-12 a number in a register, where neither name nor days say otherwise.
        is_named = DATE_NAME.search(self.name) or _EVENT_NAME.search(self.name)
        if (seen["odd_years"] or seen["dotted_year"] > seen["late_day"] == 0) and not is_named:
            return None
        if seen["slashed"] and bool(seen["day_first"]) == bool(seen["month_first"]):
            return None
        chosen = ColumnType.TIME if kind == "datetime" else ColumnType.DATE
        return Decision(
            type=chosen, day_first=not seen["month_first"], zero_is_missing=bool(seen["empty_dates"])
        )

    def _decide_number(self, kind: str) -> Decision:
        exponents = self.seen["codes_damaged_by_excel"]
        if kind == "integer" and self.shortest == 4 and self._is_postal():
            return Decision(type=ColumnType.TEXT, pad_to=5)
        if self.seen["excel_days"] == self.rows:
            return Decision(type=ColumnType.DATE, excel_days=True, fixes={"excel_dates_read": self.rows})
        zeros = self.seen["leading_zero"] > 0
        if self.seen["times_rewritten"] == self.rows and are_packed(
            self.name, longest=self.longest, shortest=self.shortest, has_zero=zeros
        ):
            return Decision(type=ColumnType.CLOCK, packed_times=True)
        if zeros or self.seen["year_month"] == self.rows:
            return Decision(type=ColumnType.TEXT)
        is_code = bool(CODE_NAME.search(self.name))
        others_whole = self.misfits["integer"] == exponents and self.longest >= _LONG_CODE
        if exponents and (is_code or others_whole or exponents * 2 > self.rows):
            return Decision(type=ColumnType.TEXT, fixes={"codes_damaged_by_excel": exponents})
        if is_code:
            return Decision(type=ColumnType.TEXT, strip_zero=self.seen["trailing_zero_dropped"] > 0)
        return Decision(type=ColumnType.INTEGER if kind == "integer" else ColumnType.NUMBER)

    def _is_postal(self) -> bool:
        """Return whether four digits are five without their zero: always in Korea, elsewhere beside five."""
        return bool(POSTAL_NAME.search(self.name)) and (
            self.longest == 5 or (self.longest == 4 and "우편번호" in self.name)
        )

    def _with_fixes(self, decision: Decision) -> Decision:
        """Return the decision with the counts of what reading the column by it repairs."""
        names: tuple[str, ...] = ()
        if decision.type is not ColumnType.TEXT:
            names = ("missing_markers", *_REPAIRS[decision.type])
        elif decision.strip_zero:
            names = ("trailing_zero_dropped",)
        elif decision.pad_to:
            names = ("codes_padded",)
        fixes = decision.fixes | {name: self.seen[name] for name in names if self.seen[name]}
        if decision.zero_is_missing:
            fixes["missing_markers"] = fixes.get("missing_markers", 0) + self.seen["empty_dates"]
        return msgspec.structs.replace(decision, fixes=fixes, brackets="bracketed_numbers" in fixes)

    def _look_closer(self, texts: pa.StringArray, counts: np.ndarray) -> None:
        """Count what the values of kinds still alive need to be read."""
        if self.alive & {"integer", "number"}:
            sizes = read_lengths(texts)
            self.longest = max(self.longest, int(sizes.max()))
            self.shortest = min(self.shortest, int(sizes.min()))
            self._count(_possible_signs(texts), texts, counts)
            if (packed := find_packed(self.name, texts)) is not None:
                self.seen["times_rewritten"] += _sum(packed, counts)
                self.seen["midnight_24"] += _sum(v.matches(texts, r"^2400(00)?$"), counts)
            if _EXCEL_DATE_NAME.search(self.name):
                self.seen["excel_days"] += _sum(v.matches(texts, v.EXCEL_DAY), counts)
            if POSTAL_NAME.search(self.name):
                self.seen["codes_padded"] += int(counts[sizes == 4].sum())
        if "amount" in self.alive:
            self.units += count_units(texts, counts)
        if "won" in self.alive:
            self.seen["won"] += _sum(v.matches(texts, "[₩￦원]"), counts)
        if self.alive & set(_MOMENTS):
            self.seen["odd_years"] += _sum(v.find_odd_years(texts), counts)
        if self.alive & {*_MOMENTS, "time"} and not v.are_iso(texts):
            self._count(_DATE_SIGNS, texts, counts)
            if self.seen["slashed"]:
                day, month = v.day_evidence(texts)
                self.seen.update(day_first=day, month_first=month)
            self.seen["empty_dates"] += _sum(pc.is_in(texts, value_set=pa.array(v.EMPTY_DATES)), counts)

    def _count(self, signs: dict[str, str], texts: pa.StringArray, counts: np.ndarray) -> None:
        if not signs or not pc.any(v.matches(texts, "|".join(signs.values()))).as_py():
            return
        for name, pattern in signs.items():
            self.seen[name] += _sum(v.matches(texts, pattern), counts)


def _names_clock(name: str) -> bool:
    return bool(CLOCK_NAME.search(name) or _EVENT_NAME.search(name))


def convert(column: pa.StringArray, decision: Decision) -> pa.Array:
    """Return `column` in its decided type; what doesn't fit is null."""
    if decision.type is ColumnType.TEXT:
        return _convert_text(column, decision)
    if decision.type in _PLAIN and not decision.fixes and not decision.misfits and not decision.unit:
        given = pc.if_else(pc.equal(pc.binary_length(column), 0), pa.scalar(None, pa.string()), column)
        numbers = v.cast_numbers(given, ARROW_TYPES[decision.type])
        if numbers is not None:
            return numbers
    encoded = column.dictionary_encode()
    texts = v.plain(v.trim(encoded.dictionary), brackets=decision.brackets)
    markers = v.is_marker(texts)
    if decision.zero_is_missing:
        markers = pc.or_kleene(markers, pc.is_in(texts, value_set=pa.array(v.EMPTY_DATES)))
    given = pc.if_else(pc.fill_null(markers, False), pa.scalar(None, pa.string()), texts)
    return _CONVERT[decision.type](given, decision).take(encoded.indices)


def misfit_mask(column: pa.StringArray, decision: Decision) -> np.ndarray:
    """Return where a value is given but doesn't fit the decided type."""
    texts = v.trim(column)
    missing = v.is_marker(texts)
    if decision.zero_is_missing:
        missing = pc.or_kleene(missing, pc.is_in(texts, value_set=pa.array(v.EMPTY_DATES)))
    given = np.asarray(pc.is_valid(texts)) & ~np.asarray(pc.fill_null(missing, False))
    return given & ~np.asarray(pc.is_valid(convert(column, decision)))


def _convert_text(column: pa.StringArray, decision: Decision) -> pa.Array:
    if decision.only_markers:
        return pa.nulls(len(column), pa.string())
    texts = column
    # Only what begins as a blank does can be blank throughout.
    if np.isin(read_bytes(column, 0), _BLANK_STARTS).any():
        blank = pc.equal(pc.binary_length(pc.utf8_trim_whitespace(column)), 0)
        texts = pc.if_else(blank, pa.scalar(None, pa.string()), column)
    if decision.strip_zero:
        damaged = v.matches(v.trim(texts), v.TRAILING_ZERO)
        return pc.if_else(damaged, pc.replace_substring_regex(v.trim(texts), r"\.0+$", ""), texts)
    if decision.pad_to:
        return pc.utf8_lpad(v.trim(texts), decision.pad_to, "0")
    return texts


def _to_number(texts: pa.Array, decision: Decision) -> pa.Array:
    if decision.units_in_cells:
        return parse_amounts(texts, ARROW_TYPES[decision.type])
    if decision.unit == "%":
        return v.parse_percent(texts)
    if decision.unit == _WON:
        return v.parse_won(texts)
    return v.parse_integer(texts) if decision.type is ColumnType.INTEGER else v.parse_number(texts)


def _to_moment(texts: pa.Array, decision: Decision) -> pa.Array:
    if decision.excel_days:
        return v.parse_excel_days(texts)
    days, micros = v.parse_moment(texts, day_first=decision.day_first)
    if decision.type is ColumnType.DATE:
        return pc.cast(pc.cast(days, pa.int32()), pa.date32())
    return v.to_instant(days, micros)


def _to_clock(texts: pa.Array, decision: Decision) -> pa.Array:
    return v.format_time(parse_packed(texts) if decision.packed_times else v.parse_time(texts))


def _to_boolean(texts: pa.Array, decision: Decision) -> pa.Array:
    return v.parse_boolean(texts)


_CONVERT: dict[ColumnType, Callable[[pa.Array, Decision], pa.Array]] = {
    ColumnType.INTEGER: _to_number,
    ColumnType.NUMBER: _to_number,
    ColumnType.DATE: _to_moment,
    ColumnType.TIME: _to_moment,
    ColumnType.CLOCK: _to_clock,
    ColumnType.BOOLEAN: _to_boolean,
}


def _judge(texts: pa.StringArray, kinds: set[str]) -> Iterator[tuple[str, np.ndarray]]:
    """Yield for each kind where `texts` fit it."""
    whole = _are_whole_numbers(texts)
    if whole is not None:
        # By far the most columns: they are asked no more than they can be.
        never = kinds & (_NEVER_NUMBERS if _has_bare_dates(texts) else _NO_NUMBERS)
        fits = {"number": np.ones(len(texts), bool), "integer": whole}
        yield from ((kind, np.zeros(len(texts), bool)) for kind in never)
        yield from ((kind, fits[kind]) for kind in kinds & set(fits))
        kinds = kinds - never - set(fits)
    if kinds & set(_MOMENTS):
        yield from ((kind, fits) for kind, fits in _fits_moment(texts).items() if kind in kinds)
    for kind in kinds & set(_FITS):
        yield kind, _FITS[kind](texts)


def _count_values(column: pa.StringArray) -> tuple[pa.StringArray, np.ndarray]:
    """Return the different values with their counts; or the values themselves where hardly two are equal."""
    if len(column) > _HEAD and len(column[:_HEAD].unique()) > _MOSTLY * _HEAD:
        return column, np.ones(len(column), np.int64)
    counted = pc.value_counts(column)
    return counted.field("values"), np.asarray(counted.field("counts"))


def _are_whole_numbers(texts: pa.StringArray) -> np.ndarray | None:
    """Return which of plain numbers are whole, None where not all are plain numbers."""
    if v.cast_numbers(texts, pa.int64()) is not None:
        return np.ones(len(texts), bool)
    if v.cast_numbers(texts, pa.float64()) is None:
        return None
    if find_signs(texts) & LETTER:
        return np.asarray(pc.is_valid(v.parse_integer(texts)))
    return ~np.asarray(pc.match_substring(texts, ".")) & (read_lengths(texts) <= _LONGEST_WHOLE)


def _has_bare_dates(texts: pa.StringArray) -> bool:
    possible = np.isin(read_lengths(texts), (8, 10, 12, 14)).any()
    return bool(possible) and bool(pc.any(v.matches(texts, v.BARE_DATE)).as_py())


def _possible_signs(texts: pa.StringArray) -> dict[str, str]:
    """Return those patterns of numbers that could match, by what signs occur at all."""
    signs = find_signs(texts)
    starts = np.isin(read_bytes(texts, 0), _ZERO_STARTS).any()
    possible = {
        "leading_zero": starts,
        "year_month": signs & POINT,
        "trailing_zero_dropped": signs & POINT,
        "codes_damaged_by_excel": signs & LETTER,
        "thousands_separators": signs & (COMMA | BLANK),
    }
    return {name: pattern for name, pattern in _NUMBER_SIGNS.items() if possible[name]}


def _fits_moment(texts: pa.StringArray) -> dict[str, np.ndarray]:
    """Return where texts are dates alone, with or without a time, and with no other than midnight."""
    orders = (True, False) if pc.any(v.matches(texts, v.SLASHED_DATE)).as_py() else (True,)
    fits = {kind: np.zeros(len(texts), bool) for kind in _MOMENTS}
    for day_first in orders:
        days, clock = v.parse_moment(texts, day_first=day_first)
        fits["date"] |= np.asarray(pc.and_not(pc.is_valid(days), pc.is_valid(clock.field("micros"))))
        fits["datetime"] |= np.asarray(v.has_instant(days, clock))
        fits["midnight"] |= np.asarray(v.is_midnight(days, clock))
    empty = np.asarray(pc.is_in(texts, value_set=pa.array(v.EMPTY_DATES)))
    return {kind: found | (empty & found.any()) for kind, found in fits.items()}


def _valid(parse: Callable[[pa.StringArray], pa.Array]) -> Callable[[pa.StringArray], np.ndarray]:
    return lambda texts: np.asarray(pc.is_valid(parse(texts)))


_FITS: dict[str, Callable[[pa.StringArray], np.ndarray]] = {
    "boolean": _valid(v.parse_boolean),
    "time": _valid(v.parse_time),
    "integer": _valid(v.parse_integer),
    "number": _valid(v.parse_number),
    "percent": _valid(v.parse_percent),
    "won": _valid(v.parse_won),
    "amount": lambda texts: np.asarray(pc.is_valid(split_amounts(texts)[0])),
    "comma": lambda texts: np.asarray(pc.fill_null(v.matches(texts, v.COMMA_NUMBER), False)),
}


def _sum(condition: pa.BooleanArray, weights: np.ndarray) -> int:
    return int(weights[np.asarray(pc.fill_null(condition, False))].sum())
