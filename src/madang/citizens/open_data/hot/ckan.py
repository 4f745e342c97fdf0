"""CKAN's action API over the public datasets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec
from django.conf import settings
from starlette.requests import Request
from starlette.responses import Response

from madang.citizens.open_data.actions.quotas import meter
from madang.citizens.open_data.queries.calls import list_public
from madang.citizens.open_data.queries.quotas import find_caller, get_quota, name_address
from madang.citizens.open_data.queries.search import search
from madang.citizens.open_data.records.search import Asked as Search
from madang.core.base.interface import ANONYMOUS, Actor, BadInput, MadangError, NotFound, now
from madang.core.lake.interface import authorize, count_rows, get_dataset, run_sql
from madang.core.pages.interface import find_address

from . import packages

MOST_ROWS = 32_000
READS_SQL = Actor(id="", name="", kind="anonymous", grants=frozenset({("lake.sql", "*")}))
Asked = Mapping[str, Any]


class TooMany(MadangError):
    """The day's calls are used up."""

    status = 429


TOO_MANY = TooMany(
    "open_data.quota",
    "오늘 쓸 수 있는 호출 수를 넘었습니다",
    "the calls of this address for today are used up",
)


def answer_get(request: Request, _query: None, _body: None) -> Response:
    """Answer an action whose parameters stand in the address."""
    return _act(request, dict(request.query_params))


def answer_post(request: Request, _query: None, body: dict[str, Any]) -> Response:
    """Answer an action whose parameters are a JSON object."""
    return _act(request, body)


def _act(request: Request, asked: Asked) -> Response:
    name = request.path_params["action"]
    if not _may_call(request):
        return _refuse(TOO_MANY)
    try:
        if name not in ACTIONS:
            raise BadInput("ckan.action", f"{name} 기능이 없습니다", f"no such action: {name}")
        result = ACTIONS[name](asked, find_address(request))
    except MadangError as error:
        return _refuse(error)
    body = {"help": f"{find_address(request)}/build/", "success": True, "result": result}
    return Response(msgspec.json.encode(body, enc_hook=str), media_type="application/json")


def _may_call(request: Request) -> bool:
    moment = now()
    client = request.client.host if request.client else ""
    caller = find_caller(client, request.headers.get("x-forwarded-for", ""))
    return meter.take(name_address(caller, moment), get_quota().address_daily, moment)


def _refuse(error: MadangError) -> Response:
    kind = {404: "Not Found Error", 403: "Authorization Error", 429: "Rate Limit Error"}.get(
        error.status, "Validation Error"
    )
    status = error.status if error.status in {403, 404, 429, 503} else 409
    message = error.text.en
    body = {
        "success": False,
        "error": {"__type": kind, "message": message},
        "code": error.code,
        "message": message,
    }
    return Response(msgspec.json.encode(body), status, media_type="application/json")


def _number(asked: Asked, name: str, default: int, most: int) -> int:
    try:
        value = int(asked.get(name, default))
    except (TypeError, ValueError):
        value = -1
    if value < 0:
        raise BadInput("ckan.number", f"{name}은(는) 0 이상의 수입니다", f"{name} must be a number ≥ 0")
    return min(value, most)


def _text(asked: Asked, *names: str) -> str:
    for name in names:
        value = asked.get(name)
        if isinstance(value, str) and value:
            return value
    raise BadInput("ckan.missing", f"{names[0]} 값이 필요합니다", f"missing value: {names[0]}")


def _json(asked: Asked, name: str) -> Any:
    value = asked.get(name) or None
    if isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def package_list(asked: Asked, _address: str) -> list[str]:
    """Return the names of the datasets."""
    names = [record.name for record in list_public()]
    first = _number(asked, "offset", 0, len(names))
    return names[first : first + _number(asked, "limit", len(names), len(names))]


def package_show(asked: Asked, address: str) -> dict[str, Any]:
    """Return one dataset."""
    name = _text(asked, "id", "name_or_id")
    return packages.describe_package(get_dataset(actor=ANONYMOUS, name=name), address)


def package_search(asked: Asked, address: str) -> dict[str, Any]:
    """Return a page of the datasets found by `q` and `fq`, best first, with the exact count."""
    try:
        facets, words = packages.read_fields(str(asked.get("q") or "").replace("*:*", ""))
        more, _ = packages.read_fields(
            " ".join([str(asked.get("fq") or ""), *(_json(asked, "fq_list") or ())])
        )
        sort = packages.read_search_sort(str(asked.get("sort") or ("score" if words else "name")))
    except ValueError as error:
        raise BadInput("ckan.search", f"모르는 항목입니다: {error}", f"unknown field: {error}") from error
    fields = _json(asked, "facet.field") or []
    fields = [fields] if isinstance(fields, str) else list(fields)
    found, _ = search(
        Search(
            text=words,
            facets=(("owner", "own"), *facets, *more),
            sort=sort,
            offset=_number(asked, "start", 0, 10**9),
            limit=_number(asked, "rows", 10, 1000),
            count=tuple(dict.fromkeys(packages.FACETS[one] for one in fields if one in packages.FACETS)),
        )
    )
    counts = packages.name_counts(found.facets, fields)
    return {
        "count": found.total,
        "sort": sort,
        "facets": counts,
        "search_facets": packages.describe_facets(counts),
        "results": list(_describe_found(found.ids, address)),
    }


def _describe_found(ids: Sequence[str], address: str) -> Iterator[dict[str, Any]]:
    for one in ids:
        with suppress(NotFound):  # withdrawn a moment ago
            record = get_dataset(actor=ANONYMOUS, name=one.partition(":")[2])
            yield packages.describe_package(record, address)


def resource_show(asked: Asked, address: str) -> dict[str, Any]:
    """Return one form of a dataset."""
    asked_id = _text(asked, "id")
    name, _, form = asked_id.rpartition("-")
    if form not in packages.FORMS:
        name, form = asked_id, packages.FORMS[0]
    return packages.describe_resource(get_dataset(actor=ANONYMOUS, name=name), form, address)


def datastore_search(asked: Asked, address: str) -> dict[str, Any]:
    """Return rows of a dataset with the exact total of what `filters` leave."""
    name = _text(asked, "resource_id", "id")
    reader = authorize(ANONYMOUS, name)
    filters, fields = _json(asked, "filters") or {}, _json(asked, "fields")
    if not isinstance(filters, dict):
        raise BadInput("ckan.filters", "filters는 객체입니다", "filters must be an object")
    if isinstance(fields, str):
        fields = [field.strip() for field in fields.split(",")]
    try:
        where, order = packages.read_filters(filters), packages.read_sort(str(asked.get("sort") or ""))
    except ValueError as error:
        raise BadInput("ckan.sort", f"모르는 순서입니다: {error}", f"unknown sort: {error}") from error
    limit, offset = _number(asked, "limit", 100, MOST_ROWS), _number(asked, "offset", 0, 10**12)
    rows = reader.read(fields, where, order, offset, limit)
    shown = set(rows.column_names)
    start = f"{address}/api/3/action/datastore_search?resource_id={name}&limit={limit}"
    return {
        "resource_id": name,
        "fields": [
            {"id": one.name, "type": packages.CKAN_TYPES.get(one.type, "text")}
            for one in reader.columns
            if one.name in shown
        ],
        "records": rows.to_pylist(),
        "total": count_rows(reader, where),
        "total_was_estimated": False,
        "limit": limit,
        "offset": offset,
        "_links": {"start": start, "next": f"{start}&offset={offset + limit}"},
    }


def datastore_search_sql(asked: Asked, _address: str) -> dict[str, Any]:
    """Return the rows of one reading SQL query over public tables."""
    sql = _text(asked, "sql")
    rows = run_sql(READS_SQL, sql).slice(0, MOST_ROWS + 1)
    cut = rows.num_rows > MOST_ROWS
    return {
        "sql": sql,
        "fields": [{"id": field.name, "type": str(field.type)} for field in rows.schema],
        "records": rows.slice(0, MOST_ROWS).to_pylist(),
        **({"records_truncated": True} if cut else {}),
    }


def organization_list(_asked: Asked, _address: str) -> list[str]:
    """Return the codes of the agencies that own a dataset."""
    return sorted({record.table.owner_agency for record in list_public()} - {""})


def group_list(_asked: Asked, _address: str) -> list[str]:
    """Return the categories in use."""
    return sorted({record.category for record in list_public()} - {""})


def tag_list(_asked: Asked, _address: str) -> list[str]:
    """Return the keywords in use."""
    return sorted({word for record in list_public() for word in record.keywords})


def organization_show(asked: Asked, _address: str) -> dict[str, Any]:
    """Return one agency that owns a dataset."""
    return _show(packages.describe_organization, _text(asked, "id"), organization_list({}, ""))


def group_show(asked: Asked, _address: str) -> dict[str, Any]:
    """Return one category."""
    return _show(packages.describe_group, _text(asked, "id"), group_list({}, ""))


def _show(describe: Callable[[str], dict[str, Any]], name: str, known: list[str]) -> dict[str, Any]:
    if name not in known:
        raise NotFound("ckan.unknown", f"{name}이(가) 없습니다", f"there is no {name}")
    return describe(name)


def status_show(_asked: Asked, address: str) -> dict[str, Any]:
    """Return what this site is."""
    return {
        "ckan_version": "2.10",
        "site_url": address,
        "site_title": settings.MADANG.city_name_ko,
        "site_description": "Madang",
        "extensions": ["datastore"],
    }


def site_read(_asked: Asked, _address: str) -> bool:
    """Say that the site may be read."""
    return True


ACTIONS: dict[str, Callable[[Asked, str], Any]] = {
    action.__name__: action
    for action in (
        package_list, package_show, package_search, resource_show, datastore_search, datastore_search_sql,
        organization_list, organization_show, group_list, group_show, tag_list, status_show, site_read,
    )
}  # fmt: skip
