"""Whoever saved a form takes it back within a minute, once, unless somebody changed it meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from madang.core.pages import undoing
from madang.core.pages.tests.sample import LIMIT

pytestmark = [pytest.mark.urls("madang.core.pages.tests.sample"), pytest.mark.django_db]
PATH = "/sensors/settings/"
BEFORE = {"limit": 35, "is_on": True, "kinds": ["pm25"]}
CHANGED = {"limit": "50", "kinds": ["pm25", "pm10"]}


@pytest.fixture
def officer() -> Iterator[Client]:
    client = Client()
    client.force_login(
        get_user_model().objects.create_superuser(username="officer", password="only for tests")
    )
    yield client
    LIMIT.update(BEFORE)


def test_a_change_is_taken_back_once(officer: Client) -> None:
    officer.cookies["language"] = "en"
    page = officer.post(PATH, CHANGED, follow=True).content.decode()
    assert "Saved: Alarm limit" in page
    assert LIMIT == {"limit": 50, "is_on": False, "kinds": ["pm25", "pm10"]}
    page = officer.post(PATH, {"undo": "yes"}, follow=True).content.decode()
    assert "Taken back" in page
    assert "Saved: Alarm limit" not in page
    assert LIMIT == BEFORE
    assert officer.post(PATH, {"undo": "yes"}).status_code == 422


def test_what_changes_nothing_offers_nothing(officer: Client) -> None:
    officer.post(PATH, {"limit": "35", "is_on": "on", "kinds": ["pm25"]})
    assert officer.get("/help/").context["undo"] is None


def test_after_a_minute_it_stays_as_saved(officer: Client) -> None:
    officer.post(PATH, CHANGED)
    session = officer.session
    session[undoing.KEY] |= {"until": "2026-01-01T00:00:00Z"}
    session.save()
    assert officer.get("/help/").context["undo"] is None
    assert officer.post(PATH, {"undo": "yes"}).status_code == 422
    assert LIMIT["limit"] == 50


def test_what_somebody_else_changed_meanwhile_is_left(officer: Client) -> None:
    officer.post(PATH, CHANGED)
    LIMIT["limit"] = 60
    assert officer.post(PATH, {"undo": "yes"}).status_code == 409
    assert LIMIT["limit"] == 60


def test_another_form_is_not_taken_back_by_it(officer: Client) -> None:
    officer.post(PATH, CHANGED)
    officer.post("/sensors/new/", {"undo": "yes"})
    assert officer.post(PATH, {"undo": "yes"}).status_code == 302
    assert LIMIT == BEFORE


def test_the_form_tells_who_changed_what_from_what_to_what(officer: Client) -> None:
    officer.cookies["language"] = "en"
    assert not officer.get(PATH).context["changes"]
    officer.post(PATH, CHANGED)
    officer.post(PATH, {"undo": "yes"})
    page = officer.get(PATH)
    told = page.content.decode().partition("What was changed")[2]
    assert "Limit: <del>35</del> → <ins>50</ins>" in told
    assert told.index("<del>50</del> → <ins>35</ins>") < told.index("<del>35</del> → <ins>50</ins>")
    assert "In use: <del>yes</del> → <ins>no</ins>" in told
    assert "Kinds: <del>nothing</del> → <ins>PM10</ins>" in told
