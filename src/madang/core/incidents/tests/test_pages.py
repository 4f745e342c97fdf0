"""On the desk and on the wall: what waits is seen, taken, dealt with, handed over; rules are data."""

from __future__ import annotations

from datetime import timedelta

import pytest

from madang.core.base.interface import HOUSE, Actor, Severity, Text, now
from madang.core.incidents.actions import deliver_next, mute_kind, run_clocks, save_rule, save_target
from madang.core.incidents.doors import DESK_PANELS, SEARCH
from madang.core.incidents.interface import (
    Channel,
    Rule,
    Step,
    Target,
    acknowledge,
    close,
    get_incident,
    list_hand_overs,
    list_incidents,
    list_mutes,
    list_rules,
    list_targets,
    open_or_update,
)
from madang.core.incidents.pages.rules import MUTE_LIST, RULE_LIST
from madang.core.incidents.pages.targets import HAND_OVER_LOG, TARGET_LIST
from madang.core.incidents.pages.waiting import QUEUE
from madang.core.pages.testing import ListPageCases, PageCases
from madang.core.people.models import Agency

from .conftest import NOW, at, find

pytestmark = pytest.mark.django_db
KIND = "hand_over_failed"


@pytest.fixture(autouse=True)
def incidents():
    Agency.objects.create(code="11140", name_ko="중구", name_en="Jung-gu", kind="district")
    rule = Rule(
        name="심각한 것",
        kinds=(KIND,),
        min_severity=Severity.SEVERE,
        hours=(0, 24),
        weekdays=(0, 1, 2, 3, 4, 5, 6),
        assign_role="operator",
        acknowledge_within_s=60,
        close_within_s=3600,
        escalate_to=(Step(after_s=120, role="manager", agency_code="11140"),),
    )
    save_rule(actor=HOUSE, now=NOW, rule=rule)
    target = Target(
        name="119", channel=Channel.WEBHOOK, address="https://dispatch.example/hook", max_attempts=1
    )
    save_target(actor=HOUSE, now=NOW, target=target)
    open_or_update(
        findings=[
            find("a", severity=Severity.EXTREME, lon=126.9784, lat=37.5665, evidence={"온도": 71}),
            find("b", severity=Severity.MINOR, agency_code=None),
        ],
        now=NOW,
        source="test",
    )


class TestQueue(ListPageCases):
    path = "/desk/incidents/"
    list_page = QUEUE

    def test_the_severest_stands_first_with_colour_shape_and_word(self, reader):
        page = reader.get(self.path, {"state": "active"}).content.decode()
        assert page.index("a 이상") < page.index("b 이상")
        assert '<span class="krds-badge extreme">매우 심각</span>' in page

    def test_many_are_taken_at_once_and_a_refusal_is_said(self, reader):
        close(actor=HOUSE, now=at(1), number=2, reason="x")
        chosen = {"action": "acknowledge", "ids": ["1", "2", "99", "x"], "confirmed": "yes"}
        page = reader.post(self.path, chosen, follow=True).content.decode()
        assert "1건을 확인했습니다" in page
        assert "3건은 그대로" in page
        assert get_incident(actor=HOUSE, number=1).state == "acknowledged"
        reader.post(self.path, chosen | {"action": "take", "ids": ["1"]})
        assert len(reader.get(self.path, {"only": "mine"}).context["rows"]) == 1


class TestRecord(PageCases):
    path = "/desk/incidents/1/"

    def test_every_tab_opens(self, reader):
        for tab, words in (("facts", "중구"), ("evidence", "71"), ("clocks", "상위 보고")):
            assert words in reader.get(self.path, {"tab": tab}).content.decode()

    def test_evidence_is_said_in_the_reader_s_words(self, reader):
        evidence = {
            "table": "incidents",
            "latest_us": 1_795_000_000_000_000,
            "verdict": "hand_over",
            "alarm": "/desk/fire_safety/alarms/7/",
            "clip": "/api/cctv/events/a/clip.mp4",
            "heard_at": "2026-11-20T09:30:00+00:00",
            "told": "",
            "expected_interval_s": 600,
            "is_odd": True,
            "more": ["x", {"y": 1}],
            "href": "//elsewhere.example/",
        }
        fire = find("fire", kind="fire_alarm", evidence=evidence)
        open_or_update(findings=[fire], now=NOW, source="fire_safety")
        number = next(one.number for one in list_incidents(actor=HOUSE) if one.key == "fire")
        page = reader.get(f"/desk/incidents/{number}/", {"tab": "evidence"}).content.decode()
        for words in (
            "마지막 자료",
            "119에 넘김",
            '<a href="/desk/fire_safety/alarms/7/">열기</a>',
            '<a href="/api/cctv/events/a/clip.mp4">열기</a>',
            "2026",
            "600",
            "예",
        ):
            assert words in page
        for raw in ("latest_us", "verdict", "hand_over<", ">2026-11-20T", 'href="//elsewhere'):
            assert raw not in page

    def test_it_is_worked_on_to_its_end(self, reader):
        for verb in ("acknowledge", "start"):
            assert reader.post(f"{self.path}{verb}/")["Location"] == self.path
        reader.post(f"{self.path}comment/", {"note": "현장 도착"})
        reader.post(f"{self.path}assign/", {"agency_code": "11140", "role": "", "take": "on", "note": "제가"})
        target = list_targets()[0].id
        reader.post(f"{self.path}hand-over/", {"target_id": target, "note": "출동"})
        reader.post(f"{self.path}close/", {"resolution": "resolved", "reason": "불을 껐음"})
        page = reader.get(self.path).content.decode()
        for words in ("현장 도착", "불을 껐음", "외부 전달: 119", "조치 완료", "다시 열기"):
            assert words in page
        reader.post(f"{self.path}reopen/", {"note": "x", "reason": "다시 탐"})
        assert get_incident(actor=HOUSE, number=1).state == "open"
        reader.post(f"{self.path}merge/", {"into": 2, "note": "같은 일"})
        assert get_incident(actor=HOUSE, number=1).merged_into == 2
        events = [row.event for row in list_hand_overs(actor=HOUSE, number=1)]
        assert events.count("handed_over") == 1

    def test_a_refusal_stands_on_the_form(self, reader):
        close(actor=HOUSE, now=at(1), number=1, reason="x")
        reply = reader.post(f"{self.path}close/", {"resolution": "resolved", "reason": "y"})
        assert reply.status_code == 422
        assert "종결되었습니다" in reply.content.decode()
        reader.post(f"{self.path}acknowledge/")
        assert get_incident(actor=HOUSE, number=1).state == "closed"

    def test_an_unknown_number_is_not_found(self, reader):
        for number in ("99", "9" * 40):
            assert reader.get(f"/desk/incidents/{number}/").status_code == 404


class TestRules(ListPageCases):
    path = "/desk/incidents/rules/"
    list_page = RULE_LIST

    def test_a_rule_comes_back_from_its_form_as_it_was(self, reader):
        (rule,) = list_rules()
        form = reader.get(f"{self.path}{rule.id}/").context["form"]
        values = {
            name: value for name, value in form.initial.items() if value is not None and value is not False
        }
        reader.post(f"{self.path}{rule.id}/", values)
        assert list_rules() == (rule,)
        reader.post(f"{self.path}new/", values | {"name": "둘째"})
        assert [one.name for one in list_rules()] == ["심각한 것", "둘째"]
        reader.post(self.path, {"action": "delete", "ids": [str(rule.id)], "confirmed": "yes"})
        assert [one.name for one in list_rules()] == ["둘째"]


class TestMutes(ListPageCases):
    path = "/desk/incidents/mutes/"
    list_page = MUTE_LIST

    @pytest.fixture(autouse=True)
    def rows(self):
        mute_kind(actor=HOUSE, now=now(), kind=KIND, reason="공사", until=now() + timedelta(hours=1))

    def test_a_kind_is_muted_and_unmuted(self, reader):
        reader.post(f"{self.path}new/", {"kind": KIND, "hours": 3, "reason": "점검", "thing_id": ""})
        ids = [str(mute.id) for mute in list_mutes(now=NOW)]
        assert len(ids) == 2
        reader.post(self.path, {"action": "end", "ids": ids, "confirmed": "yes"})
        assert reader.get(self.path).context["total"] == 0


class TestTargets(ListPageCases):
    path = "/desk/incidents/targets/"
    list_page = TARGET_LIST

    def test_a_target_is_made_and_changed_and_its_secret_is_not_shown(self, reader):
        values = {
            "name": "방재센터",
            "channel": "webhook",
            "address": "https://b.example/",
            "secret": "열려라참깨",
            "is_active": "on",
            "min_severity": "severe",
            "max_attempts": 3,
            "events": ["opened", "closed"],
        }
        reader.post(f"{self.path}new/", values)
        target = list_targets()[-1]
        assert (target.name, target.min_severity, target.events) == (
            "방재센터",
            "severe",
            ("opened", "closed"),
        )
        page = reader.get(f"{self.path}{target.id}/").content.decode()
        assert "열려라참깨" not in page
        refused = reader.post(f"{self.path}{target.id}/", values | {"address": "http://169.254.169.254/"})
        assert refused.status_code == 422


class TestLog(ListPageCases):
    path = "/desk/incidents/hand-overs/"
    list_page = HAND_OVER_LOG

    def test_what_was_given_up_is_sent_again(self, reader):
        target = list_targets()[0]
        deliver_next(target_id=target.id, worker="w", now=at(0), timeout_s=1)
        page = reader.get(self.path, {"state": "dead"})
        (row,) = page.context["rows"]
        reader.post(self.path, {"action": "retry", "ids": [row["id"]], "confirmed": "yes"})
        assert reader.get(self.path, {"state": "dead"}).context["total"] == 0
        assert reader.get(self.path, {"q": "#1"}).context["total"] == 1


class TestWall(PageCases):
    path = "/wall/incidents/"

    def test_it_shows_what_is_urgent_and_how_old_it_is(self, reader):
        page = reader.get(self.path).content.decode()
        assert 'data-loudest="0"' not in page
        assert 'data-live="incidents"' in page
        assert "a 이상" in page
        acknowledge(actor=HOUSE, now=at(1), number=1)
        assert 'data-loudest="0"' in reader.get(self.path).content.decode()

    def test_what_grows_worse_or_goes_to_the_next_person_sounds_again(self, reader):
        loudness = [reader.get(self.path).context["loudest"]]
        open_or_update(findings=[find("b", 5, Severity.SEVERE, agency_code=None)], now=at(5))
        loudness.append(reader.get(self.path).context["loudest"])
        run_clocks(now=at(130))
        loudness.append(reader.get(self.path).context["loudest"])
        assert loudness[0] < loudness[1] < loudness[2]

    def test_what_is_over_and_only_waits_to_be_closed_stands_last_and_says_so(self, reader):
        first = reader.get(self.path).context["rows"][0]["incident"]
        assert "종결만 남음" not in reader.get(self.path).content.decode()
        open_or_update(findings=[find(first.key, 5, first.severity, cleared=True)], now=at(5))
        page = reader.get(self.path)
        assert [row["incident"].number for row in page.context["rows"]][-1] == first.number
        assert page.content.decode().count("종결만 남음") == 1

    def test_an_empty_wall_says_so(self, reader):
        for number in (1, 2):
            close(actor=HOUSE, now=at(1), number=number, reason="x")
        assert "처리할 상황이 없습니다" in reader.get(self.path).content.decode()


def test_the_desk_shows_my_work_and_nothing_to_those_without():
    (panel,) = DESK_PANELS
    assert panel.context(HOUSE, "ko")["total"] == 2
    nobody = Actor(id="n", name="n", grants=frozenset({("incidents.view", "11680")}))
    assert panel.context(nobody, "ko")["total"] == 1
    close(actor=HOUSE, now=at(1), number=2, reason="x")
    assert panel.context(nobody, "ko") is None


def test_the_search_box_finds_incidents_for_those_who_may():
    assert [hit.href for hit in SEARCH[0].search(HOUSE, "#1", 5)] == ["/desk/incidents/1/"]
    assert SEARCH[0].search(Actor(id="n", name="n"), "#1", 5) == []


def test_reasons_are_escaped_everywhere(client, django_user_model):
    client.force_login(
        django_user_model.objects.create_superuser(username="reader", password="only for tests")
    )
    open_or_update(findings=[find("x", reason=Text(ko="<script>1</script>", en="x"))], now=NOW)
    number = next(row.number for row in list_incidents(actor=HOUSE) if row.key == "x")
    for path in ("/desk/incidents/", f"/desk/incidents/{number}/", "/wall/incidents/", "/desk/"):
        assert "<script>1" not in client.get(path).content.decode()
