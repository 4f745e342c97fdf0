"""Tables with headings of other bureaus: what holds in the other rows is expected of every row."""

from __future__ import annotations

import pytest

from .fragments import find_in

CONTRACTS = """(단위 : 천원)

계약명\t계약금액\t선금\t기성금\t지급계\t잔액\t지급률(%)\t계약상대자
교량 보수\t4,850,000\t1,455,000\t970,000\t2,425,000\t2,425,000\t50.0\t㈜한강
터널 조명\t1,236,500\t370,950\t-\t370,950\t865,550\t30.0\t㈜남산
배수펌프\t782,300\t234,690\t312,920\t547,610\t234,690\t70.0\t㈜한빛
계\t6,868,800\t2,060,640\t1,282,920\t3,343,560\t3,525,240\t48.7\t
"""
POSTS = """구 분\t계\t4급 이상\t5급\t6급\t7급 이하\t비고
정원\t143\t5\t32\t58\t48\t
현원\t139\t5\t31\t57\t46\t
과부족\t△4\t-\t△1\t△1\t△2\t
"""
STOCK = """자재명\t단위\t확보\t기준\t과부족
양수기\t대\t18,240\t15,000\t3,240
모래주머니\t천포\t652\t600\t52
천막\t매\t4,105\t4,500\t△395
구명환\t개\t2,310\t2,000\t310
"""
SHARES = """자치구\t가구\t인원\t비율(%)
합계\t52,400\t71,300\t100.0
강북구\t14,200\t19,100\t26.8
노원구\t21,300\t29,400\t41.2
중랑구\t16,900\t22,800\t32.0
"""
YEARS = """구 분\t'24년(A)\t'25년(B)\t증감(B-A)\t증감률
총 계\t412,650\t438,020\t25,370\t6.1%
공원조성\t185,300\t201,450\t16,150\t8.7%
공원관리\t142,800\t148,320\t5,520\t3.9%
기타\t84,550\t88,250\t3,700\t4.4%
"""


FUNDS = """기금명\t2025말 조성액\t2026 수입\t2026 지출\t2026말 조성액
합계\t24,860\t3,420\t5,130\t23,150
재정안정화기금\t15,200\t1,900\t3,500\t13,600
재난관리기금\t4,310\t680\t720\t4,270
장학기금\t3,850\t540\t610\t3,780
양성평등기금\t1,500\t300\t300\t1,500
"""
ROADS = """사업명\t사업기간\t총사업비\t기투자\t2026년\t향후
터널 보수\t2026~2026\t3,400\t-\t3,400\t-
다리 재가설\t2024~2027\t28,600\t9,800\t8,400\t10,400
길 확장\t2023~2028\t41,265\t17,640\t6,925\t16,700
방음벽\t2025~2026\t7,850\t2,350\t5,500\t-
"""
STAFF = """부서명\t정원\t현원\t과부족\t일반직\t임기제\t공무직
합계\t143\t138\t△5\t112\t14\t12
환경과\t75\t73\t△2\t58\t7\t8
공원과\t68\t65\t△3\t54\t7\t4
"""


def find(table):
    return [one[1:] for one in find_in("2024. 3.\n\n□ 추진실적\n\n" + table)]


@pytest.mark.parametrize(
    ("table", "old", "new", "found"),
    [
        (CONTRACTS, "370,950\t865,550", "370,950\t856,550", ("difference", "856,550", "865,550")),
        (CONTRACTS, "970,000\t2,425,000", "970,000\t2,452,000", ("difference", "2,452,000", "2,425,000")),
        (CONTRACTS, "\t70.0", "\t77.0", ("rate", "77.0", "70.0")),
        (CONTRACTS, "48.7", "47.8", ("rate", "47.8", "48.7")),
        (POSTS, "△1\t△1\t△2", "△1\t△2\t△2", ("difference", "△2", "△1")),
        (SHARES, "41.2", "42.1", ("rate", "42.1", "41.2")),
        (SHARES, "21,300", "23,100", ("sum", "52,400", "54,200")),
        (STOCK, "△395", "△359", ("difference", "△359", "△395")),
        (YEARS, "5,520", "5,250", ("difference", "5,250", "5,520")),
        (YEARS, "8.7%", "7.8%", ("rate", "7.8%", "8.7%")),
        (FUNDS, "4,270", "4,720", ("difference", "4,720", "4,270")),
        (ROADS, "28,600", "26,800", ("sum", "26,800", "28,600")),
        (STAFF, "112\t14", "112\t16", ("sum", "16", "14")),
    ],
)
def test_a_cell_that_breaks_what_holds_elsewhere_is_found(table, old, new, found):
    assert find(table) == []
    assert found in find(table.replace(old, new, 1))


@pytest.mark.parametrize(
    "table",
    [
        "항목\t가\t나\t다\n하나\t12\t7\t19\n둘\t30\t5\t41\n셋\t44\t8\t50\n넷\t61\t9\t73\n",
        "시설\t개소수\t이용(천명)\t일평균(명)\t가동률\n센터\t21\t5,840\t16,000\t78%\n쉼터\t18\t45\t123\t91%\n",
        "연도\t2021\t2022\t2023\n점포수\t512,300\t520,400\t518,900\n폐업수\t35,861\t36,948\t38,917\n",
        "순위\t구\t판매액\t비중(%)\n1\t강남\t612\t5.1\n2\t송파\t598\t5.0\n3\t강서\t540\t4.5\n4\t노원\t517\t4.3\n",
        "시설\t국비\t시비\t기타\n가\t1\t1\t2\n나\t2\t1\t3\n다\t1\t3\t5\n",
    ],
    ids=["chance", "two measures", "counts", "shares of a whole that isn't printed", "small numbers"],
)
def test_what_looks_wrong_and_is_not_stays_unaccused(table):
    assert find(table) == []
