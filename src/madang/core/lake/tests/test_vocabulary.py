"""What the catalogue says in words."""

from madang.core.base.interface import Text
from madang.core.lake.vocabulary import say_promise


def test_a_promise_is_told_in_the_unit_that_fits() -> None:
    assert say_promise(600) == Text(ko="10분마다", en="Every 10 minutes")
    assert say_promise(7200) == Text(ko="2시간마다", en="Every 2 hours")
    assert say_promise(None) is None
