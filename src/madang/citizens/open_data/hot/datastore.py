"""CKAN's datastore: rows of a public dataset, searched, or asked for in SQL."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any

import msgspec
import pyarrow as pa
from django.utils.http import urlencode

from madang.citizens.open_data.actions.counting import counter
from madang.citizens.open_data.records.calls import SQL_KEY
from madang.core.base.interface import ANONYMOUS, Actor, BadInput
from madang.core.lake.interface import (
    PLACE,
    AnyOf,
    Filter,
    Measure,
    Op,
    Reader,
    authorize,
    read_rows,
    run_sql,
)

from . import packages
from .parameters import (
    Asked,
    read_flag,
    read_given,
    read_json,
    read_number,
    read_text,
    read_words,
    refuse_unknown,
)

MOST_ROWS = 32_000
MOST_DISTINCT = 100_000
READS_SQL = Actor(id="", name="", kind="anonymous", grants=frozenset({("lake.sql", "*")}))
IGNORED = frozenset({"force", "language", "plain", "total_estimation_threshold"})
KNOWN = IGNORED | {
    "resource_id", "id", "filters", "q", "distinct", "fields", "sort", "limit", "offset", "include_total",
    "records_format",
}  # fmt: skip
COUNTED = "_of_them"
MEASURE = re.compile(
    r"(count|sum|avg|min|max|stddev|variance|string_agg|array_agg)(?:_star)?\(.*\)", re.I | re.S
)
TYPES = {
    "string": "text", "large_string": "text", "bool": "bool", "int8": "int2", "int16": "int2", "int32": "int4",
    "int64": "int8", "float": "float4", "double": "float8", "date32[day]": "date", "time64[us]": "time",
    "binary": "bytea",
}  # fmt: skip


def datastore_search(asked: Asked, address: str) -> dict[str, Any]:
    """Return rows of a dataset with the exact total of what `filters` and `q` leave.

    `q` is words that all stand somewhere in a row, or an object of columns and the words that stand in them.
    """
    refuse_unknown(asked, KNOWN)
    name = read_text(asked, "resource_id", "id")
    reader = authorize(ANONYMOUS, name)
    form = read_given(asked, "records_format") or "objects"
    if form not in FORMS:
        raise BadInput(
            "ckan.form",
            f"records_format은 {', '.join(FORMS)} 가운데 하나입니다",
            f"records_format is one of {', '.join(FORMS)}",
        )
    where = [*_read_filters(asked), *_read_words(asked, reader)]
    fields, sort = list(dict.fromkeys(read_words(asked, "fields"))), _read_sort(asked)
    limit, offset = read_number(asked, "limit", 100, MOST_ROWS), read_number(asked, "offset", 0, 10**12)
    is_distinct = read_flag(asked, "distinct", default=False)
    names = [one.name for one in reader.columns]
    shown = fields or ([PLACE, *names] if reader.has_places and not is_distinct else names)
    if is_distinct:
        rows, total = _read_distinct(reader, shown, where, sort, offset, limit)
    else:
        found_rows, total = read_rows(
            reader, where=where, sort=sort, offset=offset, limit=limit, select=shown
        )
        rows = found_rows.to_pylist()
    described = {one["id"]: one for one in _describe_fields(reader)}
    found = {
        "resource_id": name,
        "fields": [described[one] for one in shown],
        "records": FORMS[form](rows, shown),
        "records_format": form,
        "limit": limit,
        "offset": offset,
        "_links": _link(asked, address, offset, limit),
    }
    if read_flag(asked, "include_total", default=True):
        found |= {"total": total, "total_was_estimated": False}
    return found


def datastore_info(asked: Asked, _address: str) -> dict[str, Any]:
    """Return how many rows a dataset has, and its columns with what they mean."""
    name = read_text(asked, "id", "resource_id")
    reader = authorize(ANONYMOUS, name)
    keys = set(reader.table.key)
    return {
        "meta": {
            "id": name,
            "count": reader.count(),
            "size": reader.snapshot.size_bytes,
            "db_size": None,
            "idx_size": 0,
            "aliases": [],
            "table_type": "BASE TABLE",
        },
        "fields": [
            one
            | {
                "schema": {
                    "native_type": one["type"],
                    "notnull": False,
                    "is_index": False,
                    "uniquekey": one["id"] in keys,
                }
            }
            for one in _describe_fields(reader)
            if one["id"] != PLACE
        ],
    }


def _describe_fields(reader: Reader) -> list[dict[str, Any]]:
    """Return the fields that may be asked for; `_id` is a row's place in this version, from 1."""
    place = [{"id": PLACE, "type": "int"}] if reader.has_places else []
    return place + [
        {
            "id": one.name,
            "type": packages.CKAN_TYPES.get(one.type, "text"),
            "info": {"label": one.title.ko, "label_en": one.title.en, "notes": one.unit},
        }
        for one in reader.columns
    ]


def _list_values(rows: list[dict[str, Any]], names: Sequence[str]) -> list[list[Any]]:
    return [[row[name] for name in names] for row in rows]


def _write_lines(rows: list[dict[str, Any]], names: Sequence[str], delimiter: str) -> str:
    """Return rows as lines without a heading; a missing value is an empty one."""
    written = io.StringIO()
    lines = csv.writer(written, delimiter=delimiter, lineterminator="\n")
    lines.writerows([_write_value(value) for value in row] for row in _list_values(rows, names))
    return written.getvalue()


def _write_value(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else value


FORMS: dict[str, Callable[[list[dict[str, Any]], Sequence[str]], Any]] = {
    "objects": lambda rows, _names: rows,
    "lists": _list_values,
    "csv": partial(_write_lines, delimiter=","),
    "tsv": partial(_write_lines, delimiter="\t"),
}


def datastore_search_sql(asked: Asked, _address: str) -> dict[str, Any]:
    """Return the rows of one reading SQL query over public tables.

    Columns of one name are told apart by a number: `a`, `a_1`; what is counted or summed without a name is called
    by it, as PostgreSQL does: `count`.
    """
    sql = read_text(asked, "sql")
    read: list[str] = []
    found = run_sql(READS_SQL, sql, heard=read.extend).slice(0, MOST_ROWS + 1)
    rows = name_apart(found.rename_columns([name_measure(name) for name in found.column_names]))
    cut = rows.num_rows > MOST_ROWS
    try:
        records = rows.slice(0, MOST_ROWS).to_pylist()
    except (OverflowError, ValueError) as error:
        raise BadInput(
            "ckan.sql_value",
            "JSON으로 적을 수 없는 값이 있습니다. 글자로 바꾸어 주세요.",
            "a value can't be written as JSON; cast it to text",
        ) from error
    for name in dict.fromkeys(read):
        counter.add(name, SQL_KEY, len(records))
    return {
        "sql": sql,
        "fields": [{"id": field.name, "type": name_type(field.type)} for field in rows.schema],
        "records": records,
        **({"records_truncated": True} if cut else {}),
    }


def name_measure(name: str) -> str:
    """Return what PostgreSQL calls a column that has no name but its own sum: `count_star()` is `count`."""
    match = MEASURE.fullmatch(name)
    return match[1].lower() if match else name


def name_apart(rows: pa.Table) -> pa.Table:
    """Return rows whose columns all have names of their own, as objects of JSON need them."""
    names: list[str] = []
    taken = set(rows.column_names)
    for name in rows.column_names:
        free = (f"{name}_{number}" for number in itertools.count(1))
        names.append(next(one for one in free if one not in taken) if name in names else name)
        taken.add(names[-1])
    return rows.rename_columns(names)


def name_type(kind: pa.DataType) -> str:
    """Return a type of Arrow under PostgreSQL's name, as CKAN says it; one it doesn't have says itself."""
    if pa.types.is_timestamp(kind):
        return "timestamptz" if kind.tz else "timestamp"
    return "numeric" if pa.types.is_decimal(kind) else TYPES.get(str(kind), str(kind))


def _read_filters(asked: Asked) -> tuple[Filter | AnyOf, ...]:
    filters = read_json(asked, "filters") or {}
    if not isinstance(filters, dict):
        raise BadInput("ckan.filters", "filters는 객체입니다", "filters must be an object")
    return packages.read_filters(filters)


def _read_words(asked: Asked, reader: Reader) -> list[Filter | AnyOf]:
    words = read_json(asked, "q")
    if isinstance(words, dict):
        return [
            Filter(column, Op.CONTAINS, word) for column, text in words.items() for word in str(text).split()
        ]
    if isinstance(words, list):
        raise BadInput("ckan.q", "q는 글자나 객체입니다", "q is a text or an object")
    if not read_flag(asked, "plain", default=True) and words is not None:
        raise BadInput("ckan.plain", "plain=false는 받지 않습니다", "plain=false isn't served")
    names = [one.name for one in reader.columns]
    return [
        AnyOf(tuple((Filter(name, Op.CONTAINS, word),) for name in names))
        for word in str(asked.get("q") or "").split()
    ]


def _read_sort(asked: Asked) -> list[str]:
    given = asked.get("sort") or ""
    text = ",".join(map(str, given)) if isinstance(given, list) else str(given)
    try:
        return packages.read_sort(text)
    except ValueError as error:
        raise BadInput("ckan.sort", f"모르는 순서입니다: {error}", f"unknown sort: {error}") from error


def _read_distinct(
    reader: Reader,
    names: Sequence[str],
    where: Sequence[Filter | AnyOf],
    sort: Sequence[str],
    offset: int,
    limit: int,
) -> tuple[list[dict[str, Any]], int]:
    """Return a part of the rows that differ, and how many there are."""
    sorted_by = [one.removeprefix("-") for one in sort]
    outside = [name for name in sorted_by if name not in names]
    if outside:
        raise BadInput(
            "ckan.distinct",
            "distinct는 fields 안에서만 정렬합니다",
            "distinct rows are sorted by their fields only",
        )
    order = [*sort, *(name for name in names if name not in sorted_by)]
    rows = reader.aggregate([Measure(function="count", name=COUNTED)], names, where, order, MOST_DISTINCT + 1)
    if rows.num_rows > MOST_DISTINCT:
        raise BadInput(
            "ckan.distinct",
            f"서로 다른 행이 {MOST_DISTINCT:,}개가 넘습니다. fields나 filters로 좁혀 주세요.",
            f"more than {MOST_DISTINCT:,} rows differ; name fewer fields, or filter",
        )
    return rows.drop_columns([COUNTED]).slice(offset, limit).to_pylist(), rows.num_rows


def _link(asked: Asked, address: str, offset: int, limit: int) -> dict[str, str]:
    kept = {name: _write(value) for name, value in asked.items() if name not in {"offset", "limit"}}
    here = f"{address}/api/3/action/datastore_search?{urlencode(kept | {'limit': limit})}"
    links = {"start": here, "next": f"{here}&offset={offset + limit}"}
    return links | ({"prev": f"{here}&offset={max(0, offset - limit)}"} if offset else {})


def _write(value: Any) -> str:
    return msgspec.json.encode(value).decode() if isinstance(value, dict | list | bool) else str(value)
