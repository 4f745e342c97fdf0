"""One wrong cell that its column's sum and its own row both point to is the one that is accused."""

from __future__ import annotations

import pytest

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
