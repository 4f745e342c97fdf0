"""What text values mean: whole numbers, numbers, dates in many styles, times, true and false.

Every function takes Arrow string arrays. A kind's `parse_*` gives null where a value isn't of the
kind, so that the same code tests and converts. Dates without a zone are the city's own time.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .raw import BLANK, HEX, LETTER, find_signs, holds_any, read_bytes, read_lengths

MISSING = (
    *(
        "-",
        "--",
        "---",
        "–",
        "—",
        "―",
        ".",
        "…",
        "...",
        "‥",
        "⋯",
        "\\N",
        "NA",
        "N/A",
        "n/a",
        "#N/A",
        "NaN",
        "nan",
    ),
    *(
        "NULL",
        "null",
        "Null",
        "(NULL)",
        "(null)",
        "<NULL>",
        "None",
        "#VALUE!",
        "#DIV/0!",
        "#REF!",
        "#NAME?",
        "#NULL!",
    ),
)
# The same in words; in a column of words they are words.
MISSING_WORDS = (
    *(
        "해당없음",
        "해당 없음",
        "해당사항없음",
        "해당사항 없음",
        "자료없음",
        "자료 없음",
        "정보없음",
        "정보 없음",
    ),
    *("결측", "결측치", "미측정", "미집계", "점검중", "장비점검", "통신장애", "자료이상"),
    *("미상", "불명", "미정", "미확인", "확인불가", "확인중", "집계중", "산출불가", "비공개", "미공개"),
    # Official statistics keep what would tell of single persons or firms to themselves by this sign.
    *("X", "x", "*", "**", "***", "·", "ㆍ"),
)
_ALL_MISSING = (*MISSING, *MISSING_WORDS)
_MARKER_STARTS = np.unique([marker.encode()[0] for marker in (*MISSING, *MISSING_WORDS)])
EMPTY_DATES = ("0", "00000000", "0000-00-00")
_CITY = "Asia/Seoul"
_MICROS_PER_DAY = 86_400_000_000
# Instants of the years 1 to 9999, both in UTC and in the city.
_FIRST, _LAST = -62_135_596_800_000_000, 253_402_268_399_999_999
# 1989-01-01: the last summer time ended in October 1988.
_SETTLED = 6_940
_MAX_DIGITS = 15
_EXCEL_EPOCH = 25_569

_INTEGER = r"^-?\d{1,18}$"
# 0,500 is half of one where a comma is the decimal sign, and no number where it isn't.
_GROUPED = r"^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$"
# 37,5665 and 1,23,456: a number somewhere, but not by the commas that Korea writes.
COMMA_NUMBER = r"^[+-]?(\d{1,3}(\.\d{3})*,\d+|\d{1,2}(,\d{2})+,\d{3}(\.\d+)?|\d{1,3}(,\d{3})+(\.\d+)?)$"
# More digits than a double holds, an E without a sign (1E10) and +82… aren't numbers but codes.
_NUMBER = r"^-?(\d{1,15}(\.\d*)?|\.\d+)([eE][+-]\d{1,3})?$"
_PERCENT = r"^[△▲+−－–-]?\s?\d[\d,]*(\.\d+)?\s?[%％]$"
_WHOLE = r"(0|[1-9]\d{0,14}|[1-9]\d{0,2}(,\d{3}){1,4})"
# 0 alone needs no sign: it is no money whatever the currency.
_WON = rf"^0$|^([△▲+-]\s?)?[₩￦]\s?{_WHOLE}$|^([△▲+-]\s?)?{_WHOLE}\s?원$"
_WIDE = r"^[－＋]?[０-９][０-９，]*(．[０-９]*)?$"
_WIDE_START = "０".encode()[0]
# Zero width space, non-joiner and joiner, word joiner, byte order mark.
_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff"
_BRACKETED = r"^\((\d[\d,]*(?:\.\d+)?)\)$"
LEADING_ZERO = r"^[+-]?0\d+(\.\d+)?$"
EXPONENT_CODE = r"^\d(\.\d+)?[eE]\+\d{1,3}$"
TRAILING_ZERO = r"^\d+\.0+$"
# 2022.10 is October, which a number would make 2022.1.
YEAR_MONTH = r"^(19|20)\d{2}\.(0?[1-9]|1[0-2])$"
MINUS = r"^[-△▲−－–]"
NUMBER_SIGN = r",|^[△▲−－–]"
HOUR_24 = r"(^|[ T])24:00(:00)?$|^\d{8} ?24(00(00)?)?$|24시"
BARE_DATE = r"^(19|20|99)\d{6}(\d{2}|\d{4}|\d{6})?$"
UNUSUAL_DATE = r"^['’‘`]|^\d+\s?[/.년]|^\d{8}|^\d+-\d-|-\d( |T|$)| \d:| \d\d$|^\d\d-|\(|오[전후]|[APap][mM]"
# 23-01-05 is a day of January 2023 where people write the year first, and 05-01-23 the same where they don't.
SHORT_YEAR = r"^\d{2}[-/]\d{1,2}\s?[-./]\s?\d{1,2}(\D|$)"
LATE_YEAR = r"^(1[3-9]|[2-9]\d)[-/]\d{1,2}\s?[-./]\s?\d{1,2}(\D|$)"
# 10.1.1, and one whose last number can only be a day.
DOTTED_YEAR = r"^\d{2}\.\s?\d{1,2}\.\s?\d{1,2}(\D|$)"
LATE_DAY = r"^\d{2}\.\s?\d{1,2}\.\s?(1[3-9]|2\d|3[01])(\D|$)"
_FAR_YEAR = r"^(0\d|1[0-7]|2[2-9]|[3-8]\d|9[0-8])\d{2}\s?[-./년]"
# Days since 1899-12-30 in the years 1954 to 2064, as Excel stores dates.
EXCEL_DAY = r"^[2-5]\d{4}$"

# Lengths of 2023-01-03, 2023-01-03 10:00, with seconds, and with one to six digits more.
_ISO_DATE_SIZE = 10
_ISO_SIZES = np.isin(np.arange(28), [_ISO_DATE_SIZE, 16, 19, *range(21, 27)])
_SEP = r"\s?[-./]\s?"
_WEEKDAY = r"(?:\s?\([월화수목금토일](?:요일)?\))?"
_CLOCK = (
    r"(?:\s*[ T]\s*(?P<ap>오전|오후|AM|PM|am|pm)?\s?(?P<h>\d{1,2})(?:(?::|시\s?)(?P<mi>\d{1,2})분?)?"
    r"(?:(?::|\s)(?P<s>\d{1,2})초?(?:[.,](?P<f>\d{1,9}))?)?시?\s?(?P<pm>AM|PM|am|pm)?\s?(?P<z>Z|KST|[+-]\d{2}:?\d{2})?)?"
)
_PACKED = r"(?:\s?T?(?P<h>\d{2})(?::?(?P<mi>\d{2})(?::?(?P<s>\d{2}))?(?P<ap>x)?(?P<f>\.\d+)?(?P<pm>x)?(?P<z>Z|[+-]\d{2}:?\d{2})?)?)?"
_STYLES = {
    "ymd": rf"^(?P<y>\d{{4}}){_SEP}(?P<mo>\d{{1,2}}){_SEP}(?P<d>\d{{1,2}})\.?{_WEEKDAY}{_CLOCK}$",
    "korean": rf"^(?P<y>\d{{4}})년\s?(?P<mo>\d{{1,2}})월\s?(?P<d>\d{{1,2}})일{_WEEKDAY}{_CLOCK}$",
    "packed": rf"^(?P<y>(?:19|20)\d{{2}}|9999)(?P<mo>[01]\d)(?P<d>[0-3]\d){_PACKED}$",
    "short": rf"^(?:['’‘`](?P<y>\d{{2}}){_SEP}|(?P<y2>\d{{2}})[-./]\s?)(?P<mo>\d{{1,2}})\s?[-./]\s?(?P<d>\d{{1,2}})\.?{_WEEKDAY}{_CLOCK}$",
    # 03.01.2023 is written where the day comes first, and nowhere else.
    "dotted": rf"^(?P<d>\d{{1,2}})\.\s?(?P<mo>\d{{1,2}})\.\s?(?P<y>\d{{4}}){_CLOCK}$",
    "dmy": rf"^(?P<d>\d{{1,2}})/(?P<mo>\d{{1,2}})/(?P<y>\d{{4}}){_CLOCK}$",
}
# 2022.1/4 is a quarter of a year.
_QUARTER = r"^\d{4}\s?[.-]\s?[1-4]/4$"
SLASHED_DATE = re.sub(r"\?P<\w+>", "?:", _STYLES["dmy"])
_TIME = (
    r"^(?P<ap>오전|오후|AM|PM|am|pm)?\s?(?P<h>\d{1,2}):(?P<mi>\d{2})(?::(?P<s>\d{2})(?:\.(?P<f>\d{1,9}))?)?"
    r"\s?(?P<pm>AM|PM|am|pm)?$"
)


def trim(values: pa.StringArray) -> pa.StringArray:
    """Return `values` without spaces around them and signs that nobody sees; what is then empty becomes null."""
    if not find_signs(values) & BLANK:
        if len(values) == 0 or read_lengths(values).min() > 0:
            return values
        trimmed = values
    else:
        trimmed = pc.utf8_trim_whitespace(_without_unseen(values))
    return pc.if_else(pc.equal(pc.binary_length(trimmed), 0), pa.scalar(None, pa.string()), trimmed)


def _without_unseen(values: pa.StringArray) -> pa.StringArray:
    """Return `values` without the signs of no width that copying from pages and documents leaves behind."""
    if not holds_any(values, _UNSEEN):
        return values
    return pc.replace_substring_regex(values, f"[{_UNSEEN}]", "")


def find_wide(values: pa.StringArray) -> pa.BooleanArray:
    """Return where a number is written in full-width signs: １２，３００."""
    if not (read_bytes(values, 0) == _WIDE_START).any():
        return pa.array(np.zeros(len(values), bool))
    return pc.fill_null(matches(values, _WIDE), False)


def find_bracketed(values: pa.StringArray) -> pa.BooleanArray:
    """Return where a number stands in brackets, as accounts write what is below nothing: (1,200)."""
    if not (read_bytes(values, 0) == ord("(")).any():
        return pa.array(np.zeros(len(values), bool))
    return pc.fill_null(matches(values, _BRACKETED), False)


def plain(values: pa.StringArray, *, brackets: bool) -> pa.StringArray:
    """Return trimmed `values` with full-width numbers in plain signs and, with `brackets`, bracketed ones below nothing."""
    wide = find_wide(values)
    if pc.any(wide).as_py():
        values = pc.if_else(wide, pc.utf8_normalize(values, form="NFKC"), values)
    return pc.replace_substring_regex(values, _BRACKETED, r"-\1") if brackets else values


def is_marker(values: pa.StringArray) -> pa.BooleanArray:
    """Return where a trimmed value only says that it is missing."""
    suspects = np.isin(read_bytes(values, 0), _MARKER_STARTS)
    if not suspects.any():
        return pa.array(np.zeros(len(values), bool))
    return pc.is_in(values, value_set=pa.array(_ALL_MISSING))


def is_missing_word(values: pa.StringArray) -> pa.BooleanArray:
    """Return where a trimmed value says in words that it is missing: 해당없음."""
    return pc.is_in(values, value_set=pa.array(MISSING_WORDS))


def matches(values: pa.StringArray, pattern: str) -> pa.BooleanArray:
    """Return where `values` match; null stays null."""
    return pc.match_substring_regex(values, pattern)


def cast_numbers(values: pa.StringArray, kind: pa.DataType) -> pa.Array | None:
    """Return plain numbers, fast; None where a value is anything else, or has too many digits."""
    sizes = read_lengths(values)
    whole = pa.types.is_integer(kind)
    if sizes.max(initial=0) > _MAX_DIGITS:
        long = values.filter(pa.array(sizes > _MAX_DIGITS))
        if not pc.all(matches(long, r"^[+-]?\d{1,18}$" if whole else r"^[+-]?\d{0,15}\.\d*$")).as_py():
            return None
    try:
        numbers = pc.cast(values, kind)
    except pa.ArrowInvalid:
        return None
    signs = find_signs(values)
    if whole:
        return None if signs & HEX else numbers
    if signs & LETTER and pc.any(matches(values, r"^\+|[eE]\d|n")).as_py():
        return None
    return numbers


def parse_integer(values: pa.StringArray) -> pa.Int64Array:
    """Return whole numbers, thousands separators and ▲ or △ for minus allowed."""
    plain = _plain_number(values)
    return pc.cast(_where(matches(plain, _INTEGER), plain), pa.int64())


def parse_number(values: pa.StringArray) -> pa.DoubleArray:
    """Return numbers, with decimals, exponents and thousands separators."""
    plain = _plain_number(values)
    return _finite(pc.cast(_where(matches(plain, _NUMBER), plain), pa.float64()))


def parse_percent(values: pa.StringArray) -> pa.DoubleArray:
    """Return numbers that all carry a percent sign, in percent."""
    digits = pc.replace_substring_regex(values, r"[,%％\s+]", "")
    digits = pc.replace_substring_regex(digits, "^[△▲−－–]", "-")
    return _finite(pc.cast(_where(matches(values, _PERCENT), digits), pa.float64()))


def parse_won(values: pa.StringArray) -> pa.Int64Array:
    """Return whole amounts that all carry ₩ or 원."""
    digits = pc.replace_substring_regex(values, r"[,₩￦원\s+]", "")
    digits = pc.replace_substring_regex(digits, "^[△▲]", "-")
    return pc.cast(_where(matches(values, _WON), digits), pa.int64())


def parse_boolean(values: pa.StringArray) -> pa.BooleanArray:
    """Return true and false; Y and N stay text, since they often have a third meaning."""
    lowered = pc.utf8_lower(values)
    known = pc.is_in(lowered, value_set=pa.array(["true", "false"]))
    return pc.if_else(known, pc.equal(lowered, "true"), pa.scalar(None, pa.bool_()))


def parse_moment(values: pa.StringArray, *, day_first: bool = True) -> tuple[pa.Array, pa.StructArray]:
    """Return (days since 1970, microseconds of the day or null, with a flag where they are UTC).

    24:00 is midnight of the next day. Values with a zone are moved to UTC, the others stay the
    city's time: their microseconds and days are converted by `to_instant`.
    """
    iso = _parse_iso(values)
    if iso is not None:
        return iso
    size = len(values)
    days, micros = np.zeros(size, np.int64), np.full(size, -1, np.int64)
    found, has_zone = np.zeros(size, bool), np.zeros(size, bool)
    for style, pattern in _STYLES.items():
        parts = pc.extract_regex(values, pattern)
        hit = np.asarray(pc.is_valid(parts)) & ~found
        if not hit.any():
            continue
        read = _Parts(parts.filter(pa.array(hit)))
        month, day = read.number("mo"), read.number("d")
        if style == "dmy" and not day_first:
            month, day = day, month
        date, ok = _civil_days(read.year(), month, day)
        if style == "ymd":
            ok &= ~np.asarray(matches(values.filter(pa.array(hit)), _QUARTER))
        micro, in_day, late = _clock(read)
        offset, zoned = read.zone()
        where = np.flatnonzero(hit)
        days[where], found[where], has_zone[where] = date + late, ok & in_day, zoned
        micros[where] = np.where(zoned, micro - offset * 60_000_000, micro)
    moment = pa.array(micros, mask=~found | ((micros < 0) & ~has_zone))
    return pa.array(days, mask=~found), _zoned(moment, has_zone)


def find_odd_years(values: pa.StringArray) -> pa.BooleanArray:
    """Return where a value begins with a year that few dates have: before 1800 or after 2199."""
    century = read_bytes(values, 0).astype(np.int16) * 10 + read_bytes(values, 1) - 11 * ord("0")
    if np.isin(century, (18, 19, 20, 21, 99)).all():
        return pa.array(np.zeros(len(values), bool))
    return matches(values, _FAR_YEAR)


def parse_excel_days(values: pa.StringArray) -> pa.Date32Array:
    """Return dates of the day numbers that Excel stores."""
    days = pc.cast(_where(matches(values, EXCEL_DAY), values), pa.int32())
    return pc.cast(pc.cast(pc.subtract(days, _EXCEL_EPOCH), pa.int32()), pa.date32())


def are_iso(values: pa.StringArray) -> bool:
    """Return whether every value is written as ISO 8601, without a zone."""
    return _parse_iso(values) is not None


def to_instant(days: pa.Array, micros: pa.Array) -> pa.Array:
    """Return instants in UTC from `parse_moment`; a date alone is its midnight in the city.

    Null where there is none that reads back as the same time: clocks skipped it (when summer time began, or
    the zone changed, as at 1961-08-10 00:00), or calendars end before it.
    """
    clock, zoned = micros.field("micros"), micros.field("zoned")
    total = pc.add(pc.multiply(days, _MICROS_PER_DAY), pc.fill_null(clock, 0))
    local = total.cast(pa.timestamp("us"))
    instants = pc.assume_timezone(local, _CITY, ambiguous="earliest", nonexistent="earliest")
    found = pc.if_else(zoned, total, instants.cast(pa.int64()))
    if not _is_recent(days):
        kept = pc.or_(zoned, pc.equal(pc.local_timestamp(instants), local))
        kept = pc.and_(kept, pc.and_(pc.greater_equal(found, _FIRST), pc.less_equal(found, _LAST)))
        found = pc.if_else(kept, found, pa.scalar(None, pa.int64()))
    return found.cast(pa.timestamp("us", "UTC"))


def has_instant(days: pa.Array, micros: pa.Array) -> pa.BooleanArray:
    """Return where `to_instant` gives one."""
    return pc.is_valid(days) if _is_recent(days) else pc.is_valid(to_instant(days, micros))


def is_in_calendar(instants: pa.Array) -> bool:
    """Return whether all instants (microseconds, UTC) lie in the years 1 to 9999."""
    found = pc.min_max(instants.cast(pa.int64())).as_py()
    return found["min"] is None or (found["min"] >= _FIRST and found["max"] <= _LAST)


def is_midnight(days: pa.Array, micros: pa.Array) -> pa.BooleanArray:
    """Return where `parse_moment` found a date whose clock, if there is one, says no more than 00:00."""
    clock = pc.fill_null(micros.field("micros"), 0)
    plain = pc.and_(pc.equal(clock, 0), pc.invert(micros.field("zoned")))
    return pc.fill_null(pc.and_(plain, pc.less_equal(days, _LAST // _MICROS_PER_DAY)), False)


def _is_recent(days: pa.Array) -> bool:
    """Return whether every day lies where the city's clocks were never changed."""
    found = pc.min_max(days).as_py()
    return found["min"] is None or (found["min"] >= _SETTLED and found["max"] < _LAST // _MICROS_PER_DAY)


def parse_time(values: pa.StringArray) -> pa.Array:
    """Return times of day; 24:00 reads 00:00."""
    parts = pc.extract_regex(values, _TIME)
    hit = np.asarray(pc.is_valid(parts))
    micro, in_day, _ = _clock(_Parts(parts.filter(pa.array(hit))))
    result, mask = np.zeros(len(values), np.int64), np.ones(len(values), bool)
    result[hit], mask[hit] = micro, ~in_day
    return pa.array(result, pa.int64(), mask=mask).cast(pa.time64("us"))


def format_time(times: pa.Array) -> pa.StringArray:
    """Return times of day as HH:MM:SS, with microseconds where there are any."""
    return pc.replace_substring_regex(times.cast(pa.string()), r"\.0+$", "")


def day_evidence(values: pa.StringArray) -> tuple[int, int]:
    """Return how many d/m/y values can only be day first, and only month first."""
    read = _Parts(pc.extract_regex(values, _STYLES["dmy"]).drop_null())
    return int((read.number("d") > 12).sum()), int((read.number("mo") > 12).sum())


def _plain_number(values: pa.StringArray) -> pa.StringArray:
    grouped = matches(values, _GROUPED)
    if pc.any(grouped).as_py():
        values = pc.if_else(grouped, pc.replace_substring(values, ",", ""), values)
    signed = matches(values, r"^[+△▲−－–]")
    if pc.any(signed).as_py():
        values = pc.replace_substring_regex(values, r"^[△▲−－–]\s?(\d)", r"-\1")
        values = pc.replace_substring_regex(values, r"^\+(\d{1,8}(?:\.\d*)?)$", r"\1")
        values = pc.if_else(matches(values, _GROUPED), pc.replace_substring(values, ",", ""), values)
    return values


def _where(condition: pa.BooleanArray, values: pa.Array) -> pa.Array:
    return pc.if_else(condition, values, pa.scalar(None, values.type))


def _finite(values: pa.DoubleArray) -> pa.DoubleArray:
    return _where(pc.is_finite(values), values)


class _Parts:
    """The named groups of matched values, as numbers or texts."""

    def __init__(self, parts: pa.StructArray) -> None:
        self._parts = dict(zip([field.name for field in parts.type], parts.flatten(), strict=True))
        self._size = len(parts)

    def number(self, name: str) -> np.ndarray:
        """Return a group as whole numbers, 0 where it is empty."""
        texts = self._parts.get(name)
        if texts is None:
            return np.zeros(self._size, np.int64)
        return np.asarray(pc.cast(pc.if_else(_is_empty(texts), "0", texts), pa.int64()))

    def given(self, name: str) -> np.ndarray:
        """Return where a group isn't empty."""
        texts = self._parts.get(name)
        return np.zeros(self._size, bool) if texts is None else ~np.asarray(_is_empty(texts))

    def text(self, name: str) -> np.ndarray:
        """Return a group as texts, "" where it is empty."""
        if not self.given(name).any():
            return np.full(self._size, "", dtype=object)
        return np.asarray(pc.fill_null(self._parts[name], ""), dtype=object)

    def year(self) -> np.ndarray:
        """Return years with four digits; of two digits, 70 to 99 are of the last century."""
        years = np.where(self.given("y"), self.number("y"), self.number("y2"))
        short = (years < 100) & self._is_short()
        return np.where(short, years + np.where(years >= 70, 1900, 2000), years)

    def _is_short(self) -> np.ndarray:
        texts = self._parts["y"]
        return np.asarray(pc.less(pc.fill_null(pc.binary_length(texts), 0), 4))

    def zone(self) -> tuple[np.ndarray, np.ndarray]:
        """Return (minutes east of UTC, whether a zone is given)."""
        minutes, given = np.zeros(self._size, np.int64), self.given("z")
        if given.any():
            zones = self.text("z")
            minutes[given] = [_offset_minutes(zone) for zone in zones[given]]
        return minutes, given


def _is_empty(texts: pa.StringArray) -> pa.BooleanArray:
    return pc.equal(pc.fill_null(pc.binary_length(texts), 0), 0)


def _parse_iso(values: pa.StringArray) -> tuple[pa.Array, pa.StructArray] | None:
    """Return what `parse_moment` does, fast, where every value is written as ISO 8601 without a zone."""
    missing = np.asarray(pc.is_null(values))
    sizes = read_lengths(values)
    # The cast reads nothing but ISO 8601; an hour without minutes is no time, and a year has four digits.
    if not len(values) or not (_ISO_SIZES[np.minimum(sizes, len(_ISO_SIZES) - 1)] | missing).all():
        return None
    try:
        instants = np.asarray(pc.cast(pc.cast(values, pa.timestamp("us")), pa.int64()).fill_null(0))
    except pa.ArrowInvalid:
        return None
    days, micros = np.divmod(instants, _MICROS_PER_DAY)
    no_clock = missing | (sizes == _ISO_DATE_SIZE)
    return pa.array(days, mask=missing), _zoned(pa.array(micros, mask=no_clock), np.zeros(len(values), bool))


def _civil_days(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (days since 1970-01-01, whether it is a real date)."""
    ok = (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1) & (year <= 9999)
    months = (np.where(ok, year, 1970) - 1970) * 12 + np.where(ok, month, 1) - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    following = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    ok &= day <= following - first
    return first + day - 1, ok


def _clock(read: _Parts) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (microseconds of the day or -1, whether they are possible, whether it was 24:00)."""
    hour, minute, second = (read.number(name) for name in ("h", "mi", "s"))
    ok = np.ones(len(hour), bool)
    if read.given("ap").any() or read.given("pm").any():
        half = np.where(read.given("ap"), read.text("ap"), read.text("pm"))
        afternoon, morning = np.isin(half, ("오후", "PM", "pm")), np.isin(half, ("오전", "AM", "am"))
        ok = ~((afternoon | morning) & (hour > 12))
        hour = np.where(afternoon & (hour < 12), hour + 12, np.where(morning & (hour == 12), 0, hour))
    late = (hour == 24) & (minute == 0) & (second == 0)
    hour = np.where(late, 0, hour)
    ok &= (hour < 24) & (minute < 60) & (second < 60)
    micro = np.zeros(len(hour), np.int64)
    if read.given("f").any():
        micro = np.array([int(text.lstrip(".")[:6].ljust(6, "0")) for text in read.text("f")], np.int64)
    total = ((hour * 60 + minute) * 60 + second) * 1_000_000 + micro
    return np.where(read.given("h"), total, -1), ok, late


def _offset_minutes(zone: str) -> int:
    if zone == "Z":
        return 0
    if zone == "KST":
        return 540
    digits = zone[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return -minutes if zone[0] == "-" else minutes


def _zoned(micros: pa.Array, zoned: np.ndarray) -> pa.StructArray:
    return pa.StructArray.from_arrays([micros, pa.array(zoned)], ["micros", "zoned"])
