"""What people write around values: that there are none, units, remarks, formulas, signs that nobody sees."""

import json

import pytest

from madang.core.base.interface import BadInput
from madang.core.lake.gateway import read_file
from madang.core.lake.tests.gateway_files import read, types, write

NAMES = [f"{n}동" for n in range(40)]


def make_table(header: str, *lines: str) -> str:
    return "\n".join([header, *lines]) + "\n"


@pytest.mark.parametrize("word", ["\\N", "점검중", "해당없음", "해당 없음", "결측", "…"])
def test_words_for_missing_among_numbers_and_dates(take, word):
    lines = [
        f"{name},{word if n % 3 else n},{word if n % 2 else '2023-01-05'}" for n, name in enumerate(NAMES)
    ]
    report, rows = take(make_table("이름,값,개업일", *lines))
    assert types(report) == {"이름": "text", "값": "integer", "개업일": "date"}
    assert (rows[0]["값"], rows[1]["값"], rows[1]["개업일"]) == (0, None, None)
    assert report["fixes"]["missing_markers"] == 26 + 20


def test_words_for_missing_stay_where_words_stand(take):
    lines = [f"{name},해당없음,{'미상' if n % 2 else '김씨'}" for n, name in enumerate(NAMES)]
    report, rows = take(make_table("이름,비고,대표", *lines))
    assert rows[1] == {"이름": "1동", "비고": "해당없음", "대표": "미상"}
    assert report["fixes"] == {}


def test_texts_that_only_keep_excel_from_counting(take):
    lines = [f'="{n:04d}",\'{name},"=""02-{n}""",\'010{n:05d}' for n, name in enumerate(NAMES)]
    report, rows = take(make_table("관리번호,이름,전화,휴대", *lines))
    assert rows[7] == {"관리번호": "0007", "이름": "'7동", "전화": "02-7", "휴대": "01000007"}
    assert report["fixes"] == {"text_formulas_read": 120}


def test_signs_without_width_hide_no_number(take):
    lines = [f"\u200b{n},{name},2023-01-0{n % 9 + 1}\ufeff" for n, name in enumerate(NAMES)]
    report, rows = take(make_table("값\u200b,이름,일자", *lines))
    assert types(report) == {"값": "integer", "이름": "text", "일자": "date"}
    assert rows[5]["값"] == 5


@pytest.mark.parametrize("cell", ["37,{0:04d}", "1,{0:02d},300", "1.{0:03d},5"])
def test_commas_that_korea_writes_otherwise_are_told(take, cell):
    report, rows = take(make_table("이름;값", *(f"{name};{cell.format(n)}" for n, name in enumerate(NAMES))))
    assert (types(report)["값"], rows[3]["값"]) == ("text", cell.format(3))
    assert report["fixes"] == {"commas_undecided": 40}


@pytest.mark.parametrize("title", ["(단위: 천원),,,", "단위 : 천원,,,", ",,,[단위 : 천원]"])
def test_the_unit_over_a_table_is_that_of_its_amounts(tmp_path, title):
    lines = [f"{name},{2000 + n},{n * 7},{n}.5%" for n, name in enumerate(NAMES)]
    path = write(tmp_path, make_table("예산 현황,,,\n" + title + "\n부서,연도,예산,집행률", *lines))
    with read_file(path) as reading:
        assert [column.unit for column in reading.columns] == ["", "", "천원", "%"]
        assert reading.report("t").fixes["unit_above_read"] == 1


def test_two_units_over_a_table_are_nobody_s(tmp_path):
    lines = [f"{name},{n * 7},{n}" for n, name in enumerate(NAMES)]
    with read_file(write(tmp_path, make_table("(단위: 명, %),,\n부서,인원,몫", *lines))) as reading:
        assert [column.unit for column in reading.columns] == ["", "", ""]


@pytest.mark.parametrize(
    "remark",
    [
        "작성자 : 홍길동",
        "2023. 12. 31. 기준",
        "1) 외국인을 포함함",
        "문의: 02-120",
        "주1) 추정치",
        "문의처 02-120",
        "끝.",
    ],
)
@pytest.mark.parametrize("end", ["", ",,"])
def test_a_remark_below_the_table_is_no_row(take, remark, end):
    lines = [f"{name},구청,{n}" for n, name in enumerate(NAMES)]
    report, rows = take(make_table("이름,기관,값", *lines, remark + end))
    assert (len(rows), report["rejected"]) == (40, {"footnote": 1})


def test_a_short_row_that_begins_like_a_remark_is_a_row(take):
    lines = [f"{n}) 항목,{n},구청" for n in range(40)]
    report, rows = take(make_table("이름,값,기관", *lines[:-1], "39) 항목,39"))
    assert (len(rows), report["fixes"]) == (40, {"short_rows_filled": 1})


def test_rejected_rows_come_in_the_order_of_the_file(tmp_path):
    lines = [f"{n},{name},2023-01-05" for n, name in enumerate(NAMES)]
    lines[30], lines[20] = "x,동,2023-01-05,덤", "연번,이름,일자"
    lines[10] = "가나다라마바사아자차카타파하가나다라마바사,동,라라라"
    with read_file(write(tmp_path, make_table("연번,이름,일자", *lines))) as reading:
        assert [row.line for row in reading.rejected_rows()] == [12, 22, 32]


def test_json_with_remarks_and_commas_too_many(take):
    rows = "".join(json.dumps({"이름": name, "주소": "http://a/*b*/,]"}) + f", // {name}\n" for name in NAMES)
    report, read_rows = take(f"// 시설\n/* 서울 */ [{rows}]", "file.json")
    assert (len(read_rows), read_rows[1]["주소"]) == (40, "http://a/*b*/,]")
    assert report["fixes"] == {"json_written_by_hand": 1}


def test_a_header_s_formula_is_no_part_of_its_name(tmp_path):
    report, _, _ = read(
        write(tmp_path, make_table('="번호",="이름"', *(f"{n},{name}" for n, name in enumerate(NAMES))))
    )
    assert list(types(report)) == ["번호", "이름"]


def test_objects_on_lines_that_end_in_commas(take):
    report, rows = take("".join(json.dumps({"이름": name}) + ",\n" for name in NAMES), "file.json")
    assert (len(rows), report["fixes"]) == (40, {"json_written_by_hand": 1})


def test_json_in_the_call_of_a_script(take):
    report, rows = take(f"callback({json.dumps([{'이름': name, '값': 1} for name in NAMES])});", "file.js")
    assert (len(rows), types(report)) == (40, {"이름": "text", "값": "integer"})


def test_json_with_columns_by_the_numbers_of_their_rows(take):
    columns = {"이름": dict(enumerate(NAMES)), "값": {n: n * 2 for n in range(40)}}
    _, rows = take(json.dumps(columns), "file.json")
    assert rows[3] == {"이름": "3동", "값": 6}


def test_a_quarter_of_a_year_is_no_day(take):
    report, rows = take(make_table("시점,값", *(f"{2000 + n}.{n % 4 + 1}/4,{n}" for n in range(40))))
    assert (types(report)["시점"], rows[0]["시점"]) == ("text", "2000.1/4")


def test_a_line_of_labels_above_the_table_is_no_header(take):
    lines = [f"{n},{name},{n * 3}" for n, name in enumerate(NAMES)]
    report, _ = take(make_table("작성부서: 총무과,,작성일: 2023-01-01\n\n연번,이름,값", *lines))
    assert list(types(report)) == ["연번", "이름", "값"]


def test_a_dash_of_print_is_a_minus(take):
    report, rows = take(
        make_table("이름,값", *(f"{name},{'–' if n % 2 else ''}{n}" for n, name in enumerate(NAMES)))
    )
    assert (types(report)["값"], rows[3]["값"]) == ("integer", -3)


def test_rules_drawn_around_a_table(take):
    rule = "+----+----+"
    lines = [f"| {n} | {name} |" for n, name in enumerate(NAMES)]
    report, rows = take("\n".join([rule, "| 연번 | 이름 |", rule, *lines, rule]) + "\n", "file.txt")
    assert ([list(row.values()) for row in rows][3], report["rejected"]) == ([3, "3동"], {})


def test_sentences_are_no_column(take):
    with pytest.raises(BadInput, match="line 1"):
        take("안녕하세요. 이 파일은 표가 아닙니다.\n두 번째 줄도 그렇습니다.\n", "file.txt")


@pytest.mark.parametrize("gap", ["\n", ",,,\n", "\n\n표 2. 부서별 예산\n", "\n표 2,,,\n"])
@pytest.mark.parametrize("names", ["번호,부서,예산,담당", "부서,예산,담당", "번호,부서,예산,담당,비고"])
def test_another_table_below_is_no_part_of_this_one(take, gap, names):
    above = make_table(
        "연번,이름,인구,비율", *(f"{n},{name},{n * 7},0.{n:02d}" for n, name in enumerate(NAMES))
    )
    row = "1,2,3,4,5".split(",")[: names.count(",") + 1]
    report, rows = take(above + gap + make_table(names, *[",".join(row)] * 9))
    assert (len(rows), types(report)["인구"], types(report)["비율"]) == (40, "integer", "number")
    assert report["rejected"] == {"other_table": 10 + ("표" in gap)}


def test_a_gap_in_a_table_ends_nothing(take):
    lines = [f"{n},{name},{'조사중' if n in {20, 21} else n * 7},가{n}" for n, name in enumerate(NAMES)]
    header = "연번,이름,인구,비고"
    lines[21] = "\n21,다,조사중,라"
    report, rows = take(make_table(header, *lines[:30], "", header, *lines[30:]))
    assert report["rejected"].get("other_table", 0) == 0


def test_a_table_inside_a_value_ends_nothing(take):
    lines = [f'{n},{name},"첫 줄\n\n번호,부서,예산\n1,2,3",{n}' for n, name in enumerate(NAMES)]
    report, rows = take(make_table("연번,이름,내용,값", *lines))
    assert (len(rows), report["rejected"], report["fixes"]) == (40, {}, {})


def test_districts_by_the_hour_are_no_data_frame(take):
    hours = {f"{n}구": {str(hour): hour * n for hour in range(24)} for n in range(5)}
    report, rows = take(json.dumps(hours), "file.json")
    assert (len(rows), rows[2]["key"], rows[2]["3"]) == (5, "2구", 6)


def test_a_byte_order_mark_read_as_letters_is_no_part_of_a_name(take):
    report, _ = take(make_table("ï»¿번호,이름", *(f"{n},{name}" for n, name in enumerate(NAMES))))
    assert list(types(report)) == ["번호", "이름"]


def test_short_years_after_an_apostrophe_stay_dates(take):
    report, rows = take(
        make_table("이름,개관일", *(f"{name},'22-1-{n % 28 + 1}" for n, name in enumerate(NAMES)))
    )
    assert types(report)["개관일"] == "date"


@pytest.mark.parametrize("delimiter", [";", "|", "\t"])
@pytest.mark.parametrize("end", ["", "end"])
def test_commas_of_amounts_never_cut_a_table_that_another_sign_cuts(take, delimiter, end):
    lines = [
        f"{n}|{name}|{n + 1},{n + 100},{n + 200}" + ("|" if end and n % 9 else "")
        for n, name in enumerate(NAMES)
    ]
    report, rows = take(make_table("연번|이름|금액", *lines).replace("|", delimiter))
    assert types(report) == {"연번": "integer", "이름": "text", "금액": "integer"}
    assert (len(rows), rows[3]["금액"]) == (40, 4103203)


def test_days_in_one_number_beside_a_clock(take):
    report, _ = take(
        make_table(
            "이름,등록일시", *(f"{name},202301{n % 28 + 1:02d} 09:{n:02d}:00" for n, name in enumerate(NAMES))
        )
    )
    assert types(report)["등록일시"] == "datetime"


def test_a_page_s_end_is_no_row(take):
    assert take(make_table("이름,값", *(f"{name},1" for name in NAMES)) + "\f\n")[0]["rows_read"] == 40


def test_a_rule_below_the_header_is_no_row(take):
    report, _ = take(make_table("이름,값", "=====,-----", *(f"{name},1" for name in NAMES)))
    assert (types(report)["값"], report["rows_read"], report["fixes"]) == (
        "integer",
        40,
        {"rule_lines_skipped": 1},
    )


def test_json_within_json_is_no_table_without_rows(take):
    with pytest.raises(BadInput):
        take(json.dumps(json.dumps([{"a": 1, "b": 2}, {"a": 2, "b": 3}])), "file.json")


def test_json_without_its_beginning_is_no_table(take):
    records = [{"name": f"시설{n}", "size": n, "sums": f"{n},000"} for n in range(20)]
    text = json.dumps(records, ensure_ascii=False, indent=1)
    with pytest.raises(BadInput, match="line 1: this is JSON without its beginning"):
        take(text[text.index("시설3") :], "file.json")


def test_an_unclosed_quote_hides_no_delimiter(take):
    lines = [f"{n};{name};{n + 1},{n + 100},{n + 200};가;나;" for n, name in enumerate(NAMES[:12])]
    lines[4], lines[7] = lines[4].replace("4동", '"4동'), lines[7].removesuffix(";")
    report, rows = take(make_table("개요;개요;예산;예산;예산\n연번;이름;금액;구분;비고", *lines))
    assert (len(rows), types(report)["예산 금액"]) == (12, "integer")


@pytest.mark.parametrize("between", ["", "\n", "\r\n\r\n", ",\n"])
def test_objects_one_behind_another_are_rows(take, between):
    objects = [json.dumps({"이름": f"가{n}", "값": n}, ensure_ascii=False, indent=2) for n in range(3)]
    _, rows = take(between.join(objects), "file.json")
    assert rows == [{"이름": f"가{n}", "값": n} for n in range(3)]


def test_what_a_portal_says_of_its_columns_are_their_titles(tmp_path):
    rows = [{"guname": f"{name}구", "cnt": n} for n, name in enumerate(NAMES)]
    document = {"DESCRIPTION": {"GUNAME": "자치구", "CNT": "건수", "X": "없는 열"}, "DATA": rows}
    report, _, reading = read(write(tmp_path, json.dumps(document, ensure_ascii=False), "file.json"))
    assert [(column.name, column.title.ko) for column in reading.columns] == [
        ("guname", "자치구"),
        ("cnt", "건수"),
    ]
    assert report["rows_kept"] == len(NAMES)


@pytest.mark.parametrize(
    "table",
    [
        "| 이름 | 값 |\n|---|---|\n| 가 | 1 |\n| 나 | 2 |\n",
        "| 이름 | 값 |\n| :--- | ---: |\n| 가 | 1 |\n| 나 | 2 |\n",
        "이름 | 값\n--- | ---\n가 | 1\n나 | 2\n",
        "+------+----+\n| 이름 | 값 |\n+------+----+\n| 가   |  1 |\n| 나   |  2 |\n+------+----+\n",
    ],
)
def test_strokes_around_a_table_are_no_part_of_it(take, table):
    report, rows = take(table, "file.txt")
    assert (rows, report["rejected"]) == ([{"이름": "가", "값": 1}, {"이름": "나", "값": 2}], {})


def test_nothing_but_strokes_is_no_table(take):
    with pytest.raises(BadInput, match="no table was found"):
        take("---|---\n---|---\n", "file.txt")
