"""Readings that come as files: long or wide, every value is taken or kept with its reason, and none is doubled."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, datetime
from math import isfinite

import httpx
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.core.base.interface import CITY_TIMEZONE, BadInput
from madang.infrastructure.city_sensors.methods.files import melt, plan_columns, sort_out
from madang.infrastructure.city_sensors.records import PROPERTY_BY_CODE

LATEST = datetime(2026, 3, 1, tzinfo=UTC)
KNOWN = ("S1", "S2")
WIDE = (
    "모델명,시리얼,측정시간,미세먼지2.5(초미세먼지),기온,상대습도\n"
    "SDOT,SIM00031,2026-01-05 10:00,11.5,-3.5,40\nSDOT,SIM00031,2026-01-05 11:00,12.5,,41\nSDOT,NOBODY,2026-01-05 11:00,9,9,9\n"
)


def test_the_citys_own_columns_are_known():
    plan = plan_columns(WIDE.splitlines()[0].split(","))
    assert (plan.thing_id, plan.observed_at) == ("시리얼", "측정시간")
    assert plan.measured == (
        ("미세먼지2.5(초미세먼지)", "pm25"),
        ("기온", "temperature"),
        ("상대습도", "humidity"),
    )
    assert plan_columns(["serial", "time", "property", "value"]).value == "value"


@pytest.mark.parametrize("names", [[], ["시리얼"], ["serial", "time"], ["serial", "property", "value"]])
def test_what_tells_no_readings_is_refused(names):
    with pytest.raises(BadInput):
        plan_columns(names)


def test_times_are_read_as_cities_write_them():
    texts = [
        "202601051000",
        "2026-01-05 10:00",
        "2026-01-05_10:00:00",
        "2026-01-05T01:00:00Z",
        "soon",
        None,
        "2026-13-01 00:00",
    ]
    rows = pa.table({"serial": ["S1"] * 7, "time": texts, "pm25": [1.0] * 7})
    moments = melt(rows, plan_columns(rows.column_names), CITY_TIMEZONE)["observed_at"].to_pylist()
    assert moments == [datetime(2026, 1, 5, 1, tzinfo=UTC)] * 4 + [None] * 3


cells = st.tuples(
    st.sampled_from(["S1", "S2", "S3", None]), st.sampled_from([0, 10**15, 10**16]), st.sampled_from(["noise", "uv", "taste"]),
    st.none() | st.floats(-5, 5) | st.just(float("inf")),
)  # fmt: skip


@given(st.lists(cells, max_size=20))
def test_every_value_is_taken_or_has_a_reason(rows):
    serials, moments, properties, values = zip(*rows, strict=True) if rows else ((),) * 4
    table = pa.table(
        {
            "serial": pa.array(serials, pa.string()),
            "time": pa.array(moments, pa.timestamp("us", "UTC")),
            "property": pa.array(properties, pa.string()),
            "value": pa.array(values, pa.float64()),
        }
    )
    readings = melt(table, plan_columns(table.column_names), CITY_TIMEZONE)
    good, faults = sort_out(readings, KNOWN, PROPERTY_BY_CODE, LATEST)
    assert good.num_rows + sum(one.count for one in faults) == sum(value is not None for value in values)
    assert set(good["thing_id"].to_pylist()) <= set(KNOWN)
    assert all(map(isfinite, good["value"].to_pylist()))
    assert all(moment <= LATEST for moment in good["observed_at"].to_pylist())


def test_an_officer_brings_a_file_twice_and_its_values_are_there_once(house):
    address = f"{house.url}/api/datasets/city_sensor_readings/rows"
    where = {"where": ["thing_id:eq:SIM00031", "observed_at:lt:2026-01-06T00:00:00Z"]}
    with closing(house.sign_in("data-officer")) as officer:
        form = {"csrfmiddlewaretoken": officer.cookies["csrftoken"]}
        for _ in range(2):
            files = {"file": ("측정값.csv", WIDE.encode("cp949"))}
            page = officer.post("/desk/city_sensors/files/new/", data=form, files=files)
            assert "5개를 받고 3개를 받지 않았습니다" in page.text
        wrong = officer.post(
            "/desk/city_sensors/files/new/", data=form, files={"file": ("x.csv", b"a,b\n1,2\n")}
        )
        assert "시리얼" in wrong.text
        deadline = time.monotonic() + 30
        while (found := httpx.get(address, params=where, timeout=120).json())["total"] != 5:
            assert time.monotonic() < deadline, found
            time.sleep(0.3)
        assert {(row["property"], row["value"]) for row in found["rows"]} == {
            ("pm25", 11.5), ("pm25", 12.5), ("temperature", -3.5), ("humidity", 40.0), ("humidity", 41.0),
        }  # fmt: skip
        while "등록되지 않은 센서" not in officer.get("/desk/city_sensors/").text:
            assert time.monotonic() < deadline
            time.sleep(0.3)
