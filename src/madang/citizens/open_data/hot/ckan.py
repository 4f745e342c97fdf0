"""CKAN's action API over the public datasets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
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
from madang.core.base.interface import ANONYMOUS, BadInput, MadangError, NotFound, now
from madang.core.lake.interface import get_dataset
from madang.core.pages.interface import find_address

from . import packages
from .datastore import datastore_search, datastore_search_sql
from .parameters import Asked, read_flag, read_given, read_most, read_number, read_text, read_words


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


def package_list(asked: Asked, _address: str) -> list[str]:
    """Return the names of the datasets."""
    names = [record.name for record in list_public()]
    first = read_number(asked, "offset", 0, len(names))
    return names[first : first + read_number(asked, "limit", len(names), len(names))]


def package_show(asked: Asked, address: str) -> dict[str, Any]:
    """Return one dataset."""
    name = read_text(asked, "id", "name_or_id")
    return packages.describe_package(get_dataset(actor=ANONYMOUS, name=name), address)


def package_search(asked: Asked, address: str) -> dict[str, Any]:
    """Return a page of the datasets found by `q` and `fq`, best first, with the exact count."""
    try:
        facets, words = packages.read_fields(read_given(asked, "q").replace("*:*", ""))
        narrowed = " ".join([read_given(asked, "fq"), *read_words(asked, "fq_list")]).replace("*:*", "")
        more, rest = packages.read_fields(narrowed)
        if rest:
            raise ValueError(rest)
        sort = packages.read_search_sort(read_given(asked, "sort") or ("score" if words else "name"))
    except ValueError as error:
        raise BadInput(
            "ckan.search", f"이렇게는 찾지 못합니다: {error}", f"this isn't served: {error}"
        ) from error
    fields = read_words(asked, "facet.field") if read_flag(asked, "facet", default=True) else []
    found, _ = search(
        Search(
            text=words,
            facets=(("owner", "own"), *facets, *more),
            sort=sort,
            offset=read_number(asked, "start", 0, 10**9),
            limit=read_number(asked, "rows", 10, 1000),
            counts_found=True,
            count=tuple(dict.fromkeys(packages.FACETS[one] for one in fields if one in packages.FACETS)),
        )
    )
    counts = packages.name_counts(found.facets, fields, read_most(asked, "facet.limit"))
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
    asked_id = read_text(asked, "id")
    name, _, form = asked_id.rpartition("-")
    if form not in packages.FORMS:
        name, form = asked_id, packages.FORMS[0]
    return packages.describe_resource(get_dataset(actor=ANONYMOUS, name=name), form, address)


def organization_list(asked: Asked, _address: str) -> list[Any]:
    """Return the codes of the agencies that own a dataset; with `all_fields` what is known of each."""
    counts = Counter(record.table.owner_agency for record in list_public())
    return _list(asked, packages.describe_organization, counts)


def group_list(asked: Asked, _address: str) -> list[Any]:
    """Return the categories in use; with `all_fields` what is known of each."""
    return _list(asked, packages.describe_group, Counter(record.category for record in list_public()))


def _list(asked: Asked, describe: Callable[[str], dict[str, Any]], counts: Counter[str]) -> list[Any]:
    names = sorted(counts.keys() - {""})
    if not read_flag(asked, "all_fields", default=False):
        return names
    return [describe(name) | {"package_count": counts[name]} for name in names]


def tag_list(_asked: Asked, _address: str) -> list[str]:
    """Return the keywords in use."""
    return sorted({word for record in list_public() for word in record.keywords})


def organization_show(asked: Asked, _address: str) -> dict[str, Any]:
    """Return one agency that owns a dataset."""
    return _show(packages.describe_organization, read_text(asked, "id"), organization_list({}, ""))


def group_show(asked: Asked, _address: str) -> dict[str, Any]:
    """Return one category."""
    return _show(packages.describe_group, read_text(asked, "id"), group_list({}, ""))


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
