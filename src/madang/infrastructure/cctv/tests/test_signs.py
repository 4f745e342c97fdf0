"""LED signs: one text at a time in both languages, with an end, a name and an entry in the audit log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from madang.core.base.interface import ANONYMOUS, HOUSE, Actor, BadInput, Conflict, NotAllowed, NotFound, Text
from madang.core.pages.interface import build_starlette_routes
from madang.core.pages.testing import ListPageCases
from madang.core.people.models import AuditRow
from madang.core.things.interface import register_declared_kinds, register_thing
from madang.infrastructure.cctv.actions import clear_sign, show_text
from madang.infrastructure.cctv.hot import ROUTES
from madang.infrastructure.cctv.pages.signs import LIST
from madang.infrastructure.cctv.queries.signs import get_sign, list_signs, list_texts
from madang.infrastructure.cctv.records import SIGN_KIND

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
KIM = Actor(id="kim", name="김 · Kim", grants=frozenset({("cctv.watch", "city"), ("cctv.view", "*")}))
OTHER = Actor(id="other", name="남", grants=frozenset({("cctv.watch", "11680"), ("cctv.view", "*")}))
DETOUR = Text(ko="공사 중, 돌아가세요", en="Works ahead, please go round")
HOUR = timedelta(hours=1)


def lay_out(number="LED1"):
    register_declared_kinds(actor=HOUSE, now=NOW)
    values = {
        "name": "광장 안내판 · Square sign",
        "agency_code": "city",
        "state": "active",
        "lon": 126.97,
        "lat": 37.57,
    }
    register_thing(actor=HOUSE, now=NOW, thing_id=number, values=values | {"kind": SIGN_KIND})


def show(at=0.0, text=DETOUR, lasts=HOUR, actor=KIM, sign_id="LED1"):
    return show_text(actor=actor, now=NOW + timedelta(minutes=at), sign_id=sign_id, text=text, lasts=lasts)


@pytest.mark.django_db
class TestSigns:
    def test_a_text_is_shown_until_its_end_and_a_later_one_ends_it(self):
        lay_out()
        assert show().shown.text == DETOUR
        assert get_sign("LED1", NOW + timedelta(minutes=59)).shown.set_by_name == "김 · Kim"
        assert get_sign("LED1", NOW + HOUR).shown is None
        other = Text(ko="행사", en="Event")
        show(at=10, text=other)
        assert get_sign("LED1", NOW + timedelta(minutes=65)).shown.text == other
        assert [(one.text.ko, one.ends_at) for one in list_texts("LED1")] == [
            ("행사", NOW + timedelta(minutes=70)),
            (DETOUR.ko, NOW + timedelta(minutes=10)),
        ]
        assert clear_sign(actor=KIM, now=NOW + timedelta(minutes=20), sign_id="LED1").shown is None
        with pytest.raises(Conflict):
            clear_sign(actor=KIM, now=NOW + timedelta(minutes=21), sign_id="LED1")
        assert [
            row.action for row in AuditRow.objects.filter(subject="LED1", action__startswith="cctv.")
        ] == [
            "cctv.show_on_sign",
            "cctv.show_on_sign",
            "cctv.clear_sign",
        ]

    def test_what_is_no_text_no_end_no_sign_or_not_allowed_shows_nothing(self):
        lay_out()
        for wrong in (Text(ko=" \n", en="x"), Text(ko="가", en=" "), Text(ko="가" * 101, en="x")):
            with pytest.raises(BadInput):
                show(text=wrong)
        for wrong in (timedelta(0), timedelta(minutes=-1), timedelta(days=1, seconds=1)):
            with pytest.raises(BadInput):
                show(lasts=wrong)
        with pytest.raises(NotFound):
            show(sign_id="LED2")
        for actor in (ANONYMOUS, OTHER):
            with pytest.raises(NotAllowed):
                show(actor=actor)
            with pytest.raises(NotAllowed):
                clear_sign(actor=actor, now=NOW, sign_id="LED1")
        assert list_signs(NOW)[0][0].shown is None
        assert not AuditRow.objects.filter(action="cctv.show_on_sign").exists()

    @pytest.mark.parametrize("language", ["ko", "en"])
    def test_an_operator_shows_and_clears_it_on_its_page(self, admin_client, language):
        lay_out()
        admin_client.cookies["language"] = language
        form = {"text_ko": DETOUR.ko, "text_en": DETOUR.en, "minutes": "60"}
        reply = admin_client.post("/desk/cctv/signs/LED1/show/", form)
        assert reply.url == "/desk/cctv/signs/LED1/"
        said = DETOUR.say(language)
        assert said in admin_client.get("/desk/cctv/signs/").content.decode()
        page = admin_client.get("/desk/cctv/signs/LED1/").content.decode()
        assert said in page
        assert "clear/" in page
        assert admin_client.post("/desk/cctv/signs/LED1/show/", form | {"minutes": "7"}).status_code == 422
        assert admin_client.post("/desk/cctv/signs/LED1/clear/", {}).url == "/desk/cctv/signs/LED1/"
        assert get_sign("LED1", datetime.now(UTC)).shown is None
        assert admin_client.get("/desk/cctv/signs/nobody/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_signs_controller_asks_what_to_show():
    lay_out()
    client = TestClient(Starlette(routes=build_starlette_routes(ROUTES, lambda _: ANONYMOUS)))
    assert client.get("/api/cctv/signs/LED1").json() == {"text": None, "ends_at": None}
    show_text(actor=KIM, now=datetime.now(UTC), sign_id="LED1", text=DETOUR, lasts=HOUR)
    said = client.get("/api/cctv/signs/LED1").json()
    assert said["text"] == {"ko": DETOUR.ko, "en": DETOUR.en}
    assert datetime.fromisoformat(said["ends_at"]) > datetime.now(UTC)
    assert client.get("/api/cctv/signs/nobody").status_code == 404


class TestSignList(ListPageCases):
    path = "/desk/cctv/signs/"
    list_page = LIST

    @pytest.fixture(autouse=True)
    def rows(self):
        lay_out()
        lay_out("LED2")
