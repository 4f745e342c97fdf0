"""The lake's part of the city's map: points of the newest datasets, the latest value of each district."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from madang.core.base.interface import ANONYMOUS, HOUSE, Text, now
from madang.core.lake.actions import describe_dataset, withdraw_dataset
from madang.core.lake.catalogue import browse_public
from madang.core.lake.city_views import list_views, make_steps
from madang.core.lake.importing.action import import_file
from madang.core.lake.importing.records import ImportChoice
from madang.core.lake.records import ColumnChange, DatasetChange

pytestmark = pytest.mark.django_db
PLACES = """\
이름,유형,경도,위도
가,공원,126.981,37.552
나,공원,126.983,37.581
다,시장,127.127,37.502
라,공원,127.047,37.517
마,공원,127.048,37.518
"""
DUST = """\
측정일시,자치구코드,자치구,농도
2026-01-01 00:00,11110,종로구,90
2026-01-01 00:00,11140,중구,95
2026-01-01 00:00,11170,용산구,95
2026-01-01 01:00,11110,종로구,31
2026-01-01 01:00,11140,중구,44
2026-01-01 01:00,11170,용산구,
"""


def bring(folder: Path, name: str, text: str, *, publish: bool = True) -> None:
    path = folder / f"{name}.csv"
    path.write_text(text, "utf-8")
    choice = ImportChoice(
        table_name=name, title=Text(ko=f"{name} 자료", en=f"{name} data"), source="시험", publish=publish
    )
    import_file(actor=HOUSE, now=now(), path=path, choice=choice)


def test_a_dataset_with_places_is_shown_as_points_with_a_legend_that_counts(lake, tmp_path):
    bring(tmp_path, "shelters", PLACES)
    (view,) = list_views(ANONYMOUS, "ko")
    picture = view.draw()
    assert picture.layer.tiles.startswith("/tiles/datasets/shelters/")
    assert [(one.value, one.count) for one in picture.layer.classes] == [("공원", 4), ("시장", 1)]
    assert "5곳" in picture.summary.ko
    assert picture.href == "/datasets/shelters/"


def test_districts_are_coloured_by_their_latest_value_and_missing_is_missing(lake, tmp_path):
    bring(tmp_path, "dust", DUST)
    change = DatasetChange(columns=(ColumnChange(name="농도", unit="ug/m3"),))
    describe_dataset(actor=HOUSE, now=now(), name="dust", change=change)
    (view,) = list_views(ANONYMOUS, "ko")
    picture = view.draw()
    joined = picture.layer.joined
    assert (joined["11110"]["label"], joined["11140"]["label"]) == ("31", "44")
    assert joined["11170"] == {"class": ""}
    assert picture.as_of == datetime(2025, 12, 31, 16, tzinfo=UTC)
    assert "중구(44 µg/m³)" in picture.summary.ko
    assert sum(one.count for one in picture.layer.classes) == len(picture.rows) == 25
    assert dict((title.ko, value) for title, value in picture.rows)["용산구"] is None


def test_what_is_not_public_or_tells_of_no_district_is_not_on_the_map(lake, tmp_path):
    bring(tmp_path, "draft", PLACES, publish=False)
    bring(tmp_path, "taken_back", PLACES)
    withdraw_dataset(actor=HOUSE, now=now(), name="taken_back", reason="잘못된 자료")
    bring(tmp_path, "elsewhere", DUST.replace("11110", "26110").replace("종로구", "부산 중구"))
    assert list_views(ANONYMOUS, "ko") == []


def test_the_city_door_shows_them_and_changes_with_the_address(lake, tmp_path):
    bring(tmp_path, "shelters", PLACES)
    bring(tmp_path, "dust", DUST)
    assert "layer=shelters" in Client().get("/").content.decode()
    page = Client().get("/?layer=dust", headers={"cookie": "language=en"}).content.decode()
    assert "the latest value of each district" in page
    assert '"source_layer":"districts"' in page


def test_desk_catalogue_and_city_count_the_same_public_data(lake, tmp_path):
    bring(tmp_path, "shelters", PLACES)
    bring(tmp_path, "draft", PLACES, publish=False)
    total = browse_public(1).total
    officer = Client()
    officer.force_login(get_user_model().objects.create_superuser(username="o", password="only for tests"))
    desk = officer.get("/desk/data/")
    assert desk.context["published_count"] == total
    assert Client().get("/datasets/").context["found"].total == total
    assert f"데이터 {total}개 모두 보기" in Client().get("/").content.decode()


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=30))
def test_steps_hold_every_value_and_are_few(values):
    steps = make_steps(values)
    assert 1 <= len(steps) <= 6
    assert steps[0][0] <= min(values) or math.isclose(steps[0][0], min(values), abs_tol=1e-6)
    assert max(values) <= steps[-1][1] or math.isclose(steps[-1][1], max(values), abs_tol=1e-6)
    assert all(low < high for low, high in steps)
