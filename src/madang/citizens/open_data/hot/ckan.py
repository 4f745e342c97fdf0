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

from madang.citizens.open_data.actions.counting import counter
from madang.citizens.open_data.actions.quotas import meter
from madang.citizens.open_data.methods.files import MEDIA, list_files
from madang.citizens.open_data.methods.naming import LICENCE_ADDRESSES
from madang.citizens.open_data.methods.solr import FACETS, read_query
from madang.citizens.open_data.queries.calls import list_public
from madang.citizens.open_data.queries.quotas import find_caller, get_quota, name_address
from madang.citizens.open_data.queries.search import search
from madang.citizens.open_data.records.calls import CKAN_KEY
from madang.citizens.open_data.records.search import Asked as Search
from madang.citizens.open_data.records.search import Worded
from madang.core.base.interface import ANONYMOUS, BadInput, MadangError, NotFound, now
from madang.core.lake.interface import DatasetRecord, get_dataset
from madang.core.pages.interface import find_address

from . import packages
from .bodies import read_body, read_fields
from .datastore import datastore_info, datastore_search, datastore_search_sql
from .parameters import Asked, read_flag, read_given, read_json, read_most, read_number, read_text, read_words


class TooMany(MadangError):
    """The day's calls are used up."""

    status = 429


MOST_SUGGESTED = 100
MOST_PACKAGES = 1000
NEWEST = "score desc, metadata_modified desc"
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
    if name == datastore_search.__name__:
        rows = result["records"]
        counter.add(result["resource_id"], CKAN_KEY, rows.count("\n") if isinstance(rows, str) else len(rows))
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
    given = NotFound.status if isinstance(error, NotFound) else error.status
    kind = KINDS.get(given, "Validation Error")
    status = given if given in {400, 405, 500, 503, *KINDS} else 409
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
    """Return a page of the datasets found by `q` and `fq`, best first and then the newest, with the exact count.

    `fl` names the only fields that each is wanted with. `read_as` says for which mistyped words others were looked for, `is_loose` that no dataset has all the words.
    """
    sort = read_given(asked, "sort") or NEWEST
    try:
        where, words = read_query(read_given(asked, "q"), moment := now())
        for narrowed in (read_given(asked, "fq"), *read_words(asked, "fq_list")):
            more, rest = read_query(narrowed, moment)
            where += (*more, Worded(rest)) if rest else more
        order = packages.read_search_sort(sort)
    except ValueError as error:
        raise BadInput(
            "ckan.search", f"이렇게는 찾지 못합니다: {error}", f"this isn't served: {error}"
        ) from error
    shown = read_words(asked, "fl")
    fields = read_words(asked, "facet.field") if read_flag(asked, "facet", default=True) else []
    found, _ = search(
        Search(
            text=words,
            facets=(("owner", "own"),),
            where=where,
            sort=order,
            offset=read_number(asked, "start", 0, 10**9),
            limit=read_number(asked, "rows", 10, 1000),
            counts_found=True,
            count=tuple(dict.fromkeys(FACETS[one] for one in fields if one in FACETS)),
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
        "results": [
            {name: one[name] for name in shown if name in one} if shown else one
            for one in _describe_found(found.ids, address)
        ],
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
    if form not in MEDIA:
        name, form = asked_id, packages.IN_DATASTORE
    record = get_dataset(actor=ANONYMOUS, name=name)
    if form not in list_files(record.table):
        raise NotFound("ckan.resource", f"{asked_id}이(가) 없습니다", f"there is no {asked_id}")
    return packages.describe_resource(record, form, address)


def resource_search(asked: Asked, address: str) -> dict[str, Any]:
    """Return the forms of datasets that hold all of `query`: `field:text`, once or as a list.

    The text stands somewhere in the field, whatever its case. `order_by` is a field, `limit` and `offset` page.
    """
    wanted = []
    for one in _list_texts(asked, "query"):
        field, colon, text = one.partition(":")
        if not (colon and field in packages.RESOURCE_FIELDS):
            raise BadInput(
                "ckan.query",
                f"query는 필드:값이며 필드는 {', '.join(packages.RESOURCE_FIELDS)}입니다",
                f"query is field:text, the field one of {', '.join(packages.RESOURCE_FIELDS)}",
            )
        wanted.append((field, text.strip().casefold()))
    order = read_given(asked, "order_by") or "id"
    if not wanted or order not in packages.RESOURCE_FIELDS:
        raise BadInput(
            "ckan.query", "query가 없거나 모르는 order_by입니다", "query is missing, or order_by is unknown"
        )
    found = [
        resource
        for record in list_public()
        for resource in packages.describe_package(record, address)["resources"]
        if all(text in str(resource[field]).casefold() for field, text in wanted)
    ]
    found.sort(key=lambda one: (one[order], one["id"]))
    first = read_number(asked, "offset", 0, len(found))
    page = found[first : first + read_number(asked, "limit", len(found), len(found))]
    return {"count": len(found), "results": page}


def _list_texts(asked: Asked, name: str) -> list[str]:
    """Return a text or several, which may have commas of their own."""
    given = read_json(asked, name)
    return [given] if isinstance(given, str) else read_words(asked, name)


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
    words = _find_tags(read_given(asked, "query"))
    return (
        [packages.describe_tag(word) for word in words]
        if read_flag(asked, "all_fields", default=False)
        else words
    )


def tag_autocomplete(asked: Asked, _address: str) -> list[str]:
    """Return the keywords in which `query` occurs, `limit` at most."""
    words = _find_tags(read_given(asked, "query") or read_given(asked, "q"))
    return words[: read_number(asked, "limit", 10, MOST_SUGGESTED)]


def _find_tags(text: str) -> list[str]:
    words = {word for record in list_public() for word in record.keywords}
    return sorted(word for word in words if text.casefold() in word.casefold())


def format_autocomplete(asked: Asked, _address: str) -> list[str]:
    """Return the forms of files in whose name `q` occurs, `limit` at most."""
    wanted = read_given(asked, "q").casefold()
    forms = sorted({form for record in list_public() for form in list_files(record.table)})
    return [form for form in forms if wanted in form][: read_number(asked, "limit", 5, MOST_SUGGESTED)]


def organization_autocomplete(asked: Asked, _address: str) -> list[dict[str, str]]:
    """Return the agencies in whose code or title `q` occurs, `limit` at most."""
    codes = {record.table.owner_agency for record in list_public()}
    return _suggest(asked, packages.describe_organization, codes)


def group_autocomplete(asked: Asked, _address: str) -> list[dict[str, str]]:
    """Return the categories in whose name or title `q` occurs, `limit` at most."""
    return _suggest(asked, packages.describe_group, {record.category for record in list_public()})


def _suggest(
    asked: Asked, describe: Callable[[str], dict[str, Any]], names: set[str]
) -> list[dict[str, str]]:
    wanted = read_given(asked, "q").casefold()
    known = map(describe, sorted(names - {""}))
    fits = [one for one in known if wanted in one["name"].casefold() or wanted in one["title"].casefold()]
    page = fits[: read_number(asked, "limit", 20, MOST_SUGGESTED)]
    return [{name: one[name] for name in ("id", "name", "title")} for one in page]


def package_autocomplete(asked: Asked, _address: str) -> list[dict[str, str]]:
    """Return the datasets in whose name or title `q` occurs, `limit` at most."""
    wanted = read_given(asked, "q").casefold()
    found = []
    for record in list_public():
        title = record.table.title.ko
        fits = [one for one, text in (("name", record.name), ("title", title)) if wanted in text.casefold()]
        if fits:
            shown = record.name if fits[0] == "name" else f"{title} ({record.name})"
            found.append(
                {"name": record.name, "title": title, "match_field": fits[0], "match_displayed": shown}
            )
    return found[: read_number(asked, "limit", 10, MOST_SUGGESTED)]


def current_package_list_with_resources(asked: Asked, address: str) -> list[dict[str, Any]]:
    """Return the datasets with their forms, the newest first; `limit` and `offset` page."""
    records = sorted(list_public(), key=lambda one: (one.updated_at, one.name), reverse=True)
    first = read_number(asked, "offset", 0, len(records))
    page = records[first : first + read_number(asked, "limit", MOST_PACKAGES, MOST_PACKAGES)]
    return [packages.describe_package(record, address) for record in page]


def license_list(_asked: Asked, _address: str) -> list[dict[str, Any]]:
    """Return the licences that datasets may be under."""
    return [packages.describe_licence(name) for name in LICENCE_ADDRESSES]


def organization_show(asked: Asked, address: str) -> dict[str, Any]:
    """Return one agency that owns a dataset; with `include_datasets` its datasets, a thousand at most."""
    name = read_text(asked, "id")
    records = [record for record in list_public() if record.table.owner_agency == name]
    return _show(asked, name, records, packages.describe_organization, address)


def group_show(asked: Asked, address: str) -> dict[str, Any]:
    """Return one category; with `include_datasets` its datasets, a thousand at most."""
    name = read_text(asked, "id")
    return _show(
        asked, name, [one for one in list_public() if one.category == name], packages.describe_group, address
    )


def group_package_show(asked: Asked, address: str) -> list[dict[str, Any]]:
    """Return the datasets of one category, `limit` at most."""
    shown = group_show({"id": read_text(asked, "id"), "include_datasets": True}, address)
    return shown["packages"][: read_number(asked, "limit", MOST_PACKAGES, MOST_PACKAGES)]


def resource_view_list(asked: Asked, address: str) -> list[dict[str, Any]]:
    """Return the views of a form of a dataset: there are none, its page shows it."""
    resource_show(asked, address)
    return []


def tag_show(asked: Asked, address: str) -> dict[str, Any]:
    """Return one keyword; with `include_datasets` its datasets, a thousand at most."""
    name = read_text(asked, "id")
    return _show(
        asked, name, [one for one in list_public() if name in one.keywords], packages.describe_tag, address
    )


def _show(
    asked: Asked,
    name: str,
    records: Sequence[DatasetRecord],
    describe: Callable[[str], dict[str, Any]],
    address: str,
) -> dict[str, Any]:
    if not records:
        raise NotFound("ckan.unknown", f"{name}이(가) 없습니다", f"there is no {name}")
    found = describe(name) | {"package_count": len(records)}
    if read_flag(asked, "include_datasets", default=False):
        found["packages"] = [packages.describe_package(one, address) for one in records[:MOST_PACKAGES]]
    return found


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
        package_list, package_show, package_search, package_autocomplete, current_package_list_with_resources,
        resource_show, resource_search, resource_view_list, datastore_search, datastore_search_sql, datastore_info, organization_list, organization_show,
        organization_autocomplete, group_list, group_show, group_package_show, group_autocomplete, tag_list, tag_show, tag_autocomplete, format_autocomplete, license_list, status_show, site_read, help_show,
    )
}  # fmt: skip
