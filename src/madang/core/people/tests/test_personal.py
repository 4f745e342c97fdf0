"""Personal data in public texts is found; numbers of offices and houses are not taken for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.core.base.interface import BadInput
from madang.core.people.interface import find_personal, hide_sender, refuse_personal


@pytest.mark.parametrize(
    "said",
    ["010-1234-5678", "제 번호는 01012345678이에요", "+82 10 1234 5678", "a.b@example.kr", "900101-1234567",
     "9001011234567", "1234-5678-9012-3456"],
)  # fmt: skip
def test_what_names_a_person_is_refused_at_its_field(said):
    with pytest.raises(BadInput) as refusal:
        refuse_personal(f"앞말 {said} 뒷말", "note")
    assert refusal.value.details["field"] == "note"


@given(st.integers(0, 10**7), st.sampled_from(["02-{}-{}", "031-{}-{}", "제{}호 {}층", "2026-01-{} {}"]))
def test_numbers_of_offices_and_houses_are_not_taken_for_a_person(number, form):
    assert find_personal(form.format(number // 10_000 % 1000 + 100, f"{number % 10_000:04d}")) is None


def test_a_sender_is_the_same_only_for_the_same_count():
    one = hide_sender("10.0.0.1", under="a")
    assert one == hide_sender("10.0.0.1", under="a")
    assert len({one, hide_sender("10.0.0.2", under="a"), hide_sender("10.0.0.1", under="b")}) == 3
    assert "10.0.0.1" not in one
