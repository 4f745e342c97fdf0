"""Datasets in schema.org's words and as Croissant, from plain facts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from madang.core.base.interface import Column, ColumnType, Table

from .elements import name_elements
from .files import list_files
from .naming import LICENCE_ADDRESSES

TYPES = {
    ColumnType.TEXT: "sc:Text",
    ColumnType.INTEGER: "sc:Integer",
    ColumnType.NUMBER: "sc:Float",
    ColumnType.BOOLEAN: "sc:Boolean",
    ColumnType.DATE: "sc:Date",
    ColumnType.TIME: "sc:DateTime",
    ColumnType.CLOCK: "sc:Time",
}
CROISSANT = "http://mlcommons.org/croissant/1.0"
TERMS = (
    "citeAs column conformsTo dataType examples extract field fileObject fileProperty fileSet format includes "
    "isLiveDataset jsonPath key md5 parentField path recordSet references regex repeated replace separator source "
    "subField transform"
).split()
OWN = {"conformsTo": "dct:conformsTo"}
AS_JSON = ("examples",)
AS_WORDS = ("dataType",)
UNSAFE = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a dataset; `address` is the house's without a slash, `city` its publisher's name."""

    table: Table
    columns: tuple[Column, ...]
    keywords: tuple[str, ...]
    version: int
    created_at: datetime
    updated_at: datetime
    address: str
    city: str

    @property
    def page(self) -> str:
        """The dataset's own page."""
        return f"{self.address}/open_data/{self.table.name}/"


def describe_dataset(one: Described) -> dict[str, Any]:
    """Return a dataset as schema.org's Dataset."""
    table = one.table
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": one.page,
        "url": one.page,
        "name": table.title.ko,
        **({"alternateName": table.title.en} if table.title.en else {}),
        "description": table.description.ko or table.title.ko,
        "identifier": table.name,
        "inLanguage": "ko",
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": one.city},
        "datePublished": one.created_at.isoformat(),
        "dateModified": one.updated_at.isoformat(),
        "version": str(one.version),
        **({"keywords": list(one.keywords)} if one.keywords else {}),
        **_license(table),
        "variableMeasured": [
            {
                "@type": "PropertyValue",
                "name": column.name,
                "description": column.title.ko,
                **({"unitText": column.unit} if column.unit else {}),
            }
            for column in one.columns
        ],
        "includedInDataCatalog": {"@type": "DataCatalog", "url": f"{one.address}/open_data/"},
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": media,
                "contentUrl": f"{one.address}/datasets/{table.name}.{form}",
            }
            for form, media in list_files(table).items()
        ],
    }


def describe_catalogue(address: str, city: str) -> dict[str, Any]:
    """Return the portal as schema.org's DataCatalog."""
    return {
        "@context": "https://schema.org/",
        "@type": "DataCatalog",
        "@id": f"{address}/open_data/",
        "url": f"{address}/open_data/",
        "name": f"{city} 열린데이터광장",
        "publisher": {"@type": "Organization", "name": city},
    }


def describe_croissant(one: Described) -> dict[str, Any]:
    """Return a dataset as Croissant 1.0: its CSV file, live, and what each of its columns holds."""
    table = one.table
    file = f"{table.name}.csv"
    plain = name_elements(column.name for column in one.columns)  # identifiers without blanks
    return {
        "@context": _write_context(),
        "@type": "sc:Dataset",
        "conformsTo": CROISSANT,
        "name": table.name,
        "description": f"{table.title.ko} · {table.title.en}\n{table.description.ko or table.title.ko}",
        "url": one.page,
        "creator": {"@type": "sc:Organization", "name": one.city},
        "datePublished": one.created_at.isoformat(),
        "dateModified": one.updated_at.isoformat(),
        "version": f"{max(one.version, 0)}.0.0",
        "isLiveDataset": True,
        **({"keywords": list(one.keywords)} if one.keywords else {}),
        **_license(table),
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": file,
                "name": file,
                "contentUrl": f"{one.address}/datasets/{file}?encoding=utf-8",
                "encodingFormat": "text/csv",
            }
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": "rows",
                "name": "rows",
                **_key(one, plain),
                "field": [
                    {
                        "@type": "cr:Field",
                        "@id": f"rows/{plain[column.name]}",
                        "name": column.name,
                        "description": column.title.ko,
                        "dataType": TYPES.get(column.type, "sc:Text"),
                        "source": {"fileObject": {"@id": file}, "extract": {"column": column.name}},
                    }
                    for column in one.columns
                ],
            }
        ],
    }


def write_script(value: dict[str, Any]) -> str:
    """Return JSON that can't end the script element it stands in."""
    return msgspec.json.encode(value).decode().translate(UNSAFE)


def _license(table: Table) -> dict[str, str]:
    return {"license": LICENCE_ADDRESSES.get(table.licence, table.licence)} if table.licence else {}


def _key(one: Described, plain: dict[str, str]) -> dict[str, Any]:
    shown = {column.name for column in one.columns}
    if not one.table.key or one.table.time or not shown.issuperset(one.table.key):
        return {}
    return {"key": [{"@id": f"rows/{plain[name]}"} for name in one.table.key]}


def _write_context() -> dict[str, Any]:
    context: dict[str, Any] = {
        "@language": "ko",
        "@vocab": "https://schema.org/",
        "sc": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/",
        "dct": "http://purl.org/dc/terms/",
        "data": {"@id": "cr:data", "@type": "@json"},
    }
    for term in TERMS:
        name = OWN.get(term, f"cr:{term}")
        if term in AS_JSON:
            context[term] = {"@id": name, "@type": "@json"}
        elif term in AS_WORDS:
            context[term] = {"@id": name, "@type": "@vocab"}
        else:
            context[term] = name
    return context
