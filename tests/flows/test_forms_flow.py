"""Story: a sign-in ends while a form is on its way, and news comes while somebody works in a list."""

from __future__ import annotations

from datetime import UTC, datetime

from looking import await_true, open_as

from madang.project.pytest_plugin import House

RULE = "/desk/incidents/rules/new/"
NEWS = "document.querySelector('[data-live]').dispatchEvent(new CustomEvent('madang:live'))"


def end_session(page) -> None:
    left = [cookie for cookie in page.context.cookies() if cookie["name"] != "sessionid"]
    page.context.clear_cookies()
    page.context.add_cookies(left)


def send_without_session(page, name: str) -> None:
    page.fill("[name=name]", name)
    page.select_option("[name=min_severity]", "severe")
    end_session(page)
    page.click(".form-actions button")
    page.wait_for_url("**/accounts/login/**")


def sign_in(page, house: House, username: str) -> None:
    page.fill("[name=login]", username)
    page.fill("[name=password]", house.accounts()[username])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)


def test_what_was_typed_outlives_a_lost_session_and_is_nobody_elses(browser, house: House):
    page = open_as(browser, house, "admin", RULE)
    send_without_session(page, "잃지 않을 규칙")
    sign_in(page, house, "admin")
    assert page.url == house.url + RULE
    await_true(lambda: page.input_value("[name=name]") == "잃지 않을 규칙")
    assert page.input_value("[name=min_severity]") == "severe"
    send_without_session(page, "남이 볼 수 없는 규칙")
    page.goto(f"{house.url}/accounts/login/?next=/desk/")
    sign_in(page, house, "operator")
    assert page.evaluate("sessionStorage.getItem('entries')") is None
    page.context.close()


def test_a_list_that_renews_itself_keeps_the_filter_and_waits_for_who_chooses(browser, house: House):
    found = {"key": "smoke:forms", "kind": "smoke", "severity": "severe", "agency_code": "safety"}
    found |= {"found_at": datetime.now(UTC).isoformat(), "reason": {"ko": "연기", "en": "Smoke"}}
    operator = house.sign_in("operator")
    operator.post("/api/incidents/findings", json={"findings": [found]}).raise_for_status()
    page = open_as(browser, house, "admin", "/desk/incidents/")
    page.locator("#list .chips a", has_text="심각").last.click()
    page.wait_for_url("**severity=**")
    with page.expect_response(lambda answer: "/desk/incidents/" in answer.url and "severity=" in answer.url):
        page.evaluate(NEWS)
    page.goto(page.url)
    page.locator("#rows [data-choose]").first.check()
    with page.expect_response(lambda answer: "/desk/incidents/" in answer.url):
        page.evaluate(NEWS)
    page.wait_for_timeout(500)
    assert page.locator("#rows [data-choose]:checked").count() == 1
    with page.expect_response(lambda answer: "/desk/incidents/" in answer.url):
        page.locator("#rows [data-choose]:checked").uncheck()
    end_session(page)
    page.locator("#list .chips a", has_text="심각").first.click()
    page.wait_for_url("**/accounts/login/**")
    page.context.close()
