"""What the lake's JSON API is asked and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from madang.core.base.interface import Text
from madang.core.lake.asking import WORDS
from madang.core.lake.records import DatasetRecord

Limit = Annotated[int, Meta(ge=1, le=1000)]
Offset = Annotated[int, Meta(ge=0, le=2**62)]
Where = Annotated[list[str], Meta(description=f"column:op:value, repeated for AND; ops: {', '.join(WORDS)}")]
Sort = Annotated[list[str], Meta(description="column, or -column to descend; repeated for more")]
Purpose = Annotated[str, Meta(description="why personal columns are read; it is kept in the audit log")]


class ColumnView(msgspec.Struct, frozen=True, kw_only=True):
    """One column of a dataset."""

    name: str
    type: str
    title: Text
    unit: str
    personal: str
    words: tuple[tuple[str, Text], ...]


class DatasetView(msgspec.Struct, frozen=True, kw_only=True):
    """A dataset as the catalogue knows it."""

    name: str
    title: Text
    description: Text
    kind: str
    state: str
    category: str
    keywords: tuple[str, ...]
    owner_agency: str
    licence: str
    source: str
    contact: str
    read_permission: str
    freshness_promise_s: int | None
    version: int
    rows: int
    created_at: datetime
    updated_at: datetime
    key: tuple[str, ...]
    time: str | None
    lon: str | None
    lat: str | None
    columns: tuple[ColumnView, ...]
    links: dict[str, str]


class DatasetList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the catalogue, and exactly how many datasets there are."""

    total: int
    limit: int
    offset: int
    datasets: list[DatasetView]


class ListQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which datasets."""

    q: str = ""
    category: str = ""
    agency: str = ""
    state: str = ""
    sort: str = "name"
    limit: Annotated[int, Meta(ge=1, le=200)] = 50
    offset: Offset = 0


class RowsQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rows, in which order."""

    where: Where = []
    sort: Sort = []
    column: Annotated[list[str], Meta(description="only these columns; repeated")] = []
    limit: Limit = 100
    offset: Offset = 0
    purpose: Purpose = ""


class AggregateQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which groups and measures."""

    group: Annotated[
        list[str], Meta(description="column, or column:by with by = hour, day, month or year; repeated")
    ] = []
    measure: Annotated[
        list[str], Meta(description="function:column, such as mean:pm25_ugm3; count counts rows; repeated")
    ] = msgspec.field(default_factory=lambda: ["count"])
    where: Where = []
    sort: Annotated[str, Meta(description="a column of the answer, - in front descends")] = ""
    limit: Annotated[int, Meta(ge=1, le=10_000)] = 1000
    purpose: Purpose = ""


class Aggregated(msgspec.Struct, frozen=True, kw_only=True):
    """One row a group."""

    dataset: str
    version: int
    rows: list[dict[str, Any]]


class VersionView(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a dataset; who made it is told to those who may change it."""

    version: int
    rows: int
    at: datetime
    source_name: str
    actor_name: str
    report: dict[str, Any] | None


class RejectedQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which version (none: the newest), and what the rows are for where they hold personal data."""

    version: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    purpose: Purpose = ""


class QualityView(msgspec.Struct, frozen=True, kw_only=True):
    """Measured quality: per column completeness, distinct values, range, distribution."""

    dataset: str
    version: int
    measured_at: datetime | None
    quality: dict[str, Any] | None


class WithdrawBody(msgspec.Struct, frozen=True, kw_only=True):
    """Why a dataset is withdrawn."""

    reason: Annotated[str, Meta(min_length=1, max_length=2000)]


class RestoreBody(msgspec.Struct, frozen=True, kw_only=True):
    """Which version becomes current again."""

    version: Annotated[int, Meta(ge=0, le=2**53)]


class SqlBody(msgspec.Struct, frozen=True, kw_only=True):
    """One read-only query (DuckDB's SQL) over the tables that the reader may see."""

    sql: Annotated[str, Meta(min_length=1, max_length=100_000)]
    purpose: Purpose = ""


class SqlAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a query: its columns with Arrow's names of their types, and all its rows."""

    columns: list[tuple[str, str]]
    rows: list[dict[str, Any]]


def view_dataset(record: DatasetRecord) -> DatasetView:
    """Return a line of the catalogue as the API shows it."""
    table = record.table
    base, rows = f"/api/datasets/{table.name}", f"/datasets/{table.name}"
    endings = ["csv", "json", "parquet", "xlsx", *(["geojson", "gpkg"] if table.lon and table.lat else [])]
    return DatasetView(
        name=table.name,
        title=table.title,
        description=table.description,
        kind=table.kind.value,
        state=record.state.value,
        category=record.category,
        keywords=record.keywords,
        owner_agency=table.owner_agency,
        licence=table.licence,
        source=table.source,
        contact=table.contact,
        read_permission=table.read_permission,
        freshness_promise_s=table.freshness_promise_s,
        version=record.version,
        rows=record.rows,
        created_at=record.created_at,
        updated_at=record.updated_at,
        key=table.key,
        time=table.time,
        lon=table.lon,
        lat=table.lat,
        columns=tuple(
            ColumnView(
                name=column.name,
                type=column.type.value,
                title=column.title,
                unit=column.unit,
                personal=column.personal,
                words=column.words,
            )
            for column in table.columns
        ),
        links={
            "page": f"{rows}/",
            "rows": f"{base}/rows",
            "versions": f"{base}/versions",
            "quality": f"{base}/quality",
            **{ending: f"{rows}.{ending}" for ending in endings},
        },
    )
