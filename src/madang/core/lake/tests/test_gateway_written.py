"""Points that aren't two plain numbers, and systems that a source names for itself."""

import json

import pyproj
import pytest
import shapely

from madang.core.lake.gateway.coordinates import to_degrees

PLACES = [("강남구", 127.0474, 37.5172), ("종로구", 126.9790, 37.5735), ("마포구", 126.9087, 37.5663)] * 10


def parts(value: float) -> tuple[int, int, float]:
    minutes = value % 1 * 60
    return int(value), int(minutes), minutes % 1 * 60


def write_table(header: str, cells) -> str:
    lines = [f"{number},{name},{cells(x, y)}" for number, (name, x, y) in enumerate(PLACES)]
    return "\n".join([f"번호,자치구,{header}", *lines]) + "\n"


def assert_placed(report, rows, lon, lat):
    assert (report["place"]["lon"], report["place"]["lat"]) == (lon, lat)
    assert report["place"]["outside_district"] == 0
    for row, (_, x, y) in zip(rows, PLACES, strict=True):
        assert (row["lon"], row["lat"]) == pytest.approx((x, y), abs=1e-5)


@pytest.mark.parametrize(
    "style",
    ["{0}°{1}'{2:.3f}''", "{0}도 {1}분 {2:.3f}초", "{0}-{1}-{2:.3f}", "{0}:{1}:{2:.3f}", "{0} {1} {2:.3f}"],
)
def test_degrees_with_minutes_and_seconds(take, style):
    report, rows = take(
        write_table("경도,위도", lambda x, y: f"{style.format(*parts(x))},{style.format(*parts(y))}")
    )
    assert_placed(report, rows, "경도", "위도")


def test_degrees_with_a_sign_of_the_hemisphere(take):
    report, rows = take(write_table("경도,위도", lambda x, y: f"{x}°E,N{y}"))
    assert_placed(report, rows, "경도", "위도")


def test_degrees_minutes_and_seconds_in_columns_of_their_own_are_one_point(take):
    header = "위도(도),위도(분),위도(초),경도(도),경도(분),경도(초)"
    report, rows = take(
        write_table(header, lambda x, y: ",".join(f"{part:.4f}".rstrip("0") for part in parts(y) + parts(x)))
    )
    assert_placed(report, rows, "경도(도)", "위도(도)")
    assert rows[0]["위도(도)"] == 37


@pytest.mark.parametrize(
    "cell",
    ['"{1},{0}"', '"({1}, {0})"', '"{0} {1}"', "POINT ({0} {1})", "SRID=4326;POINT({0} {1})"],
)
def test_both_coordinates_in_one_cell(take, cell):
    report, rows = take(write_table("위치", lambda x, y: cell.format(x, y)))
    assert_placed(report, rows, "위치", "위치")
    assert (report["place"]["swapped"], report["fixes"]) == (0, {})


def test_a_shape_in_one_cell_has_a_point_inside_it(take):
    report, rows = take(
        write_table(
            "geom",
            lambda x, y: (
                f'"POLYGON(({x - 1e-3} {y}, {x + 1e-3} {y + 1e-3}, {x} {y - 1e-3}, {x - 1e-3} {y}))"'
            ),
        )
    )
    assert report["place"]["lon"] == "geom"
    assert all(abs(row["lon"] - x) < 1e-3 for row, (_, x, _) in zip(rows, PLACES, strict=True))


def test_amounts_and_ratios_in_one_cell_are_no_points(take):
    report, _ = take(write_table("비율", lambda x, y: f'"{y - 30:.2f} {x - 100:.2f}"'))
    assert report["place"] is None


@pytest.mark.parametrize("epsg", [5174, 5181, 5186, 2097, 32652, 3857, 25832])
def test_the_system_that_geojson_names_is_taken(take, epsg):
    to_plane = pyproj.Transformer.from_crs(4326, epsg, always_xy=True)
    features = [
        {
            "type": "Feature",
            "properties": {"이름": f"시설{number}"},
            "geometry": {"type": "Point", "coordinates": to_plane.transform(x, y)},
        }
        for number, (_, x, y) in enumerate(PLACES)
    ]
    crs = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{epsg}"}}
    report, rows = take(
        json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}), "file.geojson"
    )
    assert report["place"]["crs"] == f"EPSG:{epsg}"
    assert (rows[0]["lon"], rows[0]["lat"]) == pytest.approx(PLACES[0][1:], abs=1e-5)


@pytest.mark.parametrize("name", ["EPSG:999999", "urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:5186", 5, None])
def test_a_system_that_is_none_or_does_not_fit_is_not_believed(take, name):
    features = [
        {"type": "Feature", "properties": {"n": n}, "geometry": {"type": "Point", "coordinates": [x, y]}}
        for n, (_, x, y) in enumerate(PLACES)
    ]
    crs = {"type": "name", "properties": {"name": name}}
    report, rows = take(
        json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}), "file.geojson"
    )
    assert report["place"]["crs"] == "EPSG:4326"
    assert (rows[0]["lon"], rows[0]["lat"]) == PLACES[0][1:]


@pytest.mark.parametrize("epsg", [32652, 3857])
def test_the_world_s_systems_are_known_by_their_numbers(take, epsg):
    to_plane = pyproj.Transformer.from_crs(4326, epsg, always_xy=True)
    report, rows = take(write_table("X좌표,Y좌표", lambda x, y: ",".join(map(str, to_plane.transform(x, y)))))
    assert report["place"]["crs"] == f"EPSG:{epsg}"
    assert_placed(report, rows, "X좌표", "Y좌표")
    assert to_degrees(*to_plane.transform([127.0], [37.5]), epsg)[0] == pytest.approx(127.0)


def test_degrees_abroad_are_told_apart_by_value_row_by_row(take):
    lines = [
        f"{n},{139.69 + n / 1e3},{35.68}" if n % 2 else f"{n},{35.68},{139.69 + n / 1e3}" for n in range(20)
    ]
    report, rows = take("\n".join(["번호,lat,lon", *lines]) + "\n")
    assert report["place"]["swapped"] == 10
    assert {row["lat"] for row in rows} == {35.68}


def test_cells_that_name_their_own_system_are_in_it(take):
    transformer = pyproj.Transformer.from_crs(4326, 5186, always_xy=True)
    lines = [
        f"{n},SRID=5186;POINT({' '.join(map(str, transformer.transform(x, y)))})"
        for n, (_, x, y) in enumerate(PLACES)
    ]
    report, rows = take("\n".join(["번호,위치", *lines]))
    assert report["place"]["crs"] == "EPSG:5186"
    assert_placed(report, rows, "위치", "위치")


def test_shapes_as_a_database_puts_them_out(take):
    report, rows = take(
        write_table(
            "geom",
            lambda x, y: shapely.to_wkb(
                shapely.set_srid(shapely.Point(x, y), 4326), hex=True, include_srid=True
            ),
        )
    )
    assert_placed(report, rows, "geom", "geom")


@pytest.mark.parametrize("names", ["TM_X,TM_Y", "X좌표,Y좌표"])
def test_a_plane_in_kilometres(take, names):
    transformer = pyproj.Transformer.from_crs(4326, 5186, always_xy=True)

    def write(x: float, y: float) -> str:
        return ",".join(f"{value / 1000:.5f}" for value in transformer.transform(x, y))

    report, rows = take(write_table(names, write))
    assert report["place"]["crs"] == "EPSG:5186"
    assert_placed(report, rows, *names.split(","))


def test_small_numbers_named_x_and_y_are_no_kilometres(take):
    lines = [f"{n},{180 + n},{540 + n}" for n in range(40)]
    report, _ = take("\n".join(["번호,x,y", *lines]))
    assert (report["place"], report["fixes"]) == (None, {})


def test_degrees_minutes_and_seconds_in_one_number(take):
    def pack(value: float) -> str:
        degrees, minutes, seconds = parts(value)
        return f"{degrees}{minutes:02d}{seconds:06.3f}"

    report, rows = take(write_table("위도,경도", lambda x, y: f"{pack(y)},{pack(x)}"))
    assert_placed(report, rows, "경도", "위도")
    report, rows = take(write_table("위도,경도", lambda x, y: f"{pack(x)},{pack(y)}"))
    assert report["place"]["swapped"] == len(PLACES)
    assert_placed(report, rows, "경도", "위도")


def test_degrees_with_a_decimal_comma(take):
    report, rows = take(
        write_table("경도,위도", lambda x, y: f"{x:.5f}|{y:.5f}")
        .replace(",", ";")
        .replace(".", ",")
        .replace("|", ";")
    )
    assert_placed(report, rows, "경도", "위도")
    assert report["fixes"]["commas_undecided"] == 2 * len(PLACES)


def test_a_system_that_is_only_likely_is_told(take):
    transformer = pyproj.Transformer.from_crs(4326, 5181, always_xy=True)
    report, _ = take(
        write_table(
            "X좌표,Y좌표", lambda x, y: ",".join(f"{value:.2f}" for value in transformer.transform(x, y))
        )
    )
    assert report["fixes"] == {"coordinates_system_likely": len(PLACES)}
