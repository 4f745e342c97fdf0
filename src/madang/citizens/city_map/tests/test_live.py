"""What is live on the map: sensors for everyone, incidents for those who may see them, and the same in the list."""

from __future__ import annotations

import time
from contextlib import closing

import pytest

from madang.citizens.city_map.queries.spots import pick_spots
from madang.citizens.city_map.records import Spot
from madang.core.base.interface import read_pair


def test_sensors_stand_on_the_map_with_their_newest_values_and_in_the_list(house):
    with house.visit() as visitor:
        deadline = time.monotonic() + 90  # a city that has just begun is still being heard
        features = []
        while len(features) <= 10 and time.monotonic() < deadline:
            layer = visitor.get("/city_map/live/city_sensor_readings.geojson")
            assert layer.headers["cache-control"] == "no-store"
            features = layer.json()["features"]
            time.sleep(0.5)
        assert len(features) > 10
        page = visitor.get("/city_map/?theme=map_night_clinic&live=city_sensor_readings&page=2").text
        assert "/city_map/live/city_sensor_readings.geojson" in page
        titles = [read_pair(one["properties"]["title"]).ko for one in features]
        listed = [title for title in titles if title in page]
        assert listed
        for one in features:
            assert {"id", "title", "class"} <= set(one["properties"])
            assert len(one["geometry"]["coordinates"]) == 2


def test_incidents_are_shown_to_those_who_may_see_them_and_unknown_to_others(house):
    with house.visit() as visitor, closing(house.sign_in("operator")) as operator:
        assert visitor.get("/city_map/live/incidents.geojson").status_code == 404
        assert "live=incidents" not in visitor.get("/city_map/").text
        assert "/city_map/live/incidents.geojson" not in visitor.get("/city_map/?live=incidents").text
        assert "live=incidents" in operator.get("/city_map/").text
        layer = operator.get("/city_map/live/incidents.geojson")
        assert layer.status_code == 200
        for one in layer.json()["features"]:
            assert one["properties"]["href"].startswith("/desk/incidents/")
        assert operator.get("/city_map/live/nothing.geojson").status_code == 404
        assert operator.get("/city_map/live/map_cooling.geojson").status_code == 404


@pytest.mark.parametrize(
    ("search", "near", "expected"),
    [
        ("", None, ["가 센서", "나 센서"]),
        ("ㄱㅅㅅ", None, ["가 센서"]),
        ("pm10", None, ["가 센서", "나 센서"]),
        ("", (126.97, 37.58), ["나 센서"]),
        ("ㄱㅅㅅ", (126.97, 37.58), []),
    ],
)
def test_live_spots_are_searched_and_near_as_places_are(search, near, expected):
    spots = [
        Spot(theme="t", id=name, name=f"{name} 센서", address=f"pm10 {n}", lon=lon, lat=37.58, href="")
        for n, (name, lon) in enumerate((("가", 127.1), ("나", 126.971)))
    ]
    assert [one.name for one in pick_spots(spots, search=search, near=near)] == expected


def test_the_demonstration_has_thirty_seven_themes_and_hides_what_is_closed(house):
    with house.visit() as visitor:
        page = visitor.get("/city_map/?theme=map_small_library").text
        for code in ("cooling", "sledding", "urban_farm", "fair_price"):
            assert f"map_{code}" in page
        whole = visitor.get("/ogc/collections/map_small_library/items?limit=1").json()["numberMatched"]
        assert f">{whole}<" in page
        for closed in ("", "&closed=hide"):
            listed = visitor.get(f"/city_map/?theme=map_safe_shop&q=%E3%85%88%E3%84%B9{closed}").text
            assert "지금 닫혀 있어요" not in listed or not closed
