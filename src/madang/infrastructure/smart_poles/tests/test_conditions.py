"""What modules' own streams tell is read from the lake: silent, without values, or standing still."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pyarrow as pa
import pytest

from madang.core.base.interface import read_settings
from madang.core.lake.folders import ledger_path
from madang.core.lake.interface import get_table
from madang.core.lake.ledger import Ledger
from madang.core.lake.schemas import conform, list_stored_columns
from madang.core.lake.writing.stream_table import StreamTable
from madang.infrastructure.smart_poles.queries import STREAM_TABLE, list_conditions

NOW = datetime(2026, 3, 1, 3, tzinfo=UTC)
VALUES = {
    "lively": lambda n: (float(n), 20.0),
    "still": lambda n: (7.0, 20.0),
    "blank": lambda n: (None, None),
    "blank at last": lambda n: (None, None) if n == 0 else (float(n), 1.0),
    "one blank of two": lambda n: (None if n == 0 else 1.0, None if n == 1 else float(n)),
    "one alone": lambda n: (120.0,),
    "metered": lambda n: (1.0, float(n), 118.0 + n),
}


@pytest.fixture
def readings(db, settings, tmp_path):
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path)})
    rows = [
        {"thing_id": thing, "property": "power" if place == 2 else f"d{place}", "observed_at": NOW - timedelta(minutes=10 * n), "value": value, "revision": 0}
        for thing, make in VALUES.items()
        for n in range(30)
        for place, value in enumerate(make(n))
    ]  # fmt: skip
    ledger = Ledger(ledger_path())
    readings = get_table(STREAM_TABLE)
    taken = conform(pa.Table.from_pylist(rows), list_stored_columns(readings))
    followed, _ = StreamTable(readings, ledger, "test").take_in(taken, 1)
    ledger.apply([msgspec.structs.replace(followed, dirty=())])


def test_what_streams_tell(readings):
    told = list_conditions([*VALUES, "nobody"], NOW)
    assert set(told) == set(VALUES)
    assert {one.heard_at for one in told.values()} == {NOW}
    assert {name for name, one in told.items() if one.is_stuck} == {"still"}
    assert {name for name, one in told.items() if one.is_blank} == {"blank", "blank at last"}
    assert {name: one.power_w for name, one in told.items() if one.power_w is not None} == {"metered": 118.0}
    later = list_conditions(["still"], NOW + timedelta(hours=5))
    assert not later["still"].is_stuck  # too few readings within the six hours
    assert list_conditions([], NOW) == {}
