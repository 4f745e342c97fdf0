"""What Korean cities write: heads over several columns, signs for what isn't told, remarks, navigation's coordinates."""

import datetime

import numpy as np
import pyproj
import pytest

from madang.core.base.interface import BadInput

from .gateway_files import locate, read, types, write

NAMES = ["강남구", "종로구", "마포구", "노원구"]
ROWS = "".join(f"{NAMES[n % 4]},{300 + n},{1000 + n},{900 + n},{100 + n},{50 + n}\n" for n in range(12))
# tmerc on Bessel's ellipsoid, as navigation's KATEC is published.
KATEC = (
    "+proj=tmerc +lat_0=38 +lon_0=128 +k=0.9999 +x_0=400000 +y_0=600000 +ellps=bessel +units=m"
    " +towgs84=-115.80,474.99,674.11,1.16,-2.31,-1.63,6.43"
)


def list_names(report):
    return [column["name"] for column in report["columns"]]


def test_a_merged_name_ends_where_the_one_above_it_does(take):
    head = "구분,인구,,,,세대\n,내국인,,외국인,,\n,남,여,남,여,\n"
    report, rows = take(head + ROWS)
    assert list_names(report) == [
        "구분",
        "인구 내국인 남",
        "인구 내국인 여",
        "인구 외국인 남",
        "인구 외국인 여",
        "세대",
    ]
    assert len(rows) == 12


def test_a_last_merged_name_is_divided_below(take):
    report, rows = take("구분,세대,인구,,,\n,,계,한국인,외국인,고령자\n" + ROWS)
    assert list_names(report) == ["구분", "세대", "인구 계", "인구 한국인", "인구 외국인", "인구 고령자"]
    assert (len(rows), report["rejected"]) == (12, {})


@pytest.mark.parametrize("sign", ["X", "*", "미상", "비공개", "‥", "확인불가"])
def test_signs_for_what_is_not_told_leave_numbers(take, sign):
    lines = "".join(f"시설{n},{sign if n % 6 == 0 else 1000 + n}\n" for n in range(24))
    report, rows = take("시설,인구\n" + lines)
    assert (types(report)["인구"], report["fixes"]) == ("integer", {"missing_markers": 4})
    assert [row["인구"] for row in rows[:2]] == [None, 1001]


@pytest.mark.parametrize("head", ["자치구,총계,남,여,외국인", "구분,인구,,,\n,계,남,여,외국인"])
@pytest.mark.parametrize("sign", ["X", "미상", "해당없음"])
def test_a_first_row_of_signs_is_no_header(take, head, sign):
    lines = "".join(
        f"{NAMES[n % 4]},"
        + ",".join([sign] * 4 if n % 6 == 0 else [str(1000 + n + k) for k in range(4)])
        + "\n"
        for n in range(24)
    )
    report, rows = take(f"{head}\n{lines}")
    assert (len(rows), report["fixes"]["missing_markers"]) == (24, 16)


@pytest.mark.parametrize(("column", "cells"), [("무료여부", "OX"), ("지정여부", "**"), ("등급", "XX")])
def test_signs_alone_or_among_words_are_what_the_column_says(take, column, cells):
    report, rows = take(f"자치구,{column}\n" + "".join(f"{NAMES[n % 4]},{cells[n % 2]}\n" for n in range(24)))
    assert (types(report)[column], [row[column] for row in rows[:2]]) == ("text", list(cells))


def test_x_beside_y_is_a_name(take):
    report, _ = take(
        "시설,위치,\n,X,Y\n" + "".join(f"시설{n},{127 + n / 100},{37.5 + n / 100}\n" for n in range(9))
    )
    assert list_names(report) == ["시설", "위치 X", "위치 Y"]


@pytest.mark.parametrize(
    ("cell", "number"), [("△1.5%", -1.5), ("▲ 1.5 %", -1.5), ("−1.5%", -1.5), ("1.5％", 1.5)]
)
def test_shares_below_nothing(take, cell, number):
    report, rows = take("자치구,증감률\n" + "".join(f"{name},{cell}\n" for name in NAMES))
    assert (types(report)["증감률"], rows[0]["증감률"]) == ("number", number)


@pytest.mark.parametrize(
    ("written", "hour"), [("오전 0", 0), ("오전 12", 0), ("오후 0", 12), ("오후 12", 12)]
)
def test_midnight_and_noon(take, written, hour):
    lines = "".join(f"2024-03-{n + 1:02} {written}:05:00,{n}\n" for n in range(9))
    report, rows = take("일시,값\n" + lines)
    assert types(report)["일시"] == "datetime"
    seoul = datetime.timezone(datetime.timedelta(hours=9))
    assert rows[0]["일시"].astimezone(seoul).hour == hour


def test_day_numbers_of_excel_under_what_happened_that_day(take):
    report, rows = take("시설,등록일\n" + "".join(f"시설{n},{45352 + n}\n" for n in range(9)))
    assert (types(report)["등록일"], rows[0]["등록일"]) == ("date", datetime.date(2024, 3, 1))


def test_who_made_a_table_below_a_blank_first_column_is_a_remark(take):
    lines = "".join(f",{n + 1},시설{n},{n * 3}\n" for n in range(12))
    report, rows = take(f",순번,시설명,수량\n{lines},,,\n,작성자: 총무과,,\n")
    assert (len(rows), report["rejected"], types(report)["순번"]) == (12, {"footnote": 1}, "integer")


def _write_katec(names: str, *, with_districts: bool) -> str:
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(126.85, 127.1, 300), rng.uniform(37.47, 37.62, 300)
    found = locate(lon, lat)
    x, y = pyproj.Transformer.from_crs(4326, KATEC, always_xy=True).transform(lon, lat)
    lines = [
        f"시설{n},{found[n] if with_districts else '시설'},{x[n]:.1f},{y[n]:.1f}"
        for n in range(300)
        if found[n] and found[n].startswith("서울")
    ]
    return "\n".join([f"시설,소재지,{names}", *lines]) + "\n"


@pytest.mark.parametrize(("names", "with_districts"), [("X좌표,Y좌표", True), ("KATEC_X,KATEC_Y", False)])
def test_coordinates_of_navigation(take, names, with_districts):
    report, rows = take(_write_katec(names, with_districts=with_districts))
    assert (report["place"]["crs"], report["place"]["outside_district"]) == ("KATEC", 0)
    assert all(126.8 < row["lon"] < 127.2 and 37.4 < row["lat"] < 37.7 for row in rows)


def test_coordinates_of_navigation_without_proof_are_not_put_elsewhere(take):
    report, rows = take(_write_katec("X좌표,Y좌표", with_districts=False))
    assert (report["place"], report["fixes"]["coordinates_undecided"]) == (None, len(rows))


def test_a_portal_s_refusal_is_told_in_its_own_words(tmp_path):
    answer = (
        "<OpenAPI_ServiceResponse><cmmMsgHeader><errMsg>SERVICE ERROR</errMsg>"
        "<returnAuthMsg>SERVICE_KEY_IS_NOT_REGISTERED_ERROR</returnAuthMsg></cmmMsgHeader></OpenAPI_ServiceResponse>"
    )
    with pytest.raises(BadInput, match="SERVICE_KEY_IS_NOT_REGISTERED_ERROR"):
        read(write(tmp_path, answer, "answer.xml"))


def test_rows_of_elements_without_a_declaration_are_read(take):
    lines = "".join(f"<shop><name>가게{n}</name><seats>{n}</seats></shop>" for n in range(5))
    report, rows = take(f"<shops>{lines}</shops>")
    assert (types(report), len(rows)) == ({"name": "text", "seats": "integer"}, 5)


def test_a_total_over_all_rows_makes_none_of_them_one(take):
    head = (
        '"자치구별(1)","자치구별(2)","2022","2022"\n"자치구별(1)","자치구별(2)","세대 (세대)","인구 (명)"\n'
    )
    lines = "".join(f'"합계","{name}","{n}","{n * 2}"\n' for n, name in enumerate(NAMES, 9))
    report, rows = take(f'{head}"합계","소계","100","200"\n{lines}')
    assert (len(rows), report["fixes"]["totals_kept"]) == (5, 1)
    assert list_names(report)[2:] == ["2022 세대 (세대)", "2022 인구 (명)"]
