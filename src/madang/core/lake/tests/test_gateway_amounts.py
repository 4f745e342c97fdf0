"""Amounts with their unit in the cell, and times of day without a colon."""

import pytest

from .gateway_files import read, types, write


def table(header: str, cells) -> str:
    return "\n".join([f"이름,{header}", *(f"가{n},{cells(n)}" for n in range(1, 20))]) + "\n"


@pytest.mark.parametrize(
    ("cell", "value", "unit"),
    [
        ("{n}명", 2, "명"),
        ('"{n},070천원"', 2070, "천원"),
        ("{n}.5㎞", 2.5, "㎞"),
        ("▲{n} 대", -2, "대"),
    ],
)
def test_a_unit_in_every_cell_is_that_of_the_column(tmp_path, cell, value, unit):
    report, rows, reading = read(write(tmp_path, table("값", lambda n: cell.format(n=n))))
    assert (rows[1]["값"], reading.columns[1].unit) == (value, unit)
    assert report["fixes"] == {"units_read": 19}


def test_a_value_without_its_unit_is_one_among_many_that_have_it(take):
    report, rows = take(table("인원", lambda n: "7" if n == 4 else "-" if n == 5 else f"{n}명"))
    assert [row["인원"] for row in rows[2:6]] == [3, 7, None, 6]
    assert report["fixes"] == {"units_read": 17, "missing_markers": 1}


def test_a_unit_in_a_few_cells_of_plain_numbers_is_told(take):
    report, rows = take(table("인원", lambda n: "7명" if n == 4 else f"{n}"))
    assert (rows[3]["인원"], types(report)["인원"]) == ("7명", "text")
    assert report["fixes"] == {"odd_values_kept": 1}


@pytest.mark.parametrize(
    "cell",
    ["{n}층", "202{n}년", "{n}호", "{tens}대", "{n}{unit}", "0{n}명", "{n}명 이상"],
)
def test_what_says_which_one_stays_as_it_is_written(take, cell):
    def write_cell(n):
        return cell.format(n=n % 9 + 1, tens=(n % 7 + 1) * 10, unit="명" if n % 2 else "대")

    _, rows = take(table("값", write_cell))
    assert [row["값"] for row in rows] == [write_cell(n) for n in range(1, 20)]


@pytest.mark.parametrize(
    ("name", "cells", "times"),
    [
        ("개장시간", ("0900", "2400"), ("09:00:00", "00:00:00")),
        ("폐장시각", ("900", "1830"), ("09:00:00", "18:30:00")),
        ("주말시작시간", ("0", "1300"), ("00:00:00", "13:00:00")),
        ("측정시각", ("093015", "235959"), ("09:30:15", "23:59:59")),
    ],
)
def test_times_without_a_colon_are_times_under_a_name_that_says_so(take, name, cells, times):
    report, rows = take(table(name, lambda n: cells[n % 2]))
    assert [row[name] for row in rows[:2]] == [times[1], times[0]]
    assert (types(report)[name], report["fixes"]["times_rewritten"]) == ("time", 19)


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("소요시간", ("0030", "0045"), "text"),
        ("관리번호", ("0900", "1000"), "text"),
        ("운영시간", ("900", "1800"), "integer"),
        ("시작시각", ("0960", "2630"), "text"),
        ("시간", ("9", "10"), "integer"),
    ],
)
def test_other_digits_are_no_times(take, name, cells, kind):
    report, _ = take(table(name, lambda n: cells[n % 2]))
    assert types(report)[name] == kind
