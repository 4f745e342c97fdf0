"""Forms that programs exchange: answers of public APIs, GeoJSON line by line, GeoParquet."""

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import pytest
import shapely

from madang.core.base.interface import BadInput
from madang.core.lake.tests.gateway_files import types

PLACES = [("강남구", 127.0474, 37.5172), ("종로구", 126.9790, 37.5735), ("마포구", 126.9087, 37.5663)] * 10


@pytest.mark.parametrize("size", [1, 2, 30])
def test_an_answer_in_two_parts_is_its_rows(take, size):
    head = [
        {"list_total_count": 30},
        {"RESULT": {"CODE": "INFO-000", "MESSAGE": "정상"}},
        {"api_version": "1.0"},
    ]
    rows = [{"구": name, "코드": f"{number:04d}"} for number, (name, *_) in enumerate(PLACES[:size])]
    report, found = take(json.dumps({"Place": [{"head": head}, {"row": rows}]}), "file.json")
    assert (report["rows_read"], types(report)) == (size, {"구": "text", "코드": "text"})
    assert found[0] == {"구": "강남구", "코드": "0000"}


@pytest.mark.parametrize("separator", ["", "\x1e"])
def test_geojson_line_by_line(take, separator):
    features = [
        {"type": "Feature", "properties": {"구": name}, "geometry": {"type": "Point", "coordinates": [x, y]}}
        for name, x, y in PLACES
    ]
    text = "".join(f"{separator}{json.dumps(feature)}\n" for feature in features)
    report, rows = take(text, "file.geojsonl")
    assert types(report) == {"구": "text", "geometry": "text"}
    assert report["place"]["lon"] == "geometry"
    assert (rows[1]["lon"], rows[1]["lat"]) == PLACES[1][1:]


def test_a_geometry_of_any_name_is_a_place(take):
    document = {
        "value": [
            {"n": n, "location": {"type": "Point", "coordinates": [x, y]}}
            for n, (_, x, y) in enumerate(PLACES)
        ]
    }
    report, rows = take(json.dumps(document), "file.json")
    assert report["place"]["lon"] == "location"
    assert (rows[2]["lon"], rows[2]["lat"]) == PLACES[2][1:]


def geoparquet(shapes: list, epsg: int | None, **about) -> bytes:
    column = {"encoding": "WKB", "geometry_types": []} | about
    if epsg:
        column["crs"] = json.loads(pyproj.CRS(epsg).to_json())
    table = pa.table({"자치구": [name for name, *_ in PLACES], "geom": shapes})
    geo = {"version": "1.1.0", "primary_column": "geom", "columns": {"geom": column}}
    data = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), data)
    return data.getvalue()


@pytest.mark.parametrize("epsg", [None, 4326, 5174, 5179, 5186])
def test_geoparquet_has_a_place_and_shapes(take, epsg):
    to_plane = pyproj.Transformer.from_crs(4326, epsg or 4326, always_xy=True)
    points = [shapely.Point(*to_plane.transform(x, y)) for _, x, y in PLACES]
    shapes = [
        shapely.to_wkb(point.buffer(1e-4) if number % 2 else point) for number, point in enumerate(points)
    ]
    report, rows = take(geoparquet([None, *shapes[1:]], epsg), "file.parquet")
    assert report["place"] == {
        "lon": "geom", "lat": "geom", "crs": f"EPSG:{epsg or 4326}", "swapped": 0, "outside_district": 0
    }  # fmt: skip
    assert (rows[1]["lon"], rows[1]["lat"]) == pytest.approx(PLACES[1][1:], abs=1e-5)
    assert json.loads(rows[1]["geom"])["type"] == "Polygon"
    assert (rows[0]["geom"], rows[0]["lon"]) == (None, None)


@pytest.mark.parametrize("crs", [None, "nonsense", {"id": 5}])
def test_a_geoparquet_that_names_no_system_is_judged_by_its_numbers(take, crs):
    shapes = [shapely.to_wkb(shapely.Point(x, y)) for _, x, y in PLACES]
    report, _ = take(geoparquet(shapes, None, crs=crs), "file.parquet")
    assert report["place"]["crs"] == "EPSG:4326"


def test_a_geoparquet_with_damaged_shapes_is_refused(take):
    with pytest.raises(BadInput):
        take(geoparquet([b"\x01\x02\x03"] * len(PLACES), 4326), "file.parquet")


def test_long_bytes_are_shapes_or_text(take):
    shapes = [shapely.to_wkb(shapely.Point(x, y)) for _, x, y in PLACES]
    report, rows = take(geoparquet(pa.array(shapes, pa.large_binary()), 4326), "file.parquet")
    assert (report["place"]["lon"], types(report)["geom"]) == ("geom", "text")
    data = io.BytesIO()
    pq.write_table(pa.table({"n": pa.array([b"\xff\x00"], pa.large_binary())}), data)
    assert take(data.getvalue(), "file.parquet")[1] == [{"n": "/wA="}]


def test_numbers_that_are_none_are_missing(take):
    data = io.BytesIO()
    pq.write_table(pa.table({"n": [1.5, float("nan"), float("inf")]}), data)
    assert [row["n"] for row in take(data.getvalue(), "file.parquet")[1]] == [1.5, None, None]
