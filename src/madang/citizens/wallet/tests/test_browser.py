"""The wallet of a browser: it is filled, shown once, waited with, opened without a network, and moved by a file."""

from __future__ import annotations

import html
import json
import re
import time
from urllib.parse import parse_qs, urlencode

import msgspec
import pytest
import segno
from joserfc.jwk import ECKey
from playwright.sync_api import expect

from madang.citizens.wallet.methods.credential import Demand, verify_credential
from madang.citizens.wallet.methods.key_binding import Binding
from madang.citizens.wallet.methods.w3c import verify_w3c
from madang.core.pages.tests.browsing import find_problems, note_problems

from .houses import KIM

PATIENCE_MS = 120_000
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
    """Open the request of a check that an officer began; return the address of its page."""
    check = officer.post("/desk/wallet/checks/new/", data={"rule": "resident_discount"})
    page.goto(find_link(check.text))
    page.wait_for_selector("[data-request]:not([hidden])")
    return check.url.path


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
    unsure = page.locator("[data-history] li", has_text="받았다는 답이 없었어요")
    expect(unsure).to_have_count(1)
    page.reload()
    expect(unsure).to_have_count(1)
    copies_left(page, 4)
    page.unroute("**/response")
    be_asked(page, officer)
    page.click("[data-request-form] button:not([data-decline])")
    expect(page.locator("[data-done]")).to_contain_text("보여 줬어요")
    copies_left(page, 3)


def keep_from_strangers(page):
    """A request or an offer of another house is refused in words, before a copy counts as shown."""
    away = "https://elsewhere.example/response"
    asked = {
        "client_id": f"redirect_uri:{away}",
        "response_uri": away,
        "response_mode": "direct_post",
        "nonce": "x",
    }
    offer = {"credential_issuer": "https://elsewhere.example", "credential_configuration_ids": ["x"]}
    for said in (asked | {"dcql_query": "{}"}, {"credential_offer": json.dumps(offer)}):
        page.goto(f"{HOLDER}#{urlencode(said)}")
        says(page, "problem", "하고만 주고받아요")
        assert "#" not in page.url, "what a link says isn't kept in the browser's history"


def decline(page, officer):
    """Who asked is told that the holder declined, and nothing is used up."""
    check = be_asked(page, officer)
    with page.expect_response("**/response") as told:
        page.click("[data-decline]")
    assert told.value.status == 200
    says(page, "done", "보여 주지 않았어요")
    assert "보여 주지 않기로 했거나" in officer.get(check).text
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


def show_and_clear_history(page):
    """Answer a request; the history that was restored grows by it, and is cleared by its holder."""
    page.click("[data-request-form] button:not([data-decline])")
    says(page, "done", "보여 줬어요")
    expect(page.locator("[data-history] .meta")).to_have_count(3)
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("[data-forget-form] button")
    says(page, "history", "아직 보여 준 것이 없어요")


def see_what_is_over(page, citizen):
    """The wallet says of a certificate that it was blocked, and that its time is over."""
    summary = page.locator("[data-held] details", has_text=EXTRACT).locator("summary")
    expect(summary).not_to_contain_text("쓸 수 없어요")
    held = re.findall(r'name="certificates" value="([^"]+)"', citizen.get("/wallet/lost/").text)
    assert citizen.post("/wallet/lost/", data={"certificates": held}).is_success
    page.reload()
    expect(summary).to_contain_text("폐기되어 쓸 수 없어요")
    page.clock.set_fixed_time("2099-01-01T00:00:00Z")
    page.reload()
    expect(summary).to_contain_text("기한이 지났어요")


def test_a_wallet_from_the_first_certificate_to_another_device(house, open_wallet, tmp_path):
    citizen, officer = house.sign_in("citizen"), house.sign_in("officer")
    phone = open_wallet()
    set_passphrase(phone, SEALED)
    receive(phone, citizen, "resident_extract")
    copies_left(phone, 5)
    show_once(phone, officer)
    decline(phone, officer)
    keep_from_strangers(phone)
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
    show_and_clear_history(third)
    see_what_is_over(third, citizen)


def pretend(page, address, make):
    """Load a page anew while the house serves something else at an address."""
    page.route(address, lambda route: route.fulfill(body=make(route)))
    page.reload()


def test_anyones_browser_checks_the_log(house, open_wallet):
    """A holder finds a certificate in the log; the browser proves it, and remembers what it saw."""
    page, citizen = open_wallet(), house.sign_in("citizen")
    receive(page, citizen, "resident_extract")
    page.click("[data-held] summary")
    page.click("[data-held] a")
    says(page, "verdict", "처음 봐요")
    expect(page.locator("[data-proven]")).to_have_text("서명된 기록에 들어 있어요")
    assert not find_problems(page) + page.problems
    checkpoint = page.request.get("/wallet/log/checkpoint").text()
    page.goto(HOLDER)
    receive(page, citizen, "resident_extract")
    page.goto(f"/wallet/log/witnesses/?credential={'0' * 64}")
    says(page, "verdict", "늘어나기만 했어요")
    expect(page.locator("main")).to_contain_text("이 지문의 증명서는 기록에 없어요")
    pretend(page, "**/log/checkpoint", lambda _: checkpoint)
    says(page, "verdict", "누가 고치거나 지웠어요")  # what it saw already is gone
    pretend(page, "**/log/checkpoint", lambda _: checkpoint.replace("\n\n", "\nmore\n\n"))
    says(page, "verdict", "서명이 틀려요")
    page.unroute("**/log/checkpoint")
    pretend(page, "**/log/tile/0/**", lambda route: bytes(one ^ 1 for one in route.fetch().body()))
    says(page, "verdict", "누가 고치거나 지웠어요")
    page.unroute("**/log/tile/0/**")
    page.click("[data-forget]")
    says(page, "verdict", "처음 봐요")


READ_ALL = """() => new Promise((resolve) => {
  indexedDB.open("madang-wallet").onsuccess = ({ target }) => {
    const stores = ["held", "shown", "waiting"];
    const change = target.result.transaction(stores);
    const found = stores.map((name) => change.objectStore(name).getAll());
    change.oncomplete = () => resolve([found.map((one) => JSON.stringify(one.result)).join(), target.result.close()][0]);
  };
})"""


def add_authenticator(page, *, has_prf):
    """Give a page an authenticator of Chromium's own, with the PRF extension or without."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
        "hasPrf": has_prf,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def open_at_localhost(page, house):
    """Open the wallet by a name, which passkeys need; return the house by that name."""
    named = msgspec.structs.replace(house, url=house.url.replace("127.0.0.1", "localhost"))
    page.goto(named.url + HOLDER)
    return named


def says(page, name, words):
    expect(page.locator(f"[data-{name}]")).to_contain_text(words, timeout=PATIENCE_MS)


def hand_over(page, officer, **form):
    """Put a certificate into the wallet that was offered at the desk."""
    said = {"kind": "resident_extract", **KIM, "form": "wallet", **form}
    offer = officer.post("/desk/wallet/offers/new/", data=said).text
    page.evaluate("(hash) => (location.hash = hash)", find_link(offer).partition("#")[2])
    page.wait_for_selector("[data-offer]:not([hidden])")
    page.fill("#pin", re.search(r"<dd>(\d{6})</dd>", offer)[1])
    page.click("[data-offer-form] button")
    page.wait_for_selector("[data-offer]", state="hidden")


def find_locked(page):
    page.reload()
    page.wait_for_selector("[data-locked]:not([hidden])")
    assert page.is_hidden("[data-open]") and "김가상" not in page.content()


def test_a_wallet_locked_with_a_passkey_keeps_nothing_that_can_be_read(house, open_wallet):
    page = open_wallet()
    officer = open_at_localhost(page, house).sign_in("officer")
    add_authenticator(page, has_prf=True)
    hand_over(page, officer)
    text = page.evaluate(READ_ALL)
    assert "eyJ" in text
    page.click("[data-lock-passkey] button")
    says(page, "done", "잠갔어요")
    assert "eyJ" not in page.evaluate(READ_ALL)
    find_locked(page)
    assert page.is_hidden("[data-unlock-passphrase]")
    page.click("[data-unlock-passkey] button")
    copies_left(page, 5)
    hand_over(page, officer, kind="tuition")
    assert "eyJ" not in page.evaluate(READ_ALL), "what comes later is sealed too"
    find_locked(page)
    page.click("[data-unlock-passkey] button")
    expect(page.locator("[data-held] details")).to_have_count(2)
    page.click("[data-vault-on] button")
    says(page, "done", "이제 잠그지")
    page.reload()
    copies_left(page, 5)
    assert not find_problems(page)


def test_a_passphrase_locks_where_no_passkey_can(house, open_wallet):
    page = open_wallet()
    officer = open_at_localhost(page, house).sign_in("officer")
    add_authenticator(page, has_prf=False)
    hand_over(page, officer)
    page.click("[data-lock-passkey] button")
    says(page, "problem", "암호로 잠가 주세요")
    assert "eyJ" in page.evaluate(READ_ALL), "nothing was locked"
    page.fill("#lock-passphrase", SEALED)
    page.click("[data-lock-passphrase] button")
    says(page, "done", "잠갔어요")
    find_locked(page)
    assert page.is_hidden("[data-unlock-passkey]")
    page.fill("#unlock-passphrase", OTHER)
    page.click("[data-unlock-passphrase] button")
    says(page, "problem", "암호가 달라요")
    assert page.is_hidden("[data-open]")
    page.fill("#unlock-passphrase", SEALED)
    page.click("[data-unlock-passphrase] button")
    copies_left(page, 5)


def ask_for_several(kind):
    extract = {"format": "dc+sd-jwt", "meta": {"vct_values": [f"{kind}resident_extract"]}}
    tuition = {"format": "vc+sd-jwt", "meta": {"type_values": [["VerifiableCredential", f"{kind}tuition"]]}}
    return {
        "credentials": [
            {**extract, "id": "home", "claims": [{"path": ["address", "region_code"], "values": ["11"]}]},
            {**extract, "id": "gone", "claims": [{"path": ["address", "region_code"], "values": ["26"]}]},
            {**extract, "id": "name", "claims": [{"path": ["name"]}]},
            {**tuition, "id": "paid", "claims": [{"path": ["credentialSubject", "paid_krw"]}]},
        ],
        "credential_sets": [
            {"options": [["gone"], ["home", "paid"]]}, {"options": [["name"]], "required": False},
        ],
    }  # fmt: skip


def test_several_certificates_answer_one_request(house, open_wallet):
    """What isn't required isn't told; the first way that can be answered is; one answer holds them all."""
    officer, page = house.sign_in("officer"), open_wallet()
    hand_over(page, officer)
    hand_over(page, officer, kind="tuition", form="w3c")
    said = []
    page.route(
        "**/elsewhere/answer", lambda route: (said.append(route.request.post_data), route.fulfill(json={}))
    )
    query = ask_for_several(f"{house.url}/wallet/kinds/")
    address = f"{house.url}/elsewhere/answer"
    request = {
        "client_id": f"redirect_uri:{address}", "response_uri": address, "response_mode": "direct_post",
        "nonce": "n-1", "state": "s-1", "dcql_query": json.dumps(query),
    }  # fmt: skip
    page.evaluate("(hash) => (location.hash = hash)", urlencode(request))
    page.wait_for_selector("[data-request]:not([hidden])")
    expect(page.locator("[data-request-claims] fieldset")).to_have_count(2)
    expect(page.locator("[data-request-claims] label")).to_have_count(2)
    assert not find_problems(page)
    page.click("[data-request-form] button:not([data-decline])")
    says(page, "done", "보여 줬어요")
    token = json.loads(parse_qs(said[0])["vp_token"][0])
    assert {name: len(shown) for name, shown in token.items()} == {"home": 1, "paid": 1}
    keys = [ECKey.import_key(one) for one in officer.get("/wallet/jwks").json()["keys"]]
    for name, verify in (("home", verify_credential), ("paid", verify_w3c)):
        at = int(time.time())
        binding = Binding(audience=request["client_id"], nonce="n-1", now=at)
        found = verify(token[name][0], Demand(find_key=lambda *_: keys[-1], now=at, binding=binding))
        assert found.content.get("paid_krw", found.content.get("address")) in (
            4_120_000,
            {"region_code": "11"},
        )
    expect(page.locator("[data-history] li")).to_have_count(2, timeout=PATIENCE_MS)
    query["credentials"] = [query["credentials"][1]]
    del query["credential_sets"]
    page.evaluate("(hash) => (location.hash = hash)", urlencode({**request, "dcql_query": json.dumps(query)}))
    says(page, "problem", "증명서가 지갑에 없어요")
    page.evaluate("(hash) => (location.hash = hash)", urlencode({**request, "transaction_data": "[]"}))
    # OpenID4VP 1.0, section 8.4: what a wallet doesn't understand it doesn't answer.
    says(page, "problem", "모르는 방식의 요청")


def test_a_w3c_certificate_answers_the_desk(house, open_wallet):
    officer, page = house.sign_in("officer"), open_wallet()
    hand_over(page, officer, form="w3c")
    expect(page.locator("[data-held] summary")).to_contain_text("W3C VC")
    page.click("[data-held] summary")
    expect(page.locator("[data-held] dt").first).to_have_text("이름")
    check = officer.post("/desk/wallet/checks/new/", data={"rule": "resident_discount", "is_w3c": "on"})
    page.goto(find_link(check.text))
    page.wait_for_selector("[data-request]:not([hidden])")
    page.click("[data-request-form] button:not([data-decline])")
    says(page, "done", "보여 줬어요")
    assert "자격 있음" in officer.get(check.url.path).text


CAMERA = """(() => {
  navigator.mediaDevices.getUserMedia = async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1280, height: 720 });
    const pen = canvas.getContext("2d");
    setInterval(() => {
      pen.fillStyle = "#777777";
      pen.fillRect(0, 0, 1280, 720);
      if (!window.seen) return;
      pen.setTransform(1, 0.05, -0.05, 1, 340, 60); // nobody holds a phone straight
      pen.drawImage(window.seen, 0, 0, 600, 600);
      pen.resetTransform();
    }, 50);
    window.stream = canvas.captureStream(20);
    return window.stream;
  };
  if (window.native) window.BarcodeDetector = class {
    static getSupportedFormats = async () => ["qr_code"];
    detect = async (video) => (video.videoWidth && window.seen ? [{ rawValue: window.native }] : []);
  };
})()"""
SEE = """(address) => new Promise((resolve) => {
  const picture = new Image();
  picture.onload = () => resolve((window.seen = picture));
  picture.src = address;
}).then(() => null)"""


def watch(page):
    page.click("[data-scan-form] button")
    page.wait_for_selector("[data-scanning]:not([hidden])")


@pytest.mark.parametrize("is_native", [False, True], ids=["by the library", "by the browser"])
def test_a_qr_code_is_read_by_the_camera(house, open_wallet, is_native):
    """The camera is played by a picture of the QR code; the browser here can't read codes, so the library does."""
    page = open_wallet()
    offer = {
        "credential_issuer": f"{house.url}/wallet",
        "credential_configuration_ids": ["tuition"],
        "grants": {"urn:ietf:params:oauth:grant-type:pre-authorized_code": {"pre-authorized_code": "seen"}},
    }
    link = "openid-credential-offer://?" + urlencode({"credential_offer": json.dumps(offer)})
    page.add_init_script((f"window.native = {json.dumps(link)};" if is_native else "") + CAMERA)
    page.reload()
    watch(page)
    page.click("[data-scan-stop]")
    page.wait_for_selector("[data-scanning]", state="hidden")
    watch(page)
    page.evaluate(SEE, segno.make(link, error="L").png_data_uri(scale=8))
    page.wait_for_selector("[data-offer]:not([hidden])")
    assert page.is_hidden("[data-scanning]")
    assert page.evaluate("window.stream.getTracks().every((one) => one.readyState === 'ended')")
    assert "camera=(self)" in house.visit().get(HOLDER).headers["Permissions-Policy"]


def test_the_desks_dense_code_is_read_by_the_library(house, open_wallet):
    officer, page = house.sign_in("officer"), open_wallet()
    hand_over(page, officer)
    page.add_init_script(CAMERA)
    page.reload()
    check = officer.post("/desk/wallet/checks/new/", data={"rule": "youth_support"}).text
    link = html.unescape(re.search(r'href="(openid4vp:[^"]+)"', check)[1])
    watch(page)
    page.evaluate(SEE, segno.make(link, error="L").png_data_uri(scale=8))
    page.wait_for_selector("[data-request]:not([hidden])")
