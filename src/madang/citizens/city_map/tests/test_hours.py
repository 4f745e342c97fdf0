"""Opening hours: what people write is read as they mean it, and what can't be read says nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.citizens.city_map.methods.hours import DAYS, find_change, is_open, read_hours, write_in_english
from madang.core.base.interface import CITY_TIMEZONE

MONDAY = datetime(2026, 11, 30, tzinfo=CITY_TIMEZONE)
MOMENTS = st.integers(0, 7 * 24 * 60 - 1).map(lambda minute: MONDAY + timedelta(minutes=minute))


def at(day: str, clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return MONDAY + timedelta(days=DAYS.index(day), hours=hour, minutes=minute)


@pytest.mark.parametrize(
    ("text", "moment", "expected"),
    [
        ("09:00–18:00", at("일", "09:00"), True),
        ("09:00–18:00", at("일", "18:00"), False),
        ("월–금 09:00–18:00, 토 10:00–15:00", at("토", "14:59"), True),
        ("월–금 09:00–18:00, 토 10:00–15:00", at("일", "12:00"), False),
        ("월 – 금 9시 ~ 18시", at("금", "17:00"), True),
        ("평일 09:00~18:00 / 주말 10:00~17:00", at("토", "17:30"), False),
        ("Mon–Fri 09:00–18:00, Sat 10:00–15:00", at("토", "10:00"), True),
        ("화·목 10:00-12:00", at("수", "11:00"), False),
        ("매일 18:00–01:00", at("화", "00:30"), True),
        ("일 22:00–02:00", at("월", "01:00"), True),
        ("금-월 10:00-11:00", at("일", "10:30"), True),
        ("24시간", at("일", "03:00"), True),
        ("연중무휴 24시간", at("일", "03:00"), True),
        ("전화로 물어보세요", at("일", "03:00"), None),
        ("", at("일", "03:00"), None),
        ("공휴일 09:00–18:00", at("일", "12:00"), None),
        ("09:00–25:00", at("일", "12:00"), None),
    ],
)
def test_hours_are_read_as_people_mean_them(text, moment, expected):
    assert is_open(text, moment) is expected


@given(st.text("월화수목금토일 0123456789:-~–,시분매평주말공휴", max_size=40))
def test_any_text_is_read_or_says_nothing(text):
    week = read_hours(text)
    assert week is None or all(0 <= opens < closes <= opens + 7 * 24 * 60 for opens, closes in week)


SPANS = st.tuples(st.sampled_from(DAYS), st.integers(0, 23), st.integers(0, 59), st.integers(1, 1439))


@given(st.lists(SPANS, min_size=1, max_size=4), MOMENTS)
def test_open_or_closed_agrees_with_a_plain_reading(spans, moment):
    said, minutes = [], set()
    for day, hour, minute, length in spans:
        opens = hour * 60 + minute
        closes = (opens + length) % 1440
        said.append(f"{day} {hour:02d}:{minute:02d}–{closes // 60:02d}:{closes % 60:02d}")
        begin = DAYS.index(day) * 1440 + opens
        minutes |= {one % (7 * 1440) for one in range(begin, begin + length)}
    expected = (moment - MONDAY).total_seconds() // 60 in minutes
    assert is_open(", ".join(said), moment) is expected


@settings(max_examples=20)
@given(st.sampled_from(["월–금 09:00–18:00", "매일 22:00–02:00", "토 10:00–11:00, 일 10:00–11:00"]), MOMENTS)
def test_the_next_change_is_the_first_minute_that_differs(text, moment):
    change = find_change(text, moment)
    now = is_open(text, moment)
    minutes = int((change - moment).total_seconds() // 60)
    assert is_open(text, change) is not now
    assert all(is_open(text, moment + timedelta(minutes=n)) is now for n in range(0, minutes, 7))
    assert is_open(text, change - timedelta(minutes=1)) is now


def test_what_was_read_once_is_not_read_again():
    before = read_hours.cache_info().misses
    assert all(is_open("월–금 09:07–18:01", MONDAY) is False for _ in range(3))
    assert read_hours.cache_info().misses == before + 1


@pytest.mark.parametrize(("text", "open_days"), [
    ("09:00~18:00 (월요일 휴관)", "화수목금토일"),
    ("매일 09:00–18:00, 매주 월요일 휴관", "화수목금토일"),
    ("09:00-18:00 (토·일 휴무)", "월화수목금"),
    ("09:00-18:00, 토요일~일요일 휴무, 공휴일 휴무", "월화수목금"),
    ("평일 09:00~18:00 (공휴일 휴무)", "월화수목금"),
    ("월–토 09:00–18:00, 법정 공휴일 제외", "월화수목금토"),
    ("Mon–Sun 09:00–18:00 (closed on Mon)", "화수목금토일"),
    ("Mon-Fri 9:00-18:00, closed on public holidays", "월화수목금"),
    ("09:00–18:00 월요일 정기휴관", "화수목금토일"),
])  # fmt: skip
def test_closed_days_are_taken_out(text, open_days):
    monday = datetime(2026, 11, 30, 12, tzinfo=CITY_TIMEZONE)
    found = "".join(
        day for at, day in enumerate("월화수목금토일") if is_open(text, monday + timedelta(days=at))
    )
    assert found == open_days
    assert is_open(text, monday.replace(hour=23)) is False


@pytest.mark.parametrize("text", [
    "09:00–18:00 첫째·셋째 월요일 휴관", "09:00–18:00 (점심시간 12:00–13:00)", "휴일 휴무", "월요일 휴관", "09:00-18:00 (명절 휴무)",
])  # fmt: skip
def test_what_is_said_otherwise_says_nothing(text):
    assert read_hours(text) is None


@pytest.mark.parametrize(("text", "english"), [
    ("월–금 09:00–18:00, 토 10:00–15:00", "Mon–Fri 09:00–18:00, Sat 10:00–15:00"), ("매일 18:00–01:00", "daily 18:00–01:00"),
    ("24시간", "24 hours"), ("월·수·금 9시~12시, 13:00~18:00", "Mon 09:00–12:00, 13:00–18:00, Wed 09:00–12:00, 13:00–18:00, Fri 09:00–12:00, 13:00–18:00"),
    ("10:00–24:00 (월요일 휴관)", "Tue–Sun 10:00–24:00"), ("09:00–18:00, 공휴일 휴무", "daily 09:00–18:00 (closed on public holidays)"),
    ("전화로 물어보세요", ""), ("", ""),
])  # fmt: skip
def test_hours_are_said_in_english(text, english):
    assert write_in_english(text) == english


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["월", "화-목", "주말", "금·일", "매일"]), st.integers(0, 23), st.integers(0, 24)
        ),
        max_size=4,
    )
)
def test_hours_said_in_english_are_the_same_hours(spans):
    text = ", ".join(f"{days} {opens:02d}:30–{closes:02d}:00" for days, opens, closes in spans)
    english = write_in_english(text)
    assert read_hours(english) == (read_hours(text) if english else None)
