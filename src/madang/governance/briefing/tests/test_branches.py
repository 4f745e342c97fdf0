"""Which rows are the parts of which: a wrong number leaves a gap and moves no branch."""

from __future__ import annotations

import pytest

from .fragments import PROJECT_HEAD, find_in, find_line

HEAD = "2022. 7.\n\n□ 세입예산\n\n('22.7.1. 기준, 단위 : 천원, %)\n\n"
REVENUE = (
    HEAD
    + """구 분\t'22년 예산현액\t'21년 최종예산\t'21년 대비\t
\t\t\t증감액\t증감율
계\t1,909,000\t1,700,000\t209,000\t12.3%
세외수입\t1,400,000\t1,300,000\t100,000\t7.7%
사용료수입\t1,250,000\t1,200,000\t50,000\t4.2%
입장료\t850,000\t800,000\t50,000\t6.3%
주차료\t400,000\t400,000\t-\t-
반환수입\t150,000\t100,000\t50,000\t50.0%
보조금 잔액\t90,000\t60,000\t30,000\t50.0%
위탁비 반환\t60,000\t40,000\t20,000\t50.0%
보조금\t509,000\t400,000\t109,000\t27.3%
공원 조성\t9,000\t-\t9,000\t순증
숲길 정비\t500,000\t400,000\t100,000\t25.0%
"""
)
AREAS = """2022. 7.

1-1

시설

□ 추진실적

구분\t비율(%)\t면적(㎡)\t비고
합계\t100\t10,000\t
전시\t60.0\t6,000\t
\t\t\t
사무\t40.0\t4,000\t
"""


def sums(text):
    return [(line, stated, computed) for line, kind, stated, computed in find_in(text) if kind == "sum"]


def change(line, old, new, text=REVENUE):
    lines = text.split("\n")
    at = find_line(line, text) - 1
    assert old in lines[at]
    lines[at] = lines[at].replace(old, new)
    return "\n".join(lines)


def test_a_table_that_agrees_is_not_accused():
    assert find_in(REVENUE) == []
    assert find_in(AREAS) == []


@pytest.mark.parametrize(
    ("row", "old", "new", "above", "said"),
    [
        (
            "입장료",
            "850,000\t800,000\t50,000\t6.3%",
            "859,000\t800,000\t59,000\t7.4%",
            "사용료수입",
            "1,259,000",
        ),
        ("공원 조성", "9,000\t-\t9,000", "8,000\t-\t8,000", "보조금\t", "508,000"),
        (
            "반환수입",
            "150,000\t100,000\t50,000\t50.0%",
            "159,000\t100,000\t59,000\t59.0%",
            "반환수입",
            "150,000",
        ),
        (
            "계\t",
            "1,909,000\t1,700,000\t209,000\t12.3%",
            "1,990,000\t1,700,000\t290,000\t17.1%",
            "계\t",
            "1,909,000",
        ),
    ],
)
def test_a_row_wrong_in_all_it_says_is_one_gap(row, old, new, above, said):
    text = change(row, old, new)
    assert [(line, computed) for line, _, computed in sums(text)] == [(find_line(above, text), said)]


def test_a_row_left_out_is_a_gap():
    text = REVENUE.replace("위탁비 반환\t60,000\t40,000\t20,000\t50.0%\n", "")
    assert [computed for _, _, computed in sums(text)] == ["90,000", "60,000"]


@pytest.mark.parametrize(
    "rows",
    [
        "가 사업\t624,682\t583,100\t332,754\t93.3%\t53.3%\t624,682\t100%\n"
        "나 사업\t940,199\t902,442\t332,754\t96.0%\t35.4%\t940,199\t100%",
        "가 사업\t240,000\t20,000\t20,000\t8.3%\t8.3%\t240,000\t100%\n"
        "나 사업\t100,000\t20,000\t20,000\t20.0%\t20.0%\t100,000\t100%",
    ],
)
def test_neighbours_that_share_a_number_are_no_sum_of_each_other(rows):
    assert sums(f"2022. 7.\n\n1-1\n\n과제\n\n□ 추진실적\n\n{PROJECT_HEAD}{rows}\n") == []


def test_two_sources_that_grew_by_as_much_are_no_sum_of_each_other():
    rows = "가수입\t2,400,000\t2,300,000\t100,000\t4.3%\n나수입\t1,000,000\t900,000\t100,000\t11.1%\n"
    head = REVENUE[: REVENUE.index("계\t1,909")]
    assert find_in(head + rows) == []
    assert find_in(head + "계\t3,400,000\t3,200,000\t200,000\t6.3%\n" + rows) == []


@pytest.mark.parametrize(
    ("row", "old", "new"),
    [("사무", "4,000", "4,100"), ("합계", "10,000", "10,100"), ("전시", "6,000", "5,990")],
)
def test_areas_add_up_to_the_whole(row, old, new):
    assert [line for line, _, _ in sums(change(row, old, new, AREAS))] == [find_line("합계", AREAS)]


def test_shares_that_are_each_rounded_need_not_add_up_to_100():
    thirds = (
        AREAS[: AREAS.index("합계")]
        + "합계\t100\t9,000\t\n"
        + "".join(f"{name}\t33.3\t3,000\t\n" for name in ("가", "나", "다"))
    )
    assert find_in(thirds) == []


def test_a_total_below_its_rows_is_one_too():
    head = REVENUE[: REVENUE.index("계\t1,909")]
    rows = "가수입\t2,400\t2,300\t100\t4.3%\n나수입\t1,000\t900\t100\t11.1%\n합계\t{}\t3,200\t200\t6.3%\n"
    assert find_in(head + rows.format("3,400")) == []
    assert [computed for _, _, computed in sums(head + rows.format("3,500"))] == ["3,400"]
