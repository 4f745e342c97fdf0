"""Story: a detector finds smoke, the wall shows it at once, an operator answers, and the dispatch centre is told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from looking import await_true, open_as, refuse_problems

from madang.core.incidents.tests.receivers import WebReceiver
from madang.project.pytest_plugin import House

REASON = {"ko": "3층 계단에서 연기", "en": "Smoke on the stairs of the third floor"}


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


def report(house: House, key: str, severity: str = "extreme", lon: float = 126.9784) -> int:
    found = {
        "key": key,
        "kind": "smoke",
        "severity": severity,
        "found_at": datetime.now(UTC).isoformat(),
        "reason": REASON,
        "agency_code": "safety",
        "lon": lon,
        "lat": 37.5665,
        "evidence": {"smoke_obscuration": 0.4},
    }
    reply = house.sign_in("operator").post("/api/incidents/findings", json={"findings": [found, found]})
    return reply.raise_for_status().json()["numbers"][0]


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


def test_a_wall_that_renews_itself_stays_as_bright(house, browser, dispatch):
    wall = open_as(browser, house, "operator", "/wall/incidents/")
    wall.wait_for_selector("[data-live-state][data-state=open]")
    wall.route("**/wall/incidents/", lambda route: None)
    report(house, f"bright:{dispatch.url}")
    board = wall.wait_for_selector("#wall.htmx-request")
    assert board.evaluate("(board) => getComputedStyle(board).opacity") == "1"
    wall.context.close()


WHOLLY_SEEN = """() => {
  const edge = (name, side) => document.querySelector(name).getBoundingClientRect()[side];
  const rows = [...document.querySelectorAll('.wall-row')];
  const isSeen = ({top, bottom}) => top >= edge('.wall-head', 'bottom') - 1 && bottom <= edge('.wall-foot', 'top') + 1;
  return rows.filter((row) => isSeen(row.getBoundingClientRect())).map((row) => row.querySelector('.wall-number').textContent);
}"""


def test_a_wall_longer_than_its_screen_shows_all_of_it_by_itself(house, browser, dispatch):
    numbers = [report(house, f"long{at}:{dispatch.url}", lon=126.9 + at / 50) for at in range(6)]
    size = {"width": 1280, "height": 640}
    wall = open_as(browser, house, "operator", "/wall/incidents/", viewport=size, reduced_motion="reduce")
    wall.clock.install()
    wall.goto(f"{house.url}/wall/incidents/")
    wall.clock.run_for(2_000)
    first = set(wall.evaluate(WHOLLY_SEEN))
    wall.wait_for_selector(".wall-part:has-text('저절로 넘어갑니다')")
    seen, wanted = set(first), {f"#{number}" for number in numbers}
    for _ in range(40):
        wall.clock.run_for(5_000)
        seen |= set(wall.evaluate(WHOLLY_SEEN))
        if first < seen and wanted <= seen:
            break
    assert first < seen
    assert wanted <= seen
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
    number = report(house, f"smoke:{width}", "severe")
    refuse_problems(browser, house, width, language, [path.format(number=number) for path in PATHS])
