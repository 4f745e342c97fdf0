"""Real municipal files, faults and all: what each holds was counted by hand with other tools.

The files lie where MADANG_TEST_DATA points; the same faults stand small in `test_gateway_faults.py`.
"""

import csv
import gzip
import io
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from madang.core.base.interface import BadInput
from madang.core.lake.tests.gateway_files import locate, read, types

FOLDER = Path(os.environ.get("MADANG_TEST_DATA", "/nowhere"))
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="MADANG_TEST_DATA names no folder")

SMALL = 400_000
# file → (encoding, rows read, rejected by reason)
COUNTS = {
    "bike/SeoulBikeData.csv.gz": ("utf-8", 8760, {}),
    "boundaries/국토교통부_전국_법정동.csv.gz": ("cp949", 46289, {}),
    "boundaries/kostat2018/skorea-municipalities-2018-topo-simple.json": ("utf-8", 250, {}),
    "boundaries/kostat2018/skorea-provinces-2018-topo-simple.json": ("utf-8", 17, {}),
    "boundaries/seoul2013/seoul_municipalities_geo_simple.json": ("utf-8", 25, {}),
    "boundaries/seoul2013/seoul_neighborhoods_geo_simple.json.gz": ("utf-8", 467, {}),
    "boundaries/seoul2013/seoul_submunicipalities_geo_simple.json": ("utf-8", 423, {}),
    "boundaries/statgarten/서울특별시_시군구_경계.json.gz": ("utf-8", 25, {}),
    "budget/budget2023.csv.gz": ("utf-8", 9074, {}),
    "budget/세출_지출_세부사업_예산편성현황(총액)_20230619141616.xlsx": (None, 9074, {}),
    "building/elevator.csv.gz": ("utf-8", 484787, {}),
    "catalogue/openData.csv.gz": ("utf-8", 61359, {}),
    "cctv/seoulCCTV.csv.gz": ("utf-8", 83734, {}),
    "establishments/nationalPension.csv.gz": ("utf-8", 29975, {}),
    "ev/20221020101743.csv": ("utf-8-sig", 130, {}),
    "ev/20221020162020.csv": ("utf-8-sig", 27, {}),
    "ev/seoul-any-gu-ev.csv": ("cp949", 292, {}),
    "ev/seoul-car-enrollment-final.csv": ("utf-8", 19, {}),
    "ev/seoul-car-enrollment.csv": ("utf-8", 19, {}),
    "ev/서울특별시_성북구_주유소_현황_20210101.csv": ("cp949", 24, {}),
    "ev/전기차_충전소_설치현황_20221020.xls": (None, 622, {}),
    "ev/한국전력공사_전기차충전소위경도_20220718.csv": ("utf-8-sig", 4778, {}),
    "living/dong_geometry.json.gz": ("utf-8", 422, {}),
    "living/dong_industry_sales.json.gz": ("utf-8", 422, {}),
    "living/dong_metrics.json.gz": ("utf-8", 422, {}),
    "living/dong_points.json.gz": ("utf-8", 29540, {}),
    "living/gu_daily_timeseries.json.gz": ("utf-8", 9150, {}),
    "living/gu_group_daily.json.gz": ("utf-8", 9150, {}),
    "opendata/서울시_공공도서관_현황정보.csv.gz": ("utf-8-sig", 202, {}),
    "opendata/서울시_공중화장실_위치정보.csv.gz": ("utf-8-sig", 5046, {}),
    "opendata/서울시_무더위쉼터.csv.gz": ("utf-8-sig", 4133, {}),
    # Three rows are HTML of the row above, cut off at Excel's 32,767 characters.
    "opendata/서울시_문화공간_정보.csv.gz": ("utf-8-sig", 835, {"broken_row": 3}),
    "opendata/서울시_문화행사_정보.csv.gz": ("utf-8-sig", 3586, {}),
    "opendata/서울시_영화상영관_인허가_정보.csv.gz": ("utf-8-sig", 900, {}),
    "opendata/서울시_자전거_편의시설.csv.gz": ("utf-8-sig", 2992, {}),
    "opendata/서울시_지진실내구호소.csv.gz": ("utf-8-sig", 969, {}),
    "opendata/서울시_한파쉼터.csv.gz": ("utf-8-sig", 1450, {}),
    "opendata/서울시우체국정보.csv.gz": ("cp949", 227, {}),
    "parking/seoulCarpark.csv.gz": ("utf-8", 17864, {}),
    "privacy/adult.data.gz": ("utf-8", 32561, {}),
    "safety/fire.csv.gz": ("utf-8", 44435, {}),
    "safety/fireStation-소방서.csv.gz": ("cp949", 230, {}),
    "safety/fireStation-안전센터.csv.gz": ("cp949", 1100, {}),
    "safety/seoulER.csv.gz": ("utf-8", 68, {}),
    "safety/경찰청_음주운전_적발_기록_현황_20220731.csv.gz": ("utf-16", 12021, {}),
    "safety/경찰청_전국_치안센터_주소_현황_20221231.csv.gz": ("utf-8-sig", 969, {}),
    "safety/도로교통공단_사망_교통사고_정보_20201231.csv.gz": ("cp949", 2983, {}),
    "sdot/sensor_data_information.csv": ("utf-8", 23, {}),
    "sdot/sensor_longitude_latitude.csv": ("utf-8", 851, {}),
    "security_logs/loghub/HDFS_2k.log_structured.csv.gz": ("utf-8", 2000, {}),
    "security_logs/loghub/OpenStack_2k.log_structured.csv.gz": ("utf-8", 2000, {}),
    "survey/svy/hld_pop_wb_2023.parquet": (None, 57867, {}),
    "survey/svy/panel_syn_2026.parquet": (None, 3155, {}),
    "text_ko/klue/klue-ner-v1.1_dev.tsv.gz": ("utf-8", 285929, {}),
    "text_ko/klue/klue-nli-v1.1_dev.json.gz": ("utf-8", 3000, {}),
    "text_ko/songys/ChatbotData.csv.gz": ("utf-8", 11823, {}),
    "transport/busStation.csv.gz": ("utf-8", 76505, {}),
    "transport/subway_daily/CARD_SUBWAY_MONTH_202301.csv.gz": ("utf-8-sig", 18797, {}),
    "transport/subway_daily/CARD_SUBWAY_MONTH_202306.csv.gz": ("utf-8-sig", 18214, {}),
    "transport/subway_daily/지하철_좌표.csv": ("utf-8-sig", 765, {}),
    "transport/서울교통공사_지하철혼잡도정보_20221231.csv.gz": ("cp949", 1658, {}),
    "wifi/seoul_wifi.csv.gz": ("utf-8", 19207, {}),
}

# file → (lon, lat, system, rows swapped)
PLACES = {
    "cctv/seoulCCTV.csv.gz": ("경도", "위도", "EPSG:4326", 0),
    "ev/한국전력공사_전기차충전소위경도_20220718.csv": ("경도", "위도", "EPSG:4326", 4777),
    "opendata/서울시_문화행사_정보.csv.gz": ("경도(X좌표)", "위도(Y좌표)", "EPSG:4326", 3309),
    "opendata/서울시_영화상영관_인허가_정보.csv.gz": ("좌표정보(X)", "좌표정보(Y)", "EPSG:5174", 0),
    "opendata/서울시_한파쉼터.csv.gz": ("X좌표최소값", "Y좌표최소값", "EPSG:5186", 0),
    "opendata/서울시_무더위쉼터.csv.gz": ("경도", "위도", "EPSG:4326", 0),
    "boundaries/statgarten/서울특별시_시군구_경계.json.gz": ("geometry", "geometry", "EPSG:5179", 0),
    "boundaries/seoul2013/seoul_municipalities_geo_simple.json": ("geometry", "geometry", "EPSG:4326", 0),
    "transport/subway_daily/지하철_좌표.csv": ("환승역X좌표", "환승역Y좌표", "EPSG:4326", 0),
    "safety/seoulER.csv.gz": ("병원경도", "병원위도", "EPSG:4326", 0),
    "wifi/seoul_wifi.csv.gz": ("X좌표", "Y좌표", "EPSG:4326", 0),
    "living/dong_points.json.gz": ("value_1", "value_2", "EPSG:4326", 0),
}
NO_PLACE = (
    "transport/subway_daily/CARD_SUBWAY_MONTH_202301.csv.gz",
    "budget/budget2023.csv.gz",
    "living/dong_sales_summary.json.gz",
    "openapi_fixtures/datago__success_dur_usjnt_taboo.json",
    "ev/20221020162020.csv",
)


@pytest.mark.parametrize("name", COUNTS)
def test_rows_and_place_of_a_real_file(name):
    encoding, rows_read, rejected = COUNTS[name]
    report, _, _ = read(FOLDER / name)
    assert (report["encoding"], report["rows_read"], report["rejected"]) == (encoding, rows_read, rejected)
    place = report["place"]
    if name in PLACES:
        assert (place["lon"], place["lat"], place["crs"], place["swapped"]) == PLACES[name]
    elif name in NO_PLACE:
        assert place is None


@pytest.mark.parametrize("name", [name for name in NO_PLACE if name not in COUNTS])
def test_numbers_that_are_no_coordinates(name):
    assert read(FOLDER / name)[0]["place"] is None


def test_subway_rows_have_one_field_more_than_the_header():
    report, rows, _ = read(FOLDER / "transport/subway_daily/CARD_SUBWAY_MONTH_202306.csv.gz")
    assert report["fixes"]["trailing_delimiter_dropped"] == 17607
    assert types(report) == {
        "사용일자": "date",
        "노선명": "text",
        "역명": "text",
        "승차총승객수": "integer",
        "하차총승객수": "integer",
        "등록일자": "date",
    }
    source = gzip.decompress((FOLDER / "transport/subway_daily/CARD_SUBWAY_MONTH_202306.csv.gz").read_bytes())
    lines = list(csv.reader(io.StringIO(source.decode("utf-8-sig"))))[1:]
    assert [row["역명"] for row in rows] == [line[2] for line in lines]
    assert sum(row["승차총승객수"] for row in rows) == sum(int(line[3]) for line in lines)
    assert [f"{row['등록일자']:%Y%m%d}" for row in rows] == [line[5] for line in lines]


def test_four_header_rows_become_one_name_a_column():
    report, rows, _ = read(FOLDER / "ev/20221020162020.csv")
    names = list(types(report))
    assert names[:3] == ["자치구별(1)", "자치구별(2)", "2021 합계 소계 계"]
    assert len(names) == 26
    assert rows[0]["2021 합계 소계 계"] > 3_000_000
    assert report["fixes"]["short_rows_filled"] == 1


def test_codes_keep_their_zeros_and_say_what_excel_did():
    shelters = read(FOLDER / "opendata/서울시_지진실내구호소.csv.gz")[0]
    assert types(shelters)["도로명주소코드"] == "text"
    assert shelters["fixes"]["codes_damaged_by_excel"] == 969
    pension = read(FOLDER / "establishments/nationalPension.csv.gz")
    assert pension[0]["fixes"]["trailing_zero_dropped"] == 29974
    assert pension[1][2]["고객법정동주소코드"] == "1159010100"
    assert pension[1][2]["우편번호"] == "06923"


def test_shelters_open_at_times_whose_colons_and_zeros_are_gone():
    report, rows, _ = read(FOLDER / "opendata/서울시_한파쉼터.csv.gz")
    names = [name for name in types(report) if name.endswith("시간")]
    assert {types(report)[name] for name in names} == {"time"}
    assert Counter(row["한파쉼터평일시작시간"] for row in rows).most_common(2) == [
        ("09:00:00", 1245),
        ("13:00:00", 150),
    ]


def test_the_one_repeated_key_is_reported():
    report, rows, _ = read(FOLDER / "opendata/서울시_무더위쉼터.csv.gz")
    assert report["fixes"]["duplicate_keys"] == 1
    assert len(rows) == 4133


def test_missing_markers_in_a_number_column():
    report, rows, _ = read(FOLDER / "catalogue/openData.csv.gz")
    assert types(report)["조회수"] == "integer"
    assert report["fixes"]["missing_markers"] == 17
    assert sum(row["조회수"] is None for row in rows) == 17


@pytest.mark.parametrize(
    ("name", "district"),
    [
        ("wifi/seoul_wifi.csv.gz", "자치구"),
        ("cctv/seoulCCTV.csv.gz", "자치구"),
        ("opendata/서울시_공중화장실_위치정보.csv.gz", "구명"),
    ],
)
def test_points_outside_their_own_district_are_flagged_and_kept(name, district):
    report, rows, _ = read(FOLDER / name)
    placed = [row for row in rows if row["lon"] is not None]
    located = locate(np.array([row["lon"] for row in placed]), np.array([row["lat"] for row in placed]))
    known = {full.split()[-1] for full in locate.names}
    outside = [
        bool(row[district]) and row[district] in known and (found or "").split(" ")[-1] != row[district]
        for row, found in zip(placed, located, strict=True)
    ]
    assert report["place"]["outside_district"] == sum(outside) > 0
    assert [row["outside_district"] for row in placed] == outside


def test_cinemas_lie_in_seoul_once_their_system_is_found():
    _, rows, _ = read(FOLDER / "opendata/서울시_영화상영관_인허가_정보.csv.gz")
    avenuel = next(row for row in rows if row["사업장명"] == "롯데시네마 에비뉴엘 <2관>")
    # The department store's building stands at 126.9817 E, 37.5642 N.
    assert avenuel["lon"] == pytest.approx(126.9817, abs=4e-4)
    assert avenuel["lat"] == pytest.approx(37.5642, abs=4e-4)


@pytest.mark.parametrize(
    "name",
    [
        "survey/api.rda",
        "video/one-by-one-person-detection.mp4",
        "buildings3d/delft.json.gz",
        "openapi_fixtures/datago__error_auth_30.json",
        "openapi_fixtures/seoul__empty_response.json",
        "security_logs/loghub/HDFS_2k.log.gz",
    ],
)
def test_what_is_no_table_is_refused(name):
    with pytest.raises(BadInput):
        read(FOLDER / name)


def test_no_small_file_of_the_folder_is_a_crash():
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file() and path.stat().st_size < SMALL and str(path.relative_to(FOLDER)) not in COUNTS:
            try:
                read(path)
            except BadInput as refusal:
                assert refusal.text.ko
