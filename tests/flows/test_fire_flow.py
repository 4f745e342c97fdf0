"""Report 1-2: from a detector in a home to the wall, the manager's phone, 119's ledger and the report."""

from __future__ import annotations

import json
import time
from contextlib import closing
from datetime import UTC, datetime

import psutil
import pytest
from looking import await_true, open_as, refuse_problems

from madang.core.base.interface import read_run_state
from madang.infrastructure.fire_safety.gateway.simulating import publish_uplinks
from madang.infrastructure.fire_safety.tests.facilities import uplink
from madang.project.pytest_plugin import House

ROOMS = "3층, 301호, 0, 0, 6, 5, 4, 2, 0, 1\n3층, 302호, 6, 0, 6, 5, 3, 0, 1"
DETECTORS = (
    "flow-d1, smoke, 3층, 301호, 3, 2.5\nflow-d2, heat, 3층, 302호, 9, 2.5\nflow-p1, call_point, 3층, , 6, 5"
)


@pytest.fixture(scope="module")
def home(house: House):
    """A home of older people, registered on its pages by an administrator."""
    admin = house.sign_in("admin")
    wrong = {
        "code": "flow",
        "name": "해맑은요양원",
        "kind": "elderly",
        "agency_code": "11110",
        "lat": "37.58",
        "lon": "126.98",
    }
    refused = admin.post("/desk/fire_safety/facilities/new/", data={**wrong, "rooms_text": "3층, 301호, x"})
    assert refused.status_code == 422
    assert "1번째 줄" in refused.text
    contacts = "주간 당직, 02-000-0000\n시설장, 02-000-0001"
    right = {**wrong, "rooms_text": ROOMS, "contacts_text": contacts, "address": "시험로 1"}
    made = admin.post("/desk/fire_safety/facilities/new/", data=right)
    assert "해맑은요양원" in made.text
    made = admin.post("/desk/fire_safety/facilities/flow/detectors/", data={"detectors_text": DETECTORS})
    assert "flow-d2" in made.text
    yield "flow"
    admin.close()


POLICY = {
    "name": "밤 60초", "wait_s": 90, "night_wait_s": 60, "night_from": 21, "night_until": 7, "pair_s": 90,
    "quiet_s": 600, "hold_s": 300, "test_s": 3600, "drill_s": 1800, "ladder": "20, 40",
}  # fmt: skip


def say(house: House, device: str, kind: str) -> None:
    message = uplink(device, datetime.now(UTC), kind)
    publish_uplinks("127.0.0.1", house.mqtt_port, [(device, message)] * 2)


def read_ledger(house: House) -> list[dict]:
    lines = (house.data / "fire_119" / "ledger.jsonl").read_text("utf-8").splitlines()
    return [one for one in map(json.loads, lines) if one["identifier"].startswith("flow-")]


def test_from_the_detector_to_the_report(house, browser, home):
    wall = open_as(browser, house, "operator", "/wall/fire_safety/")
    wall.wait_for_selector("[data-live-state][data-state=open]")
    say(house, "flow-d1", "smoke")
    row = wall.wait_for_selector(".wall-row:has-text('해맑은요양원 3층 301호')")
    assert "119까지" in row.inner_text()
    address = row.query_selector("a").get_attribute("href")
    phone = open_as(browser, house, "officer", address, viewport={"width": 390, "height": 844})
    assert "들어서 옮겨야 하는 사람 2" in phone.inner_text("main")
    assert phone.locator(".plan .room.alarming").count() == 1
    assert phone.locator("a[href='tel:02-000-0000']").count() == 1
    phone.click("button:has-text('보았습니다')")
    phone.wait_for_selector("text=보았다고 답했습니다")
    assert read_ledger(house) == []
    phone.click("button:has-text('불입니다')")
    phone.wait_for_selector("text=119에 넘김")
    await_true(lambda: len(read_ledger(house)) == 1)
    (alert,) = read_ledger(house)
    assert (alert["msgType"], alert["status"], alert["headline"]) == (
        "Alert", "Actual", "화재 경보: 해맑은요양원 3층 301호"
    )  # fmt: skip
    wall.wait_for_selector(".wall-row.extreme:has-text('해맑은요양원'):has-text('119가 받음')")
    phone.click("a:has-text('상황 종료')")
    phone.fill("[name=note]", "쓰레기통 불, 다친 사람 없음")
    phone.click("button:has-text('종료')")
    phone.wait_for_selector("text=걸린 시간")
    said = phone.inner_text("main")
    assert "쓰레기통 불, 다친 사람 없음" in said
    assert "불이라고 확인" in said
    check_printed(house, address)
    wall.wait_for_selector(".wall-row:has-text('해맑은요양원')", state="detached")
    for page in (wall, phone):
        page.context.close()


def test_a_wall_that_hangs_for_hours_says_what_it_lacks(house, browser, home):
    wall = open_as(browser, house, "operator", "/wall/fire_safety/")
    wall.clock.install()
    wall.goto(f"{house.url}/wall/fire_safety/")
    wall.wait_for_selector("text=소리가 꺼져 있습니다")  # no browser lets a page sound that nobody touched
    wall.click("[data-sound]")
    wall.wait_for_selector("text=소리 켜짐")
    assert "시뮬레이션" in wall.inner_text("main")
    say(house, "flow-p1", "call_point")
    mapped = wall.locator("script[data-layer=alarms]")
    await_true(lambda: "해맑은요양원 3층" in mapped.text_content())
    (feature,) = [
        one for one in json.loads(mapped.text_content())["features"] if one["properties"]["id"] == "flow"
    ]
    assert feature["geometry"]["coordinates"] == [126.98, 37.58]
    assert feature["properties"]["class"] == "handed_over"
    wall.route("**/wall/fire_safety/", lambda route: route.abort())
    wall.clock.run_for(40_000)
    wall.wait_for_selector(".wall-late.late:has-text('초 늦었습니다')")
    wall.unroute("**/wall/fire_safety/")
    cookies = wall.context.cookies()
    wall.context.clear_cookies()
    wall.clock.run_for(12_000)
    wall.wait_for_selector(".wall-late.late:has-text('로그인이 끝나')")
    assert wall.locator(".wall-row:has-text('해맑은요양원')").count() == 1
    wall.context.add_cookies(cookies)
    wall.clock.run_for(12_000)
    wall.wait_for_selector(".wall-late:not(.late)")
    wall.context.close()
    with closing(house.sign_in("officer")) as officer:
        address = feature["properties"]["href"]
        officer.post(f"{address}answer/", data={"kind": "false_alarm", "reason": "장난"})
        await_true(lambda: read_ledger(house)[-1]["msgType"] == "Cancel")


def test_a_wall_says_how_late_it_is_while_the_house_is_away_and_comes_back_by_itself(house, browser):
    wall = open_as(browser, house, "operator", "/wall/fire_safety/")
    wall.clock.install()
    wall.goto(f"{house.url}/wall/fire_safety/")
    wall.wait_for_selector("[data-live-state][data-state=open]")
    (web,) = [one.pid for one in read_run_state(house.data / "run").processes if one.name == "web"]
    family = [psutil.Process(web), *psutil.Process(web).children(recursive=True)]
    for one in family:
        one.suspend()
    wall.clock.run_for(40_000)
    wall.wait_for_selector(".wall-late.late:has-text('초 늦었습니다')")
    assert wall.locator("#wall .wall-total").count() == 1  # the last picture stays
    for one in family:
        one.kill()

    def is_back():
        wall.clock.run_for(2_000)
        return wall.locator(".wall-late:not(.late)").count() and wall.locator("[data-state=open]").count()

    await_true(is_back)
    wall.context.close()


def check_printed(house, address):
    with closing(house.sign_in("officer")) as officer:
        printed = officer.get(f"{address}report.pdf")
    assert printed.headers["content-type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF")
    assert b"Pretendard" in printed.content


def test_a_drill_reaches_119_as_an_exercise_and_its_end_cancels_it(house, home):
    with closing(house.sign_in("officer")) as officer:
        address = "/desk/fire_safety/facilities/flow/"
        assert "훈련 중입니다" in await_page(
            officer,
            officer.post(f"{address}say/", data={"kind": "drill_begins", "expects": "flow-p1"}).url,
            "훈련 중입니다",
        )
        before = len(read_ledger(house))
        say(house, "flow-p1", "call_point")
        await_true(lambda: len(read_ledger(house)) == before + 1)
        assert read_ledger(house)[-1]["status"] == "Exercise"
        officer.post(f"{address}say/", data={"kind": "drill_ends"})
        await_true(lambda: len(read_ledger(house)) == before + 2)
        assert (read_ledger(house)[-1]["msgType"], read_ledger(house)[-1]["status"]) == ("Cancel", "Exercise")


def test_an_answer_tapped_without_a_network_is_kept_and_sent(house, browser, home):
    with closing(house.sign_in("admin")) as admin:
        quick = {**POLICY, "ladder": "3, 6"}
        for what in ("try", "save"):
            admin.post(
                "/desk/fire_safety/facilities/flow/policy/", data={**quick, "do": what}
            ).raise_for_status()
    wall = open_as(browser, house, "operator", "/wall/fire_safety/")
    say(house, "flow-d2", "heat")
    row = wall.wait_for_selector(".wall-row:has-text('해맑은요양원 3층 302호')")
    address = row.query_selector("a").get_attribute("href")
    wall.context.close()
    phone = open_as(browser, house, "officer", address, viewport={"width": 390, "height": 844})
    phone.wait_for_selector("#told-1:has-text('알림')")  # who is told while the page is open stands there too
    phone.context.set_offline(True)
    phone.click(".fire-answer button[value=confirm]")
    phone.wait_for_selector(".fire-unsent:has-text('아직 보내지 못했습니다')")
    assert phone.locator(".fire-unsent a[href='tel:119']").is_visible()
    assert phone.evaluate(
        "document.fonts.check(`1rem ${getComputedStyle(document.body).fontFamily}`, document.querySelector('.fire-unsent').textContent)"
    )  # no glyph is missing that could only be fetched now
    phone.wait_for_selector(".fire-head .wall-late.late:has-text('연결이 끊겼습니다')")
    before = len(read_ledger(house))
    phone.context.set_offline(False)
    phone.wait_for_selector("text=불이라고 알렸습니다")
    await_true(lambda: len(read_ledger(house)) == before + 1)
    with closing(house.sign_in("operator")) as operator:  # who taps at the same time that there is none
        answered = operator.post(
            f"{address}answer/", data={"kind": "false_alarm", "reason": "조리 연기"}
        ).text
    assert "취소를 받지 않습니다" in answered
    assert "오경보로 취소했습니다" not in answered
    phone.click("a:has-text('상황 종료')")
    phone.fill("[name=note]", "연기만 났음")
    phone.click("button:has-text('종료')")
    phone.wait_for_selector("text=걸린 시간")
    phone.context.close()


KEPT = "localStorage.getItem('madang-fire-answers')"
KEEP = "kept => localStorage.setItem('madang-fire-answers', JSON.stringify(kept))"
HOURS_AGO = "new Date(Date.now() - 3 * 3600000).toISOString()"


@pytest.fixture
def open_alarm(house, browser, home):
    """The address of an alarm that nobody answered, and a phone's browser on whose pages it can be."""
    wall = open_as(browser, house, "operator", "/wall/fire_safety/")
    say(house, "flow-d1", "smoke")
    row = wall.wait_for_selector(".wall-row:has-text('해맑은요양원 3층 301호')")
    address = row.query_selector("a").get_attribute("href")
    wall.context.close()
    phone = open_as(browser, house, "officer", address, viewport={"width": 390, "height": 844})
    yield address, phone.context
    phone.context.close()


def tap_and_leave(context) -> list[dict]:
    """Confirm a fire without a network and close the page; return what the browser keeps."""
    phone = context.pages[0]
    context.set_offline(True)
    phone.click(".fire-answer button[value=confirm]")
    phone.wait_for_selector(".fire-unsent:has-text('아직 보내지 못했습니다')")
    kept = json.loads(phone.evaluate(KEPT))
    phone.close()
    context.set_offline(False)
    return kept


def test_an_answer_tapped_without_a_network_outlives_its_page_but_not_its_alarm(house, open_alarm):
    address, context = open_alarm
    tap_and_leave(context)
    phone = context.new_page()
    phone.goto(f"{house.url}{address}")  # opened again: it goes by itself
    phone.wait_for_selector("text=불이라고 알렸습니다")
    assert phone.evaluate(KEPT) == "[]"
    (kept,) = tap_and_leave(context)
    with closing(house.sign_in("admin")) as admin:
        admin.post(f"{address}close/", data={"note": "꺼진 불"}).raise_for_status()
    phone = context.new_page()
    phone.goto(
        f"{house.url}{address}"
    )  # closed meanwhile: it is told to be no news, and begins no other alarm
    phone.wait_for_selector(".krds-alert:has-text('늦게 와서 받지 않았습니다')")
    phone.goto(f"{house.url}/desk/fire_safety/facilities/flow/")
    context.set_offline(True)
    phone.click("button:has-text('불이 났습니다')")
    phone.wait_for_selector(".fire-unsent:has-text('아직 보내지 못했습니다')")
    (told,) = json.loads(phone.evaluate(KEPT))
    assert told["action"] == "/desk/fire_safety/facilities/flow/say/"
    phone.evaluate(KEEP, [])
    phone.close()
    context.set_offline(False)
    phone = context.new_page()
    phone.goto(f"{house.url}{address}")
    hours_ago = {**kept, "at": phone.evaluate(HOURS_AGO)}
    phone.evaluate(KEEP, [{**kept, "at": "2020-01-01T00:00:00.000Z"}, {**kept, "who": "another"}, hours_ago])
    phone.reload()  # what is old is asked about, not sent; what another person tapped is nobody else's
    phone.wait_for_selector(".fire-unsent:has-text('오래되어 저절로 보내지 않습니다')")
    assert phone.locator(".fire-unsent:visible").count() == 1
    phone.click(".fire-unsent button:has-text('지우기')")
    assert [one["who"] for one in json.loads(phone.evaluate(KEPT))] == ["another"]


def await_page(client, address, words):
    deadline = time.monotonic() + 30
    while words not in (text := client.get(address).text):
        assert time.monotonic() < deadline, words
        time.sleep(0.2)
    return text


def test_a_gateway_speaks_http_and_who_may_not_is_refused(house, home):
    message = json.loads(uplink("flow-d2", datetime.now(UTC)))
    with (
        closing(house.visit()) as visitor,
        closing(house.sign_in("operator")) as operator,
        closing(house.sign_in("citizen")) as citizen,
    ):
        assert visitor.post("/api/fire-safety/messages", json=message).status_code == 401
        assert citizen.post("/api/fire-safety/messages", json=message).status_code == 403
        taken = operator.post("/api/fire-safety/messages", json=message)
        assert taken.json() == {"signals": 0, "repeated": 0, "devices": 1, "refused": 0}
        assert operator.post("/api/fire-safety/messages", json={"what": 1}).status_code == 422
        assert visitor.get("/fire_safety/").status_code == 200
        assert citizen.get("/wall/fire_safety/").status_code == 403


def test_a_policy_is_tried_on_history_before_it_counts(house, home):
    with closing(house.sign_in("admin")) as admin:
        address = "/desk/fire_safety/facilities/flow/policy/"
        policy = POLICY
        tried = admin.post(address, data={**policy, "do": "try"}).text
        assert "이 규칙이었다면" in tried
        assert admin.post(address, data={**policy, "wait_s": 91, "do": "save"}).status_code == 422
        admin.post(address, data={**policy, "do": "save"}).raise_for_status()
        assert 'value="밤 60초"' in admin.get(address).text


PATHS = (
    "/fire_safety/",
    "/wall/fire_safety/",
    "/desk/fire_safety/",
    "/desk/fire_safety/alarms/",
    "/desk/fire_safety/alarms/1/",
    "/desk/fire_safety/alarms/1/report/",
    "/desk/fire_safety/facilities/",
    "/desk/fire_safety/facilities/flow/",
    "/desk/fire_safety/facilities/flow/policy/",
    "/desk/fire_safety/facilities/flow/edit/",
    "/desk/fire_safety/holidays/",
)


@pytest.mark.parametrize(("width", "language"), [(390, "ko"), (1280, "en")])
def test_axe_finds_nothing(house, browser, home, width, language):
    refuse_problems(browser, house, width, language, PATHS)
