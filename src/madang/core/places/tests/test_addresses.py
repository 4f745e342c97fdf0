"""Story: an address as people write it names its district, and nothing else does."""

from __future__ import annotations

import csv
import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.core.places.interface import find_district_in_text, find_own_district, list_districts

CITY = list_districts()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("서울특별시 종로구 사직로 8", "11110"),
        ("종로구", "11110"),
        ("  중구 을지로", "11140"),
        ("서대문구 중구로 1", "11410"),
        ("서울특별시  동대문구 123", "11230"),
        ("서울종로구", "11110"),
        ("종로구청운동 1", "11110"),
        ("서울 중랑구면목동", "11260"),
        ("[강동구]길동", "11740"),
        ("서울 강서구123-4", "11500"),
        ("28 Sajik-ro, Jongno-gu, Seoul", "11110"),
        ("부산광역시 중구 광복로", "26110"),
        ("경기도 수원시 장안구 정자동", "41111"),
        ("고양시 덕양구 화정동", "41281"),
        ("경기도 파주시 문산로", "41480"),
        ("세종시 한누리대로", "36110"),
        ("종로구청 앞", ""),
        ("강남구청역 3번 출구", ""),
        ("서소문 구청", ""),
        ("동구", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_addresses(text, code):
    assert find_district_in_text([text]).tolist() == [code]


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (("종로구",), "11110"),
        (("", "서울특별시 종로구청"), "11110"),
        (("서울특별시", "종로구시설관리공단"), "11110"),
        (("서울특별시", "서울특별시 중구"), "11140"),
        (("서울특별시", "강서구청장"), "11500"),
        (("부산광역시", "중구"), ""),
        (("부산광역시 중구청",), ""),
        (("서울특별시",), ""),
        (("도로사업소",), ""),
        ((), ""),
    ],
)
def test_columns_of_a_list_name_a_district_of_the_city(parts, code):
    assert find_own_district(*parts) == code


@given(st.sampled_from(CITY), st.sampled_from(["", "서울 ", "서울시 ", "서울특별시 "]), st.integers(1, 999))
def test_every_district_is_found_however_its_city_is_written(district, province, number):
    assert find_district_in_text([f"{province}{district.name_ko} {number}"])[0] == district.code


@given(st.lists(st.one_of(st.none(), st.text()), max_size=5))
def test_any_text_is_answered(texts):
    assert len(find_district_in_text(texts)) == len(texts)


def test_real_addresses_agree_with_the_codes_beside_them(municipal_files):
    path = municipal_files / "opendata" / "서울시_무더위쉼터.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    found = find_district_in_text([row["도로명주소"] for row in rows])
    assert (found == np.array([row["지역코드"][:5] for row in rows])).all()
