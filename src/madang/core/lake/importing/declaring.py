"""Which dataset a file is, and how its table is declared."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from madang.core.base.interface import Actor, BadInput, Column, Conflict, Table
from madang.core.lake.declarations import check_declaration, list_declared_tables, read_declaration
from madang.core.lake.gateway.reading import ADDED, FileReading
from madang.core.lake.models import Dataset, DatasetVersion

from .names import derive_table_name, derive_title, distinguish, take_stem
from .records import ImportChoice


def choose_name(file_name: str, wanted: str | None, columns: Collection[str]) -> str:
    """Return the name of the table a file belongs to: the wanted one, or the file's own, always the same.

    A file with quite other columns than the dataset of its name is another dataset: it never replaces
    that one unless people say so by wanting the name. Raises Conflict for a wanted name that code declares, BadInput for one that no table can have.
    """
    if wanted:
        if wanted in list_declared_tables():
            raise Conflict(
                "lake.in_code",
                f"{wanted}은(는) 시스템이 쓰는 이름입니다. 다른 이름을 골라 주십시오.",
                f"the house itself uses the name {wanted}; choose another",
            )
        return wanted
    stem = take_stem(file_name)
    name = derive_table_name(stem)
    name = distinguish(name, stem) if _is_anothers(name, stem) else name
    return name if _is_alike(name, columns) else distinguish(name, "\n".join([stem, *sorted(columns)]))


def declare_table(
    actor: Actor, name: str, file_name: str, reading: FileReading, choice: ImportChoice
) -> tuple[Table, Dataset | None]:
    """Return the table's declaration and its line in the catalogue, None where it is new.

    What people wrote about an existing dataset and its columns stays, unless `choice` says otherwise.
    """
    row = Dataset.objects.filter(name=name).first()
    old = read_declaration(row) if row else None
    table = old or Table(
        name=name, title=derive_title(take_stem(file_name)), columns=(), owner_agency=actor.agency_code
    )
    table = msgspec.structs.replace(
        table,
        **_spoken(choice),
        columns=tuple(_keep_words(column, old, choice) for column in reading.columns),
        **_locate(reading),
    )
    names = {column.name for column in table.columns}
    if not set(table.key) <= names or (table.time and table.time not in names):
        table = msgspec.structs.replace(table, key=(), time=None)
    _check(table)
    return table, row


def _check(table: Table) -> None:
    try:
        check_declaration(table)
    except BadInput as error:
        raise BadInput(error.code, error.text.ko, error.text.en, field="table") from error


def _spoken(choice: ImportChoice) -> dict[str, object]:
    fields = ("title", "description", "licence", "source", "contact", "owner_agency", "freshness_promise_s")
    return {name: value for name in fields if (value := getattr(choice, name)) is not None}


def _locate(reading: FileReading) -> dict[str, str | None]:
    """Return the table's place: the reader adds longitude, latitude and a flag after the source's columns."""
    if reading.place is None:
        return {"lon": None, "lat": None, "crs": None, "shape": None}
    lon, lat = (column.name for column in reading.columns[-3:-1])
    return {"lon": lon, "lat": lat, "crs": "EPSG:4326", "shape": reading.shape}


def _keep_words(column: Column, old: Table | None, choice: ImportChoice) -> Column:
    before = next((one for one in old.columns if one.name == column.name), None) if old else None
    if before is not None:
        column = msgspec.structs.replace(
            column,
            title=before.title,
            unit=before.unit or column.unit,
            personal=before.personal,
            words=before.words,
        )
    if column.name in choice.personal:
        column = msgspec.structs.replace(column, personal=choice.personal[column.name])
    return column


def _is_alike(name: str, columns: Collection[str]) -> bool:
    """Return whether a dataset shares at least half of its columns with these, or isn't there yet."""
    row = Dataset.objects.filter(name=name).first()
    if row is None:
        return True
    old, new = {column.name for column in read_declaration(row).columns} - set(ADDED), set(columns)
    return len(old & new) * 2 >= min(len(old), len(new))


def _is_anothers(name: str, stem: str) -> bool:
    """Return whether `name` is the code's, or a dataset that came from files of another name."""
    if name in list_declared_tables():
        return True
    sources = DatasetVersion.objects.filter(dataset__name=name).values_list("source_name", flat=True)
    stems = {take_stem(source) for source in sources if source}
    return bool(stems) and stem not in stems
