"""Pages in a real browser: axe finds nothing, nothing breaks the content policy, keys and choices work."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from madang.core.pages.static_files import DIST
from madang.core.pages.tests.browsing import AXE, find_problems, note_problems

PATHS = (
    "/",
    "/build/",
    "/help/",
    "/help/?of=/sensors/",
    "/search/?q=zqxj",
    "/nowhere/",
    "/sensors/",
    "/sensors/S-007/",
    "/sensors/S-007/?tab=chart",
    "/sensors/new/",
    "/sensors/S-001/remove/",
)
FEW = ("/", "/sensors/", "/sensors/S-007/?tab=chart", "/sensors/S-001/remove/")
WIDTHS = {"phone": 390, "desktop": 1280}
missing = [name for name in (str(AXE), str(DIST / "manifest.json")) if not Path(name).exists()]
if missing and os.environ.get("CI") == "true":
    raise RuntimeError(f"the browser tests must run here, but there is no {', '.join(missing)}")
pytestmark = pytest.mark.skipif(bool(missing), reason=f"no {', '.join(missing)}")


def open_page(
    browser: Browser, house: str, width: int, language: str, display: str = "light.normal.off"
) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    context.add_cookies(
        [
            {"name": "language", "value": language, "url": house},
            {"name": "display", "value": display, "url": house},
        ]
    )
    page = context.new_page()
    note_problems(page)
    return page


def look_at(page: Page, house: str, paths: tuple[str, ...]) -> None:
    """Visit every path and refuse with all that was found."""
    found = []
    for path in paths:
        page.goto(house + path)
        if page.locator("[data-map], [data-chart]").count():
            page.wait_for_load_state("networkidle")
        found += find_problems(page)
    found += page.problems
    page.context.close()
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("width", "language", "paths"),
    [("phone", "ko", PATHS), ("desktop", "en", PATHS)],
)
def test_axe_finds_nothing(
    browser: Browser, house: str, width: str, language: str, paths: tuple[str, ...]
) -> None:
    look_at(open_page(browser, house, WIDTHS[width], language), house, paths)


@pytest.mark.parametrize("display", ["dark.large.on", "high-contrast.normal.off"])
def test_axe_finds_nothing_in_other_displays(browser: Browser, house: str, display: str) -> None:
    look_at(open_page(browser, house, WIDTHS["phone"], "ko", display), house, FEW)


def test_the_map_is_drawn_from_our_own_tiles_and_nothing_comes_from_elsewhere(
    browser: Browser, house: str
) -> None:
    page = open_page(browser, house, WIDTHS["desktop"], "ko")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{house}/sensors/")
    page.wait_for_selector(".map[data-ready=true]", timeout=60_000)
    assert any("/tiles/districts/" in address for address in asked)
    assert all(address.startswith((house, "blob:", "data:")) for address in asked)
    page.context.close()


def test_keys_walk_through_a_list_and_a_filter_keeps_the_page(browser: Browser, house: str) -> None:
    page = open_page(browser, house, WIDTHS["desktop"], "en")
    page.goto(f"{house}/sensors/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("[data-chosen-count]").inner_text() == "1"
    page.keyboard.press("/")
    page.keyboard.type("station 5")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=station**")
    assert page.locator("#rows tr").count() == 11
    page.locator("a.krds-tag", has_text="Gangnam-gu").click()
    page.wait_for_url("**district=11680**")
    assert page.locator("#rows tr").count() == 6
    page.context.close()


def test_the_keyboard_stays_where_it_was_when_a_list_is_drawn_anew(browser: Browser, house: str) -> None:
    page = open_page(browser, house, WIDTHS["desktop"], "en")
    page.goto(f"{house}/sensors/")
    page.locator("thead a", has_text="Name").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**sort=name**")
    page.locator("thead a:focus", has_text="Name").wait_for()
    page.locator("summary", has_text="Columns").click()
    page.locator(".panel a", has_text="Mobile").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**columns=**")
    page.locator(".panel a:focus", has_text="Mobile").wait_for()
    assert page.locator("summary", has_text="Columns").locator("..").get_attribute("open") is not None
    page.keyboard.press("Escape")
    page.locator("nav[aria-label=Pages] a", has_text="2").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**page=2**")
    page.locator("[role=status]:focus", has_text="21–40").wait_for()
    page.context.close()


def test_a_form_that_was_not_taken_starts_at_what_to_correct(browser: Browser, house: str) -> None:
    page = open_page(browser, house, WIDTHS["phone"], "en")
    page.goto(f"{house}/sensors/new/")
    page.fill("#id_height_m", "-1")
    page.click("main form button")
    page.wait_for_selector("[role=alert]:focus")
    page.locator("[role=alert] a", has_text="Height").click()
    page.wait_for_selector("#id_height_m:focus")
    page.context.close()


def test_what_was_typed_outlives_the_page_until_it_is_sent_or_dropped(browser: Browser, house: str) -> None:
    page = open_page(browser, house, WIDTHS["phone"], "en")
    page.goto(f"{house}/sensors/new/")
    page.fill("#id_name", "by the river")
    while not page.evaluate("Object.keys(sessionStorage).some((key) => key.startsWith('draft'))"):
        page.wait_for_timeout(100)
    page.goto(f"{house}/sensors/")
    page.goto(f"{house}/sensors/new/")
    assert page.input_value("#id_name") == "by the river"
    page.get_by_role("button", name="Drop it").click()
    expect(page.locator("#id_name")).to_have_value("")
    page.fill("#id_name", "sent")
    page.click(".form-actions button")
    page.wait_for_url("**/sensors/")
    page.goto(f"{house}/sensors/new/")
    assert page.input_value("#id_name") == ""
    page.context.close()


def test_a_question_mark_opens_the_help_for_the_page(browser: Browser, house: str) -> None:
    page = open_page(browser, house, WIDTHS["desktop"], "en")
    page.goto(f"{house}/sensors/")
    page.keyboard.press("?")
    page.wait_for_url("**/help/?of=**")
    assert page.get_by_role("heading", name="Air stations").is_visible()
    page.context.close()


def test_a_display_choice_holds_at_once_and_on_the_next_page(browser: Browser, house: str) -> None:
    page = open_page(browser, house, WIDTHS["desktop"], "en")
    page.goto(f"{house}/help/")
    page.locator("summary[title=Display]").click()
    page.locator("a[data-display='mode=dark']:visible").click()
    assert page.evaluate("document.documentElement.dataset.mode") == "dark"
    page.goto(f"{house}/build/")
    assert page.evaluate("document.documentElement.dataset.mode") == "dark"
    page.context.close()


def test_a_page_weighs_less_than_300_kb_before_maps(browser: Browser, house: str) -> None:
    page = open_page(browser, house, WIDTHS["phone"], "ko")
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(f"{house}/help/")
    page.wait_for_load_state("networkidle")
    assert sum(sizes) < 300_000
    page.context.close()


def test_pages_can_be_read_without_javascript(browser: Browser, house: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{house}/sensors/S-007/?tab=chart")
    assert page.locator("figure table tr").count() == 13
    page.goto(f"{house}/sensors/?sort=-id")
    assert page.locator("#rows tr th").first.inner_text() == "S-059"
    context.close()
