"""Rows whose figures stand in each other's place, and what follows from a wrong value or name, are told once."""

from __future__ import annotations

import pytest

from madang.governance.briefing.detectors.checking import find_faults
from madang.governance.briefing.gateway.report import read_report
from madang.governance.briefing.methods.names import ends_like

from .fragments import WHOLE, find_in, find_line

LINES = WHOLE.split("\n")
DETAIL = find_line("공원하천정책관\t7,412,360")


def write_exchanged(first, second):
    """Return the report with the figures of two lines in each other's place."""
    lines = list(LINES)
    (name, *figures), (other, *theirs) = (lines[at - 1].split("\t") for at in (first, second))
    lines[first - 1], lines[second - 1] = "\t".join([name, *theirs]), "\t".join([other, *figures])
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (find_line("세외수입\t1,100,000"), find_line("주차요금수입\t742,720")),
        (find_line("계\t104"), find_line("공원녹지담당관\t53")),
        (DETAIL + 3, DETAIL + 7),
        (DETAIL + 2, DETAIL + 3),
    ],
)
def test_rows_whose_figures_are_in_each_others_place_are_told_as_that(first, second):
    told = find_faults(read_report(write_exchanged(first, second)))
    assert [fault.line for fault in told] == [first, second]
    assert (told[0].stated, told[0].computed) == (told[1].computed, told[1].stated)
    assert f"{second}번째 줄" in told[0].cause.ko


def test_rows_that_two_tables_print_the_other_way_round_are_left_where_they_are():
    """Which of the two tables is wrong nothing tells: each value is a finding of its own."""
    told = find_faults(read_report(write_exchanged(DETAIL + 3, DETAIL + 4)))
    assert {fault.kind.value for fault in told} == {"repeat"}
    assert len(told) > 2


def test_a_sum_that_holds_with_what_another_table_says_of_a_part_is_no_finding():
    said = "공원 쉼터 조성\t2,185,130\t1,310,553\t905,122\t60.0%\t41.4%\n"
    found = find_in(WHOLE.replace(said, said.replace("1,310,553", "1,310,853")))
    assert found == [(DETAIL + 3, "repeat", "1,310,853", "1,310,553")]


@pytest.mark.parametrize(
    ("at", "right", "wrong"),
    [
        (DETAIL + 2, "일반회계", "일반회고"),
        (DETAIL + 5, "하천관리담당관", "하천관리담당괄"),
        (find_line("하천관리담당관\t51"), "하천관리담당관", "하천관리담당퇀"),
    ],
)
def test_a_misspelt_level_is_a_misspelt_name_and_moves_no_sum(at, right, wrong):
    lines = list(LINES)
    lines[at - 1] = lines[at - 1].replace(right, wrong)
    assert {kind for _, kind, _, _ in find_in("\n".join(lines))} <= {"name"}


def test_a_row_that_three_others_are_called_almost_like_is_misspelt():
    table = "구분\t예산현액\n가 팀\t10\n기본경비\t1\n나 팀\t10\n기본경비\t2\n다 팀\t10\n기본경버\t3\n라 팀\t10\n기본경비\t4\n"
    assert find_in(f"2022. 7.\n\n{table}") == [(9, "name", "기본경버", "기본경비")]
    assert find_in(f"2022. 7.\n\n{table}".replace("기본경버", "기본경비")) == []
    sides = table.replace("기본경비", "국비지원").replace("기본경버", "구비지원")
    assert find_in(f"2022. 7.\n\n{sides}") == []


def test_a_word_ends_like_another_with_one_letter_off():
    assert ends_like("빅데이터담당퇀", "담당관")
    assert not ends_like("빅데이터담당자", "담당관")
    assert not ends_like("정책회의", "회계")
    assert not ends_like("관", "담당관")


def test_a_part_is_blamed_where_another_sum_confirms_the_whole():
    line = find_line("▶ (실외) 어린이공원")
    found = find_in(WHOLE.replace("소공원 8개소(331개)", "소공원 8개소(231개)"))
    assert [(one[0], one[1]) for one in found] == [(line, "sum")]


PAGE = "구 분\t예산현액\t집행액\t\t집행률(%)\t\n\t\t원인행위액\t지출액\t원인행위\t지출액\n"


@pytest.mark.parametrize(
    "head", ["\n", "\n" + PAGE.replace("예산현액\t집행액", "집행액\t예산현액"), "\n" + PAGE.split("\n", 1)[1]]
)
def test_a_page_of_a_table_whose_heading_is_damaged_makes_no_sum_of_the_others_wrong(head):
    before = "하천관리담당관\t3,227,230\t1,710,454\t-\t53.0%\t0.0%"
    assert find_in(WHOLE.replace(before, f"\n{PAGE}{before}")) == []
    damaged = WHOLE.replace(before, head + before)
    found = find_in(damaged)
    assert any("쪽의 제목줄" in one.reason.ko for one in read_report(damaged).unread)
    assert not [one for one in found if one[1] != "rate"]
