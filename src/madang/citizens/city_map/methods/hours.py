"""Opening hours as people write them: `월–금 09:00–18:00, 토 10:00–15:00`, `09:00–18:00 (월요일 휴관)`, `24시간`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import groupby

DAYS = "월화수목금토일"
NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ENGLISH = dict(zip(map(str.lower, NAMES), DAYS, strict=True))
WORDS = {
    "매일": DAYS,
    "daily": DAYS,
    "평일": "월화수목금",
    "weekdays": "월화수목금",
    "주말": "토일",
    "weekends": "토일",
}
ALWAYS = re.compile(r"(?:연중무휴\s*)?(?:24\s*시간|24/7|24\s*hours)(?:\s*연중무휴)?", re.IGNORECASE)
CLOCK = r"(?P<{0}_h>[01]?\d|2[0-4])\s*(?::|시\s*)(?P<{0}_m>[0-5]\d)?\s*분?"
SPAN = re.compile(rf"{CLOCK.format('from')}\s*[-–~∼〜]\s*{CLOCK.format('to')}")
DASH = re.compile(r"\s*[-–~∼〜]\s*")
DAY_SPAN = re.compile(rf"(?P<first>[{DAYS}])(?:요일)?-(?P<last>[{DAYS}])(?:요일)?")
DAY_LIST = re.compile(rf"[{DAYS}]+(?:요일)?")
SHUT = r"(?:정기\s*)?(?:휴무|휴관|휴진|휴원|휴점|쉼|쉽니다)(?:일)?"
HOLIDAYS = re.compile(
    rf"(?:및|과|,|·)?\s*(?:법정\s*)?공휴일(?:은|에는|에)?\s*(?:{SHUT}|제외)|closed on (?:public )?holidays"
)
CLOSED = re.compile(
    rf"(?<![가-힣])(?:매주\s*)?(?P<days>[{DAYS}]+(?:요일)?(?:\s*[,·/–~-]\s*[{DAYS}]+(?:요일)?)*)(?:은|는|에는|에)?\s*{SHUT}"
    rf"|closed(?: on)?\s+(?P<english>[{DAYS}](?:\s*[,·/–~-]\s*[{DAYS}])*)"
)
EMPTY = re.compile(r"\(\s*\)")
DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
Week = tuple[tuple[int, int], ...]


@lru_cache(maxsize=4096)
def read_hours(text: str) -> Week | None:
    """Return the spans of a week, in minutes from Monday 00:00, that a place is open; None for other texts.

    A span that begins late may end on the next day. Days without one before them are every day, but those that are
    said to be closed. That it is closed on holidays may be said and isn't reckoned with.
    """
    if ALWAYS.fullmatch(text.strip()):
        return ((0, WEEK_MINUTES),)
    spans: list[tuple[int, int]] = []
    days = DAYS
    rest = HOLIDAYS.sub(" ", _say_in_korean(text))
    closed = {
        day for match in CLOSED.finditer(rest) for day in _read_days(match["days"] or match["english"]) or ""
    }
    rest = EMPTY.sub(" ", CLOSED.sub(" ", rest)).strip(" ,;/·")
    while rest:
        match = SPAN.search(rest)
        if match is None:
            return None
        named = _read_days(rest[: match.start()])
        if named is None:
            return None
        days = named or days
        opens, closes = (_read_clock(match, end) for end in ("from", "to"))
        if opens > DAY_MINUTES or closes > DAY_MINUTES or opens == closes:
            return None
        closes += 0 if closes > opens else DAY_MINUTES
        spans += [
            (day * DAY_MINUTES + opens, day * DAY_MINUTES + closes)
            for day in _find(days)
            if DAYS[day] not in closed
        ]
        rest = rest[match.end() :].strip(" ,;/·")
    return tuple(sorted(spans)) or None


def is_open(text: str, at: datetime) -> bool | None:
    """Return whether a place is open at a moment of the city's time, None where its hours can't be read."""
    week = read_hours(text)
    if week is None:
        return None
    minute = at.weekday() * DAY_MINUTES + at.hour * 60 + at.minute
    return any(opens <= now < closes for opens, closes in week for now in (minute, minute + WEEK_MINUTES))


def find_change(text: str, at: datetime) -> datetime | None:
    """Return when it next opens or closes, None where it never does or its hours can't be read."""
    now = is_open(text, at)
    if now is None:
        return None
    week = read_hours(text) or ()
    start = datetime(at.year, at.month, at.day, tzinfo=at.tzinfo) - timedelta(days=at.weekday())
    edges = sorted({edge + turn * WEEK_MINUTES for span in week for edge in span for turn in (-1, 0, 1)})
    moments = (start + timedelta(minutes=edge) for edge in edges)
    return next((one for one in moments if one > at and is_open(text, one) != now), None)


def write_in_english(text: str) -> str:
    """Return hours in English, `Mon–Fri 09:00–18:00, Sat 10:00–15:00`; "" for what can't be read."""
    week = read_hours(text)
    if week is None:
        return ""
    if week == ((0, WEEK_MINUTES),):
        return "24 hours"
    days = [""] * 7
    for opens, closes in week:
        day, begins = divmod(opens, DAY_MINUTES)
        ends = closes - day * DAY_MINUTES
        ends -= DAY_MINUTES if ends > DAY_MINUTES else 0
        days[day] += f"{', ' if days[day] else ''}{_write_clock(begins)}–{_write_clock(ends)}"
    parts = []
    for said, group in groupby(range(7), key=days.__getitem__):
        first, *_, last = (*group,) * 2
        names = NAMES[first] if first == last else f"{NAMES[first]}–{NAMES[last]}"
        parts += [f"{'daily' if last - first == len(DAYS) - 1 else names} {said}"] if said else []
    return ", ".join(parts) + (
        " (closed on public holidays)" if HOLIDAYS.search(_say_in_korean(text)) else ""
    )


def _write_clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _say_in_korean(text: str) -> str:
    text = text.strip().lower()
    for word, days in WORDS.items():
        text = text.replace(word, f" {','.join(days)} ")
    for word, day in ENGLISH.items():
        text = re.sub(rf"{word}[a-z]*", day, text)
    return text


def _read_days(text: str) -> str | None:
    """Return the days that stand before a span, "" for none; None where something else stands there."""
    found = ""
    for part in re.split(r"[\s,·/;:()]+", DASH.sub("-", text)):
        match = DAY_SPAN.fullmatch(part)
        if match is not None:
            first, last = DAYS.index(match["first"]), DAYS.index(match["last"])
            found += "".join(DAYS[day % 7] for day in range(first, last + 1 + (7 if last < first else 0)))
        elif not part or DAY_LIST.fullmatch(part):
            found += part.removesuffix("요일")
        else:
            return None
    return found


def _read_clock(match: re.Match[str], end: str) -> int:
    return int(match[f"{end}_h"]) * 60 + int(match[f"{end}_m"] or 0)


def _find(days: str) -> Iterator[int]:
    return (DAYS.index(day) for day in dict.fromkeys(days))
