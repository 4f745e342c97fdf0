"""Reads of other catalogues and of what was found in them."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from django.db.models import Count

from madang.citizens.open_data import models
from madang.citizens.open_data.records.harvest import Provenance, Remote, Run, Source, SourceKind, Wrong
from madang.citizens.open_data.records.search import Entry
from madang.core.base.interface import NotFound, Text

ORIGIN = "source:"
MOST_RUNS = 20


def list_sources() -> list[Source]:
    """Return the catalogues that are looked through, by title."""
    rows = models.SourceRow.objects.annotate(datasets=Count("found")).order_by("title", "id")
    return [read_source(row) for row in rows]


def get_source(source_id: str) -> Source:
    """Return one catalogue, or raise NotFound."""
    row = models.SourceRow.objects.annotate(datasets=Count("found")).filter(id=source_id).first()
    if row is None:
        raise NotFound("open_data.source_unknown", "그런 출처가 없습니다", "there is no such source")
    return read_source(row)


def list_runs(source_id: str) -> list[tuple[Run, list[Wrong]]]:
    """Return the last looks through a catalogue, newest first, each with the records that couldn't be taken."""
    rows = models.RunRow.objects.filter(source_id=source_id).order_by("-started_at")[:MOST_RUNS]
    return [
        (
            Run(
                started_at=row.started_at, ended_at=row.ended_at, seen=row.seen, added=row.added,
                changed=row.changed, gone=row.gone, wrong=row.wrong, trouble=row.trouble,
            ),
            msgspec.convert(row.wrongs, list[Wrong]),
        )
        for row in rows
    ]  # fmt: skip


def get_found(found_id: str) -> Provenance:
    """Return a found dataset with where it came from, or raise NotFound."""
    row = models.FoundRow.objects.select_related("source").filter(id=found_id).first()
    if row is None:
        raise NotFound("open_data.found_unknown", "그런 데이터가 없습니다", "there is no such dataset")
    return Provenance(
        id=row.id,
        source=read_source(row.source),
        remote=msgspec.convert(row.remote, Remote),
        first_at=row.first_at,
        changed_at=row.changed_at,
        seen_at=row.seen_at,
    )


def read_source(row: models.SourceRow) -> Source:
    """Return a row as it crosses the border."""
    last = row.runs.order_by("-started_at").first()
    return Source(
        id=row.id, title=row.title, kind=SourceKind(row.kind), address=row.address, every_hours=row.every_hours,
        is_on=row.is_on, due_at=row.due_at, last_at=row.last_at, datasets=getattr(row, "datasets", 0),
        errors=last.wrong if last else 0, trouble=row.trouble,
    )  # fmt: skip


def describe_found(row: models.FoundRow, source_title: str) -> Entry:
    """Return a found dataset as an entry of the search."""
    remote = msgspec.convert(row.remote, Remote)
    return Entry(
        id=f"found:{row.id}",
        is_own=False,
        title=Text(ko=remote.title, en=remote.title_en),
        about=Text(ko=remote.about, en=""),
        href=f"/open_data/found/{row.id}/",
        texts=(
            f"{remote.title}\n{remote.title_en}",
            "\n".join([*remote.keywords, remote.publisher, remote.category]),
            remote.about,
            "",
        ),
        origin=f"{ORIGIN}{source_title}",
        category=remote.category,
        agency=remote.publisher,
        licence=remote.licence,
        forms=remote.forms,
        keywords=remote.keywords,
        updated_at=_read_moment(remote.modified) or row.changed_at,
    )


def _read_moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
