"""Times: valid from the first second to the last, give or take the leeway, and only as numbers."""

from __future__ import annotations

import pytest

from madang.citizens.wallet.methods.refusals import Part, Refused
from madang.citizens.wallet.methods.times import LAST, check_times, read_time

NOW, LEEWAY = 1_000_000, 60


@pytest.mark.parametrize(
    ("name", "good", "bad", "reason"),
    [
        ("iat", NOW + LEEWAY, NOW + LEEWAY + 1, "from_the_future"),
        ("nbf", NOW + LEEWAY, NOW + LEEWAY + 1, "not_yet_valid"),
        ("exp", NOW - LEEWAY + 1, NOW - LEEWAY, "expired"),
    ],
)
def test_the_first_and_the_last_second(name, good, bad, reason):
    check_times({name: good}, Part.CREDENTIAL, NOW, LEEWAY)
    with pytest.raises(Refused) as refused:
        check_times({name: bad}, Part.CREDENTIAL, NOW, LEEWAY)
    assert refused.value.code == f"credential.{reason}"


@pytest.mark.parametrize("value", [0, 0.5, LAST])
def test_a_time_is_a_number_of_seconds(value):
    assert read_time({"iat": value}, "iat", Part.LOG) == value
    assert read_time({}, "iat", Part.LOG) is None


@pytest.mark.parametrize("value", [-1, LAST + 1, 10**400, True, None, "0", [0]])
def test_anything_else_is_not(value):
    with pytest.raises(Refused, match="log.time"):
        read_time({"iat": value}, "iat", Part.LOG)
