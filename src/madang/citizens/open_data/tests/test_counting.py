"""Uses are counted whatever happens to the place where they are written down."""

from __future__ import annotations

from madang.citizens.open_data.processes import UseCounter

TOO_MANY = 2**70


def test_what_cannot_be_written_now_is_kept_and_counting_goes_on():
    counter = UseCounter()
    for _ in range(3):
        counter.add("shelters", "sample", TOO_MANY)
    counter.write()  # no such number fits into its column: an error that isn't one of the house's own
    counter.write()
    assert counter._uses == {("shelters", "sample"): 3}
    assert counter._rows == {("shelters", "sample"): 3 * TOO_MANY}
