"""What stands in a file is what people get to see: nothing crashes the reader, nothing changes silently."""

import io
import json
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from madang.core.base.interface import BadInput
from madang.core.lake.gateway import read_file
from madang.core.lake.tests.gateway_files import read, types, write


def test_a_stray_cell_far_away_is_a_refusal_and_no_crash(take):
    workbook, data = openpyxl.Workbook(), io.BytesIO()
    for number in range(20):
        workbook.active.append([f"이름{number}", number])
    workbook.active["XFD1048576"] = "x"
    workbook.save(data)
    with pytest.raises(BadInput, match="1,048,576 × 16,384"):
        take(data.getvalue(), "file.xlsx")


def test_a_date_that_calendars_end_at_is_kept_as_written(take):
    rows = ["0001-01-01 00:00:00", "2022-07-01 10:30:00", "9999-12-31 23:59:59"] * 10
    report, kept = take("번호,때\n" + "".join(f"N{n},{text}\n" for n, text in enumerate(rows)))
    assert types(report)["때"] == "text"
    assert [row["때"] for row in kept] == rows
    report, kept = take("번호,때\n" + "".join(f"N{n},{text}\n" for n, text in enumerate(rows[1:3] * 10)))
    assert types(report)["때"] == "datetime"
    assert kept[1]["때"] == datetime(9999, 12, 31, 14, 59, 59, tzinfo=UTC)


def test_a_midnight_that_clocks_skipped_is_still_that_day(take):
    days = [f"19{year}-08-10 00:00:00" for year in range(51, 81)]
    report, rows = take("번호,설립일\n" + "".join(f"N{n},{day}\n" for n, day in enumerate(days)))
    assert types(report)["설립일"] == "date"
    assert [f"{row['설립일']} 00:00:00" for row in rows] == days


def test_an_hour_that_clocks_skipped_is_not_moved(take):
    texts = [f"1988-05-{day:02d} 02:30:00" for day in range(1, 29)]
    report, rows = take("번호,때\n" + "".join(f"N{n},{text}\n" for n, text in enumerate(texts)))
    assert types(report)["때"] == "text"
    assert [row["때"] for row in rows] == texts


def test_names_that_differ_only_in_case_are_told_apart(take):
    report, rows = take("Name,name,NAME,name_2\n" + "".join(f"a{n},{n},{2 * n},x{n}\n" for n in range(20)))
    names = [column["name"].lower() for column in report["columns"]]
    assert len(set(names)) == 4
    assert list(rows[3].values()) == ["a3", 3, 6, "x3"]


def test_coordinates_in_capitals_beside_the_added_ones(take):
    text = "ID,LAT,LON\n" + "".join(f"P{n},37.5{n:02d}1,127.0{n:02d}3\n" for n in range(30))
    report, rows = take(text)
    assert report["place"]["crs"] == "EPSG:4326"
    assert len({name.lower() for name in rows[0]}) == len(rows[0])
    assert (rows[2]["LON"], rows[2]["LAT"]) == (127.0023, 37.5021)


RECORDS = [{"번호": f"N{n}", "값": n} for n in range(5)]
CELLS = [list(record.values()) for record in RECORDS]


@pytest.mark.parametrize(
    "document",
    [
        {"fields": [{"id": name} for name in ("번호", "값") * 4], "records": RECORDS},
        {"columns": ["번호", "값"], "data": CELLS},
        {"columns": ["번호", "값"], "index": list(range(5)), "data": CELLS},
        [["번호", "값"], *CELLS],
        [["번호", "값"], *([name, str(value)] for name, value in CELLS)],
        {"meta": {"count": 5}, "data": RECORDS},
    ],
)
def test_json_with_its_names_apart(take, document):
    _, rows = take(json.dumps(document), "file.json")
    assert rows == RECORDS


def test_json_in_utf_16(tmp_path):
    data = json.dumps(RECORDS, ensure_ascii=False, indent=1)
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        report, rows, _ = read(write(tmp_path, data, "file.json", encoding))
        assert (rows, report["encoding"]) == (RECORDS, encoding)


def test_json_integers_of_any_length_keep_their_digits(take):
    numbers = [12345678901234567890123 + n for n in range(5)]
    report, rows = take(json.dumps([{"id": number, "more": [number]} for number in numbers]), "file.json")
    assert [row["id"] for row in rows] == [str(number) for number in numbers]
    assert rows[1]["more"] == f"[{numbers[1]}]"
    assert "codes_damaged_by_excel" not in report["fixes"]


def test_parquet_values_that_no_type_of_ours_holds_are_text(take):
    skipped = datetime(1961, 8, 10)  # noqa: DTZ001
    table = pa.table(
        {
            "big": pa.array([2**64 - 1, 1, None], pa.uint64()),
            "small": pa.array([5, 1, None], pa.uint64()),
            "exact": pa.array([Decimal("1.10"), Decimal("-99999999.99"), None], pa.decimal128(10, 2)),
            "long": pa.array([Decimal("12345678901234567.89"), Decimal(1), None], pa.decimal128(20, 2)),
            "founded": pa.array([skipped, skipped.replace(year=1999), None], pa.timestamp("ms")),
            "opened": pa.array([skipped.replace(year=1999)] * 3, pa.timestamp("us")),
        }
    )
    data = io.BytesIO()
    pq.write_table(table, data)
    report, rows = take(data.getvalue(), "file.parquet")
    assert list(types(report).values()) == ["text", "integer", "number", "text", "text", "datetime"]
    assert [row["big"] for row in rows] == ["18446744073709551615", "1", None]
    assert [row["exact"] for row in rows] == [1.1, -99999999.99, None]
    assert [row["long"] for row in rows] == ["12345678901234567.89", "1.00", None]
    assert rows[0]["founded"].startswith("1961-08-10 00:00:00")


NUMBERS = "".join(f"구{n},{n},{2 * n},{3 * n},{n % 7}\n" for n in range(20))
NAMES = ["구", "승용", "화물", "특수", "합계"]


@pytest.mark.parametrize(
    "titles",
    ["서울시, 2022년 현황\n", "2022년 현황,,,,(단위: 대)\n", "※ 2022년, 서울시 자료\n(단위 : 대),,,,\n"],
)
def test_titles_with_delimiters_are_no_names(take, titles):
    report, rows = take(titles + ",".join(NAMES) + "\n" + NUMBERS)
    assert [column["name"] for column in report["columns"]] == NAMES
    told = {"unit_above_read": 1} if "단위" in titles else {}
    assert (len(rows), report["fixes"]) == (20, {"title_lines_skipped": titles.count("\n")} | told)


@pytest.mark.parametrize("words", ["조사중,조사중,조사중,조사중", "조사중,없음,조사중,없음"])
def test_a_first_row_without_values_is_a_row(take, words):
    report, rows = take(",".join(NAMES) + f"\n기타,{words}\n" + NUMBERS)
    assert list(rows[0].values()) == ["기타", *words.split(",")]
    assert (len(rows), report["fixes"]) == (21, {"odd_values_kept": 4})


def test_names_in_two_languages_are_joined(take):
    lines = "".join(f"{n},구{n},{n / 4}\n" for n in range(20))
    report, rows = take("STN_ID,STN_NM,VAL\n관측소코드,관측소명,값\n" + lines)
    assert [column["name"] for column in report["columns"]] == [
        "STN_ID 관측소코드",
        "STN_NM 관측소명",
        "VAL 값",
    ]
    assert (len(rows), report["fixes"]) == (20, {"header_rows_joined": 2})


@pytest.mark.parametrize("odd", ["", "37.5,미상", "미상,127.0"])
def test_swapped_degrees_change_places_in_the_source_s_own_columns(take, odd):
    points = [(37.5 + n / 1000, 127 + n / 1000) for n in range(60)]
    lines = [f"N{n},{lat},{lon}" if n % 3 else f"N{n},{lon},{lat}" for n, (lat, lon) in enumerate(points)]
    report, rows = take("\n".join(["번호,위도,경도", *lines, *([f"N60,{odd}"] if odd else [])]) + "\n")
    assert (report["place"]["swapped"], report["fixes"]["coordinates_swapped"]) == (20, 20)
    assert [(float(row["위도"]), float(row["경도"])) for row in rows[:60]] == points
    assert [(row["lat"], row["lon"]) for row in rows[:60]] == points


@pytest.mark.parametrize(
    "text",
    [
        "# Data\n\nThese files, as they stand, hold the city's data. See the list, please.\n",
        "42",
        "x\n",
        "통계청에서 제공하는 것으로, 2018년에 수집되었습니다.\n\nhttp://www.kogl.or.kr/\n",
        "# Chatbot\n\n인공데이터입니다. 질문에서, 자주 나오는 이야기를 모았습니다.\n1. 문답 페어 11,876개\n2. 일상 0, 이별 1\n\n## Quick peek\n",
        "".join(f"2016-09-28 04:30:{n}, Info, CBS {'c' if n % 3 else 'a, b'}\n" for n in range(10, 60)),
    ],
)
def test_prose_and_logs_are_no_tables(take, text):
    with pytest.raises(BadInput):
        take(text)


def test_sentences_in_a_table_are_values(take):
    lines = "".join(f"{n},{n % 5},참 좋은 곳입니다.\n" for n in range(9))
    assert len(take("번호,점수,의견\n" + lines)[1]) == 9


def test_names_without_rows_are_a_table(take):
    report, rows = take("관리번호,자치구,시설명\n")
    assert (rows, len(report["columns"])) == ([], 3)


@pytest.mark.parametrize("end", ["\x1a", "\r\n\x1a"])
def test_the_end_mark_of_dos_is_no_row(take, end):
    report, rows = take("번호,값\r\n" + "\r\n".join(f"N{n},{n}" for n in range(20)) + end)
    assert (len(rows), rows[-1]["값"], report["rejected"]) == (20, 19, {})


class Survey:
    """Districts east and west of 127 degrees; a second survey puts the border a little further west."""

    names = frozenset({"서울특별시 동구", "서울특별시 서구"})

    def __call__(self, lon, lat):
        return np.where(lon > 127, "서울특별시 동구", "서울특별시 서구").astype(object)

    def second(self, lon, lat):
        return self(lon + 0.001, lat)


def test_only_who_is_outside_by_every_survey_is_flagged(tmp_path):
    lines = "".join(f"N{n},동구,127.{n:02d}1,37.5{n}1\n" for n in range(20))
    path = write(tmp_path, f"번호,구,경도,위도\n{lines}N20,동구,126.9995,37.51\nN21,동구,126.99,37.52\n")
    with read_file(path, locate=Survey()) as reading:
        flags = pa.Table.from_batches(reading.batches())["outside_district"].to_pylist()
    assert flags == [False] * 21 + [True]


def test_codes_that_look_like_dates_percent_and_clocks(take):
    lines = "".join(f"N{n},202201{n:02d},{n}.5%,{'24:00' if n == 12 else '10:30'}\n" for n in range(10, 30))
    report, rows = take("번호,시설코드,비율,시각\n" + lines)
    assert list(types(report).values()) == ["text", "text", "number", "time"]
    assert (rows[0]["시설코드"], rows[0]["비율"]) == ("20220110", 10.5)
    assert report["fixes"] == {"percent_signs": 20, "midnight_24": 1}


def test_a_footnote_is_rejected_in_text_as_in_sheets(take):
    report, rows = take(",".join(NAMES) + "\n" + NUMBERS + "※ 자료: 서울시\n")
    assert (len(rows), report["rejected"]) == (20, {"footnote": 1})


def test_a_sheet_with_one_column(take):
    workbook, data = openpyxl.Workbook(), io.BytesIO()
    for cell in ("금액", *range(1000, 1020)):
        workbook.active.append([cell])
    workbook.save(data)
    assert [row["금액"] for row in take(data.getvalue(), "file.xlsx")[1]] == list(range(1000, 1020))
