"""The way on foot to what is near: by the straight line, or along the city's streets where it brought them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from madang.citizens.city_map.queries.spots import add_walks
from madang.citizens.city_map.records import Spot
from madang.core.base.interface import HOUSE, read_settings
from madang.core.places.interface import NewStreets, import_streets

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
NEAR = Spot(theme="t", id="", name="n", address="", lon=127.0, lat=37.506, href="", away_m=667.0)


@pytest.mark.django_db
def test_walking_takes_as_long_as_the_streets_and_longer_than_the_straight_line(tmp_path, settings):
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path)})
    (judged,) = add_walks([NEAR], 127.0, 37.5)
    assert not judged.is_along_streets
    assert (judged.walk_m, judged.walk_minutes) == (pytest.approx(867, abs=2), 13)
    line = [[127.0, 37.5], [127.01, 37.5], [127.01, 37.506], [127.0, 37.506]]  # around a block
    features = [
        {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": line}}
    ]
    path = tmp_path / "streets.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    import_streets(actor=HOUSE, now=NOW, path=path, streets=NewStreets(title="길"))
    (known,) = add_walks([NEAR], 127.0, 37.5)
    assert known.is_along_streets
    assert known.walk_m == pytest.approx(2 * 882 + 667, rel=0.01)
    assert add_walks([], 127.0, 37.5) == []
