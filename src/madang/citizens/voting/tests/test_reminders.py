"""Mails before polls close: to who wants them, of the same polls for everybody, once, and stopped by a link."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client

from madang.citizens.voting.actions.polls.casting import cast_vote
from madang.citizens.voting.actions.polls.making import open_poll
from madang.citizens.voting.actions.polls.reminding import remind, sign_person, subscribe
from madang.citizens.voting.models import SubscriberRow
from madang.citizens.voting.records.polls import BallotKind, Eligibility, NewChoice, NewPoll, PollKind
from madang.core.base.interface import ANONYMOUS, CITY_TIMEZONE, Actor, BadInput, NotAllowed
from madang.core.incidents.models import LetterRow

MORNING = datetime(2026, 5, 4, 9, 0, tzinfo=CITY_TIMEZONE)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MAKER = Actor("maker", "만든 사람", frozenset({("signed-in", "*")}))


def make(question: str, closes_at: datetime, eligibility: Eligibility = Eligibility.EVERYONE):
    plan = NewPoll(
        kind=PollKind.GROUP, question=question, ballot=BallotKind.SINGLE, opens_at=MORNING - 3 * DAY, closes_at=closes_at,
        choices=(NewChoice(text="가"), NewChoice(text="나")), eligibility=eligibility,
    )  # fmt: skip
    return open_poll(actor=MAKER, now=MORNING - 3 * DAY, plan=plan)


@pytest.fixture
def reader(db, django_user_model):
    return django_user_model.objects.create_user("maru", "only for tests", email="maru@city.example")


@pytest.fixture
def client(reader) -> Client:
    client = Client()
    client.force_login(reader)
    return client


@pytest.fixture
def subscriber(reader) -> Actor:
    actor = Actor(reader.public_id, "", frozenset({("signed-in", "*")}))
    subscribe(actor=actor, now=MORNING - 2 * DAY)
    return actor


def test_each_poll_is_told_once_by_day_and_alike_to_who_voted(subscriber):
    soon = make("곧 마감?", MORNING + DAY)
    make("아직 멀었나?", MORNING + 5 * DAY)
    make("주소만 아는?", MORNING + DAY, Eligibility.LINK)
    make("벌써 늦었나?", MORNING + HOUR)
    cast_vote(actor=subscriber, now=MORNING, poll_id=soon.id, marks={1: 1})
    assert remind(now=MORNING - 6 * HOUR) == 0, "nobody is woken"
    assert remind(now=MORNING) == 1
    (letter,) = LetterRow.objects.all()
    assert letter.person_id == subscriber.id
    assert re.findall(r"- (.+) \(", letter.body) == ["곧 마감?"] * 2
    assert f"/voting/polls/{soon.id}/" in letter.body
    assert letter.expires_at == soon.closes_at
    assert remind(now=MORNING + HOUR) == 0
    make("오늘 새로?", MORNING + 2 * DAY + HOUR)
    assert remind(now=MORNING + 2 * HOUR) == 0, "nobody is written to twice a day"
    assert remind(now=MORNING + DAY - HOUR) == 1
    assert re.findall(r"- (.+) \(", LetterRow.objects.last().body) == ["오늘 새로?"] * 2


def test_it_is_wanted_and_stopped_on_the_page_or_by_the_mails_own_address(client, reader):
    assert "메일로 알림 받기" in client.get("/voting/").content.decode()
    client.post("/voting/reminders/", {"wanted": "yes"})
    assert "메일 그만 받기" in client.get("/voting/").content.decode()
    client.post("/voting/reminders/", {})
    assert not SubscriberRow.objects.exists()
    client.post("/voting/reminders/", {"wanted": "yes"})
    address, stranger = f"/voting/reminders/stop/?of={sign_person(reader.public_id)}", Client()
    assert "그만 받기" in stranger.get(address).content.decode()
    assert SubscriberRow.objects.exists(), "a mail system that looks at links stops nothing"
    assert "보내지 않아요" in stranger.post(address).content.decode()
    assert not SubscriberRow.objects.exists()
    assert stranger.post(address.replace("of=", "of=x")).status_code == 422


def test_nobody_without_an_address_or_an_account(reader, client):
    reader.email = ""
    reader.save()
    home = client.get("/voting/").content.decode()
    assert ("메일로 알림 받기" in home, "먼저 계정에 전자우편 적기" in home) == (False, True)
    with pytest.raises(BadInput, match="e-mail"):
        subscribe(actor=Actor(reader.public_id, "", frozenset({("signed-in", "*")})), now=MORNING)
    with pytest.raises(NotAllowed):
        subscribe(actor=ANONYMOUS, now=MORNING)
