"""Pages looked at in a real browser as somebody who is signed in."""

from __future__ import annotations

import time
from contextlib import closing

from madang.core.pages.tests.browsing import find_problems, note_problems
from madang.project.pytest_plugin import House

DEADLINE_MS = 120_000


def open_as(browser, house: House, username: str, address: str, **more):
    """Return a page at `address` for a demonstration account."""
    page = browser.new_context(**more).new_page()
    page.set_default_timeout(DEADLINE_MS)
    page.goto(f"{house.url}/accounts/login/?next={address}")
    page.fill("[name=login]", username)
    page.fill("[name=password]", house.accounts()[username])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)
    return page


def get_certificate(page, house: House) -> None:
    """Put a certificate of residence into the wallet of this browser."""
    page.evaluate("location.href = '/wallet/'")
    page.click("form[action='/wallet/get/resident_extract/'] button")
    pin = page.text_content("dd:text-matches('^[0-9]{6}$')")
    page.goto(house.url + page.get_attribute("a[href^='/wallet/holder/#']", "href"))
    page.fill("#pin", pin)
    page.click("[data-offer-form] button")
    page.wait_for_selector("[data-offer]", state="hidden")


def await_true(condition):
    """Wait until `condition()` holds."""
    deadline = time.monotonic() + DEADLINE_MS / 1000
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def refuse_problems(browser, house: House, width: int, language: str, paths) -> None:
    """Visit every path as the administrator and refuse with all that axe, the policy and the width find."""
    size = {"width": width, "height": 900}
    with closing(house.sign_in("admin")) as admin:
        cookies = {**admin.cookies, "language": language}
    page = browser.new_context(viewport=size, reduced_motion="reduce").new_page()
    page.set_default_timeout(DEADLINE_MS)
    page.context.add_cookies([{"name": name, "value": cookies[name], "url": house.url} for name in cookies])
    note_problems(page)
    found = []
    for path in paths:
        answer = page.goto(house.url + path)
        if answer is None or not answer.ok:
            found.append(f"{path} isn't answered well")
        found += find_problems(page)
    found += page.problems
    page.context.close()
    assert not found, "\n".join(found)
