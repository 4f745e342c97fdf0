"""A slip in a word that stands everywhere, and words that only look like one."""

from __future__ import annotations

import pytest

from .fragments import find_in


def find(body):
    text = f"2022년 주요 업무보고\n\n2022. 7.\n\n1-1\n\n공원 확충\n\n□ 추진실적\n\n{body}\n"
    return [one[1:] for one in find_in(text)]


@pytest.mark.parametrize(
    ("times", "usual", "odd", "stated"),
    [
        (10, "서비스", "서부스 개선", "서부스"),
        (10, "데이터", "공공드이터 개방", "드이터"),
        (4, "유지관리", "유주관리 계약", "유주관리"),
    ],
)
def test_a_slip_in_a_common_word_is_found(times, usual, odd, stated):
    body = "\n".join(f"- {usual} 운영, 제{number}관" for number in range(times))
    assert find(f"{body}\n- {odd}") == [("name", stated, usual)]
    few = "\n".join(body.split("\n")[1:])
    assert find(f"{few}\n- {odd}") == [], "it stands too seldom to be sure"


@pytest.mark.parametrize(
    ("usual", "other"),
    [
        ("서비스", "서비수 개선"),
        ("지원을", "직원을 채용"),
        ("국비지원", "구비지원 확대"),
        ("정보관리", "정비관리 계약, 정비 인력"),
        ("데이터", "메타버스 활용"),
    ],
    ids=["an end", "a particle", "other funds", "elsewhere too", "another word"],
)
def test_what_looks_wrong_and_is_not_stays_unaccused(usual, other):
    body = "\n".join(f"- {usual} 운영, 제{number}관" for number in range(10))
    assert find(f"{body}\n- {other}") == []
