"""Reads of what is fetched again regularly."""

from __future__ import annotations

from madang.citizens.open_data import models
from madang.citizens.open_data.records.refresh import Refresh
from madang.core.base.interface import HOUSE, Actor, Text
from madang.core.lake.interface import DatasetRecord, VersionRecord, list_datasets, list_versions

from .entries import name_owners

MOST_DATASETS = 100_000


def list_refreshes() -> list[Refresh]:
    """Return the datasets that are fetched again, by name; one that is gone meanwhile is called by its name."""
    rows = models.RefreshRow.objects.order_by("dataset")
    titles = {one.name: one.table.title for one in list_brought()} if rows else {}
    return [read_refresh(row, titles.get(row.dataset)) for row in rows]


def find_refresh(dataset: str) -> Refresh | None:
    """Return how a dataset is fetched again, None where it isn't."""
    row = models.RefreshRow.objects.filter(dataset=dataset).first()
    return None if row is None else read_refresh(row)


def list_refreshable(actor: Actor) -> list[DatasetRecord]:
    """Return the datasets that `actor` may bring new versions of, by title."""
    mine = [one for one in list_brought() if actor.may("lake.import", one.table.owner_agency)]
    return sorted(mine, key=lambda one: one.table.title.ko)


def list_brought() -> list[DatasetRecord]:
    """Return the datasets that aren't the house's own tables."""
    own = name_owners()
    return [one for one in list_datasets(actor=HOUSE, limit=MOST_DATASETS)[0] if one.name not in own]


def find_file_version(dataset: DatasetRecord) -> VersionRecord | None:
    """Return the newest version of a dataset that came from a file, with what its import did; None without one."""
    versions = list_versions(actor=HOUSE, name=dataset.name)
    return next((one for one in versions if one.source_name and one.report), None)


def read_refresh(row: models.RefreshRow, title: Text | None = None) -> Refresh:
    """Return a row as it crosses the border."""
    return Refresh(
        dataset=row.dataset, title=title or Text(ko=row.dataset, en=row.dataset), address=row.address,
        every_hours=row.every_hours, is_on=row.is_on, due_at=row.due_at, last_at=row.last_at,
        changed_at=row.changed_at, trouble=row.trouble,
    )  # fmt: skip
