"""Sentences that are English already, with Korean names in them."""

from __future__ import annotations

import pytest

from madang.governance.briefing.methods.translating import translate, translate_within

WORDINGS = {
    "챗봇 운영": "Chatbot",
    "서울 챗봇 운영": "Seoul's chatbot",
    "운영": "Operation",
    "업무보고": r"work report \1",
}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "step changed: 챗봇 운영 ('22. 7월 ~ 12월, planned) → 서울 챗봇 운영 ('22. 8월, done)",
            "step changed: Chatbot (2022-07 ~ 2022-12, planned) → Seoul's chatbot (2022-08, done)",
        ),
        ("owner: - → 운영과", "owner: - → 운영과"),
        ("Taken from the report 업무보고", r"Taken from the report work report \1"),
    ],
)
def test_the_longest_whole_name_is_said_in_english(said, expected):
    assert translate_within(said, WORDINGS) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2026. 7.", "2026-07"),
        ("(단위 : 천원, '26.7.1. 기준)", "(in thousand won, as of 2026-07-01)"),
        ("2026 예산현액", "Budget 2026"),
    ],
)
def test_days_are_written_in_one_way(said, expected):
    assert translate(said, {}) == expected
