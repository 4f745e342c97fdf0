"""Polls in the house: made, voted in by many at once, counted, answered; who voted never meets what was voted."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from django.db import connection, connections

from madang.citizens.voting.actions.polls.casting import cast_vote
from madang.citizens.voting.actions.polls.counting import count_due_polls, count_poll
from madang.citizens.voting.actions.polls.discussion import (
    comment,
    decide_statement,
    hide_comment,
    report_comment,
    suggest_statement,
    withdraw_comment,
)
from madang.citizens.voting.actions.polls.making import (
    MOST_CHOICES,
    end_poll,
    open_poll,
    reply_to_poll,
    take_down_poll,
)
from madang.citizens.voting.models import BallotRow, CredentialRow, EnrolledRow, VoterRow
from madang.citizens.voting.queries.polls import (
    count_tasks,
    count_voters,
    find_vote,
    get_outcome,
    get_poll,
    list_comments,
    list_polls,
    list_votes,
    list_waiting,
)
from madang.citizens.voting.queries.voters import list_invitations
from madang.citizens.voting.records.polls import (
    BallotKind,
    Eligibility,
    NewChoice,
    NewPoll,
    PollKind,
    PollState,
)
from madang.core.base.interface import ANONYMOUS, Actor, BadInput, Conflict, NotAllowed, NotFound
from madang.core.people.models import AuditRow

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
END = NOW + timedelta(days=7)
PLAN = NewPoll(
    kind=PollKind.GROUP,
    question="어디로 갈까요?",
    ballot=BallotKind.SINGLE,
    choices=(NewChoice(text="산"), NewChoice(text="바다"), NewChoice(text="강")),
    opens_at=NOW,
    closes_at=END,
    threshold=1,
)
HOLDER = Actor("h", "종로구 부서장", agency_code="11110", grants=frozenset({("voting.hold", "11110")}))
CITY = Actor("c", "시 부서장", agency_code="city", grants=frozenset({("voting.hold", "city")}))


def person(number: object) -> Actor:
    return Actor(f"person-{number}", f"시민 {number}")


def begin(actor: Actor | None = None, **changes):
    actor = actor or person(0)
    return open_poll(actor=actor, now=NOW, plan=msgspec.structs.replace(PLAN, **changes))


def vote(poll, who, marks=None, **more) -> str:
    return cast_vote(actor=who, now=NOW + timedelta(hours=1), poll_id=poll.id, marks=marks or {1: 1}, **more)


@pytest.mark.django_db
def test_from_the_question_to_the_reply():
    poll = begin(HOLDER, kind=PollKind.POLICY, agency_code="11110", threshold=3)
    for number in range(5):
        vote(poll, person(number), {1 if number < 3 else 2: 1})
    with pytest.raises(Conflict, match="already"):
        vote(poll, person(0), {2: 1})
    assert get_poll(poll.id, now=NOW).voters == 5
    with pytest.raises(Conflict, match="counted"):
        reply_to_poll(actor=HOLDER, now=NOW, poll_id=poll.id, reply="알겠습니다")
    assert count_due_polls(now=NOW) == 0
    assert count_due_polls(now=END) == 1
    with pytest.raises(Conflict, match="open"):
        cast_vote(actor=person(9), now=END, poll_id=poll.id, marks={1: 1})
    outcome = get_outcome(poll)
    assert [line.counts for line in outcome.lines] == [(3,), (2,), (0,)]
    done = reply_to_poll(actor=HOLDER, now=END, poll_id=poll.id, reply="산으로 갑니다")
    assert (done.state, done.voters, done.reply) == (PollState.COUNTED, 5, "산으로 갑니다")


@pytest.mark.django_db
def test_nobody_votes_before_the_start_after_the_end_or_without_signing_in():
    poll = begin(opens_at=NOW + timedelta(days=1))
    with pytest.raises(Conflict, match="open"):
        vote(poll, person(1))
    poll = begin()
    with pytest.raises(BadInput, match="sign in"):
        vote(poll, ANONYMOUS)
    with pytest.raises(NotFound):
        cast_vote(actor=person(1), now=NOW, poll_id="no-such", marks={1: 1})
    assert end_poll(actor=person(0), now=NOW, poll_id=poll.id).state is PollState.CLOSED
    with pytest.raises(Conflict, match="over"):
        end_poll(actor=person(0), now=NOW, poll_id=poll.id)


@pytest.mark.django_db
def test_policy_polls_are_for_the_agencys_own_staff_and_group_polls_for_everyone_signed_in():
    for actor, agency in ((HOLDER, "city"), (person(1), "11110"), (ANONYMOUS, "11110")):
        with pytest.raises(NotAllowed):
            begin(actor, kind=PollKind.POLICY, agency_code=agency, threshold=3)
    with pytest.raises(NotAllowed):
        begin(ANONYMOUS)
    poll = begin(person(1))
    for actor in (person(2), HOLDER, ANONYMOUS):
        with pytest.raises(NotAllowed):
            end_poll(actor=actor, now=NOW, poll_id=poll.id)
    policy = begin(HOLDER, kind=PollKind.POLICY, agency_code="11110", threshold=3)
    for actor, theirs in ((HOLDER, poll), (person(2), poll), (ANONYMOUS, poll), (HOLDER, policy)):
        with pytest.raises(NotAllowed):
            take_down_poll(actor=actor, now=NOW, poll_id=theirs.id, reason="광고")
    own = begin(person(1))
    take_down_poll(actor=person(1), now=NOW, poll_id=own.id, reason="질문을 잘못 적었어요")
    take_down_poll(actor=CITY, now=NOW, poll_id=policy.id, reason="시험")
    take_down_poll(actor=CITY, now=NOW, poll_id=poll.id, reason="광고")
    assert list_polls(now=NOW) == ([], 0)
    for one in (poll, own):
        with pytest.raises(Conflict):
            vote(one, person(3))


@pytest.mark.django_db
@pytest.mark.parametrize("changes", [
    {"question": " "}, {"choices": PLAN.choices[:1]}, {"choices": PLAN.choices[:1] * 2}, {"closes_at": NOW},
    {"closes_at": NOW + timedelta(days=400)}, {"ballot": BallotKind.MULTIPLE, "most": 4},
    {"ballot": BallotKind.RANKING, "seats": 3}, {"ballot": BallotKind.BUDGET}, {"eligibility": Eligibility.LIST},
    {"eligibility": Eligibility.RESIDENCE}, {"districts": ("99999",), "eligibility": Eligibility.RESIDENCE},
    {"threshold": 0}, {"choices": (NewChoice(text="a", alt="그림"), NewChoice(text="b"))},
    {"choices": (NewChoice(text="a", picture=b"x", alt="그림"), NewChoice(text="b"))},
])  # fmt: skip
def test_a_poll_that_cannot_be_held_is_refused(changes):
    with pytest.raises(BadInput):
        begin(**changes)


@pytest.mark.django_db
def test_the_receipt_changes_a_vote_until_the_end_and_nothing_else_does():
    poll = begin()
    receipt = vote(poll, person(1), {1: 1})
    vote(poll, person(2), {1: 1})
    assert vote(poll, person(1), {3: 1}, receipt=receipt) == receipt
    with pytest.raises(BadInput, match="receipt"):
        vote(poll, person(2), {2: 1}, receipt="guessed")
    assert find_vote(poll.id, receipt).marks == {3: 1}
    count_poll(now=END, poll_id=poll.id)
    assert [line.counts for line in get_outcome(poll).lines] == [(1,), (0,), (1,)]
    with pytest.raises(Conflict):
        cast_vote(actor=person(1), now=END, poll_id=poll.id, marks={1: 1}, receipt=receipt)
    final = begin(may_change=False)
    with pytest.raises(Conflict, match="changed"):
        vote(final, person(1), {2: 1}, receipt=vote(final, person(1)))


@pytest.mark.django_db
def test_nothing_kept_leads_from_a_person_to_a_vote():
    poll = begin()
    receipts = [vote(poll, person(number), {number % 3 + 1: 1}) for number in range(60)]
    voters = list(VoterRow.objects.order_by("id").values())
    ballots = list(BallotRow.objects.order_by("id").values())
    columns = set(voters[0]) & set(ballots[0])
    assert columns == {"id", "poll_id", "key"}
    assert not {row["id"] for row in voters} & {row["id"] for row in ballots}
    assert not {row["key"] for row in voters} & {row["key"] for row in ballots}
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM voting_voterrow WHERE rowid <> id")
            assert cursor.fetchone() == (0,)
    # The order on disk is that of the random ids: it doesn't follow the order in which people came.
    came = [find_vote(poll.id, receipt).marks for receipt in receipts]
    assert [msgspec.json.decode(row["marks"], type=dict[int, int]) for row in ballots] != came
    said = str(list(AuditRow.objects.values())) + str(voters) + str(ballots)
    assert not any(f"person-{number}'" in said for number in range(1, 60))
    before = {row["id"] for row in ballots}
    count_poll(now=END, poll_id=poll.id)
    assert not VoterRow.objects.exists()
    assert not before & set(BallotRow.objects.values_list("id", flat=True))
    assert sum(line.counts[0] for line in get_outcome(poll).lines) == 60


@pytest.mark.django_db
@pytest.mark.parametrize("model", [VoterRow, BallotRow, EnrolledRow, CredentialRow])
def test_the_database_keeps_no_order_of_its_own(model):
    """SQLite numbers rows as they come, unless their key is its own kind of number: k-th voter, k-th ballot."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's transaction numbers are told of in the README")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT sql FROM sqlite_master WHERE name = '{model._meta.db_table}'")
        assert '"id" integer NOT NULL PRIMARY KEY' in cursor.fetchone()[0]


@pytest.mark.django_db
def test_a_box_with_a_ballot_too_many_is_not_counted_and_others_are():
    poll, other = begin(), begin()
    receipt = vote(poll, person(1))
    vote(other, person(1))
    row = BallotRow.objects.get(poll_id=poll.id)
    BallotRow.objects.create(id=1, poll_id=poll.id, key="stuffed", marks=row.marks)
    with pytest.raises(Conflict, match="1 people voted and 2 ballots"):
        count_due_polls(now=END)
    assert get_outcome(poll) is None
    assert get_outcome(other).voters == 1
    assert find_vote(poll.id, receipt)


@pytest.mark.django_db
def test_an_invitation_is_good_for_one_vote_by_whoever_holds_it():
    poll = begin(eligibility=Eligibility.LIST, invited=3)
    codes = [one.removeprefix("code=") for one in list_invitations(person(0), poll)]
    assert len(set(codes)) == 3
    with pytest.raises(NotAllowed):
        list_invitations(person(1), poll)
    vote(poll, ANONYMOUS, code=codes[0])
    with pytest.raises(Conflict):
        vote(poll, person(5), code=codes[0])
    for wrong in ("", "0", "0-", "3-abcdefabcdef", codes[1][:-1] + "x", "-1-a", "٣-a", "1" * 400):
        with pytest.raises(BadInput, match="invitation"):
            vote(poll, person(5), code=wrong)
    assert poll.id not in {one.id for one in list_polls(now=NOW)[0]}


@pytest.mark.django_db
def test_residents_vote_in_their_district_and_small_districts_are_not_shown():
    poll = begin(
        eligibility=Eligibility.RESIDENCE,
        districts=("11110", "11140", "11170"),
        by_district=True,
        threshold=5,
    )
    with pytest.raises(BadInput, match="residents"):
        vote(poll, person(1))
    with pytest.raises(BadInput):
        vote(poll, person(1), district="11680")
    for number, district in enumerate(["11110"] * 12 + ["11140"] * 7 + ["11170"]):
        vote(poll, person(number), {1 if number % 2 else 2: 1}, district=district)
    count_poll(now=END, poll_id=poll.id)
    lines = get_outcome(poll).districts
    assert {(line.code, line.voters) for line in lines} == {("11110", 12), ("", 8)}
    friends = begin(by_district=True, threshold=1)
    for number, district in enumerate(["11110"] * 6 + ["11140"] * 4 + ["11170"]):
        vote(friends, person(number), {1 if number % 5 else 2: 1}, district=district)
    count_poll(now=END, poll_id=friends.id)
    told = [cell for line in get_outcome(friends).districts for cell in (line.voters, *line.counts)]
    assert told
    assert not {1, 2} & set(told), "no district's one or two people are shown, not even among friends"
    plain = begin()
    vote(plain, person(1), district="11110")
    assert list_votes(plain.id)[0].district == "", "what no count needs isn't kept"


@pytest.mark.django_db
def test_discussion_is_open_reported_and_moderated_in_the_open():
    poll = begin(person(1))
    with pytest.raises(BadInput):
        comment(actor=ANONYMOUS, now=NOW, poll_id=poll.id, text="안녕")
    with pytest.raises(BadInput):
        comment(actor=person(2), now=NOW, poll_id=poll.id, text=" ")
    number = comment(actor=person(2), now=NOW, poll_id=poll.id, text="광고입니다")
    for _ in range(2):
        report_comment(actor=person(3), now=NOW, comment_id=number)
    assert (list_comments(poll.id)[0].reports, count_tasks([poll.id])) == (1, {poll.id: 1})
    with pytest.raises(NotAllowed):
        hide_comment(actor=person(3), now=NOW, comment_id=number, reason="싫어서")
    hide_comment(actor=person(1), now=NOW, comment_id=number, reason="광고")
    own = comment(actor=person(2), now=NOW, poll_id=poll.id, text="다시 생각해 볼게요")
    for actor, one in ((person(1), own), (ANONYMOUS, own), (person(2), number)):
        with pytest.raises(NotAllowed):
            withdraw_comment(actor=actor, now=NOW, comment_id=one)
    withdraw_comment(actor=person(2), now=NOW, comment_id=own)
    shown = list_comments(poll.id)[0]
    assert (shown.text, shown.hidden_reason) == ("", "광고")
    assert count_tasks([poll.id]) == {}
    with pytest.raises(Conflict, match="comments"):
        for _ in range(31):
            comment(actor=person(4), now=NOW, poll_id=poll.id, text="또")


@pytest.mark.django_db
def test_statements_that_people_suggest_wait_for_the_holder():
    poll = begin(person(1), ballot=BallotKind.OPINION)
    suggest_statement(actor=person(2), now=NOW, poll_id=poll.id, text="호수")
    suggest_statement(actor=person(2), now=NOW, poll_id=poll.id, text="숲")
    with pytest.raises(Conflict, match="same"):
        suggest_statement(actor=person(3), now=NOW, poll_id=poll.id, text="호수")
    with pytest.raises(BadInput, match="offered"):
        vote(poll, person(3), {4: 1})
    with pytest.raises(NotAllowed):
        decide_statement(actor=person(2), now=NOW, poll_id=poll.id, number=4, is_let_in=True)
    decide_statement(actor=person(1), now=NOW, poll_id=poll.id, number=4, is_let_in=True)
    decide_statement(actor=person(1), now=NOW, poll_id=poll.id, number=5, is_let_in=False)
    assert list_waiting(poll.id) == []
    receipt = vote(poll, person(3), {4: 1, 1: -1})
    vote(poll, person(3), {4: 1, 1: 0}, receipt=receipt)
    assert [choice.text for choice in get_poll(poll.id, now=NOW).choices] == ["산", "바다", "강", "호수"]
    for number in range(MOST_CHOICES - 4):
        suggest_statement(actor=person(2), now=NOW, poll_id=poll.id, text=f"광고 {number}")
    with pytest.raises(Conflict, match="no more"):
        suggest_statement(actor=person(3), now=NOW, poll_id=poll.id, text="들판")
    decide_statement(actor=person(1), now=NOW, poll_id=poll.id, number=6, is_let_in=False)
    suggest_statement(actor=person(3), now=NOW, poll_id=poll.id, text="들판")
    with pytest.raises(Conflict):
        suggest_statement(actor=person(2), now=NOW, poll_id=begin().id, text="호수")


PEOPLE = 1000


@pytest.mark.django_db(transaction=True)
def test_a_thousand_people_on_two_devices_each_at_once_have_exactly_one_vote_each():
    poll = begin()
    start, said = threading.Event(), []

    def cast(number: int) -> None:
        start.wait()
        try:
            receipt = vote(poll, person(number // 2), {number % 3 + 1: 1})
            said.append((number // 2, number % 3 + 1, receipt))
        except Conflict:
            said.append((number // 2, 0, ""))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(32) as devices:
        done = [devices.submit(cast, number) for number in range(2 * PEOPLE)]
        start.set()
        for one in done:
            one.result()
    taken = [one for one in said if one[2]]
    assert len(said) == 2 * PEOPLE
    assert sorted(number for number, _, _ in taken) == list(range(PEOPLE))
    assert (count_voters(poll.id), len(list_votes(poll.id))) == (PEOPLE, PEOPLE)
    assert all(find_vote(poll.id, receipt).marks == {choice: 1} for _, choice, receipt in taken)
    count_poll(now=END, poll_id=poll.id)
    expected = [(sum(choice == number for _, choice, _ in taken),) for number in (1, 2, 3)]
    assert [line.counts for line in get_outcome(poll).lines] == expected


@pytest.mark.django_db(transaction=True)
def test_votes_at_the_moment_of_the_count_are_counted_or_refused_never_lost():
    poll = begin()
    taken, is_counted = [], threading.Event()

    def cast(number: int) -> None:
        try:
            taken.append(vote(poll, person(number)))
        except Conflict:
            assert is_counted.is_set()
        finally:
            connections.close_all()

    def close() -> None:
        try:
            is_counted.set()
            count_poll(now=END, poll_id=poll.id)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as devices:
        done = [devices.submit(cast, number) for number in range(60)]
        done.insert(30, devices.submit(close))
        done += [devices.submit(cast, number) for number in range(60, 90)]
        for one in done:
            one.result()
    assert get_outcome(poll).voters == len(taken) == len(list_votes(poll.id))
