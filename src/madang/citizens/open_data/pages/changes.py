"""What happened to public datasets, newest first."""

from __future__ import annotations

from collections.abc import Sequence

from madang.citizens.open_data.queries.changes import list_changes
from madang.citizens.open_data.records.changes import CHANGE_NAMES, Change
from madang.core.base.interface import Actor, ColumnType, Text
from madang.core.pages.interface import ListColumn, ListFilter, ListPage


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Change], int]:
    del actor
    return list_changes(kind=filters.get("kind", ""), search=search, sort=sort, offset=offset, limit=limit)


CHANGES = ListPage(
    title=Text(ko="바뀐 데이터", en="Changes of the data"),
    permission="public",
    about=Text(
        ko="새로 공개되거나 판이 바뀌거나 내려간 데이터예요. 프로그램은 /open_data/changes.atom 이나 changes.json 을 읽으면 돼요.",
        en="Datasets that were published, renewed, described anew or withdrawn. Programs read /open_data/changes.atom or changes.json.",
    ),
    columns=(
        ListColumn(name="dataset", title=Text(ko="데이터", en="Dataset"), value=lambda row: row.title, href=lambda row: "" if row.is_gone else f"/open_data/{row.dataset}/"),
        ListColumn(name="kind", title=Text(ko="무엇이", en="What"), value=lambda row: CHANGE_NAMES[row.kind]),
        ListColumn(name="version", title=Text(ko="판", en="Version"), type=ColumnType.INTEGER, value=lambda row: row.version if row.version >= 0 else None),
        ListColumn(name="rows", title=Text(ko="행", en="Rows"), type=ColumnType.INTEGER, value=lambda row: row.rows if row.version > 0 else None),
        ListColumn(name="at", title=Text(ko="때", en="At"), type=ColumnType.TIME),
    ),
    query=_query,
    filters=(
        ListFilter(
            name="kind", title=Text(ko="무엇이", en="What"), choices=[(kind.value, words) for kind, words in CHANGE_NAMES.items()]
        ),
    ),
    sort="-at",
    empty=Text(ko="아직 바뀐 것이 없어요.", en="Nothing has changed yet."),
)  # fmt: skip
