"""Quotas at the desk: every key with its use today, what everyone may call, and one key's own limit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms

from madang.citizens.open_data.actions.quotas import NEAR, set_key_limit, set_quota
from madang.citizens.open_data.queries.calls import list_all_keys
from madang.citizens.open_data.queries.quotas import get_quota, list_addresses
from madang.citizens.open_data.records.calls import AddressLine, KeyLine
from madang.citizens.open_data.records.quotas import Quota
from madang.core.base.interface import Actor, ColumnType, Text, now
from madang.core.pages.interface import FormPage, ListColumn, ListPage, say_lazily
from madang.core.people.interface import require

KEYS = "/desk/open_data/keys/"


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[KeyLine], int]:
    del filters
    require(actor, "open_data.declare")
    return list_all_keys(search=search, sort=sort, offset=offset, limit=limit, now=now())


def say_state(row: KeyLine | AddressLine) -> Text | None:
    """Return that a day's calls are used up, or nearly, in words."""
    if row.used_today >= row.limit:
        return Text(ko="한도를 다 씀", en="used up")
    return Text(ko="한도에 가까움", en="nearly used up") if row.used_today >= NEAR * row.limit else None


def _find_addresses(*, actor: Actor, search: str, filters: dict[str, str]) -> Sequence[AddressLine]:
    del filters
    require(actor, "open_data.declare")
    return [one for one in list_addresses(now()) if search.lower() in one.hint]


ADDRESS_LIST = ListPage(
    title=Text(ko="키 없이 부르는 주소", en="Callers without a key"),
    permission="open_data.declare",
    about=Text(
        ko="오늘 키 없이 부른 주소입니다. 주소는 날마다 달라지는 부호로만 적어 누구인지 알 수 없습니다.",
        en="Addresses that called without a key today, written as a code that changes daily: nobody can tell who they are.",
    ),
    columns=(
        ListColumn(name="hint", title=Text(ko="부호", en="Code")),
        ListColumn(name="used_today", title=Text(ko="오늘 이용", en="Used today"), type=ColumnType.INTEGER),
        ListColumn(name="limit", title=Text(ko="하루 한도", en="Daily limit"), type=ColumnType.INTEGER, sortable=False),
        ListColumn(name="state", title=Text(ko="상태", en="State"), value=say_state, sortable=False),
    ),
    rows=_find_addresses,
    sort="-used_today",
    create=("/desk/open_data/quotas/", Text(ko="모두의 한도", en="Everyone's quota"), "open_data.declare"),
    empty=Text(ko="오늘은 키 없이 부른 주소가 없습니다.", en="No address called without a key today."),
)  # fmt: skip

KEY_LIST = ListPage(
    title=Text(ko="인증키와 이용 한도", en="Keys and quotas"),
    permission="open_data.declare",
    about=Text(
        ko="하루에 부를 수 있는 수는 도시의 날짜로 셉니다. 키가 없는 호출은 주소마다 세며, 주소는 알아볼 수 없게 바꾸어 적습니다.",
        en="Calls are counted by the city's day. Those without a key are counted by address, kept so that nobody can tell it.",
    ),
    columns=(
        ListColumn(name="purpose", title=Text(ko="쓰임", en="Purpose"), href=lambda row: f"{KEYS}{row.id}/"),
        ListColumn(name="hint", title=Text(ko="앞자리", en="Begins with"), sortable=False),
        ListColumn(name="used_today", title=Text(ko="오늘 이용", en="Used today"), type=ColumnType.INTEGER),
        ListColumn(name="limit", title=Text(ko="하루 한도", en="Daily limit"), type=ColumnType.INTEGER, sortable=False),
        ListColumn(name="state", title=Text(ko="상태", en="State"), value=say_state, sortable=False),
        ListColumn(name="created_at", title=Text(ko="만든 때", en="Made"), type=ColumnType.TIME),
    ),
    query=_query,
    sort="-used_today",
    create=("/desk/open_data/quotas/", Text(ko="모두의 한도", en="Everyone's quota"), "open_data.declare"),
    empty=Text(ko="인증키가 아직 없습니다.", en="There are no keys yet."),
)  # fmt: skip


class QuotaForm(forms.Form):
    """What everyone may call."""

    key_daily = forms.IntegerField(
        label=say_lazily("인증키 하나의 하루 호출", "Calls a day of one key"), min_value=1, max_value=10**12
    )
    address_daily = forms.IntegerField(
        label=say_lazily("키 없이 부르는 주소 하나의 하루 호출", "Calls a day of one address without a key"),
        min_value=1,
        max_value=10**12,
    )


def _set_quota(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    set_quota(actor=actor, now=now, quota=Quota(**data))
    return KEYS


def _fill_quota(*, actor: Actor) -> dict[str, Any]:
    del actor
    quota = get_quota()
    return {"key_daily": quota.key_daily, "address_daily": quota.address_daily}


SET_QUOTA = FormPage(
    title=Text(ko="모두의 이용 한도", en="Everyone's quota"),
    permission="open_data.declare",
    form=QuotaForm,
    run=_set_quota,
    initial=_fill_quota,
    is_undoable=True,
    has_history=True,
    back=KEYS,
    consequence=Text(
        ko="모든 프로세스가 5초 안에 새 한도를 씁니다. 한도를 넘은 호출은 ERROR-337로 답합니다.",
        en="All processes use the new quota within 5 s. Calls above it are answered ERROR-337.",
    ),
)


class LimitForm(forms.Form):
    """One key's own limit."""

    daily_limit = forms.IntegerField(
        label=say_lazily("이 키의 하루 호출", "Calls a day of this key"),
        min_value=0,
        max_value=10**12,
        required=False,
        help_text=say_lazily(
            "비우면 모두의 한도를 따릅니다. 0이면 부를 수 없습니다.", "Empty: everyone's. 0: no calls."
        ),
    )


def _set_limit(*, actor: Actor, now: datetime, data: dict[str, Any], key_id: str) -> str:
    set_key_limit(actor=actor, now=now, key_id=key_id, daily_limit=data["daily_limit"])
    return KEYS


SET_LIMIT = FormPage(
    title=Text(ko="인증키의 한도", en="A key's limit"),
    permission="open_data.declare",
    form=LimitForm,
    run=_set_limit,
    back=KEYS,
)
