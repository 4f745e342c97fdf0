"""What text values mean: whole numbers, numbers, dates in many styles, times, true and false.

Every function takes Arrow string arrays. A kind's `parse_*` gives null where a value isn't of the
kind, so that the same code tests and converts. Dates without a zone are the city's own time.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

MISSING = (
    *("-", "--", "---", "–", "—", ".", "NA", "N/A", "n/a", "#N/A", "NaN", "nan"),
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
EMPTY_DATES = ("0", "00000000", "0000-00-00")
_CITY = "Asia/Seoul"
_MICROS_PER_DAY = 86_400_000_000

_INTEGER = r"^[+-]?\d{1,18}$"
_GROUPED = r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"
# More digits than a double holds aren't a number but a code.
_NUMBER = r"^[+-]?(\d{1,15}(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$"
_PERCENT = r"^[+-]?\d[\d,]*(\.\d+)?\s?%$"
LEADING_ZERO = r"^[+-]?0\d+(\.\d+)?$"
EXPONENT_CODE = r"^\d(\.\d+)?[eE]\+\d{1,3}$"
TRAILING_ZERO = r"^\d+\.0+$"
NUMBER_SIGN = r",|^[△▲]"
HOUR_24 = r"(^|[ T])24:00(:00)?$|^\d{8} ?240{3,5}$|24시"
UNUSUAL_DATE = r"^['’‘`]|^\d+\s?[/.년]|^\d{8}|^\d+-\d-|-\d( |T|$)| \d:| \d\d$|오[전후]|[APap][mM]"

_SEP = r"\s?[-./]\s?"
_CLOCK = (
    r"(?:\s*[ T]\s*(?P<ap>오전|오후|AM|PM|am|pm)?\s?(?P<h>\d{1,2})(?:(?::|시\s?)(?P<mi>\d{1,2})분?)?"
    r"(?:(?::|\s)(?P<s>\d{1,2})초?(?:[.,](?P<f>\d{1,9}))?)?시?\s?(?P<pm>AM|PM|am|pm)?\s?(?P<z>Z|KST|[+-]\d{2}:?\d{2})?)?"
)
_PACKED = r"(?:\s?T?(?P<h>\d{2})(?P<mi>\d{2})(?P<s>\d{2})?(?P<ap>x)?(?P<f>\.\d+)?(?P<pm>x)?(?P<z>Z|[+-]\d{2}:?\d{2})?)?"
_STYLES = {
    "ymd": rf"^(?P<y>\d{{4}}){_SEP}(?P<mo>\d{{1,2}}){_SEP}(?P<d>\d{{1,2}})\.?{_CLOCK}$",
    "korean": rf"^(?P<y>\d{{4}})년\s?(?P<mo>\d{{1,2}})월\s?(?P<d>\d{{1,2}})일{_CLOCK}$",
    "packed": rf"^(?P<y>(?:19|20)\d{{2}}|9999)(?P<mo>[01]\d)(?P<d>[0-3]\d){_PACKED}$",
    "short": rf"^(?:['’‘`](?P<y>\d{{2}}){_SEP}|(?P<y2>\d{{2}})\.\s?)(?P<mo>\d{{1,2}})\s?[-./]\s?(?P<d>\d{{1,2}})\.?{_CLOCK}$",
    "dmy": rf"^(?P<d>\d{{1,2}})/(?P<mo>\d{{1,2}})/(?P<y>\d{{4}}){_CLOCK}$",
}
SLASHED_DATE = re.sub(r"\?P<\w+>", "?:", _STYLES["dmy"])
_TIME = (
    r"^(?P<ap>오전|오후|AM|PM|am|pm)?\s?(?P<h>\d{1,2}):(?P<mi>\d{2})(?::(?P<s>\d{2})(?:\.(?P<f>\d{1,9}))?)?"
    r"\s?(?P<pm>AM|PM|am|pm)?$"
)


def trim(values: pa.StringArray) -> pa.StringArray:
    """Return `values` without spaces around them; what is then empty becomes null."""
    trimmed = pc.utf8_trim_whitespace(values)
    return pc.if_else(pc.equal(pc.binary_length(trimmed), 0), pa.scalar(None, pa.string()), trimmed)


def is_marker(values: pa.StringArray) -> pa.BooleanArray:
    """Return where a trimmed value only says that it is missing."""
    return pc.is_in(values, value_set=pa.array(MISSING))


def matches(values: pa.StringArray, pattern: str) -> pa.BooleanArray:
    """Return where `values` match; null stays null."""
    return pc.match_substring_regex(values, pattern)


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
    digits = pc.replace_substring_regex(values, r"[,%\s+]", "")
    return _finite(pc.cast(_where(matches(values, _PERCENT), digits), pa.float64()))


def parse_boolean(values: pa.StringArray) -> pa.BooleanArray:
    """Return true and false; Y and N stay text, since they often have a third meaning."""
    lowered = pc.utf8_lower(values)
    known = pc.is_in(lowered, value_set=pa.array(["true", "false"]))
    return pc.if_else(known, pc.equal(lowered, "true"), pa.scalar(None, pa.bool_()))


def parse_moment(values: pa.StringArray, *, day_first: bool = True) -> tuple[pa.Array, pa.Array]:
    """Return (days since 1970, microseconds of the day or null, with a flag where they are UTC).

    24:00 is midnight of the next day. Values with a zone are moved to UTC, the others stay the
    city's time: their microseconds and days are converted by `to_instant`.
    """
    size = len(values)
    days = np.zeros(size, np.int64)
    micros = np.full(size, -1, np.int64)
    found = np.zeros(size, bool)
    shift = np.zeros(size, np.int64)
    for style in _STYLES.values():
        parts = pc.extract_regex(values, style)
        hit = np.asarray(pc.is_valid(parts)) & ~found
        if not hit.any():
            continue
        part = {
            name: _pick(parts, name, hit) for name in ("y", "mo", "d", "h", "mi", "s", "f", "ap", "pm", "z")
        }
        if "y2" in {field.name for field in parts.type}:
            part["y"] = np.where(part["y"] == "", _pick(parts, "y2", hit), part["y"])
        if style == _STYLES["dmy"] and not day_first:
            part["d"], part["mo"] = part["mo"], part["d"]
        day, ok = _civil_days(_years(part["y"]), _number(part["mo"]), _number(part["d"]))
        micro, in_day, late = _clock(part)
        ok &= in_day
        where = np.flatnonzero(hit)
        days[where], micros[where], found[where] = day + late, micro, ok
        shift[where] = _zone_minutes(part["z"])
    has_zone = shift != 0
    micros = np.where(has_zone & (micros >= 0), micros - (shift - 100_000) * 60_000_000, micros)
    days_array = pa.array(days, mask=~found)
    moment = pa.array(micros, mask=~found | ((micros < 0) & ~has_zone))
    return days_array, _zoned(moment, has_zone)


def to_instant(days: pa.Array, micros: pa.Array) -> pa.Array:
    """Return instants in UTC from `parse_moment`; a date alone is its midnight in the city."""
    clock, zoned = micros.field("micros"), micros.field("zoned")
    total = pc.add(pc.multiply(days, _MICROS_PER_DAY), pc.fill_null(clock, 0))
    local = pc.assume_timezone(
        total.cast(pa.timestamp("us")), _CITY, ambiguous="earliest", nonexistent="earliest"
    ).cast(pa.timestamp("us", "UTC"))
    return pc.if_else(zoned, total.cast(pa.timestamp("us")).cast(pa.timestamp("us", "UTC")), local)


def parse_time(values: pa.StringArray) -> pa.Array:
    """Return times of day; 24:00 reads 00:00."""
    parts = pc.extract_regex(values, _TIME)
    hit = np.asarray(pc.is_valid(parts))
    part = {name: _pick(parts, name, hit) for name in ("h", "mi", "s", "f", "ap", "pm")}
    micro, in_day, _ = _clock(part)
    result, mask = np.zeros(len(values), np.int64), np.ones(len(values), bool)
    result[hit], mask[hit] = micro, ~in_day
    return pa.array(result, pa.int64(), mask=mask).cast(pa.time64("us"))


def format_time(times: pa.Array) -> pa.StringArray:
    """Return times of day as HH:MM:SS, with microseconds where there are any."""
    return pc.replace_substring_regex(times.cast(pa.string()), r"\.0+$", "")


def day_evidence(values: pa.StringArray) -> tuple[int, int]:
    """Return how many d/m/y values can only be day first, and only month first."""
    parts = pc.extract_regex(values, _STYLES["dmy"])
    hit = np.asarray(pc.is_valid(parts))
    first, second = _number(_pick(parts, "d", hit)), _number(_pick(parts, "mo", hit))
    return int((first > 12).sum()), int((second > 12).sum())


def _plain_number(values: pa.StringArray) -> pa.StringArray:
    grouped = matches(values, _GROUPED)
    if pc.any(grouped).as_py():
        values = pc.if_else(grouped, pc.replace_substring(values, ",", ""), values)
    signed = matches(values, r"^[+△▲]")
    if pc.any(signed).as_py():
        values = pc.replace_substring_regex(values, r"^[△▲]\s?(\d)", r"-\1")
        values = pc.replace_substring_regex(values, r"^\+(\d)", r"\1")
        values = pc.if_else(matches(values, _GROUPED), pc.replace_substring(values, ",", ""), values)
    return values


def _where(condition: pa.BooleanArray, values: pa.Array) -> pa.Array:
    return pc.if_else(condition, values, pa.scalar(None, values.type))


def _finite(values: pa.DoubleArray) -> pa.DoubleArray:
    return _where(pc.is_finite(values), values)


def _pick(parts: pa.StructArray, name: str, hit: np.ndarray) -> np.ndarray:
    if name not in {field.name for field in parts.type}:
        return np.full(int(hit.sum()), "", dtype="U1")
    chosen = pc.fill_null(parts.field(name).filter(pa.array(hit)), "")
    return np.asarray(chosen.to_numpy(zero_copy_only=False), dtype=str)


def _number(texts: np.ndarray) -> np.ndarray:
    return np.where(texts == "", "0", texts).astype(np.int64)


def _years(texts: np.ndarray) -> np.ndarray:
    years = _number(texts)
    two_digits = np.char.str_len(texts) == 2
    return np.where(two_digits, years + np.where(years >= 70, 1900, 2000), years)


def _civil_days(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (days since 1970-01-01, whether it is a real date)."""
    ok = (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1) & (year <= 9999)
    months = (np.where(ok, year, 1970) - 1970) * 12 + np.where(ok, month, 1) - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    following = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    ok &= day <= following - first
    return first + day - 1, ok


def _clock(part: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (microseconds of the day or -1, whether they are possible, whether it was 24:00)."""
    hour, minute, second = (_number(part[name]) for name in ("h", "mi", "s"))
    given = part["h"] != ""
    half = np.char.lower(np.where(part["ap"] != "", part["ap"], part["pm"]))
    afternoon, morning = np.isin(half, ("오후", "pm")), np.isin(half, ("오전", "am"))
    ok = ~((afternoon | morning) & ((hour > 12) | (hour < 1)))
    hour = np.where(afternoon & (hour < 12), hour + 12, np.where(morning & (hour == 12), 0, hour))
    late = (hour == 24) & (minute == 0) & (second == 0)
    hour = np.where(late, 0, hour)
    ok &= (hour < 24) & (minute < 60) & (second < 60)
    fraction = np.char.lstrip(part["f"], ".")
    micro = _number(np.array([text[:6].ljust(6, "0") if text else "0" for text in fraction], dtype=str))
    total = ((hour * 60 + minute) * 60 + second) * 1_000_000 + micro
    return np.where(given, total, -1), ok, late


def _zone_minutes(zones: np.ndarray) -> np.ndarray:
    """Return minutes east of UTC plus 100,000, and 0 where there is no zone."""
    result = np.zeros(len(zones), np.int64)
    for zone in np.unique(zones):
        if zone:
            result[zones == zone] = 100_000 + _offset_minutes(str(zone))
    return result


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
