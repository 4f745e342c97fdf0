"""The demonstration begins with one account a role, whose passwords only this installation knows."""

import json

import pytest
from django.contrib.auth import authenticate

from madang.core.people.authentication import actor_of
from madang.core.people.demo import lay_out, list_demo_accounts
from madang.core.people.models import Account, Agency, AuditRow

from .conftest import NOW

pytestmark = pytest.mark.django_db


def test_laying_out_twice_is_laying_out_once(own_folder):
    lay_out(NOW)
    first = list_demo_accounts()
    lay_out(NOW)
    assert list_demo_accounts() == first
    assert len(first) == 6
    assert Agency.objects.count() == 72
    assert AuditRow.objects.count() == 2
    assert all(authenticate(username=name, password=password) for name, password, _ in first)
    assert (own_folder / "demo-accounts.json").stat().st_mode & 0o777 == 0o600


def test_each_may_do_its_own_part():
    lay_out(NOW)
    actors = {account.username: actor_of(account) for account in Account.objects.all()}
    assert actors["auditor"].may("people.read_audit")
    assert not actors["admin"].may("people.read_audit")
    assert actors["officer"].may("desk", "11110")
    assert not actors["officer"].may("desk", "11140")
    assert not actors["citizen"].may("desk")
    assert not any(actor.is_superuser for actor in actors.values())


def test_a_real_account_is_left_alone():
    Account.objects.create_superuser("admin", "비밀번호 하나 둘 셋")
    lay_out(NOW)
    assert Account.objects.get(username="admin").check_password("비밀번호 하나 둘 셋")
    assert "admin" not in {name for name, _, _ in list_demo_accounts()}


def test_a_lost_password_file_is_made_anew(own_folder):
    lay_out(NOW)
    (own_folder / "demo-accounts.json").unlink()
    assert list_demo_accounts() == []
    lay_out(NOW)
    passwords = json.loads((own_folder / "demo-accounts.json").read_text("utf-8"))
    assert authenticate(username="citizen", password=passwords["citizen"])


def test_names_are_said_in_the_language_of_the_page(client):
    lay_out(NOW)
    client.force_login(Account.objects.get(username="admin"))
    for language, name, other in (("ko", "관리자", "Administrator"), ("en", "Administrator", "관리자")):
        client.cookies["language"] = language
        for path in ("/account/", "/desk/", "/desk/people/accounts/"):
            said = client.get(path).content.decode()
            assert name in said
            assert other not in said
