"""Quotas: counted over processes, refused with the API's own code, seen by the key's owner and set by staff."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from starlette.testclient import TestClient

from madang.citizens.open_data.actions.keys import issue_key
from madang.citizens.open_data.actions.quotas import (
    NEAR,
    Meter,
    add_calls,
    forget_old_counts,
    meter,
    set_key_limit,
    set_quota,
)
from madang.citizens.open_data.pages.quotas import ADDRESS_LIST, KEY_LIST
from madang.citizens.open_data.processes import application
from madang.citizens.open_data.queries import calls
from madang.citizens.open_data.queries.quotas import count_today, find_caller, find_limit, kept, name_address
from madang.citizens.open_data.records.quotas import Quota
from madang.core.base.interface import (
    HOUSE,
    Actor,
    BadInput,
    NotAllowed,
    now,
    read_settings,
    to_city_time,
)
from madang.core.pages.testing import ListPageCases, PageCases

NOW = datetime(2026, 11, 29, 3, tzinfo=UTC)
CITIZEN = Actor(id="c1", name="시민")


@pytest.fixture(autouse=True)
def fresh():
    for one in (kept, calls, meter):
        one.forget()
    yield
    for one in (kept, calls, meter):
        one.forget()


@pytest.mark.django_db
@pytest.mark.parametrize("limit", [0, 1, 7, 100])
def test_two_processes_together_let_through_little_more_than_the_limit(limit):
    one, other = Meter(), Meter()
    let = sum((one if n % 2 else other).take("key:a", limit, NOW) for n in range(limit + 40))
    assert limit <= let <= limit + NEAR * limit  # what one took within a second before the other saw it


@pytest.mark.django_db
def test_one_process_is_exact_and_a_new_day_begins_anew():
    one = Meter()
    assert sum(one.take("key:a", 50, NOW) for _ in range(80)) == 50
    assert count_today("key:a", NOW) <= 51
    assert one.take("key:a", 50, NOW + timedelta(days=1))
    assert one.take("key:b", 50, NOW)


@pytest.mark.django_db
def test_another_process_sees_what_is_used_up():
    first = Meter()
    while first.take("key:a", 20, NOW):
        pass
    assert not Meter().take("key:a", 20, NOW)


@pytest.mark.django_db(transaction=True)
def test_calls_of_many_threads_are_all_written():
    def call(_n):
        try:
            return add_calls("key:a", NOW.date(), 1)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        totals = list(pool.map(call, range(40)))
    assert sorted(totals)[-1] == 40
    assert count_today("key:a", NOW) == 40


@pytest.mark.django_db
def test_old_counts_are_forgotten():
    add_calls("key:a", NOW.date(), 3)
    assert forget_old_counts(NOW) == 0
    assert forget_old_counts(NOW + timedelta(days=90)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_call_above_the_limit_is_answered_with_its_code():
    made = issue_key(actor=CITIZEN, now=NOW, purpose="시험")
    set_key_limit(actor=HOUSE, now=NOW, key_id=made.key.id, daily_limit=2)
    set_quota(actor=HOUSE, now=NOW, quota=Quota(key_daily=10, address_daily=3))
    client = TestClient(application)

    def codes(key: str, times: int) -> list[str]:
        return [client.get(f"/{key}/json/Nowhere/1/5/").json()["RESULT"]["CODE"] for _ in range(times)]

    assert codes(made.secret, 4) == ["ERROR-310", "ERROR-310", "ERROR-337", "ERROR-337"]
    assert codes("sample", 5) == ["ERROR-310"] * 3 + ["ERROR-337"] * 2
    assert codes("nobody", 1) == ["INFO-100"]
    assert "ERROR-337" in client.get(f"/{made.secret}/xml/Nowhere/1/5/").text


@pytest.mark.django_db
def test_only_those_who_declare_change_quotas():
    made = issue_key(actor=CITIZEN, now=NOW, purpose="시험")
    for actor in (CITIZEN, Actor(id="o", name="", grants=frozenset({("open_data.work", "*")}))):
        with pytest.raises(NotAllowed):
            set_quota(actor=actor, now=NOW, quota=Quota())
        with pytest.raises(NotAllowed):
            set_key_limit(actor=actor, now=NOW, key_id=made.key.id, daily_limit=1)
    with pytest.raises(BadInput):
        set_quota(actor=HOUSE, now=NOW, quota=Quota(key_daily=0))
    assert find_limit(made.key.id) == Quota().key_daily


def test_an_address_cannot_be_told_and_a_proxys_word_counts_only_where_there_is_one(settings):
    assert "203.0.113.9" not in name_address("203.0.113.9", NOW)
    assert name_address("203.0.113.9", NOW) != name_address("203.0.113.9", NOW + timedelta(days=1))
    assert find_caller("203.0.113.9", "198.51.100.1") == "203.0.113.9"
    assert find_caller("2001:db8:1:2:3::4", "") == find_caller("2001:db8:1:2:ffff::1", "")
    settings.MADANG = read_settings({"MADANG_BEHIND_TLS": "yes"})
    assert find_caller("10.0.0.1", "192.0.2.66, 198.51.100.1") == "198.51.100.1"
    assert find_caller("10.0.0.1", "nonsense") == "10.0.0.1"


class TestKeyList(ListPageCases):
    path = "/desk/open_data/keys/"
    list_page = KEY_LIST

    @pytest.fixture(autouse=True)
    def rows(self, db):
        issue_key(actor=CITIZEN, now=NOW, purpose="쉼터 앱")


class TestQuotaForm(PageCases):
    path = "/desk/open_data/quotas/"

    def test_it_changes_what_everyone_may_call(self, reader):
        assert reader.post(self.path, {"key_daily": 7, "address_daily": 3}).status_code == 302
        assert 'value="7"' in reader.get(self.path).content.decode()
        assert reader.post(self.path, {"key_daily": 0, "address_daily": 3}).status_code == 422


class TestAddresses(ListPageCases):
    path = "/desk/open_data/addresses/"
    list_page = ADDRESS_LIST

    @pytest.fixture(autouse=True)
    def rows(self, db):
        moment = now()
        set_quota(actor=HOUSE, now=moment, quota=Quota(key_daily=1000, address_daily=50))
        kept.forget()
        for address, calls_made in (("192.0.2.1", 50), ("192.0.2.2", 3)):
            add_calls(name_address(address, moment), to_city_time(moment).date(), calls_made)

    def test_who_used_up_a_day_is_seen_and_not_who_it_is(self, reader):
        page = reader.get(self.path).content.decode()
        assert page.count("한도를 다 씀") == 1
        assert "192.0.2" not in page
