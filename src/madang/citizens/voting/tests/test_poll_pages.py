"""Pages of polls: both languages, a poll made and voted in on a phone, what strangers may not do."""

from __future__ import annotations

import re
import time
from contextlib import closing
from datetime import timedelta

import cv2
import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from madang.citizens.voting.actions.polls.counting import count_poll
from madang.citizens.voting.actions.polls.discussion import comment
from madang.citizens.voting.demo import _hold, _plan_polls
from madang.citizens.voting.models import PollRow
from madang.citizens.voting.pages.listing import LISTED
from madang.citizens.voting.queries.polls import get_outcome, get_poll, list_polls, list_unvoted, list_votes
from madang.citizens.voting.records.polls import BallotKind, Eligibility, NewChoice
from madang.core.base.interface import Actor, now
from madang.core.pages.testing import ListPageCases, PageCases
from madang.core.pages.tests.browsing import find_problems, note_problems
from madang.project.pytest_plugin import House

from .test_polls import END, NOW, begin, person, vote

HANGUL = re.compile("[가-힣]")


@pytest.fixture
def city(db):
    """Lay out the demonstration's polls as they are an hour after their start."""
    for at, (plan, _) in enumerate(_plan_polls(now())):
        _hold(now(), plan, 8, np.random.default_rng(at))


class TestHome(PageCases):
    path = "/voting/"
    is_public = True

    @pytest.fixture(autouse=True)
    def polls(self, city):
        pass

    def test_it_leads_to_open_polls_and_outcomes(self):
        page = Client().get(self.path).content.decode()
        assert "하천 산책로를 어떤 길로" in page
        assert "밤늦은 배달 소음" in page
        assert "/voting/elections/" in page


class TestListed(ListPageCases):
    path = "/voting/polls/"
    is_public = True
    list_page = LISTED

    @pytest.fixture(autouse=True)
    def rows(self, city):
        pass


class TestMaking(PageCases):
    path = "/voting/polls/new/"


class TestDesk(PageCases):
    path = "/desk/voting/"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_demonstration_poll_shows_its_ballot_or_its_outcome(city, language):
    client = Client()
    client.cookies["language"] = language
    polls, total = list_polls(now=now())
    assert {poll.ballot for poll in polls} == set(BallotKind)
    assert total == 9
    for poll in polls:
        reply = client.get(f"/voting/polls/{poll.id}/")
        page = reply.content.decode()
        assert reply.status_code == 200
        assert ' style="' not in page
        assert page.count("<h1") == 1
        assert "시뮬레이션" in page
        assert ('class="poll-bars"' in page) == (poll.state == "counted")
        title = page.split("<h1>")[1].split("</h1>")[0]
        assert bool(HANGUL.search(title)) == (language == "ko")
        if poll.ballot == BallotKind.BUDGET:
            assert {"ko": "모두 1,000백만원까지", "en": "up to 1,000 million won"}[language] in page
        for choice in poll.say(language).choices:
            assert " · " not in choice.text
            assert choice.text in page
            assert not choice.has_picture or f'alt="{choice.alt}"' in page


def offer(*texts):
    return tuple(NewChoice(text=one) for one in texts)


@pytest.mark.django_db
def test_only_a_question_in_both_languages_makes_its_choices_pairs():
    both = begin(
        question="무엇을 먹을까요? · What shall we eat?", choices=offer("닭 · Chicken", "국수 · Noodles")
    )
    assert [one.text for one in get_poll(both.id, now=NOW).say("en").choices] == ["Chicken", "Noodles"]
    one = begin(question="무엇을 먹을까요?", choices=offer("치킨 · BBQ", "국수"))
    assert [one.text for one in get_poll(one.id, now=NOW).say("ko").choices] == ["치킨 · BBQ", "국수"]


@pytest.fixture
def citizen(db, django_user_model) -> Client:
    client = Client()
    client.force_login(django_user_model.objects.create_user("maru", "only for tests", name="마루"))
    return client


def form(**changes):
    filled = {"question": "무엇을 심을까요?", "ballot": "single", "choice_1": "상추", "choice_2": "고추",
              "lasts": "7", "eligibility": "everyone", "may_change": "on", "seats": "1", "unit": "만원"}  # fmt: skip
    return filled | changes


def test_a_poll_is_made_voted_in_changed_and_talked_about(citizen):
    made = citizen.post("/voting/polls/new/", form())
    address = made["Location"]
    assert citizen.post(f"{address}vote/", {}).status_code == 422
    assert citizen.post(f"{address}vote/", {"choice": "x"}).status_code == 422
    voted = citizen.post(f"{address}vote/", {"choice": "1"}, follow=True)
    assert "투표했어요" in voted.content.decode()
    assert citizen.post(f"{address}vote/", {"choice": "2"}).status_code == 409
    citizen.post(f"{address}vote/", {"choice": "2", "is_change": "yes"})
    page = citizen.get(address).content.decode()
    assert re.search(r'value="2" checked', page)
    citizen.post(f"{address}comments/", {"text": "상추가 <b>좋아요</b>"})
    page = citizen.get(address).content.decode()
    assert "상추가 &lt;b&gt;좋아요&lt;/b&gt;" in page
    taken_back = re.search(rf'href="({address}comments/\d+/withdraw/)"', page)[1]
    assert "되돌릴 수 없어요" in citizen.get(taken_back).content.decode()
    assert "상추가" not in citizen.post(taken_back, follow=True).content.decode().partition('id="talk"')[2]
    stranger = Client().get(address).content.decode()
    assert "로그인하고 투표하기" in stranger
    assert Client().post(f"{address}vote/", {"choice": "1"}).status_code == 422
    assert citizen.get(f"{address}vote/").status_code == 405


def test_who_has_not_voted_yet_is_reminded_soonest_closed_first(citizen, django_user_model):
    me = Actor(django_user_model.objects.get(username="maru").public_id, "마루")
    late = citizen.post("/voting/polls/new/", form(question="늦은 투표"))["Location"]
    soon = citizen.post("/voting/polls/new/", form(question="이른 투표", lasts="1"))["Location"]
    citizen.post("/voting/polls/new/", form(question="지갑 투표", eligibility="wallet", rule="youth_support"))
    citizen.post("/voting/polls/new/", form(question="초대 투표", eligibility="list", invited="2"))
    polls, total = list_unvoted(me, now=now(), limit=1)
    assert ([poll.question for poll in polls], total) == (["이른 투표"], 2)
    assert "아직 투표하지 않았어요" in citizen.get("/voting/").content.decode()
    for address in (late, soon):
        citizen.post(f"{address}vote/", {"choice": "1"})
    assert list_unvoted(me, now=now(), limit=9) == ([], 0)
    assert "아직 투표하지 않았어요" not in citizen.get("/voting/").content.decode()
    assert "아직 투표하지 않았어요" not in Client().get("/voting/").content.decode()


@pytest.mark.parametrize(("late_s", "says_so"), [(30, False), (200, True)])
def test_a_poll_that_nobody_counts_says_so_in_red(citizen, late_s, says_so):
    address = citizen.post("/voting/polls/new/", form())["Location"]
    ended = timezone.now() - timedelta(seconds=late_s)
    PollRow.objects.update(opens_at=ended - timedelta(days=1), closes_at=ended)
    page = Client().get(address).content.decode()
    assert ("표를 세는 일이 멈춰 있어요" in page) == says_so
    assert ("곧 결과가 나와요" in page) != says_so
    assert ("마감한 지 3분이" in page) == says_so


def test_the_device_that_voted_may_change_it_and_another_is_told_so(citizen, django_user_model):
    address = citizen.post("/voting/polls/new/", form())["Location"]
    citizen.post(f"{address}vote/", {"choice": "1"})
    other = Client()
    other.force_login(django_user_model.objects.get(username="maru"))
    assert "투표한 기기에서만 고칠 수 있어요" in other.get(address).content.decode()


def test_who_signs_in_next_on_the_same_device_neither_sees_nor_changes_the_vote(citizen, django_user_model):
    address = citizen.post("/voting/polls/new/", form())["Location"]
    citizen.post(f"{address}vote/", {"choice": "1"})
    assert "내 표 고치기" in citizen.get(address).content.decode()
    kept = citizen.cookies
    citizen.force_login(django_user_model.objects.create_user("bora", "only for tests", name="보라"))
    assert any(name.startswith("vote-") for name in kept)
    assert "내 표 고치기" not in citizen.get(address).content.decode()
    citizen.post(f"{address}vote/", {"choice": "2", "is_change": "yes"})
    poll = get_poll(address.split("/")[3], now=NOW)
    assert sorted(list(one.marks) for one in list_votes(poll.id)) == [[1], [2]]


def test_pictures_are_choices_with_words_for_those_who_do_not_see_them(citizen, tmp_path):
    for name in ("a", "b"):
        cv2.imwrite(str(tmp_path / f"{name}.png"), np.full((40, 60, 3), 200, np.uint8))
    with (tmp_path / "a.png").open("rb") as one, (tmp_path / "b.png").open("rb") as two:
        pictures = {"picture_1": one, "picture_2": two, "alt_1": "잿빛 네모", "alt_2": "잿빛 네모 하나 더"}
        address = citizen.post("/voting/polls/new/", form(**pictures))["Location"]
    assert 'alt="잿빛 네모"' in citizen.get(address).content.decode()
    picture = Client().get(f"{address}pictures/1.jpg")
    assert (picture["Content-Type"], picture.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert Client().get(f"{address}pictures/9.jpg").status_code == 404


@pytest.mark.parametrize("changes", [
    {"question": ""}, {"choice_2": ""}, {"choice_2": "상추"}, {"ballot": "budget"}, {"eligibility": "residence"},
    {"eligibility": "list"}, {"agency_code": "city"}, {"ballot": "nonsense"}, {"threshold": "0"},
])  # fmt: skip
def test_what_is_wrong_with_a_poll_is_said_and_nothing_is_opened(citizen, changes):
    reply = citizen.post("/voting/polls/new/", form(**changes))
    assert reply.status_code == 422
    assert "아직 열지 않았어요" in reply.content.decode()


def test_each_invited_person_gets_a_link_that_votes_once(citizen):
    made = citizen.post("/voting/polls/new/", form(eligibility="list", invited="2"))["Location"]
    links = re.findall(r"<code>http://testserver([^<]+)</code>", citizen.get(made).content.decode())
    assert len(links) == 2
    guest = Client()
    assert "투표하기</button>" in guest.get(links[0]).content.decode()
    address, code = links[0].split("?code=")
    assert guest.post(f"{address}vote/", {"choice": "1", "code": code}).status_code == 302
    assert Client().post(f"{address}vote/", {"choice": "1", "code": code}).status_code == 409
    assert "초대받은 주소" in Client().get(address).content.decode()
    assert Client().get(f"{address}invitations/").status_code == 302


def test_a_holder_ends_hides_and_others_may_not(citizen, django_user_model):
    address = citizen.post("/voting/polls/new/", form())["Location"]
    poll_id = address.split("/")[3]
    number = comment(actor=person(5), now=NOW, poll_id=poll_id, text="광고")
    other = Client()
    other.force_login(django_user_model.objects.create_user("bora", "only for tests", name="보라"))
    assert "알렸어요" in other.post(f"{address}comments/{number}/report/", follow=True).content.decode()
    hide = f"{address}comments/{number}/hide/"
    assert other.post(hide, {"reason": "싫어요"}).status_code == 422
    assert "신고 1번" in citizen.get(address).content.decode()
    for act, words in (
        ("end/", "무엇을 심을까요?"),
        ("take-down/", "무엇을 심을까요?"),
        (f"comments/{number}/hide/", "광고"),
    ):
        asked = citizen.get(address + act).content.decode()
        assert words in asked, "what is ended, taken down or hidden is named"
        assert asked.count(f'href="{address}') == 2, "and who cancels goes back to it"
    citizen.post(hide, {"reason": "광고"})
    assert "가린 의견이에요. 까닭: 광고" in other.get(address).content.decode()
    assert other.post(f"{address}end/", {}).status_code == 422
    citizen.post(f"{address}end/", {})
    assert "세고 있어요" in citizen.get(address).content.decode()


@pytest.mark.django_db
def test_a_poll_of_few_voters_shows_no_outcome():
    poll = begin(threshold=3)
    vote(poll, person(1))
    count_poll(now=END, poll_id=poll.id)
    assert "결과를 보이지 않아요" in Client().get(f"/voting/polls/{poll.id}/").content.decode()
    assert get_outcome(poll).lines == ()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ballot", "marks", "words"),
    [(BallotKind.OPINION, {1: 1, 2: 0}, "답한 사람 없음"), (BallotKind.RATING, {1: 5, 2: 3}, "별점 없음")],
)
def test_what_nobody_answered_is_shown_as_missing_not_as_nothing(ballot, marks, words):
    poll = begin(ballot=ballot)
    vote(poll, person(1), marks)
    count_poll(now=END, poll_id=poll.id)
    page = Client().get(f"/voting/polls/{poll.id}/").content.decode()
    assert page.count(words) == 1
    assert "가운데 0점" not in page
    assert ("넘김 1명" in page) == (ballot is BallotKind.OPINION), "in the words of the ballot"


@pytest.mark.parametrize(("language", "unit"), [("ko", "만원"), ("en", "thousand won")])
def test_the_unit_that_is_offered_reads_on_from_a_number(citizen, language, unit):
    citizen.cookies["language"] = language
    assert f'name="unit" value="{unit}"' in citizen.get("/voting/polls/new/").content.decode()


@pytest.mark.django_db
def test_it_says_below_how_many_people_cells_of_districts_are_hidden():
    poll = begin(by_district=True, threshold=1)
    for number in range(10):
        vote(poll, person(number), {1 if number % 5 else 2: 1}, district=("11110", "11680")[number % 2])
    count_poll(now=END, poll_id=poll.id)
    assert get_outcome(poll).districts
    assert "3명이 안 되는 칸은" in Client().get(f"/voting/polls/{poll.id}/").content.decode()


@pytest.mark.django_db
def test_polls_that_are_not_listed_are_in_no_list_and_no_open_data():
    from madang.citizens.voting.registers import list_poll_rows, list_result_rows  # noqa: PLC0415

    listed, hidden = begin(), begin(eligibility=Eligibility.LINK)
    for poll in (listed, hidden):
        vote(poll, person(1))
        count_poll(now=END, poll_id=poll.id)
    assert {row["id"] for row in list_poll_rows()} == {listed.id}
    rows = list(list_result_rows())
    assert {row["poll_id"] for row in rows} == {listed.id}
    assert [(row["choice"], row["measure"], row["value"]) for row in rows] == [
        (1, "votes", 1.0), (2, "votes", 0.0), (3, "votes", 0.0)
    ]  # fmt: skip
    assert [poll.id for poll in list_polls(now=END)[0]] == [listed.id]


def sign_in(browser, house: House, username: str):
    page = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, reduced_motion="reduce"
    ).new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{house.url}/accounts/login/?next=/voting/")
    page.fill("[name=login]", username)
    page.fill("[name=password]", house.accounts()[username])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)
    return page


def test_on_a_phone_a_ranking_is_made_voted_in_ended_and_its_outcome_read(house: House, browser):
    page = sign_in(browser, house, "citizen")
    note_problems(page)
    begun = time.monotonic()
    page.tap("text=투표 만들기")
    page.fill("[name=question]", "소풍은 어디로 갈까요?")
    page.tap("text=순위 매기기")
    for number, place in enumerate(("산", "바다", "숲"), start=1):
        page.fill(f"[name=choice_{number}]", place)
    assert not page.is_visible("[name=total]")
    assert page.is_visible("[name=seats]")
    found = find_problems(page)
    page.tap("button:has-text('투표 열기')")
    page.wait_for_selector("[data-ballot=ranking]")
    assert time.monotonic() - begun < 120, "a poll takes two minutes at most"
    for place in ("바다", "숲"):
        page.tap(f"[aria-label^='{place}']")
    found += find_problems(page)
    page.tap("form[data-ballot] button:has-text('투표하기')")
    page.wait_for_selector("text=투표했어요")
    assert page.text_content("[aria-label^='바다']") == "1위"
    page.tap("text=지금 마감하기")
    page.tap("button:has-text('마감하기')")
    page.wait_for_url(lambda url: "/end/" not in url)
    deadline = time.monotonic() + 90
    while "모두의 순위" not in page.text_content("main"):
        assert time.monotonic() < deadline, "the count didn't come"
        time.sleep(1)
        page.reload()
    assert page.text_content("#order ~ ol li p") == "1위 바다"
    found += find_problems(page) + page.problems
    page.context.close()
    assert found == []


def test_outcomes_are_open_data_and_programs_vote_too(house: House):
    with closing(house.sign_in("officer")) as officer:
        poll = next(
            one for one in officer.get("/api/polls", params={"state": "open"}).json()["polls"]
            if one["ballot"] == "budget"
        )  # fmt: skip
        assert poll["maker_id"] == ""
        votes = f"/api/polls/{poll['id']}/votes"
        assert officer.post(votes, json={"marks": {"1": 10**9}}).status_code == 422
        receipt = officer.post(votes, json={"marks": {"1": 600, "2": 400}}).json()["receipt"]
        assert officer.post(votes, json={"marks": {"1": 1}}).status_code == 409
        assert officer.post(votes, json={"marks": {"3": 1}, "receipt": receipt}).json()["receipt"] == receipt
    with closing(house.visit()) as stranger:
        assert stranger.post(votes, json={"marks": {"1": 1}}).status_code == 422
        deadline = time.monotonic() + 60
        while not stranger.get("/api/datasets/poll_results/rows").json().get("total"):
            assert time.monotonic() < deadline
            time.sleep(0.5)
