"""Calibration: any order of readings and corrections ends in the same values, and what was measured stays."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import httpx
import msgspec
from hypothesis import given
from hypothesis import strategies as st

from madang.infrastructure.city_sensors.methods.correcting import correct, find_correction, find_original
from madang.infrastructure.city_sensors.records import Correction

from .test_messages import KEY, read_newest, sender

__all__ = ["sender"]
START = datetime(2026, 1, 1, tzinfo=UTC)

corrections = st.lists(
    st.builds(
        lambda hour, made, gain, offset: Correction(
            thing_id="S1", property="pm25", gain=gain, offset=offset, valid_from=START + timedelta(hours=hour),
            reason="test", made_by="han", made_at=START + timedelta(days=2, minutes=made),
        ),
        st.integers(0, 20), st.integers(0, 99), st.floats(0.5, 2), st.floats(-5, 5),
    ),
    max_size=4, unique_by=lambda one: one.made_at,
)  # fmt: skip


@given(corrections, st.permutations(range(4)), st.integers(0, 24), st.floats(-50, 50))
def test_the_order_in_which_corrections_were_known_does_not_matter(made, order, hour, measured):
    moment = START + timedelta(hours=hour)
    expected, _ = correct(made, moment, measured)
    value, details = measured, None
    known: list[Correction] = []
    for place in order:
        known += made[place : place + 1]
        value, details = correct(known, moment, find_original(value, details))
    assert value == expected
    assert find_original(value, details) == measured


def test_the_newest_begun_holds_and_what_is_missing_stays_missing():
    first, second = (
        Correction(
            thing_id="S1", property="pm25", gain=gain, offset=0, valid_from=START + timedelta(hours=hour),
            reason="", made_by="", made_at=START,
        )
        for hour, gain in ((1, 2.0), (3, 3.0))
    )  # fmt: skip
    assert find_correction([second, first], START) is None
    assert correct([second, first], START + timedelta(hours=2), 10) == (20, '{"uncalibrated":10}')
    assert correct([first, second], START + timedelta(hours=4), 10)[0] == 30
    assert correct([first], START + timedelta(hours=4), None) == (None, None)


def test_an_officer_calibrates_and_old_and_new_values_follow(sender):
    serial = "SIM00008"
    address = f"{sender.url}/api/city-sensors/messages"

    def send(value):
        moment = datetime.now(UTC)
        body = {"serial": serial, "observed_at": moment.isoformat(), "values": {"noise": value}}
        httpx.post(address, json=body, headers={"X-Certkey": KEY}).raise_for_status()

    def await_newest(value):
        deadline = time.monotonic() + 30
        while not (found := read_newest(sender, serial, "noise")) or found[0]["result"] != value:
            assert time.monotonic() < deadline, found
            time.sleep(0.2)

    send(50)
    await_newest(50)
    with closing(sender.sign_in("data-officer")) as officer:
        form = {
            "csrfmiddlewaretoken": officer.cookies["csrftoken"], "property": "noise", "gain": "2", "offset": "1",
            "valid_from": "2026-01-01T00:00", "reason": "성적서 7",
        }  # fmt: skip
        page = officer.post(f"/desk/city_sensors/stations/{serial}/calibrate/", data=form)
        assert "성적서 7" in page.text
        refused = officer.post(f"/desk/city_sensors/stations/{serial}/calibrate/", data=form | {"gain": "0"})
        assert "기울기는 0보다" in refused.text
    await_newest(101)
    time.sleep(5.5)  # another process knows of it after 5 s at most
    send(60)
    await_newest(121)
    rows = httpx.get(
        f"{sender.url}/api/datasets/city_sensor_readings/rows",
        params={"where": [f"thing_id:eq:{serial}", "property:eq:noise", "value:eq:121"]},
    ).json()["rows"]
    assert msgspec.json.decode(rows[0]["details"]) == {"uncalibrated": 60}
