"""Zipped shapefiles, GeoPackage and KML, written by GDAL as offices' programs do."""

import zipfile
from datetime import date

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely

from madang.core.base.interface import BadInput

from .gateway_files import read, types, write

PLACES = [("강남구", 127.0474, 37.5172), ("종로구", 126.9790, 37.5735), ("마포구", 126.9087, 37.5663)] * 4
FIELDS = {
    "번호": np.array([f"{n:05d}" for n in range(12)], object),
    "자치구": np.array([name for name, _, _ in PLACES], object),
    "면수": np.arange(12) * 10,
    "면적": np.arange(12) + 0.5,
    "설치일": np.array(["2023-01-05"] * 11 + ["NaT"], "datetime64[D]"),
}


def points(epsg: int) -> np.ndarray:
    """The places as points of a system."""
    move = pyproj.Transformer.from_crs(4326, epsg, always_xy=True)
    return shapely.points([move.transform(x, y) for _, x, y in PLACES])


def write_layer(path, epsg: int = 4326, shapes=None, **options):
    shapes = points(epsg) if shapes is None else shapes
    kind = shapes[0].geom_type
    pyogrio.raw.write(
        path, shapely.to_wkb(shapes), list(FIELDS.values()), list(FIELDS), geometry_type=kind,
        crs=f"EPSG:{epsg}", **options,
    )  # fmt: skip
    return path


def pack(folder, target, names=None):
    """Pack a folder's files, under `names` by their stems where they are given."""
    with zipfile.ZipFile(target, "w") as archive:
        for part in sorted(folder.iterdir()):
            stem = (names or {}).get(part.stem, part.stem)
            archive.write(part, f"자료/{stem}{part.suffix}")
    return target


def shapefile(tmp_path, *, epsg: int = 5186, encoding: str = "CP949", stems=("parks",), shapes=None):
    folder = tmp_path / "parts"
    folder.mkdir()
    for stem in stems:
        write_layer(folder / f"{stem}.shp", epsg, shapes, encoding=encoding)
    return folder


def assert_read(report, rows):
    assert types(report)["번호"] == "text"
    assert [rows[1][name] for name in FIELDS] == ["00001", "종로구", 10, 1.5, date(2023, 1, 5)]
    assert (rows[11]["설치일"], report["rejected"]) == (None, {})
    for row, (_, x, y) in zip(rows, PLACES, strict=True):
        assert (row["lon"], row["lat"]) == pytest.approx((x, y), abs=1e-5)
    assert (report["place"]["swapped"], report["place"]["outside_district"]) == (0, 0)


@pytest.mark.parametrize("encoding", ["CP949", "UTF-8"])
@pytest.mark.parametrize("epsg", [4326, 5186, 5179])
def test_a_zipped_shapefile_is_a_table_with_a_place(tmp_path, encoding, epsg):
    folder = shapefile(tmp_path, epsg=epsg, encoding=encoding)
    (folder / "parks.cpg").unlink(missing_ok=True)
    report, rows, reading = read(pack(folder, tmp_path / "a.zip"))
    assert_read(report, rows)
    assert (report["encoding"], report["place"]["crs"]) == (encoding.lower(), f"EPSG:{epsg}")
    assert reading.shape == "geometry"


def test_a_shapefile_without_a_system_is_placed_by_its_values(tmp_path):
    folder = shapefile(tmp_path, epsg=5174)
    (folder / "parks.prj").unlink()
    report, rows, _ = read(pack(folder, tmp_path / "a.zip"))
    assert_read(report, rows)


def test_areas_have_a_point_inside_them(tmp_path):
    areas = shapely.buffer(points(5186), 10)
    report, rows, _ = read(pack(shapefile(tmp_path, shapes=areas), tmp_path / "a.zip"))
    assert rows[0]["geometry"].startswith('{"type":"Polygon"')
    assert rows[0]["lon"] == pytest.approx(PLACES[0][1], abs=1e-3)


def test_of_several_layers_one_is_read_and_the_others_are_told(tmp_path):
    folder = shapefile(tmp_path, stems=("a", "b"))
    report, _, reading = read(pack(folder, tmp_path / "a.zip", {"a": "공원", "b": "주차장"}))
    assert (reading.sheets, report["fixes"]["sheets_ignored"]) == (("공원", "주차장"), 1)


def test_a_geopackage_is_a_table_with_a_place(tmp_path):
    report, rows, reading = read(write_layer(tmp_path / "a.gpkg", 5186, layer="공원"))
    assert_read(report, rows)
    assert (report["place"]["crs"], reading.sheets) == ("EPSG:5186", ("공원",))


def test_kml_is_a_table_with_a_place(tmp_path):
    marks = "".join(
        f"<Placemark><name>{name} {n}</name><ExtendedData><Data name='면수'><value>{n}</value></Data>"
        f"<Data name='주소'><value>가로 {n}</value></Data>"
        f"</ExtendedData><Point><coordinates>{x},{y},0</coordinates></Point></Placemark>"
        for n, (name, x, y) in enumerate(PLACES)
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    report, rows, _ = read(write(tmp_path, f"{head}{marks}</Document></kml>", "a.kml"))
    assert (rows[3]["면수"], rows[3]["lon"]) == (3, pytest.approx(PLACES[3][1]))
    assert list(types(report)) == ["Name", "면수", "주소", "geometry"]


@pytest.mark.parametrize("name", ["a.shp", "a.dbf"])
def test_a_damaged_shapefile_is_refused(tmp_path, name):
    folder = shapefile(tmp_path, stems=("a",))
    (folder / name).write_bytes(b"\x00" * 50)
    with pytest.raises(BadInput, match="damaged"):
        read(pack(folder, tmp_path / "a.zip"))


def test_a_database_that_is_no_geopackage_is_refused(tmp_path):
    with pytest.raises(BadInput, match="SQLite"):
        read(write(tmp_path, b"SQLite format 3\x00" + b"\x00" * 200, "a.gpkg"))


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_names_and_values_cut_within_a_letter_lose_no_more_than_it(tmp_path, encoding):
    folder = shapefile(tmp_path, encoding=encoding)
    table = folder / "parks.dbf"
    # The second field's name and its values, each to the last byte.
    content = table.read_bytes().replace("자치구".encode(encoding), "자치구".encode(encoding)[:-1] + b"\0", 1)
    content = content.replace("종로구".encode(encoding), "종로구".encode(encoding)[:-1] + b" ")
    table.write_bytes(content)
    report, rows, _ = read(pack(folder, tmp_path / "a.zip"))
    assert list(types(report))[1] == "자치"
    assert (rows[1]["자치"], rows[0]["자치"], rows[1]["면수"]) == ("종로", "강남구", 10)
