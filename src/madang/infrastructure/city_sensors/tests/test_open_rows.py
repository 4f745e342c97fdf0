"""The city's open rows: an hour of a sensor in one row, under the names that programs of the city know."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import httpx
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from madang.infrastructure.city_sensors.methods.open_rows import make_rows, pick_changed
from madang.infrastructure.city_sensors.tables import OPEN_ROWS

START = datetime(2026, 3, 1, tzinfo=UTC)
NAMES = {"S1": ("SDOT001", "residential_area", "Jongno-gu", "사직동"), "S2": ("", "", "", "")}
OPEN = """
from datetime import UTC, datetime
import django
django.setup()
from madang.infrastructure.city_sensors.actions.opening import open_hours
print(open_hours(now=datetime.now(UTC)))
"""


def make_hours(readings):
    """Return the hourly rollup of (sensor, property, hour, mean)."""
    return pa.table(
        {
            "thing_id": pa.array([one[0] for one in readings], pa.string()),
            "property": pa.array([one[1] for one in readings], pa.string()),
            "hour_at": pa.array(
                [START + timedelta(hours=one[2]) for one in readings], pa.timestamp("us", "UTC")
            ),
            **{
                f"value_{word}": pa.array([one[3] + add for one in readings], pa.float64())
                for word, add in (("max", 1), ("mean", 0.004), ("min", -1))
            },
        }
    )


def complete(rows):
    """Return rows with every column of their table, as the lake gives them back."""
    types = {column.name: pa.float64() for column in OPEN_ROWS.columns}
    return pa.table(
        {
            name: rows[name] if name in rows.column_names else pa.nulls(rows.num_rows, kind)
            for name, kind in types.items()
        }
    )


def test_a_row_is_an_hour_of_a_sensor():
    readings = [
        ("S1", "temperature", 0, 20.0), ("S1", "noise", 0, 50.0), ("S1", "noise", 1, 51.0),
        ("S2", "pm25", 1, 9.0), ("nobody", "noise", 0, 40.0), ("S2", "power", 2, 120.0), ("S2", "so2", 1, 0.0012),
    ]  # fmt: skip
    rows = make_rows(make_hours(readings), NAMES, START).to_pylist()
    assert [(row["serial_no"], row["sensing_time"].hour) for row in rows] == [("S1", 0), ("S1", 1), ("S2", 1)]
    first = rows[0]
    assert (first["max_temp"], first["avg_temp"], first["min_temp"], first["avg_noise"]) == (21, 20, 19, 50)
    assert (first["model_nm"], first["autonomous_district"]) == ("SDOT001", "Jongno-gu")
    assert (rows[1]["avg_temp"], rows[1]["avg_noise"]) == (None, 51)
    assert (rows[2]["avg_pm25"], rows[2]["avg_so2"]) == (9, 0.0052)


@given(
    st.dictionaries(
        st.tuples(st.sampled_from(["S1", "S2"]), st.sampled_from(["noise", "uv"]), st.integers(0, 3)),
        st.tuples(st.integers(0, 2), st.none() | st.integers(0, 2)), max_size=12,
    )
)  # fmt: skip
def test_only_what_is_new_or_changed_is_written_again(values):
    before, after = (
        make_rows(
            make_hours([(*key, pair[place]) for key, pair in values.items() if pair[place] is not None]),
            NAMES,
            START + timedelta(days=place),
        )
        for place in (0, 1)
    )
    assert pick_changed(before, complete(before.slice(0, 0)), START).equals(before)
    assert pick_changed(before, complete(before), START).num_rows == 0
    changed = {
        (key[0], START + timedelta(hours=key[2])) for key, pair in values.items() if pair[0] != pair[1]
    }
    found = pick_changed(after, complete(before), START)
    assert {(row["serial_no"], row["sensing_time"]) for row in found.to_pylist()} == changed
    emptied = [
        row for row in complete(found).to_pylist() if row["avg_noise"] is row["avg_ultra_rays"] is None
    ]
    left = {(key[0], key[2]) for key, pair in values.items() if pair[1] is not None}
    assert all((row["serial_no"], row["sensing_time"].hour) not in left for row in emptied)


def test_the_open_api_serves_them_under_the_citys_names(house):
    url = (house.data / "run" / "broker.url").read_text("ascii")
    environment = os.environ | {
        "MADANG_DATA": str(house.data),
        "MADANG_BROKER_URL": url,
        "DJANGO_SETTINGS_MODULE": "madang.project.settings",
    }
    api = f"http://127.0.0.1:{house.open_api_port}/sample/json/IotVdata017/1/5"
    deadline = time.monotonic() + 120
    while "IotVdata017" not in (answer := httpx.get(f"{api}/", timeout=120).json()):
        assert time.monotonic() < deadline, answer
        subprocess.run([sys.executable, "-c", OPEN], check=True, env=environment)
        time.sleep(2)
    body = answer["IotVdata017"]
    row = next(one for one in body["row"] if one["MODEL_NM"] == "SIM001")
    assert list(row)[:6] == ["MODEL_NM", "SERIAL_NO", "SENSING_TIME", "REGION", "AUTONOMOUS_DISTRICT", "ADMINISTRATIVE_DISTRICT"]  # fmt: skip
    assert float(row["MIN_TEMP"]) <= float(row["AVG_TEMP"]) <= float(row["MAX_TEMP"])
    assert (row["AVG_NO2"], row["SENSING_TIME"][10]) == ("", "_")
    district, day = row["AUTONOMOUS_DISTRICT"], row["SENSING_TIME"][:10]
    there = httpx.get(f"{api}/{district}/{row['SENSING_TIME'][:13]}", timeout=120).json()["IotVdata017"]
    assert {(one["AUTONOMOUS_DISTRICT"], one["SENSING_TIME"]) for one in there["row"]} == {
        (district, row["SENSING_TIME"])
    }
    of_day = httpx.get(f"{api}/%20/{day}", timeout=120).json()["IotVdata017"]
    assert of_day["list_total_count"] >= there["list_total_count"]
    assert httpx.get(f"{api}/%20/2001-01-01", timeout=120).json()["RESULT"]["CODE"] == "INFO-200"
