"""A citizen's whole story with a passkey, in a real browser with a virtual authenticator."""

import pytest


@pytest.fixture
def visitor(house, browser):
    """A browser at `localhost` (a passkey needs a name, not a number) whose fingerprint always matches."""
    context = browser.new_context(base_url=house.url.replace("127.0.0.1", "localhost"), locale="ko-KR")
    page = context.new_page()
    tools = context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    authenticator = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": authenticator})
    yield page
    context.close()


def test_a_citizen_signs_up_adds_a_passkey_and_signs_in_with_it_alone(visitor):
    visitor.goto("/accounts/signup/")
    visitor.get_by_label("아이디").fill("jimin")
    visitor.get_by_label("비밀번호", exact=True).fill("마당의 긴 비밀번호 7")
    visitor.get_by_label("비밀번호 한 번 더").fill("마당의 긴 비밀번호 7")
    visitor.get_by_role("button", name="계정 만들기").click()
    visitor.wait_for_url("**/")

    visitor.goto("/accounts/2fa/webauthn/add/")
    visitor.get_by_label("비밀번호").fill("마당의 긴 비밀번호 7")
    visitor.get_by_role("button", name="확인").click()
    visitor.get_by_label("이름").fill("내 휴대전화")
    visitor.get_by_label("비밀번호 없이").check()
    visitor.get_by_role("button", name="추가").click()
    visitor.wait_for_url("**/recovery-codes/")

    visitor.goto("/accounts/logout/")
    visitor.locator("main").get_by_role("button", name="로그아웃").click()
    visitor.goto("/account/")
    visitor.wait_for_url("**/accounts/login/**")
    visitor.get_by_role("button", name="패스키로 로그인").click()
    visitor.wait_for_url(lambda address: address.endswith("/account/") and "next" not in address)
    assert visitor.locator("h1").inner_text() == "jimin"
    visitor.goto("/accounts/2fa/webauthn/")
    assert "내 휴대전화" in visitor.locator("main").inner_text()
