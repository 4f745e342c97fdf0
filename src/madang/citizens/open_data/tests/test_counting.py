"""Uses are counted whatever happens to the place where they are written down."""

from __future__ import annotations

from madang.citizens.open_data.processes import UseCounter


def test_what_cannot_be_written_now_is_kept_and_counting_goes_on():
    counter = UseCounter()
    for _ in range(3):
        counter.add("shelters", "sample", 5)
    counter.write()  # a test without a database: nothing can be written here
    counter.write()
    assert counter._uses == {("shelters", "sample"): 3}
    assert counter._rows == {("shelters", "sample"): 15}
