"""Story: a reader without Korean finds every dong by the name on its street signs."""

from __future__ import annotations

import gzip
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.core.places.interface import list_districts
from madang.core.places.methods.romanization import romanize, romanize_place


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("종로구", "Jongno-gu"),
        ("명동1가", "Myeong-dong 1(il)-ga"),
        ("을지로3가", "Euljiro 3(sam)-ga"),
        ("신문로2가", "Sinmunno 2(i)-ga"),
        ("창신1동", "Changsin1-dong"),
        ("왕십리동", "Wangsimni-dong"),
        ("만리동", "Malli-dong"),
        ("수원시 장안구", "Suwon-si Jangan-gu"),
        ("독립문", "Dongnimmun"),
        ("서울특별시", "Seoul"),
        ("세종특별자치시", "Sejong"),
        ("", ""),
    ],
)
def test_names(name, written):
    assert romanize_place(name) == written


def test_the_districts_are_written_as_the_city_writes_them():
    names = (
        "Jongno Jung Yongsan Seongdong Gwangjin Dongdaemun Jungnang Seongbuk Gangbuk Dobong Nowon Eunpyeong "
        "Seodaemun Mapo Yangcheon Gangseo Guro Geumcheon Yeongdeungpo Dongjak Gwanak Seocho Gangnam Songpa "
        "Gangdong"
    )
    assert [district.name_en for district in list_districts()] == [f"{name}-gu" for name in names.split()]


@given(st.text(st.characters(min_codepoint=ord("가"), max_codepoint=ord("힣")), max_size=8))
def test_every_word_can_be_written(word):
    assert re.fullmatch("[a-z]*", romanize(word))


def test_published_names_of_the_legal_dongs_agree(municipal_files):
    path = municipal_files / "boundaries" / "seoul2013" / "seoul_neighborhoods_geo_simple.json.gz"
    rows = [feature["properties"] for feature in json.loads(gzip.decompress(path.read_bytes()))["features"]]

    def is_same(row):
        return romanize_place(row["EMD_KOR_NM"]).lower() == re.sub(r"\s+", " ", row["EMD_ENG_NM"]).lower()

    assert sum(map(is_same, rows)) >= 0.97 * len(rows)
