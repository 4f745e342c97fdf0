"""A process that is asked to stop does, whenever it is asked and however often."""

from __future__ import annotations

import signal

from madang.core.base.processes import stop_on_signals


def test_a_signal_that_comes_while_the_event_is_in_use_stops_nothing_but_the_process():
    before = [(number, signal.getsignal(number)) for number in (signal.SIGTERM, signal.SIGINT)]
    try:
        stop = stop_on_signals()
        signal.alarm(10)  # ends a test that stands still
        with stop._cond:  # as within `wait` and `set`
            for _ in range(3):
                signal.raise_signal(signal.SIGTERM)
        assert stop.wait(5)
    finally:
        signal.alarm(0)
        for number, handler in before:
            signal.signal(number, handler)
