"""An officer keeps a register as it was searched and filtered under a name, shares it, and lets the register open with it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from madang.core.base.interface import Actor, BadInput
from madang.core.pages.saved_views import MOST_VIEWS, list_views, save_view
from madang.core.pages.testing import ListPageCases
from madang.core.pages.view_pages import OWN_VIEWS

pytestmark = [pytest.mark.urls("madang.core.pages.tests.sample"), pytest.mark.django_db]
QUERY = "q=station&district=11680&sort=-id&density=compact&columns=id%2Cname"
SEEN = {"q": "station", "district": "11680", "sort": "-id", "density": "compact", "columns": "id,name"}


def make_officer(name: str, agency: str = "") -> Actor:
    return Actor(id=name, name=name, agency_code=agency, grants=frozenset({("things.view", "*")}))


def keep(actor: Actor, **said: Any) -> Any:
    data = {"path": "/sensors/", "query": QUERY, "name": "Gangnam", "is_shared": False, "is_default": False}
    return save_view(actor=actor, data=data | said)


@pytest.fixture
def officer() -> Client:
    client = Client()
    client.force_login(
        get_user_model().objects.create_superuser(username="officer", password="only for tests")
    )
    return client


class TestOwnViews(ListPageCases):
    path = "/views/"
    list_page = OWN_VIEWS

    @pytest.fixture(autouse=True)
    def rows(self) -> None:
        keep(make_officer("another"), is_shared=True)


def test_what_is_seen_is_saved_chosen_and_replaced(officer: Client) -> None:
    reply = officer.get("/sensors/", {**SEEN, "page": "2"})
    assert parse_qs(reply.context["query"]) == parse_qs(QUERY)
    sent = {"path": "/sensors/", "query": reply.context["query"], "name": "Gangnam"}
    saved = officer.post("/views/new/", sent)
    chosen = officer.get(saved["Location"])
    assert [one.name for one in chosen.context["views"]] == ["Gangnam"]
    assert 'aria-current="true">Gangnam</a>' in chosen.content.decode()
    assert chosen.context["state"] == officer.get("/sensors/", SEEN).context["state"]
    officer.post("/views/new/", {**sent, "query": "q=5"})
    assert [one.query for one in officer.get("/sensors/").context["views"]] == ["q=5"]


def test_a_list_opens_with_its_first_view_until_somebody_works_in_it(officer: Client) -> None:
    sent = {"path": "/sensors/", "query": "q=station", "name": "first", "is_default": "on"}
    officer.post("/views/new/", sent)
    assert officer.get("/sensors/")["Location"] == "/sensors/?q=station"
    assert (
        officer.get("/sensors/", headers={"referer": "http://testserver/sensors/?q=station"}).status_code
        == 200
    )
    officer.post("/views/new/", sent | {"name": "second", "query": "q=2"})
    assert officer.get("/sensors/")["Location"] == "/sensors/?q=2"
    officer.post(f"/views/{officer.get('/views/').context['rows'][1]['id']}/", {"name": "second"})
    assert officer.get("/sensors/").status_code == 200


def test_a_shared_view_is_for_officers_of_its_agency() -> None:
    keep(make_officer("maker", "6110000"), is_shared=True)
    keep(make_officer("maker", "6110000"), name="own")
    keep(make_officer("city"), name="everybody's", is_shared=True)

    def names(actor: Actor) -> list[str]:
        return [one.name for one in list_views(actor, "/sensors/")]

    assert names(make_officer("colleague", "6110000")) == ["Gangnam", "everybody's"]
    assert names(make_officer("elsewhere", "3000000")) == ["everybody's"]
    assert names(Actor(id="citizen", name="citizen")) == []
    assert names(make_officer("maker", "6110000")) == ["Gangnam", "own", "everybody's"]


def test_a_citizen_keeps_views_and_shares_none() -> None:
    view = keep(Actor(id="citizen", name="citizen"), is_shared=True)
    assert not view.is_shared


def test_a_list_keeps_a_limited_number_of_views() -> None:
    officer = make_officer("busy")
    for number in range(MOST_VIEWS):
        keep(officer, name=str(number))
    keep(officer, name="0", query="q=1")
    with pytest.raises(BadInput, match="too_many_views"):
        keep(officer, name="one more")


def test_nobody_changes_or_removes_what_others_keep_for_themselves(officer: Client) -> None:
    view = keep(make_officer("another"))
    assert officer.get(f"/views/{view.pk}/").status_code == 404
    assert officer.post(f"/views/{view.pk}/", {"name": "mine"}).status_code == 404
    officer.post("/views/", {"action": "remove", "ids": [view.pk, "x", "9" * 30], "confirmed": "yes"})
    assert [one.name for one in list_views(make_officer("another"), "/sensors/")] == ["Gangnam"]


@pytest.mark.parametrize(
    "path", ["https://elsewhere.example/", "//elsewhere.example/", "/help/", "/nowhere/", ""]
)
def test_a_view_leads_to_a_list_of_the_house_and_nowhere_else(officer: Client, path: str) -> None:
    reply = officer.post("/views/new/", {"path": path, "query": "q=1", "name": "away"})
    assert reply.status_code == 422


def test_two_views_of_a_list_never_have_one_name(officer: Client) -> None:
    for name in ("one", "two"):
        officer.post("/views/new/", {"path": "/sensors/", "query": "q=1", "name": name})
    second = officer.get("/views/").context["rows"][1]["id"]
    reply = officer.post(f"/views/{second}/", {"name": "one"})
    assert reply.status_code == 422
    assert reply.context["form"].errors["name"]
