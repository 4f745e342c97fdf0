"""Who is told when: the rota by weekday and hour, the ladder, and the hours that nobody covers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.core.base.interface import CITY_TIMEZONE, HOUSE, BadInput
from madang.infrastructure.fire_safety.actions import (
    decide_due,
    register_facility,
    save_holidays,
    take_messages,
)
from madang.infrastructure.fire_safety.methods.duty import (
    NO_CALENDAR,
    choose_told,
    is_on_duty,
    list_dated_gaps,
    list_gaps,
    order_ladder,
    order_places,
    order_told,
)
from madang.infrastructure.fire_safety.models import DecisionRow
from madang.infrastructure.fire_safety.pages.rows import read_rows
from madang.infrastructure.fire_safety.queries import list_alarms, list_decisions, list_duty, list_ladder
from madang.infrastructure.fire_safety.records import Absence, Calendar, Contact, Holiday, Verdict

from .facilities import FACILITY, register, uplink

DAY = Contact(name="주간", days="12345", hours="9-18")
NIGHT = Contact(name="야간", days="12345", hours="18-9")
WEEKEND = Contact(name="주말", days="67", hours="")
HEAD = Contact(name="시설장", phone="02-000-0001", days="1", hours="9-10")
MONDAY = datetime(2026, 11, 23, tzinfo=CITY_TIMEZONE)


@pytest.mark.parametrize(
    ("day", "hour", "name"),
    [
        (1, 9, "주간"),
        (5, 17, "주간"),
        (1, 18, "야간"),
        (2, 3, "야간"),
        (6, 3, "야간"),
        (6, 12, "주말"),
        (7, 23, "주말"),
    ],
)
def test_the_first_told_is_who_is_on_duty_in_that_hour(day, hour, name):
    at = MONDAY + timedelta(days=day - 1, hours=hour)
    ladder = order_ladder([WEEKEND, DAY, NIGHT, HEAD], at.astimezone(UTC), CITY_TIMEZONE)
    assert name in {ladder[0].name, ladder[1].name}
    assert is_on_duty(ladder[0], day, hour)


def test_a_turn_over_midnight_belongs_to_the_day_on_which_it_begins():
    friday_night = Contact(name="금요일 밤", days="5", hours="22-6")
    assert is_on_duty(friday_night, 5, 23)
    assert is_on_duty(friday_night, 6, 5)
    assert not is_on_duty(friday_night, 5, 5)
    assert not is_on_duty(friday_night, 6, 23)


def test_hours_without_anybody_are_named():
    assert list_gaps([DAY, NIGHT, WEEKEND]) == [(1, hour) for hour in range(9)]
    assert list_gaps([DAY, NIGHT]) == [
        *((1, hour) for hour in range(9)),
        *((6, hour) for hour in range(9, 24)),
        *((7, hour) for hour in range(24)),
    ]


CHRISTMAS = MONDAY.date() + timedelta(days=2)
HOLIDAY = Contact(name="공휴일", days="8", hours="9-18")


def find_first(contacts, at, calendar):
    return order_ladder(contacts, at, CITY_TIMEZONE, calendar)[0].name


def test_a_holiday_is_no_working_day_and_its_night_begins_on_it():
    calendar = Calendar(holidays=frozenset({CHRISTMAS}))
    day = MONDAY + timedelta(days=2)
    rota = [DAY, NIGHT, HOLIDAY, WEEKEND]
    assert find_first(rota, day + timedelta(hours=12), NO_CALENDAR) == "주간"
    assert find_first(rota, day + timedelta(hours=12), calendar) == "공휴일"
    assert find_first([DAY, WEEKEND], day + timedelta(hours=12), calendar) == "주말"  # as on a Sunday
    assert find_first(rota, day + timedelta(hours=3), calendar) == "야간"  # Tuesday's night
    assert list_dated_gaps([DAY, NIGHT], calendar, CHRISTMAS, 3, CITY_TIMEZONE) == [
        *((CHRISTMAS, hour) for hour in range(9, 24)),
        *((CHRISTMAS + timedelta(days=1), hour) for hour in range(9)),
    ]


def test_who_stands_in_has_the_turns_of_who_is_absent_and_nobody_is_left_out():
    since, until = MONDAY + timedelta(hours=9), MONDAY + timedelta(days=1, hours=9)
    swap = Calendar(
        absences=(
            Absence(name="주간", instead="야간", since=since, until=until),
            Absence(name="야간", instead="주간", since=since, until=until),
        )
    )
    rota = [DAY, NIGHT, HEAD]
    order = [order_places(rota, MONDAY + timedelta(hours=hour), CITY_TIMEZONE, swap) for hour in (12, 20, 36)]
    assert order == [[1, 2, 0], [0, 2, 1], [0, 1, 2]]  # swapped by day, by night, and as usual after it
    noon, night = MONDAY + timedelta(hours=12), MONDAY + timedelta(hours=20)
    away = Calendar(absences=(Absence(name="주간", instead="시설장", since=since, until=until),))
    assert [one.name for one in order_ladder(rota, noon, CITY_TIMEZONE, away)] == ["시설장", "야간", "주간"]
    assert [one.name for one in order_ladder(rota, night, CITY_TIMEZONE, away)] == ["야간", "시설장", "주간"]
    nobody = Calendar(absences=(Absence(name="주간", since=since, until=until),))
    gaps = list_dated_gaps(rota, nobody, MONDAY.date(), 1, CITY_TIMEZONE)
    assert gaps == [(MONDAY.date(), hour) for hour in range(10, 18)]  # the head has 9 to 10


@pytest.mark.django_db
def test_an_absence_and_a_holiday_say_who_is_told_of_an_alarm():
    at = MONDAY + timedelta(days=2, hours=12)
    text = "2026-11-25 09:00, 2026-11-25, 공휴일, 시설장"
    absences = read_rows(text, ("since", "until", "name", "instead"), "absences_text", Absence)
    assert absences[0].until == MONDAY + timedelta(days=3)
    register(at)
    facility = msgspec.structs.replace(FACILITY, contacts=(DAY, HOLIDAY, HEAD), absences=absences)
    register_facility(actor=HOUSE, now=at, facility=facility)
    save_holidays(actor=HOUSE, now=at, holidays=[Holiday(on=CHRISTMAS, name="시험")])
    take_messages(now=at, messages=[uplink("d301", at, "smoke")], via="mqtt")
    decide_due(now=at)
    (alarm,) = list_alarms(actor=HOUSE)[0]
    assert DecisionRow.objects.get(verdict="tell_manager").told == "시설장"
    order, gaps = list_duty(HOUSE, FACILITY.code, at, 14)
    assert [is_away for _, is_away in order] == [False, False, True]
    assert order[0][0].name == "시○○"
    assert gaps == []
    assert list_ladder(alarm, facility.contacts, at)[0][1] == HEAD


@pytest.mark.parametrize(
    ("since", "until", "name", "instead"),
    [
        ("2026-11-25", "2026-11-24", "주간", ""),
        ("2026-11-25", "2026-11-26", "아무개", ""),
        ("2026-11-25", "2026-11-26", "주간", "아무개"),
        ("2026-11-25", "2026-11-26", "주간", "주간"),
        ("내일", "2026-11-26", "주간", ""),
        ("", "", "주간", ""),
    ],
)
@pytest.mark.django_db
def test_an_absence_that_is_none_is_refused_at_its_field(since, until, name, instead):
    with pytest.raises(BadInput) as refused:
        absences = read_rows(
            f"{since}, {until}, {name}, {instead}",
            ("since", "until", "name", "instead"),
            "absences_text",
            Absence,
        )
        facility = msgspec.structs.replace(FACILITY, contacts=(DAY, NIGHT), absences=absences)
        register_facility(actor=HOUSE, now=MONDAY, facility=facility)
    assert refused.value.details["field"] == "absences_text"


HOURS = st.sampled_from(["", "0-24", "9-18", "22-6", "5-5", "23-24"])
CONTACTS = st.lists(
    st.builds(
        Contact,
        name=st.sampled_from("가나다라"),
        days=st.sampled_from(["", "1", "67", "8", "12345"]),
        hours=HOURS,
    ),
    max_size=5,
)


CALENDARS = st.builds(
    Calendar,
    holidays=st.frozensets(st.sampled_from([MONDAY.date() + timedelta(days=day) for day in range(7)])),
    absences=st.lists(
        st.builds(
            Absence,
            name=st.sampled_from("가나다라"),
            instead=st.sampled_from(["", *"가나다라마"]),
            since=st.just(MONDAY),
            until=st.just(MONDAY + timedelta(days=4)),
        ),
        max_size=3,
    ).map(tuple),
)


@given(CONTACTS, st.integers(0, 7 * 24 - 1), st.lists(st.sampled_from("가나다라마"), max_size=9), CALENDARS)
def test_nobody_is_left_out_and_somebody_is_told_while_there_is_anybody(contacts, hour, told, calendar):
    at = MONDAY + timedelta(hours=hour)
    ladder = order_ladder(contacts, at, CITY_TIMEZONE)
    assert sorted(map(str, ladder)) == sorted(map(str, contacts))
    on_duty = [is_on_duty(one, at.isoweekday(), at.hour) for one in ladder]
    assert on_duty == sorted(on_duty, reverse=True)
    ladder = order_ladder(contacts, at, CITY_TIMEZONE, calendar)
    assert sorted(map(str, ladder)) == sorted(map(str, contacts))
    known = [(name, at) for name in told]
    chosen = choose_told(contacts, known, at, CITY_TIMEZONE, calendar)
    assert (chosen is None) == (not contacts)
    order = order_told(contacts, known, at, CITY_TIMEZONE, calendar)
    assert sorted(place for place, _ in order) == list(range(len(contacts)))
    left = [contacts[place] for place, moment in order if moment is None]
    if left:
        assert chosen == left[0]
        assert chosen == next(one for one in ladder if one in left)


@given(CONTACTS)
def test_a_gap_is_an_hour_in_which_nobody_is_on_duty(contacts):
    gaps = set(list_gaps(contacts))
    for hour in range(7 * 24):
        at = MONDAY + timedelta(hours=hour)
        covered = any(is_on_duty(one, at.isoweekday(), at.hour) for one in contacts)
        assert covered != ((at.isoweekday(), at.hour) in gaps)


@pytest.mark.parametrize("wrong", [{"days": "9"}, {"hours": "25-3"}, {"hours": "9"}, {"hours": "9-"}])
def test_a_turn_that_is_none_is_refused(wrong):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"name": "가", **wrong}, Contact)


@pytest.mark.django_db
def test_each_step_of_the_ladder_tells_the_next_one_and_says_whom():
    at = MONDAY + timedelta(hours=20)
    register(at)
    register_facility(
        actor=HOUSE, now=at, facility=msgspec.structs.replace(FACILITY, contacts=(DAY, NIGHT, HEAD))
    )
    take_messages(now=at, messages=[uplink("d301", at, "smoke")], via="mqtt")
    for seconds in (0, 31, 61, 91):
        decide_due(now=at + timedelta(seconds=seconds))
    told = list(DecisionRow.objects.order_by("id").values_list("verdict", "told"))
    assert told == [
        (Verdict.TELL_MANAGER.value, "야간"),
        (Verdict.ESCALATE.value, "주간"),
        (Verdict.ESCALATE.value, "시설장"),
        (Verdict.HAND_OVER.value, ""),
    ]
    (alarm,) = list_alarms(actor=HOUSE)[0]
    assert [one.told for one in list_decisions(HOUSE, alarm.id)] == ["야○", "주○", "시○○", ""]


@pytest.mark.django_db
def test_at_a_change_of_shift_the_first_of_the_new_one_is_next():
    at = MONDAY + timedelta(hours=17, minutes=59, seconds=45)
    people = tuple(Contact(name=name, hours=hours) for name, hours in
                   (("낮일", "9-18"), ("낮이", "9-18"), ("밤일", "18-9"), ("밤이", "18-9")))  # fmt: skip
    register(at)
    register_facility(actor=HOUSE, now=at, facility=msgspec.structs.replace(FACILITY, contacts=people))
    take_messages(now=at, messages=[uplink("d301", at, "smoke")], via="mqtt")
    decide_due(now=at)
    (alarm,) = list_alarms(actor=HOUSE)[0]
    told = []
    for seconds in (10, 31, 61):
        moment = at + timedelta(seconds=seconds)
        decide_due(now=moment)
        ladder = list_ladder(alarm, people, moment)
        told.append([one.name for _, one, when in ladder if when])
        assert [one.name for _, one, when in ladder if not when][0] == ["낮이", "밤이", "낮이"][len(told) - 1]
    assert told == [["낮일"], ["낮일", "밤일"], ["낮일", "밤일", "밤이"]]
