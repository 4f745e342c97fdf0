"""Accounts on the desk: who may do what, and where."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django import forms

from madang.core.base.interface import Actor, ColumnType, Text, list_manifests, now, read_pair
from madang.core.pages.interface import (
    Detail,
    DetailPage,
    Fact,
    FormPage,
    ListColumn,
    ListFilter,
    ListPage,
    RecordAction,
    Tab,
    say_lazily,
)
from madang.core.people.actions.accounts import (
    grant_role,
    register_account,
    reset_password,
    revoke_role,
    set_account_active,
)
from madang.core.people.actions.consents import record_personal_read
from madang.core.people.queries import get_account, list_accounts, list_agencies
from madang.core.people.records import AccountRecord, NewAccount
from madang.core.people.roles import ROLES, STAFF_ROLES
from madang.core.people.wording import say_agencies, say_grants, say_role

from .shown_once import show_result_once

HOME = "/desk/people/accounts/"
ACCOUNTS = Text(ko="계정", en="Accounts")
SORTS = {"username": "username", "name": "name", "agency": "agency_code", "last_login_at": "last_login"}


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Any], int]:
    subject = "?" + urlencode({"q": search, **filters})
    record_personal_read(
        actor=actor, now=now(), subject=f"accounts{subject}", purpose="account_care", details={"limit": limit}
    )
    rows, total = list_accounts(
        actor,
        search=search,
        role=filters.get("role", ""),
        sort=("-" if sort.startswith("-") else "") + SORTS[sort.removeprefix("-")],
        offset=offset,
        limit=limit,
    )
    agencies = say_agencies(row.agency_code for row in rows)
    return [_to_row(row, agencies) for row in rows], total


def _to_row(account: AccountRecord, agencies: dict[str, Text]) -> dict[str, Any]:
    roles = [say_role(one.role) for one in account.grants]
    return {
        "id": account.id,
        "username": account.username,
        "name": read_pair(account.name),
        "agency": agencies[account.agency_code],
        "roles": Text(ko=", ".join(one.ko for one in roles), en=", ".join(one.en for one in roles)),
        "state": _say_state(account),
        "last_login_at": account.last_login_at,
    }


def _say_state(account: AccountRecord) -> Text:
    if not account.is_active:
        return Text(ko="닫힘", en="closed")
    return Text(ko="시연용", en="demonstration") if account.is_demo else Text(ko="사용 중", en="in use")


def _column(name: str, ko: str, en: str, **more: Any) -> ListColumn:
    return ListColumn(name=name, title=Text(ko=ko, en=en), sortable=name in SORTS, **more)


ACCOUNT_LIST = ListPage(
    title=ACCOUNTS,
    permission="people.read_accounts",
    about=Text(
        ko="누가 어느 기관에서 무슨 역할을 하는지 봅니다. 여기서 찾아본 일은 감사 기록에 남습니다.",
        en="Who has which role in which agency. What you look up here goes into the audit log.",
    ),
    columns=(
        _column("username", "아이디", "User name", href=lambda row: f"{HOME}{row['id']}/"),
        _column("name", "이름", "Name"),
        _column("agency", "기관", "Agency"),
        _column("roles", "역할", "Roles"),
        _column("state", "상태", "State"),
        _column("last_login_at", "마지막 로그인", "Last sign-in", type=ColumnType.TIME),
    ),
    query=_query,
    filters=(ListFilter(name="role", title=Text(ko="역할", en="Role"), choices=tuple(ROLES.items())),),
    sort="username",
    create=(
        f"{HOME}new/",
        Text(ko="공무원 계정 만들기", en="Make a staff account"),
        "people.change_accounts",
    ),
)


def _describe(*, actor: Actor, language: str, account_id: str) -> Detail:
    del language
    account = get_account(actor, account_id)
    record_personal_read(actor=actor, now=now(), subject=account.id, purpose="account_care")
    agency = say_agencies([account.agency_code])[account.agency_code]
    here = f"{HOME}{account.id}/"
    may_change = actor.may("people.change_accounts", account.agency_code or "*")
    return Detail(
        title=read_pair(account.name),
        crumbs=((ACCOUNTS, HOME),),
        summary=(
            Fact(title=Text(ko="아이디", en="User name"), value=account.username),
            Fact(title=Text(ko="기관", en="Agency"), value=agency),
            Fact(title=Text(ko="상태", en="State"), value=_say_state(account)),
            Fact(title=Text(ko="마지막 로그인", en="Last sign-in"), value=account.last_login_at),
        ),
        tabs=(
            Tab(
                name="roles",
                title=Text(ko="역할", en="Roles"),
                template="people/grants.html",
                context={"grants": say_grants(account.grants), "here": here, "may_change": may_change},
            ),
        ),
        actions=_list_actions(account, here) if may_change else (),
    )


def _list_actions(account: AccountRecord, here: str) -> tuple[RecordAction, ...]:
    grant = RecordAction(
        title=Text(ko="역할 주기", en="Grant a role"),
        href=f"{here}grant/",
        consequence=Text(
            ko="그 기관과 아래 기관에서 할 수 있는 일이 늘어납니다.",
            en="The account may do more in that agency and those below it.",
        ),
        permission="people.change_accounts",
    )
    close = RecordAction(
        title=Text(ko="계정 닫기", en="Close the account"),
        href=f"{here}close/",
        consequence=Text(
            ko="로그인과 토큰이 바로 끊깁니다. 다시 열 수 있습니다.",
            en="Sessions and tokens end at once. It can be opened again.",
        ),
        permission="people.change_accounts",
        is_destructive=True,
    )
    reopen = RecordAction(
        title=Text(ko="계정 다시 열기", en="Open the account again"),
        href=f"{here}open/",
        consequence=Text(ko="다시 로그인할 수 있게 됩니다.", en="The person can sign in again."),
        permission="people.change_accounts",
    )
    reset = RecordAction(
        title=Text(ko="새 비밀번호", en="New password"),
        href=f"{here}password/",
        consequence=Text(
            ko="비밀번호나 기기를 잃어버린 사람을 위한 것입니다. 패스키와 인증 앱도 없어집니다.",
            en="For somebody who lost the password or device. Passkeys and the app go too.",
        ),
        permission="people.change_accounts",
    )
    return (grant, reset, close if account.is_active else reopen)


ACCOUNT_DETAIL = DetailPage(title=ACCOUNTS, permission="people.read_accounts", describe=_describe)


def _list_agency_choices(actor: Actor) -> list[tuple[str, Any]]:
    everywhere = [("*", say_lazily("모든 기관", "Every agency"))]
    allowed = everywhere if actor.may("people.change_accounts", "*") else []
    return allowed + [
        (one.code, say_lazily(one.name.ko, one.name.en))
        for one in list_agencies()
        if actor.may("people.change_accounts", one.code)
    ]


def _build_account_form(actor: Actor) -> type[forms.Form]:
    agencies = [choice for choice in _list_agency_choices(actor) if choice[0] != "*"]

    class AccountForm(forms.Form):
        """A staff account's first facts."""

        username = forms.CharField(label=say_lazily("아이디", "User name"), max_length=150)
        name = forms.CharField(label=say_lazily("이름", "Name"), max_length=150)
        email = forms.EmailField(label=say_lazily("전자우편", "E-mail"), required=False)
        agency_code = forms.ChoiceField(label=say_lazily("기관", "Agency"), choices=agencies)
        role = forms.ChoiceField(
            label=say_lazily("역할", "Role"),
            choices=[(role, say_lazily(ROLES[role].ko, ROLES[role].en)) for role in STAFF_ROLES],
        )

    return AccountForm


def _register(*, actor: Actor, now: datetime, data: dict[str, Any]) -> NewAccount:
    return register_account(actor=actor, now=now, **data)


show_new_account = show_result_once(
    FormPage(
        title=Text(ko="공무원 계정 만들기", en="Make a staff account"),
        permission="people.change_accounts",
        form=_build_account_form,
        run=_register,
        button=Text(ko="만들기", en="Make it"),
        back=HOME,
    ),
    "people/new_account.html",
)


def _reset(*, actor: Actor, now: datetime, data: dict[str, Any], account_id: str) -> NewAccount:
    del data
    return reset_password(actor=actor, now=now, account_id=account_id)


show_new_password = show_result_once(
    FormPage(
        title=Text(ko="새 비밀번호", en="New password"),
        permission="people.change_accounts",
        form=lambda _actor: forms.Form,
        run=_reset,
        button=Text(ko="새로 만들기", en="Make a new one"),
        consequence=Text(
            ko="지금 비밀번호, 패스키, 인증 앱을 쓸 수 없게 되고 모든 곳에서 로그아웃됩니다.",
            en="The present password, passkeys and app stop working, and every session ends.",
        ),
        is_destructive=True,
        back="../",
    ),
    "people/new_account.html",
)


def _build_grant_form(actor: Actor, *, account_id: str) -> type[forms.Form]:
    del account_id
    every_service = ("*", say_lazily("모든 서비스", "Every service"))
    services = [(one.name, say_lazily(one.title.ko, one.title.en)) for one in list_manifests()]

    class GrantForm(forms.Form):
        """A role, for a service and an agency."""

        role = forms.ChoiceField(
            label=say_lazily("역할", "Role"),
            choices=[(role, say_lazily(title.ko, title.en)) for role, title in ROLES.items()],
        )
        service = forms.ChoiceField(
            label=say_lazily("서비스", "Service"), choices=[every_service, *services], initial="*"
        )
        agency_code = forms.ChoiceField(
            label=say_lazily("기관", "Agency"), choices=_list_agency_choices(actor)
        )

    return GrantForm


def _grant(*, actor: Actor, now: datetime, data: dict[str, Any], account_id: str) -> str:
    grant_role(actor=actor, now=now, account_id=account_id, **data)
    return f"{HOME}{account_id}/"


GRANT = FormPage(
    title=Text(ko="역할 주기", en="Grant a role"),
    permission="people.change_accounts",
    form=_build_grant_form,
    run=_grant,
    button=Text(ko="역할 주기", en="Grant it"),
    consequence=Text(
        ko="고른 기관과 그 아래 기관에서 바로 일할 수 있게 됩니다.",
        en="It holds at once, in the chosen agency and those below it.",
    ),
    back="../",
)


def _revoke(*, actor: Actor, now: datetime, data: dict[str, Any], account_id: str, **grant: str) -> str:
    del data
    revoke_role(actor=actor, now=now, account_id=account_id, **grant)
    return f"{HOME}{account_id}/"


REVOKE = FormPage(
    title=Text(ko="역할 거두기", en="Revoke a role"),
    permission="people.change_accounts",
    form=forms.Form,
    run=_revoke,
    button=Text(ko="거두기", en="Revoke it"),
    consequence=Text(
        ko="이 역할로 하던 일을 다음 요청부터 할 수 없습니다. 토큰도 마찬가지입니다.",
        en="From the next request on the person, and their tokens, can no longer do this work.",
    ),
    is_destructive=True,
    back="../../../../",
)


def _set_active(
    *, is_active: bool, actor: Actor, now: datetime, data: dict[str, Any], account_id: str
) -> str:
    del data
    set_account_active(actor=actor, now=now, account_id=account_id, is_active=is_active)
    return f"{HOME}{account_id}/"


def _name_account(*, actor: Actor, account_id: str) -> str:
    return get_account(actor, account_id).username


CLOSE = FormPage(
    title=Text(ko="계정 닫기", en="Close the account"),
    permission="people.change_accounts",
    form=forms.Form,
    run=partial(_set_active, is_active=False),
    button=Text(ko="닫기", en="Close it"),
    consequence=Text(
        ko="로그인과 토큰이 바로 끊깁니다. 기록은 남고, 다시 열 수 있습니다.",
        en="Sessions and tokens end at once. Records stay, and it can be opened again.",
    ),
    is_destructive=True,
    must_equal=_name_account,
    back="../",
)
OPEN = FormPage(
    title=Text(ko="계정 다시 열기", en="Open the account again"),
    permission="people.change_accounts",
    form=forms.Form,
    run=partial(_set_active, is_active=True),
    button=Text(ko="다시 열기", en="Open it"),
    consequence=Text(ko="역할이 그대로 살아납니다.", en="Its roles hold again."),
    back="../",
)
