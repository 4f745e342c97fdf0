"""Service life and what counts as a change, for any dates and values."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from madang.core.things.methods import TRANSITIONS, calculate_due_on, find_changes
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
