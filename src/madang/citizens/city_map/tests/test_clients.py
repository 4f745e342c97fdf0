"""Programs of others read the places, unmodified: OWSLib, GDAL and QGIS's driver of it, PMTiles readers, GeoPackage."""

from __future__ import annotations

import gzip
import io

import httpx
import mapbox_vector_tile
import numpy as np
import pyogrio
import pytest
import shapely
from owslib.ogcapi.features import Features
from pmtiles.reader import MemorySource, Reader, all_tiles
from pmtiles.tile import Compression, TileType, zxy_to_tileid

from madang.citizens.city_map.methods.packing import DEEPEST, LAT_EDGE, MOST_TILES, list_tiles
from madang.core.places.interface import tile_degrees

from .laid_out import DRAWN, NAME, PLACES, SHAPES

NAMES = {name for name, *_ in PLACES}


def test_owslib_finds_the_collection_and_reads_its_pages(ogc):
    service = Features(str(ogc.base_url))
    assert NAME in service.feature_collections()
    assert service.collection(NAME)["id"] == NAME
    assert "이름" in service.collection_queryables(NAME)["properties"]
    first = service.collection_items(NAME, limit=100)
    assert (first["numberMatched"], first["numberReturned"]) == (120, 100)
    rest = service.collection_items(NAME, limit=100, offset=100)
    assert {one["properties"]["이름"] for one in first["features"] + rest["features"]} == NAMES
    one = service.collection_item(NAME, first["features"][0]["id"])
    assert one["properties"] == first["features"][0]["properties"]
    found = service.collection_items(NAME, filter="종류 = '쉼터'", limit=1)
    assert found["numberMatched"] == 60


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ("\"종류\" = '쉼터'", 60),
        ('"종류" = \'쉼터\' AND "번호" < 10', 5),
        ('"번호" >= 100 OR "종류" = \'도서관\'', 70),
        ("\"이름\" LIKE '곳00%'", 10),
        ('"번호" IN (1, 2, 500)', 2),
        ('"번호" BETWEEN 5 AND 7', 3),
        ("NOT (\"종류\" = '쉼터')", 60),
        ("\"이름\" = '그런 ''곳''은 없다'", 0),
        ('"이름" IS NULL', 0),
    ],
)
def test_gdal_filters_by_attributes_with_korean_names(ogc, house, where, count):
    address = f"OAPIF:{house.url}/ogc"
    _, _, geometry, fields = pyogrio.raw.read(address, layer=NAME, where=where, columns=["이름"])
    assert len(geometry) == count
    assert set(fields[0]) <= NAMES


def test_all_tiles_of_a_theme_are_one_file_that_holds_what_the_tiles_hold(ogc):
    path = f"/collections/{NAME}/tiles.pmtiles"
    whole = ogc.get(path)
    assert whole.headers["content-type"] == "application/vnd.pmtiles"
    source = MemorySource(whole.content)
    header, metadata = Reader(source).header(), Reader(source).metadata()
    assert (header["tile_type"], header["tile_compression"]) == (TileType.MVT, Compression.GZIP)
    assert (header["min_zoom"], header["max_zoom"], header["clustered"]) == (0, DEEPEST, True)
    assert (header["min_lon_e7"], header["max_lat_e7"]) == (1_269_000_000, 375_900_000)
    assert metadata["vector_layers"][0]["id"] == NAME
    tiles = dict(all_tiles(source))
    assert len(tiles) == header["addressed_tiles_count"]
    for z in (9, DEEPEST):  # from afar points that fall together are thinned
        places = [place for place in tiles if place[0] == z]
        names = set()
        for place in places:
            content = gzip.decompress(tiles[place])
            names |= {
                one["properties"]["이름"] for one in mapbox_vector_tile.decode(content)[NAME]["features"]
            }
            served = ogc.get(f"/collections/{NAME}/tiles/WebMercatorQuad/{z}/{place[2]}/{place[1]}")
            assert served.content == content
        assert names == NAMES


def test_a_reader_takes_only_the_parts_it_needs(ogc):
    address, taken = f"/collections/{NAME}/tiles.pmtiles", []

    def get(offset: int, length: int) -> bytes:
        part = ogc.get(address, headers={"Range": f"bytes={offset}-{offset + length - 1}"})
        assert part.status_code == 206
        taken.append(len(part.content))
        return part.content

    tile = gzip.decompress(Reader(get).get(9, 436, 198))
    assert {one["properties"]["이름"] for one in mapbox_vector_tile.decode(tile)[NAME]["features"]} == NAMES
    assert sum(taken) < int(ogc.head(address).headers["content-length"])
    again = ogc.get(address, headers={"If-None-Match": ogc.head(address).headers["etag"]})
    assert again.status_code in {200, 304}


def test_tiles_hold_every_point_and_are_never_too_many():
    draw = np.random.default_rng(14)
    lon, lat = draw.uniform(-180, 180, 20_000), draw.uniform(-LAT_EDGE, LAT_EDGE, 20_000)
    lon[:3], lat[3:6] = np.nan, 89.0
    tiles = list_tiles(np.column_stack([lon, lat] * 2))
    assert len(tiles) <= MOST_TILES
    numbers = [zxy_to_tileid(*tile) for tile in tiles]
    assert len(set(numbers)) == len(numbers)
    deepest = tiles[-1][0]
    boxes = np.array([tile_degrees(*tile) for tile in tiles if tile[0] == deepest])
    for x, y in zip(lon[6:60], lat[6:60], strict=True):
        inside = (boxes[:, 0] <= x) & (x <= boxes[:, 2]) & (boxes[:, 1] <= y) & (y <= boxes[:, 3])
        assert inside.any()


def test_a_collection_is_a_geopackage_and_old_programs_read_its_csv(ogc, house):
    package = httpx.get(f"{house.url}/datasets/{NAME}.gpkg")
    meta, _, geometry, fields = pyogrio.raw.read(io.BytesIO(package.content))
    assert (meta["geometry_type"], meta["crs"], len(geometry)) == ("Point", "EPSG:4326", 120)
    assert set(fields[list(meta["fields"]).index("이름")]) == NAMES
    some = httpx.get(f"{house.url}/datasets/{NAME}.gpkg", params={"where": "종류:eq:쉼터"})
    assert len(pyogrio.raw.read(io.BytesIO(some.content))[2]) == 60
    old = httpx.get(f"{house.url}/datasets/{NAME}.csv", params={"encoding": "cp949"}).content.decode("cp949")
    assert old.count("\n") == 121
    assert "곳001" in old


def test_gdal_and_owslib_read_lines_and_areas(drawn, house):
    address = f"OAPIF:{house.url}/ogc"
    meta, _, geometry, fields = pyogrio.raw.read(address, layer=DRAWN, columns=["이름"])
    found = dict(zip(fields[0], shapely.from_wkb(geometry), strict=True))
    assert found.keys() == SHAPES.keys()
    assert {name: one.geom_type for name, one in found.items() if name != "나비"} == {
        name: one["type"] for name, one in SHAPES.items() if name != "나비"
    }
    assert found["산공원"].area == pytest.approx(0.02 * 0.02 - 0.004 * 0.004)
    _, _, some, _ = pyogrio.raw.read(address, layer=DRAWN, bbox=(126.955, 37.519, 126.957, 37.521))
    assert [one.geom_type for one in shapely.from_wkb(some)] == ["LineString"]
    item = Features(str(drawn.base_url)).collection_items(DRAWN, filter="이름 = '두섬'")["features"][0]
    assert item["geometry"] == SHAPES["두섬"]
    assert "geometry" not in item["properties"]


def test_what_lines_and_areas_are_is_told_to_programs(drawn):
    place = drawn.get(f"/collections/{DRAWN}/queryables").json()["properties"]["geometry"]
    assert place == {"x-ogc-role": "primary-geometry", "format": "geometry-any"}
    style = drawn.get(f"/collections/{DRAWN}/styles/points").json()
    assert [one["type"] for one in style["layers"]] == ["fill", "line", "circle"]
    (layer,) = drawn.get(f"/collections/{DRAWN}/tiles/WebMercatorQuad").json()["layers"]
    assert "geometryDimension" not in layer
    one = drawn.get(f"/collections/{DRAWN}/items", params={"crs": "EPSG:5179", "limit": 1}).json()[
        "features"
    ][0]
    assert one["geometry"]["type"] == "LineString"
    assert 1.9e6 < one["geometry"]["coordinates"][0][0] < 2.0e6  # northing comes first
    for path in (f"items/{one['id']}?f=html", "items?f=html"):
        page = drawn.get(f"/collections/{DRAWN}/{path}")
        assert (page.status_code, "LineString" in page.text) == (200, True)
