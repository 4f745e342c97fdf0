"""The catalogue and its rows as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zlib import crc32

import msgspec
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from madang.core.base.interface import Actor, BadInput, NotFound, now
from madang.core.lake.actions import describe_dataset, publish_dataset, withdraw_dataset
from madang.core.lake.asking import Page, list_records, read_conditions, read_page
from madang.core.lake.datasets import restore_version
from madang.core.lake.folders import lake_path
from madang.core.lake.importing.rejected import rejected_path
from madang.core.lake.presenting import show_quality_of
from madang.core.lake.queries import get_dataset, list_datasets, list_versions, may_write
from madang.core.lake.reading import Reader, authorize, authorize_raw
from madang.core.lake.records import DatasetChange, Group, Measure
from madang.core.lake.sql import run_sql
from madang.core.pages.interface import is_held
from madang.core.people.interface import list_permissions, require

from .answers import Answers
from .records import (
    Aggregated,
    AggregateQuery,
    DatasetList,
    DatasetView,
    ListQuery,
    QualityView,
    RejectedQuery,
    RestoreBody,
    RowsQuery,
    SqlAnswer,
    SqlBody,
    VersionView,
    WithdrawBody,
    view_dataset,
)

_answers = Answers()


def list_catalogue(request: Request, query: ListQuery, body: None) -> DatasetList:
    """Answer GET /api/datasets."""
    found, total = list_datasets(
        actor=_actor(request),
        search=query.q,
        category=query.category,
        agency_code=query.agency,
        state=query.state,
        order_by=query.sort,
        offset=query.offset,
        limit=query.limit,
    )
    return DatasetList(
        total=total, limit=query.limit, offset=query.offset, datasets=[view_dataset(one) for one in found]
    )


def show_dataset(request: Request, query: None, body: None) -> DatasetView:
    """Answer GET /api/datasets/{name}."""
    return view_dataset(get_dataset(actor=_actor(request), name=_name(request)))


def list_rows(request: Request, query: RowsQuery, body: None) -> Response:
    """Answer GET /api/datasets/{name}/rows; the same version of the same question isn't sent twice."""

    def work_out(reader: Reader) -> Page:
        return read_page(
            reader,
            where=read_conditions(query.where),
            sort=query.sort,
            offset=query.offset,
            limit=query.limit,
            select=query.column,
        )

    return _answer(request, query.purpose, work_out)


def summarize(request: Request, query: AggregateQuery, body: None) -> Response:
    """Answer GET /api/datasets/{name}/aggregate."""

    def work_out(reader: Reader) -> Aggregated:
        groups = [_read_group(reader, text) for text in query.group]
        measures = [_read_measure(text) for text in query.measure]
        order = [query.sort] if query.sort else []
        _check_sort(query.sort.removeprefix("-"), groups, measures)
        rows = reader.aggregate(measures, groups, read_conditions(query.where), order, query.limit)
        return Aggregated(dataset=reader.table.name, version=reader.version, rows=list_records(rows))

    return _answer(request, query.purpose, work_out)


def show_versions(request: Request, query: None, body: None) -> list[VersionView]:
    """Answer GET /api/datasets/{name}/versions."""
    actor, name = _actor(request), _name(request)
    record = get_dataset(actor=actor, name=name)
    is_staff = may_write(actor, record.table)
    return [
        VersionView(
            version=one.version,
            rows=one.rows,
            at=one.at,
            source_name=one.source_name,
            actor_name=one.actor_name if is_staff else "",
            report=one.report,
        )
        for one in list_versions(actor=actor, name=name)
    ]


def show_quality(request: Request, query: None, body: None) -> QualityView:
    """Answer GET /api/datasets/{name}/quality."""
    record = get_dataset(actor=_actor(request), name=_name(request))
    return QualityView(
        dataset=record.table.name,
        version=record.version,
        measured_at=record.measured_at,
        quality=show_quality_of(record),
    )


def send_rejected(request: Request, query: RejectedQuery, body: None) -> Response:
    """Answer GET /api/datasets/{name}/rejected: the rows an import didn't keep, as CSV."""
    actor = _actor(request)
    record = get_dataset(actor=actor, name=_name(request))
    require(actor, "lake.import", record.table.owner_agency)
    authorize_raw(actor, record.table, query.purpose)
    version = record.version if query.version is None else query.version
    path = rejected_path(record.table.name, version)
    if not path.is_file():
        raise NotFound(
            "lake.no_rejects",
            "그 판에는 버려진 행이 없습니다",
            "that version has no rejected rows",
            version=version,
        )
    name = f"{record.table.name}-{version}-rejected.csv"
    return FileResponse(path, media_type="text/csv; charset=utf-8", filename=name)


def change_words(request: Request, query: None, body: DatasetChange) -> DatasetView:
    """Answer PATCH /api/datasets/{name}."""
    if body.read_permission not in {None, "public", "signed-in", *list_permissions()}:
        raise BadInput(
            "lake.permission",
            f"그런 권한이 없습니다: {body.read_permission}",
            f"there is no permission {body.read_permission}",
            field="read_permission",
        )
    return view_dataset(describe_dataset(actor=_actor(request), now=now(), name=_name(request), change=body))


def publish(request: Request, query: None, body: None) -> DatasetView:
    """Answer POST /api/datasets/{name}/publish."""
    return view_dataset(publish_dataset(actor=_actor(request), now=now(), name=_name(request)))


def withdraw(request: Request, query: None, body: WithdrawBody) -> DatasetView:
    """Answer POST /api/datasets/{name}/withdraw."""
    record = withdraw_dataset(actor=_actor(request), now=now(), name=_name(request), reason=body.reason)
    return view_dataset(record)


def restore(request: Request, query: None, body: RestoreBody) -> DatasetView:
    """Answer POST /api/datasets/{name}/restore."""
    actor, name = _actor(request), _name(request)
    restore_version(name, body.version, actor=actor, now=now())
    return view_dataset(get_dataset(actor=actor, name=name))


def ask_sql(request: Request, query: None, body: SqlBody) -> Response:
    """Answer POST /api/sql."""
    answer = run_sql(_actor(request), body.sql, body.purpose)
    columns = [(field.name, str(field.type)) for field in answer.schema]
    content = msgspec.json.encode(SqlAnswer(columns=columns, rows=list_records(answer)), enc_hook=str)
    return Response(content, media_type="application/json", headers={"Cache-Control": "no-store"})


def make_etag(reader: Reader, form: str = "") -> str:
    """Return the tag of what one reader sees of one version."""
    columns = [column.name for column in reader.columns]
    seen = crc32(repr((columns, reader.row_filter, reader.snapshot.identity)).encode())
    return f'W/"{reader.table.name}-{reader.version}-{seen:08x}{form}"'


def cache_control(reader: Reader) -> str:
    """Return how long a reader's answer may be kept: public data everywhere, after asking again."""
    is_public = reader.table.read_permission == "public" and not reader.row_filter
    is_public = is_public and not any(column.personal for column in reader.columns)
    return "public, no-cache" if is_public else "private, no-store"


def _answer(request: Request, purpose: str, work_out: Callable[[Reader], Any]) -> Response:
    """Return what `work_out` says of the dataset that the address names, as JSON kept for its version."""
    reader = authorize(_actor(request), _name(request), purpose)
    tag = make_etag(reader)
    headers = {"ETag": tag, "Cache-Control": cache_control(reader)}
    if is_held(request, tag):
        return Response(status_code=304, headers=headers)
    question = (str(lake_path()), tag, request.url.path, request.url.query)
    content = _answers.get(question, lambda: msgspec.json.encode(work_out(reader)))
    return Response(content, media_type="application/json", headers=headers)


def _actor(request: Request) -> Actor:
    return request.state.actor


def _name(request: Request) -> str:
    return request.path_params["name"]


def _read_group(reader: Reader, text: str) -> Group:
    column, _, by = text.rpartition(":")
    if column and by in {"hour", "day", "month", "year"}:
        return Group(column=column, by=by, name=f"{column}_{by}")
    return Group(column=text)


def _read_measure(text: str) -> Measure:
    function, _, column = text.partition(":")
    if not function:
        raise BadInput(
            "lake.measure", "계산은 함수:열로 씁니다", "a measure is function:column", field="measure"
        )
    return Measure(function=function, column=column)


def _check_sort(name: str, groups: list[Group], measures: list[Measure]) -> None:
    answered = [group.name or group.column for group in groups]
    answered += ["_".join(filter(None, (measure.column, measure.function))) for measure in measures]
    if name and name not in answered:
        raise BadInput(
            "lake.column_unknown",
            f"답에 {name} 열이 없습니다: {', '.join(answered)}",
            f"the answer has no column {name}: {', '.join(answered)}",
            column=name,
            field="sort",
        )
