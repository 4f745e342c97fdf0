"""Silence is an event: a source that should have spoken and didn't is found, and found again when it does."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from madang.core.base.interface import Finding, Severity, Table, Text
from madang.core.lake.ledger import Ledger, decode_key
from madang.core.lake.schemas import list_stored_columns

from .emitting import emit

WHOLE = "*"
MISSED = 2
"""A source is silent after this many expected intervals without a reading."""
FEW = 10


def check_silence(table: Table, ledger: Ledger, now: datetime, since: datetime) -> int:
    """Report keys of a stream that fell silent or came back; return how many are silent.

    `since` is when the house itself began to listen. Where most keys are silent, it is one finding
    about the whole source.
    """
    wait = timedelta(seconds=MISSED * (table.expected_interval_s or 0))
    if now - since < wait:
        return 0
    limit = int((now - wait).timestamp() * 1_000_000)
    late = ledger.read(
        "SELECT key, time_us, row FROM latest WHERE table_name = ? AND time_us < ?", (table.name, limit)
    )
    ((total,),) = ledger.read("SELECT count(*) FROM latest WHERE table_name = ?", (table.name,))
    rows = {key: (time_us, row) for key, time_us, row in late if not _is_unwatched(table, key)}
    silent = {WHOLE} if len(rows) > FEW and 2 * len(rows) > total else set(rows)
    known = {key for (key,) in ledger.read("SELECT key FROM silent WHERE table_name = ?", (table.name,))}
    if silent != known:
        emit(
            [
                *(_describe(table, key, rows.get(key), now) for key in sorted(silent - known)),
                *(_describe(table, key, None, now, cleared=True) for key in sorted(known - silent)),
            ]
        )
        with ledger.change() as connection:
            connection.executemany(
                "DELETE FROM silent WHERE table_name = ? AND key = ?",
                [(table.name, k) for k in known - silent],
            )
            connection.executemany(
                "INSERT INTO silent VALUES (?, ?)", [(table.name, k) for k in silent - known]
            )
    return len(rows)


def _is_unwatched(table: Table, key: str) -> bool:
    prefix = table.unwatched_prefix
    return bool(prefix) and str(decode_key(key)[0]).startswith(prefix)


def _describe(
    table: Table, key: str, row: tuple[int, bytes] | None, now: datetime, *, cleared: bool = False
) -> Finding:
    whole = key == WHOLE
    values = {} if whole else dict(zip(table.key, decode_key(key), strict=True))
    name = "" if whole else " " + ", ".join(str(value) for value in values.values())
    stored = _decode(table, row[1]) if row else {}
    return Finding(
        key=f"silence:{table.name}:{key}",
        kind="source_silent",
        severity=Severity.SEVERE if whole else Severity.MODERATE,
        found_at=now,
        reason=_explain(table, name, cleared=cleared),
        thing_id=values.get("thing_id"),
        agency_code=stored.get("agency_code") or table.owner_agency or None,
        lon=stored.get(table.lon),
        lat=stored.get(table.lat),
        evidence={"table": table.name, **values, **({"latest_us": row[0]} if row else {})},
        cleared=cleared,
    )


def _explain(table: Table, name: str, *, cleared: bool) -> Text:
    if cleared:
        return Text(
            ko=f"{table.title.ko}{name}의 자료가 다시 들어옵니다", en=f"{table.title.en}{name} reports again"
        )
    return Text(
        ko=f"{table.title.ko}{name}의 자료가 {MISSED * table.expected_interval_s}초 넘게 들어오지 않습니다",
        en=f"nothing from {table.title.en}{name} for more than {MISSED * table.expected_interval_s} s",
    )


def _decode(table: Table, row: bytes) -> dict[str, object]:
    names = [column.name for column in list_stored_columns(table)]
    return dict(zip(names, msgspec.msgpack.decode(row), strict=False))
