"""The wallet of a browser: it is filled, shown once, waited with, opened without a network, and moved by a file."""

from __future__ import annotations

import html
import re

import pytest
from playwright.sync_api import expect

from madang.core.pages.tests.browsing import find_problems, note_problems

PATIENCE_MS = 30_000
HOLDER = "/wallet/holder/"
EXTRACT, CARD = "주민등록표 초본", "다둥이 카드"
SEALED = "wallet sealed by this"
OTHER = "another device, another one"
USE_UP = """() => new Promise((resolve) => {
  indexedDB.open("madang-wallet").onsuccess = ({ target }) => {
    const change = target.result.transaction("held", "readwrite");
    const held = change.objectStore("held");
    held.getAll().onsuccess = (found) => found.target.result.forEach((one) => {
      one.copies.forEach((copy) => (copy.isUsed = true));
      held.put(one);
    });
    change.oncomplete = () => resolve(target.result.close());
  };
})"""


def find_link(page: str) -> str:
    """Return the link for this browser's wallet on one of the house's pages."""
    return html.unescape(re.search(rf'href="({HOLDER}#[^"]+)"', page)[1])


@pytest.fixture
def open_wallet(browser, house):
    """How a browser that knows nothing opens its wallet."""
    contexts = []

    def make():
        contexts.append(browser.new_context(base_url=house.url, reduced_motion="reduce"))
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE_MS)
        note_problems(page)
        page.goto(HOLDER)
        return page

    yield make
    for one in contexts:
        one.close()


def set_passphrase(page, passphrase):
    page.fill("#new-passphrase", passphrase)
    page.click("[data-lock-form] button")
    page.wait_for_selector("[data-export-form]:not([hidden])")


def receive(page, citizen, kind):
    """Get a certificate of one's own by the link on the house's page, and its PIN."""
    offer = citizen.post(f"/wallet/get/{kind}/").text
    page.goto(find_link(offer))
    page.fill("#pin", re.search(r"<dd>(\d{6})</dd>", offer)[1])
    page.click("[data-offer-form] button")
    page.wait_for_selector("[data-offer]", state="hidden")


def be_asked(page, officer):
    """Open the request of a check that an officer began."""
    check = officer.post("/desk/wallet/checks/new/", data={"rule": "resident_discount"})
    page.goto(find_link(check.text))
    page.wait_for_selector("[data-request]:not([hidden])")


def save(page, path):
    with page.expect_download() as saved:
        page.click("[data-export-form] button")
    saved.value.save_as(path)
    return path


def restore(page, path, passphrase):
    page.click("[data-restore-form] >> xpath=.. >> summary")
    page.set_input_files("#file", path)
    page.fill("#passphrase", passphrase)
    page.click("[data-restore-form] button")
    expect(page.locator("[data-done]")).to_contain_text("되살렸어요", timeout=PATIENCE_MS)


def copies_left(page, count):
    words = f"사본이 {count}벌 남았어요" if count else "사본을 모두 썼어요"
    expect(page.locator("[data-held] details", has_text=EXTRACT)).to_contain_text(words)


def show_once(page, officer):
    """Show a certificate: its copy counts as shown before it is sent, and a second try is of the same copy."""
    be_asked(page, officer)
    assert page.is_hidden("[data-again]")
    page.route("**/response", lambda route: route.abort())
    page.click("[data-request-form] button:not([data-decline])")
    page.wait_for_selector("[data-problem]:not([hidden])")
    page.reload()
    copies_left(page, 4)
    page.unroute("**/response")
    be_asked(page, officer)
    page.click("[data-request-form] button:not([data-decline])")
    expect(page.locator("[data-done]")).to_contain_text("보여 줬어요")
    copies_left(page, 3)


def wait_for_approval(page, citizen, officer):
    """A request outlives an issuer that fails, and is fetched when it is approved."""
    receive(page, citizen, "multi_child_card")
    busy = {"error": "temporarily_unavailable", "message": "later"}
    page.route("**/deferred-credential", lambda route: route.fulfill(status=503, json=busy))
    with page.expect_response("**/deferred-credential"):
        page.reload()
    expect(page.locator("[data-held] > p", has_text="승인을 기다리고")).to_have_count(1)
    page.unroute("**/deferred-credential")
    desk = officer.get("/desk/wallet/requests/?state=waiting").text
    for one in set(re.findall(r"/desk/wallet/requests/([0-9a-f-]{36})/", desk)):
        officer.post(f"/desk/wallet/requests/{one}/", data={"decision": "yes", "reason": ""})
    page.reload()
    page.wait_for_selector(f"[data-held] details:has-text('{CARD}')")


def open_offline(page):
    """Open the wallet again without a network."""
    page.wait_for_function(
        f"async () => navigator.serviceWorker.controller && await caches.match('{HOLDER}') !== undefined"
    )
    page.context.set_offline(True)
    assert (
        page.evaluate("fetch('/wallet/log/checkpoint').then((answer) => answer.type, () => 'error')")
        == "error"
    )
    page.reload()
    copies_left(page, 3)
    page.context.set_offline(False)


def test_a_wallet_from_the_first_certificate_to_another_device(house, open_wallet, tmp_path):
    citizen, officer = house.sign_in("citizen"), house.sign_in("officer")
    phone = open_wallet()
    set_passphrase(phone, SEALED)
    receive(phone, citizen, "resident_extract")
    copies_left(phone, 5)
    show_once(phone, officer)
    wait_for_approval(phone, citizen, officer)
    open_offline(phone)
    assert not find_problems(phone) + phone.problems
    file = save(phone, tmp_path / "phone.json")
    assert "sealed" in file.read_text()
    assert "최시민" not in file.read_text()
    laptop = open_wallet()
    set_passphrase(laptop, OTHER)
    restore(laptop, file, SEALED)
    third = open_wallet()
    restore(third, save(laptop, tmp_path / "laptop.json"), OTHER)
    third.reload()
    for page in (laptop, third):
        copies_left(page, 3)
    phone.evaluate(USE_UP)
    restore(phone, file, SEALED)
    copies_left(phone, 0)
    be_asked(phone, officer)
    assert phone.is_visible("[data-again]"), "nothing is shown again unless its holder was told"
    be_asked(third, officer)
    third.click("[data-request-form] button:not([data-decline])")
    expect(third.locator("[data-done]")).to_contain_text("보여 줬어요")
