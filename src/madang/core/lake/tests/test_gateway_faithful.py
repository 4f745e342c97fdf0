"""What stands in a file is what people get to see: nothing crashes the reader, nothing changes silently."""

import io
from datetime import UTC, datetime

import openpyxl
import pytest

from madang.core.base.interface import BadInput
from madang.core.lake.tests.gateway_files import read, types, write


@pytest.fixture
def take(tmp_path):
    """Write and read a file whole: (report, rows)."""

    def _take(content: str | bytes, name: str = "file.csv"):
        report, rows, _ = read(write(tmp_path, content, name))
        return report, rows

    return _take


def test_a_stray_cell_far_away_is_a_refusal_and_no_crash(take):
    workbook, data = openpyxl.Workbook(), io.BytesIO()
    for number in range(20):
        workbook.active.append([f"이름{number}", number])
    workbook.active["XFD1048576"] = "x"
    workbook.save(data)
    with pytest.raises(BadInput, match="1,048,576 × 16,384"):
        take(data.getvalue(), "file.xlsx")
