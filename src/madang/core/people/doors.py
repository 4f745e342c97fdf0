"""What this room adds to the doors."""

from __future__ import annotations

from madang.core.base.interface import Text
from madang.core.pages.interface import MenuLink

MENU = [
    MenuLink(
        title=Text(ko="계정과 역할", en="Accounts and roles"),
        href="/desk/people/accounts/",
        door="desk",
        order=800,
        permission="people.read_accounts",
    ),
    MenuLink(
        title=Text(ko="기관", en="Agencies"),
        href="/desk/people/agencies/",
        door="desk",
        order=810,
        permission="people.read_agencies",
    ),
    MenuLink(
        title=Text(ko="감사 기록", en="Audit log"),
        href="/desk/audit/",
        door="desk",
        order=820,
        permission="people.read_audit",
    ),
]
