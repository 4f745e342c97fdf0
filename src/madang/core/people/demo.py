"""The people room's part of the demonstration city: its agencies, and one account for each role."""

from __future__ import annotations

import json
import os
import secrets
from datetime import datetime
from pathlib import Path

import msgspec
from django.conf import settings
from django.db import transaction

from madang.core.base.interface import HOUSE, Actor, Text

from .actions.agencies import lay_out_agencies
from .audit import record_audit
from .models import Account, Agency, Grant
from .permissions import require


class DemoAccount(msgspec.Struct, frozen=True):
    """An account that the demonstration begins with."""

    username: str
    name: Text
    role: str
    agency_code: str
    scope: str = "*"


DEMO_ACCOUNTS = (
    DemoAccount("admin", Text(ko="관리자", en="Administrator"), "admin", "city"),
    DemoAccount(
        "data-officer", Text(ko="데이터 담당자", en="Data officer"), "data_officer", "smart-city.big-data"
    ),
    DemoAccount("operator", Text(ko="관제 요원", en="Operator"), "operator", "safety"),
    DemoAccount("auditor", Text(ko="감사자", en="Auditor"), "auditor", "audit"),
    DemoAccount("officer", Text(ko="종로구 담당자", en="Officer of Jongno-gu"), "officer", "11110", "11110"),
    DemoAccount("citizen", Text(ko="시민", en="Citizen"), "citizen", ""),
)


def lay_out(now: datetime) -> None:
    """Lay out agencies and demonstration accounts, once."""
    if not Agency.objects.exists():
        lay_out_agencies(actor=HOUSE, now=now)
    lay_out_demo_accounts(actor=HOUSE, now=now)


@transaction.atomic
def lay_out_demo_accounts(*, actor: Actor, now: datetime) -> None:
    """Make the demonstration accounts that are missing, with passwords of this installation alone.

    A real account of the same user name is left alone.
    """
    require(actor, "people.change_accounts", "*")
    passwords = _read_passwords()
    made = []
    for demo in DEMO_ACCOUNTS:
        account = Account.objects.filter(username=demo.username).first()
        if account and (not account.is_demo or demo.username in passwords):
            continue
        passwords[demo.username] = passwords.get(demo.username) or secrets.token_urlsafe(12)
        account = account or Account(username=demo.username, is_demo=True, date_joined=now)
        account.name, account.agency_code = f"{demo.name.ko} · {demo.name.en}", demo.agency_code
        account.set_password(passwords[demo.username])
        account.save()
        Grant.objects.get_or_create(
            account=account, role=demo.role, service="*", agency_code=demo.scope, defaults={"granted_at": now}
        )
        made.append(demo.username)
    if made:
        _write_passwords(passwords)
        details = {"usernames": made}
        record_audit(
            actor=actor, now=now, action="people.lay_out_demo_accounts", subject="demo", details=details
        )


def list_demo_accounts() -> list[tuple[str, str, str]]:
    """Return (user name, password, who it is) of the demonstration accounts, for `madang up`."""
    passwords = _read_passwords()
    return [
        (one.username, passwords[one.username], one.name.en)
        for one in DEMO_ACCOUNTS
        if one.username in passwords
    ]


ACCOUNTS = (list_demo_accounts,)


def _get_path() -> Path:
    return settings.DATA_PATH / "demo-accounts.json"


def _read_passwords() -> dict[str, str]:
    return json.loads(_get_path().read_text("utf-8")) if _get_path().is_file() else {}


def _write_passwords(passwords: dict[str, str]) -> None:
    temporary = _get_path().with_suffix(".part")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(passwords, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(_get_path())
