"""Datasets as CKAN's action API describes them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from madang.core.base.interface import ColumnType
from madang.core.lake.interface import DatasetRecord, Filter, Op

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
        "license_title": table.licence,
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
    return {"id": code, "name": code, "title": code, "type": "organization", "state": "active"}


def describe_group(category: str) -> dict[str, Any]:
    """Return a category as a CKAN group."""
    return {"id": category, "name": category, "title": category, "display_name": category, "type": "group"}


FACETS: dict[str, Callable[[DatasetRecord], Sequence[str]]] = {
    "organization": lambda record: (record.table.owner_agency,),
    "groups": lambda record: (record.category,),
    "tags": lambda record: record.keywords,
    "license_id": lambda record: (record.table.licence,),
    "res_format": lambda _record: tuple(form.upper() for form in FORMS),
}


def count_facets(records: Sequence[DatasetRecord], fields: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return how many datasets have each value of each field; fields that aren't known have none."""
    counts: dict[str, Counter[str]] = {field: Counter() for field in fields}
    for field in counts.keys() & FACETS.keys():
        for record in records:
            counts[field].update(value for value in FACETS[field](record) if value)
    return {field: dict(counter.most_common()) for field, counter in counts.items()}


def describe_facets(counts: dict[str, dict[str, int]]) -> dict[str, Any]:
    """Return counted facets as CKAN lists them."""
    return {
        field: {
            "title": field,
            "items": [{"name": name, "display_name": name, "count": count} for name, count in values.items()],
        }
        for field, values in counts.items()
    }


def read_filters(filters: dict[str, Any]) -> tuple[Filter, ...]:
    """Return the conditions of datastore_search's `filters`; a list means any of its values."""
    return tuple(
        Filter(column, Op.IN, value) if isinstance(value, list) else Filter(column, Op.EQ, value)
        for column, value in filters.items()
    )


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
