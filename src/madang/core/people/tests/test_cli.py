"""Whoever keeps the installation uses the terminal."""

import io
import sys
from argparse import ArgumentParser

import pytest
from django.db import connection

from madang.core.base.interface import BadInput
from madang.core.people.authentication import actor_of
from madang.core.people.checkpoints import write_checkpoint
from madang.core.people.checks import CHECKS
from madang.core.people.cli import SUBCOMMANDS
from madang.core.people.jobs import JOBS
from madang.core.people.models import Account, Agency, AuditRow

from .conftest import NOW

pytestmark = pytest.mark.django_db


def run(name, *arguments):
    subcommand = next(one for one in SUBCOMMANDS if one.name == name)
    parser = ArgumentParser()
    subcommand.add_arguments(parser)
    return subcommand.run(parser.parse_args(arguments))


def test_a_client_is_registered_its_secret_printed_and_revoked(capsys):
    assert run("register-oidc-client", "복지 시스템", "https://welfare.example/callback") == 0
    said = capsys.readouterr().out
    assert "client_id " in said
    assert "client_secret " in said
    assert run("revoke-oidc-client", said.split()[1]) == 0


def test_a_citys_own_agencies_come_from_a_file(tmp_path):
    pack = tmp_path / "agencies.toml"
    pack.write_text('[[agency]]\ncode = "a"\nname = { ko = "가", en = "A" }\nkind = "bureau"\n', "utf-8")
    assert run("lay-out-agencies", str(pack)) == 0
    assert Agency.objects.get().name_ko == "가"


def test_the_audit_check_fails_where_a_row_was_changed(admin, capsys):
    run("register-oidc-client", "x", "https://welfare.example/callback")
    write_checkpoint(NOW)
    assert run("check-audit") == 0
    assert [list(check.run()) for check in CHECKS] == [[]]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_auditrow SET actor_name = 'somebody else'")
    capsys.readouterr()
    assert run("check-audit") == 1
    assert "audit row 1 was changed" in capsys.readouterr().out
    assert all(list(check.run()) for check in CHECKS)


def test_timed_work_runs_on_an_empty_city():
    for job in JOBS:
        job.run()


def test_a_superuser_is_made_without_a_terminal_and_the_log_says_so(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.StringIO("아주 긴 비밀번호 하나\n"))
    assert run("createsuperuser", "--username", "root") == 0
    account = Account.objects.get(username="root")
    assert account.check_password("아주 긴 비밀번호 하나")
    assert actor_of(account).may("anything", "*")
    assert [row.action for row in AuditRow.objects.all()] == ["people.register_superuser"]


@pytest.mark.parametrize(
    ("arguments", "typed", "code"),
    [
        ([], "long-enough-password\n", "people.no_terminal"),
        (["--username", "root"], "", "people.password"),
        (["--username", "root"], "1234567890\n", "people.password"),
        (["--username", "two words"], "long-enough-password\n", "people.fields"),
    ],
)
def test_a_superuser_that_cannot_be_is_refused_and_none_is_made(arguments, typed, code, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    with pytest.raises(BadInput) as refused:
        run("createsuperuser", *arguments)
    assert refused.value.code == code
    assert not Account.objects.exists()
