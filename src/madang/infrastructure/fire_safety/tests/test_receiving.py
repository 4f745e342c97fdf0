"""The 119 receiver's ledger where the disk is full: nothing half, nothing acknowledged that isn't there."""

from __future__ import annotations

import json
import resource
from contextlib import contextmanager

import pytest

from madang.infrastructure.fire_safety.gateway.receiving import Ledger


@contextmanager
def disk_for(size):
    """Let no file grow beyond `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("room", [0, 1, 60])
def test_an_alert_that_found_no_room_is_written_once_when_there_is_some(tmp_path, room):
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger(path)
    assert ledger.write({"identifier": "first"})
    with disk_for(path.stat().st_size + room):
        for _ in range(2):
            with pytest.raises(OSError, match="File too large|No space left"):
                ledger.write({"identifier": "second"})
    assert ledger.write({"identifier": "second"})
    assert not ledger.write({"identifier": "second"})
    assert ledger.write({"identifier": "third"})
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert [one["identifier"] for one in lines if not one["is_repetition"]] == ["first", "second", "third"]
    assert not Ledger(path).write({"identifier": "third"})
