"""Reads of services, calls, keys and uses."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from madang.citizens.open_data import models
from madang.citizens.open_data.methods.calls import read_period, read_range, write_value
from madang.citizens.open_data.records.calls import (
    DOORS,
    SAMPLE_KEY,
    Answer,
    ApiKey,
    Call,
    DayUse,
    HeldKey,
    KeyLine,
    OpenService,
    ServiceLine,
)
from madang.citizens.open_data.tables import USES
from madang.core.base.interface import (
    ANONYMOUS,
    CITY_TIMEZONE,
    HOUSE,
    Actor,
    BadInput,
    ColumnType,
    Kept,
    NotFound,
    OpenField,
    now,
    to_city_time,
)
from madang.core.lake.interface import (
    PLACE,
    DatasetRecord,
    Filter,
    Group,
    Measure,
    Op,
    authorize,
    get_dataset,
    list_datasets,
    list_tables,
    make_order,
    read_rows,
)

from .quotas import get_quota

MOST_DATASETS = 100_000
kept = Kept()


def answer_call(call: Call) -> Answer:
    """Answer one well-formed call of the Open API."""
    key = find_key(call.key)
    if key is None:
        return Answer(code="INFO-100")
    service = find_service(call.service)
    if service is None:
        return Answer(code="ERROR-310")
    wanted = read_range(call)
    if isinstance(wanted, str):
        return Answer(code=wanted)
    try:
        return _read_rows(service, call.arguments, *wanted, written=key.written)
    except BadInput:
        return Answer(code="ERROR-300")
    except NotFound:
        return Answer(code="ERROR-310")


def find_key(key: str) -> HeldKey | None:
    """Return what is known of a key, or None where it isn't valid; it may be 5 s old."""
    if key == SAMPLE_KEY:
        return HeldKey(id=SAMPLE_KEY)
    return kept.get(("key", key), lambda: _read_key(key))


def find_service(name: str) -> OpenService | None:
    """Return the service `name`: a declared one, or the public table of that name as it is."""
    return kept.get(("service", name), lambda: _read_service(name))


def get_service(name: str) -> tuple[OpenService, DatasetRecord]:
    """Return a service with its dataset; raise NotFound where there is none."""
    service = find_service(name)
    if service is None:
        get_dataset(actor=ANONYMOUS, name=name)  # says where it was withdrawn
        raise NotFound("open_data.unknown", f"서비스 {name}이(가) 없습니다", f"there is no service {name}")
    return service, get_dataset(actor=ANONYMOUS, name=service.table)


def list_services(
    *, search: str, category: str, sort: str, offset: int, limit: int, language: str
) -> tuple[list[ServiceLine], int]:
    """Return a page of the services, one for each public table under its own name or its declared one."""
    order = {"title": "title", "rows": "rows", "updated_at": "updated"}.get(sort.lstrip("-"), "name")
    records, total = list_datasets(
        actor=ANONYMOUS,
        search=search,
        category=category,
        state="published",
        order_by=("-" if sort.startswith("-") else "") + order,
        offset=offset,
        limit=limit,
    )
    declared = {one.table: one for one in (*list_named(), *list_declared())}
    return [_line(record, declared.get(record.name), language) for record in records], total


def list_declared() -> list[OpenService]:
    """Return the declared services by name."""
    rows = models.ServiceRow.objects.order_by("name")
    return [msgspec.convert(row.declaration, OpenService) for row in rows]


def list_named() -> list[OpenService]:
    """Return the services that tables themselves declare, under the names that programs know."""
    return [
        OpenService(
            name=table.open_name.name,
            table=table.name,
            fields=table.open_name.fields,
            arguments=table.open_name.arguments,
            order_by=table.open_name.order_by,
        )
        for table in list_tables()
        if table.open_name is not None
    ]


def list_public(search: str = "") -> list[DatasetRecord]:
    """Return every public dataset by name, in which the words of `search` occur; all of them may be 5 s old."""

    def read() -> list[DatasetRecord]:
        return list_datasets(actor=ANONYMOUS, search=search, state="published", limit=MOST_DATASETS)[0]

    return read() if search else kept.get("public", read)


def list_keys(actor: Actor) -> list[ApiKey]:
    """Return the actor's own keys, newest first."""
    rows = models.KeyRow.objects.filter(account_id=actor.id).order_by("-created_at")
    return [describe_key(row) for row in rows]


def list_all_keys(
    *, search: str, sort: str, offset: int, limit: int, now: datetime
) -> tuple[list[KeyLine], int]:
    """Return a page of the keys that work, with what they used today, and how many there are."""
    rows = models.KeyRow.objects.filter(revoked_at=None, purpose__icontains=search)
    subject = Concat(Value("key:"), OuterRef("id"))
    meters = models.MeterRow.objects.filter(subject=subject, day=to_city_time(now).date())
    rows = rows.annotate(used_today=Coalesce(Subquery(meters.values("used")[:1]), 0)).order_by(sort, "id")
    everyone = get_quota().key_daily
    lines = [
        KeyLine(
            id=row.id,
            hint=f"{row.hint}…",
            purpose=row.purpose,
            used_today=row.used_today,
            limit=everyone if row.daily_limit is None else row.daily_limit,
            created_at=row.created_at,
        )
        for row in rows[offset : offset + limit]
    ]
    return lines, rows.count()


def count_uses() -> int:
    """Return how often open data was used in all, by whichever door."""
    return kept.get("uses", lambda: _sum_uses(()))


def list_day_uses(names: Collection[str], days: int) -> list[DayUse]:
    """Return the uses of a dataset, under any of its names, by day and door, of each of the last `days` days that had any."""
    since = now() - timedelta(days=days)
    rows = authorize(HOUSE, USES.name).aggregate(
        [Measure(function="sum", column="uses")],
        groups=[Group(column="counted_at", by="day", name="day"), Group(column="key_id")],
        where=[Filter("service", Op.IN, sorted(names)), Filter("counted_at", Op.GE, since)],
    )
    found: Counter[tuple[Any, str]] = Counter()
    for row in rows.to_pylist():
        found[row["day"], row["key_id"] if row["key_id"] in DOORS else ""] += int(row["uses_sum"])
    return [DayUse(day=day, door=door, uses=uses) for (day, door), uses in sorted(found.items())]


def describe_key(row: models.KeyRow) -> ApiKey:
    """Return a key's record."""
    return ApiKey(
        id=row.id,
        hint=row.hint,
        purpose=row.purpose,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        daily_limit=row.daily_limit,
        written=row.written,
    )


def hash_key(key: str) -> str:
    """Return what is kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def forget() -> None:
    """Forget what is kept in this process: after a change here it is seen at once."""
    kept.forget()


def _read_key(key: str) -> HeldKey | None:
    row = models.KeyRow.objects.filter(key_hash=hash_key(key), revoked_at=None).first()
    return HeldKey(id=row.id, written=row.written) if row else None


def _read_service(name: str) -> OpenService | None:
    row = models.ServiceRow.objects.filter(name=name).first()
    if row is not None:
        return msgspec.convert(row.declaration, OpenService)
    named = next((one for one in list_named() if one.name == name), None)
    try:
        record = get_dataset(actor=ANONYMOUS, name=named.table if named else name)
    except NotFound:
        return None
    if not _is_open(record):
        return None
    return named or OpenService(name=name, table=name, arguments=record.table.key)


def _is_open(record: DatasetRecord) -> bool:
    return record.state == "published" and record.table.read_permission == "public"


def _read_rows(
    service: OpenService, arguments: Sequence[str], skip: int, take: int, *, written: date | None
) -> Answer:
    reader = authorize(ANONYMOUS, service.table)
    if len(arguments) > len(service.arguments):
        return Answer(code="ERROR-300")
    moments = {one.name for one in reader.columns if one.type is ColumnType.TIME}
    fields = service.list_fields(written) or tuple(
        OpenField(name=one.name, column=one.name) for one in reader.columns
    )
    columns = list(dict.fromkeys(field.column for field in fields))
    sort = [service.order_by] if service.order_by else []
    order = make_order(reader, sort)
    used = {*columns, *service.arguments, *(one.column for one in order)} - {PLACE}
    if used - {one.name for one in reader.columns}:
        return Answer(code="ERROR-601")  # the table has other columns than the declaration knew
    where = tuple(
        condition
        for column, value in zip(service.arguments, arguments, strict=False)
        if value
        for condition in (_within(column, value) if column in moments else (Filter(column, Op.EQ, value),))
    )
    found, total = read_rows(reader, where=where, sort=sort, offset=skip, limit=take, select=columns)
    if skip >= total:
        return Answer(code="INFO-200")
    rows = found.to_pylist()
    return Answer(
        code="INFO-000",
        envelope=service.envelope or service.name,
        total=total,
        rows=tuple(
            {one.name: write_value(row[one.column], CITY_TIMEZONE, one.format) for one in fields}
            for row in rows
        ),
    )


def _within(column: str, value: str) -> tuple[Filter, ...]:
    """Return the conditions that a moment lies in the period that an argument names."""
    period = read_period(value, CITY_TIMEZONE)
    if period is None:
        return (Filter(column, Op.EQ, value),)
    return (Filter(column, Op.GE, period[0]), Filter(column, Op.LT, period[1]))


def _sum_uses(where: Sequence[Filter]) -> int:
    rows = authorize(HOUSE, USES.name).aggregate([Measure(function="sum", column="uses")], where=where)
    return int(rows.column("uses_sum")[0].as_py() or 0)


def _line(record: DatasetRecord, declared: OpenService | None, language: str) -> ServiceLine:
    return ServiceLine(
        name=declared.name if declared else record.name,
        title=record.table.title.say(language),
        table=record.name,
        rows=record.rows,
        category=record.category,
        arguments=", ".join(declared.arguments if declared else record.table.key),
        updated_at=record.updated_at,
    )
