"""Story: a map asks for tiles and gets every area where it lies, clipped, and only when it changed."""

from __future__ import annotations

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from madang.core.base.interface import ANONYMOUS, BadInput, NotFound
from madang.core.pages.interface import build_starlette_routes
from madang.core.places.hot import ROUTES
from madang.core.places.interface import (
    TileFeatures,
    choose_drawn,
    encode_tile,
    get_area_layer,
    get_tile,
    group_points,
    list_areas,
    locate_points,
    thin_points,
    tile_bounds,
    tile_degrees,
)
from madang.core.places.methods.tiles import EXTENT, from_mercator, simplify_for_zoom, to_mercator

CITY_HALL = (126.978, 37.5665)


def tile_of(lon, lat, z):
    x, y = to_mercator(np.array([lon]), np.array([lat]))
    west, south, east, north = tile_bounds(0, 0, 0)
    size = (east - west) / 2**z
    return z, int((x[0] - west) / size), int((north - y[0]) / size)


def draw(features, z, x, y):
    return mapbox_vector_tile.decode(encode_tile([features], z, x, y), default_options={"y_coord_down": True})


@pytest.mark.django_db
@pytest.mark.parametrize("z", [6, 9, 11, 13, 15, 17])
def test_the_area_drawn_at_a_point_is_the_one_that_holds_it(z):
    tile = tile_of(*CITY_HALL, z)
    version = get_area_layer("legal_dongs").version
    content = mapbox_vector_tile.decode(
        get_tile("legal_dongs", version, *tile), default_options={"y_coord_down": True}
    )
    west, south, east, north = tile_bounds(*tile)
    x, y = to_mercator(*(np.array([value]) for value in CITY_HALL))
    point = shapely.Point((x[0] - west) / (east - west) * EXTENT, (north - y[0]) / (north - south) * EXTENT)
    distances = {
        feature["properties"]["code"]: shapely.geometry.shape(feature["geometry"]).distance(point)
        for feature in content["legal_dongs"]["features"]
    }
    code = locate_points([CITY_HALL[0]], [CITY_HALL[1]]).legal_dong_code[0]
    assert distances[code] <= 16  # two pixels


@pytest.mark.django_db
def test_every_name_stands_in_exactly_one_tile():
    version = get_area_layer("districts").version
    _, x, y = tile_of(*CITY_HALL, 11)
    names = []
    for column in range(x - 3, x + 4):
        for row in range(y - 3, y + 4):
            tile = mapbox_vector_tile.decode(get_tile("districts", version, 11, column, row))
            found = tile.get("districts_names", {"features": []})["features"]
            names += [feature["properties"]["name_en"] for feature in found]
    assert sorted(names) == sorted(area.name_en for area in list_areas("districts"))


@pytest.mark.django_db
def test_an_empty_tile_is_empty_and_an_unknown_layer_is_not_found():
    version = get_area_layer("districts").version
    assert get_tile("districts", version, 10, 0, 0) == b""
    with pytest.raises(NotFound):
        get_area_layer("none")


@pytest.mark.parametrize("tile", [(-1, 0, 0), (0, 1, 0), (23, 0, 0), (5, 0, 32), (3, -1, 0)])
def test_wrong_tiles_are_refused(tile):
    with pytest.raises(BadInput):
        tile_bounds(*tile)


@given(st.integers(0, 22), st.floats(-179.99, 179.99), st.floats(-85, 85))
def test_a_tile_holds_the_point_it_was_asked_for(z, lon, lat):
    west, south, east, north = tile_degrees(*tile_of(lon, lat, z))
    assert west <= lon <= east
    assert south <= lat <= north


@given(st.floats(-180, 180), st.floats(-85, 85))
def test_mercator_there_and_back(lon, lat):
    back = from_mercator(*to_mercator(np.array([lon]), np.array([lat])))
    assert np.allclose(back, [[lon], [lat]], atol=1e-9)


def test_every_kind_of_geometry_and_property_arrives():
    tile = tile_of(*CITY_HALL, 12)
    lon, lat = CITY_HALL
    shapes = [
        shapely.Point(lon, lat),
        shapely.LineString([(lon - 1, lat), (lon + 1, lat)]),
        shapely.box(lon, lat, lon + 0.01, lat + 0.01),
        shapely.Polygon([(lon, lat), (lon + 0.01, lat + 0.01), (lon + 0.01, lat), (lon, lat + 0.01)]),
        shapely.Point(0, 0),
    ]
    rows = [{"name": "가", "share": 0.5, "count": 3, "open": True, "missing": None}] + [{}] * 4
    content = draw(
        TileFeatures(name="mixed", geometries=shapes, properties=rows, ids=[7, 8, 9, 10, 11]), *tile
    )
    features = content["mixed"]["features"]
    assert [feature["id"] for feature in features] == [7, 8, 9, 10]
    assert features[0]["properties"] == {"name": "가", "share": 0.5, "count": 3, "open": True}
    for feature in features:
        shape = shapely.geometry.shape(feature["geometry"])
        assert shape.is_valid
        assert min(shape.bounds) >= -64
        assert max(shape.bounds) <= EXTENT + 64


@given(
    st.integers(0, 16), st.lists(st.tuples(st.floats(126, 128), st.floats(37, 38)), min_size=1, max_size=30)
)
def test_thinning_keeps_only_points_of_the_tile_and_one_for_each_cell(z, points):
    lon, lat = np.array(points).T
    tile = tile_of(lon[0], lat[0], z)
    kept = thin_points(lon, lat, *tile)
    assert 0 < len(kept) <= len(points)
    west, south, east, north = tile_degrees(*tile, margin=0.05)
    assert ((lon[kept] >= west) & (lon[kept] <= east) & (lat[kept] >= south) & (lat[kept] <= north)).all()
    assert len(set(kept.tolist())) == len(kept)


@given(
    st.integers(0, 12), st.lists(st.tuples(st.floats(126, 128), st.floats(37, 38)), min_size=1, max_size=40)
)
def test_the_groups_and_single_points_of_all_tiles_are_all_points(z, points):
    lon, lat = np.array(points).T
    seen = 0
    for tile in {tile_of(*point, z) for point in points}:
        alone, groups = group_points(lon, lat, *tile)
        seen += len(alone) + int(groups[:, 2].sum())
        west, south, east, north = tile_degrees(*tile)
        assert ((groups[:, 0] >= west - 1e-9) & (groups[:, 0] <= east + 1e-9)).all()
        assert ((groups[:, 1] >= south - 1e-9) & (groups[:, 1] <= north + 1e-9)).all()
        assert (groups[:, 2] >= 3).all()
    assert seen == len(points)


@pytest.mark.django_db
def test_simpler_borders_are_still_shared():
    shapes = np.array([area.geometry for area in list_areas("districts")], dtype=object)
    simple = simplify_for_zoom(shapes, 9)
    assert shapely.get_num_coordinates(simple).sum() < shapely.get_num_coordinates(shapes).sum() / 2
    assert shapely.is_valid(simple).all()
    assert abs(shapely.area(simple).sum() / shapely.area(shapes).sum() - 1) < 0.01


def test_what_is_too_small_to_be_seen_is_a_dot_and_large_areas_lie_below_small_ones():
    middle = shapely.Point(126.98, 37.56)
    shapes = np.array([middle, middle.buffer(0.0001), middle.buffer(0.05), middle.buffer(0.1),
                       shapely.LineString([(126.97, 37.56), (126.99, 37.56)])])  # fmt: skip
    lon, lat = np.full(len(shapes), 126.98), np.full(len(shapes), 37.56)
    tile = tile_of(126.98, 37.56, 10)
    positions, drawn = choose_drawn(shapes, lon, lat, *tile)
    assert positions.tolist() == [3, 2, 4, 0]  # the small area lies under the point
    assert [one.geom_type for one in drawn] == ["Polygon", "Polygon", "LineString", "Point"]
    deep = choose_drawn(shapes, lon, lat, *tile_of(126.98, 37.56, 16))[1]
    assert [one.geom_type for one in deep] == ["Polygon"] * 3 + ["LineString", "Point"]


def test_details_that_cannot_be_seen_are_left_out_from_afar_only():
    at = np.linspace(0, 2 * np.pi, 20_000)
    ring = shapely.Polygon(np.column_stack([126.98 + 0.05 * np.cos(at), 37.56 + 0.05 * np.sin(at)]))
    layer = TileFeatures(name="a", geometries=[ring], properties=[{}], is_simplified=True)
    far, near = (
        len(encode_tile([layer], *tile)) for tile in (tile_of(126.98, 37.56, 9), tile_of(127.03, 37.56, 14))
    )
    assert far < 500
    whole = encode_tile(
        [TileFeatures(name="a", geometries=[ring], properties=[{}])], *tile_of(126.98, 37.56, 9)
    )
    assert len(whole) > 2 * far
    assert near


def test_a_collection_is_drawn_by_its_largest_parts():
    parts = [shapely.Point(126.98, 37.56), shapely.box(126.97, 37.55, 126.98, 37.56)]
    layer = TileFeatures(name="a", geometries=[shapely.GeometryCollection(parts)], properties=[{}])
    (feature,) = mapbox_vector_tile.decode(encode_tile([layer], *tile_of(126.975, 37.555, 10)))["a"][
        "features"
    ]
    assert feature["geometry"]["type"] == "Polygon"


@pytest.mark.django_db(transaction=True)
def test_a_layer_says_where_its_tiles_are_and_how_far_it_reaches():
    client = TestClient(Starlette(routes=build_starlette_routes(ROUTES, lambda _: ANONYMOUS)))
    said = client.get("/tiles/districts.json").json()
    assert said["tilejson"] == "3.0.0"
    west, south, east, north = said["bounds"]
    assert west < CITY_HALL[0] < east
    assert south < CITY_HALL[1] < north
    whole = shapely.total_bounds([area.geometry for area in list_areas("districts")])
    assert np.allclose(said["bounds"], whole, atol=1e-6)
    z, x, y = tile_of(*CITY_HALL, 10)
    address = said["tiles"][0].format(z=z, x=x, y=y)
    drawn = mapbox_vector_tile.decode(client.get(address).content)
    assert set(drawn) == {layer["id"] for layer in said["vector_layers"]}
    assert client.get("/tiles/nowhere.json").status_code == 404
