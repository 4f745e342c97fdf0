"""Pages on the demonstration's poles: both languages, the desk for staff, forms that act."""

from __future__ import annotations

import time
from contextlib import closing

import pytest

PAGES = (
    "/desk/smart_poles/",
    "/desk/smart_poles/programme/",
    "/desk/smart_poles/siting/",
    "/desk/smart_poles/SP0009/",
)


@pytest.mark.parametrize(
    ("language", "words"), [("ko", ("스마트폴", "199", "300")), ("en", ("Smart poles", "199", "300"))]
)
def test_everyone_sees_the_reports_numbers(house, language, words):
    with closing(house.visit()) as stranger:
        stranger.cookies.set("language", language)
        page = stranger.get("/smart_poles/").text
        assert all(word in page for word in words)
        assert stranger.get(PAGES[0]).url.path == "/accounts/login/"


def test_staff_sees_power_permits_and_sites(house):
    with closing(house.sign_in("admin")) as admin:
        for path in PAGES:
            answer = admin.get(path)
            assert answer.status_code == 200, path
        assert "증명되었습니다" in admin.get(PAGES[2]).text
        table = admin.get(PAGES[2], params={"budget": "300000", "most": "3", "form": "csv"}).text
        assert len(table.strip().splitlines()) == 4
        assert admin.get(PAGES[2], params={"budget": "x", "most": "-1"}).status_code == 200
        assert "57" in admin.get(PAGES[1], params={"year": "2022"}).text
        assert admin.get("/desk/smart_poles/NOBODY/").status_code == 404


def test_a_form_refuses_what_power_does_not_allow(house):
    with closing(house.sign_in("admin")) as admin:
        form = {"csrfmiddlewaretoken": admin.cookies["csrftoken"], "kind": "ev_charger", "rated_w": "7000"}
        refused = admin.post("/desk/smart_poles/SP0001/modules/new/", data=form).text
        assert "전력이 모자랍니다" in refused
        done = admin.post(
            "/desk/smart_poles/SP0001/modules/new/", data=form | {"kind": "bell", "rated_w": "10"}
        )
        assert done.url.path == "/desk/smart_poles/SP0001/"
        planned = {
            "csrfmiddlewaretoken": form["csrfmiddlewaretoken"],
            "planned_on": "2026-01-01",
            "what": "나사 조이기",
        }
        assert "나사 조이기" in admin.post("/desk/smart_poles/SP0001/visits/new/", data=planned).text


def test_poles_are_an_open_dataset(house):
    with closing(house.visit()) as stranger:
        deadline = time.monotonic() + 60
        while (found := stranger.get("/api/datasets/smart_poles/rows", params={"limit": 1}).json())[
            "total"
        ] != 300:
            assert time.monotonic() < deadline, found
            time.sleep(0.5)
