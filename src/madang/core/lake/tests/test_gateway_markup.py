"""XML as public APIs answer it, and workbooks that Excel 2003 saved as XML."""

from datetime import date

import pytest

from madang.core.base.interface import BadInput

from .gateway_files import read, types, write

ROW = "<{tag}><번호>{n:03}</번호><시설명>가&amp;나 {n}</시설명><면수>{n}</면수><비고/></{tag}>"
DECLARED = '<?xml version="1.0" encoding="{}"?>\n'
ANSWERS = {
    "row": "<parkInfo><list_total_count>3</list_total_count><RESULT><CODE>INFO-000</CODE></RESULT>{}</parkInfo>",
    "item": "<response><header><resultCode>00</resultCode></header><body><items>{}</items></body></response>",
    "place": '<root xmlns="urn:x">{}</root>',
}


@pytest.mark.parametrize("tag", list(ANSWERS))
@pytest.mark.parametrize("encoding", ["utf-8", "euc-kr"])
def test_rows_of_elements_are_a_table(take, tag, encoding):
    rows = "".join(ROW.format(tag=tag, n=n) for n in (1, 2, 3))
    report, found = take((DECLARED.format(encoding) + ANSWERS[tag].format(rows)).encode(encoding), "a.xml")
    assert types(report) == {"번호": "text", "시설명": "text", "면수": "integer", "비고": "text"}
    assert found[1] == {"번호": "002", "시설명": "가&나 2", "면수": 2, "비고": None}
    assert (report["rows_read"], report["encoding"]) == (3, "cp949" if encoding == "euc-kr" else encoding)


@pytest.mark.parametrize("tag", ["row", "item"])
def test_one_row_alone_is_a_table_of_one(take, tag):
    _, rows = take(DECLARED.format("utf-8") + ANSWERS[tag].format(ROW.format(tag=tag, n=1)), "a.xml")
    assert [row["면수"] for row in rows] == [1]


def test_attributes_are_values(take):
    _, rows = take('<data><stop id="01001" lat="37.5"/><stop id="01002" lat="37.6"/></data>', "a.xml")
    assert rows[0] == {"id": "01001", "lat": 37.5}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<a>\n<b>\n</a>", "line 3"),
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><a/>", "document type"),
        ("<response><resultMsg>SERVICE KEY IS NOT REGISTERED</resultMsg></response>", "holds no table"),
        ("<a>" * 90 + "</a>" * 90, "nested too deeply"),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason(take, content, reason):
    with pytest.raises(BadInput, match=reason):
        take('<?xml version="1.0"?>' + content, "a.xml")


def test_a_workbook_of_excel_2003_is_read_as_any_other(tmp_path):
    def cell(value, kind="String", **more):
        given = "".join(f' ss:{name}="{number}"' for name, number in more.items())
        return f'<Cell{given}><Data ss:Type="{kind}">{value}</Data></Cell>'

    rows = [
        f"<Row>{cell('주차장 현황', MergeAcross=3)}</Row>",
        f'<Row ss:Index="3">{cell("번호", MergeDown=1)}{cell("운영", MergeAcross=1)}{cell("설치일", MergeDown=1)}</Row>',
        f"<Row>{cell('면수', Index=2)}{cell('요금')}</Row>",
        *(
            f"<Row>{cell(f'00{n}')}{cell(n, 'Number')}{cell(n * 1.5, 'Number')}"
            f"{cell(f'2023-01-0{n}T00:00:00.000', 'DateTime')}</Row>"
            for n in range(1, 7)
        ),
    ]
    book = (
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f'<Worksheet ss:Name="표지"/><Worksheet ss:Name="자료"><Table>{"".join(rows)}</Table></Worksheet></Workbook>'
    )
    report, found, reading = read(write(tmp_path, book, "file.xls"))
    assert list(types(report)) == ["번호", "운영 면수", "운영 요금", "설치일"]
    assert list(found[1].values()) == ["002", 2, 3.0, date(2023, 1, 2)]
    assert (reading.sheets, report["rows_read"]) == (("자료", "표지"), 6)
