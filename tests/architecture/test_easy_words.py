"""Sentences in easy Korean say what the others say, with the same figures in them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "madang"
SAID = re.compile(r'\{% say "([^"]+)" "([^"]+)"(?: [a-z]+="[^"]*")*? easy="([^"]+)"')
SENTENCES = sorted(
    {found.groups() for path in SOURCE.rglob("*.html") for found in SAID.finditer(path.read_text("utf-8"))}
)


def test_what_citizens_read_first_has_an_easy_form():
    assert len(SENTENCES) > 50


@pytest.mark.parametrize(("ko", "en", "easy"), SENTENCES, ids=[ko[:30] for ko, _, _ in SENTENCES])
def test_an_easy_form_holds_the_same_values_in_short_sentences(ko: str, en: str, easy: str):
    names = re.compile(r"\{\w+\}")
    assert sorted(names.findall(easy)) == sorted(names.findall(ko)), en
    assert max(map(len, re.split(r"[.?:] ?", easy))) <= 40, easy
