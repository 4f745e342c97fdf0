"""Story: a person types what she remembers of a place and finds it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from madang.core.base.interface import ANONYMOUS, HOUSE, BadInput, NotAllowed, NotFound
from madang.core.places.interface import (
    AreaKind,
    NewAreaLayer,
    NewPlace,
    change_place,
    get_place,
    import_area_layer,
    list_districts,
    list_places,
    register_place,
    remove_place,
    search_places,
)

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
LIBRARY = NewPlace(
    name="서울도서관",
    kind="library",
    lon=126.9779,
    lat=37.5663,
    address="서울특별시 중구 세종대로 110",
    source="test",
)


def names(query, **more):
    return [hit.name_ko for hit in search_places(query, **more)]


def add(place):
    return register_place(actor=HOUSE, now=NOW, place=place)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("강남구", "강남구"),
        ("강남", "강남구"),
        ("ㄱㄴㄱ", "강남구"),
        ("강ㄴ", "강남구"),
        ("Gangnam", "강남구"),
        ("gangnam-gu", "강남구"),
        ("강넘구", "강남구"),
        ("Gangmam-gu", "강남구"),
        ("서울특별시 강남구", "강남구"),
        ("종로구 청운동", "청운동"),
        ("ㅈㄹㄱ ㅊㅇㄷ", "청운동"),
        ("청운", "청운동"),
    ],
)
def test_the_first_answer(query, first):
    assert names(query)[0] == first


@pytest.mark.django_db
def test_initials_find_every_name_they_stand_for():
    assert {"강남구", "강북구"} <= set(names("ㄱ", limit=100))
    assert "강남구" in names("ㄱㄴ")


@pytest.mark.django_db
def test_every_district_is_found_by_both_its_names():
    for district in list_districts():
        assert names(district.name_ko)[0] == district.name_ko
        assert names(district.name_en)[0] == district.name_ko


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "   ", "!!", "ㅏㅏㅏㅏㅏ없음", "x" * 500])
def test_nothing_found_is_no_error(query):
    assert search_places(query) == ()


@pytest.mark.django_db
def test_places_are_found_by_name_initials_and_address():
    place = add(LIBRARY)
    assert (place.district_code, place.legal_dong_code[:5]) == ("11140", "11140")
    for query in (
        "서울도서관",
        "ㅅㅇㄷㅅㄱ",
        "도서관",
        "서울도",
        "중구 도서관",
        "세종대로 서울도서관",
        "서울도서간",
    ):
        assert place.id in [hit.code for hit in search_places(query)], query
    assert get_place(place.id) == place
    assert list_places("library") == (place,)


@pytest.mark.django_db
def test_a_change_is_found_at_once_and_the_old_name_no_more():
    place = add(LIBRARY)
    other = NewPlace(name="마포도서관", kind="library", lon=126.9, lat=37.56, address="마포구")
    change_place(actor=HOUSE, now=NOW, place_id=place.id, place=other)
    assert "마포도서관" in names("ㅁㅍㄷㅅㄱ")
    assert "서울도서관" not in names("서울도서관")
    remove_place(actor=HOUSE, now=NOW, place_id=place.id)
    assert "마포도서관" not in names("마포도서관")
    for change in (remove_place, lambda **given: change_place(place=other, **given)):
        with pytest.raises(NotFound):
            change(actor=HOUSE, now=NOW, place_id=place.id)


@pytest.mark.django_db
def test_strangers_and_impossible_places_are_refused():
    with pytest.raises(NotAllowed):
        register_place(actor=ANONYMOUS, now=NOW, place=LIBRARY)
    for wrong in ({"name": " "}, {"lon": 400.0}, {"lat": float("nan")}, {"name": "x" * 201}, {"kind": ""}):
        values = {"name": "가", "kind": "k", "lon": 127.0, "lat": 37.5} | wrong
        with pytest.raises(BadInput):
            add(NewPlace(**values))


@pytest.mark.django_db
def test_imported_areas_are_found(municipal_files, layer_folder):
    path = municipal_files / "boundaries" / "seoul2013" / "seoul_submunicipalities_geo_simple.json"
    layer = NewAreaLayer(name="dongs-2013", kind=AreaKind.ADMINISTRATIVE_DONG, year=2013)
    import_area_layer(actor=HOUSE, now=NOW, path=path, layer=layer)
    (hit,) = [hit for hit in search_places("ㅊㅇㅎㅈㄷ") if hit.kind == "dongs-2013"]
    assert (hit.name_ko, hit.code, hit.parent) == ("청운효자동", "1101072", "종로구")


class AnyQuery(TestCase):
    @given(query=st.text(max_size=30), limit=st.integers(-5, 500))
    @hypothesis_settings(max_examples=40, deadline=None)
    def test_any_query_is_answered(self, query, limit):
        assert len(search_places(query, limit)) <= 100


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("서울특별시 중구 을지로 30", {"11140"}),
        ("강남구 역삼동 123-4", {"1168010100"}),
        ("11230", {"11230"}),
    ],
)
def test_an_address_leads_to_its_area_and_a_code_to_what_begins_so(query, codes):
    found = [hit.code for hit in search_places(query)]
    assert codes <= set(found)
    assert all(code.startswith(found[0]) for code in found)


@pytest.mark.django_db
def test_an_address_that_names_no_area_finds_nothing():
    assert search_places("세종대로 110") == ()
