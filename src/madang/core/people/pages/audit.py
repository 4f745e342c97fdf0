"""The audit log on the desk of the auditors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from madang.core.base.interface import Actor, ColumnType, Text, now, read_pair
from madang.core.pages.interface import ListColumn, ListFilter, ListPage
from madang.core.people.queries import AuditFilter, list_audit, list_audit_actions

PERIODS = {
    "1": Text(ko="지난 하루", en="last day"),
    "7": Text(ko="지난 7일", en="last 7 days"),
    "30": Text(ko="지난 30일", en="last 30 days"),
    "365": Text(ko="지난 1년", en="last year"),
}


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Any], int]:
    which = AuditFilter(
        search=search, action=filters.get("action", ""), since=_read_since(filters.get("period", ""))
    )
    return list_audit(actor, which, sort=sort, offset=offset, limit=limit)


def _read_since(period: str) -> datetime | None:
    return now() - timedelta(days=int(period)) if period in PERIODS else None


def _list_actions(_actor: Actor) -> list[tuple[str, Text]]:
    return [(action, Text(ko=action, en=action)) for action in list_audit_actions()]


def _column(name: str, ko: str, en: str, **more: Any) -> ListColumn:
    return ListColumn(name=name, title=Text(ko=ko, en=en), **more)


AUDIT_LIST = ListPage(
    title=Text(ko="감사 기록", en="Audit log"),
    permission="people.read_audit",
    columns=(
        _column("seq", "번호", "Number", type=ColumnType.INTEGER),
        _column("at", "언제", "When", type=ColumnType.TIME),
        _column("actor_name", "누가", "Who", value=lambda row: read_pair(row.actor_name)),
        _column("action", "무엇을", "What"),
        _column("subject", "누구에게·무엇에", "To whom or what"),
        _column("purpose", "왜", "Why"),
        _column(
            "details",
            "내용",
            "Details",
            sortable=False,
            shown=False,
            value=lambda row: ", ".join(f"{name}: {value}" for name, value in row.details.items()),
        ),
        _column("actor_id", "누가 (식별자)", "Who (id)", shown=False),
        _column("hash", "해시", "Hash", sortable=False, shown=False),
    ),
    query=_query,
    filters=(
        ListFilter(name="period", title=Text(ko="기간", en="Period"), choices=tuple(PERIODS.items())),
        ListFilter(name="action", title=Text(ko="무엇을", en="What"), choices=_list_actions),
    ),
    row_id="seq",
    sort="-seq",
    template="people/audit.html",
)
