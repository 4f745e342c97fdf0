"""Public datasets as the search shows them."""

from __future__ import annotations

from functools import cache

from madang.citizens.open_data.methods.files import list_files
from madang.citizens.open_data.methods.naming import say_category
from madang.citizens.open_data.records.search import Entry
from madang.core.base.interface import Text, collect
from madang.core.lake.interface import DatasetRecord

FILES = "files"
UPLOADED = Text(ko="올린 파일", en="Uploaded files")
MOST_COLUMNS = 100


def describe_own(record: DatasetRecord) -> Entry:
    """Return one of the city's datasets as an entry of the search."""
    table = record.table
    columns = table.columns[:MOST_COLUMNS]
    return Entry(
        id=f"own:{record.name}",
        is_own=True,
        title=table.title,
        about=table.description,
        href=f"/open_data/{record.name}/",
        texts=(
            f"{table.title.ko}\n{table.title.en}",
            " \n ".join([record.name, *record.keywords, *_both(say_category(record.category))]),
            f"{table.description.ko}\n{table.description.en}",
            "\n".join(part for one in columns for part in (one.name, *_both(one.title))),
        ),
        origin=name_owners().get(record.name, FILES),
        category=record.category,
        agency=table.owner_agency,
        licence=table.licence,
        forms=(*(form.upper() for form in list_files(table)), "OPEN API"),
        keywords=record.keywords,
        updated_at=record.updated_at,
        created_at=record.created_at,
        rows=record.rows,
    )


@cache
def name_owners() -> dict[str, str]:
    """Return which room or service declares each table that code declares."""
    tables = [(manifest.name, table.name) for manifest, table in collect("tables", "TABLES")]
    registers = [(manifest.name, one.table.name) for manifest, one in collect("registers", "REGISTERS")]
    return {table: owner for owner, table in [*tables, *registers]}


def _both(text: Text) -> tuple[str, str]:
    return text.ko, text.en
