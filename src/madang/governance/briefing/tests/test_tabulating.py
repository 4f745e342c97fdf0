"""A report's budget is written as a table that the budget takes in, with every stated total."""

from __future__ import annotations

import pytest

from madang.core.base.interface import NotFound
from madang.governance.briefing.gateway.report import read_report
from madang.governance.briefing.methods.tabulating import tabulate_budget

from .fragments import WHOLE


def test_each_item_stands_on_a_line_below_its_totals():
    head, *rows = tabulate_budget(read_report(WHOLE), "expenditure")
    assert head == ["회계연도", "부서", "회계", "세부사업", "예산현액(원)", "원인행위액(원)", "지출액(원)"]
    assert rows[:4] == [
        ["2022", "합계", "", "", "7412360000", "4021007000", "1405122000"],
        ["2022", "공원녹지담당관", "소계", "", "4185130000", "2310553000", "1405122000"],
        ["2022", "공원녹지담당관", "일반회계", "소계", "4185130000", "2310553000", "1405122000"],
        ["2022", "공원녹지담당관", "일반회계", "공원 쉼터 조성", "2185130000", "1310553000", "905122000"],
    ]
    assert len(rows) == 8


def test_what_was_not_read_is_left_empty_and_a_report_without_one_says_so():
    rows = tabulate_budget(
        read_report(WHOLE.replace("주차요금수입\t742,720", "주차요금수입\t74ㄹ,720")), "revenue"
    )
    assert [row[-1] for row in rows if "주차요금수입" in row] == [""]
    with pytest.raises(NotFound):
        tabulate_budget(read_report("2022년 업무보고"), "revenue")
