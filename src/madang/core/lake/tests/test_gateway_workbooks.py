"""Workbooks as offices leave them: hidden sheets, formulas nobody calculated, numbers too long for Excel."""

import io

import openpyxl

from madang.core.lake.tests.gateway_files import types


def save(workbook: openpyxl.Workbook) -> bytes:
    data = io.BytesIO()
    workbook.save(data)
    return data.getvalue()


def fill(sheet, rows: list[list]) -> None:
    for row in rows:
        sheet.append(row)


def test_a_hidden_sheet_is_read_only_where_no_other_holds_a_table(take):
    workbook = openpyxl.Workbook()
    hidden, shown = workbook.active, workbook.create_sheet("자료")
    hidden.sheet_state = "hidden"
    fill(hidden, [["코드", "뜻"], *([number, f"뜻{number}"] for number in range(50))])
    fill(shown, [["구분", "값"], *([f"가{number}", number] for number in range(5))])
    report, rows = take(save(workbook), "file.xlsx")
    assert types(report) == {"구분": "text", "값": "integer"}
    assert report["fixes"] == {"sheets_ignored": 1}
    shown.delete_rows(1, 10)
    assert take(save(workbook), "file.xlsx")[0]["rows_read"] == 50


def test_formulas_that_nobody_calculated_are_counted(take):
    workbook = openpyxl.Workbook()
    fill(workbook.active, [["이름", "값", "두 배"], *([f"가{n}", n, f"=B{n + 2}*2"] for n in range(9))])
    report, rows = take(save(workbook), "file.xlsx")
    assert report["fixes"] == {"formulas_without_value": 9}
    assert [row["두 배"] for row in rows] == [None] * 9


def test_long_whole_numbers_of_a_workbook_stay_whole(take):
    workbook = openpyxl.Workbook()
    fill(
        workbook.active, [["이름", "수"], *([f"가{n}", 123_456_789_012_345_000 + 128 * n] for n in range(9))]
    )
    report, rows = take(save(workbook), "file.xlsx")
    assert types(report)["수"] == "integer"
    assert rows[0]["수"] == int(float(123_456_789_012_345_000))


def test_zeros_that_only_a_format_shows_are_part_of_a_code(take):
    workbook = openpyxl.Workbook()
    fill(workbook.active, [["코드", "월", "금액"], *([n, n, n] for n in range(1, 10))])
    for row in range(2, 40):
        for column, style in ((1, "0000"), (2, "00"), (3, "#,##0"), (9, "000")):
            workbook.active.cell(row, column).number_format = style
    report, rows = take(save(workbook), "file.xlsx")
    assert types(report) == {"코드": "text", "월": "integer", "금액": "integer"}
    assert report["fixes"] == {"codes_padded": 9}
    assert rows[0] == {"코드": "0001", "월": 1, "금액": 1}
