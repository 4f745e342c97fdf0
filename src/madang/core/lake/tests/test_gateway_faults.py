"""Each fault that cities' files have, small: what is repaired, what is rejected, and that it is said."""

import gzip
import io
import json
import zipfile
from datetime import UTC, date, datetime, time
from time import process_time

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from madang.core.base.interface import BadInput
from madang.core.lake.gateway import read_file
from madang.core.lake.tests.gateway_files import read, types, write

LINES = [f"가{index},{index},2022-01-{index % 28 + 1:02d}" for index in range(30)]
HEADER = "이름,값,날짜"


def table(lines: list[str], header: str = HEADER) -> str:
    return "\n".join([header, *lines]) + "\n"


def changed(**lines: str) -> str:
    """Return the sound table with some lines (by their index) replaced."""
    return table([lines.get(f"at{index}", line) for index, line in enumerate(LINES)])


def book(rows: list[list], merged: tuple[str, ...] = ()) -> bytes:
    workbook, data = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        workbook.active.append(row)
    for cells in merged:
        workbook.active.merge_cells(cells)
    workbook.save(data)
    return data.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_encodings_and_delimiters(take, encoding, delimiter):
    report, rows = take(table(LINES).replace(",", delimiter), encoding=encoding)
    assert report["encoding"] == encoding
    assert (len(rows), rows[3]) == (30, {"이름": "가3", "값": 3, "날짜": date(2022, 1, 4)})


def test_the_report_is_one_object_with_exactly_these_keys(tmp_path):
    with read_file(write(tmp_path, table(LINES))) as reading:
        report = json.loads(reading.report("표").to_json())
    assert list(report) == [
        "table",
        "encoding",
        "rows_read",
        "rows_kept",
        "rejected",
        "columns",
        "place",
        "fixes",
    ]
    assert report["columns"][1] == {"name": "값", "type": "integer"}
    assert report["place"] is None


def test_a_trailing_delimiter_in_nearly_every_row(take):
    lines = ['"20230101","1호선","서울","10","20","20230104",""'] * 20
    lines[7] = '"20230101","1호선","서울","10","20","20230104"'
    lines[9] = '"20230101","1호선","서울","10","20","20230104","x"'
    header = '"사용일자","노선명","역명","승차","하차","등록일자"'
    report, rows = take(table(lines, header), encoding="utf-8-sig")
    assert (report["rows_read"], len(rows)) == (20, 19)
    assert report["fixes"]["trailing_delimiter_dropped"] == 18
    assert report["rejected"] == {"too_many_fields": 1}
    assert rows[0]["등록일자"] == date(2023, 1, 4)
    assert rows[0]["하차"] == 20


def test_long_and_short_rows(take, tmp_path):
    report, rows = take(changed(at3="가3,3,2022-01-04,덤", at4="가4,4", at7="가7", at9="9,2022-01-10"))
    assert report["rejected"] == {"too_many_fields": 1, "too_few_fields": 2}
    assert report["fixes"]["short_rows_filled"] == 1
    assert rows[3] == {"이름": "가4", "값": 4, "날짜": None}
    with read_file(tmp_path / "file.csv") as reading:
        assert [(row.line, row.reason) for row in reading.rejected_rows()][:1] == [(5, "too_many_fields")]


def test_a_header_narrower_than_its_rows_is_refused_with_its_line(take):
    with pytest.raises(BadInput) as refusal:
        take("a,b\nk,5,x\nl,6,y\nm,7,z\n")
    assert refusal.value.text.en.startswith("line 2:")


def test_row_numbers_without_a_name(take):
    _, rows = take('"a","b"\n"1",5,x\n"2",6,y\n"3",7,z\n')
    assert rows[0] == {"row": 1, "a": 5, "b": "x"}


def test_an_unclosed_quote_costs_no_other_row(take):
    report, rows = take(changed(at5='"나5,5,2022-01-06', at20='가20,"20,2022-01-21'))
    assert (len(rows), report["fixes"]) == (30, {"unclosed_quote": 2})
    assert rows[5]["이름"] == "나5"
    assert rows[20]["값"] == 20


def test_an_unclosed_quote_at_the_end_of_the_file(take):
    report, rows = take(table(LINES) + '"가30,30')
    assert report["rows_read"] == 31
    assert rows[:30] == take(table(LINES))[1]


def test_values_over_several_lines_and_doubled_quotes(take):
    report, rows = take(changed(at5='"나\n다",5,2022-01-06', at6='"a""b\r\nc,d",6,2022-01-07'))
    assert (len(rows), report["fixes"]) == (30, {})
    assert (rows[5]["이름"], rows[6]["이름"]) == ("나\n다", 'a"b\r\nc,d')


def test_a_quote_inside_a_value(take):
    _, rows = take(changed(at5='"LIG"넥스원,5,2022-01-06', at6='32" 화면,6,2022-01-07'))
    assert (rows[5]["이름"], rows[6]["이름"]) == ('"LIG"넥스원', '32" 화면')


def test_values_between_apostrophes(take):
    lines = [f"'SPB-{index:05d}','2017-01-01 00:05:{index:02d}','{index}'" for index in range(20)]
    report, rows = take(table(lines, "'자전거번호','대여일시','거리'"))
    assert types(report) == {"자전거번호": "text", "대여일시": "datetime", "거리": "integer"}
    assert rows[3]["자전거번호"] == "SPB-00003"


def test_damaged_bytes_cost_their_own_row_only(take):
    lines = table(LINES).encode().split(b"\n")
    lines[4:4] = [b"\xff\xfe\x80,1,2022-01-01", "나,1,2022-01-01".encode("cp949"), b"a\x00b,1,2022-01-01"]
    report, rows = take(b"\n".join(lines))
    assert report["rejected"] == {"undecodable_bytes": 2, "null_byte": 1}
    assert len(rows) == 30


def test_blank_lines_titles_and_comments_before_the_table(take):
    text = "\n\n2022년 자전거 현황,,\n\n구,대수,금액\n강남구,1,2\n\n,,\n종로구,3,4\n"
    report, rows = take(text)
    assert [row["구"] for row in rows] == ["강남구", "종로구"]
    assert report["fixes"]["title_lines_skipped"] == 1
    assert report["rows_read"] == 2


@pytest.mark.parametrize(
    "header",
    [
        "구분,승용,승용,화물,화물\n구분,관용,자가용,관용,자가용",
        "구분,승용,,화물,\n,관용,자가용,관용,자가용",
    ],
)
def test_two_header_rows(take, header):
    report, rows = take(f"{header}\n강남,1,2,3,4\n종로,1,2,3,-\n중구,5,6,7,8\n")
    assert list(types(report)) == ["구분", "승용 관용", "승용 자가용", "화물 관용", "화물 자가용"]
    assert report["fixes"] == {"header_rows_joined": 2, "missing_markers": 1}
    assert rows[1]["화물 자가용"] is None


def test_three_header_rows_and_a_row_of_units(take):
    report, rows = take(
        "자치구,2021,,,\n,승용,,화물,\n,관용,자가용,관용,자가용\n강남,1,2,3,4\n종로,1,2,3,4\n중구,1,2,3,4\n"
    )
    assert list(types(report))[4] == "2021 화물 자가용"
    assert len(rows) == 3
    report, rows = take("구,면적,인구\n,(㎡),(명)\n강남구,1.5,2\n중구,2.5,3\n종로구,2.5,3\n")
    assert (list(types(report)), len(rows)) == (["구", "면적", "인구"], 3)


def test_units_reach_the_columns(tmp_path):
    path = write(tmp_path, "구,면적,비율\n,(㎡),\n강남구,1.5,3%\n중구,2.5,4.5%\n종로구,2.5,1%\n")
    with read_file(path) as reading:
        assert [column.unit for column in reading.columns] == ["", "㎡", "%"]


def test_names_are_made_clean_and_unique(take):
    report, _ = take("이름,값,값,,\ufffd\ufffd, 여백 \n가,1,2,3,4,5\n나,1,2,3,4,5\n")
    assert list(types(report)) == ["이름", "값", "값_2", "column_4", "column_5", "여백"]
    assert report["fixes"] == {"header_names_duplicated": 1, "header_names_generated": 2}


def test_a_file_without_a_header(take):
    report, rows = take(
        "39, State-gov, 77516\n50, Private, 83311\n38, Private, 215646\n28, State-gov, 3384\n"
    )
    assert report["fixes"] == {"header_missing": 1}
    assert rows[0] == {"column_1": 39, "column_2": "State-gov", "column_3": 77516}


def test_a_header_repeated_below(take):
    report, rows = take(table([*LINES, HEADER, *LINES[:1]]))
    assert report["rejected"] == {"repeated_header": 1}
    assert (len(rows), types(report)["값"]) == (31, "integer")


def test_a_header_with_years_repeated_below_is_still_one(take):
    head = "자치구,구분,2011,2012"
    lines = [f"구{n},합계,{n * 7},{n * 9}" for n in range(12)]
    report, rows = take(table([*lines, head, *lines], head))
    assert report["rejected"] == {"repeated_header": 1}
    assert (len(rows), types(report)["2012"]) == (24, "integer")


def test_numbers_with_separators_signs_and_markers(take):
    report, rows = take('a,b,c\n1,"1,234",△12\n2,-,3.5\n3,NULL,+4\n4,56,-1e+3\n')
    assert types(report) == {"a": "integer", "b": "integer", "c": "number"}
    assert [row["b"] for row in rows] == [1234, None, None, 56]
    assert [row["c"] for row in rows] == [-12, 3.5, 4, -1000]
    assert report["fixes"] == {"missing_markers": 2, "thousands_separators": 2}


def test_a_number_column_with_words_stays_text(take):
    report, rows = take("a,b\n" + "".join(f"{i},{i}\n" for i in range(500)) + "500,측정거부\n")
    assert types(report)["b"] == "text"
    assert (rows[500]["b"], rows[7]["b"]) == ("측정거부", "7")


def test_numbers_with_more_digits_than_a_double_holds_stay_text(take):
    report, rows = take("번호,값\n1234567890123456789012,1\n1234567890123456789013,2\n")
    assert (types(report)["번호"], rows[0]["번호"]) == ("text", "1234567890123456789012")


def test_codes(take):
    report, rows = take(
        "행정코드,법정동코드,시설코드,구분,우편번호\n011,1168010100.0,1.14E+09,1,4533\n007,1168010101.0,1.11E+09,2,13520\n"
    )
    assert set(types(report).values()) == {"text", "integer"}
    assert rows[0] == {
        "행정코드": "011",
        "법정동코드": "1168010100",
        "시설코드": "1.14E+09",
        "구분": 1,
        "우편번호": "04533",
    }
    assert report["fixes"] == {"trailing_zero_dropped": 2, "codes_damaged_by_excel": 2, "codes_padded": 1}


def test_what_only_looks_like_a_number_stays_text(take):
    report, rows = take(
        "월,동,전화,값\n2022.1,1E10,+82221331234,1\n2022.10,2E11,+82221331235,2\n2022.11,2E12,+82221331236,3\n"
    )
    assert types(report) == {"월": "text", "동": "text", "전화": "text", "값": "integer"}
    assert rows[1] == {"월": "2022.10", "동": "2E11", "전화": "+82221331235", "값": 2}


def test_dates_in_every_style(take):
    styles = [
        "2022-01-31",
        "2022/1/31",
        "20220131",
        "2022.01.31.",
        "'22.1.31.",
        "2022년 1월 31일",
        "2022. 1. 31",
    ]
    report, rows = take("a,b\n" + "".join(f"{i},{style}\n" for i, style in enumerate(styles)))
    assert types(report)["b"] == "date"
    assert {row["b"] for row in rows} == {date(2022, 1, 31)}
    assert report["fixes"] == {"dates_rewritten": len(styles) - 1}


def test_impossible_dates_make_a_column_text(take):
    report, rows = take("a,b\n1,2022-02-30\n2,2022-02-28\n")
    assert (types(report)["b"], rows[0]["b"]) == ("text", "2022-02-30")


@pytest.mark.parametrize(
    ("last", "kind"), [("30/11/2018", "date"), ("11/30/2018", "date"), ("11/10/2018", "text")]
)
def test_day_or_month_first_is_told_by_other_rows_or_left_alone(take, last, kind):
    report, rows = take(f"a,b\n1,01/12/2017\n2,02/12/2017\n3,{last}\n")
    assert types(report)["b"] == kind
    if kind == "date":
        assert rows[2]["b"] == date(2018, 11, 30)


def test_moments_of_the_city_become_instants_and_24_is_tomorrow(take):
    texts = [
        "2022-01-31 24:00",
        "20220131240000",
        "2022-12-31 24:00:00",
        "2022-02-01 오후 1:05",
        "2022년 2월 1일 13시 5분",
        "2022-02-01T04:05:00Z",
        "2022-02-01T13:05:00+09:00",
        "2022.2.1 13:05",
    ]
    report, rows = take("a,t\n" + "".join(f"{i},{text}\n" for i, text in enumerate(texts)))
    five_past = datetime(2022, 2, 1, 4, 5, tzinfo=UTC)
    midnight = datetime(2022, 1, 31, 15, tzinfo=UTC)
    assert types(report)["t"] == "datetime"
    assert [row["t"] for row in rows] == [
        midnight,
        midnight,
        datetime(2022, 12, 31, 15, tzinfo=UTC),
        *[five_past] * 5,
    ]
    assert report["fixes"]["midnight_24"] == 3


def test_times_of_day(take):
    report, rows = take("a,t\n1,9:30\n2,09:30:15\n3,24:00\n")
    assert types(report)["t"] == "time"
    assert [row["t"] for row in rows] == ["09:30:00", "09:30:15", "00:00:00"]


def test_repeated_keys_and_rows_are_kept_and_counted(take):
    report, rows = take("관리번호,이름\n" + "".join(f"A{i},가{i}\n" for i in range(30)) + "A3,나\nA4,가4\n")
    assert (len(rows), report["fixes"]) == (32, {"duplicate_keys": 2, "duplicate_rows": 1})


def test_a_row_cut_out_of_another_is_rejected_and_the_columns_keep_their_types(take):
    lines = [f"{i},가{i},37.5{i:03d},127.0{i:03d}" for i in range(300)]
    lines[40:40] = ["border: 1px solid; width: 3px,x,3실은 22:00까지 이용할 수 있습니다,4"]
    report, rows = take(table(lines, "번호,이름,위도,경도"))
    assert report["rejected"] == {"broken_row": 1}
    assert types(report) == {"번호": "integer", "이름": "text", "위도": "number", "경도": "number"}
    assert len(rows) == 300


def test_swapped_and_missing_coordinates_are_told_row_by_row(take):
    report, rows = take(
        "자치구,경도,위도\n강남구,127.0473,37.5172\n강남구,37.5072,127.0573\n종로구,126.977,37.575\n"
        "중구,0,0\n중구,,\n강남구,126.977,37.575\n강남구,43,124\n"
    )
    assert report["place"] == {
        "lon": "경도",
        "lat": "위도",
        "crs": "EPSG:4326",
        "swapped": 2,
        "outside_district": 2,
    }
    assert [row["outside_district"] for row in rows] == [False, False, False, None, None, True, True]
    assert (rows[1]["lon"], rows[1]["lat"]) == (127.0573, 37.5072)
    assert (rows[1]["경도"], rows[1]["위도"]) == (127.0573, 37.5072)
    assert rows[3]["lon"] is None
    assert report["fixes"] == {"coordinates_swapped": 2, "zero_coordinates": 1, "coordinates_abroad": 1}


# The district office of 강남구 (127.0473 E, 37.5172 N) and of 종로구 (126.9792 E, 37.5735 N) in each system.
@pytest.mark.parametrize(
    ("crs", "rows", "swapped"),
    [
        ("EPSG:5179", [(960003, 1946533), (954019, 1952818)], 0),
        ("EPSG:5186", [(20418017, 54640827), (19816300, 55265700)], 0),
        ("EPSG:5186", [(546408, 204180), (552657, 198163)], 2),
        ("EPSG:4326", [(127047300, 37517200), (126979200, 37573500)], 0),
        ("EPSG:4326", [(37.5172, 127.0473), (37.5735, 126.9792)], 2),
    ],
)
def test_the_system_is_the_one_that_puts_points_into_their_own_district(take, crs, rows, swapped):
    lines = [
        f"서울특별시 {gu} 어느길 {n},{x},{y}"
        for gu, (x, y) in zip(["강남구", "종로구"], rows, strict=True)
        for n in "1"
    ]
    report, found = take(table(lines, "주소,X좌표,Y좌표"))
    assert (report["place"]["crs"], report["place"]["swapped"]) == (crs, swapped)
    assert report["place"]["outside_district"] == 0
    placed = [(value for name, value in row.items() if name.startswith(("lon", "lat"))) for row in found]
    for point, expected in zip(placed, [(127.0473, 37.5172), (126.9792, 37.5735)], strict=True):
        assert tuple(point) == pytest.approx(expected, abs=2e-3)


def test_plane_rows_exchanged_among_others_are_set_right(take):
    address = "서울특별시 강남구 어느길"
    points = [(204180 + 10 * n, 546408 + 10 * n) for n in range(30)]
    lines = [
        f"{address} {n},{x},{y}" if n % 5 else f"{address} {n},{y},{x}" for n, (x, y) in enumerate(points)
    ]
    report, rows = take(table(lines, "주소,X좌표,Y좌표"))
    assert (report["place"]["crs"], report["place"]["swapped"]) == ("EPSG:5186", 6)
    assert report["place"]["outside_district"] == 0
    assert [(row["X좌표"], row["Y좌표"]) for row in rows] == points
    assert all(row["lon"] == pytest.approx(127.047, abs=0.01) for row in rows)


def test_a_blank_before_a_quote_hides_no_delimiter(take):
    report, rows = take('번호,주소,값\n1, "종로구, 1번지", 5\n2,중구,6\n3, "중구", 7\n')
    assert [row["주소"].strip() for row in rows] == ["종로구, 1번지", "중구", "중구"]
    assert report["fixes"]["blank_before_quote"] == 2


def test_a_blank_behind_a_quote_is_no_part_of_the_value(take):
    report, rows = take('번호,주소,값\n1,"종로구, 1번지" ,5\n2,"중구" ,6\n3,강남구,"7" \n')
    assert [row["주소"] for row in rows] == ["종로구, 1번지", "중구", "강남구"]
    assert [row["값"] for row in rows] == [5, 6, 7]
    assert report["fixes"] == {"blank_after_quote": 3}


def test_a_plane_system_that_cannot_be_told_is_not_guessed(take):
    # 450,000 m north is Seoul in EPSG:5174 and 100 km south of it in EPSG:5186.
    report, _ = take("이름,X좌표,Y좌표\n가,198333,451313\n나,204081,453187\n다,203684,444000\n")
    assert report["place"] is None
    # What may be EPSG:5178 as well, 300 m away, is most likely its successor, and told to be likely.
    report, _ = take("이름,X좌표,Y좌표\n가,960003,1946533\n나,954019,1952818\n")
    assert report["place"]["crs"] == "EPSG:5179"
    assert report["fixes"] == {"coordinates_system_likely": 2}
    report, _ = take("이름,UTMK_X,UTMK_Y\n가,960003,1946533\n나,954019,1952818\n")
    assert (report["place"]["crs"], report["fixes"]) == ("EPSG:5179", {})


def test_coordinates_with_a_word_among_them(take):
    report, rows = take("이름,위도,경도\n가,37.5172,127.0473\n나,공사중,공사중\n다,37.5735,126.9792\n")
    assert (types(report)["위도"], report["place"]["lon"]) == ("text", "경도")
    assert [row["lon"] for row in rows] == [127.0473, None, 126.9792]


def test_counts_and_amounts_are_no_coordinates(take):
    report, _ = take("구,판매액,건수\n강남구,198000,553000\n종로구,203684,544000\n중구,208000,556000\n")
    assert report["place"] is None
    report, _ = take("나이,혈압\n35,127\n36,126\n37,125\n")
    assert report["place"] is None


def test_coordinates_found_by_value_without_names(take):
    report, rows = take("a,b,c\n가,37.5172,127.0473\n나,37.5735,126.9792\n")
    assert report["place"]["lon"] == "c"
    assert rows[0]["lon"] == 127.0473


def test_workbooks_with_titles_merged_headers_types_and_footnotes(take):
    report, rows = take(
        book(
            [
                ["2023년 현황"],
                [],
                ["구", "승용", None, "점검일", "시각", "코드"],
                [None, "관용", "자가용", None, None, None],
                ["강남구", 1, 2.5, date(2022, 1, 1), time(3, 4), "007"],
                ["종로구", "-", 3, date(2022, 1, 2), time(13, 4), "011"],
                ["중구", 5, 6, date(2022, 1, 3), time(13, 4), "012"],
                ["※ 출처: 서울시"],
            ],
            ("B3:C3", "A3:A4"),
        ),
        "book.xlsx",
    )
    assert types(report) == {
        "구": "text",
        "승용 관용": "integer",
        "승용 자가용": "number",
        "점검일": "date",
        "시각": "time",
        "코드": "text",
    }
    assert (len(rows), report["rejected"], report["encoding"]) == (3, {"footnote": 1}, None)


def test_a_second_table_on_a_sheet_is_not_mixed_in(take):
    rows = [
        ["구", "수"],
        ["가", 1],
        ["나", 2],
        ["다", 3],
        [],
        ["이름", "나이", "도시"],
        ["김", 3, "서울"],
        ["이", 4, "부산"],
    ]
    report, found = take(book(rows), "book.xlsx")
    assert (len(found), report["rejected"]) == (3, {"other_table": 3})


def test_a_web_page_named_xls(take):
    page = (
        "<html><meta charset=utf-8><table><tr><th rowspan=2>구<th colspan=2>차</tr><tr><th>승용<th>화물</tr>"
        "<tr><td>강남구<td>1<td>2</tr><tr><td>종로구<td>3<td>4</tr><tr><td>중구<td>3<td>4</tr></table>"
    )
    report, rows = take(page, "page.xls")
    assert list(types(report)) == ["구", "차 승용", "차 화물"]
    assert len(rows) == 3


@pytest.mark.parametrize(
    ("document", "count"),
    [
        ([{"a": 1}, {"a": 2}], 2),
        ({"response": {"header": {"resultCode": "00"}, "body": {"items": {"item": [{"a": "1"}] * 3}}}}, 3),
        ({"response": {"body": {"items": {"item": {"a": "1"}}}}}, 1),
        (
            {
                "service": {
                    "list_total_count": 2,
                    "RESULT": {"CODE": "INFO-000"},
                    "row": [{"a": "1"}, {"a": "2"}],
                }
            },
            2,
        ),
        ({"DATA": [{"a": {"b": {"c": 1}}}]}, 1),
        ({"a": [1, 2, 3], "b": ["x", "y", "z"]}, 3),
        ([["a", "b"], [1, 2], [3, 4]], 2),
        ({"11110": [{"d": "2024-01-01"}], "11140": [{"d": "2024-01-02"}, {"d": "2024-01-03"}]}, 3),
    ],
)
def test_tables_in_json(take, document, count):
    assert len(take(json.dumps(document), "file.json")[1]) == count


def test_lines_of_json_and_nested_names(take):
    _, rows = take('{"a":1,"b":{"c":"x"}}\n{"a":2,"b":{"c":"y"}}\n', "file.json")
    assert rows[1] == {"a": 2, "b.c": "y"}


def test_features_keep_their_geometry_and_get_a_point(take):
    square = [[[127.04, 37.51], [127.06, 37.51], [127.06, 37.53], [127.04, 37.53], [127.04, 37.51]]]
    features = [
        {
            "type": "Feature",
            "properties": {"이름": "강남구"},
            "geometry": {"type": "Polygon", "coordinates": square},
        },
        {"type": "Feature", "properties": {"이름": "어디"}, "geometry": None},
    ]
    report, rows = take(json.dumps({"type": "FeatureCollection", "features": features}), "file.geojson")
    assert types(report) == {"이름": "text", "geometry": "text"}
    assert report["place"]["lon"] == "geometry"
    assert (rows[0]["lon"], rows[0]["lat"]) == (pytest.approx(127.05), pytest.approx(37.52))
    assert json.loads(rows[0]["geometry"])["type"] == "Polygon"
    assert rows[1]["lon"] is None


def test_topology_is_decoded(take):
    topology = {
        "type": "Topology",
        "transform": {"scale": [0.01, 0.01], "translate": [127.0, 37.5]},
        "arcs": [[[0, 0], [2, 0], [0, 2], [-2, 0], [0, -2]]],
        "objects": {"구": {"type": "GeometryCollection", "geometries": [{"type": "Polygon", "arcs": [[0]], "properties": {"n": "가"}}]}},
    }  # fmt: skip
    _, rows = take(json.dumps(topology), "file.json")
    assert (rows[0]["lon"], rows[0]["lat"]) == (pytest.approx(127.01), pytest.approx(37.51))


def test_parquet_keeps_its_types(take):
    data = io.BytesIO()
    moment = datetime(2022, 1, 1, 9)  # noqa: DTZ001
    pq.write_table(
        pa.table(
            {"a": pa.array([1, 2], pa.uint8()), "b": ["007", None], "t": [moment, None], "l": [[1], [2]]}
        ),
        data,
    )
    report, rows = take(data.getvalue(), "file.parquet")
    assert types(report) == {"a": "integer", "b": "text", "t": "datetime", "l": "text"}
    assert rows[0] == {"a": 1, "b": "007", "t": datetime(2022, 1, 1, 0, tzinfo=UTC), "l": "[1]"}


def test_one_table_in_a_zip(take):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("자료.csv", table(LINES).encode("cp949"))
    report, rows = take(data.getvalue(), "file.zip")
    assert (report["encoding"], len(rows)) == ("cp949", 30)


@pytest.mark.parametrize(
    ("content", "name", "word"),
    [
        (b"", "a.csv", "line 1"),
        (b"\n\n  \n", "a.csv", "line 1"),
        (gzip.compress(table(LINES * 300).encode(), mtime=0)[:-900], "a.csv", "line "),
        (bytes(range(256)) * 40, "a.csv", "line "),
        (b"%PDF-1.7 ...", "a.csv", "PDF"),
        (b"PK\x03\x04broken", "a.xlsx", "damaged"),
        (b'{"a": [1,', "a.json", "line 1"),
        (b'{"result": "none"}', "a.json", "no table"),
        (
            "문장입니다, 표가 아닙니다.\n그래서, 읽지 않습니다. 정말로, 그렇습니다.\n끝.\n".encode(),
            "a.txt",
            "line",
        ),
    ],
    ids=["empty", "blank", "cut gzip", "bytes", "pdf", "xlsx", "cut json", "no table", "prose"],
)
def test_what_cannot_be_read_is_refused_in_words(tmp_path, content, name, word):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadInput) as refusal:
        read(path)
    assert word in refusal.value.text.en
    assert refusal.value.text.ko


def test_reading_can_be_watched_and_cancelled(tmp_path):
    class Cancelled(Exception):
        pass

    def stop(_count: int) -> None:
        raise Cancelled

    counts = []
    read_file(write(tmp_path, table(LINES)), progress=counts.append).close()
    assert sum(counts) == len(table(LINES).encode()) - len(HEADER.encode()) - 1
    with pytest.raises(Cancelled):
        read_file(tmp_path / "file.csv", progress=stop)


CUT = {
    "address": ("연번,시설명,주소", "{n},도서관{n},서울 중구 을지로 {n}, 2층", "서울 중구 을지로 3, 2층"),
    "no blank": ("연번,시설명,주소", "{n},도서관{n},서울 중구 을지로 {n},2층", "서울 중구 을지로 3,2층"),
    "middle": ("id,name,address,lat,lon", "{n},a{n},12 Main, Seoul,37.5{n},126.9{n}", "12 Main, Seoul"),
    "empty end": ("연번,address,비고", "{n},12 Main, {n}층,", "12 Main, 3층"),
    "twice": ("연번,주소,동", "{n},서울 중구 을지로 {n}, 2층, 1호,다동", "서울 중구 을지로 3, 2층, 1호"),
    "quoted": ("id,address", '{n}, "Main, {n}"', "Main, 3"),
}


@pytest.mark.parametrize(("header", "line", "value"), CUT.values(), ids=CUT)
def test_a_comma_inside_an_address_shifts_no_column(take, header, line, value):
    report, rows = take(table([line.format(n=n) for n in range(1, 30)], header))
    assert (report["rows_kept"], report["fixes"].get("header_names_generated")) == (29, None)
    first, address = header.split(",")[0], next(k for k in rows[2] if k in {"주소", "address"})
    assert (rows[2][first], rows[2][address]) == (3, value)


def test_a_row_that_is_cut_elsewhere_than_the_others_is_rejected(take):
    lines = [f"{n},도서관{n},서울 중구 을지로 {n}, 2층" for n in range(1, 30)]
    report, rows = take(table([*lines, "30,책,방,서울 중구"], "연번,시설명,주소"))
    assert (report["rejected"], len(rows)) == ({"too_many_fields": 1}, 29)


@pytest.mark.parametrize("rest", [" 3층", "지하1층", "B1", "101동 502호", " 3층, 가호"])
def test_a_comma_in_one_address_among_many_without_is_joined(take, rest):
    lines = [f"{n},도서관{n},서울 중구 을지로 {n},02-12-{n:04}" for n in range(1, 30)]
    report, rows = take(table([*lines, f"30,책방,서울 중구 을지로 3,{rest},02-1-1"], "연번,시설명,주소,전화"))
    assert (report["rejected"], report["fixes"]) == ({}, {"commas_joined": 1})
    assert rows[-1] == {"연번": 30, "시설명": "책방", "주소": f"서울 중구 을지로 3,{rest}", "전화": "02-1-1"}


@pytest.mark.parametrize(
    "row", ["30,책,방,서울 중구 을지로 3,02-1-1", "30,책방,서울 중구 을지로 3,02-1-1,끝"]
)
def test_a_comma_somewhere_else_says_not_which_value_it_cut(take, row):
    lines = [f"{n},도서관{n},서울 중구 을지로 {n},02-12-{n:04}" for n in range(1, 30)]
    assert take(table([*lines, row], "연번,시설명,주소,전화"))[0]["rejected"] == {"too_many_fields": 1}


def test_thousands_without_quotes_are_one_number(take):
    report, rows = take(table([f"{n},{n * 2},1,0{n:02}" for n in range(1, 30)], "순번,값,인원"))
    assert (report["fixes"]["commas_joined"], rows[4]) == (29, {"순번": 5, "값": 10, "인원": 1005})


@pytest.mark.parametrize("top", ["시설,시설,담당,담당", "시설,,담당,"])
def test_groups_of_words_over_names_of_words_are_two_rows_of_a_header(take, top):
    report, rows = take(table(["이름,구,성명,전화", "가공원,중구,김씨,가-나", "나공원,동구,이씨,다-라"], top))
    assert list(types(report)) == ["시설 이름", "시설 구", "담당 성명", "담당 전화"]
    assert len(rows) == 2


def test_a_row_of_words_below_doubled_names_is_data(take):
    _, rows = take(table(["가공원,나공원,김씨,이씨", "다공원,라공원,박씨,최씨"], "시설,시설,담당,담당"))
    assert len(rows) == 2


@pytest.mark.parametrize("above", ["(단위: 개, 명)", "서울시 공원, 현황", ""])
def test_a_comma_above_the_header_and_one_in_each_row_are_no_delimiter(take, above):
    lines = [f"공원{n};{n},408천원;{n}" for n in range(1, 13)]
    report, rows = take("\n".join(["공원 현황", "", above, "이름;예산;면수", *lines]) + "\n")
    assert rows[1] == {"이름": "공원2", "예산": 2408, "면수": 2}
    assert len(rows) == 12


def test_a_header_repeated_among_amounts_is_still_one(take):
    lines = [f"{n}명,공원{n}" for n in range(1, 41)]
    report, rows = take("\n".join(["정원,이름", *lines[:20], "정원,이름", *lines[20:]]) + "\n")
    assert (report["rejected"], rows[0]) == ({"repeated_header": 1}, {"정원": 1, "이름": "공원1"})


def test_a_last_group_may_span_all_other_columns(take):
    report, _ = take(
        table([f"가{n},2023-01-{n + 1:02},동{n},글" for n in range(9)], "기본,현황,,\n이름,설치일,동,비고")
    )
    assert list(types(report)) == ["기본 이름", "현황 설치일", "현황 동", "현황 비고"]


def test_a_delimiter_behind_one_of_two_header_rows_names_no_column(take):
    report, _ = take(table([f"가{n},{n}," for n in range(20)], "NAME,COUNT,\n이름,건수"))
    assert list(types(report)) == ["NAME 이름", "COUNT 건수"]


def test_rows_of_empty_quotes_are_no_rows(take):
    report, rows = take(table(['"1","가","3"', '"2","나","4"', '"","",""', '"", "",""'], '"번호","구","값"'))
    assert (len(rows), report["fixes"]) == (2, {"blank_rows_skipped": 2})


@pytest.mark.parametrize("header", ["번호,구,값", "NO,구,값", "연도,구,값"])
def test_a_missing_name_is_refused_where_no_row_number_is_missing(take, header):
    first = 2001 if header[0] == "연" else 1
    with pytest.raises(BadInput, match="the rows have 4"):
        take(table([f"{n + first},가{n % 3},{n * 7},y" for n in range(20)], header))


@pytest.mark.parametrize("value", ["{day} 00:00:00.0", "{day} 00:00", "{day}T00:00:00"])
def test_nothing_but_midnights_are_dates(take, value):
    days = [f"2023-12-{n + 1:02}" for n in range(20)]
    report, rows = take(table([value.format(day=day) for day in days], "시작일"))
    assert types(report) == {"시작일": "date"}
    assert rows[6]["시작일"] == date(2023, 12, 7)
    assert types(take(table([f"{day} 24:00" for day in days], "일시"))[0]) == {"일시": "datetime"}


@pytest.mark.parametrize(
    ("name", "kind"),
    [(name, "integer") for name in ("도서관 일련번호", "문서번호", "매출액", "doc_no")]
    + [
        (name, "date")
        for name in ("등록일", "기준일ID", "USE_YMD", "opnDe", "base_dt", "regdt", "생년월일(8자리)")
    ],
)
def test_eight_digits_are_a_date_only_under_a_name_that_says_so(take, name, kind):
    lines = [f"{n},201901{n + 1:02}" for n in range(20)]
    assert types(take(table(lines, f"값,{name}"))[0])[name] == kind
    assert types(take(table([*lines, "20,2019-01-30"], f"값,{name}"))[0])[name] == "date"


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("분류", ["10.1.1", "11.2.3", "12.10.5"], "text"),
        ("적용일", ["10.1.1", "11.2.3", "12.10.5"], "date"),
        ("준공", ["10.1.1", "11.2.3", "12.10.5"], "date"),
        ("적용", ["10.1.1", "11.2.31", "12.10.5"], "text"),
        ("적용", ["10.1.1", "11.2.13", "12.10.5"], "date"),
        ("관리번호", ["1101-3-12", "1102-5-10"], "text"),
        ("관리번호", ["1101-03-12", "2023-05-10"], "text"),
        ("발행일자", ["1592-04-13", "2023-05-10"], "date"),
        ("축척", ["1:10", "1:25"], "text"),
        ("구절", ["1:10", "3:16"], "text"),
        ("구절", ["1:10", "13:16"], "time"),
        ("개장", ["1:10", "9:30"], "time"),
        ("시각", ["1:10", "1:25"], "time"),
    ],
)
def test_numbers_with_dots_and_dashes_are_dates_only_where_something_says_so(take, name, cells, kind):
    lines = [f"가{n},{cells[n % len(cells)]}" for n in range(12)]
    report, rows = take(table(lines, f"구,{name}"))
    assert types(report)[name] == kind
    assert kind != "text" or [row[name] for row in rows[: len(cells)]] == cells


@pytest.mark.parametrize("odd", ["2023-02-30", "봄"])
def test_a_value_that_keeps_a_column_from_being_dates_is_told(take, odd):
    lines = [f"{n % 7}구,2023-01-{n % 28 + 1:02}" for n in range(200)]
    report, rows = take(table([*lines, f"가구,{odd}"], "구,날짜"))
    assert (types(report)["날짜"], rows[-1]["날짜"], report["fixes"]["odd_values_kept"]) == ("text", odd, 1)


def test_a_wide_file_is_read_in_the_time_its_cells_take(take):
    names, cells = ",".join(f"c{n}" for n in range(600)), ",".join(f"{n}.5" for n in range(600))
    start = process_time()
    report, rows = take(table([cells] * 3, names))
    assert (len(report["columns"]), len(rows)) == (600, 3)
    assert process_time() - start < 10


def test_one_long_line_is_no_sentence_to_search_for_ever(take):
    start = process_time()
    _, rows = take(table(["1," + "가" * 300_000, "2,나"], "번호,글"))
    assert (len(rows), process_time() - start < 10) == (2, True)


@pytest.mark.parametrize("unit", ["자치구,명,㎢", "단위,명,㎢", "-,명,㎢", ",(명),(㎢)"])
def test_a_row_of_units_beside_a_word_is_no_data(tmp_path, unit):
    lines = [unit, *(f"{n}구,{n * 10},{n + 0.5}" for n in range(20))]
    report, rows, reading = read(write(tmp_path, table(lines, "구분,인구,면적")))
    assert types(report) == {"구분": "text", "인구": "integer", "면적": "number"}
    assert (len(rows), report["fixes"]) == (20, {"unit_row_read": 1})
    assert [column.unit for column in reading.columns] == ["", "명", "㎢"]


@pytest.mark.parametrize(
    "levels",
    [
        ("자치구,담당,,시설,", ",이름,부서,이름,종류"),
        ("자치구,담당,담당,시설,시설", "자치구,이름,부서,이름,종류"),
        ("자치구,담당,,시설,", ",이름,부서,이름,종류", ",국문,국문,영문,영문"),
    ],
)
def test_header_rows_over_words_are_joined(take, levels):
    lines = [f"{n % 25}구,홍길동{n},{n}과,{n}관,도서관" for n in range(40)]
    report, rows = take("\n".join([*levels, *lines]) + "\n")
    assert (len(rows), report["fixes"]["header_rows_joined"]) == (40, len(levels))
    assert list(rows[0])[:2] == ["자치구", "담당 이름" + " 국문" * (len(levels) > 2)]


def test_a_first_row_of_words_under_repeated_names_is_a_row(take):
    lines = ["강남구,홍길동,총무과", *(f"{n}구,사람{n},{n}과" for n in range(20))]
    assert len(take(table(lines, "자치구,담당,담당"))[1]) == 21


POINTS = [f"점{n},37.5{n},126.9{n}" for n in range(10, 40)]


def test_coordinates_that_are_nowhere_are_counted(take):
    wrong = ["가,99,200", "나,37.5,1269.8", "다,3.756,126.98", "라,0,0"]
    report, rows = take(table([*POINTS, *wrong], "이름,위도,경도"))
    assert [row["lon"] for row in rows[-4:]] == [None, None, 126.98, None]
    assert report["fixes"] == {"coordinates_impossible": 2, "coordinates_abroad": 1, "zero_coordinates": 1}


def test_plane_coordinates_whose_system_cannot_be_told_are_counted(take):
    report, _ = take(table([f"점{n},{200000 + n * 37},{450000 + n}" for n in range(30)], "이름,X좌표,Y좌표"))
    assert (report["place"], report["fixes"]) == (None, {"coordinates_undecided": 30})


def test_small_numbers_named_x_and_y_are_no_degrees(take):
    report, _ = take(table([f"{n},{n * 10},{n * 20}" for n in range(1, 5)], "층,x,y"))
    assert (report["place"], report["fixes"]) == (None, {})
    abroad = take(table(["파리,48.85,2.35", "런던,51.5,-0.12"], "도시,위도,경도"))[0]
    assert abroad["place"]["crs"] == "EPSG:4326"


def test_a_district_of_the_same_name_in_another_city_is_outside(take):
    seoul = [f"점{n},중구,37.5600,126.9{n}" for n in range(780, 820)]
    busan = "점,중구,35.105,129.032"
    assert take(table(seoul, "이름,구,위도,경도"))[0]["place"]["outside_district"] == 0
    assert take(table([*seoul, busan], "이름,구,위도,경도"))[0]["place"]["outside_district"] == 1
    named = [f"서울,{line}" for line in seoul] + [f"부산,{busan}"]
    assert take(table(named, "시도,이름,구,위도,경도"))[0]["place"]["outside_district"] == 0


@pytest.mark.parametrize(
    ("header", "lines", "count"),
    [
        ("번호,값", [*(f"{n},a{n}" for n in range(9)), "5,zz"], 1),
        ("아이디,값", ["1,a", "2,b", "2,c", "3,d"], 1),
        (
            "측정소,일시,값",
            [f"A{n % 5},2022-01-{n // 5 + 1:02} 0{n // 5}:00,{n}" for n in (*range(50), 3, 4)],
            2,
        ),
        # Two stations of two lines each: station and day are no key.
        (
            "사용일자,역명,노선명",
            [f"2022-01-{n // 10 + 1:02},역{n % 10 % 8},{n % 10 // 8}호선" for n in range(90)],
            0,
        ),
        ("자치구,등록일,값", [f"{n * 7 % 25}구,2022-01-{n * n % 28 + 1:02},{n}" for n in range(60)], 0),
        ("연번,구,값", [f"{n % 20},{n // 20}구,{n}" for n in range(60)], 0),
    ],
)
def test_keys_are_known_by_name_and_readings_by_place_and_time(take, header, lines, count):
    assert take(table(lines, header))[0]["fixes"].get("duplicate_keys", 0) == count


def test_a_zero_byte_is_told_as_one(take):
    report, rows = take(b"id,v\n1,a\x00b\n2,c\n")
    assert (report["encoding"], report["rejected"], rows) == (
        "utf-8",
        {"null_byte": 1},
        [{"id": 2, "v": "c"}],
    )


def test_a_long_name_is_a_name(take):
    assert list(take(table([f"{n},{n}" for n in range(5)], "가" * 500 + ",값"))[1][0]) == ["가" * 500, "값"]


def test_a_unit_in_a_column_s_name_is_its_unit(tmp_path):
    names = "구,예산(천원),면적 [㎡],인구(명),인구(%),금액 (단위: 백만원),비고(원),연도(예정),(명),풍향(deg),이용(명/일),점포(수)"
    lines = [f"{n}구,{n},{n}.5,{n},{n},{n},글{n},{n},{n},{n},{n},{n}" for n in range(20)]
    _, _, reading = read(write(tmp_path, "\n".join([names, *lines])))
    assert [(column.title.ko, column.unit) for column in reading.columns] == [
        ("구", ""),
        ("예산", "천원"),
        ("면적", "㎡"),
        ("인구(명)", "명"),
        ("인구(%)", "%"),
        ("금액", "백만원"),
        ("비고(원)", ""),
        ("연도(예정)", ""),
        ("(명)", ""),
        ("풍향", "deg"),
        ("이용", "명/일"),
        ("점포(수)", ""),
    ]


def test_totals_that_fit_the_table_are_kept_and_told(take):
    body = [f"{n},가{n},{n}" for n in range(20)]
    report, rows = take("\n".join(["연번,구,인구", *body[:9], ",소 계,36", *body[9:], ",합계,190"]))
    assert (report["fixes"], len(rows)) == ({"totals_kept": 2}, 22)
    assert take("\n".join(["구,별칭", *(f"가{n},계" for n in range(20))]))[0]["fixes"] == {}


def test_numbers_in_brackets_are_no_units(take):
    report, rows = take('구,증감\n강남구,△123\n종로구,(45)\n중구,"1,234"\n용산구,▲3\n')
    assert (list(rows[0].values()), len(rows)) == (["강남구", "△123"], 4)


@pytest.mark.parametrize(
    ("name", "values", "read", "fixes"),
    [
        ("인구", "１２，３００ ４５ 7", [12300, 45, 7], {"wide_numbers": 2, "thousands_separators": 1}),
        ("기온", "－１２．５ ３ 0.5", [-12.5, 3, 0.5], {"wide_numbers": 2}),
        ("관리번호", "００１２ ４５ 7", ["００１２", "４５", "7"], {}),
        ("비고", "１ 둘 3", ["１", "둘", "3"], {}),
        (
            "증감",
            '"(1,200)" 300 -',
            [-1200, 300, None],
            {"bracketed_numbers": 1, "thousands_separators": 1, "missing_markers": 1},
        ),
        ("profit", "(0.5) 2 3", [-0.5, 2, 3], {"bracketed_numbers": 1}),
        ("증감", "(5) -3 2", ["(5)", "-3", "2"], {}),
        ("정원", "(98) 100 90", ["(98)", "100", "90"], {}),
        ("증감", "(5)명 3 2", ["(5)명", "3", "2"], {}),
    ],
)
def test_full_width_numbers_and_amounts_in_brackets(take, name, values, read, fixes):
    report, rows = take(
        table([f'{at},"{one}"' for at, one in enumerate(values.replace('"', "").split())], f"순서,{name}")
    )
    assert [row[name] for row in rows] == read
    assert report["fixes"] == fixes


def test_a_file_that_is_not_there_is_named_with_its_path(tmp_path):
    for path, said in ((tmp_path / "none.csv", "there is no file"), (tmp_path, "is a folder")):
        with pytest.raises(BadInput, match=said) as refused, read_file(path):
            pass
        assert str(path) in refused.value.text.en


def test_amounts_of_money_are_numbers_and_the_sign_their_unit(take):
    report, rows = take('a,b,c\n1,"1,000원",₩500\n2,0,"△￦1,234,567"\n3,-,₩ 7\n4,"-25,000 원",0\n')
    assert [(one["name"], one["type"]) for one in report["columns"]][1:] == [
        ("b", "integer"),
        ("c", "integer"),
    ]
    assert [row["b"] for row in rows] == [1000, 0, None, -25000]
    assert [row["c"] for row in rows] == [500, -1_234_567, 7, 0]
    assert report["fixes"]["currency_signs"] == 5


@pytest.mark.parametrize(
    "odd", ["무료", "1,0000원", "1.5억원", "010원", "$3", "1,000원 (성인)", "(100원)", "1000"]
)
def test_money_that_is_more_than_an_amount_stays_text(take, odd):
    report, rows = take(table([f'{n},"{n},000원"' for n in range(1, 4)] + [f'4,"{odd}"'], "번호,요금"))
    assert types(report)["요금"] == "text"
    assert rows[3]["요금"] == odd


def test_a_year_of_two_digits_under_a_korean_name(take):
    text = table(
        [f"23-01-{n % 28 + 1:02d},23/1/{n % 28 + 1},23-01-{n % 28 + 1:02d}" for n in range(30)],
        "접수일자,작성일,code",
    )
    report, rows = take(text)
    assert types(report) == {"접수일자": "date", "작성일": "date", "code": "text"}
    assert rows[4]["접수일자"] == rows[4]["작성일"] == date(2023, 1, 5)
    assert report["fixes"]["dates_rewritten"] == 60
    # Nothing tells 05-01-12 apart from 12 January 2005.
    assert types(take(table([f"0{n},05-01-{n + 10}" for n in range(9)], "번호,일자"))[0])["일자"] == "text"


def test_the_day_of_the_week_beside_a_date(take):
    report, rows = take(
        table([f"{n},2023.1.{n + 1}.(월),2023-01-{n + 1:02d} (화) 10:00" for n in range(9)], "n,일자,일시")
    )
    assert types(report) == {"n": "integer", "일자": "date", "일시": "datetime"}
    assert (rows[4]["일자"], rows[4]["일시"]) == (date(2023, 1, 5), datetime(2023, 1, 5, 1, tzinfo=UTC))


def test_day_numbers_of_excel_under_the_name_of_a_date(take):
    report, rows = take(
        table([f"{44927 + n},{44927 + n},{44927 + n}" for n in range(9)], "개업일자,일자별 이용,수")
    )
    assert types(report) == {"개업일자": "date", "일자별 이용": "integer", "수": "integer"}
    assert rows[8]["개업일자"] == date(2023, 1, 9)
    assert report["fixes"] == {"excel_dates_read": 9}
    assert (
        types(take(table([f"{44927 + n},1" for n in range(9)] + ["1,1"], "일자,n"))[0])["일자"] == "integer"
    )


def test_postal_codes_of_one_district_have_all_lost_their_zero(take):
    report, rows = take(table([f"{6000 + n},{6000 + n}" for n in range(9)], "우편번호,zip"))
    assert rows[0] == {"우편번호": "06000", "zip": "6000"}
    assert report["fixes"]["codes_padded"] == 9


def test_a_caret_between_values_and_other_signs_of_minus(take):
    report, rows = take(table([f"가{n}^−{n}^－{n}.5" for n in range(1, 9)], "이름^값^율"))
    assert types(report) == {"이름": "text", "값": "integer", "율": "number"}
    assert rows[1] == {"이름": "가2", "값": -2, "율": -2.5}


def test_a_title_apart_from_the_table_is_no_header(take):
    report, rows = take("검색조건: 전체, 서울\n\n" + table([f"강남구,{n}" for n in range(9)], "구,값"))
    assert types(report) == {"구": "text", "값": "integer"}
    assert len(rows) == 9
    names = "이름,주소\n\n" + "\n".join(f"가{n},나{n}" for n in range(9))
    assert take(names)[0]["rows_read"] == 9
