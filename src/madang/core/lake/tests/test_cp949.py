"""A file in CP949 says what the table says, in letters that CP949 has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.core.lake.hot.cp949 import encode_cp949


@pytest.mark.parametrize(("text", "written"), [
    ("월–토 10:00–19:00", "월-토 10:00-19:00"), ("가\xa0나 — 다 • 라", "가 나 ― 다 · 라"), ("₩1,000", "￦1,000"),
    ("① ㎡ ℃ · …", "① ㎡ ℃ · …"), ("ﬁ", "fi"), ("😀 가", "&#128512; 가"), ("é", "&#233;"), ("", ""), ("︐", "&#65040;"),
])  # fmt: skip
def test_letters_that_it_lacks_have_near_ones(text, written):
    assert encode_cp949(text).decode("cp949") == written


@given(st.text(st.characters(codec="utf-8")))
def test_any_text_is_written_and_what_it_has_stays(text):
    written = encode_cp949(text).decode("cp949")
    try:
        text.encode("cp949")
    except UnicodeEncodeError:
        return
    assert written == text
