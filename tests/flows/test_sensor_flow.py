"""Report 1-3: a sensor's value from the street to its page, its pole and another city's program; pages for everyone."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, datetime

import httpx
import pytest
from looking import await_true, open_as, refuse_problems

KEY = "flow-key-0123456789"
PATHS = (
    "/city_sensors/?property=noise",
    "/city_sensors/SIM00007/?property=noise",
    "/city_sensors/sources/",
    "/city_sensors/dongs/?property=noise",
    "/city_sensors/compare/?station=SIM00007&station=SIM00008&property=noise",
    "/desk/city_sensors/",
    "/desk/city_sensors/senders/new/",
    "/desk/city_sensors/stations/SIM00007/calibrate/",
    "/smart_poles/",
    "/desk/smart_poles/",
    "/desk/smart_poles/programme/",
    "/desk/smart_poles/siting/",
    "/desk/smart_poles/SP0009/",
    "/desk/smart_poles/SP0009/modules/new/",
)


def test_from_the_street_to_the_page_the_pole_and_a_program(house, browser):
    """An officer lets a maker's sensors in; what one sends is on its page, in SensorThings and in NGSI-LD."""
    page = open_as(browser, house, "admin", "/desk/city_sensors/senders/new/")
    page.fill("[name=name]", "새 제조사")
    page.fill("[name=key]", KEY)
    page.locator("[name=agency_code]").select_option("city")
    page.get_by_role("button", name="저장").click()
    page.wait_for_url("**/desk/city_sensors/**")
    assert "새 제조사" in page.locator("main").inner_text()
    time.sleep(5.5)  # what another process knows of senders may be 5 s old
    body = {"serial": "SIM00007", "observed_at": datetime.now(UTC).isoformat(), "values": {"noise": 118.5}}
    address = f"{house.url}/api/city-sensors/messages"
    assert httpx.post(address, json=body, headers={"X-Certkey": KEY}).json() == {"taken": 1, "reasons": []}

    def is_shown():
        page.goto(f"{house.url}/city_sensors/SIM00007/?property=noise")
        return "118.5" in page.locator("main table").first.inner_text()

    await_true(is_shown)
    page.context.close()
    with closing(house.visit()) as program:
        question = "Thing/properties/id eq 'SIM00007' and ObservedProperty/definition eq 'noise'"
        newest = "Observations($top=1;$orderby=phenomenonTime desc)"
        found = program.get("/sta/v1.1/Datastreams", params={"$filter": question, "$expand": newest}).json()
        assert found["value"][0]["Observations"][0]["result"] == 118.5

        def is_context():
            entity = program.get("/ngsi-ld/v1/entities/urn:ngsi-ld:CitySensor:SIM00007?options=keyValues")
            return entity.status_code == 200 and entity.json().get("noise") == 118.5

        await_true(is_context)


@pytest.mark.parametrize(("width", "language"), [(390, "ko"), (1280, "en")])
def test_axe_finds_nothing(house, browser, width, language):
    refuse_problems(browser, house, width, language, PATHS)
