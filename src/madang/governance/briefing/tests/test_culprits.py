"""One wrong cell that its column's sum and its own row both point to is the one that is accused."""

from __future__ import annotations

import pytest

from madang.governance.briefing.detectors.checking import find_faults
from madang.governance.briefing.detectors.culprits import SWAPPED
from madang.governance.briefing.gateway.report import read_report

from .fragments import WHOLE, find_in, find_line

REVENUE = "보조금\t642,720\t-\t642,720\t순증"


@pytest.mark.parametrize(
    ("line", "old", "new"),
    [
        ("하천관리관\t3,227,230", "2,714,600", "2,174,600"),
        ("하천관리관\t3,227,230", "3,227,230", "3,277,230"),
        ("공원녹지담당관\t53", "\t53\t", "\t58\t"),
    ],
)
def test_an_amount_is_blamed_and_not_what_follows_from_it(line, old, new):
    number = find_line(line)
    lines = WHOLE.split("\n")
    lines[number - 1] = lines[number - 1].replace(old, new, 1)
    found = [one for one in find_in("\n".join(lines)) if one[1] != "repeat"]
    assert found == [(number, "sum", new.strip(), old.strip())]


def test_a_total_that_nothing_in_a_row_speaks_for_is_blamed_itself():
    number = find_line("계\t7,412,360")
    found = find_in(WHOLE.replace("계\t7,412,360\t6,230,000", "계\t7,412,360\t6,320,000"))
    assert (number, "sum", "6,320,000", "6,230,000") in found


def test_two_values_in_each_others_place_are_told_as_that():
    number = find_line("하천관리관\t3,227,230")
    told = [
        one
        for one in find_faults(read_report(WHOLE.replace("3,227,230\t2,714,600", "2,714,600\t3,227,230")))
        if one.kind != "repeat"
    ]
    assert [(one.line, one.stated, one.computed) for one in told] == [(number, "2,714,600", "3,227,230")]
    assert told[0].cause == SWAPPED


def test_two_rows_values_in_each_others_place_are_told_as_that():
    lines = WHOLE.split("\n")
    one, two = find_line("공원녹지관\t4,185,130"), find_line("하천관리관\t3,227,230")
    lines[one - 1] = lines[one - 1].replace("3,515,400", "2,714,600")
    lines[two - 1] = lines[two - 1].replace("2,714,600", "3,515,400")
    told = find_faults(read_report("\n".join(lines)))
    assert [(each.line, each.stated, each.computed) for each in told] == [
        (one, "2,714,600", "3,515,400"),
        (two, "3,515,400", "2,714,600"),
    ]
    assert f"{two}번째 줄" in told[0].cause.ko


def test_a_row_with_parts_of_its_own_whose_values_are_swapped_is_told_as_that():
    line = find_line("세외수입\t1,100,000")
    found = find_in(WHOLE.replace("세외수입\t1,100,000\t1,020,350", "세외수입\t1,020,350\t1,100,000"))
    assert [(one[0], *one[2:]) for one in found] == [(line, "1,020,350", "1,100,000")]
