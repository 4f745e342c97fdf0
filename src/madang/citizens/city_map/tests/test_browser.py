"""A citizen with a phone: finds what is near, tells of a place on the map, staff accept it, and it is there."""

from __future__ import annotations

import math
import os
import re
import time
from contextlib import closing
from pathlib import Path

import mapbox_vector_tile
import pytest
from playwright.sync_api import expect

from madang.core.pages.static_files import DIST
from madang.core.pages.tests.browsing import AXE, find_problems, note_problems

missing = [name for name in (str(AXE), str(DIST / "manifest.json")) if not Path(name).exists()]
if missing and os.environ.get("CI") == "true":
    raise RuntimeError(f"the browser tests must run here, but there is no {', '.join(missing)}")
pytestmark = pytest.mark.skipif(bool(missing), reason=f"no {', '.join(missing)}")
PATIENCE_MS = 120_000
WALKS = {
    "code": "walks", "title_ko": "산책길", "icon": "tree", "agency_code": "11110", "licence": "KOGL-1", "outline": "line",
}  # fmt: skip
TILE = "/city_map/tiles/{}/{}/{}.mvt?theme=map_medicine_box"


@pytest.fixture
def phone(browser, house):
    """A phone of 390 px that stands at Gyeongbokgung."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        reduced_motion="reduce",
        geolocation={"longitude": 126.97689, "latitude": 37.57759},
        permissions=["geolocation"],
        base_url=house.url,
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    note_problems(page)
    yield page
    context.close()


def test_near_me_asks_for_about_where_i_am_and_lists_the_nearest_first(phone):
    phone.goto("/city_map/?theme=map_medicine_box")
    phone.get_by_role("button", name="내 주변").click()
    phone.wait_for_url("**near=126.977**")
    assert "near=126.977%2C37.578" in phone.url
    away = phone.locator("#places .aside .number").all_inner_texts()
    metres = [float(one.replace(",", "").removesuffix("m")) for one in away]
    assert metres == sorted(metres)
    assert metres
    assert phone.get_by_text("기준 위치").is_visible()
    assert not find_problems(phone) + phone.problems


def test_an_accepted_place_comes_into_its_tiles_and_leaves_the_others_kept(phone, house):
    phone.goto("/city_map/propose/medicine_box/?near=126.97689,37.57759")
    phone.wait_for_selector("[data-pick] [data-map][data-ready=true]")
    phone.locator("[data-pick] canvas").click(force=True)  # a marker may stand there already
    expect(phone.locator("[data-pick-said]")).to_contain_text("자리를 골랐어요", timeout=PATIENCE_MS)
    assert abs(float(phone.input_value("[name=lon]")) - 126.97689) < 0.002
    assert abs(float(phone.input_value("[name=lat]")) - 37.57759) < 0.002
    place = [float(phone.input_value(f"[name={axis}]")) for axis in ("lon", "lat")]
    phone.fill("[name=name]", "궁 앞 약국 수거함")
    phone.select_option("select[name=kind]", "약국")
    assert not find_problems(phone) + phone.problems
    phone.get_by_role("button", name="보내기").click()
    phone.wait_for_url("**/city_map/proposals/**")
    assert "고마워요" in phone.inner_text("h1")
    assert not find_problems(phone)
    receipt = phone.url.split("/proposals/")[1].split("/")[0]
    with closing(house.sign_in("officer")) as officer:
        accept_and_await_tiles(officer, [name_tile(z, *place) for z in (11, 14)])
    phone.goto(f"/city_map/proposals/{receipt}/")
    assert "반영함" in phone.inner_text("main")
    phone.goto("/city_map/?theme=map_medicine_box&q=궁 앞")
    assert "궁 앞 약국 수거함" in phone.inner_text("#places")


def accept_and_await_tiles(officer, near):
    """Accept the proposal; the place comes into every tile it lies in, and a tile elsewhere stays kept."""
    listed = officer.get("/desk/city_map/proposals/?state=waiting&q=궁").text
    (address,) = set(re.findall(r'href="/desk/city_map/proposals/([0-9a-f-]{36}/)"', listed))
    far = TILE.format(14, 13990, 6343)
    before = {tile: officer.get(tile).headers["etag"] for tile in [*near, far]}
    done = officer.post(f"/desk/city_map/proposals/{address}accept/", data={"reason": ""})
    assert done.status_code == 200
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while any(officer.get(tile).headers["etag"] == before[tile] for tile in near):
        assert time.monotonic() < deadline, "the place never came into its tiles"
        time.sleep(0.1)
    assert all("궁 앞 약국 수거함" in read_titles(officer.get(tile).content) for tile in near)
    assert officer.get(far, headers={"If-None-Match": before[far]}).status_code == 304


def name_tile(z, lon, lat):
    """Return the address of the tile that a place in degrees lies in."""
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return TILE.format(z, int((lon + 180) / 360 * 2**z), int(y * 2**z))


def read_titles(content):
    if not content:
        return set()
    return {one["properties"]["title"] for one in mapbox_vector_tile.decode(content)["places"]["features"]}


def test_the_map_can_be_used_without_seeing_it(phone):
    phone.goto("/city_map/?theme=map_night_clinic&theme=map_small_library")
    phone.wait_for_selector("[data-map][data-ready=true]")
    assert not find_problems(phone) + phone.problems
    rows = phone.locator("#places > li")
    assert rows.count() == 30
    rows.first.locator("a").focus()
    phone.keyboard.press("Enter")
    phone.wait_for_url("**/city_map/places/**")
    assert not find_problems(phone) + phone.problems


def test_sharing_copies_the_address_and_the_map_prints_as_a_picture(browser, house):
    context = browser.new_context(
        viewport={"width": 1280, "height": 900},
        base_url=house.url,
        permissions=["clipboard-read", "clipboard-write"],
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    note_problems(page)
    page.add_init_script(
        "window.print = () => document.documentElement.setAttribute('data-printed', document.images.length)"
    )
    page.goto("/city_map/?theme=map_cooling&language=en")
    page.wait_for_selector("[data-map][data-ready=true]")
    page.get_by_role("button", name="Print").click()
    expect(page.locator("html")).to_have_attribute("data-printed", "1", timeout=PATIENCE_MS)
    expect(page.locator("img.map-printed")).to_have_count(1)
    page.evaluate("delete Navigator.prototype.share")
    page.get_by_role("button", name="Share").click()
    expect(page.locator("[data-share]")).to_have_text("Link copied", timeout=PATIENCE_MS)
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    assert not find_problems(page) + page.problems
    context.close()


def test_staff_draw_a_line_corner_by_corner(browser, house):
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, base_url=house.url, reduced_motion="reduce"
    )
    with closing(house.sign_in("officer")) as officer:
        made = officer.post("/desk/city_map/themes/new/", data=WALKS)
        assert made.status_code == 200, made.text
        context.add_cookies([{"name": n, "value": v, "url": house.url} for n, v in officer.cookies.items()])
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        note_problems(page)
        page.goto("/desk/city_map/themes/walks/places/new/?near=126.977,37.578")
        page.wait_for_selector("[data-pick] [data-map][data-ready=true]")
        canvas = page.locator("[data-pick] canvas")
        size = canvas.bounding_box()
        for number, (across, down) in enumerate([(0.3, 0.3), (0.5, 0.6), (0.7, 0.4)], 1):
            canvas.click(position={"x": size["width"] * across, "y": size["height"] * down})
            expect(page.locator("[data-pick-said]")).to_have_text(f"점 {number}개", timeout=PATIENCE_MS)
        page.get_by_role("button", name="마지막 점 지우기").click()
        expect(page.locator("[data-pick-said]")).to_have_text("점 2개", timeout=PATIENCE_MS)
        drawn = [tuple(map(float, line.split(","))) for line in page.input_value("[name=shape]").splitlines()]
        assert len(set(drawn)) == 2
        assert all(abs(x - 126.977) < 0.02 and abs(y - 37.578) < 0.02 for x, y in drawn)
        assert not find_problems(page) + page.problems
        page.fill("[name=name]", "궁 둘레길")
        page.get_by_role("button", name="저장").click()
        page.wait_for_url(re.compile("tab=places"))
        assert "궁 둘레길" in page.inner_text("main")
    context.close()
