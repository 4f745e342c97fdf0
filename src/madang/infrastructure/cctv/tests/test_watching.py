"""Who sees what: looks are audited, originals need two people and end, clips are purged with proof; the wall."""

from __future__ import annotations

import csv
import os
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from madang.core.base.interface import HOUSE, Actor, BadInput, Conflict, NotAllowed, NotFound, Severity, Text
from madang.core.incidents.interface import Channel, Event, Target, get_incident, save_target
from madang.core.incidents.models import HandOverRow
from madang.core.pages.interface import build_starlette_routes
from madang.core.pages.testing import ListPageCases, PageCases
from madang.core.people.interface import check_audit_log
from madang.core.people.models import AuditRow
from madang.core.things.interface import change_thing
from madang.infrastructure.cctv import actions
from madang.infrastructure.cctv.gateway.clips import hash_file, open_files
from madang.infrastructure.cctv.hot import ROUTES
from madang.infrastructure.cctv.methods.ranking import Happening, Stream, rank, weigh
from madang.infrastructure.cctv.models import EventRow, SourceRow
from madang.infrastructure.cctv.pages.events import LIST
from madang.infrastructure.cctv.queries.cameras import list_cameras
from madang.infrastructure.cctv.queries.events import get_event, list_events
from madang.infrastructure.cctv.queries.privacy import list_purges, list_unmasks
from madang.infrastructure.cctv.queries.sources import find_source, list_sources
from madang.infrastructure.cctv.queries.wall import rank_streams
from madang.infrastructure.cctv.records import (
    Clip,
    EventKind,
    Ground,
    Pulse,
    Seen,
    Source,
    Told,
    UnmaskState,
    Verdict,
    View,
)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ALL = frozenset((f"cctv.{name}", "*") for name in ("view", "watch", "approve", "change"))
ALL |= {("incidents.work", "*"), ("incidents.view", "*")}
KIM, LEE = Actor(id="kim", name="김", grants=ALL), Actor(id="lee", name="이", grants=ALL)
SEER = Actor(id="seer", name="보기", grants=frozenset({("cctv.view", "*")}))
OTHER = Actor(id="other", name="남", grants=frozenset({("cctv.view", "11680"), ("cctv.watch", "11680")}))
REASON = "수사 협조 요청 공문 2026-1"


def lay_out(uid="a", kind=EventKind.LOITERING, at=NOW, strength=1.1, x=0.5, with_clip=True):
    """Register two cameras of which one is watched; record one event with its clips; return the camera."""
    text = (
        "자치구,주소,위도,경도,수량\n종로구,세종로 1,37.5759,126.9769,1\n종로구,세종로 2,37.5660,126.9770,1\n"
    )
    actions.import_cameras(actor=HOUSE, now=NOW, rows=csv.DictReader(text.splitlines()), source="시험")
    camera = list_cameras(sort="name")[0][0]
    actions.save_source(
        actor=HOUSE, now=NOW, source=Source(camera_id=camera.id, url="rtsp://camera.example/1")
    )
    seen = Seen(
        uid=uid, camera_id=camera.id, kind=kind, begun_at=at, ended_at=at, strength=strength, x=x, y=0.5,
        reason=Text(ko="까닭", en="reason"),
    )  # fmt: skip
    pulse = Pulse(camera_id=camera.id, at=at, people=1)
    actions.record_told(now=at, told=[Told(pulse=pulse), Told(seen=seen)])
    files = open_files()
    if with_clip:
        paths = files.name_clip(uid), files.name_original(uid)
        for number, path in enumerate(paths):
            path.write_bytes(b"clip %d" % number)
        clip = Clip(
            uid=uid, seconds=9, masked_sha256=hash_file(paths[0]), original_sha256=hash_file(paths[1])
        )
        actions.record_told(now=at, told=[Told(clip=clip)])
    files.name_live(camera.id).write_bytes(b"picture")
    return camera


@pytest.fixture(autouse=True)
def empty_files():
    yield
    files = open_files()
    for path in (*files.list_clips(), *(files.folder / "live").iterdir()):
        path.unlink()


def audited(action):
    return AuditRow.objects.filter(action=action).count()


@pytest.mark.django_db(transaction=True)
class TestLooking:
    def test_every_look_is_in_the_audit_log_and_a_row_of_pictures_is_one_look(self):
        camera = lay_out()
        SourceRow.objects.update(seen_at=NOW + timedelta(minutes=6))
        for second in range(0, 290, 10):
            actions.open_live(actor=KIM, now=NOW + timedelta(seconds=second), camera_id=camera.id)
        assert audited("cctv.view_live") == 1
        actions.open_live(actor=LEE, now=NOW, camera_id=camera.id)
        actions.open_live(actor=KIM, now=NOW + timedelta(minutes=6), camera_id=camera.id)
        assert audited("cctv.view_live") == 3
        assert actions.open_clip(actor=KIM, now=NOW, uid="a").read_bytes() == b"clip 0"
        assert audited("cctv.view_clip") == 1
        assert check_audit_log() == []

    def test_who_may_not_look_sees_nothing_and_leaves_no_look(self):
        camera = lay_out()
        for actor in (SEER, OTHER):
            with pytest.raises(NotAllowed):
                actions.open_live(actor=actor, now=NOW, camera_id=camera.id)
            with pytest.raises((NotAllowed, NotFound)):
                actions.open_clip(actor=actor, now=NOW, uid="a")
        assert list_events(OTHER)[1] == 0
        assert audited("cctv.view_live") == audited("cctv.view_clip") == 0

    def test_no_old_picture_is_given_as_a_live_one(self):
        camera = lay_out(at=datetime.now(UTC))
        client = TestClient(Starlette(routes=build_starlette_routes(ROUTES, lambda _: KIM)))
        path = f"/api/cctv/cameras/{camera.id}/live.jpg"
        assert client.get(path).content == b"picture"
        looks = audited("cctv.view_live")
        last = datetime.now(UTC) - timedelta(minutes=2)
        SourceRow.objects.update(seen_at=last)
        lost = client.get(path)
        assert (lost.status_code, lost.json()["code"]) == (503, "cctv.lost")
        assert "영상이 오지 않습니다" in lost.json()["message"]
        told = datetime.fromisoformat(lost.json()["details"]["last_at"])
        assert abs(told - last) < timedelta(seconds=1)
        SourceRow.objects.update(seen_at=datetime.now(UTC), trouble="주소가 틀립니다 · wrong address")
        assert client.get(path).status_code == 503
        SourceRow.objects.update(is_on=False)
        assert client.get(path).status_code == 404
        assert audited("cctv.view_live") == looks

    def test_an_export_says_to_whom_and_why_and_an_altered_clip_does_not_leave(self):
        lay_out()
        with pytest.raises(BadInput):
            actions.export_clip(actor=KIM, now=NOW, uid="a", recipient=" ", reason="x")
        path = actions.export_clip(actor=KIM, now=NOW, uid="a", recipient="종로경찰서", reason=REASON)
        assert path.read_bytes() == b"clip 0"
        row = AuditRow.objects.get(action="cctv.export_clip")
        assert "종로경찰서" in row.details_json
        assert hash_file(path) in row.details_json
        path.write_bytes(b"another")
        with pytest.raises(Conflict):
            actions.export_clip(actor=KIM, now=NOW, uid="a", recipient="종로경찰서", reason=REASON)


@pytest.mark.django_db
class TestFourEyes:
    def ask(self):
        return actions.ask_unmask(actor=KIM, now=NOW, uid="a", ground=Ground.INVESTIGATION, reason=REASON)

    def test_an_original_needs_ground_reason_and_another_person_and_ends(self):
        lay_out()
        with pytest.raises(NotAllowed):
            actions.open_original(actor=KIM, now=NOW, uid="a")
        with pytest.raises(BadInput):
            actions.ask_unmask(actor=KIM, now=NOW, uid="a", ground=Ground.LIFE, reason="급함")
        asked = self.ask()
        with pytest.raises(Conflict):
            self.ask()
        with pytest.raises(NotAllowed):
            actions.open_original(actor=KIM, now=NOW, uid="a")
        with pytest.raises(NotAllowed, match="somebody else"):
            actions.decide_unmask(actor=KIM, now=NOW, request_id=asked.id, grant=True)
        with pytest.raises(NotAllowed):
            actions.decide_unmask(actor=SEER, now=NOW, request_id=asked.id, grant=True)
        with pytest.raises(BadInput):
            actions.decide_unmask(actor=LEE, now=NOW, request_id=asked.id, grant=True, hours=25)
        granted = actions.decide_unmask(actor=LEE, now=NOW, request_id=asked.id, grant=True, hours=2)
        assert granted.expires_at == NOW + timedelta(hours=2)
        assert actions.open_original(actor=KIM, now=NOW, uid="a").read_bytes() == b"clip 1"
        with pytest.raises(NotAllowed):
            actions.open_original(actor=LEE, now=NOW, uid="a")
        with pytest.raises(NotAllowed):
            actions.open_original(actor=KIM, now=NOW + timedelta(hours=2), uid="a")
        steps = ("cctv.ask_unmask", "cctv.unmask_granted", "cctv.view_original")
        assert [audited(step) for step in steps] == [1, 1, 1]

    def test_a_look_for_another_request_is_another_look(self):
        lay_out()
        for minute in range(2):
            now = NOW + timedelta(minutes=minute)
            asked = self.ask()
            actions.decide_unmask(actor=LEE, now=now, request_id=asked.id, grant=True)
            for _ in range(2):
                actions.open_original(actor=KIM, now=now, uid="a")
            actions.decide_unmask(actor=LEE, now=now, request_id=asked.id, grant=False)
        assert audited("cctv.view_original") == 2

    def test_an_approval_can_be_taken_back(self):
        lay_out()
        asked = self.ask()
        actions.decide_unmask(actor=LEE, now=NOW, request_id=asked.id, grant=True)
        with pytest.raises(NotAllowed):
            actions.decide_unmask(actor=KIM, now=NOW, request_id=asked.id, grant=False)
        later = NOW + timedelta(minutes=1)
        taken = actions.decide_unmask(actor=LEE, now=later, request_id=asked.id, grant=False)
        assert (taken.state, taken.expires_at) == (UnmaskState.REFUSED, None)
        with pytest.raises(NotAllowed):
            actions.open_original(actor=KIM, now=later, uid="a")
        assert audited("cctv.unmask_taken_back") == 1

    def test_one_request_stands_in_nobody_elses_way_and_auditors_see_all(self):
        lay_out()
        self.ask()
        actions.ask_unmask(actor=LEE, now=NOW, uid="a", ground=Ground.INVESTIGATION, reason=REASON)
        auditor = Actor(id="auditor", name="감사", grants=frozenset({("people.read_audit", "*")}))
        assert [one.asked_by for one in list_unmasks(auditor)] == ["lee", "kim"]

    def test_a_refused_request_shows_nothing_and_is_decided_once(self):
        lay_out()
        asked = self.ask()
        refused = actions.decide_unmask(actor=LEE, now=NOW, request_id=asked.id, grant=False)
        assert refused.state is UnmaskState.REFUSED
        with pytest.raises(NotAllowed):
            actions.open_original(actor=KIM, now=NOW, uid="a")
        with pytest.raises(Conflict):
            actions.decide_unmask(actor=LEE, now=NOW, request_id=asked.id, grant=True)
        assert [one.id for one in list_unmasks(LEE)] == [asked.id]
        assert list_unmasks(SEER) == []


@pytest.mark.django_db
class TestPurging:
    def test_what_is_past_its_time_is_gone_and_its_hashes_are_the_proof(self):
        lay_out()
        files = open_files()
        hashes = {hash_file(path) for path in files.list_clips()}
        assert actions.purge(now=NOW + timedelta(days=29)) == 0
        later = NOW + timedelta(days=31)
        assert actions.purge(now=later) == 2
        assert files.list_clips() == []
        proofs, total = list_purges()
        assert total == 2
        assert {one.sha256 for one in proofs} == hashes
        row = AuditRow.objects.get(action="cctv.purge")
        assert all(one.audit_seq == row.seq and one.sha256 in row.details_json for one in proofs)
        assert not get_event(HOUSE, "a").has_clip
        with pytest.raises(NotFound):
            actions.open_clip(actor=KIM, now=later, uid="a")
        assert actions.purge(now=later) == 0

    def test_a_shorter_time_holds_for_the_clips_that_are_there_and_a_longer_one_does_not(self):
        camera = lay_out()
        for days, ends in ((7, 7), (90, 7)):
            actions.save_view(
                actor=HOUSE, now=NOW, camera_id=camera.id, view=View(), purpose="", retention_days=days,
                has_sign=None,
            )  # fmt: skip
            assert get_event(HOUSE, "a").expires_at == NOW + timedelta(days=ends)
        assert actions.purge(now=NOW + timedelta(days=7)) == 2

    def test_past_its_time_nothing_is_shown_though_the_purge_is_still_to_come(self):
        lay_out()
        last = NOW + timedelta(days=30) - timedelta(seconds=1)
        asked = actions.ask_unmask(actor=KIM, now=last, uid="a", ground=Ground.INVESTIGATION, reason=REASON)
        actions.decide_unmask(actor=LEE, now=last, request_id=asked.id, grant=True)
        assert actions.open_original(actor=KIM, now=last, uid="a").is_file()
        over = last + timedelta(seconds=1)
        with pytest.raises(NotFound):
            actions.open_clip(actor=KIM, now=over, uid="a")
        with pytest.raises(NotFound):
            actions.open_original(actor=KIM, now=over, uid="a")
        with pytest.raises(NotFound):
            actions.export_clip(actor=KIM, now=over, uid="a", recipient="종로경찰서", reason=REASON)

    def test_after_a_crash_between_proof_and_deletion_the_file_still_goes(self):
        lay_out()
        files = open_files()
        later = NOW + timedelta(days=31)
        EventRow.objects.update(purged_at=later)
        for path in files.list_clips():
            os.utime(path, (NOW.timestamp(), NOW.timestamp()))
        assert len(actions.list_overdue(later)) == 2
        assert actions.purge(now=later) == 2
        assert actions.list_overdue(later) == []

    def test_half_written_and_ownerless_files_go_after_an_hour_and_not_before(self):
        lay_out()
        files = open_files()
        (files.folder / "clips" / "half.new").write_bytes(b"x")
        files.name_original("nobody").write_bytes(b"y")
        for path in files.list_clips():
            os.utime(path, (NOW.timestamp(), NOW.timestamp()))
        assert actions.purge(now=NOW + timedelta(minutes=30)) == 0
        assert actions.purge(now=NOW + timedelta(minutes=90)) == 2
        assert [path.stem for path in files.list_clips()] == ["a", "a"]


@pytest.mark.django_db
class TestJudging:
    def test_a_false_one_closes_its_incident_and_a_right_one_is_taken_on(self):
        lay_out()
        actions.judge_event(actor=KIM, now=NOW, uid="a", verdict=Verdict.FALSE)
        event = get_event(HOUSE, "a")
        incident = get_incident(actor=HOUSE, number=event.incident)
        assert (event.verdict, event.judged_by, incident.resolution) == (Verdict.FALSE, "김", "false_alarm")
        lay_out("b", EventKind.FALL)
        actions.judge_event(actor=KIM, now=NOW, uid="b", verdict=Verdict.CONFIRMED)
        taken = get_incident(actor=HOUSE, number=get_event(HOUSE, "b").incident)
        assert (taken.state.value, taken.assignee) == ("acknowledged", "kim")
        with pytest.raises(BadInput):
            actions.judge_event(actor=KIM, now=NOW, uid="b", verdict=Verdict.OPEN)
        with pytest.raises(NotAllowed):
            actions.judge_event(actor=SEER, now=NOW, uid="b", verdict=Verdict.FALSE)

    def test_a_wrong_answer_is_taken_back_and_its_incident_is_open_again(self):
        lay_out(kind=EventKind.FALL)
        actions.judge_event(actor=KIM, now=NOW, uid="a", verdict=Verdict.FALSE)
        actions.judge_event(actor=KIM, now=NOW, uid="a", verdict=Verdict.CONFIRMED)
        incident = get_incident(actor=HOUSE, number=get_event(HOUSE, "a").incident)
        assert (incident.state.value, incident.assignee) == ("acknowledged", "kim")

    def test_three_false_ones_raise_that_cameras_limit_and_a_right_one_bounds_it(self):
        for number in range(3):
            camera = lay_out(f"e{number}", at=NOW + timedelta(hours=number), strength=1.1 + number / 10)
            factor = actions.judge_event(actor=KIM, now=NOW, uid=f"e{number}", verdict=Verdict.FALSE)
        assert factor == 1.35
        assert find_source(camera.id).factors == {"loitering": 1.35}
        lay_out("right", at=NOW + timedelta(hours=9), strength=1.2)
        assert actions.judge_event(actor=KIM, now=NOW, uid="right", verdict=Verdict.CONFIRMED) == 1.2
        # Saving the source anew doesn't lose what was learnt.
        actions.save_source(
            actor=HOUSE, now=NOW, source=Source(camera_id=camera.id, url="rtsp://camera.example/2")
        )
        assert find_source(camera.id).factors == {"loitering": 1.2}


@given(st.lists(st.floats(0, 1e5), min_size=2, max_size=30))
def test_no_stream_is_kept_from_the_operator_for_ever(ages):
    quiet = [Stream(camera_id=str(n), unseen_s=age) for n, age in enumerate(ages)]
    busy = [
        Stream(camera_id=f"busy{n}", people=99, past=99, unseen_s=0,
               happenings=(Happening(Severity.SEVERE, 0, EventKind.FALL),))
        for n in range(3)
    ]  # fmt: skip
    waited = Stream(camera_id="waited", unseen_s=60_000)
    first = rank([*quiet, *busy, waited])
    assert first[0].score >= weigh(waited).score > max(weigh(one).score for one in busy)


def test_a_fall_comes_before_people_and_people_before_nothing_and_each_says_why():
    fall = Stream(camera_id="fall", happenings=(Happening(Severity.SEVERE, 60, EventKind.FALL),), unseen_s=0)
    fire = Stream(camera_id="fire", unseen_s=0, happenings=(
        Happening(Severity.SEVERE, 60, name=Text(ko="화재 경보", en="Fire alarm"), metres=120),))  # fmt: skip
    people = Stream(camera_id="people", people=3, unseen_s=0)
    nothing = Stream(camera_id="nothing", unseen_s=0)
    ranked = rank([nothing, people, fire, fall])
    assert [one.camera_id for one in ranked] == ["fall", "fire", "people", "nothing"]
    assert "쓰러짐" in ranked[0].reasons[0].ko
    assert "120 m" in ranked[1].reasons[0].ko
    old = Stream(camera_id="old", happenings=(Happening(Severity.SEVERE, 7200, EventKind.FALL),), unseen_s=0)
    assert weigh(old).score < weigh(people).score


@pytest.mark.django_db
def test_events_go_to_112_and_119_by_the_policies_of_these_each_once_with_the_clip():
    policies = {"112": ("cctv_fight", "cctv_intrusion"), "119": ("cctv_fall", "cctv_fire", "cctv_smoke")}
    for name, kinds in policies.items():
        address = f"https://{name}.example/cap"
        target = Target(name=name, channel=Channel.CAP, address=address, kinds=kinds, events=(Event.OPENED,))
        save_target(actor=HOUSE, now=NOW, target=target)
    for uid, kind in (("a", EventKind.FIGHT), ("b", EventKind.FALL), ("c", EventKind.LOITERING)):
        for _ in range(2):  # told twice, it is handed over once
            lay_out(uid, kind)
    bodies = {row.target.name: row.body for row in HandOverRow.objects.select_related("target")}
    assert HandOverRow.objects.count() == len(bodies) == 2
    for name, uid, event in (("112", "a", "CCTV 싸움"), ("119", "b", "CCTV 쓰러짐")):
        assert f"/api/cctv/events/{uid}/clip.mp4</value>" in bodies[name]
        assert f"<event>{event}</event>" in bodies[name]
        assert "<valueName>가린 영상</valueName>" in bodies[name]


@pytest.mark.django_db
class TestWall:
    path = "/wall/cctv/"

    @pytest.mark.parametrize("language", ["ko", "en"])
    def test_it_shows_the_streams_with_reasons_within_the_budget(self, admin_client, language):
        camera = lay_out(at=datetime.now(UTC))
        admin_client.cookies["language"] = language
        page = admin_client.get(self.path, {"budget": "1"}).content.decode()
        assert f"/api/cctv/cameras/{camera.id}/live.jpg" in page
        assert ("확인하지 않은 배회" if language == "ko" else "Loitering to be judged") in page
        assert admin_client.get(self.path, {"budget": "x"}).status_code == 200
        assert admin_client.get(self.path).context["budget"] == 1

    @pytest.mark.parametrize(("budget", "count", "room"), [(1, 2, 1), (6, 1, 1), (6, 2, 4), (4, 2, 4)])
    def test_few_streams_are_shown_large(self, admin_client, budget, count, room):
        moment = datetime.now(UTC)
        lay_out(at=moment)
        for camera in list_cameras(sort="name")[0][:count]:
            source = Source(camera_id=camera.id, url="rtsp://camera.example/2")
            actions.save_source(actor=HOUSE, now=NOW, source=source)
            actions.record_told(
                now=moment, told=[Told(pulse=Pulse(camera_id=camera.id, at=moment, people=1))]
            )
        page = admin_client.get(self.path, {"budget": budget})
        assert len(page.context["tiles"]) == min(budget, count)
        assert f'class="cctv-tiles of-{room}"' in page.content.decode()

    def test_no_name_in_both_languages_stands_on_it(self, admin_client):
        lay_out(at=datetime.now(UTC))
        camera = list_sources()[0].camera
        change_thing(
            actor=HOUSE, now=NOW, thing_id=camera.id, values={"name": "정문 · Main gate"}, why="test"
        )
        admin_client.cookies["language"] = "en"
        page = admin_client.get(self.path).content.decode()
        assert "Live picture of Main gate," in page
        assert "정문" not in page.split('id="wall"')[1].split('class="cctv-queue"')[0]

    def test_an_answer_at_the_wall_goes_back_to_it(self, admin_client):
        lay_out()
        reply = admin_client.post("/desk/cctv/events/a/judge/", {"verdict": "false", "next": "wall"})
        assert reply.url == self.path
        assert get_event(HOUSE, "a").verdict is Verdict.FALSE
        page = admin_client.get(self.path).content.decode()
        assert "확인할 일이 없습니다" in page
        assert '<a href="/desk/cctv/events/a/" data-undo>' in page

    def test_a_fall_is_pushed_off_by_no_number_of_lesser_things(self, admin_client):
        moment = datetime.now(UTC)
        lay_out("fall", EventKind.FALL, at=moment - timedelta(hours=1))
        for number in range(9):
            lay_out(f"line{number}", EventKind.LINE, at=moment - timedelta(minutes=number))
        shown = [row["event"].uid for row in admin_client.get(self.path).context["events"]]
        assert shown[:2] == ["fall", "line0"]

    def test_a_stream_of_which_nothing_was_heard_is_lost_though_nobody_told(self, admin_client):
        moment = datetime.now(UTC)
        camera = lay_out(at=moment)
        tile, lost = rank_streams(HOUSE, moment + timedelta(seconds=59))
        assert (len(tile), lost) == (1, [])
        tile, lost = rank_streams(HOUSE, moment + timedelta(seconds=61))
        assert (tile, [one.camera.id for one in lost]) == ([], [camera.id])
        SourceRow.objects.update(seen_at=moment - timedelta(minutes=2))
        for path in ("/desk/cctv/", f"/desk/cctv/cameras/{camera.id}/live/"):
            page = admin_client.get(path).content.decode()
            assert "영상이 오지 않습니다" in page
            assert "no picture comes" not in page

    def test_a_lost_stream_is_named_and_not_shown(self, admin_client):
        camera = lay_out()
        actions.record_told(
            now=NOW, told=[Told(pulse=Pulse(camera_id=camera.id, at=NOW, trouble="no answer"))]
        )
        page = admin_client.get(self.path)
        assert page.context["streams"] == 0
        assert camera.name in page.content.decode()


class TestDesk(PageCases):
    path = "/desk/cctv/"

    @pytest.fixture(autouse=True)
    def rows(self, db):
        lay_out()


class TestEvents(ListPageCases):
    path = "/desk/cctv/events/"
    list_page = LIST

    @pytest.fixture(autouse=True)
    def rows(self, db):
        lay_out()


class TestEvent(PageCases):
    path = "/desk/cctv/events/a/"

    @pytest.fixture(autouse=True)
    def rows(self, db):
        lay_out()

    def test_asking_deciding_and_seeing_the_original_on_its_page(self, reader):
        asked = {"ground": "investigation", "reason": REASON}
        assert reader.post(f"{self.path}unmask/", asked).status_code == 302
        assert "승인을 기다립니다" in reader.get(self.path).content.decode()
        (one,) = list_unmasks(LEE)
        own = reader.post(f"/desk/cctv/privacy/{one.id}/", {"decision": "grant", "hours": "1"})
        assert own.status_code == 422
        actions.decide_unmask(actor=LEE, now=datetime.now(UTC), request_id=one.id, grant=True, hours=1)
        page = reader.get(self.path, {"original": "1"})
        assert "/api/cctv/events/a/original.mp4" in page.content.decode()
        seconds, _, address = page["Refresh"].partition("; url=")
        assert 3500 < int(seconds) <= 3600  # an open page ends with the approval
        assert address == self.path
        assert "Refresh" not in reader.get(self.path)

    def test_an_export_is_a_file_and_needs_a_recipient(self, reader):
        assert reader.post(f"{self.path}export/", {"reason": "x"}).status_code == 422
        reply = reader.post(f"{self.path}export/", {"recipient": "종로경찰서", "reason": REASON})
        assert b"".join(reply) == b"clip 0"


class TestPrivacy(PageCases):
    path = "/desk/cctv/privacy/"

    @pytest.fixture(autouse=True)
    def rows(self, db):
        lay_out()
        actions.ask_unmask(actor=KIM, now=NOW, uid="a", ground=Ground.SUBJECT, reason=REASON)
        actions.purge(now=NOW + timedelta(days=31))

    def test_it_proves_what_was_deleted(self, reader):
        page = reader.get(self.path).content.decode()
        assert "남은 파일이 없습니다" in page
        assert "clips/a.mp4" in page


@pytest.mark.parametrize("part", ["unmask/", "export/"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_forms_open_in_both_languages(db, admin_client, part, language):
    camera = lay_out()
    admin_client.cookies["language"] = language
    assert admin_client.get(f"/desk/cctv/events/a/{part}").status_code == 200
    assert admin_client.get(f"/desk/cctv/cameras/{camera.id}/live/").status_code == 200
