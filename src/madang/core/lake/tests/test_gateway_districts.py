"""A row's own district, as it writes it, beside the one its point lies in."""

import numpy as np
import pyarrow as pa
import pytest

from madang.core.lake.gateway.districts import find_district_column, find_elsewhere, named_districts

KNOWN = [
    "서울특별시 중구",
    "서울특별시 강남구",
    "부산광역시 중구",
    "울산광역시 남구",
    "경기도 수원시 장안구",
    "경기도 화성시",
    "충청북도 청주시 상당구",
    "충청북도 청원군",
    "전라남도 영광군",
    "경상북도 경주시",
]


@pytest.mark.parametrize(
    ("written", "located", "elsewhere"),
    [
        ("강남구", "서울특별시 강남구", False),
        ("강남구", "서울특별시 중구", True),
        ("강남구", None, True),
        ("중 구", "부산광역시 중구", False),
        ("남구", "서울특별시 강남구", True),
        ("서울특별시 중구 을지로 281", "서울특별시 중구", False),
        ("서울 중구 을지로 281", "부산광역시 중구", True),
        ("(04522) 서울시 중구 세종대로 110", "서울특별시 중구", False),
        ("경기도 수원시 장안구 송원로 101", "경기도 수원시 장안구", False),
        ("경기 수원시장안구 송원로 101", "경기도 수원시장안구", False),
        ("수원시", "경기도 수원시 장안구", False),
        ("장안구", "경기도 수원시 장안구", False),
        ("경기도 화성시 봉담읍 동화리", "경기도 화성시", False),
        ("경기도 화성시 봉담읍 동화리", "경기도 수원시 장안구", True),
        ("청주시", "충청북도 청원군", False),
        ("충북 청주시 상당구 상당로 69", "충청북도 청주시 상당구", False),
        ("전남 영광군 영광읍", "전라남도 영광군", False),
        ("경북 경주시 양정로 260", "경상북도 경주시", False),
        ("세종로 어딘가", "서울특별시 중구", False),
        ("미추홀구", "서울특별시 중구", False),
        ("서울특별시", "부산광역시 중구", False),
        ("", "서울특별시 중구", False),
        (None, None, False),
    ],
)
def test_own_and_located_district(written, located, elsewhere):
    named = named_districts(pa.array([written], pa.string()))
    assert find_elsewhere(named, np.array([located], object), KNOWN).tolist() == [elsewhere]


def test_the_column_of_districts_is_found_by_its_values():
    columns = {
        "시도": pa.array(["서울특별시"] * 4),
        "주소": pa.array(
            ["서울특별시 중구 을지로 281", "서울특별시 강남구 학동로 426", None, "경기도 화성시 남양읍"]
        ),
        "이름": pa.array(["도서관", "구청", "공원", "시장"]),
    }
    assert find_district_column(columns) == "주소"
    assert find_district_column(columns | {"구": pa.array(["중구", "강남구", "중 구", ""])}) == "구"
    assert find_district_column({"이름": columns["이름"]}) is None
