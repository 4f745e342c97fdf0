"""Cameras on the map and around a point."""

import math
from datetime import UTC, datetime

import pytest

from madang.core.pages.testing import PageCases
from madang.infrastructure.cctv.demo import lay_out
from madang.infrastructure.cctv.queries import count_by_district, list_cameras, list_nearest

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class TestPublic(PageCases):
    path = "/cctv/"
    is_public = True

    def test_with_cameras_it_shows_them(self, client):
        lay_out(NOW)
        assert "/api/cctv/cameras.geojson" in client.get(self.path).content.decode()


@pytest.mark.django_db
def test_the_nearest_are_those_a_search_of_all_finds():
    lay_out(NOW)
    cameras = list_cameras()
    assert sum(count for _, count in count_by_district()) == len(cameras)
    lon, lat = cameras[0].lon, cameras[0].lat

    def away(one):
        flat = math.cos(math.radians(lat))
        return math.hypot((one.lon - lon) * flat, one.lat - lat) * 111_195

    found = list_nearest(lon, lat, 3000, limit=1000)
    assert found[0].id == cameras[0].id
    assert {one.id for one in found} == {one.id for one in cameras if away(one) <= 3000}
    assert [one.distance_m for one in found] == sorted(one.distance_m for one in found)
