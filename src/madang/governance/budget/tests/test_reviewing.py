"""An IT project is reviewed step by step, by two people, against what exists."""

from __future__ import annotations

import pytest

from madang.core.base.interface import ANONYMOUS, HOUSE, Actor, BadInput, Conflict, NotAllowed, Text
from madang.core.things.interface import Kind, import_things, register_kind
from madang.governance.budget.actions.reviewing import (
    answer_checklist,
    compare_request,
    decide_review,
    give_opinion,
    request_review,
    withdraw_review,
)
from madang.governance.budget.queries.reviews import count_waiting, get_review
from madang.governance.budget.records.reviews import CHECKLIST, Answer, ReviewState

from .small_budget import NOW, open_small

GRANTS = frozenset({("budget.request", "ga"), ("budget.review", "*")})
ASKER = Actor(id="1", name="김담당", grants=GRANTS)
JUDGE = Actor(id="2", name="이심사", grants=GRANTS)
YES = dict.fromkeys(CHECKLIST, Answer.YES)


def ask(title: str = "광장 운영 고도화") -> int:
    return request_review(
        actor=ASKER,
        now=NOW,
        title=title,
        purpose="광장",
        agency_code="ga",
        fiscal_year=2027,
        amount_krw=1_000,
    )


def advise(number: int, **more) -> None:
    words = {"opinion": "적정", "advised_krw": 900, "duplicate_note": "대상이 다름"} | more
    give_opinion(actor=JUDGE, now=NOW, review_id=number, **words)


def decide(number: int, state: ReviewState, actor: Actor = JUDGE) -> None:
    decide_review(actor=actor, now=NOW, review_id=number, state=state, note="의견대로")


@pytest.mark.django_db
def test_from_request_to_decision_with_two_people():
    open_small()
    register_kind(actor=HOUSE, now=NOW, kind=Kind(code="screen", name=Text(ko="화면", en="Screen")))
    things = [
        {"id": f"D{at}", "kind": "screen", "name": f"광장 운영 화면 {at}", "agency_code": "11110"}
        for at in range(3)
    ]
    assert not import_things(actor=HOUSE, now=NOW, rows=things, source="test").rejected
    number = ask()
    with pytest.raises(Conflict, match="step"):
        compare_request(actor=JUDGE, now=NOW, review_id=number)
    with pytest.raises(BadInput):
        answer_checklist(actor=ASKER, now=NOW, review_id=number, answers={"law": Answer.YES})
    answer_checklist(actor=ASKER, now=NOW, review_id=number, answers=YES)
    compare_request(actor=JUDGE, now=NOW, review_id=number)
    found = {(one.kind, one.title) for one in get_review(number).matches}
    assert found == {("project", "광장 운영"), ("thing", "광장 운영 화면")}
    with pytest.raises(BadInput, match="duplicate"):
        advise(number, duplicate_note=" ")
    with pytest.raises(BadInput, match="advised"):
        advise(number, advised_krw=1_001)
    advise(number)
    with pytest.raises(NotAllowed, match="own request"):
        decide(number, ReviewState.APPROVED, ASKER)
    assert count_waiting() == 1
    decide(number, ReviewState.APPROVED)
    assert count_waiting() == 0
    with pytest.raises(Conflict):
        decide(number, ReviewState.REFUSED)
    review = get_review(number)
    assert [(one.state.value, one.who) for one in review.steps] == [
        ("requested", "김담당"), ("checked", "김담당"), ("compared", "이심사"), ("advised", "이심사"), ("approved", "이심사"),
    ]  # fmt: skip


@pytest.mark.django_db
def test_what_another_division_asks_for_too_is_found():
    first, second = ask(), ask("광장 운영의 고도화")
    answer_checklist(actor=ASKER, now=NOW, review_id=second, answers=YES)
    compare_request(actor=JUDGE, now=NOW, review_id=second)
    assert [(one.kind, one.id) for one in get_review(second).matches] == [("request", f"{first}")]


@pytest.mark.django_db
def test_a_request_is_withdrawn_until_it_is_decided():
    number = ask()
    with pytest.raises(NotAllowed):
        withdraw_review(actor=ANONYMOUS, now=NOW, review_id=number, note="바뀜")
    withdraw_review(actor=ASKER, now=NOW, review_id=number, note="계획이 바뀜")
    review = get_review(number)
    assert (review.state, review.steps[-1].note, count_waiting()) == ("withdrawn", "계획이 바뀜", 0)
    for again in (
        lambda: answer_checklist(actor=ASKER, now=NOW, review_id=number, answers=YES),
        lambda: withdraw_review(actor=ASKER, now=NOW, review_id=number, note="또"),
        lambda: decide(number, ReviewState.APPROVED),
    ):
        with pytest.raises(Conflict):
            again()
    other = ask("광장 운영의 고도화")
    answer_checklist(actor=ASKER, now=NOW, review_id=other, answers=YES)
    compare_request(actor=JUDGE, now=NOW, review_id=other)
    assert get_review(other).matches == ()


@pytest.mark.django_db
def test_what_fails_a_point_is_not_simply_approved():
    number = ask("전혀 다른 것")
    answer_checklist(actor=ASKER, now=NOW, review_id=number, answers=YES | {"cloud": Answer.NO})
    compare_request(actor=JUDGE, now=NOW, review_id=number)
    assert get_review(number).matches == ()
    advise(number, duplicate_note="")
    with pytest.raises(Conflict, match="answered no"):
        decide(number, ReviewState.APPROVED)
    with pytest.raises(BadInput):
        decide(number, ReviewState.ADVISED)
    decide(number, ReviewState.CONDITIONAL)


@pytest.mark.django_db
def test_strangers_and_other_divisions_do_nothing():
    number = ask()
    for actor in (ANONYMOUS, Actor(id="3", name="박", grants=frozenset({("budget.request", "na")}))):
        with pytest.raises(NotAllowed):
            answer_checklist(actor=actor, now=NOW, review_id=number, answers=YES)
        with pytest.raises(NotAllowed):
            request_review(
                actor=actor, now=NOW, title="x", purpose="", agency_code="ga", fiscal_year=2027, amount_krw=1
            )
    with pytest.raises(BadInput):
        request_review(
            actor=ASKER, now=NOW, title="x", purpose="", agency_code="ga", fiscal_year=2027, amount_krw=0
        )
