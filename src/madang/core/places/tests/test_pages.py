"""Story: a newcomer opens the places of the city, finds one, and sees where it lies."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from madang.core.base.interface import ANONYMOUS, HOUSE
from madang.core.pages.testing import ListPageCases, PageCases
from madang.core.places.cli import SUBCOMMANDS
from madang.core.places.doors import search
from madang.core.places.interface import NewPlace, get_area_layer, register_place
from madang.core.places.pages.layers import LIST
from madang.core.places.pages.public import AREA_LIST

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
LIBRARY = NewPlace(name="서울도서관", kind="library", lon=126.9779, lat=37.5663, address="중구 세종대로 110")


class TestAreaList(ListPageCases):
    path = "/places/"
    list_page = AREA_LIST
    is_public = True


class TestDistrictPage(PageCases):
    path = "/places/districts/11680/"
    is_public = True


class TestDongPage(PageCases):
    path = "/places/legal_dongs/1111010100/"
    is_public = True


class TestLayerList(ListPageCases):
    path = "/desk/places/layers/"
    list_page = LIST


class TestOwnLayer(PageCases):
    path = "/desk/places/layers/districts/"


class TestBringForm(PageCases):
    path = "/desk/places/new-layer/"


class TestStreets(PageCases):
    path = "/desk/places/streets/"


class TestStreetsForm(PageCases):
    path = "/desk/places/new-streets/"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["ko", "en"])
def test_an_officer_brings_a_boundary_file_sees_what_came_of_it_and_takes_it_away(
    client: Client, layer_folder, language
):
    client.force_login(
        get_user_model().objects.create_superuser(username="officer", password="only for tests")
    )
    client.cookies["language"] = language
    square = [[[127.04, 37.5], [127.06, 37.5], [127.06, 37.52], [127.04, 37.5]]]
    shapes = [{"type": "Polygon", "coordinates": square}, {"type": "Point", "coordinates": [127.0, 37.5]}]
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": shape}
        for name, shape in zip("가나", shapes, strict=True)
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    form = {"name": "dongs-2018", "title_ko": "행정동 2018", "kind": "administrative_dong", "year": 2018}

    def bring(**more):
        return client.post(
            "/desk/places/new-layer/", form | {"file": SimpleUploadedFile("a.json", content)} | more
        )

    wrong = bring(name="districts")
    assert (wrong.status_code, 'id="id_name_error"' in wrong.content.decode()) == (422, True)
    assert 'id="id_year_error"' in bring(year=1492).content.decode()
    assert 'id="id_file_error"' in bring(file=SimpleUploadedFile("a.json", b"none")).content.decode()
    assert bring().url == "/desk/places/layers/dongs-2018/"
    page = client.get("/desk/places/layers/dongs-2018/").content.decode()
    assert ("넓이가 없는 도형" in page, "not an area" in page) == (language == "ko", language == "en")
    assert client.get("/places/", {"kind": "dongs-2018"}).context["total"] == 1
    remove = "/desk/places/layers/dongs-2018/remove/"
    client.post(remove, {"must_equal": "dongs"})
    assert get_area_layer("dongs-2018").area_count == 1
    assert client.post(remove, {"must_equal": "dongs-2018"}).url == "/desk/places/layers/"
    assert client.get("/desk/places/layers/dongs-2018/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["ko", "en"])
def test_an_officer_brings_streets_and_takes_them_away(client: Client, layer_folder, language):
    client.force_login(
        get_user_model().objects.create_superuser(username="officer", password="only for tests")
    )
    client.cookies["language"] = language
    lines = [[[127.04, 37.5], [127.06, 37.5]], [[0, 0], [1, 1]]]
    features = [
        {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": line}}
        for line in lines
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features}).encode()

    def bring(content):
        form = {"title": "보행로 · Walkways", "file": SimpleUploadedFile("a.json", content)}
        return client.post("/desk/places/new-streets/", form)

    assert 'id="id_file_error"' in bring(b"none").content.decode()
    assert bring(content).url == "/desk/places/streets/"
    page = client.get("/desk/places/streets/").content.decode()
    assert ("나라 밖" in page, "outside the country" in page) == (language == "ko", language == "en")
    assert ("Walkways" in page) == (language == "en")
    assert client.post("/desk/places/streets/remove/").url == "/desk/places/streets/"
    page = client.get("/desk/places/streets/").content.decode()
    assert "1.3" in page
    assert client.post("/desk/places/streets/remove/").status_code == 422


@pytest.mark.django_db
def test_a_district_shows_its_codes(client: Client):
    page = client.get("/places/districts/11680/").content.decode()
    assert "강남구" in page
    assert "11230" in page


@pytest.mark.django_db
def test_a_list_of_one_layer_found_by_initials(client: Client):
    context = client.get("/places/", {"kind": "districts", "q": "ㄱㄴㄱ"}).context
    assert [row["id"] for row in context["rows"]] == ["11680"]
    assert client.get("/places/", {"q": "11110"}).context["total"] == 88


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["none/1/", "districts/none/", "registered/none/"])
def test_what_is_not_there_is_said(client: Client, path):
    assert client.get(f"/places/{path}").status_code == 404


@pytest.mark.django_db
def test_what_the_search_box_finds_leads_to_a_page(client: Client):
    register_place(actor=HOUSE, now=NOW, place=LIBRARY)
    for query in ("강남구", "청운동", "서울도서관"):
        hit = search(ANONYMOUS, query, 1)[0]
        assert hit.title.ko == query
        assert query in client.get(hit.href).content.decode()


@pytest.mark.django_db
def test_the_command_imports_a_file_and_says_what_it_did(tmp_path, layer_folder, capsys):
    square = [[[127.04, 37.5], [127.06, 37.5], [127.06, 37.52], [127.04, 37.5]]]
    feature = {
        "type": "Feature",
        "properties": {"name": "가"},
        "geometry": {"type": "Polygon", "coordinates": square},
    }
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    given = dict.fromkeys(
        ("title_ko", "title_en", "source", "licence", "crs", "code_column", "name_column"), ""
    )
    arguments = SimpleNamespace(file=str(path), name="zones", kind="other", year=2020, **given)
    assert SUBCOMMANDS[0].run(arguments) == 0
    assert json.loads(capsys.readouterr().out)["kept"] == 1
    assert get_area_layer("zones").area_count == 1
    arguments.file = str(tmp_path / "none.json")
    assert SUBCOMMANDS[0].run(arguments) == 2
