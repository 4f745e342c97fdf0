"""Story: a city brings the lines of its streets, and ways on foot go along them; without, by the straight line."""

from __future__ import annotations

import gzip
import itertools
import json
from datetime import UTC, datetime

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from madang.core.base.interface import ANONYMOUS, HOUSE, BadInput, NotAllowed, NotFound, measure_m
from madang.core.places.interface import (
    NewStreets,
    find_streets,
    import_streets,
    measure_walks,
    remove_streets,
    transform_points,
)
from madang.core.places.methods.streets import build_net

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
WEST, EAST, SOUTH, NORTH = 127.0, 127.01, 37.5, 37.51
RIVER = [  # two banks, one bridge in the east
    [[WEST, SOUTH], [EAST, SOUTH]],
    [[WEST, NORTH], [EAST, NORTH]],
    [[EAST, SOUTH], [EAST, NORTH]],
]


@pytest.fixture(autouse=True)
def _own_folder(layer_folder):
    """Keep every test's streets apart."""


def write(path, lines, kind="LineString"):
    features = [
        {"type": "Feature", "properties": {}, "geometry": {"type": kind, "coordinates": line}}
        for line in lines
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def bring(path, actor=HOUSE, **more):
    streets = NewStreets(title="걷는 길", source="서울시", **more)
    return import_streets(actor=actor, now=NOW, path=path, streets=streets)


def walk(*to):
    return measure_walks(WEST, SOUTH, np.array([to[0]]), np.array([to[1]]))


@pytest.mark.django_db
def test_a_way_goes_by_the_bridge_and_not_through_the_river(tmp_path):
    straight = measure_m(WEST, SOUTH, WEST, NORTH)
    assert find_streets() is None
    assert walk(WEST, NORTH).metres == pytest.approx(straight * 1.3)
    report = bring(write(tmp_path / "streets.geojson", RIVER))
    assert (report.features_read, report.kept, report.parts, report.largest_share) == (3, 3, 1, 1.0)
    found = walk(WEST, NORTH)
    wide = measure_m(WEST, SOUTH, EAST, SOUTH)
    assert found.by_streets.all()
    assert found.metres == pytest.approx(2 * wide + straight, rel=0.005)
    assert found.minutes.tolist() == [round(float(found.metres[0]) / 67)]
    assert report.kilometres == pytest.approx(float(found.metres[0]) / 1000, abs=0.1)
    beside = walk(WEST + 0.005, SOUTH + 0.0005)  # 55 m off the street, halfway
    assert beside.metres == pytest.approx(wide / 2 + 55, abs=25)
    far = walk(WEST - 0.02, SOUTH)  # nearly two kilometres from every street
    assert not far.by_streets.any()
    assert far.metres == pytest.approx(measure_m(WEST, SOUTH, WEST - 0.02, SOUTH) * 1.3)
    remove_streets(actor=HOUSE, now=NOW)
    assert not walk(WEST, NORTH).by_streets.any()
    with pytest.raises(NotFound):
        remove_streets(actor=HOUSE, now=NOW)


@pytest.mark.django_db
def test_a_file_of_nodes_and_links_as_seoul_publishes_it(tmp_path):
    rows = ["노드링크 유형,노드 WKT,노드 ID,링크 WKT,링크 ID,시작노드 ID,종료노드 ID,링크 길이"]
    rows += [f"NODE,POINT({WEST} {SOUTH}),1,,,,,"]
    rows += [
        f'LINK,,,"LINESTRING({a[0]} {a[1]},{b[0]} {b[1]})",{number},1,2,9.9'
        for number, (a, b) in enumerate(RIVER)
    ]
    path = tmp_path / "도보.csv.gz"
    path.write_bytes(gzip.compress("\r\n".join(rows).encode("cp949")))
    report = bring(path)
    assert (report.features_read, report.kept, report.crs) == (3, 3, "EPSG:4326")
    assert walk(WEST, NORTH).by_streets.all()


@pytest.mark.django_db
def test_what_is_no_street_is_told_and_the_rest_arrives(tmp_path):
    path = write(tmp_path / "streets.geojson", [*RIVER, [[0, 0], [1, 1]], []])
    point = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [WEST, SOUTH]}}
    collection = json.loads(path.read_text("utf-8"))
    collection["features"].append(point)
    path.write_text(json.dumps(collection), "utf-8")
    report = bring(path)
    assert report.kept == 3
    assert report.rejected == {"no readable geometry": 1, "not a line": 1, "outside the country": 1}
    before = find_streets()
    for wrong in (
        write(tmp_path / "points.geojson", [[WEST, SOUTH]], "Point"),
        tmp_path / "words.csv",
        tmp_path / "cut.csv",
    ):
        if wrong.suffix == ".csv":
            wrong.write_text(
                "이름,길이\n가,1\n" if wrong.stem == "words" else 'x\n"LINESTRING(127 37\0', "utf-8"
            )
        with pytest.raises(BadInput):
            bring(wrong)
    with pytest.raises(NotAllowed):
        bring(path, actor=ANONYMOUS)
    assert find_streets() == before  # a refused file leaves what was there


@pytest.mark.django_db
def test_lines_in_metres_lie_where_lines_in_degrees_do(tmp_path):
    metric = [
        np.column_stack(transform_points(*np.array(line).T, "EPSG:4326", "EPSG:5186")).tolist()
        for line in RIVER
    ]
    bring(write(tmp_path / "streets.geojson", RIVER))
    in_degrees = walk(WEST, NORTH).metres
    bring(write(tmp_path / "metres.geojson", metric), crs="EPSG:5186")
    assert walk(WEST, NORTH).metres == pytest.approx(in_degrees, rel=1e-3)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=12, unique=True))
def test_no_way_is_shorter_than_the_straight_line_and_each_is_as_long_as_its_way_back(crossings):
    places = np.array(crossings) * 0.003 + [WEST, SOUTH]
    net = build_net([shapely.LineString(places)])
    for one, other in itertools.product(places, places):
        there, back = net.measure(*one, *other.reshape(2, 1)), net.measure(*other, *one.reshape(2, 1))
        assert there == pytest.approx(back, abs=0.5)
        assert there >= 0.99 * measure_m(*one, *other) - 0.01
        assert there == pytest.approx(0, abs=0.01) or (one != other).any()
