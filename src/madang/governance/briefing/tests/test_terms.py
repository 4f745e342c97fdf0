"""Terms spelled another way once or twice are found; other words and other terms are left alone."""

from __future__ import annotations

import pytest

from madang.governance.briefing.methods.jamo import differ_in_one_letter, sound_alike
from madang.governance.briefing.methods.names import join_letters

from .fragments import WHOLE, find_in

BODY = """2022. 7.

1-1

메타버스 서울 포털 구축

□ 추진실적

- 메타버스 서울을 구축하고 메타버스를 알림, 메타버스 안에서 만남
- 엠보팅 참여, 엠보팅 투표와 엠보팅(mVoting) 운영, 엠보팅은 엠보팅
- 포털 정비, 포털 개선, 포털 운영, 포털 홍보
- SDDC 구축, SDDC 운영, SDDC 시범, SDDC 확대
- {}

정보화 용어 설명

■ 엠보팅(mVoting)

업무보고 p.9

- 투표
"""


def find_names(text):
    return [(stated, computed) for _, kind, stated, computed in find_in(text) if kind == "name"]


@pytest.mark.parametrize(
    ("said", "usual"),
    [
        ("매타버스", "메타버스"),
        ("엠보딩", "엠보팅"),
        ("앰보팅", "엠보팅"),
        ("포탈", "포털"),
        ("SDCC", "SDDC"),
    ],
)
def test_another_spelling_of_a_term_is_found(said, usual):
    assert find_names(BODY.format(f"서울 {said} 지원")) == [(said, usual)]


@pytest.mark.parametrize(
    "said", ["메타데이터 정비", "SDWN 설치", "포상 수여", "엠보팅만 확대", "SDDC", "매일 운영", "보팅"]
)
def test_another_word_is_no_other_spelling(said):
    assert find_names(BODY.format(said)) == []


def test_two_spellings_that_stand_as_often_accuse_neither():
    assert find_names(BODY.format("포탈 정비, 포탈 개선, 포탈 운영")) == []


def test_a_heading_that_is_a_usual_one_but_for_a_syllable_is_found():
    text = WHOLE.replace("사업명\t예산현액", "사업명\t예산헌액", 1)
    assert find_names(text) == [("예산헌액", "예산현액")]
    assert find_names(WHOLE.replace("사업명\t예산현액", "사업명\t예산액", 1)) == []


def test_syllables():
    assert all(sound_alike(*pair) for pair in ("터타", "털탈", "메매", "에애", "엠앰", "계게"))
    assert not any(sound_alike(*pair) for pair in ("정장", "업엄", "터더", "메메", "시서"))
    assert differ_in_one_letter("업", "엄")
    assert differ_in_one_letter("자", "작")
    assert not differ_in_one_letter("정", "장군"[1])


def test_a_short_term_and_a_name_in_brackets_have_pages_too():
    text = WHOLE.replace("■ 쉼터\n", "■ 의자(Chair)\n\n업무보고 p.{}\n\n- 앉는 것\n\n■ 쉼터\n")
    assert find_names(text.format(9)) == []
    assert find_names(text.format(10)) == [("p.10", "p.9")]


def test_a_wrong_page_does_not_accuse_the_term_beside_it(real_report):
    lines = real_report.split("\n")
    assert "p.35" in lines[1368]
    lines[1368] = lines[1368].replace("p.35", "p.25")
    pages = [(line, stated) for line, kind, stated, _ in find_in("\n".join(lines)) if stated.startswith("p.")]
    assert pages == [(1369, "p.25")]


def test_a_name_printed_letter_by_letter_is_told_in_one_piece():
    assert join_letters("세 외 수 입") == "세외수입"
    assert join_letters("세외 수입") == "세외 수입"
    assert join_letters("가") == "가"
