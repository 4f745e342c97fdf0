"""Pages in both languages: who sees what, forms that make a theme without code, a citizen's proposal by hand."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from madang.citizens.city_map import models
from madang.citizens.city_map.actions import mirroring, places, proposals, themes
from madang.citizens.city_map.pages import place, public
from madang.citizens.city_map.pages.desk import PLACE_LIST, PROPOSAL_LIST, REQUEST_LIST, THEME_LIST
from madang.citizens.city_map.pages.public import read_near
from madang.citizens.city_map.queries import features
from madang.citizens.city_map.queries.themes import get_theme
from madang.citizens.city_map.records import (
    FieldType,
    PlaceValues,
    ProposalKind,
    Season,
    Spot,
    ThemeField,
    ThemeValues,
)
from madang.core.base.interface import HOUSE, Text, measure_m, now
from madang.core.pages.testing import ListPageCases, PageCases
from madang.core.people.actions.agencies import lay_out_agencies

FIELDS = (
    ThemeField(name="free", title=Text(ko="무료", en="Free"), type=FieldType.BOOLEAN),
    ThemeField(name="site", title=Text(ko="누리집", en="Site"), type=FieldType.LINK),
    ThemeField(name="name_en", title=Text(ko="영어 이름", en="English name"), type=FieldType.TEXT),
    ThemeField(name="open_hours", title=Text(ko="여는 시간", en="Open"), type=FieldType.HOURS),
)
HALL = PlaceValues(name="가 쉼터", lon=126.97, lat=37.585, address="종로구 1", values={"free": "예"})


@pytest.fixture(autouse=True)
def laid_out(db):
    """One public theme of a season, with two places, a proposal that waits, and a request."""
    features.forget()
    values = ThemeValues(
        title=Text(ko="시험 쉼터", en="Test shelters"), about=Text(ko="시험용", en="for tests"), agency_code="11110",
        fields=FIELDS, season=Season(first="12-01", last="02-28"), source="시험 · test",
    )  # fmt: skip
    themes.create_theme(actor=HOUSE, now=now(), code="rest", values=values)
    places.save_place(actor=HOUSE, now=now(), code="rest", values=HALL)
    far = PlaceValues(name="<b>나</b> 쉼터", lon=127.1, lat=37.5, values={"site": "https://example.kr/x"})
    places.save_place(actor=HOUSE, now=now(), code="rest", values=far)
    themes.submit_theme(actor=HOUSE, now=now(), code="rest")
    themes.publish_theme(actor=HOUSE, now=now(), code="rest")
    proposals.propose(
        now=now() - timedelta(hours=2), sender="x", code="rest", kind=ProposalKind.ADD, values=HALL
    )
    themes.request_theme(actor=HOUSE, now=now(), agency_code="11110", title="물그릇", why="필요합니다")
    yield
    for row in models.ThemeRow.objects.all():
        mirroring._drop(get_theme(row.pk), now())  # the lake isn't rolled back with the database


class TestMap(PageCases):
    path, is_public = "/city_map/?theme=map_rest", True


class TestNear(PageCases):
    path, is_public = "/city_map/?theme=map_rest&near=126.97,37.585&label=%EC%A2%85%EB%A1%9C", True


class TestFinding(PageCases):
    path, is_public = "/city_map/?find=%EC%A2%85%EB%A1%9C", True


class TestProposing(PageCases):
    path, is_public = "/city_map/propose/rest/?find=%EC%A2%85%EB%A1%9C", True


class TestEmbed(PageCases):
    path, is_public = "/city_map/embed/?theme=map_rest", True


class TestDesk(PageCases):
    path = "/desk/city_map/"


class TestTheme(PageCases):
    path = "/desk/city_map/themes/rest/?tab=fields"


class TestNewTheme(PageCases):
    path = "/desk/city_map/themes/new/"


class TestAddPlace(PageCases):
    path = "/desk/city_map/themes/rest/places/new/?find=%EC%A2%85%EB%A1%9C"


class TestPlaces(ListPageCases):
    path, list_page = "/desk/city_map/places/", PLACE_LIST


class TestImport(PageCases):
    path = "/desk/city_map/themes/rest/import/"


class TestThemes(ListPageCases):
    path, list_page = "/desk/city_map/themes/", THEME_LIST


class TestProposals(ListPageCases):
    path, list_page = "/desk/city_map/proposals/", PROPOSAL_LIST


class TestRequests(ListPageCases):
    path, list_page = "/desk/city_map/requests/", REQUEST_LIST


@pytest.fixture
def chief():
    client = Client()
    client.force_login(get_user_model().objects.create_superuser(username="chief", password="only for tests"))
    return client


def test_the_map_lists_what_it_shows_and_data_is_never_html(monkeypatch):
    monkeypatch.setattr(public, "now", lambda: datetime(2026, 11, 15, 3, tzinfo=UTC))
    page = Client().get("/city_map/?theme=map_rest").content.decode()
    assert "가 쉼터" in page
    assert "&lt;b&gt;나&lt;/b&gt;" in page
    assert "<b>나</b>" not in page
    assert "12월 1일–2월 28일" in page
    near = Client().get("/city_map/?theme=map_rest&near=126.97,37.585").content.decode()
    assert "가 쉼터" in near
    assert "나&lt;/b&gt; 쉼터</a>" not in near


def test_a_place_has_its_english_name_on_english_pages_and_a_korean_one_is_marked_as_korean():
    values = {"name_en": "Third shelter", "open_hours": "월–금 09:00–18:00"}
    said = PlaceValues(name="다 쉼터", lon=126.98, lat=37.58, values=values)
    saved = places.save_place(actor=HOUSE, now=now(), code="rest", values=said)
    korean, english = (Client(headers={"cookie": f"language={one}"}) for one in ("ko", "en"))
    listed = english.get("/city_map/?theme=map_rest").content.decode()
    assert ">Third shelter</a>" in listed
    assert "다 쉼터" not in listed
    assert '<span lang="ko">가 쉼터</span>' in listed
    assert "Third" not in korean.get("/city_map/?theme=map_rest").content.decode()
    found = english.get("/city_map/?theme=map_rest&q=third").content.decode()
    assert "Third shelter" in found
    assert "가 쉼터" not in found
    page = f"/city_map/places/map_rest/{saved}/"
    shown = english.get(page).content.decode()
    assert "<h1>Third shelter</h1>" in shown
    assert '<span lang="ko">다 쉼터</span></dd>' in shown
    assert "<dd>Mon–Fri 09:00–18:00</dd>" in shown
    shown = korean.get(page).content.decode()
    assert "<h1>다 쉼터</h1>" in shown
    assert "Third shelter</dd>" in shown
    assert "<dd>월–금 09:00–18:00</dd>" in shown
    framed = english.get("/city_map/embed/?theme=map_rest&language=en").content.decode()
    assert "<span>Third shelter</span>" in framed
    correcting = f"/city_map/propose/rest/?kind=correct&place={saved}"
    assert "<h1>Third shelter: " in english.get(correcting).content.decode()


@pytest.mark.parametrize("odd", ["theme=nothing", "near=x", "near=1e99,5", "near=nan,nan", "page=0", "page=99999", "page=" + "9" * 5000,
                                 "q=%00", "find=%00", "theme=map_rest&" * 9, "label=" + "x" * 500])  # fmt: skip
def test_any_address_is_answered(odd):
    assert Client().get(f"/city_map/?{odd}").status_code == 200


def test_staff_pick_a_position_on_a_map_near_what_they_looked_for(chief):
    path = "/desk/city_map/themes/rest/places/new/"
    page = chief.get(f"{path}?near=126.97,37.58").content.decode()
    assert "data-pick" in page
    assert "가 쉼터" in page  # what stands already is drawn
    assert 'name="lon"' in page
    (row,) = models.PlaceRow.objects.filter(name="가 쉼터")
    standing = chief.get(f"/desk/city_map/themes/rest/places/{row.pk}/").content.decode()
    assert 'value="126.97"' in standing
    assert "data-pick" in standing
    assert chief.post(path, {"name": "다", "lon": "", "lat": ""}).status_code == 422


def test_every_place_of_a_theme_is_found_and_chosen_ones_are_taken_out_together(chief):
    wanted = chief.get("/desk/city_map/places/?theme=rest&q=종로구").content.decode()
    assert "가 쉼터" in wanted
    assert "나&lt;/b&gt;" not in wanted
    ids = [f"rest/places/{row.pk}" for row in models.PlaceRow.objects.filter(theme_id="rest")]
    assert f"/desk/city_map/themes/{ids[0]}/" in chief.get("/desk/city_map/places/").content.decode()
    chief.post("/desk/city_map/places/", {"action": "remove", "ids": ids, "confirmed": "yes"})
    assert not models.PlaceRow.objects.filter(theme_id="rest").exists()


def test_a_theme_keeps_its_colour_and_two_of_one_colour_are_told_apart(chief):
    given = {
        "title_ko": "시험", "agency_code": "11110", "icon": "place", "colour": "chart-3", "takes_proposals": "on"
    }  # fmt: skip
    lay_out_agencies(actor=HOUSE, now=now())
    assert chief.post("/desk/city_map/themes/rest/change/", given).status_code == 302
    assert get_theme("rest").values.colour == "chart-3"
    page = chief.get("/city_map/?theme=map_rest").content.decode()
    assert "swatch chart-3" in page
    assert chief.post("/desk/city_map/themes/rest/change/", given | {"colour": "red"}).status_code == 422
    assert public.choose_colours(["chart-3", "chart-3", "", "chart-1", "x"]) == [
        "chart-3", "chart-2", "chart-4", "chart-1", "chart-5",
    ]  # fmt: skip
    assert public.choose_colours([]) == []


def test_a_theme_s_choices_narrow_list_and_map():
    page = Client().get("/city_map/?theme=map_rest").content.decode()
    assert 'value="map_rest.free:true"' in page
    for wanted, there in (("true", True), ("false", False)):
        only = Client().get(f"/city_map/?theme=map_rest&only=map_rest.free:{wanted}").content.decode()
        assert ("가 쉼터</a>" in only) == there
        assert f'value="map_rest.free:{wanted}" selected' in only
        assert f"only=map_rest.free%3A{wanted}" in only  # the tiles are asked for the same
        near = Client().get(f"/city_map/?theme=map_rest&near=126.97,37.585&only=map_rest.free:{wanted}&q=ㄱ")
        assert ("가 쉼터</a>" in near.content.decode()) == there
    for odd in ("map_rest.none:1", "x", "map_rest.free:maybe", "map_rest.free:%00", "other.free:true", "."):
        assert "가 쉼터</a>" in Client().get(f"/city_map/?theme=map_rest&only={odd}").content.decode()


def test_near_is_two_numbers_of_degrees():
    assert read_near("126.97,37.5") == (126.97, 37.5)
    for text in ("", "1", "1,2,3", "nan,1", "1,nan", "inf,1", "181,1"):
        assert read_near(text) is None


def test_the_embedded_map_may_stand_in_any_frame_and_other_pages_may_not():
    embedded = Client().get("/city_map/embed/?theme=map_rest")
    assert "frame-ancestors *" in embedded["Content-Security-Policy"]
    assert "X-Frame-Options" not in embedded
    assert "frame-ancestors 'self'" in Client().get("/city_map/")["Content-Security-Policy"]


def test_a_frame_never_shows_another_theme_in_place_of_one_that_is_over():
    gone = "/city_map/embed/?theme=map_gone"
    framed = Client().get(gone).content.decode()
    assert "지금 볼 수 없어요" in framed
    assert "쉼터" not in framed and "data-map" not in framed
    assert "not shown now" in Client().get(f"{gone}&language=en").content.decode()
    both = Client().get(f"{gone}&theme=map_rest").content.decode()
    assert "지금 볼 수 없어요" in both and "가 쉼터" in both
    page = Client().get("/city_map/?theme=map_gone").content.decode()
    assert "지금 볼 수 없어요" in page and 'id="places"' in page
    assert "지금 볼 수 없어요" not in Client().get("/city_map/?theme=map_rest").content.decode()


def test_the_frame_for_other_sites_speaks_the_language_of_the_page_it_was_copied_from():
    for language, ending in (("ko", "theme=map_rest&quot;"), ("en", "theme=map_rest&amp;language=en&quot;")):
        page = (
            Client(headers={"cookie": f"language={language}"})
            .get("/city_map/?theme=map_rest")
            .content.decode()
        )
        assert f"/city_map/embed/?{ending}".replace("&quot;", '"') in page


def test_a_citizen_proposes_without_an_account_and_reads_the_outcome(chief):
    visitor = Client()
    form = {
        "name": "다 쉼터",
        "address": "",
        "lon": "126.98",
        "lat": "37.58",
        "free": "true",
        "site": "",
        "note": "",
    }
    wrong = visitor.post("/city_map/propose/rest/", form | {"lon": "", "site": "x"})
    assert wrong.status_code == 422
    assert "지도에서 자리를 누르거나" in wrong.content.decode()
    personal = visitor.post("/city_map/propose/rest/", form | {"note": "010-1234-5678로 전화 주세요"})
    assert personal.status_code == 422
    assert "휴대전화" in personal.content.decode()
    sent = visitor.post("/city_map/propose/rest/", form)
    assert sent.status_code == 302
    assert "고마워요" in visitor.get(sent["Location"]).content.decode()
    row = models.ProposalRow.objects.get(values__name="다 쉼터")
    done = chief.post(f"/desk/city_map/proposals/{row.pk}/reject/", {"reason": "이미 있는 곳이에요"})
    assert done.status_code == 302
    assert "이미 있는 곳이에요" in visitor.get(f"/city_map/proposals/{row.receipt}/").content.decode()
    assert visitor.get("/city_map/proposals/NOTHING/").status_code == 404
    for _ in range(10):
        last = visitor.post("/city_map/propose/rest/", form)
    assert last.status_code == 422
    assert "나중에 다시" in last.content.decode()


def test_a_correction_begins_with_what_stands():
    place = models.PlaceRow.objects.get(name="가 쉼터")
    page = Client().get(f"/city_map/propose/rest/?kind=correct&place={place.pk}").content.decode()
    assert 'value="가 쉼터"' in page
    assert '<option value="true" selected' in page
    assert Client().get("/city_map/propose/rest/?kind=correct&place=nobody").status_code == 404
    assert Client().get("/city_map/propose/nothing/").status_code == 404
    page = Client().get(f"/city_map/places/map_rest/{place.pk}/").content.decode()
    assert "틀린 것 고치기" in page
    assert "예" in page


def test_a_theme_is_made_in_forms_without_code(chief):
    lay_out_agencies(actor=HOUSE, now=now())
    form = {
        "code": "bench", "title_ko": "긴 의자", "title_en": "Benches", "about_ko": "", "about_en": "", "icon": "tree",
        "agency_code": "11110", "dataset": "", "season_first": "", "season_last": "", "shown_from": "", "shown_until": "",
        "source": "시험", "source_link": "", "licence": "KOGL-1", "takes_proposals": "on",
    }  # fmt: skip
    assert chief.post("/desk/city_map/themes/new/", form | {"season_first": "13-01"}).status_code == 422
    assert chief.post("/desk/city_map/themes/new/", form | {"source_link": "javascript:x"}).status_code == 422
    assert chief.post("/desk/city_map/themes/new/", form).status_code == 302
    field = {
        "title_ko": "그늘",
        "title_en": "Shade",
        "name": "shade",
        "type": "choice",
        "choices": "있음\n없음\n",
    }
    assert chief.post("/desk/city_map/themes/bench/fields/new/", field | {"name": "lon"}).status_code == 422
    assert chief.post("/desk/city_map/themes/bench/fields/new/", field).status_code == 302
    file = SimpleUploadedFile(
        "의자.csv", "이름,위도,경도,그늘\n가,37.5,126.9,있음\n나,37.6,127,몰라\n".encode()
    )
    told = chief.post("/desk/city_map/themes/bench/import/", {"file": file})
    assert told.status_code == 422
    assert "2행: 그늘에 맞지 않는 값이에요: 몰라" in told.content.decode()
    place = {"name": "다", "address": "", "lon": "126.95", "lat": "37.55", "shade": "없음"}
    assert chief.post("/desk/city_map/themes/bench/places/new/", place).status_code == 302
    for step in ("submit", "publish"):
        assert chief.post(f"/desk/city_map/themes/bench/{step}/", {}).status_code == 302
    features.forget()
    page = Client().get("/city_map/?theme=map_bench").content.decode()
    assert "긴 의자" in page
    assert ">가</a>" in page
    assert ">다</a>" in page
    assert chief.post("/desk/city_map/themes/bench/withdraw/", {"reason": "끝"}).status_code == 302
    features.forget()
    assert ">다</a>" not in Client().get("/city_map/?theme=map_bench").content.decode()


def test_out_of_season_nothing_is_open_and_the_page_says_why(monkeypatch):
    hours = ThemeField(name="hours", title=Text(ko="여는 시간", en="Hours"), type=FieldType.HOURS)
    values = ThemeValues(
        title=Text(ko="물놀이터", en="Pools"), about=Text(ko="시험용", en="for tests"), agency_code="11110",
        fields=(hours,), season=Season(first="06-01", last="08-31"), source="시험 · test",
    )  # fmt: skip
    themes.create_theme(actor=HOUSE, now=now(), code="pool", values=values)
    where = {"lon": 126.99, "lat": 37.585}
    places.save_place(
        actor=HOUSE,
        now=now(),
        code="pool",
        values=PlaceValues(name="한강 물놀이", values={"hours": "24시간"}, **where),
    )
    themes.submit_theme(actor=HOUSE, now=now(), code="pool")
    themes.publish_theme(actor=HOUSE, now=now(), code="pool")
    address = "/city_map/?theme=map_pool&near=126.99,37.57"
    for month, is_resting in ((7, False), (11, True)):
        for module in (public, place):
            monkeypatch.setattr(module, "now", lambda month=month: datetime(2026, month, 15, 3, tzinfo=UTC))
        listed = Client().get(address).content.decode()
        assert "한강 물놀이" in listed
        assert ("지금은 운영 기간이 아니에요" in listed) == is_resting
        assert ("지금 열려 있어요" in listed) == (not is_resting)
        assert ("한강 물놀이" in Client().get(f"{address}&closed=hide").content.decode()) == (not is_resting)
        (link,) = set(re.findall(r'href="(/city_map/places/map_pool/[^"]+)"', listed))
        shown = Client().get(link).content.decode()
        assert ("지금은 운영 기간이 아니에요 (6월 1일–8월 31일)" in shown) == is_resting
        assert ("늘 열려 있어요" in shown) == (not is_resting)


def test_the_map_near_me_reaches_as_far_as_the_nearest_places():
    spots = [Spot(theme="a", id=str(n), name="", address="", lon=0, lat=0, href="", away_m=m)
             for n, m in enumerate((900.0, 1900.0, 2500.0))]  # fmt: skip
    asked = public.Asked(
        themes=(),
        live=(),
        search="",
        find="",
        near=(127.0, 37.5),
        label="",
        hides_closed=False,
        only=(),
        page=1,
        misses=False,
    )
    for shown, reach_m in (
        (spots, 2500),
        (spots[:0], 1500),
        (spots[:1], 900),
        ([msgspec.structs.replace(spots[0], away_m=5.0)], 300),
    ):
        west, south, east, north = public._frame((), asked, shown)
        assert measure_m(127.0, south, 127.0, north) == pytest.approx(2 * reach_m, rel=0.01)
        assert measure_m(west, 37.5, east, 37.5) == pytest.approx(2 * reach_m, rel=0.01)
