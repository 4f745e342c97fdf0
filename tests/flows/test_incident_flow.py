"""Story: a detector finds smoke, the wall shows it at once, an operator answers, and the dispatch centre is told."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from madang.core.incidents.tests.receivers import WebReceiver
from madang.project.pytest_plugin import House, miss

AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
REASON = {"ko": "3층 계단에서 연기", "en": "Smoke on the stairs of the third floor"}
DEADLINE_MS = 60_000


@pytest.fixture(scope="module")
def dispatch(house: House):
    """A dispatch centre that hears of everything, made by an administrator on its page."""
    receiver = WebReceiver()
    admin = house.sign_in("admin")
    target = {
        "name": f"종합방재센터 {receiver.url}",
        "channel": "webhook",
        "address": receiver.url,
        "secret": "열쇠",
        "is_active": "on",
        "min_severity": "severe",
        "max_attempts": 12,
    }
    admin.post("/desk/incidents/targets/new/", data=target).raise_for_status()
    yield receiver
    receiver.close()


def report(house: House, key: str, severity: str = "extreme") -> int:
    found = {
        "key": key,
        "kind": "smoke",
        "severity": severity,
        "found_at": datetime.now(UTC).isoformat(),
        "reason": REASON,
        "agency_code": "safety",
        "lon": 126.9784,
        "lat": 37.5665,
        "evidence": {"smoke_obscuration": 0.4},
    }
    reply = house.sign_in("operator").post("/api/incidents/findings", json={"findings": [found, found]})
    return reply.raise_for_status().json()["numbers"][0]


def open_as(browser, house: House, username: str, address: str, **more):
    page = browser.new_context(**more).new_page()
    page.set_default_timeout(DEADLINE_MS)
    page.goto(f"{house.url}/accounts/login/?next={address}")
    page.fill("[name=login]", username)
    page.fill("[name=password]", house.accounts()[username])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)
    return page


def await_true(condition):
    deadline = time.monotonic() + DEADLINE_MS / 1000
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_from_the_finding_to_the_dispatch_centre(house, browser, dispatch):
    wall = open_as(browser, house, "operator", "/wall/incidents/")
    wall.wait_for_selector("[data-live-state][data-state=open]")
    number = report(house, f"smoke:{dispatch.url}")
    wall.wait_for_selector(f".wall-row >> text=#{number}")
    wall.click(f".wall-row:has-text('#{number}') a")
    wall.click("button:has-text('확인')")
    wall.wait_for_selector("text=조치 시작")
    await_true(lambda: len(of_number(dispatch, number)) >= 2)
    events = [(message["event"], message["incident"]["count"]) for message in of_number(dispatch, number)]
    assert events == [("opened", 1), ("acknowledged", 1)]
    headers = [headers for headers, _ in dispatch.posts]
    assert len({one["Idempotency-Key"] for one in headers}) == len(headers)
    assert all(one["Madang-Signature"].startswith("t=") for one in headers)
    sequence = [message["sequence"] for message in dispatch.messages]
    assert sequence == sorted(sequence)
    wall.context.close()


def of_number(dispatch, number):
    return [message for message in dispatch.messages if message["incident"]["number"] == number]


PATHS = (
    "/wall/incidents/",
    "/desk/incidents/?state=active",
    "/desk/incidents/{number}/",
    "/desk/incidents/{number}/close/",
    "/desk/incidents/rules/new/",
    "/desk/incidents/targets/",
    "/desk/incidents/hand-overs/",
    "/desk/things/",
    "/desk/things/new/",
    "/desk/things/summary/",
    "/desk/things/import/",
)


@pytest.mark.parametrize(("width", "language"), [(390, "ko"), (1280, "en")])
def test_axe_finds_nothing(house, browser, dispatch, width, language):
    if not AXE.is_file():
        miss("axe-core")
    number = report(house, f"smoke:{width}", "severe")
    size = {"width": width, "height": 900}
    page = open_as(browser, house, "admin", "/desk/", viewport=size, reduced_motion="reduce")
    page.context.add_cookies([{"name": "language", "value": language, "url": house.url}])
    broken = []
    page.on("console", lambda said: broken.append(said.text) if "Content Security" in said.text else None)
    page.on("pageerror", lambda error: broken.append(str(error)))
    for path in PATHS:
        page.goto(house.url + path.format(number=number))
        page.evaluate(AXE.read_text("utf-8"))
        for one in page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]:
            broken += [
                f"{path} {one['id']}: {node['target']} {node['failureSummary']}" for node in one["nodes"][:3]
            ]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
            broken.append(f"{path} is too wide")
    page.context.close()
    assert not broken, "\n".join(broken)
