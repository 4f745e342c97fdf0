"""Story: a boundary file of any year, as offices publish it, becomes a layer; what is wrong in it is told."""

from __future__ import annotations

import gzip
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from madang.core.base.interface import ANONYMOUS, HOUSE, BadInput, NotAllowed, NotFound
from madang.core.places.interface import (
    AreaKind,
    NewAreaLayer,
    get_area_layer,
    get_layer_report,
    import_area_layer,
    list_area_layers,
    list_areas,
    locate_points,
    remove_area_layer,
    transform_points,
)
from madang.core.places.models import Area

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
BOWTIE = [[[127, 37.5], [127.02, 37.52], [127.02, 37.5], [127, 37.52], [127, 37.5]]]
SQUARE = [[[127.04, 37.5], [127.06, 37.5], [127.06, 37.52], [127.04, 37.52], [127.04, 37.5]]]
NEXT = [[[127.06, 37.5], [127.08, 37.5], [127.08, 37.52], [127.06, 37.52], [127.06, 37.5]]]


@pytest.fixture(autouse=True)
def _own_folder(layer_folder):
    """Keep every test's layers apart."""


def feature(code, name, coordinates, kind="Polygon"):
    geometry = None if coordinates is None else {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"code": code, "name": name}, "geometry": geometry}


def write_geojson(path: Path, *features) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def bring(path, name="zones", kind=AreaKind.OTHER, year=2020, actor=HOUSE, **more):
    layer = NewAreaLayer(name=name, kind=kind, year=year, **more)
    return import_area_layer(actor=actor, now=NOW, path=Path(path), layer=layer)


def in_metres(coordinates, crs):
    ring = np.array(coordinates[0])
    return [np.column_stack(transform_points(ring[:, 0], ring[:, 1], 4326, crs)).tolist()]


@pytest.mark.django_db
def test_wrong_features_are_told_apart_and_the_rest_arrives(tmp_path, layer_folder):
    path = write_geojson(
        tmp_path / "zones.geojson",
        feature("00001", "가 구역", BOWTIE),
        feature("00002", "나 구역", SQUARE),
        feature("00003", "없는 구역", None),
        feature("00004", "점", [127, 37.5], "Point"),
        feature("00005", "짧은 구역", [[[127, 37], [127.1, 37]]]),
        feature("00006", "먼 구역", [[[0, 0], [1, 0], [1, 1], [0, 0]]]),
        feature("00002", "나 구역", NEXT),
        feature("00002", "다른 구역", NEXT),
    )
    report = bring(path)
    assert (report.features_read, report.kept, report.repaired, report.merged) == (8, 2, 1, 1)
    assert report.rejected == {
        "no readable geometry": 2,
        "not an area": 1,
        "outside the country": 1,
        "code of another area": 1,
    }
    assert [reject.row for reject in report.rejects] == [3, 4, 5, 6, 8]
    assert get_layer_report("zones") == report
    areas = list_areas("zones")
    assert [area.code for area in areas] == ["00001", "00002"]
    assert all(area.geometry.is_valid for area in areas)
    assert areas[1].geometry.bounds == (127.04, 37.5, 127.08, 37.52)
    located = locate_points([127.001, 127.07, 127.3], [37.51, 37.51, 37.51], layer="zones")
    assert located.area_code.tolist() == ["00001", "00002", ""]
    assert Area.objects.get(code="00002").district_code == "11680"
    assert 7.8e6 < Area.objects.get(code="00002").area_m2 < 8.0e6


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("codes", "column"), [(("11", "21"), "code"), (("A-101", "B-7"), "code"), (("1", ""), "")]
)
def test_codes_of_any_form_are_found_where_a_column_is_named_so(tmp_path, codes, column):
    features = [feature(code, "가", where) for code, where in zip(codes, (SQUARE, NEXT), strict=True)]
    report = bring(write_geojson(tmp_path / "a.json", *features))
    assert report.code_column == column
    assert [area.code for area in list_areas("zones")] == (list(codes) if column else ["1", "2"])


@pytest.mark.django_db
def test_importing_again_replaces_and_removing_removes(tmp_path, layer_folder):
    bring(write_geojson(tmp_path / "a.json", feature("00001", "가", SQUARE)))
    first = get_area_layer("zones").version
    bring(write_geojson(tmp_path / "b.json", feature("00009", "나", NEXT)), year=2021)
    layer = get_area_layer("zones")
    assert (layer.year, layer.area_count) == (2021, 1)
    assert layer.version != first
    assert locate_points([127.07], [37.51], layer="zones").area_code.tolist() == ["00009"]
    remove_area_layer(actor=HOUSE, now=NOW, name="zones")
    with pytest.raises(NotFound):
        locate_points([127.07], [37.51], layer="zones")
    assert [layer.name for layer in list_area_layers()] == ["districts", "legal_dongs"]


@pytest.mark.django_db(transaction=True)
def test_files_of_older_versions_are_cleared_after_the_commit(tmp_path, layer_folder):
    for code in ("00001", "00002", "00003"):
        bring(write_geojson(tmp_path / "a.json", feature(code, "가", SQUARE)))
    assert len(list(layer_folder.glob("zones-*.parquet"))) == 2
    remove_area_layer(actor=HOUSE, now=NOW, name="zones")
    assert not list(layer_folder.iterdir())


@pytest.mark.django_db
@pytest.mark.parametrize("crs", ["EPSG:5179", "EPSG:5186", "EPSG:5174", "EPSG:5181"])
def test_metres_without_a_word_about_them_are_recognised_by_the_names(tmp_path, crs):
    chosen = [area for area in list_areas("legal_dongs") if area.code.startswith("11110")]
    features = [
        feature(area.code, area.name_ko, in_metres([area.geometry.exterior.coords], crs))
        for area in chosen
        if area.geometry.geom_type == "Polygon"
    ]
    report = bring(write_geojson(tmp_path / "dongs.json", *features))
    assert report.crs == crs
    assert report.code_system == "legal"
    assert report.kept == len(features)


@pytest.mark.django_db
def test_metres_that_fit_two_systems_are_refused_unless_the_system_is_said(tmp_path):
    path = write_geojson(tmp_path / "a.json", feature("00001", "모르는 곳", in_metres(SQUARE, "EPSG:5174")))
    with pytest.raises(BadInput) as refusal:
        bring(path)
    assert refusal.value.code == "places.crs_unclear"
    assert bring(path, crs="5174").crs == "EPSG:5174"
    assert locate_points([127.05], [37.51], layer="zones").area_code.tolist() == ["00001"]


@pytest.mark.django_db
def test_a_file_in_a_system_that_is_not_in_use_is_refused(tmp_path):
    plain = write_geojson(tmp_path / "a.json", feature("00001", "가", in_metres(SQUARE, "EPSG:5174")))
    about, _, shapes, values = pyogrio.raw.read(plain)
    path = tmp_path / "a.gpkg"
    options = {"crs": "EPSG:2097", "geometry_type": "Polygon", "driver": "GPKG"}
    pyogrio.raw.write(path, shapes, values, about["fields"], **options)
    with pytest.raises(BadInput, match="EPSG:2097"):
        bring(path)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["geojson", "gzip", "geopackage", "shapefile", "cp949"])
def test_every_format_gives_the_same_areas(tmp_path, kind):
    plain = write_geojson(
        tmp_path / "a.json", feature("11680", "강남구", SQUARE), feature("11650", "서초구", NEXT)
    )
    report = bring(convert(plain, kind, tmp_path))
    assert (report.kept, report.crs, report.code_column, report.name_column) == (
        2,
        "EPSG:4326",
        "code",
        "name",
    )
    assert [(area.code, area.name_ko) for area in list_areas("zones")] == [
        ("11650", "서초구"),
        ("11680", "강남구"),
    ]


def convert(plain: Path, kind: str, folder: Path) -> Path:
    if kind == "geojson":
        return plain
    if kind == "gzip":
        path = folder / "a.json.gz"
        path.write_bytes(gzip.compress(plain.read_bytes()))
        return path
    if kind == "cp949":
        plain.write_bytes(json.dumps(json.loads(plain.read_bytes()), ensure_ascii=False).encode("cp949"))
        return plain
    about, _, shapes, values = pyogrio.raw.read(plain)
    options = {"crs": "EPSG:4326", "geometry_type": "Polygon"}
    if kind == "geopackage":
        path = folder / "a.gpkg"
        pyogrio.raw.write(path, shapes, values, about["fields"], driver="GPKG", **options)
        return path
    pyogrio.raw.write(folder / "구역.shp", shapes, values, about["fields"], encoding="CP949", **options)
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for suffix in (".shp", ".shx", ".dbf", ".prj"):
            archive.write(folder / f"구역{suffix}", f"자료/구역{suffix}")
    return path


def rewrite(path: Path, change) -> Path:
    """Write a zip anew, each of its files as `change(name, content)` makes it, or without it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: change(name, archive.read(name)) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            if content is not None:
                archive.writestr(name, content)
    return path


@pytest.mark.django_db
def test_a_shapefile_with_a_name_cut_within_a_letter_and_macos_remarks_is_read(tmp_path):
    plain = write_geojson(tmp_path / "a.json", feature("11680", "강남구", SQUARE))
    cut = "강남구".encode("cp949"), "강남구".encode("cp949")[:-1] + b" "
    path = rewrite(convert(plain, "shapefile", tmp_path), lambda _, content: content.replace(*cut))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("__MACOSX/자료/._구역.shp", b"remarks")
    bring(path)
    assert [area.name_ko for area in list_areas("zones")] == ["강남"]


@pytest.mark.django_db
@pytest.mark.parametrize("said", ["dbf", "one shapefile"])
def test_a_shapefile_without_its_table_or_beside_another_is_refused(tmp_path, said):
    plain = write_geojson(tmp_path / "a.json", feature("11680", "강남구", SQUARE))
    path = convert(plain, "shapefile", tmp_path)
    if said == "dbf":
        rewrite(path, lambda name, content: None if name.endswith(".dbf") else content)
    else:
        with zipfile.ZipFile(path, "a") as archive:
            for name in archive.namelist():
                archive.writestr(name.replace("구역", "다른"), archive.read(name))
    with pytest.raises(BadInput, match=said):
        bring(path)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"not json",
        b'{"type":"FeatureCollection"',
        b'{"type":"FeatureCollection","features":[]}',
        b"PK\x03\x04 broken",
        b"\x1f\x8b broken",
        b"SQLite format 3\0 broken",
        b"\xff\xfe\x00\x01",
        b"<OGRVRTDataSource></OGRVRTDataSource>",
    ],
)
def test_what_is_no_boundary_file_is_refused_and_nothing_is_kept(tmp_path, layer_folder, content):
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    with pytest.raises(BadInput):
        bring(path)
    assert not layer_folder.exists()
    assert len(list_area_layers()) == 2


@pytest.mark.django_db
def test_a_missing_file_wrong_names_and_strangers_are_refused(tmp_path):
    path = write_geojson(tmp_path / "a.json", feature("00001", "가", SQUARE))
    with pytest.raises(BadInput):
        bring(tmp_path / "none.json")
    for name in ("districts", "../up", "A", "", "가"):
        with pytest.raises(BadInput):
            bring(path, name=name)
    with pytest.raises(BadInput):
        bring(path, code_column="none")
    with pytest.raises(BadInput):
        bring(path, year=13)
    with pytest.raises(NotAllowed):
        bring(path, actor=ANONYMOUS)
    with pytest.raises(NotFound):
        get_area_layer("zones")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("file", "kept", "crs", "system"),
    [
        ("seoul2013/seoul_municipalities_geo_simple.json", 25, "EPSG:4326", "kostat"),
        ("seoul2013/seoul_submunicipalities_geo_simple.json", 423, "EPSG:4326", "kostat"),
        ("seoul2013/seoul_neighborhoods_geo_simple.json.gz", 467, "EPSG:4326", "legal"),
        ("kostat2018/skorea-municipalities-2018-topo-simple.json", 250, "EPSG:4326", "kostat"),
        ("kostat2018/skorea-submunicipalities-2018-topo-simple.json", 3504, "EPSG:4326", "kostat"),
        ("statgarten/서울특별시_시군구_경계.json.gz", 25, "EPSG:5179", "kostat"),
    ],
)
def test_real_boundary_files(municipal_files, file, kept, crs, system):
    report = bring(municipal_files / "boundaries" / file, kind=AreaKind.ADMINISTRATIVE_DONG, year=2018)
    assert report.rejected == {}
    assert (report.features_read, report.kept, report.crs, report.code_system) == (kept, kept, crs, system)
    assert all(area.name_ko for area in list_areas("zones"))


@pytest.mark.django_db
def test_districts_of_the_package_and_of_a_file_lie_in_the_same_places(municipal_files):
    bring(
        municipal_files / "boundaries" / "statgarten" / "서울특별시_시군구_경계.json.gz",
        kind=AreaKind.DISTRICT,
    )
    ours = {area.name_ko: area.geometry for area in list_areas("districts")}
    for area in list_areas("zones"):
        both = shapely.intersection(area.geometry, ours[area.name_ko]).area
        assert both / shapely.union(area.geometry, ours[area.name_ko]).area > 0.95
