"""A figure's name is made of words, so that the next report's figure is the same indicator."""

from __future__ import annotations

import pytest

from madang.governance.briefing.gateway.report import read_report
from madang.governance.briefing.gateway.text import read_sentence
from madang.governance.briefing.methods.counted import name_counted


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            " - (실외) 핫플레이스 216개소(2,373대), (실내) 복지시설 338개소(2,157대)",
            ["(실외) 핫플레이스", "(실외) 핫플레이스", "(실내) 복지시설", "(실내) 복지시설"],
        ),
        ("- 영상회의시스템 구축('21.9월 오픈) : 1,106회 19,566명 활용", ["영상회의시스템 구축", "영상회의시스템 구축 활용"]),
        ("이용현황('22.7) : 과제 분석수 208건(누적 2,152건)", ["과제 분석수", "과제 분석수 누적"]),
        ("안전망(통합플랫폼) 연계 : 15개구('21년)→ 17개구('22년)", ["안전망(통합플랫폼) 연계"] * 2),
        ("- 72개 기관에 대한 통합보안관제", ["기관에 대한 통합보안관제"]),
        ("- 정부24 전자증명서 약250종·온라인 민원 증명서 6종 유통", ["정부24 전자증명서", "온라인 민원 증명서"]),
        ("- 디지털뉴딜(1차사업) 연계 공공와이파이 4,530대 설치('21.11.~'22.4.)", ["디지털뉴딜(1차사업) 연계 공공와이파이"]),
        ("18개→72개", ["18개→72개"] * 2),
    ],
)  # fmt: skip
def test_a_figure_is_named_by_its_words(text, names):
    sentence = read_sentence(1, text, "1-1", "추진실적")
    assert [name_counted(sentence, one) for one in sentence.quantities] == names


def test_other_numbers_give_the_same_names(real_report):
    """All numbers of results in figures become others; no indicator's name does."""
    report = read_report(real_report)
    lines = {one.line for one in report.indicators}
    later = "\n".join(
        text.translate(str.maketrans("12345678", "23456781")) if number in lines and "'" not in text else text
        for number, text in enumerate(real_report.split("\n"), 1)
    )
    named = [(one.line, one.name) for one in report.indicators if "'" not in report.lines[one.line - 1]]
    again = {(one.line, one.name) for one in read_report(later).indicators}
    plain = [one for one in named if not any(letter.isdigit() for letter in one[1])]
    assert len(plain) > 70
    assert [one for one in plain if one not in again] == []
