"""Story: the mayor's dashboard hangs on a wall and lies in a hand; what happens in the city is there at once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from looking import await_true, open_as, refuse_problems

from madang.project.pytest_plugin import House

PATH = "/wall/briefing/"
WALL = {"width": 1920, "height": 1080}
SMALLEST_PX = 20
REASON = {"ko": "다리 난간이 휘었습니다", "en": "The railing of a bridge is bent"}


def report(house: House, key: str, severity: str = "severe") -> int:
    found = {
        "key": key,
        "kind": "smoke",
        "severity": severity,
        "found_at": datetime.now(UTC).isoformat(),
        "reason": REASON,
        "agency_code": "safety",
        "lon": 126.9784,
        "lat": 37.5665,
    }
    reply = house.sign_in("operator").post("/api/incidents/findings", json={"findings": [found]})
    return reply.raise_for_status().json()["numbers"][0]


def count_open(page) -> int:
    return int(page.inner_text(".tile-incidents .figure").replace(",", ""))


def list_ids(answer) -> set[str]:
    return {one["properties"]["id"] for one in answer.json()["features"]}


def test_what_happens_is_on_the_wall_without_a_reload(house, browser):
    report(house, "railing:first")
    wall = open_as(browser, house, "operator", PATH, viewport=WALL)
    wall.wait_for_selector("[data-live-state][data-state=open]")
    wall.wait_for_selector(".map[data-ready=true]")
    wall.evaluate("window.neverReloaded = true")
    before = count_open(wall)
    answers = []
    wall.on("response", lambda one: answers.append(one) if "incidents.geojson" in one.url else None)
    number = str(report(house, "railing:second"))
    await_true(lambda: count_open(wall) > before)
    await_true(lambda: wall.title() and answers and number in list_ids(answers[-1]))
    assert wall.evaluate("window.neverReloaded")
    wall.click(".tile-incidents .figure")
    wall.wait_for_url("**/desk/incidents/?state=active")
    wall.context.close()


def test_the_wall_is_one_screen_and_can_be_read_from_afar(house, browser):
    for key in range(4):
        report(house, f"railing:afar:{key}")
    wall = open_as(browser, house, "operator", PATH, viewport=WALL)
    wall.wait_for_selector(".map[data-ready=true]")
    overflowing = wall.evaluate(
        """[document.scrollingElement, ...document.querySelectorAll('.tiles, .city-map, .map-pane')]
           .filter((one) => one.scrollHeight > one.clientHeight + 1).map((one) => one.className)"""
    )
    small = wall.evaluate(
        """(least) => [...document.querySelectorAll('.city-state *')].filter((one) =>
             !one.closest('.map, .sr-only, .unit, .choose nav') && [...one.childNodes].some((node) =>
               node.nodeType === 3 && node.data.trim()) && parseFloat(getComputedStyle(one).fontSize) < least
           ).map((one) => one.outerHTML.slice(0, 90))""",
        SMALLEST_PX - 0.5,
    )
    assert overflowing == []
    assert small == []
    wall.context.close()


def test_the_last_picture_stays_when_the_house_can_not_be_reached(house, browser):
    wall = open_as(browser, house, "operator", PATH, viewport=WALL)
    wall.wait_for_selector(".tile-incidents")
    wall.route("**/wall/briefing/**", lambda route: route.fulfill(status=200, body="<h1>somebody else</h1>"))
    report(house, "railing:unseen")
    wall.wait_for_timeout(3000)
    assert wall.locator(".tile-incidents .figure").count() == 1
    wall.context.close()


@pytest.mark.parametrize(("width", "language"), [(390, "ko"), (1280, "en"), (1920, "ko")])
def test_axe_finds_nothing(house, browser, width, language):
    report(house, f"railing:{width}")
    refuse_problems(browser, house, width, language, [PATH, f"{PATH}?hide=money"])
