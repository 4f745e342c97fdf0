"""`/datasets/<name>/`: one dataset with its map, chart, table, quality, API and history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render

from madang.core.base.interface import (
    Actor,
    BadInput,
    Column,
    ColumnType,
    MadangError,
    Table,
    Text,
    collect,
    now,
)
from madang.core.lake.asking import read_conditions, read_page, write_condition
from madang.core.lake.charting import (
    FUNCTIONS,
    NUMERIC,
    PERIODS,
    TIMED,
    ChartChoice,
    choose_chart,
    draw_chart,
    list_axes,
)
from madang.core.lake.datasets import restore_version
from madang.core.lake.importing.rejected import rejected_path
from madang.core.lake.mapping import choose_colour, draw_map, list_colours, list_places
from madang.core.lake.presenting import show_quality_of
from madang.core.lake.queries import get_dataset, list_versions, may_write
from madang.core.lake.reading import Reader, authorize
from madang.core.lake.records import DatasetRecord, DatasetState, Filter, Op
from madang.core.lake.vocabulary import (
    STATES,
    TYPES,
    WARNINGS,
    say_category,
    say_fix,
    say_licence,
    say_promise,
    say_reason,
)
from madang.core.pages.interface import page

from .catalogue import KINDS, list_pages, name_agencies, read_number

TABLE_ROWS = 50
LONGEST_ASKED, LONGEST_SHOWN = 60, 300
"""Letters of a value that an example asks for, and that it shows of one."""
TABS = {
    "overview": Text(ko="한눈에", en="Overview"),
    "table": Text(ko="표", en="Table"),
    "quality": Text(ko="품질", en="Quality"),
    "api": Text(ko="API", en="API"),
    "history": Text(ko="내역", en="History"),
}
OPS: dict[str, Text] = {
    "contains": Text(ko="포함", en="contains"),
    "eq": Text(ko="같음", en="is"),
    "ne": Text(ko="다름", en="is not"),
    "gt": Text(ko="보다 큼", en="is more than"),
    "ge": Text(ko="이상", en="is at least"),
    "lt": Text(ko="보다 작음", en="is less than"),
    "le": Text(ko="이하", en="is at most"),
    "is_null": Text(ko="값 없음", en="is missing"),
    "not_null": Text(ko="값 있음", en="is given"),
}


@page("public", Text(ko="데이터", en="Dataset"), kept=True)
def show_dataset(request: HttpRequest, name: str) -> HttpResponse:
    """Show one dataset; the tab is in the address."""
    record = get_dataset(actor=request.actor, name=name)
    reader = authorize(request.actor, name)
    tab = request.GET.get("tab", "overview")
    tab = tab if tab in TABS else "overview"
    context = _describe(request, record, reader) | {"tab": tab, "tabs": TABS}
    draw = {
        "overview": _draw_overview,
        "table": _draw_table,
        "quality": _draw_quality,
        "api": _draw_api,
        "history": _draw_history,
    }[tab]
    return render(request, f"lake/dataset_{tab}.html", context | draw(request, record, reader))


@page("lake.import", methods=("POST",))
def restore(request: HttpRequest, name: str) -> HttpResponse:
    """Make an older version current again."""
    text = request.POST.get("version", "")
    try:
        version = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else -1
        restore_version(name, version, actor=request.actor, now=now())
        said = Text(
            ko=f"{version}번 판으로 되돌렸습니다. 바뀌기 전 판도 내역에 남아 있습니다.",
            en=f"Version {version} is current again; the one it replaced stays in the history.",
        )
        messages.success(request, said.say(request.language))
    except MadangError as error:
        messages.error(request, error.text.say(request.language))
    return HttpResponseRedirect(f"/datasets/{name}/?tab=history")


def is_late(record: DatasetRecord) -> bool:
    """Return whether a dataset is older than was promised."""
    promise = record.table.freshness_promise_s
    return promise is not None and now() - record.updated_at > timedelta(seconds=promise)


def _describe(request: HttpRequest, record: DatasetRecord, reader: Reader) -> dict[str, Any]:
    table = record.table
    return {
        "record": record,
        "table": table,
        "category": say_category(record.category) if record.category else None,
        "agency": name_agencies().get(table.owner_agency),
        "licence": say_licence(table.licence),
        "kind": KINDS[table.kind.value],
        "promise": say_promise(table.freshness_promise_s),
        "is_late": is_late(record),
        "state": STATES[record.state.value],
        "is_published": record.state is DatasetState.PUBLISHED,
        "may_write": may_write(request.actor, table) and record.table.kind.value == "dataset",
        "has_place": _has_place(reader),
        "downloads": ["csv", "xlsx", "json", "parquet", *(["geojson", "gpkg"] if _has_place(reader) else [])],
        "links": list_links(record),
        "is_restricted": len(reader.columns) < len(table.columns),
    }


def list_links(record: DatasetRecord) -> list[tuple[Text, str]]:
    """Return what services have to say of a dataset that is everyone's: (title, address), by their `DATASET_LINKS`."""
    if record.state is not DatasetState.PUBLISHED or record.table.read_permission != "public":
        return []
    links = sorted((link for _, link in collect("doors", "DATASET_LINKS")), key=lambda link: link.order)
    return [(link.title, link.href.replace("{name}", record.name)) for link in links]


def _has_place(reader: Reader) -> bool:
    names = {column.name for column in reader.columns}
    return reader.table.lon in names and reader.table.lat in names


def _draw_overview(request: HttpRequest, record: DatasetRecord, reader: Reader) -> dict[str, Any]:
    quality = show_quality_of(record)
    axes, amounts = list_axes(reader.columns)
    lonlat = {name for name in (reader.table.lon, reader.table.lat) if name}
    choice, problem = _read_choice(request, reader, choose_chart(reader.columns, quality, lonlat))
    chart = None
    if choice is not None and problem is None:
        try:
            chart = draw_chart(reader, choice, record.table.title, record.updated_at)
        except BadInput as error:
            problem = error.text
    colours = list_colours(reader.columns, quality)
    colour = request.GET.get("colour", "")
    if colour not in {column.name for column in colours}:
        colour = choose_colour(reader.columns, quality)
    map_block = draw_map(reader, record.table.title, colour) if _has_place(reader) else None
    sample = read_page(reader, limit=5)
    return {
        "chart": chart,
        "choice": choice,
        "chart_problem": problem,
        "axes": axes,
        "amounts": [column for column in amounts if column.name not in lonlat],
        "functions": FUNCTIONS,
        "periods": PERIODS,
        "timed": [column.name for column in axes if column.type in TIMED],
        "map": map_block,
        "places": list_places(reader) if map_block else [],
        "colours": colours,
        "colour": colour,
        "sample_columns": reader.columns[:8],
        "sample": [[(column, row[column.name]) for column in reader.columns[:8]] for row in sample.rows],
        "numeric": NUMERIC,
        "last_report": _last_report(request.actor, record),
    }


def _read_choice(
    request: HttpRequest, reader: Reader, fallback: ChartChoice | None
) -> tuple[ChartChoice | None, Text | None]:
    x = request.GET.get("x", "")
    if not x:
        return fallback, None
    column = next((one for one in reader.columns if one.name == x), None)
    if column is None:
        return fallback, Text(ko=f"‘{x}’ 열이 없어요.", en=f"There is no column “{x}”.")
    function, by = request.GET.get("f", "count"), request.GET.get("by", "value")
    choice = ChartChoice(
        x=x,
        by=by if by in PERIODS and column.type in TIMED else "value",
        function=function if function in FUNCTIONS else "count",
        y=request.GET.get("y", ""),
    )
    return choice, None


def _draw_table(request: HttpRequest, record: DatasetRecord, reader: Reader) -> dict[str, Any]:
    problem = None
    wheres, sort = _read_wheres(request.GET), request.GET.get("sort", "").replace("\0", "")
    number = read_number(request.GET.get("page", ""))
    ask = partial(read_page, reader, limit=TABLE_ROWS)
    try:
        conditions = read_conditions(wheres)
        found = ask(where=conditions, sort=[sort] if sort else [], offset=(number - 1) * TABLE_ROWS)
    except BadInput as error:
        problem, conditions, sort = error.text, (), ""
        found = ask()
    last = max(1, -(-found.total // TABLE_ROWS))
    return {
        "problem": problem,
        "columns": [_draw_column(column, sort) for column in reader.columns],
        "rows": [[(column, row[column.name]) for column in reader.columns] for row in found.rows],
        "numeric": NUMERIC,
        "found": found,
        "first": found.offset + 1 if found.total else 0,
        "last_shown": min(found.total, found.offset + TABLE_ROWS),
        "page_number": number,
        "pages": list_pages(number, last),
        "chips": [_draw_chip(request, one, reader.columns) for one in conditions],
        "wheres": [write_condition(one) for one in conditions],
        "sort": sort,
        "ops": OPS,
        "download_query": _encode(
            [("where", write_condition(one)) for one in conditions] + ([("sort", sort)] if sort else [])
        ),
    }


def _read_wheres(asked: QueryDict) -> list[str]:
    """Return the conditions of the address, and the one that the form adds to them."""
    wheres = [text.replace("\0", "") for text in asked.getlist("where") if text][:20]
    column, op, value = (asked.get(name, "").replace("\0", "") for name in ("column", "op", "value"))
    if column and op in OPS and (value or op in {"is_null", "not_null"}):
        wheres.append(f"{column}:{op}" + (f":{value}" if value else ""))
    return wheres


def _draw_column(column: Column, sort: str) -> dict[str, Any]:
    is_sorted = sort.removeprefix("-") == column.name
    is_down = is_sorted and sort.startswith("-")
    return {
        "column": column,
        "is_numeric": column.type in NUMERIC,
        "aria": ("descending" if is_down else "ascending") if is_sorted else "",
        "next": column.name if is_down or not is_sorted else f"-{column.name}",
    }


def _draw_chip(request: HttpRequest, one: Filter, columns: Sequence[Column]) -> dict[str, Any]:
    column = next(column for column in columns if column.name == one.column)
    word = write_condition(one).removeprefix(f"{one.column}:").split(":")[0]
    rest = request.GET.copy()
    for name in ("column", "op", "value", "page"):
        rest.pop(name, None)
    rest.setlist("where", [text for text in _read_wheres(request.GET) if text != write_condition(one)])
    value = "" if Op(one.op) in {Op.IS_NULL, Op.NOT_NULL} else one.value
    return {
        "title": column.title,
        "op": OPS.get(word, Text(ko=word, en=word)),
        "value": value,
        "without": rest.urlencode(),
    }


def _encode(pairs: list[tuple[str, str]]) -> str:
    query = QueryDict(mutable=True)
    for name, value in pairs:
        query.appendlist(name, value)
    return query.urlencode()


def _draw_quality(request: HttpRequest, record: DatasetRecord, reader: Reader) -> dict[str, Any]:
    quality = show_quality_of(record)
    visible = {column.name: column for column in reader.columns}
    measured = [one for one in (quality or {}).get("columns", ()) if one["name"] in visible]
    return {
        "quality": quality,
        "measured": [_draw_measured(visible[one["name"]], one, quality["rows"]) for one in measured]
        if quality
        else [],
        "completeness": _mean([one["completeness_ratio"] for one in measured]),
        "last_report": _last_report(request.actor, record),
    }


def _draw_measured(column: Column, one: dict[str, Any], rows: int) -> dict[str, Any]:
    histogram = one.get("histogram") or ()
    highest = max(histogram, default=0)
    ratio = one["completeness_ratio"]
    return {
        "column": column,
        "type": TYPES[column.type.value],
        "percent": None if ratio is None else 100 * ratio,
        "missing": 0 if ratio is None else round(rows * (1 - ratio)),
        "one": one,
        "bars": [
            (at * 5, round(24 * count / highest, 2), 24 - round(24 * count / highest, 2))
            for at, count in enumerate(histogram)
        ]
        if highest
        else [],
        "top": [
            (_read_measured(column, value), count, 100 * count / rows if rows else 0)
            for value, count in (one.get("top") or ())[:3]
        ],
    }


def _read_measured(column: Column, value: str) -> Any:
    """Return a value that was written down as a text when it was measured."""
    if column.type is ColumnType.BOOLEAN:
        return value == str(True)
    return datetime.fromisoformat(value) if column.type is ColumnType.TIME else value


def _mean(ratios: list[float | None]) -> float | None:
    given = [ratio for ratio in ratios if ratio is not None]
    return 100 * sum(given) / len(given) if given else None


def _last_report(actor: Actor, record: DatasetRecord) -> dict[str, Any] | None:
    """Return what the import of the current version did, in words."""
    version = next(
        (one for one in list_versions(actor=actor, name=record.table.name) if one.version == record.version),
        None,
    )
    if version is None or version.report is None:
        return None
    left_out = offer_rejected(actor, record.table, version.version)
    return describe_report(version.report) | left_out | {"file_name": version.source_name, "at": version.at}


def offer_rejected(actor: Actor, table: Table, version: int) -> dict[str, Any]:
    """Return where the rows that an import left out are fetched by `actor`, and whether that needs a purpose; {} where they aren't."""
    may = actor.may("lake.import", table.owner_agency) and rejected_path(table.name, version).is_file()
    is_personal = any(column.personal for column in table.columns)
    if not may or (is_personal and not actor.may("lake.read_personal", table.owner_agency)):
        return {}
    address = f"/api/datasets/{table.name}/rejected"
    return {"left_out": {"address": address, "version": version, "is_personal": is_personal}}


def describe_report(report: dict[str, Any]) -> dict[str, Any]:
    """Return an import's report in words: rows read and kept, why rows were rejected, what was repaired, what to look at."""
    fixes = {name: count for name, count in report.get("fixes", {}).items() if count}
    return {
        "report": report,
        "reasons": [(say_reason(name), count) for name, count in report.get("rejected", {}).items()],
        "rejected": sum(report.get("rejected", {}).values()),
        "warnings": [(say_fix(name), count) for name, count in fixes.items() if name in WARNINGS],
        "fixes": [(say_fix(name), count) for name, count in fixes.items() if name not in WARNINGS],
        "place": report.get("place"),
    }


def _draw_api(request: HttpRequest, record: DatasetRecord, reader: Reader) -> dict[str, Any]:
    base = f"{request.scheme}://{request.get_host()}"
    address = f"{base}/api/datasets/{record.table.name}/rows"
    example, sample = _write_example(reader), read_page(reader, limit=2)
    rows = [{name: _cut(value) for name, value in row.items()} for row in sample.rows]
    sample = msgspec.structs.replace(sample, rows=rows)
    return {
        "address": address,
        "example": example,
        "calls": _write_calls(address, example, f"{base}/datasets/{record.table.name}.csv"),
        "column_rows": [(column, TYPES[column.type.value]) for column in reader.columns],
        "answer": msgspec.json.format(msgspec.json.encode(sample), indent=2).decode(),
    }


def _cut(value: Any) -> Any:
    """Return a value as an example shows it: of a long text, such as an area's corners, the beginning."""
    return f"{value[:LONGEST_SHOWN]}…" if isinstance(value, str) and len(value) > LONGEST_SHOWN else value


def _write_example(reader: Reader) -> str:
    """Return a query that works on this dataset: by the first of its texts that is short enough to be typed."""
    names = [column.name for column in reader.columns if column.type is ColumnType.TEXT]
    for row in reader.read(names, limit=1).to_pylist() if names else ():
        for name, value in row.items():
            if value and len(value) <= LONGEST_ASKED:
                return _encode([("where", f"{name}:eq:{value}"), ("limit", "10")])
    return _encode([("limit", "10")])


def _write_calls(address: str, query: str, file: str) -> list[tuple[str, str]]:
    return [
        ("curl", f'curl "{address}?{query}"'),
        (
            "Python",
            f'import requests\n\nanswer = requests.get("{address}?{query}").json()\n'
            f'print(answer["total"])\nfor row in answer["rows"]:\n    print(row)\n\n'
            f'# everything, as a table\nimport pandas\ntable = pandas.read_csv("{file}")',
        ),
        (
            "R",
            f'library(jsonlite)\nanswer <- fromJSON("{address}?{query}")\nanswer$total\nhead(answer$rows)\n\n'
            f'# everything\ntable <- read.csv("{file}", fileEncoding = "UTF-8-BOM")',
        ),
        (
            "JavaScript",
            f'const answer = await fetch("{address}?{query}").then((reply) => reply.json());\n'
            "console.log(answer.total, answer.rows);",
        ),
    ]


def _draw_history(request: HttpRequest, record: DatasetRecord, reader: Reader) -> dict[str, Any]:
    versions = list_versions(actor=request.actor, name=record.table.name)
    is_staff = may_write(request.actor, record.table)
    return {
        "versions": [
            {
                "version": one,
                "is_current": one.version == record.version,
                "did": describe_report(one.report) if one.report else None,
                "who": one.actor_name if is_staff else "",
                "change": one.rows - before.rows if before else None,
            }
            for one, before in zip(versions, [*versions[1:], None], strict=True)
        ],
        "may_restore": request.actor.may("lake.import", record.table.owner_agency),
    }
