"""Kinds of things: those that services work with are there from the start, a city adds its own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from madang.core.base.interface import HOUSE, BadInput, Conflict, Text, list_manifests
from madang.core.pages.testing import ListPageCases
from madang.core.people.models import Account, Agency, AuditRow, Grant
from madang.core.things.actions import register_declared_kinds, register_kind, register_thing, remove_kind
from madang.core.things.interface import Kind, list_kinds
from madang.core.things.pages.kinds import KIND_LIST

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
BENCH = Kind(code="bench", name=Text(ko="긴 의자", en="Bench"))


class TestList(ListPageCases):
    path = "/desk/things/kinds/"
    list_page = KIND_LIST

    @pytest.fixture(autouse=True)
    def rows(self):
        register_declared_kinds(actor=HOUSE, now=NOW)


def test_what_services_declare_is_registered_once_and_what_a_city_changed_stays():
    declared = {code for manifest in list_manifests() for code in manifest.thing_kinds}
    assert {"city_sensor", "camera"} <= declared
    assert register_declared_kinds(actor=HOUSE, now=NOW) == len(declared)
    register_kind(actor=HOUSE, now=NOW, kind=Kind(code="camera", name=Text(ko="방범 카메라", en="Camera")))
    assert register_declared_kinds(actor=HOUSE, now=NOW) == 0
    kinds = {one.code: one for one in list_kinds()}
    assert declared == set(kinds)
    assert kinds["camera"].name.ko == "방범 카메라"


def test_a_kind_in_use_stays_and_an_unused_one_goes():
    register_kind(actor=HOUSE, now=NOW, kind=BENCH)
    values = {"kind": "bench", "name": "의자", "agency_code": "city"}
    Agency.objects.create(code="city", name_ko="시", name_en="City", kind="city")
    register_thing(actor=HOUSE, now=NOW, thing_id="B-1", values=values)
    with pytest.raises(Conflict, match="kind_used"):
        remove_kind(actor=HOUSE, now=NOW, code="bench")
    register_kind(actor=HOUSE, now=NOW, kind=Kind(code="stool", name=Text(ko="의자", en="Stool")))
    remove_kind(actor=HOUSE, now=NOW, code="stool")
    assert "stool" not in {one.code for one in list_kinds()}
    assert AuditRow.objects.filter(action="things.remove_kind").count() == 1


def test_a_kind_that_a_service_works_with_stays():
    register_declared_kinds(actor=HOUSE, now=NOW)
    with pytest.raises(Conflict, match="kind_declared"):
        remove_kind(actor=HOUSE, now=NOW, code="camera")


@pytest.mark.parametrize("code", ["", "Bench", "1st", "긴의자", "a-b", "a" * 65, "a b"])
def test_a_code_that_files_can_t_name_is_refused(code: str):
    with pytest.raises(BadInput):
        register_kind(actor=HOUSE, now=NOW, kind=Kind(code=code, name=Text(ko="ㄱ", en="a")))


def test_an_administrator_adds_changes_and_takes_away_a_kind_on_the_desk():
    client = Client()
    client.force_login(Account.objects.create_superuser(username="boss", password="only for tests"))
    new = {"code": "bench", "name_ko": "긴 의자", "name_en": "Bench", "service_life_years": "10"}
    assert client.post("/desk/things/kinds/new/", new).status_code == 302
    refused = client.post("/desk/things/kinds/new/", new | {"code": "긴 의자"})
    assert "영문 소문자로 시작" in refused.content.decode()
    assert 'value="Bench"' in client.get("/desk/things/kinds/bench/").content.decode()
    client.post("/desk/things/kinds/bench/", {"name_ko": "벤치", "name_en": "Bench"})
    assert [(one.name.ko, one.service_life_years) for one in list_kinds()] == [("벤치", None)]
    client.post("/desk/things/kinds/bench/remove/", {})
    assert list_kinds() == ()
    assert client.get("/desk/things/kinds/bench/").status_code == 404


def test_who_may_not_change_kinds_is_not_offered_it():
    client = Client()
    client.force_login(Account.objects.create_user(username="nobody", password="only for tests"))
    assert client.post("/desk/things/kinds/new/", {"code": "bench"}).status_code in {302, 403}
    assert list_kinds() == ()


def test_a_kind_leads_to_its_things_whoever_may_not_change_it():
    register_kind(actor=HOUSE, now=NOW, kind=BENCH)
    for role, address in (("officer", "/desk/things/?kind=bench"), ("admin", "/desk/things/kinds/bench/")):
        account = Account.objects.create_user(username=role)
        Grant.objects.create(account=account, role=role, service="*", agency_code="*")
        client = Client()
        client.force_login(account)
        said = client.get("/desk/things/kinds/").content.decode()
        assert f'href="{address}">긴 의자' in said
        assert client.get(address).status_code == 200
