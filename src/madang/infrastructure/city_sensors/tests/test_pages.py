"""Everyone sees the map and a station in both languages; the workspace is for staff."""

import re
from datetime import UTC, datetime

import msgspec
import pyarrow as pa
import pytest

from madang.core.base.interface import read_settings
from madang.core.lake.folders import ledger_path
from madang.core.lake.ledger import Ledger
from madang.core.lake.schemas import conform, list_stored_columns
from madang.core.lake.writing.stream_table import StreamTable
from madang.core.pages.testing import PageCases
from madang.infrastructure.city_sensors.demo import lay_out
from madang.infrastructure.city_sensors.queries.sources import forget_sources
from madang.infrastructure.city_sensors.queries.stations import forget, list_stations
from madang.infrastructure.city_sensors.tables import READINGS

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


class TestSources(PageCases):
    path = "/city_sensors/sources/"
    is_public = True

    def test_a_source_says_how_many_keep_its_promise(self, client):
        lay_out(NOW)
        forget_sources()
        page = client.get(self.path).content.decode()
        assert "시뮬레이션" in page
        assert "425" in page

    def test_each_source_has_a_form_of_its_own(self, reader):
        lay_out(NOW)
        forget_sources()
        desk = reader.get("/desk/city_sensors/").content.decode()
        (address,) = [
            one for one in re.findall('href="(/desk/city_sensors/sources/[^"]+)"', desk) if "Metro" in one
        ]
        form = reader.get(address).context["form"]
        assert form.initial["agency_code"] == "seoul-metro"
        assert [name for name, _ in form.fields["name"].choices] == [form.initial["name"]]
        assert reader.get("/desk/city_sensors/sources/nobody/").status_code == 404


class TestComparison(PageCases):
    path = "/city_sensors/compare/?station=SIM00001+nobody&property=noise"
    is_public = True

    def test_what_is_no_station_is_named(self, client):
        lay_out(NOW)
        forget()
        page = client.get(self.path).content.decode()
        assert "<code>nobody</code>" in page
        assert "SIM00001 ·" in page


class TestExampleOfAComparison(PageCases):
    path = "/city_sensors/compare/?property=noise"
    is_public = True

    def test_without_a_choice_most_middle_and_least_are_shown(self, client, settings, tmp_path):
        settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path)})
        lay_out(NOW)
        forget()
        ids = sorted(list_stations())[:5]
        write_noise(dict(zip(ids, (40, 30, 60, 99, 20), strict=True)), out_of_range={ids[3]})
        forget()
        page = client.get(self.path).content.decode()
        assert f'value="{ids[2]} {ids[1]} {ids[4]}"' in page
        assert "가장 낮은 곳" in page


def write_noise(values, out_of_range):
    """Have stations measure noise at NOW."""
    count = len(values)
    rows = {
        "thing_id": list(values),
        "property": ["noise"] * count,
        "observed_at": [NOW] * count,
        "value": [float(one) for one in values.values()],
        "quality": ["out_of_range" if one in out_of_range else "good" for one in values],
        "revision": [0] * count,
    }
    ledger = Ledger(ledger_path())
    table = conform(pa.table(rows), list_stored_columns(READINGS))
    taken, _ = StreamTable(READINGS, ledger, "test").take_in(table, 1)
    ledger.apply([msgspec.structs.replace(taken, dirty=())])


class TestDongs(PageCases):
    path = "/city_sensors/dongs/?sort=-noise"
    is_public = True


class TestDesk(PageCases):
    path = "/desk/city_sensors/"
