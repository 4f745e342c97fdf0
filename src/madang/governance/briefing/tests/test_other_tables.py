"""Tables in other bureaus' style: one heading row, counts by kind, two years; and tables that are no sums."""

from __future__ import annotations

import pytest

from .fragments import find_in

HEAD = "2024. 3.\n\n1-1\n\n공원 확충\n\n□ 추진실적\n\n"
MONEY = """(단위 : 백만원, '24.3.1. 기준)

사업명\t예산액\t집행액\t집행률
계\t3,000\t1,500\t50.0%
공원 조성\t1,200\t900\t75.0%
숲길 정비\t1,800\t600\t33.3%
"""
COUNTS = """(단위 : 개소)

구분\t계\t근린공원\t어린이공원\t소공원
합계\t60\t20\t25\t15
동부\t28\t8\t12\t8
서부\t32\t12\t13\t7
"""
YEARS = """(단위 : 명, %)

구분\t2022년\t2023년\t증감\t증감률
계\t3,000\t3,600\t600\t20.0%
평일\t1,000\t1,100\t100\t10.0%
주말\t2,000\t2,500\t500\t25.0%
"""


def find(table):
    return [one[1:] for one in find_in(HEAD + table)]


@pytest.mark.parametrize(
    ("table", "old", "new", "found"),
    [
        (MONEY, "75.0%", "57.0%", {("rate", "75.0%")}),
        (MONEY, "3,000\t1,500\t50.0%", "3,100\t1,500\t48.4%", {("sum", "3,000")}),
        (MONEY, "1,800\t600\t33.3%", "1,800\t700\t38.9%", {("sum", "1,600")}),
        (COUNTS, "합계\t60", "합계\t61", {("sum", "60")}),
        (COUNTS, "동부\t28\t8", "동부\t28\t9", {("sum", "8")}),
        (YEARS, "600\t20.0%", "700\t20.0%", {("difference", "600")}),
        (YEARS, "10.0%", "11.0%", {("rate", "10.0%")}),
        (YEARS, "주말\t2,000\t2,500\t500\t25.0%", "주말\t2,100\t2,500\t400\t19.0%", {("sum", "3,100")}),
    ],
)
def test_what_disagrees_is_found(table, old, new, found):
    assert find(table) == []
    assert old in table
    assert {(kind, computed) for kind, _, computed in find(table.replace(old, new))} == found


@pytest.mark.parametrize(
    "table",
    [
        "구분\t참여자\t만족도\t평균나이\n계\t300\t85.2\t41\n남\t100\t84.0\t40\n여\t200\t86.1\t42\n",
        "구분\t계\t남\t여\t외국인\n합계\t60\t25\t35\t9\n동부\t28\t11\t17\t5\n서부\t32\t14\t18\t4\n",
        "구분\t수량\t좌석\n계\t30\t-\n가\t10\t150\n나\t20\t150\n",
        "구분\t2022년\t2023년\t증감\n만족도\t85.2\t86.14\t0.9\n이용자\t1,200\t1,500\t300\n",
        "구분\t2022년\t2023년\t증감률\n가\t-\t20\t-\n나\t10\t15\t50%\n",
        "(단위 : 천명)\n\n구분\t'22년\t'23년\t증감\n계\t31\t36\t6\n평일\t10\t11\t1\n주말\t20\t25\t5\n",
        "구분\t비율(%)\t면적(㎡)\n가\t25\t100\n나\t75\t300\n",
        "구분\t2023년\t2024년\t증감\n계\t100\t120\t20\n가\t60\t70\t10\n나\t40\t50\t10\n(나 중 신규)\t10\t15\t5\n",
        "(단위 : 억원)\n\n구분\t계\t국비\t시비\n합계\t101\t50\t50\n가\t34\t17\t17\n나\t33\t17\t17\n다\t33\t16\t17\n",
        "구분\t1월\t2월\t합계\n가\t10\t20\t30\n나\t5\t5\t10\n합계\t15\t25\t40\n",
        "번호\t이름\t개수\n1\t가\t10\n2\t나\t20\n",
        "사업명\t예산액\t집행액\t집행률\n가 사업\t1,200\t900\t75%\n나 사업\t1,800\t900\t50%\n",
    ],
)
def test_a_table_that_is_no_sum_is_not_accused(table):
    assert find(table) == []
