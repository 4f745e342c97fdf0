"""A dataset as a Frictionless data package: where its file is, what each column holds."""

from __future__ import annotations

from typing import Any

from madang.citizens.open_data.methods.naming import LICENCE_ADDRESSES
from madang.core.base.interface import Column, ColumnType
from madang.core.lake.interface import DatasetRecord

TYPES = {
    ColumnType.TEXT: "string",
    ColumnType.INTEGER: "integer",
    ColumnType.NUMBER: "number",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.DATE: "date",
    ColumnType.TIME: "datetime",
    ColumnType.CLOCK: "time",
}


def describe_package(record: DatasetRecord, columns: tuple[Column, ...], address: str) -> dict[str, Any]:
    """Return the descriptor of a dataset whose public `columns` stand in its CSV file."""
    table, name = record.table, record.name.replace("_", "-").lower()
    licence = {"name": table.licence, "title": table.licence}
    if table.licence in LICENCE_ADDRESSES:
        licence["path"] = LICENCE_ADDRESSES[table.licence]
    return {
        "name": name,
        "id": f"{address}/datasets/{record.name}/",
        "title": table.title.ko,
        "description": table.description.ko or table.title.ko,
        "homepage": f"{address}/datasets/{record.name}/",
        "version": str(record.version),
        "created": record.created_at.isoformat(),
        **({"licenses": [licence]} if table.licence else {}),
        **({"keywords": list(record.keywords)} if record.keywords else {}),
        "resources": [
            {
                "name": name,
                "path": f"{address}/datasets/{record.name}.csv?encoding=utf-8",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {
                    "fields": [_describe_field(column) for column in columns],
                    **({"primaryKey": list(table.key)} if table.key and not table.time else {}),
                },
            }
        ],
    }


def _describe_field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.name,
        "title": column.title.ko,
        "type": TYPES.get(column.type, "any"),
    }
    if column.required:
        field["constraints"] = {"required": True}
    return field
