"""Rows that aren't whole: what is filled, what is rejected, and that no column ever shifts."""

import pytest

from madang.core.lake.tests.gateway_files import types

HEADER = "번호,역명,호선,X좌표,Y좌표"
LINES = [f"{n},역{n},{n % 5 + 1}호선,{127 + n / 1e3:.3f},{37.5 + n / 1e3:.3f}" for n in range(1, 121)]


def table(lines: list[str], header: str = HEADER) -> str:
    return "\n".join([header, *lines]) + "\n"


def replaced(line: str, at: int = 50) -> str:
    return table([*LINES[:at], line, *LINES[at + 1 :]])


def test_a_short_row_whose_numbers_are_another_columns_is_rejected(take):
    # Without its line's name, longitude and latitude stand one column to the left.
    report, rows = take(replaced("51,역51,127.051,37.551"))
    assert report["rejected"] == {"too_few_fields": 1}
    assert types(report)["Y좌표"] == "number"
    assert all(row["Y좌표"] < 38 for row in rows)


def test_a_short_row_that_fits_is_filled(take):
    report, rows = take(replaced("51,역51,3호선,127.051"))
    assert (report["rejected"], report["fixes"]["short_rows_filled"]) == ({}, 1)
    assert rows[50]["호선"] == "3호선"
    assert rows[50]["Y좌표"] is None


def test_an_unknown_word_in_a_column_of_few_words_is_a_shift(take):
    assert take(replaced("51,3호선,역51,127.051"))[0]["rejected"] == {"too_few_fields": 1}


@pytest.mark.parametrize("cut", ["51,역51,3호\n선,127.051,37.551", "51,역51,3호선,127.0\n51,37.551"])
def test_both_halves_of_a_row_that_a_line_break_cut_are_rejected(take, cut):
    report, rows = take(replaced(cut))
    assert report["rejected"] == {"too_few_fields": 2}
    assert len(rows) == 119


def test_a_table_below_with_fewer_columns_leaves_no_row_behind(take):
    report, rows = take(table([*LINES, "", "월,건수", *(f"{month}월,{month}" for month in range(1, 13))]))
    assert report["rejected"] == {"too_few_fields": 13}
    assert len(rows) == 120


def test_a_field_inserted_before_an_empty_end_shifts_nothing(take):
    lines = [f"{line}," for line in LINES]
    header = f"{HEADER},비고"
    report, rows = take(table([*lines[:50], "51,역51,X,3호선,127.051,37.551,", *lines[51:]], header))
    assert report["rejected"] == {"too_many_fields": 1}
    report, rows = take(table([*lines[:50], f"{lines[50]},", *lines[51:]], header))
    assert (report["rejected"], report["fixes"]["trailing_delimiter_dropped"]) == ({}, 1)
    assert rows[50]["번호"] == 51


def test_a_row_without_the_delimiter_that_all_others_end_with_is_looked_at(take):
    lines = [f"{line}," for line in LINES]
    report, rows = take(table([*lines[:50], LINES[50], *lines[51:]]))
    assert (report["rejected"], len(rows)) == ({}, 120)
    report, rows = take(table([*lines[:50], "역51,3호선,127.051,37.551,", *lines[51:]]))
    assert report["rejected"] == {"too_few_fields": 1}
    assert types(report)["번호"] == "integer"


def test_values_in_each_other_s_columns_are_a_broken_row(take):
    lines = [f"{n},시설{n},2023-01-{n % 28 + 1:02d},{n * 10}" for n in range(60)]
    report, rows = take(table([*lines, "60,시설60,600,2023-01-04"], "관리번호,이름,설치일,수량"))
    assert report["rejected"] == {"broken_row": 1}
    assert types(report) == {"관리번호": "integer", "이름": "text", "설치일": "date", "수량": "integer"}


@pytest.mark.parametrize("word", ["합계", "총 계", "Total"])
def test_a_total_below_numbers_is_told_as_one(take, word):
    report, rows = take(
        table([f"{year},{year * 2}" for year in range(2000, 2021)] + [f"{word},84420"], "연도,건수")
    )
    assert report["rejected"] == {"total_row": 1}
    assert types(report)["연도"] == "integer"


@pytest.mark.parametrize(
    "again",
    [
        HEADER,
        HEADER.replace(",", " ,"),
        f"\ufeff{HEADER}",
        f'"{HEADER.replace(",", chr(34) + "," + chr(34))}"',
    ],
)
@pytest.mark.parametrize("at", [2, 50, 120])
def test_a_header_that_stands_again_is_rejected_however_it_is_written(take, again, at):
    report, rows = take(table([*LINES[:at], again, *LINES[at:]]))
    assert report["rejected"] == {"repeated_header": 1}
    assert types(report)["번호"] == "integer"
    assert len(rows) == 120


def test_a_mark_of_byte_order_inside_a_file_is_no_part_of_a_value(take):
    _, rows = take(table([*LINES[:50], f"\ufeff{LINES[50]}", *LINES[51:]]).replace("번호", "이름표"))
    assert rows[50]["이름표"] == 51


def test_rows_that_end_as_on_old_macs_among_others_are_rows(take):
    report, rows = take(
        "\n".join([HEADER, *LINES[:50]]) + "\n" + "\r".join(LINES[50:55]) + "\n" + "\n".join(LINES[55:])
    )
    assert (report["rejected"], len(rows)) == ({}, 120)
    report, rows = take(HEADER + "\r\n" + "\r".join(LINES) + "\r")
    assert (report["rejected"], [row["번호"] for row in rows]) == ({}, list(range(1, 121)))
    # A carriage return inside a value is a blank.
    report, rows = take(replaced("51,역\r51,3호선,127.051,37.551"))
    assert (rows[50]["역명"], report["fixes"]["stray_carriage_return"]) == ("역 51", 1)


@pytest.mark.parametrize(
    "remark",
    ["자료: 서울특별시, 도시계획과", "※ 수치는 잠정임,,,,", "주) 역명은, 바뀔 수 있음", "* 추정,,,,"],
)
def test_remarks_below_a_table_are_no_rows(take, remark):
    report, rows = take(table([*LINES, remark]))
    assert (report["rejected"], len(rows)) == ({"footnote": 1}, 120)


def test_a_delimiter_at_the_end_of_the_header_alone_names_no_column(take):
    report, rows = take(table(LINES, f"{HEADER},"))
    assert list(types(report)) == HEADER.split(",")
    assert (report["fixes"]["trailing_delimiter_dropped"], len(rows)) == (1, 120)


@pytest.mark.parametrize("columns", [1, 2, 5])
@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_a_decimal_comma_in_every_value_is_no_delimiter(take, columns, delimiter):
    names = [f"값{number}" for number in range(columns)]
    lines = [delimiter.join([f"가{n}", *(f"{n},{n % 90 + 10}" for _ in names)]) for n in range(60)]
    report, rows = take("\n".join([delimiter.join(["이름", *names]), *lines]) + "\n")
    assert list(types(report)) == ["이름", *names]
    assert rows[7]["값0"] == "7,17"
