"""Searching: each process keeps the index in memory and takes up what changed."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta

import msgspec

from madang.citizens.open_data import models
from madang.citizens.open_data.methods.index import Index
from madang.citizens.open_data.methods.words import fold
from madang.citizens.open_data.records.search import Asked, Entry, Found, Indexed

LOOK_EVERY_S = 2.0
SIMILAR = 6
LATE = timedelta(minutes=1)
"""A change may be committed this much later than the moment it is marked with."""


class Keeper:
    """The index of this process, at most LOOK_EVERY_S older than what was written."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self._index = Index()
        self._seen: dict[str, datetime] = {}
        self._newest: datetime | None = None
        self._looked_at = -LOOK_EVERY_S

    def search(self, asked: Asked) -> Found:
        """Return what is found."""
        with self._lock:
            self._look()
            return self._index.search(asked)

    def find_neighbours(self, entry_id: str, most: int) -> list[str]:
        """Return the ids of datasets that are about the same."""
        with self._lock:
            self._look()
            return self._index.find_neighbours(entry_id, most)

    def _look(self) -> None:
        if time.monotonic() - self._looked_at >= LOOK_EVERY_S:
            self._take_up()
            self._looked_at = time.monotonic()

    def _take_up(self) -> None:
        rows = models.SearchRow.objects.all()
        if self._newest is not None:
            rows = rows.filter(changed_at__gte=self._newest - LATE)
        marks = dict(rows.values_list("id", "changed_at"))
        changed = [name for name, at in marks.items() if self._seen.get(name) != at]
        for start in range(0, len(changed), 500):
            for row in models.SearchRow.objects.filter(id__in=changed[start : start + 500]):
                self._put(row)
        if changed:
            self._newest = max([*marks.values(), *([self._newest] if self._newest else [])])
            self._index = self._index.pack()

    def _put(self, row: models.SearchRow) -> None:
        self._seen[row.id] = row.changed_at
        if row.is_gone:
            self._index.drop(row.id)
        else:
            self._index.put(prepare(read_entry(row), row.terms))


keeper = Keeper()


def list_similar(entry_id: str, most: int = SIMILAR) -> list[Entry]:
    """Return the entries that are about the same as one (`own:` and a dataset's name, or `found:` and an id), nearest first."""
    ids = keeper.find_neighbours(entry_id, most)
    rows = models.SearchRow.objects.in_bulk(ids)
    return [read_entry(rows[one]) for one in ids if one in rows]


def search(asked: Asked) -> tuple[Found, list[Entry]]:
    """Return what is found, and the entries of its page in order."""
    found = keeper.search(asked)
    rows = models.SearchRow.objects.in_bulk(list(found.ids))
    return found, [read_entry(rows[one]) for one in found.ids if one in rows]


def read_entry(row: models.SearchRow) -> Entry:
    """Return a row's entry."""
    return msgspec.convert(row.entry, Entry)


def prepare(entry: Entry, terms: dict[str, float]) -> Indexed:
    """Return an entry as the index keeps it."""
    title, names = (fold(text) for text in entry.texts[:2])
    return Indexed(
        id=entry.id,
        title=title,
        head=f"{title}\n{names}",
        terms=terms,
        facets=entry.facets,
        updated_s=entry.updated_at.timestamp(),
        created_s=(entry.created_at or entry.updated_at).timestamp(),
        rows=entry.rows or 0,
    )
