"""An operator answers: acknowledge, assign, work, close; every step is told, and nobody else may."""

from __future__ import annotations

import pytest

from madang.core.base.interface import HOUSE, Actor, BadInput, Conflict, NotAllowed, NotFound
from madang.core.incidents.interface import (
    IncidentFilter,
    Resolution,
    acknowledge,
    assign,
    close,
    comment,
    count_incidents,
    get_incident,
    list_incidents,
    list_timeline,
    merge,
    open_or_update,
    reopen,
    start_work,
    summarize_queue,
)
from madang.core.incidents.models import TimelineRow

from .conftest import at, find

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def incident():
    open_or_update(findings=[find()], now=at(0))


def tell(number=1):
    return [entry.event for entry in list_timeline(actor=HOUSE, number=number)]


def test_the_whole_way_from_open_to_closed(operator):
    taken = acknowledge(actor=operator, now=at(5), number=1, note="갑니다")
    assert (taken.state, taken.assignee_name, taken.acknowledged_at) == ("acknowledged", "이관제", at(5))
    assert acknowledge(actor=operator, now=at(6), number=1).acknowledged_at == at(5)
    assert start_work(actor=operator, now=at(7), number=1).state == "in_progress"
    comment(actor=operator, now=at(8), number=1, note="현장 도착")
    given = assign(actor=operator, now=at(9), number=1, assignee="p2", assignee_name="박담당")
    assert (given.agency_code, given.assignee_name) == ("11140", "박담당")
    done = close(actor=operator, now=at(10), number=1, reason="교체", resolution=Resolution.RESOLVED)
    assert (done.state, done.closed_at, done.close_reason) == ("closed", at(10), "교체")
    assert tell() == ["opened", "acknowledged", "started", "commented", "assigned", "closed"]
    assert list_timeline(actor=operator, number=1)[1].note == "갑니다"


def test_a_closed_incident_takes_no_work_until_it_is_reopened(operator):
    close(actor=operator, now=at(1), number=1, reason="x")
    for action in (acknowledge, start_work, assign):
        with pytest.raises(Conflict):
            action(actor=operator, now=at(2), number=1)
    reopen(actor=operator, now=at(3), number=1, reason="다시 발생")
    assert get_incident(actor=operator, number=1).state == "open"
    with pytest.raises(Conflict):
        reopen(actor=operator, now=at(4), number=1, reason="x")


def test_reopening_beside_an_open_one_of_the_same_cause_is_refused():
    close(actor=HOUSE, now=at(1), number=1, reason="x")
    open_or_update(findings=[find(seconds=5000)], now=at(5000))
    with pytest.raises(Conflict):
        reopen(actor=HOUSE, now=at(5001), number=1, reason="x")


def test_closing_and_remarks_need_words(operator):
    for words in ("", "  ", "\n"):
        with pytest.raises(BadInput):
            close(actor=operator, now=at(1), number=1, reason=words)
        with pytest.raises(BadInput):
            comment(actor=operator, now=at(1), number=1, note=words)
    with pytest.raises(BadInput):
        close(actor=operator, now=at(1), number=1, reason="x", resolution=Resolution.MERGED)


def test_merging_closes_one_and_keeps_the_worst_of_both(operator):
    open_or_update(findings=[find("b", 3)], now=at(3))
    merged = merge(actor=operator, now=at(4), number=1, into=2, note="같은 일")
    assert (merged.count, merged.opened_at, merged.last_seen_at) == (2, at(0), at(3))
    assert get_incident(actor=operator, number=1).merged_into == 2
    assert (tell(1), tell(2)) == (["opened", "merged"], ["opened", "merged"])
    for number, into in ((2, 2), (1, 2), (2, 1)):
        with pytest.raises((BadInput, Conflict)):
            merge(actor=operator, now=at(5), number=number, into=into)


def test_others_neither_see_nor_change_it(operator):
    open_or_update(findings=[find("c", agency_code="11680"), find("d", agency_code=None)], now=at(0))
    assert {row.key for row in list_incidents(actor=operator)} == {"smoke:1", "d"}
    with pytest.raises(NotFound):
        get_incident(actor=operator, number=2)
    with pytest.raises(NotAllowed):
        acknowledge(actor=operator, now=at(1), number=2)
    with pytest.raises(NotAllowed):
        list_incidents(actor=Actor(id="n", name="n"))
    with pytest.raises(NotFound):
        acknowledge(actor=operator, now=at(1), number=99)
    assert tell(2) == ["opened"]


def test_what_was_given_to_a_person_is_seen_by_that_person(operator):
    assign(actor=HOUSE, now=at(1), number=1, agency_code="11680", assignee="operator-1")
    where = IncidentFilter(assignee="operator-1")
    assert count_incidents(actor=operator, where=where) == 1
    assert [(row.state, row.count) for row in summarize_queue(actor=operator, where=where)] == [("open", 1)]


def test_a_refused_action_leaves_no_trace(operator):
    with pytest.raises(Conflict):
        reopen(actor=operator, now=at(1), number=1, reason="x")
    assert tell() == ["opened"]


def test_the_timeline_can_only_grow():
    row = TimelineRow.objects.get()
    for change in (row.save, row.delete, TimelineRow.objects.all().delete):
        with pytest.raises(TypeError):
            change()
    with pytest.raises(TypeError):
        TimelineRow.objects.update(note="never happened")


def test_lists_ask_the_database_the_same_however_long(django_assert_num_queries):
    with django_assert_num_queries(1):
        list_incidents(actor=HOUSE)
    open_or_update(findings=[find(str(number)) for number in range(3)], now=at(0))
    with django_assert_num_queries(1):
        list_incidents(actor=HOUSE)
