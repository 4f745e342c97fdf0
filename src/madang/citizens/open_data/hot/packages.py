"""Datasets as CKAN's action API describes them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from madang.citizens.open_data.methods.naming import say_category, say_licence
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
FORMS = ("csv", "json", "parquet", "xlsx")
SORT = re.compile(r'^"?(?P<column>[^"]+?)"?(?:\s+(?P<way>asc|desc))?$', re.IGNORECASE)


def describe_package(record: DatasetRecord, address: str) -> dict[str, Any]:
    """Return a dataset as a CKAN package; its first resource is the one datastore_search reads."""
    table = record.table
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
        "metadata_created": _moment(record.created_at),
        "metadata_modified": _moment(record.updated_at),
        "url": f"{address}/datasets/{record.name}/",
        "version": str(record.version),
        "organization": describe_organization(table.owner_agency) if table.owner_agency else None,
        "owner_org": table.owner_agency or None,
        "groups": [describe_group(record.category)] if record.category else [],
        "tags": [{"name": word, "display_name": word} for word in record.keywords],
        "num_tags": len(record.keywords),
        "num_resources": len(FORMS),
        "resources": [describe_resource(record, form, address) for form in FORMS],
    }


def describe_resource(record: DatasetRecord, form: str, address: str) -> dict[str, Any]:
    """Return one form of a dataset as a CKAN resource."""
    is_datastore = form == FORMS[0]
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


FACETS = {
    "organization": "agency", "owner_org": "agency", "groups": "category", "tags": "keyword",
    "license_id": "licence", "res_format": "form",
}  # fmt: skip
IGNORED = frozenset({"state", "private", "capacity", "dataset_type", "type", "site_id"})
FIELD = re.compile(
    r'[+]?(?P<field>[A-Za-z_]+):(?:"(?P<quoted>[^"]*)"|[(](?P<within>[^()]*)[)]|(?P<plain>[^\s()"]+))'
)
PART = re.compile(r'"([^"]*)"|(\S+)')
REFUSED = re.compile(r"(?:^|[\s(])(?:[-!]|NOT\s+)(?=[A-Za-z_]+:)|(?:^|\s)(?:OR|\|\|)(?:\s|$)")
"""What Solr has and this hasn't: fields that must not fit, and one of several."""
SORTS = {
    "score": "score",
    "metadata_modified": "updated",
    "title_string": "title",
    "title": "title",
    "name": "name",
}


def read_fields(text: str) -> tuple[tuple[tuple[str, str], ...], str]:
    """Return the (facet, value) that `field:value` parts of a search ask for, and the words that remain.

    Raises ValueError for what isn't served: other fields, NOT, OR and wildcards. Fields that hold for every
    dataset here are left out.
    """
    facets = []
    asks_fields = FIELD.search(text) is not None
    refused = REFUSED.search(text)
    if refused and asks_fields:
        raise ValueError(refused[0].strip() or "-")
    for match in FIELD.finditer(text):
        field = match["field"]
        if field not in FACETS and field not in IGNORED:
            raise ValueError(field)
        if field in FACETS:
            facets += [(FACETS[field], value) for value in _read_values(field, match)]
    rest = FIELD.sub(" ", text).split()
    return tuple(facets), " ".join(word for word in rest if not (asks_fields and word in {"AND", "(", ")"}))


def _read_values(field: str, match: re.Match[str]) -> list[str]:
    if match["quoted"] is not None:
        values = [match["quoted"]]
    else:
        parts = PART.findall(match["within"] if match["within"] is not None else match["plain"])
        values = [quoted or plain for quoted, plain in parts if plain != "AND"]
        if (
            any(plain in {"OR", "NOT", "||"} or set(plain) & set("*?[]{}") for _, plain in parts)
            or not values
        ):
            raise ValueError(match[0].strip())
    return [value.upper() for value in values] if field == "res_format" else values


def read_search_sort(text: str) -> str:
    """Return the index's order for package_search's `sort`; raise ValueError for one it doesn't have."""
    first, _, way = text.split(",")[0].strip().lower().partition(" ")
    name = SORTS.get(first or "score")
    if name is None:
        raise ValueError(first)
    if way.strip() not in {"", "asc", "desc"}:
        raise ValueError(way.strip())
    falls = name in {"score", "updated"}
    return ("-" if (way.strip() == "asc") == falls and way.strip() else "") + name


def name_counts(
    counts: Mapping[str, Sequence[tuple[str, int]]], fields: Sequence[str], most: int | None = None
) -> dict[str, dict[str, int]]:
    """Return the `most` counts by the fields that were asked for; fields that aren't known have none."""
    return {field: dict(counts.get(FACETS.get(field, ""), ())[:most]) for field in fields}


def describe_facets(counts: dict[str, dict[str, int]]) -> dict[str, Any]:
    """Return counted facets as CKAN lists them."""
    return {
        field: {
            "title": field,
            "items": [{"name": name, "display_name": name, "count": count} for name, count in values.items()],
        }
        for field, values in counts.items()
    }


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
    """Return orders ("-column" descends) of a `sort` such as "a desc, b"."""
    orders = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = SORT.match(part)
        if match is None:
            raise ValueError(part)
        orders.append(("-" if (match["way"] or "").lower() == "desc" else "") + match["column"])
    return orders


def _moment(moment: Any) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")
