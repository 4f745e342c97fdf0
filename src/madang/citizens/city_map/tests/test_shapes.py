"""Lines and areas: the lake's own shapes at every door of the map, whether they are held in memory or read."""

from __future__ import annotations

import gzip
import json
import math

import mapbox_vector_tile
import msgspec
import numpy as np
import pyproj
import pytest
import shapely
from pmtiles.reader import MemorySource, all_tiles

from madang.citizens.city_map.methods.asking import read_asked
from madang.citizens.city_map.methods.cql.checking import keep_on_earth, turn_shapes
from madang.citizens.city_map.methods.cql.tree import Wrong
from madang.citizens.city_map.methods.packing import list_tiles, pack
from madang.citizens.city_map.methods.systems import SYSTEMS
from madang.citizens.city_map.queries import extracts, features, holding, spots
from madang.citizens.city_map.queries.tiles import draw_once, draw_shown
from madang.core.base.interface import HOUSE, now
from madang.core.lake import laid_shapes, shape_index
from madang.core.lake.interface import ImportChoice, drop_table, get_table, import_file, publish_dataset

from .laid_out import DRAWN, SHAPES, write_shapes

pytestmark = pytest.mark.django_db
WHOLE = {
    name: shapely.make_valid(shapely.from_geojson(json.dumps(one)), method="structure")
    for name, one in SHAPES.items()
}


@pytest.fixture(params=["held", "read", "laid"])
def drawn(request, tmp_path, monkeypatch):
    """A public dataset of known shapes, written in EPSG:5179; held in memory, or as if it were too large for that.

    Then they are laid beside its files, or not yet.
    """
    if request.param != "held":
        monkeypatch.setattr(shape_index, "MOST_ROWS", -1)
        monkeypatch.setattr(holding, "MOST_ROWS", -1)
    moved = pyproj.Transformer.from_crs(4326, 5179, always_xy=True)
    document = write_shapes()
    for one in document["features"]:
        shape = shapely.transform(
            shapely.from_geojson(json.dumps(one["geometry"])), moved.transform, interleaved=False
        )
        one["geometry"] = json.loads(shapely.to_geojson(shape))
    path = tmp_path / "drawn.geojson"
    path.write_text(json.dumps(document), "utf-8")
    import_file(actor=HOUSE, now=now(), path=path, choice=ImportChoice(table_name=DRAWN))
    publish_dataset(actor=HOUSE, now=now(), name=DRAWN)
    if request.param == "laid":
        monkeypatch.setattr(laid_shapes, "LEAST_ROWS", 1)
        assert laid_shapes.lay_table(get_table(DRAWN)) == 1
    features.forget()
    yield features.get_collection(DRAWN)
    drop_table(DRAWN, actor=HOUSE, now=now())
    features.forget()


def ask(one, **given):
    asked, *_ = read_asked(one, list(given.items()))
    if "bbox" in given:
        asked = msgspec.structs.replace(asked, bbox=tuple(map(float, given["bbox"].split(","))))
    if asked.filter is not None:
        asked = msgspec.structs.replace(asked, filter=turn_shapes(asked.filter, keep_on_earth))
    return features.read_page(one, asked)


def name_all(page):
    assert page.matched == len(page.rows)
    return {row["이름"] for row in page.rows}


def test_a_feature_s_geometry_is_what_was_drawn(drawn):
    page = ask(drawn, limit="100")
    assert drawn.shape == "geometry"
    assert "geometry" not in {one.name for one in drawn.properties}
    found = dict(zip((row["이름"] for row in page.rows), page.shapes, strict=True))
    assert found.keys() == WHOLE.keys()
    for name, shape in WHOLE.items():
        assert shapely.hausdorff_distance(shape, found[name]) < 1e-6, name
        assert found[name].geom_type in {shape.geom_type, "Multi" + shape.geom_type}
    bounds = features.find_bounds(drawn)
    assert np.abs(np.array(bounds) - shapely.total_bounds(list(WHOLE.values()))).max() < 1e-6
    assert features.list_dimensions(drawn) == (0, 1, 2)
    for number, name in enumerate(page.ids):
        again = features.read_one(drawn, name)
        assert again.rows[0]["이름"] == page.rows[number]["이름"]
        assert again.shapes[0].equals(page.shapes[number])


@pytest.mark.parametrize("crs", SYSTEMS)
def test_shapes_are_answered_in_each_system_with_its_own_order_of_axes(drawn, crs):
    page = ask(drawn, limit="100")
    name, is_north_first = SYSTEMS[crs]
    turn = pyproj.Transformer.from_crs("EPSG:4326", name, always_xy=True).transform
    for text, given in zip(features.move_shapes(page.shapes, crs), page.shapes, strict=True):
        expected = shapely.transform(given, turn, interleaved=False)
        found = shapely.from_geojson(text)
        if is_north_first:
            found = shapely.transform(found, lambda at: at[:, ::-1])
        polygons = [one for one in shapely.get_parts(found) if one.geom_type == "Polygon"]
        assert all(one.exterior.is_ccw and not any(hole.is_ccw for hole in one.interiors) for one in polygons)
        assert shapely.hausdorff_distance(expected, found) < (1e-6 if name == "EPSG:4326" else 0.01)


@pytest.mark.parametrize(
    ("box", "names"),
    [
        ("126.955,37.519,126.957,37.521", {"강변길"}),  # far from the point inside the line
        ("126.989,37.549,126.991,37.551", set()),  # the hole
        ("126.9861,37.549,126.9885,37.551", {"산공원"}),
        ("126.941,37.531,126.949,37.534", set()),  # between two islands
        ("126.9,37.5,127.0,37.57", {"강변길", "산공원", "두섬"}),
        ("126.9,37.53,126.9301,37.54", {"두섬"}),
        ("127.0499,37.4999,127.0502,37.5002", {"작은못"}),
        ("127.0341,37.5801,127.0359,37.5805", set()),  # below, between its wings
        ("127.0301,37.5815,127.0302,37.5885", {"나비"}),
        ("170,30,-170,40", set()),
        ("126.5,37,-170,38", set(WHOLE)),
    ],
)
def test_a_box_finds_what_it_touches_and_nothing_else(drawn, box, names):
    assert name_all(ask(drawn, bbox=box, limit="100")) == names


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("S_INTERSECTS(geometry, POINT(126.95 37.52))", {"강변길"}),
        ("S_INTERSECTS(geometry, BBOX(126.989,37.549,126.991,37.551))", set()),
        ("S_WITHIN(geometry, BBOX(126.97,37.53,127.01,37.57))", {"산공원"}),
        ("S_CONTAINS(geometry, POINT(126.955 37.533))", {"두섬"}),
        ("S_CROSSES(geometry, LINESTRING(126.95 37.51, 126.95 37.525))", {"강변길"}),
        ("S_OVERLAPS(geometry, BBOX(126.935,37.52,126.97,37.54))", {"두섬"}),
        ("S_DISJOINT(geometry, BBOX(126.8,37.51,127.045,37.61))", {"작은못"}),
        ("S_DISJOINT(geometry, BBOX(126.8,37.5,127.01,37.61)) AND 번호 < 4", {"작은못"}),
        ("NOT S_INTERSECTS(geometry, BBOX(126.8,37.51,127.1,37.57))", {"작은못", "나비", "샘"}),
        ("번호 IN (0, 1) OR S_WITHIN(geometry, BBOX(126.94,37.59,126.96,37.61))", {"강변길", "산공원", "샘"}),
    ],
)
def test_conditions_of_place_are_judged_by_the_shape(drawn, condition, names):
    assert name_all(ask(drawn, filter=condition, limit="100")) == names


def read_tile(content, layer):
    features_of = mapbox_vector_tile.decode(content)[layer]["features"] if content else []
    return {one["properties"].get("이름") or one["properties"].get("title"): one for one in features_of}


def find_tile(z, lon, lat):
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return z, int((lon + 180) / 360 * 2**z), int(y * 2**z)


def test_tiles_draw_lines_and_areas_and_small_ones_as_dots(drawn):
    reader = features.open_reader(DRAWN)
    near = read_tile(draw_once(reader, drawn, *find_tile(12, 126.985, 37.545)), DRAWN)
    assert near["산공원"]["geometry"]["type"] == "Polygon"
    assert len(near["산공원"]["geometry"]["coordinates"]) == 2  # the hole is one
    assert near["강변길"]["geometry"]["type"] == "LineString"
    tile = find_tile(12, 127.05, 37.5)
    assert read_tile(draw_once(reader, drawn, *tile), DRAWN)["작은못"]["geometry"]["type"] == "Point"
    tile = find_tile(16, 127.05005, 37.50005)
    assert read_tile(draw_once(reader, drawn, *tile), DRAWN)["작은못"]["geometry"]["type"] == "Polygon"
    far = read_tile(draw_once(reader, drawn, 2, 3, 1), DRAWN)
    assert {one["geometry"]["type"] for one in far.values()} == {"Point"}
    assert draw_once(reader, drawn, *find_tile(14, 126.95, 37.56)) == b""


def test_a_line_is_in_every_tile_it_runs_through_and_in_no_other(drawn):
    reader = features.open_reader(DRAWN)
    z, _, row = find_tile(14, 126.9, 37.52)
    first, last = find_tile(14, 126.9, 37.52)[1], find_tile(14, 127.02, 37.52)[1]
    for column in range(first - 2, last + 3):
        names = read_tile(draw_once(reader, drawn, z, column, row), DRAWN)
        assert ("강변길" in names) == (first <= column <= last)


def test_the_map_page_shows_shapes_and_the_list_beside_leads_to_each(drawn):
    shown = read_tile(draw_shown([drawn], 12, *find_tile(12, 126.985, 37.545)[1:]).content, "places")
    park = shown["산공원"]
    assert (park["properties"]["class"], park["geometry"]["type"]) == (DRAWN, "Polygon")
    listed, total = spots.list_spots([drawn])
    assert total == len(WHOLE)
    if holding.MOST_ROWS < 0:  # rows without a key have names where they are held
        assert not any(one.href for one in listed)
        return
    (spot,) = (one for one in listed if one.name == "산공원")
    assert (spot.id, spot.href) == (park["properties"]["id"], park["properties"]["href"])
    page = features.read_one(drawn, spot.id.removeprefix(f"{DRAWN} "))
    assert (page.rows[0]["이름"], page.shapes[0].geom_type) == ("산공원", "Polygon")


def test_geometries_that_are_all_points_are_grouped_like_points(tmp_path):
    points = [
        {
            "type": "Feature",
            "properties": {"이름": f"{n}"},
            "geometry": {"type": "Point", "coordinates": [126.9 + n / 1e4, 37.5]},
        }
        for n in range(5)
    ]
    path = tmp_path / "points.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": points}), "utf-8")
    import_file(actor=HOUSE, now=now(), path=path, choice=ImportChoice(table_name=DRAWN))
    publish_dataset(actor=HOUSE, now=now(), name=DRAWN)
    features.forget()
    one = features.get_collection(DRAWN)
    (feature,) = mapbox_vector_tile.decode(draw_shown([one], *find_tile(9, 126.9, 37.5)).content)["places"][
        "features"
    ]
    assert feature["properties"]["_count"] == 5
    drop_table(DRAWN, actor=HOUSE, now=now())
    features.forget()


def test_near_me_measures_to_the_nearest_point_of_a_line(drawn):
    found, total = spots.list_near([drawn], 126.905, 37.5209)
    assert found[0].name == "강변길"
    assert 95 < found[0].away_m < 105  # its middle is 5 km away
    assert [one.name for one in found] == ["강변길", "두섬"]
    assert total == 2


def test_an_extract_has_the_tiles_that_hold_something(drawn):
    if holding.MOST_ROWS < 0:
        with pytest.raises(Wrong):
            extracts.find_extract(drawn)
        return
    path = extracts.find_extract(drawn)
    tiles = dict(all_tiles(MemorySource(path.read_bytes())))
    first, last = find_tile(14, 126.9, 37.52), find_tile(14, 127.02, 37.52)
    assert {(14, x, first[2]) for x in range(first[1], last[1] + 1)} <= tiles.keys()
    assert all(map(gzip.decompress, tiles.values()))


def test_tiles_that_only_a_box_reaches_are_left_out(tmp_path):
    pack(tmp_path / "a", [(0, 0, 0), (1, 0, 0)], lambda tile: b"" if tile[0] else b"x", (0, 0, 1, 1), {})
    assert [place for place, _ in all_tiles(MemorySource((tmp_path / "a").read_bytes()))] == [(0, 0, 0)]


def test_boxes_reach_into_all_their_tiles():
    tiles = list_tiles(np.array([[126.0, 37.0, 127.0, 38.0], [np.nan] * 4]))
    at = [one for one in tiles if one[0] == 8]
    (west, south), (east, north) = find_tile(8, 126.0, 37.0)[1:], find_tile(8, 127.0, 38.0)[1:]
    assert set(at) == {(8, x, y) for x in range(west, east + 1) for y in range(north, south + 1)}
