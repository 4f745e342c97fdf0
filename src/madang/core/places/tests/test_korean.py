"""Story: a name is found by its initials, by its beginning, and with one letter wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.core.places.methods.korean import (
    initials_of,
    is_near,
    letters_of,
    matches_at_start,
    matches_within,
    normalize,
)

NAMES = st.text(st.characters(min_codepoint=ord("가"), max_codepoint=ord("힣")), min_size=1, max_size=8)


@pytest.mark.parametrize("query", ["ㄱㄴ", "ㄱㄴㄱ", "강ㄴ", "ㄱ남", "강나", "가", "강남구", "ㄱ"])
def test_beginnings_of_gangnam(query):
    assert matches_at_start(query, "강남구")


@pytest.mark.parametrize("query", ["ㄴ", "강북", "강남구청", "나", "", "ㄱㄱ", "강낭"])
def test_not_beginnings_of_gangnam(query):
    assert not matches_at_start(query, "강남구")


def test_parts_inside():
    assert matches_within("남ㄱ", "강남구")
    assert not matches_within("북", "강남구")


@pytest.mark.parametrize("query", ["강넘구", "강나구", "가남구", "강남귀", "걍남구"])
def test_near(query):
    assert is_near(query, "강남구")


@pytest.mark.parametrize(
    ("query", "name"), [("강북구", "강남구"), ("중구", "동구x"), ("가", "나"), ("강서구", "강남구")]
)
def test_not_near(query, name):
    assert not is_near(query, name)


def test_normalize():
    assert normalize("Jung-gu (중구)") == "junggu중구"
    assert normalize("강남") == "강남"
    assert normalize("ㄱㄴ") == "ㄱㄴ"


@given(NAMES)
def test_every_name_begins_with_itself_and_its_initials(name):
    assert matches_at_start(name, name)
    assert matches_at_start(initials_of(name), name)
    assert len(initials_of(name)) == len(name) <= len(letters_of(name))


@given(NAMES, st.data())
def test_one_lost_letter_is_near(name, data):
    letters = letters_of(name)
    lost = data.draw(st.integers(0, len(letters) - 1))
    short = letters[:lost] + letters[lost + 1 :]
    assert is_near(short, name) == (len(short) >= 4)
