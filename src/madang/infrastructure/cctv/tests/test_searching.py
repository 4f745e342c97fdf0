"""The search for a missing person: who starts it, where it looks, who fits, and that nothing is left at its end."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.core.base.interface import HOUSE, Actor, BadInput, Conflict, NotAllowed, NotFound, read_settings
from madang.core.pages.testing import ListPageCases, PageCases
from madang.core.people.models import AuditRow
from madang.core.places.interface import NewStreets, import_streets
from madang.infrastructure.cctv import actions
from madang.infrastructure.cctv.gateway.analyses import Analysis
from madang.infrastructure.cctv.gateway.clips import Files, open_files
from madang.infrastructure.cctv.gateway.simulating import Walker, draw_street, write_street
from madang.infrastructure.cctv.methods.clothing import Wear, describe_wear, match, name_colours
from madang.infrastructure.cctv.methods.masking import hide_others
from madang.infrastructure.cctv.methods.reaching import Anchor, find_earliest, measure_reach, score
from madang.infrastructure.cctv.models import SearchRow, SightingRow
from madang.infrastructure.cctv.pages.searching import LIST
from madang.infrastructure.cctv.queries.cameras import list_cameras
from madang.infrastructure.cctv.queries.privacy import list_purges
from madang.infrastructure.cctv.queries.searches import (
    find_searched,
    get_search,
    list_candidates,
    list_places,
    list_searches,
    list_watched,
)
from madang.infrastructure.cctv.records import NewSearch, PlaceKnown, SearchState, Sighting, Source, Told
from madang.infrastructure.cctv.tests.rtsp import wait_for

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ALL = frozenset((f"cctv.{name}", "*") for name in ("view", "watch", "approve", "search"))
KIM, LEE = Actor(id="kim", name="김", grants=ALL), Actor(id="lee", name="이", grants=ALL)
SEER = Actor(id="seer", name="보기", grants=frozenset({("cctv.view", "*")}))
HERE = (126.9769, 37.5759)
MINUTE = timedelta(minutes=1)
RED, BLUE = {"red": 0.9}, {"blue": 0.9}


def asked(**more):
    values = {
        "reference": "2026-0001", "ground": "실종아동법 제9조, 공문 1호", "description": "빨간 윗옷", "top": "red",
        "bottom": "", "speed_m_s": 1.2, "lon": HERE[0], "lat": HERE[1], "at": NOW - 5 * MINUTE, "hours": 2.0,
    }  # fmt: skip
    return NewSearch(**{**values, **more})


def lay_out():
    """Register three watched cameras at 0, 450 and 3,200 metres; return their numbers, the nearest first."""
    rows = "".join(f"종로구,길 {n},{lat},126.9769,1\n" for n, lat in enumerate((37.5759, 37.5799, 37.6049)))
    text = "자치구,주소,위도,경도,수량\n" + rows
    actions.import_cameras(actor=HOUSE, now=NOW, rows=csv.DictReader(text.splitlines()), source="시험")
    ids = [one.id for one in list_cameras(sort="name")[0]]
    for one in ids:
        actions.save_source(actor=HOUSE, now=NOW, source=Source(camera_id=one, url="rtsp://camera.example/1"))
    return ids


def start(**more):
    search = actions.ask_search(actor=KIM, now=NOW, asked=asked(**more))
    return actions.decide_search(actor=LEE, now=NOW, search_id=search.id, start=True)


def sight(uid, camera_id, at, top=RED, bottom=BLUE):
    one = Sighting(uid=uid, camera_id=camera_id, first_at=at, last_at=at, top=top, bottom=bottom)
    open_files().name_sighting(uid).write_bytes(uid.encode())
    actions.record_told(now=at, told=[Told(sighting=one)])


@pytest.fixture(autouse=True)
def empty_files():
    yield
    for path in (open_files().folder / "sightings").iterdir():
        path.unlink()


@pytest.mark.django_db
class TestSearch:
    def test_it_needs_a_ground_another_person_and_has_an_end(self):
        for wrong in (
            {"ground": "급함"},
            {"reference": " "},
            {"at": NOW + MINUTE},
            {"hours": 49.0},
            {"hours": 0.0},
        ):
            with pytest.raises(BadInput):
                actions.ask_search(actor=KIM, now=NOW, asked=asked(**wrong))
        with pytest.raises(NotAllowed):
            actions.ask_search(actor=SEER, now=NOW, asked=asked())
        search = actions.ask_search(actor=KIM, now=NOW, asked=asked())
        assert find_searched(NOW) == frozenset()
        with pytest.raises(NotAllowed, match="somebody else"):
            actions.decide_search(actor=KIM, now=NOW, search_id=search.id, start=True)
        with pytest.raises(NotFound):
            actions.decide_search(actor=SEER, now=NOW, search_id=search.id, start=True)
        running = actions.decide_search(actor=LEE, now=NOW, search_id=search.id, start=True)
        assert running.expires_at == NOW + timedelta(hours=2)
        with pytest.raises(Conflict):
            actions.decide_search(actor=LEE, now=NOW, search_id=search.id, start=False)

    def test_nobody_is_noted_without_a_running_search_nor_out_of_its_reach(self):
        near, middle, far = lay_out()
        sight("early", near, NOW)
        assert SightingRow.objects.count() == 0
        assert not open_files().name_sighting("early").exists()
        start()
        assert find_searched(NOW) == {near}
        assert find_searched(NOW + 3 * MINUTE) == {near, middle}
        sight("there", near, NOW)
        sight("far", far, NOW)
        assert [row.uid for row in SightingRow.objects.all()] == ["there"]
        marked = {one.camera_id: one.is_searched for one in list_watched(NOW)}
        assert marked == {near: True, middle: False, far: False}

    def test_where_the_city_brought_its_streets_somebody_is_reached_along_them(self, tmp_path, settings):
        near, middle, _ = lay_out()
        start()
        assert find_searched(NOW + 3 * MINUTE) == {near, middle}
        line = [[126.9769, 37.5759], [126.9869, 37.5759], [126.9869, 37.5799], [126.9769, 37.5799]]
        shape = {"type": "LineString", "coordinates": line}  # no way north but 900 m to the east
        feature = {"type": "Feature", "properties": {}, "geometry": shape}
        path = tmp_path / "streets.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
        settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path)})
        import_streets(actor=HOUSE, now=NOW, path=path, streets=NewStreets(title="길"))
        assert find_searched(NOW + 3 * MINUTE) == {near}
        assert find_searched(NOW + 30 * MINUTE) == {near, middle}

    def test_who_fits_best_comes_first_and_a_yes_moves_the_search_on(self):
        near, middle, far = lay_out()
        search = start()
        sight("blue", near, NOW, top=BLUE)
        sight("red", near, NOW + MINUTE)
        sight("mixed", near, NOW + MINUTE, top={"red": 0.4, "grey": 0.6})
        assert [one.sighting.uid for one in list_candidates(search)] == ["red", "mixed", "blue"]
        actions.answer_sighting(
            actor=KIM, now=NOW + 2 * MINUTE, search_id=search.id, uid="blue", is_right=False
        )
        assert [one.sighting.uid for one in list_candidates(search)] == ["red", "mixed"]
        sight("on", middle, NOW + 9 * MINUTE)
        later = NOW + 10 * MINUTE
        actions.answer_sighting(actor=KIM, now=later, search_id=search.id, uid="on", is_right=True)
        moved = get_search(KIM, search.id)
        assert (moved.last_at, round(moved.lat, 4)) == (NOW + 9 * MINUTE, 37.5799)
        assert [one.source for one in list_places(search.id)] == ["report", "camera"]
        assert far not in find_searched(later)
        assert far in find_searched(later + 60 * MINUTE)

    def test_a_beacon_moves_it_too_and_an_old_place_does_not(self):
        lay_out()
        search = start()
        for at, lat in ((NOW - MINUTE, 37.5765), (NOW - 9 * MINUTE, 37.5)):
            place = PlaceKnown(source="beacon", lon=HERE[0], lat=lat, at=at)
            actions.add_place(actor=KIM, now=NOW, search_id=search.id, place=place)
        assert get_search(KIM, search.id).lat == 37.5765

    @pytest.mark.parametrize("how", ["found", "expired"])
    def test_at_its_end_nothing_that_was_seen_is_left_and_that_is_proved(self, how):
        near, *_ = lay_out()
        search = start()
        sight("red", near, NOW)
        sight("blue", near, NOW, top=BLUE)
        actions.answer_sighting(actor=KIM, now=NOW, search_id=search.id, uid="red", is_right=True)
        path = actions.open_sighting(actor=KIM, now=NOW, search_id=search.id, uid="red")
        assert path.read_bytes() == b"red"
        if how == "found":
            assert actions.end_search(actor=KIM, now=NOW, search_id=search.id, state=SearchState.FOUND) == 2
        else:
            assert actions.expire_searches(now=NOW + timedelta(hours=1)) == 0
            assert actions.expire_searches(now=NOW + timedelta(hours=3)) == 1
        ended = get_search(KIM, search.id)
        assert (ended.state, ended.description, ended.top) == (SearchState(how), "", "")
        assert list_places(search.id) == []
        assert SightingRow.objects.count() == 0
        assert len(list_purges()[0]) == 2
        row = AuditRow.objects.get(action="cctv.purge_search")
        assert all(one.sha256 in row.details_json and one.audit_seq == row.seq for one in list_purges()[0])
        with pytest.raises(Conflict):
            actions.open_sighting(actor=KIM, now=NOW, search_id=search.id, uid="red")
        assert find_searched(NOW) == frozenset()
        steps = (
            AuditRow.objects.filter(subject=f"search:{search.id}")
            .order_by("seq")
            .values_list("action", flat=True)
        )
        assert list(steps)[:4] == [
            "cctv.ask_search",
            "cctv.start_search",
            "cctv.answer_sighting",
            "cctv.view_sightings",
        ]

    def test_one_search_neither_opens_nor_keeps_whom_another_alone_asks_for(self):
        near, _, far = lay_out()
        search = start()
        other = start(reference="2026-0002", lat=37.6049)
        sight("here", near, NOW)
        sight("there", far, NOW)
        assert actions.open_sighting(actor=KIM, now=NOW, search_id=other.id, uid="there").is_file()
        for wrong in ("here", "nobody"):
            with pytest.raises(NotFound):
                actions.open_sighting(actor=KIM, now=NOW, search_id=other.id, uid=wrong)
            with pytest.raises(NotFound):
                actions.answer_sighting(actor=KIM, now=NOW, search_id=other.id, uid=wrong, is_right=True)
        assert actions.end_search(actor=KIM, now=NOW, search_id=other.id, state=SearchState.FOUND) == 1
        assert [row.uid for row in SightingRow.objects.all()] == ["here"]
        assert actions.open_sighting(actor=KIM, now=NOW, search_id=search.id, uid="here").is_file()

    def test_what_nobody_decides_on_is_forgotten_too(self):
        search = actions.ask_search(actor=KIM, now=NOW, asked=asked())
        assert actions.expire_searches(now=NOW + timedelta(hours=47)) == 0
        assert actions.expire_searches(now=NOW + timedelta(hours=48)) == 1
        ended = get_search(KIM, search.id)
        assert (ended.state, ended.description, ended.top) == (SearchState.EXPIRED, "", "")

    def test_after_its_time_it_neither_looks_nor_answers(self):
        near, *_ = lay_out()
        search = start()
        late = NOW + timedelta(hours=2)
        assert find_searched(late) == frozenset()
        sight("late", near, late)
        assert SightingRow.objects.count() == 0
        with pytest.raises(Conflict):
            actions.answer_sighting(actor=KIM, now=late, search_id=search.id, uid="late", is_right=True)


@pytest.mark.django_db(transaction=True)
def test_the_pictures_are_deleted_once_the_end_is_committed():
    near, *_ = lay_out()
    search = start()
    sight("red", near, NOW)
    actions.end_search(actor=KIM, now=NOW, search_id=search.id, state=SearchState.ENDED)
    assert list((open_files().folder / "sightings").iterdir()) == []


@given(st.floats(0.5, 3), st.integers(0, 10_000), st.integers(0, 10_000))
def test_reach_grows_with_time_and_nobody_is_anywhere_before_they_can_be(speed, first, second):
    anchor = Anchor(*HERE, NOW)
    early, late = sorted((first, second))
    reaches = [measure_reach(anchor, speed, NOW + timedelta(seconds=one)) for one in (early, late)]
    assert reaches[0] <= reaches[1] <= 4000
    earliest = find_earliest(anchor, 1_400.0, speed)
    before = score((Wear.RED, None), ({Wear.RED: 1.0}, {}), earliest, earliest - timedelta(seconds=1))
    at, after = (
        score((Wear.RED, None), ({Wear.RED: 1.0}, {}), earliest, earliest + timedelta(seconds=one))
        for one in (early, late)
    )
    assert before == 0
    assert 1 >= at >= after > 0


@pytest.mark.parametrize(
    ("colour", "name"),
    [
        ((50, 50, 170), Wear.RED), ((160, 80, 30), Wear.BLUE), ((60, 120, 50), Wear.GREEN), ((20, 20, 20), Wear.BLACK),
        ((230, 230, 230), Wear.WHITE), ((120, 120, 120), Wear.GREY), ((40, 200, 230), Wear.YELLOW), ((30, 60, 100), Wear.BROWN),
    ],
)  # fmt: skip
def test_colours_have_the_names_that_people_give_them(colour, name):
    part = np.full((8, 8, 3), colour, np.uint8)
    assert name_colours(part) == {name: 1.0}
    assert match(name, name_colours(part)) == 1
    assert name_colours(part[:0]) == {}


def test_what_a_drawn_person_wears_is_read_from_the_picture():
    walker = Walker(way=((0, 0.5, 0.9), (9, 0.5, 0.9)), top=(50, 50, 170), bottom=(20, 20, 20))
    (picture,) = list(draw_street([walker], 0.25, 4))
    box = np.array([0.45 * 640, 0.5 * 360, 0.55 * 640, 0.9 * 360], np.float32)
    top, bottom = describe_wear(picture, box)
    assert max(top, key=top.get) is Wear.RED
    assert match(Wear.BLACK, bottom) > 0.3


def test_one_person_is_shown_without_a_head_and_nobody_else_is():
    person = np.array([40, 20, 80, 120], np.float32)
    close = np.array([46, 24, 86, 124], np.float32)
    away = np.array([100, 20, 140, 120], np.float32)
    boxes = hide_others(person, np.stack([person, close, away]))
    hidden = np.zeros((160, 200), bool)
    for x1, y1, x2, y2 in boxes.astype(int):
        hidden[y1:y2, x1:x2] = True
    assert hidden[20:120, 100:140].all()
    assert hidden[20:40, 40:80].all()
    assert hidden[25:45, 46:86].all(), "who stands at the same place has a head too"
    assert not hidden[60:120, 40:80].any()
    assert len(hide_others(person, np.zeros((0, 4), np.float32))) == 1


def test_the_analysis_tells_of_people_only_where_a_search_asks(tmp_path):
    video = tmp_path / "street.mp4"
    write_street(
        video, [Walker(way=((0, 0.1, 0.9), (6, 0.5, 0.9), (60, 0.5, 0.9)), top=(50, 50, 170))], 30, 4
    )
    analysis, told = Analysis(Files(tmp_path / "files")), []
    quiet = Source(camera_id="C1", url=str(video), fps=3)

    def look(source, want):
        analysis.keep([source])
        told.extend(analysis.take(0.1))
        return next((one for one in told if want(one)), None)

    try:
        wait_for(lambda: look(quiet, lambda one: one.pulse is not None and one.pulse.people > 0), 90)
        assert not [one for one in told if one.sighting is not None]
        asked_for = Source(camera_id="C1", url=str(video), fps=3, is_searched=True)
        one = wait_for(lambda: look(asked_for, lambda one: one.sighting is not None), 60).sighting
    finally:
        analysis.stop()
    assert max(one.top, key=one.top.get) == "red"
    assert analysis.files.name_sighting(one.uid).is_file()


class TestListPage(ListPageCases):
    path = "/desk/cctv/searches/"
    list_page = LIST

    @pytest.fixture(autouse=True)
    def rows(self, db):
        start()

    def test_one_is_found_by_the_number_of_its_report(self, db):
        assert list_searches(KIM, reference="-0001")[1] == 1
        assert list_searches(KIM, reference="-0002")[1] == 0


class TestAskPage(PageCases):
    path = "/desk/cctv/searches/new/"

    def test_the_place_is_found_by_name_or_clicked(self, reader):
        page = reader.get(self.path).content.decode()
        assert "data-find-place" in page
        assert "data-pick" in page

    def test_asking_leads_to_its_page_where_ones_own_can_not_be_started(self, reader):
        form = {
            "reference": "2026-0002", "ground": "실종아동법 제9조, 공문 2호", "description": "모름", "top": "red", "bottom": "",
            "lat": "37.5759", "lon": "126.9769", "at": "2026-01-01T09:00", "speed_m_s": "1.2", "hours": "2",
        }  # fmt: skip
        reply = reader.post(self.path, form)
        assert reply.status_code == 302
        page = reader.post(f"{reply.url}answer/", {"do": "start"}, follow=True).content.decode()
        assert "다른 사람이 승인해야" in page
        assert SearchRow.objects.get().state == "asked"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_running_search_is_shown_answered_and_ended_on_its_page(admin_client, language):
    near, *_ = lay_out()
    at = datetime.now(UTC)
    search = actions.ask_search(actor=KIM, now=at, asked=asked(at=at - 5 * MINUTE))
    actions.decide_search(actor=LEE, now=at, search_id=search.id, start=True)
    sight("red", near, at)
    admin_client.cookies["language"] = language
    path = f"/desk/cctv/searches/{search.id}/"
    assert f"/api/cctv/searches/{search.id}/red.jpg" in admin_client.get(path).content.decode()
    assert admin_client.get(f"{path}place/").status_code == 200
    admin_client.post(f"{path}answer/", {"do": "yes", "sighting": "red"})
    assert len(list_places(search.id)) == 2
    admin_client.post(f"{path}answer/", {"do": "found"})
    assert get_search(KIM, search.id).state is SearchState.FOUND
    assert admin_client.get(path).status_code == 200
