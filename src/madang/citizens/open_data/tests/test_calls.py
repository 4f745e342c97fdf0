"""The Seoul Open API by its rules: every code, whatever is asked, and values as text."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from madang.citizens.open_data.methods.calls import (
    check_call,
    read_call,
    read_period,
    read_range,
    write_json,
    write_value,
    write_xml,
)
from madang.citizens.open_data.methods.elements import name_elements
from madang.citizens.open_data.records.calls import MESSAGES, Answer
from madang.core.base.interface import CITY_TIMEZONE


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (b"/", "ERROR-300"),
        (b"/key", "ERROR-300"),
        (b"/key/json", "ERROR-300"),
        (b"/key/csv/shelters/1/5", "ERROR-301"),
        (b"/key/json/shelters/1/5/", ""),
        (b"/key/XML/shelters/1/5", ""),
        (b"/key/xmlf/shelters/1/5", ""),
        (b"//json/shelters/1/5", "ERROR-300"),
        (b"//key/json/shelters/1/5", ""),
        (b"///", "ERROR-300"),
    ],
)
def test_what_is_missing_is_told(path, code):
    assert check_call(read_call(path)) == code


@pytest.mark.parametrize(
    ("key", "start", "end", "found"),
    [
        ("k", "1", "5", (0, 5)),
        ("k", "0", "5", (0, 5)),
        ("sample", "0", "5", (0, 5)),
        ("k", "1001", "2000", (1000, 1000)),
        ("k", "", "", "ERROR-331"),
        ("k", "1", "", "ERROR-332"),
        ("k", "a", "5", "ERROR-333"),
        ("k", "1", "5.0", "ERROR-333"),
        ("k", "-1", "5", "ERROR-331"),
        ("k", "0", "0", "ERROR-332"),
        ("k", "6", "5", "ERROR-334"),
        ("sample", "1", "6", "ERROR-335"),
        ("k", "1", "1001", "ERROR-336"),
        ("k", "1", "9" * 30, "ERROR-333"),
    ],
)
def test_a_range_is_rows_from_one_both_ends_included(key, start, end, found):
    path = f"/{key}/json/shelters/{start}/{end}" if start or end else f"/{key}/json/shelters"
    assert read_range(read_call(path.encode())) == found


def test_a_blank_argument_is_one_left_out():
    call = read_call(b"/k/json/s/1/5/%20/%EC%A2%85%EB%A1%9C%EA%B5%AC/a%2Fb//")
    assert call.arguments == ("", "종로구", "a/b")
    assert read_call(b"/k/json/s/1/5/a/%20/%20").arguments == ("a",)
    assert read_call(b"/k/json/s/1/5/%20").arguments == ()


@pytest.mark.parametrize(
    ("text", "hours"),
    [("2026-03-01", 24), ("2026-03-01_05", 1), ("2026-03-01_05:00:00", 1), ("2026-03-01 23", 1)],
)
def test_a_moments_argument_may_be_a_day_or_an_hour(text, hours):
    start, end = read_period(text, CITY_TIMEZONE)
    assert (end - start).total_seconds() == 3600 * hours
    assert f"{start:%Y-%m-%d %H}".startswith(text.replace("_", " ")[:13])


@given(st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(_[0-9]{2})?", fullmatch=True))
def test_no_period_is_a_crash(text):
    read_period(text, CITY_TIMEZONE)


@given(st.binary(max_size=60))
def test_no_address_is_a_crash(path):
    call = read_call(path)
    if not check_call(call):
        read_range(call)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (3, "3"),
        (3.0, "3.0"),
        (3.25, "3.25"),
        (Decimal("1E+3"), "1000"),
        (True, "Y"),
        (date(2022, 7, 1), "2022-07-01"),
        (datetime(2022, 7, 1, 3, tzinfo=UTC), "2022-07-01 12:00:00"),
        ("가", "가"),
    ],
)
def test_values_are_text(value, text):
    assert write_value(value, CITY_TIMEZONE) == text


@given(st.dictionaries(st.from_regex(r"[A-Z_]{1,8}", fullmatch=True), st.text(max_size=20), min_size=1))
def test_both_forms_hold_the_same_rows(row):
    answer = Answer(code="INFO-000", envelope="Shelters", total=1, rows=(row,))
    body = json.loads(write_json(answer))["Shelters"]
    assert (body["list_total_count"], body["row"]) == (1, [row])
    root = ET.fromstring(write_xml(answer))
    assert root.tag == "Shelters"
    assert [child.tag for child in root.find("row")] == list(row)


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=6, unique=True))
@example(["이용인원(명)", "이용인원[명]", "기준 일자", "1월", "㎡", "<b/>", "a:b", "-", "/"])
def test_whatever_columns_are_called_the_xml_can_be_read(names):
    row = {name: str(number) for number, name in enumerate(names)}
    answer = Answer(code="INFO-000", envelope="Shelters", total=1, rows=(row,))
    read = ET.fromstring(write_xml(answer)).find("row")
    assert [child.text for child in read] == list(row.values())
    assert len({child.tag for child in read}) == len(row)


def test_a_name_that_xml_takes_stays():
    assert name_elements(["관리번호", "MSRDT", "PM2.5", "a-b"]) == {
        n: n for n in ("관리번호", "MSRDT", "PM2.5", "a-b")
    }
    assert name_elements(["1월", "인원(명)"]) == {"1월": "_1월", "인원(명)": "인원_명_"}


@pytest.mark.parametrize("code", sorted(set(MESSAGES) - {"INFO-000"}))
def test_without_rows_a_bare_result_stands_alone(code):
    assert json.loads(write_json(Answer(code=code))) == {"RESULT": {"CODE": code, "MESSAGE": MESSAGES[code]}}
    assert ET.fromstring(write_xml(Answer(code=code))).findtext("CODE") == code
