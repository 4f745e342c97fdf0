"""The year and day of a report: one place that says another than all others."""

from __future__ import annotations

import pytest

from .fragments import WHOLE, find_in, find_line


def find(text):
    return [(one[0], one[2], one[3]) for one in find_in(text) if one[1] == "date"]


@pytest.mark.parametrize(
    ("where", "old", "new", "computed"),
    [
        ("2022년 주요 업무보고", "2022", "2021", "2022"),
        ("2022. 7.", "2022", "2020", "2022"),
        ("2022. 7.", "2022. 7.", "2022. 5.", "2022. 7. ~"),
        ("2022년도 세입·세출", "2022", "2012", "2022"),
        ("IV. 2022", "2022", "2023", "2022"),
        ("구 분\t2022 예산현액", "2022", "2020", "2022 예산현액"),
        ("(단위 : 천원, '22. 7. 1. 기준)", "'22", "'21", "'22.7.1."),
    ],
)
def test_a_year_that_stands_alone_is_found(where, old, new, computed):
    line = find_line(where)
    lines = WHOLE.split("\n")
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    assert [(one[0], one[2]) for one in find("\n".join(lines))] == [(line, computed)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("(단위 : 천원, '22. 7. 1. 기준)", "(단위 : 천원, '21. 12. 31. 기준)"),
        ("2022년 주요 업무보고", "주요 업무보고 및 2021년 성과"),
        ("2022년도 세입·세출 예산현황", "2022년도 및 2021년도 세입·세출 예산현황"),
        ("□ 추진실적", "□ 2021년 추진실적"),
    ],
    ids=["closed accounts", "last year's results", "two years", "results of last year"],
)
def test_another_year_that_is_meant_stays_unaccused(old, new):
    assert find(WHOLE.replace(old, new)) == []


def test_a_report_of_december_may_be_about_the_next_year():
    text = "2025년 주요 업무보고\n\n2024. 12.\n\n(단위 : 천원, '24.12.1. 기준)\n\n- 나무 심기 30그루\n"
    assert find(text) == []


@pytest.mark.parametrize(
    ("old", "new", "found"), [(")", "）", []), ("'22", "'21", [(15, "'21년 율(%)", "'22년 율(%)")])]
)
def test_a_mark_in_another_width_is_no_other_year(old, new, found):
    heading = "사업명\t'22년 율(%)\t비고"
    tables = [f"{one}\n가\t1\t나" for one in (heading, heading, heading.replace(old, new))]
    text = "2022년 주요 업무보고\n\n2022. 7.\n\n" + "\n\n중간 제목\n\n".join(tables) + "\n"
    assert find(text) == found
