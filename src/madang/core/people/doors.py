"""What this room adds to the doors."""

from __future__ import annotations

from madang.core.base.interface import Text
from madang.core.pages.interface import FirstStep, MenuLink

from .models import Account

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
FIRST_STEPS = [
    FirstStep(
        title=Text(ko="담당자 계정 만들기", en="Make officers’ accounts"),
        about=Text(
            ko="역할과 기관을 골라 함께 일할 사람의 계정을 만듭니다.",
            en="Make accounts for those you work with, each with its role and agency.",
        ),
        href="/desk/people/accounts/new/",
        permission="people.change_accounts",
        is_done=lambda: Account.objects.count() > 1,
        order=20,
    ),
]
