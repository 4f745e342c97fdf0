"""Datasets as CKAN's action API describes them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from madang.citizens.open_data.methods.files import list_files
from madang.citizens.open_data.methods.naming import LICENCE_ADDRESSES, find_mail, say_category, say_licence
from madang.citizens.open_data.methods.solr import FACETS
from madang.citizens.open_data.queries.agencies import name_agency
from madang.core.base.interface import ColumnType
from madang.core.lake.interface import AnyOf, DatasetRecord, Filter, Op

CKAN_TYPES = {
    ColumnType.TEXT: "text",
    ColumnType.INTEGER: "int8",
    ColumnType.NUMBER: "float8",
    ColumnType.TIME: "timestamptz",
    ColumnType.DATE: "date",
    ColumnType.BOOLEAN: "bool",
}
IN_DATASTORE = "csv"
RESOURCE_FIELDS = ("id", "name", "format", "url", "package_id")
SORT = re.compile(
    r'^"?(?P<column>[^"]+?)"?(?:\s+(?P<way>asc|desc))?(?:\s+nulls\s+(?P<nulls>first|last))?$', re.IGNORECASE
)


def describe_package(record: DatasetRecord, address: str) -> dict[str, Any]:
    """Return a dataset as a CKAN package; its first resource is the one datastore_search reads."""
    table, files = record.table, list_files(record.table)
    return {
        "id": record.name,
        "name": record.name,
        "title": table.title.ko,
        "title_translated": {"ko": table.title.ko, "en": table.title.en},
        "notes": table.description.ko,
        "state": "active",
        "private": False,
        "type": "dataset",
        "license_id": table.licence,
        "license_title": say_licence(table.licence).ko,
        **({"license_url": LICENCE_ADDRESSES[table.licence]} if table.licence in LICENCE_ADDRESSES else {}),
        "metadata_created": _moment(record.created_at),
        "metadata_modified": _moment(record.updated_at),
        "author": name_agency(table.owner_agency).ko if table.owner_agency else settings.MADANG.city_name_ko,
        "maintainer": table.contact,
        "maintainer_email": find_mail(table.contact),
        "url": f"{address}/datasets/{record.name}/",
        "version": str(record.version),
        "organization": describe_organization(table.owner_agency) if table.owner_agency else None,
        "owner_org": table.owner_agency or None,
        "groups": [describe_group(record.category)] if record.category else [],
        "tags": [describe_tag(word) for word in record.keywords],
        "extras": [],
        "num_tags": len(record.keywords),
        "num_resources": len(files),
        "resources": [describe_resource(record, form, address) for form in files],
    }


def describe_resource(record: DatasetRecord, form: str, address: str) -> dict[str, Any]:
    """Return one form of a dataset as a CKAN resource."""
    is_datastore = form == IN_DATASTORE
    return {
        "id": record.name if is_datastore else f"{record.name}-{form}",
        "package_id": record.name,
        "name": f"{record.table.title.ko} ({form.upper()})",
        "format": form.upper(),
        "url": f"{address}/datasets/{record.name}.{form}",
        "datastore_active": is_datastore,
        "created": _moment(record.created_at),
        "last_modified": _moment(record.updated_at),
        "state": "active",
    }


def describe_organization(code: str) -> dict[str, Any]:
    """Return an agency as a CKAN organization."""
    title = name_agency(code)
    return {
        "id": code,
        "name": code,
        "title": title.ko,
        "display_name": title.ko,
        "title_translated": {"ko": title.ko, "en": title.en},
        "type": "organization",
        "state": "active",
    }


def describe_group(category: str) -> dict[str, Any]:
    """Return a category as a CKAN group."""
    title = say_category(category).ko
    return {"id": category, "name": category, "title": title, "display_name": title, "type": "group"}


def describe_tag(word: str) -> dict[str, Any]:
    """Return a keyword as a CKAN tag."""
    return {"id": word, "name": word, "display_name": word, "vocabulary_id": None, "state": "active"}


def describe_licence(name: str) -> dict[str, Any]:
    """Return a licence as CKAN's register of licences has it."""
    title = say_licence(name)
    return {
        "id": name,
        "title": title.ko,
        "title_translated": {"ko": title.ko, "en": title.en},
        "url": LICENCE_ADDRESSES[name],
        "status": "active",
    }


SORTS = {
    "score": "score",
    "metadata_modified": "updated",
    "metadata_created": "created",
    "title_string": "title",
    "title": "title",
    "name": "name",
    "id": "name",
}


def read_search_sort(text: str) -> str:
    """Return the index's order for package_search's `sort`; raise ValueError for one it doesn't have."""
    return ",".join(_read_search_key(one) for one in text.split(","))


def _read_search_key(text: str) -> str:
    first, _, way = text.strip().lower().partition(" ")
    name = SORTS.get(first)
    if name is None:
        raise ValueError(first)
    if way.strip() not in {"", "asc", "desc"}:
        raise ValueError(way.strip())
    falls = name in {"score", "updated", "created"}
    return ("-" if (way.strip() == "asc") == falls and way.strip() else "") + name


def name_counts(
    counts: Mapping[str, Sequence[tuple[str, int]]], fields: Sequence[str], most: int | None = None
) -> dict[str, dict[str, int]]:
    """Return the `most` counts by the fields that were asked for; fields that aren't known have none."""
    return {field: dict(counts.get(FACETS.get(field, ""), ())[:most]) for field in fields}


def describe_facets(counts: dict[str, dict[str, int]]) -> dict[str, Any]:
    """Return counted facets as CKAN lists them, with the titles of what they count."""
    return {
        field: {
            "title": field,
            "items": [
                {"name": name, "display_name": _title_of(field, name), "count": count}
                for name, count in values.items()
            ],
        }
        for field, values in counts.items()
    }


def _title_of(field: str, value: str) -> str:
    match FACETS.get(field):
        case "agency":
            return name_agency(value).ko
        case "category":
            return say_category(value).ko
        case "licence":
            return say_licence(value).ko
        case _:
            return value


def read_filters(filters: dict[str, Any]) -> tuple[Filter | AnyOf, ...]:
    """Return the conditions of datastore_search's `filters`; a list means any of its values, null a missing one."""
    return tuple(_read_filter(column, value) for column, value in filters.items())


def _read_filter(column: str, value: Any) -> Filter | AnyOf:
    if value is None:
        return Filter(column, Op.IS_NULL)
    if not isinstance(value, list):
        return Filter(column, Op.EQ, value)
    given = Filter(column, Op.IN, [one for one in value if one is not None])
    return AnyOf(((given,), (Filter(column, Op.IS_NULL),))) if None in value else given


def read_sort(text: str) -> list[str]:
    """Return orders ("-column" descends) of a `sort` such as "a desc, b nulls last", as missing values always stand."""
    orders = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = SORT.match(part)
        if match is None or (match["nulls"] or "").lower() == "first":
            raise ValueError(part)
        orders.append(("-" if (match["way"] or "").lower() == "desc" else "") + match["column"])
    return orders


def _moment(moment: Any) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")
