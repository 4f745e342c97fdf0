"""The city's districts become agencies in one step."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from madang.core.base.interface import HOUSE, Text
from madang.core.people.interface import AgencyRecord, list_agencies, register_agency
from madang.core.people.models import Account
from madang.core.places.actions import register_district_agencies
from madang.core.places.interface import list_districts

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)


def test_the_city_and_every_district_are_registered_once_and_those_there_stay():
    own = AgencyRecord(
        code="11110", name=Text(ko="종로", en="Jongno"), kind="district", district_code="11110"
    )
    register_agency(actor=HOUSE, now=NOW, agency=own)
    assert register_district_agencies(actor=HOUSE, now=NOW) == len(list_districts())
    assert register_district_agencies(actor=HOUSE, now=NOW) == 0
    agencies = {one.code: one for one in list_agencies()}
    assert set(agencies) == {"city", *(one.code for one in list_districts())}
    assert agencies["11110"] == own
    assert agencies["11140"].parent_code == "city"
    assert agencies["11140"].district_code == "11140"


def test_an_administrator_does_it_at_the_desk_where_the_first_steps_say_so():
    client = Client()
    client.force_login(Account.objects.create_superuser(username="boss", password="only for tests"))
    desk = client.get("/desk/").content.decode()
    assert "우리 도시로 만들기" in desk
    assert 'href="/desk/places/agencies/"' in desk
    assert "마침" not in desk
    assert client.post("/desk/places/agencies/", {}).status_code == 302
    assert "마침" in client.get("/desk/").content.decode()


def test_who_may_take_none_of_the_first_steps_sees_none():
    client = Client()
    client.force_login(Account.objects.create_user(username="nobody", password="only for tests"))
    assert "우리 도시로 만들기" not in client.get("/desk/").content.decode()
    assert client.post("/desk/places/agencies/", {}).status_code in {302, 403}
    assert not list_agencies()
