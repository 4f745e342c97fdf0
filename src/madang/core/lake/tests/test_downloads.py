"""What people open in a spreadsheet shows the city's time, not another zone's."""

from datetime import UTC, datetime

import pyarrow as pa
from openpyxl import load_workbook

from madang.core.lake.hot.downloads import _say_moments
from madang.core.pages.interface import make_cell, open_workbook

MIDNIGHT = datetime(2022, 7, 1, 15, tzinfo=UTC)


def test_csv_says_moments_with_the_city_s_offset():
    batch = pa.RecordBatch.from_pydict(
        {"at": pa.array([MIDNIGHT, None], pa.timestamp("us", "UTC")), "n": [1, 2]}
    )
    assert _say_moments(batch).to_pylist() == [
        {"at": "2022-07-02T00:00:00+09:00", "n": 1},
        {"at": None, "n": 2},
    ]


def test_a_workbook_shows_the_city_s_clock_and_no_formula(tmp_path):
    book, sheet = open_workbook("a" * 60)
    sheet.append([make_cell(sheet, value) for value in (MIDNIGHT, "=1+1", "x" * 40_000, 3)])
    book.save(tmp_path / "a.xlsx")
    cells = next(load_workbook(tmp_path / "a.xlsx").active.iter_rows())
    assert cells[0].value == datetime(2022, 7, 2)  # noqa: DTZ001 (a workbook knows no zones)
    assert (cells[1].value, cells[1].data_type) == ("=1+1", "s")
    assert (len(cells[2].value), cells[3].value) == (32_767, 3)
