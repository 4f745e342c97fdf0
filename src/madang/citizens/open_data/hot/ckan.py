"""CKAN's action API over the public datasets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from inspect import getdoc
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
from .bodies import read_body, read_fields
from .datastore import datastore_search, datastore_search_sql
from .parameters import Asked, read_flag, read_given, read_most, read_number, read_text, read_words


class TooMany(MadangError):
    """The day's calls are used up."""

    status = 429


KINDS = {
    403: "Authorization Error",
    404: "Not Found Error",
    429: "Rate Limit Error",
    500: "Internal Server Error",
}
TOO_MANY = TooMany(
    "open_data.quota",
    "오늘 쓸 수 있는 호출 수를 넘었습니다",
    "the calls of this address for today are used up",
)


class NoCall(MadangError):
    """What was sent is no call of an action."""

    status = 400


def show_version(_request: Request, _query: None, _body: None) -> Response:
    """Answer which version of CKAN's API is spoken."""
    return Response(msgspec.json.encode({"version": 3}), media_type="application/json")


def show_nothing(request: Request, _query: None, _body: None) -> Response:
    """Refuse an address that isn't one of the API's, in the API's own way."""
    error = NotFound("ckan.address", "그런 주소가 없습니다", "there is no such address; see /api/3/action/…")
    return refuse(request, error)


def answer_get(request: Request, _query: None, _body: None) -> Response:
    """Answer an action whose parameters stand in the address."""
    return _act(request, read_fields(request.query_params.multi_items()))


def answer_post(request: Request, _query: None, _body: None) -> Response:
    """Answer an action whose parameters are a JSON object or a form."""
    try:
        asked = read_body(request)
    except BadInput as error:
        return refuse(request, error)
    return _act(request, asked)


def _act(request: Request, asked: Asked) -> Response:
    name = request.path_params["action"]
    if not _may_call(request):
        return _refuse(TOO_MANY)
    try:
        if name not in ACTIONS:
            raise NoCall("ckan.action", f"{name} 기능이 없습니다", f"no such action: {name}")
        result = ACTIONS[name](asked, find_address(request))
    except MadangError as error:
        return _refuse(error)
    help_address = f"{find_address(request)}/api/3/action/help_show?name={name}"
    body = {"help": help_address, "success": True, "result": result}
    return Response(msgspec.json.encode(body, enc_hook=str), media_type="application/json")


def _may_call(request: Request) -> bool:
    moment = now()
    client = request.client.host if request.client else ""
    caller = find_caller(client, request.headers.get("x-forwarded-for", ""))
    return meter.take(name_address(caller, moment), get_quota().address_daily, moment)


def refuse(_request: Request, error: MadangError) -> Response:
    """Refuse what never became a call, as CKAN does: what can't be read is a bad request."""
    if isinstance(error, BadInput):
        error = NoCall(error.code, error.text.ko, error.text.en)
    return _refuse(error)


def _refuse(error: MadangError) -> Response:
    kind = KINDS.get(error.status, "Validation Error")
    status = error.status if error.status in {400, 405, 500, 503, *KINDS} else 409
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
    """Return a page of the datasets found by `q` and `fq`, best first, with the exact count.

    `read_as` says for which mistyped words others were looked for, `is_loose` that no dataset has all the words.
    """
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
        "read_as": found.read_as,
        "is_loose": found.is_loose,
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
    """Return the codes of the agencies that own a dataset; with `all_fields` what is known of each.

    `sort` is name, title or package_count, with desc behind it to turn it round; `limit` and `offset` page.
    """
    counts = Counter(record.table.owner_agency for record in list_public())
    return _list(asked, packages.describe_organization, counts)


def group_list(asked: Asked, _address: str) -> list[Any]:
    """Return the categories in use; with `all_fields` what is known of each. Sorted and paged like organizations."""
    return _list(asked, packages.describe_group, Counter(record.category for record in list_public()))


def _list(asked: Asked, describe: Callable[[str], dict[str, Any]], counts: Counter[str]) -> list[Any]:
    shows_all = read_flag(asked, "all_fields", default=False)
    known = [describe(name) | {"package_count": counts[name]} for name in sorted(counts.keys() - {""})]
    column, _, way = (read_given(asked, "sort") or "name asc").strip().lower().partition(" ")
    if column not in {"name", "title", "package_count"} or way.strip() not in {"", "asc", "desc"}:
        raise BadInput(
            "ckan.sort",
            "sort는 name, title, package_count 가운데 하나입니다",
            "sort is name, title or package_count, with asc or desc",
        )
    known.sort(key=lambda one: one[column], reverse=way.strip() == "desc")
    first = read_number(asked, "offset", 0, len(known))
    page = known[first : first + read_number(asked, "limit", len(known), len(known))]
    return page if shows_all else [one["name"] for one in page]


def tag_list(asked: Asked, _address: str) -> list[Any]:
    """Return the keywords in use, with `query` those in which it occurs; with `all_fields` as objects."""
    wanted = read_given(asked, "query").casefold()
    words = {word for record in list_public() for word in record.keywords if wanted in word.casefold()}
    if not read_flag(asked, "all_fields", default=False):
        return sorted(words)
    return [{"id": word, "name": word, "display_name": word, "vocabulary_id": None} for word in sorted(words)]


def organization_show(asked: Asked, _address: str) -> dict[str, Any]:
    """Return one agency that owns a dataset."""
    return _show(packages.describe_organization, read_text(asked, "id"), organization_list({}, ""))


def group_show(asked: Asked, _address: str) -> dict[str, Any]:
    """Return one category."""
    return _show(packages.describe_group, read_text(asked, "id"), group_list({}, ""))


def _show(describe: Callable[[str], dict[str, Any]], name: str, known: Sequence[str]) -> dict[str, Any]:
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


def help_show(asked: Asked, _address: str) -> str:
    """Return what an action says of itself."""
    action = ACTIONS.get(read_text(asked, "name"))
    if action is None:
        raise NotFound("ckan.action", "그런 기능이 없습니다", "there is no such action")
    return getdoc(action) or ""


def site_read(_asked: Asked, _address: str) -> bool:
    """Say that the site may be read."""
    return True


ACTIONS: dict[str, Callable[[Asked, str], Any]] = {
    action.__name__: action
    for action in (
        package_list, package_show, package_search, resource_show, datastore_search, datastore_search_sql,
        organization_list, organization_show, group_list, group_show, tag_list, status_show, site_read, help_show,
    )
}  # fmt: skip
