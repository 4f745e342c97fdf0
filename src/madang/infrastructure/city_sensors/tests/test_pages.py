"""Everyone sees the map and a station in both languages; the workspace is for staff."""

from datetime import UTC, datetime

import pytest

from madang.core.pages.testing import PageCases
from madang.infrastructure.city_sensors.demo import lay_out

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class TestPublic(PageCases):
    path = "/city_sensors/"
    is_public = True

    def test_a_city_without_sensors_is_told_how_to_begin(self, client):
        assert "city_sensor 종류로 등록" in client.get(self.path).content.decode()

    def test_it_names_the_simulation(self, client):
        lay_out(NOW)
        assert "시뮬레이션" in client.get(self.path).content.decode()


class TestStation(PageCases):
    path = "/city_sensors/SIM00001/?property=noise"
    is_public = True

    @pytest.fixture(autouse=True)
    def stations(self, db):
        lay_out(NOW)

    def test_what_is_no_station_is_not_found(self, client):
        assert client.get("/city_sensors/nowhere/").status_code == 404


class TestDesk(PageCases):
    path = "/desk/city_sensors/"
