"""Reads of quotas and of what was used of them."""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta

from django.conf import settings

from madang.citizens.open_data import models
from madang.citizens.open_data.records.calls import AddressLine
from madang.citizens.open_data.records.quotas import KeyUse, Quota
from madang.citizens.open_data.tables import USES
from madang.core.base.interface import HOUSE, Actor, Kept, NotFound, to_city_time
from madang.core.lake.interface import Filter, Group, Measure, Op, authorize
from madang.core.people.interface import hide_sender

DAYS = 30
ADDRESS = "address:"
MOST_ADDRESSES = 1_000
kept = Kept()


def get_quota() -> Quota:
    """Return what everyone may call; it may be 5 s old."""
    return kept.get("quota", _read_quota)


def find_limit(key_id: str) -> int:
    """Return how often a key may call in a day; it may be 5 s old."""
    return kept.get(("limit", key_id), lambda: _read_limit(key_id))


def name_address(address: str, at: datetime) -> str:
    """Return what an address is counted under today: nobody can tell the address from it."""
    return ADDRESS + hide_sender(address, under=f"open_data.{to_city_time(at).date()}")[:40]


def find_caller(client: str, forwarded: str) -> str:
    """Return the address a call comes from: what the proxy in front added, where there is one.

    Of an IPv6 address the first 64 bits: one subscriber has all that begin so.
    """
    asked = forwarded.rpartition(",")[2].strip() if settings.MADANG.behind_tls and forwarded else client
    try:
        address = ipaddress.ip_address(asked)
    except ValueError:
        return client
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(address)


def measure_key(*, actor: Actor, now: datetime, key_id: str) -> KeyUse:
    """Return how much one of the actor's own keys was used."""
    row = models.KeyRow.objects.filter(id=key_id, account_id=actor.id).first()
    if row is None:
        raise NotFound("open_data.key_unknown", "그런 인증키가 없습니다", "there is no such key")
    since = now - timedelta(days=DAYS)
    uses = authorize(HOUSE, USES.name)
    where = [Filter("key_id", Op.EQ, key_id), Filter("counted_at", Op.GE, since)]
    total, sent = (
        Measure(function="sum", column="uses", name="uses"),
        Measure(function="sum", column="sent_rows", name="sent"),
    )
    days = uses.aggregate([total], groups=[Group(column="counted_at", by="day", name="day")], where=where)
    services = uses.aggregate([total, sent], groups=[Group(column="service")], where=where)
    return KeyUse(
        used_today=count_today(f"key:{key_id}", now),
        limit=find_limit(key_id),
        days=tuple(sorted((one["day"], int(one["uses"])) for one in days.to_pylist())),
        services=tuple(
            sorted(
                ((one["service"], int(one["uses"]), int(one["sent"] or 0)) for one in services.to_pylist()),
                key=lambda one: -one[1],
            )
        ),
    )


def list_addresses(now: datetime) -> list[AddressLine]:
    """Return the addresses that called without a key today, as far as it is written down, the busiest first."""
    rows = models.MeterRow.objects.filter(subject__startswith=ADDRESS, day=to_city_time(now).date())
    limit = get_quota().address_daily
    return [
        AddressLine(
            id=row.subject, hint=f"{row.subject.removeprefix(ADDRESS)[:8]}…", used_today=row.used, limit=limit
        )
        for row in rows.order_by("-used", "subject")[:MOST_ADDRESSES]
    ]


def count_today(subject: str, now: datetime) -> int:
    """Return how often a key ("key:…") or an address called today, as far as it is written down."""
    day = to_city_time(now).date()
    return (
        models.MeterRow.objects.filter(subject=subject, day=day).values_list("used", flat=True).first() or 0
    )


def _read_quota() -> Quota:
    row = models.QuotaRow.objects.first()
    return Quota(key_daily=row.key_daily, address_daily=row.address_daily) if row else Quota()


def _read_limit(key_id: str) -> int:
    own = models.KeyRow.objects.filter(id=key_id).values_list("daily_limit", flat=True).first()
    return own if own is not None else _read_quota().key_daily
