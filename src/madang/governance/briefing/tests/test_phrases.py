"""A syllable that differs inside words which always stand together."""

from __future__ import annotations

import pytest

from .fragments import find_in

USUAL = "- 이동약자 맞춤형 화재안전망 구축 추진\n" * 3


def find(body):
    text = f"2024년 주요 업무보고\n\n2024. 3.\n\n1-1\n\n공원 확충\n\n□ 추진실적\n\n{body}\n"
    return [one[1:] for one in find_in(text)]


@pytest.mark.parametrize(
    ("body", "stated", "computed"),
    [
        ("- 이동약자 맞춤형 화재안전만 구축 완료", "화재안전만", "화재안전망"),
        ("- 이동약자 맞춤횽 화재안전망 구축 완료", "맞춤횽", "맞춤형"),
        ("- 이동약자 맞춤형 솨재안전망 구축 완료", "솨재안전망", "화재안전망"),
    ],
)
def test_a_slip_inside_a_phrase_is_found(body, stated, computed):
    found = [one for one in find(USUAL + body) if one[0] == "name"]
    assert [one[0] for one in found] == ["name"]
    assert stated.startswith(found[0][1])
    assert computed.startswith(found[0][2])


@pytest.mark.parametrize(
    "body",
    [
        USUAL + "- 이동약자 맞춤형 교통안전망 구축 완료",
        "- 정보자원의 통합구축 추진\n" * 3 + "- 정보자원을 통합구축 추진",
        "- 한강공원 동부 자전거도로 정비\n" * 3 + "- 한강공원 서부 자전거도로 정비",
        "- 노인복지 국비 지원사업 확대 실시\n" * 3 + "- 노인복지 구비 지원사업 확대 실시",
        "- 지하시설물 통합관리 시스템 운영\n" * 3 + "- 지하시설물 통합관제 시스템 운영, 통합관제 요원",
        "- 정보자원 유지관리 체계 구축\n" * 3 + "- 정보자원 유지관리 체제 구축",
        "- 민관 빅데이터 통합 기반 마련\n" * 3 + "- 민관 빅데이터 결합 기반 마련",
    ],
    ids=["another word", "particles", "other side", "other funds", "elsewhere too", "system", "joined"],
)
def test_what_looks_wrong_and_is_not_stays_unaccused(body):
    assert find(body) == []


def test_an_odd_heading_is_found():
    text = "2024. 3.\n\n" + "□ 향후계획\n\n- 추진 : '24. 5월\n\n" * 3
    found = find_in(text + "□ 향후계횡\n\n- 추진 : '24. 6월\n")
    assert [one[1:] for one in found] == [("name", "향후계횡", "향후계획")]
    assert find_in(text + "□ 추진실적\n\n- 설치 30대\n") == []


def test_two_slips_on_one_line_are_two_findings():
    usual = USUAL + "- 정보취약계층 디지털격차 해소교육 운영\n" * 3
    found = find(usual + "- 이동약자 맞춤형 화재안전만 구축, 정보취약계층 디지털겨차 해소교육 완료")
    assert [one[0] for one in found] == ["name", "name"]


@pytest.mark.parametrize(
    ("usual", "other"),
    [
        ("정비하지 않았습니다", "많았습니다"),
        ("전체적으로 정비", "구체적으로 정비"),
        ("전국적으로 정비", "전통적으로 정비"),
        ("현장에서 정비", "견장에서 정비"),
        ("고액체납자 관리", "소액체납자 관리"),
    ],
)
def test_words_that_share_an_ending_are_other_words(usual, other):
    body = "\n".join(f"- {usual} {number}호" for number in "가나다라")
    assert find(f"{body}\n- {other}") == []
