"""Workbooks as offices leave them: hidden sheets, formulas nobody calculated, numbers too long for Excel."""

import base64
import io
import zlib

import openpyxl
import pytest

from madang.core.lake.tests.gateway_files import types

# What xlwt wrote: eight rows of a name, a number, a percent and a code shown with five digits; a row and a column are
# hidden, two cells have errors.
XLS = (
    "c-rk)O-"
    "NKx6h8OO`<rnb$MGi}X&MC0Ok&LbHaZoRtHdHmA}CE4p=b;(DyS@T8Az>)Hi88$vVth1jA~;G!Kg(L1zO8iK|u@kb?*1xOry"
    "QPffAB;hI`Jv=brD}bN}zW*HeYl!}p^zw1}F>NAs4S^emm=<WCpE#PyaXvuSB^vOM~)$ZzsQ>KZ-CpETqg%K4rlh3=^@m=k^"
    "CbeK+1OJ8qSd>LscVrUmKhDPRsZm=dq<%lW*ehj<_{4Ok?f^UcBGI%4~PK!e{m29cq=B(m2r4n@^l71fn^B$UdDxp_$6`vmx"
    "wyj1xQpekSR!T)o4blklOgDG+cBN$5Pd7;=N^D3}#nb@ZVoOR$nx<l24I}j3iW7ZHZ~NzQPrtl+L9G9=P;dM}Z}Mci>HR#fi"
    "}hC(p7wsSj$(HWQjkumvPKa@6O&`J)W#Y@5+r)=Fe`h>mb;$SOt3gG_2Gdc^$CKgx5Y+VG}vO3EjHU?i!HWNK;9!bcft$Koq"
    "X)aAoETtK)w*WGR*y&z5Vsg-"
    "j3Gf5or2x*B~;glKmiyE=WZ1EaRp2N?rl(D^fzRwC^oxSql&A!7rkf3gn~U#k~GmR=1WonLPurxrEwkZnpvSHn}z{U&HyqFZ"
    ";$~gP)V@I6vAvbEbIoU2>Qzx#dnoBxr!@M4h;PP156JS_<bh`v_kC+sS4sVJCLWxrPg94r53>K9cN`94(P4DbCp0B_Ef3jxX"
    "WjOTd>LopCBdtc6+UtR06BXeA3BchCyZnuE6IO$XWlTF;<;E^YgOmNw@US(0cOv!<9_lKn7*UE^b40jC$LizgMH3<s;iQ>_^"
    "1I8^o%;WZ_r31y<uTzqKoVPZwD=8|wmPQGkxLxW<1Vq7mBYj9iy$B~R<-NmsE$9`v!bT}@>AguzrG=nx=&<4-}2W<cy1-"
    "b(0Xa;S%piQ9j9JC2^4CpmL$AE59BJ@zsC10SwC_o;0<dH`ndF0UwBZ0RfIWIH9`$xws$NsJ}$7$aCOtNBWKlSnNB>y+uO}#"
    "8rbULT?Q%agh`w~mUq`wzRI>@c3sGB+vM|aNam;a%N?EWkn82)=(DA)GqbBXgGxBnACD*|H"
)


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


def test_what_formulas_failed_with_is_told(take):
    workbook = openpyxl.Workbook()
    failed = {2: "#DIV/0!", 5: "#N/A", 7: "#REF!"}
    fill(workbook.active, [["이름", "값"], *([f"가{n}", failed.get(n, n)] for n in range(9))])
    report, rows = take(save(workbook), "file.xlsx")
    assert report["fixes"] == {"formula_errors": 3}
    assert [n for n, row in enumerate(rows) if row["값"] is None] == list(failed)


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


def test_what_a_workbook_hides_is_read_and_told(take):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    fill(sheet, [["구", "인구", "담당자"], *([f"구{n}", n, f"이름{n}"] for n in range(9))])
    for column in ("C", "D", "XFD"):  # what holds nothing hides nothing
        sheet.column_dimensions[column].hidden = True
    for row in (4, 7, 90):
        sheet.row_dimensions[row].hidden = True
    report, rows = take(save(workbook), "file.xlsx")
    assert report["fixes"] == {"hidden_rows_kept": 2, "hidden_columns_kept": 1}
    assert (len(rows), rows[0]["담당자"]) == (9, "이름0")


def test_tables_side_by_side_are_two(take):
    workbook = openpyxl.Workbook()
    rows = [[f"구{n}", n, None, *([f"부서{n}", n * 10, "가"] if n < 4 else [])] for n in range(12)]
    fill(workbook.active, [["구", "인구", None, "부서", "예산", "비고"], *rows])
    report, found = take(save(workbook), "file.xlsx")
    assert (types(report), len(found)) == ({"구": "text", "인구": "integer"}, 12)
    assert report["rejected"] == {"other_table": 5}


def test_a_table_that_goes_on_beside_itself_is_not_read_as_wider_rows(take):
    workbook = openpyxl.Workbook()
    rows = [[f"구{n}", n, None, f"구{n + 9}", n + 9] for n in range(9)]
    fill(workbook.active, [["구", "인구", None, "구", "인구"], *rows])
    report, found = take(save(workbook), "file.xlsx")
    assert (types(report), len(found)) == ({"구": "text", "인구": "integer"}, 9)
    assert report["rejected"] == {"other_table": 10}


def test_a_blank_column_parts_no_table_whose_rows_go_on_behind_it(take):
    workbook = openpyxl.Workbook()
    rows = [[f"구{n}", n, None, n * 10, "가" if n == 3 else None] for n in range(9)]
    fill(workbook.active, [["구", "인구", None, "예산", "비고"], *rows])
    report, found = take(save(workbook), "file.xlsx")
    assert (len(report["columns"]), len(found), report["rejected"]) == (4, 9, {})


def test_numbers_that_a_format_shows_as_percent_are_percent(take, tmp_path):
    workbook = openpyxl.Workbook()
    fill(workbook.active, [["구", "비율", "몫"], *([f"{n}구", n / 8, n / 8] for n in range(9))])
    for row in range(2, 11):
        workbook.active.cell(row, 2).number_format = "0.0%"
        workbook.active.cell(row, 3).number_format = "0.0%" if row > 5 else "0.00"
    report, rows = take(save(workbook), "file.xlsx")
    assert (rows[4]["비율"], rows[4]["몫"]) == (50, 0.5)
    assert report["fixes"] == {"percent_signs": 9}


@pytest.mark.parametrize("cover", ["표지", "1. 목차", "일러두기", "README"])
def test_a_cover_before_the_data_is_not_taken_for_it(take, cover):
    workbook = openpyxl.Workbook()
    front, data = workbook.active, workbook.create_sheet("2024")
    front.title = cover
    fill(front, [["2024년 통계"], [], ["작성부서", "총무과"], ["작성일", "2024-01-01"], ["담당자", "홍길동"]])
    fill(data, [["구", "수"], *([f"구{n}", n] for n in range(9))])
    report, _ = take(save(workbook), "file.xlsx")
    assert types(report) == {"구": "text", "수": "integer"}
    assert report["fixes"] == {"sheets_ignored": 1}
    workbook.remove(data)
    assert take(save(workbook), "file.xlsx")[0]["rows_read"] == 2


def test_a_workbook_of_excel_97_tells_the_same_as_a_newer_one(take):
    report, rows = take(zlib.decompress(base64.b85decode(XLS)), "file.xls")
    assert report["fixes"] == {
        "formula_errors": 2,
        "hidden_rows_kept": 1,
        "hidden_columns_kept": 1,
        "codes_padded": 8,
        "percent_signs": 7,
    }
    assert [row["코드"] for row in rows] == [f"{n:05d}" for n in range(8)]
    assert [row["비율"] for row in rows] == [0, 1, None, 3, 4, 5, 6, 7]
    assert types(report) == {"구": "text", "수": "integer", "비율": "number", "코드": "text"}
