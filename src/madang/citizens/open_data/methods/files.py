"""The files that a dataset is downloaded as."""

from __future__ import annotations

from madang.core.base.interface import Table

MEDIA = {
    "csv": "text/csv",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
}
OF_PLACES = frozenset({"geojson", "gpkg"})


def list_files(table: Table) -> dict[str, str]:
    """Return the media type of each form of a dataset, those for maps where everyone may know its places."""
    public = {column.name for column in table.columns if not column.personal}
    has_place = {table.lon, table.lat} <= public
    return {form: media for form, media in MEDIA.items() if has_place or form not in OF_PLACES}
