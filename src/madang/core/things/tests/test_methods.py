"""Service life and what counts as a change, for any dates and values."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.core.base.interface import BadInput
from madang.core.things.methods import TRANSITIONS, calculate_due_on, find_changes, read_values
from madang.core.things.records import ThingState


@given(st.dates(max_value=date(9000, 1, 1)), st.integers(1, 200))
def test_service_life_ends_on_the_same_day_years_later(installed_on, years):
    due_on = calculate_due_on(installed_on, years)
    assert due_on.year == installed_on.year + years
    assert due_on.month == installed_on.month
    assert installed_on.day - due_on.day in {0, 1}


@given(st.dictionaries(st.text(), st.integers()), st.dictionaries(st.text(), st.integers()))
def test_changes_lead_from_before_to_after(before, after):
    changes = find_changes(before, after)
    assert {**before, **{name: to for name, (_, to) in changes.items()}} == {**before, **after}


def test_every_state_can_be_left():
    assert all(TRANSITIONS[state] for state in ThingState)


def test_a_value_that_does_not_fit_is_refused_in_the_readers_language():
    with pytest.raises(BadInput) as refusal:
        read_values({"service_life_years": "오래"})
    assert refusal.value.text.say("ko") == (
        "‘service_life_years’ 값을 받아들일 수 없습니다: 정수 또는 빈 값이 와야 할 자리에 글자가 왔습니다"
    )
