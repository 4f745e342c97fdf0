"""A house that is reachable from outside: what it sends, what it refuses."""

import os
import stat

import httpx
import pytest

from madang.project.pytest_plugin import start_house, stop_house


def test_pages_carry_a_policy_without_inline_script(house):
    with house.visit() as visitor:
        for address in ("/", "/datasets/", "/accounts/login/", "/build/", "/no-such-page/"):
            policy = visitor.get(address).headers["Content-Security-Policy"]
            assert "default-src 'self'" in policy
            assert "unsafe" not in policy


def test_every_desk_page_sends_a_stranger_to_the_login(house):
    with httpx.Client(base_url=house.url) as stranger:
        for address in ("/desk/", "/desk/status/", "/desk/incidents/", "/desk/things/", "/desk/data/"):
            answer = stranger.get(address)
            assert answer.status_code == 302, address
            assert answer.headers["Location"].startswith("/accounts/login/")


def test_a_form_without_its_token_is_refused(house):
    with house.visit() as visitor:
        answer = visitor.post("/accounts/login/", data={"login": "admin", "password": "x"})
        assert answer.status_code == 403


def test_an_unknown_host_name_is_refused(house):
    paths = "/accounts/login/", "/wallet/status/0", "/.well-known/openid-credential-issuer/wallet", "/static/"
    for path in paths:
        answer = httpx.get(house.url + path, headers={"Host": "evil.example"})
        assert answer.status_code == 400, path
        assert "evil.example" not in answer.text


def test_what_is_no_address_of_the_api_is_told_to_programs_as_they_read_it(house):
    with house.visit() as visitor:
        for method, path, status in (
            ("GET", "/api/no-such-thing", 404),
            ("POST", "/api/no-such-thing/", 404),
            ("GET", "/api/", 404),
            ("GET", "/api/fire-safety/messages", 405),
        ):
            answer = visitor.request(method, path, headers={"Accept-Language": "en"})
            assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json"), path
            assert answer.json()["code"] == f"http.{status}", path
            assert answer.json()["message"], path
        assert visitor.get("/no-such-page/").headers["content-type"].startswith("text/html")


def test_secrets_are_for_the_owner_only(house):
    for name in ("secret_key", "demo-accounts.json"):
        assert stat.S_IMODE((house.data / name).stat().st_mode) == 0o600, name


def test_logins_are_throttled(house):
    with house.visit() as visitor:
        visitor.get("/accounts/login/")
        headers = {"X-CSRFToken": visitor.cookies["csrftoken"], "Referer": house.url}
        form = {"login": "nobody-at-all", "password": "wrong-password"}
        answers = [visitor.post("/accounts/login/", data=form, headers=headers) for _ in range(8)]
        assert {answer.status_code for answer in answers} <= {200, 429}
        assert answers[-1].text != answers[0].text, "the pause is said"


@pytest.mark.xdist_group("family")
def test_behind_tls_cookies_are_secure_and_browsers_told_to_stay(tmp_path):
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "madang.toml").write_text("behind_tls = true\npublic_url = 'https://city.example'\n")
    house = start_house(tmp_path / "city", "--no-demo")
    try:
        headers = {"Host": "city.example", "X-Forwarded-Proto": "https"}
        answer = httpx.get(house.url + "/accounts/login/", headers=headers)
        assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
        assert all("Secure" in cookie for cookie in answer.headers.get_list("set-cookie"))
        assert "madang createsuperuser" in (house.data / "up.log").read_text("utf-8"), "nobody could sign in"
    finally:
        stop_house(house)


def test_the_data_folder_needs_no_other_place(house):
    assert {"registers.sqlite", "run", "logs", "broker", "secret_key"} <= set(os.listdir(house.data))
