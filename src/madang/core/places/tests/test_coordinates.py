"""Story: coordinates of any system that Korean files use land where they belong."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.core.base.interface import BadInput
from madang.core.places.interface import (
    COORDINATE_SYSTEMS,
    cell_of_points,
    locate_points,
    transform_points,
)

# Points whose position two systems of one public file give (city shelters, 2023), and a cinema of the
# licence register, which uses EPSG:5174, with its address.
SHELTERS = [
    (126.986414, 37.55986, 198799.5833, 551147.8935),
    (126.997407, 37.56546, 199770.8822, 551769.3539),
]


@pytest.mark.parametrize(("lon", "lat", "x", "y"), SHELTERS)
def test_5186_agrees_with_degrees_published_beside_it(lon, lat, x, y):
    assert np.allclose(transform_points([x], [y], 5186, 4326), [[lon], [lat]], atol=2e-6)


def test_5174_finds_the_street_of_the_address():
    lon, lat = transform_points(
        [198333.4709, 202032.7576], [451313.4129, 459259.444], "EPSG:5174", "EPSG:4326"
    )
    located = locate_points(lon, lat)
    assert located.legal_dong_code.tolist() == ["1114011500", "1130510200"]  # 남대문로2가, 번동


@pytest.mark.parametrize(("x", "y"), [(198333.4709, 451313.4129), (180000, 440000), (215000, 465000)])
def test_5174_agrees_with_the_institutes_seven_parameters(x, y):
    by_hand = pyproj.Transformer.from_pipeline(
        "+proj=pipeline +step +inv +proj=tmerc +lat_0=38 +lon_0=127.0028902777778 +k=1 +x_0=200000 +y_0=500000 "
        "+ellps=bessel +step +proj=cart +ellps=bessel +step +proj=helmert +convention=position_vector "
        "+x=-115.80 +y=474.99 +z=674.11 +rx=1.16 +ry=-2.31 +rz=-1.63 +s=6.43 "
        "+step +inv +proj=cart +ellps=WGS84 +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
    ours = transform_points(*transform_points([x], [y], 5174, 4326), 4326, 5179)
    theirs = transform_points(*by_hand.transform([x], [y]), 4326, 5179)
    assert np.hypot(ours[0] - theirs[0], ours[1] - theirs[1]) < 1.5  # metres


@given(
    lon=st.floats(124, 132),
    lat=st.floats(33, 39),
    source=st.sampled_from(list(COORDINATE_SYSTEMS)),
    target=st.sampled_from(list(COORDINATE_SYSTEMS)),
)
def test_there_and_back_is_the_same_point(lon, lat, source, target):
    x, y = transform_points([lon], [lat], 4326, source)
    back = transform_points(*transform_points(x, y, source, target), target, 4326)
    again = transform_points(*back, 4326, 5179)
    expected = transform_points([lon], [lat], 4326, 5179)
    assert np.allclose(again, expected, atol=0.05)  # metres


@pytest.mark.parametrize("crs", ["EPSG:3857", 9999, "", "utm-k"])
def test_unknown_systems_are_refused(crs):
    with pytest.raises(BadInput):
        transform_points([127.0], [37.5], crs, 4326)


def test_missing_points_stay_missing():
    x, y = transform_points([np.nan, 127.0, 127.0], [37.5, np.inf, 37.5], 4326, 5179)
    assert np.isnan(x).tolist() == [True, True, False]
    assert np.isnan(y).tolist() == [True, True, False]


def test_input_is_not_changed():
    lon, lat = np.array([127.0]), np.array([37.5])
    transform_points(lon, lat, 4326, 4326)[0][0] = 0
    transform_points(lon, lat, 4326, 5179)
    assert (lon[0], lat[0]) == (127.0, 37.5)


def test_cells():
    assert cell_of_points([126.978, np.nan, 500], [37.5665, 37.5, 0], 9).tolist() == [
        "8930e1d8c0bffff",
        "",
        "",
    ]


@pytest.mark.parametrize("resolution", [-1, 16, 9.0, True, None])
def test_wrong_resolutions_are_refused(resolution):
    with pytest.raises(BadInput):
        cell_of_points([127.0], [37.5], resolution)
