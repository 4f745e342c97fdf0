"""Looking through other catalogues: each record by itself, nothing lost where a catalogue fails half-way."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import transaction
from django.utils.http import urlencode
from rdflib import Graph
from rdflib.term import Node

from madang.citizens.open_data import models
from madang.citizens.open_data.gateway.fetching import NotFetched, fetch
from madang.citizens.open_data.methods import harvesting
from madang.citizens.open_data.methods.harvesting import Unreadable, read_each
from madang.citizens.open_data.queries.harvest import describe_found
from madang.citizens.open_data.records.harvest import Remote, SourceKind, Wrong
from madang.core.base.interface import Actor, BadInput, NotFound, new_id
from madang.core.base.interface import now as tell_time
from madang.core.incidents.interface import check_webhook_address
from madang.core.people.interface import record_audit, require

from .indexing import drop, write_entries

log = logging.getLogger("madang.open_data")
JSON = "application/json"
GRAPHS = "application/ld+json, text/turtle;q=0.9, application/rdf+xml;q=0.8, application/json;q=0.7"
PAGE = 100
TURN = 200
MOST_RECORDS = 100_000
MOST_WRONGS = 200
KEPT_RUNS = 50
RETRY = timedelta(minutes=15)
HOURS = range(1, 24 * 31 + 1)


def save_source(
    *,
    actor: Actor,
    now: datetime,
    title: str,
    kind: SourceKind,
    address: str,
    every_hours: int,
    source_id: str = "",
) -> str:
    """Name a catalogue to be looked through, or change one; return its id. The next look is at once.

    What was found stays until a whole look at the new address doesn't find it any more.
    """
    require(actor, "open_data.harvest")
    try:
        check_webhook_address(address)
    except BadInput as error:
        raise BadInput("open_data.source_address", error.text.ko, error.text.en, field="address") from error
    if not title.strip() or every_hours not in HOURS:
        raise BadInput(
            "open_data.source",
            "이름과 1~744시간을 적어 주십시오",
            "write a title and 1 to 744 hours",
            field="title",
        )
    with transaction.atomic():
        if source_id and not models.SourceRow.objects.filter(id=source_id).exists():
            raise NotFound("open_data.source_unknown", "그런 출처가 없습니다", "there is no such source")
        said = {
            "title": title.strip(),
            "kind": SourceKind(kind),
            "address": address,
            "every_hours": every_hours,
        }
        row, _ = models.SourceRow.objects.update_or_create(
            id=source_id or new_id(), defaults=said | {"due_at": now}
        )
        record_audit(
            actor=actor, action="open_data.save_source", subject=row.id, now=now, details={"address": address}
        )
    return row.id


def switch_source(*, actor: Actor, now: datetime, source_id: str, is_on: bool) -> None:
    """Go on looking through a catalogue, at once, or stop; what was found stays, with the day it was seen last."""
    require(actor, "open_data.harvest")
    with transaction.atomic():
        if not models.SourceRow.objects.filter(id=source_id).update(is_on=is_on, due_at=now):
            raise NotFound("open_data.source_unknown", "그런 출처가 없습니다", "there is no such source")
        record_audit(
            actor=actor,
            action="open_data.switch_source",
            subject=source_id,
            now=now,
            details={"is_on": is_on},
        )


def remove_source(*, actor: Actor, now: datetime, source_id: str) -> None:
    """Forget a catalogue and everything found in it."""
    require(actor, "open_data.harvest")
    with transaction.atomic():
        ids = list(models.FoundRow.objects.filter(source_id=source_id).values_list("id", flat=True))
        if not models.SourceRow.objects.filter(id=source_id).delete()[0]:
            raise NotFound("open_data.source_unknown", "그런 출처가 없습니다", "there is no such source")
        drop([f"found:{one}" for one in ids], now)
        record_audit(actor=actor, action="open_data.remove_source", subject=source_id, now=now)


def harvest_due(now: datetime) -> int:
    """Look through the catalogues that are due, each taken by one process; return how many.

    Whatever goes wrong with one is noted there, and doesn't keep the others waiting.
    """
    done = 0
    for row in models.SourceRow.objects.filter(is_on=True, due_at__lte=now).order_by("due_at"):
        mine = models.SourceRow.objects.filter(id=row.id, due_at=row.due_at, is_on=True)
        if mine.update(due_at=now + RETRY):
            try:
                harvest(row.id, now)
            except Exception as error:
                log.exception("harvest of %s", row.address)
                reason = f"{type(error).__name__}: {error}"[:500]
                models.SourceRow.objects.filter(id=row.id).update(trouble=reason)
            done += 1
    return done


def harvest(source_id: str, now: datetime) -> None:
    """Look through one catalogue. What a whole look doesn't find any more is gone; a failed look takes nothing away.

    What is found is written in short turns, so that others get the registers between them; a look is over when the
    search has all of it, and is soon repeated where it doesn't come to that.
    """
    source = models.SourceRow.objects.get(id=source_id)
    remotes: list[Remote] = []
    wrongs: list[Wrong] = []
    trouble = ""
    try:
        for one in _read(source):
            (remotes if isinstance(one, Remote) else wrongs).append(one)  # type: ignore[arg-type]
    except (NotFetched, Unreadable) as error:
        trouble = str(error)[:500]
    added, changed, missing = _keep(source, remotes, now)
    gone = missing if not trouble else []
    with transaction.atomic():
        drop([f"found:{one}" for one in gone], now)
        models.FoundRow.objects.filter(id__in=gone).delete()
        source.last_at, source.trouble = now, trouble
        source.save(update_fields=["last_at", "trouble"])
        models.SourceRow.objects.filter(id=source_id).update(due_at=now + RETRY)
        models.RunRow.objects.create(
            source=source, started_at=now, ended_at=max(now, tell_time()), seen=len(remotes) + len(wrongs),
            added=added, changed=changed, gone=len(gone), wrong=len(wrongs),
            wrongs=msgspec.to_builtins(wrongs[:MOST_WRONGS]), trouble=trouble,
        )  # fmt: skip
        old = source.runs.order_by("-started_at").values_list("id", flat=True)[KEPT_RUNS:]
        models.RunRow.objects.filter(id__in=list(old)).delete()
    rows = models.FoundRow.objects.filter(source=source, seen_at=now)
    write_entries([describe_found(row, source.title) for row in rows], now)
    if not trouble:
        due_at = now + timedelta(hours=source.every_hours)
        models.SourceRow.objects.filter(id=source_id).update(due_at=due_at)


def _keep(source: models.SourceRow, remotes: list[Remote], now: datetime) -> tuple[int, int, list[str]]:
    """Keep what was found; return how many are new and changed, and which known ones weren't found."""
    before = {row.remote_id: row for row in source.found.all()}
    added, changed, seen = [], [], []
    for remote in remotes:
        row, words = before.get(remote.id), msgspec.to_builtins(remote)
        if row is None:
            added.append(
                models.FoundRow(
                    id=new_id(), source=source, remote_id=remote.id, remote=words, first_at=now, changed_at=now, seen_at=now
                )
            )  # fmt: skip
            continue
        if msgspec.convert(row.remote, Remote) != remote:
            row.remote, row.changed_at = words, now
            changed.append(row)
        row.seen_at = now
        seen.append(row)
    for start in range(0, len(added), TURN):
        models.FoundRow.objects.bulk_create(added[start : start + TURN])
    for start in range(0, len(seen), TURN):
        models.FoundRow.objects.bulk_update(seen[start : start + TURN], ["remote", "changed_at", "seen_at"])
    missing = sorted(set(before) - {one.id for one in remotes})
    return len(added), len(changed), [before[name].id for name in missing]


def _read(source: models.SourceRow) -> Iterator[Remote | Wrong]:
    if source.kind == SourceKind.CKAN:
        yield from read_each(_page_through(source.address), harvesting.read_package)
    elif source.kind == SourceKind.DATA_JSON:
        yield from read_each(
            harvesting.read_data_json(fetch(source.address, accept=JSON)), harvesting.read_listed
        )
    else:
        yield from read_each(_follow_pages(source.address), harvesting.read_described)


def _follow_pages(address: str) -> Iterator[tuple[Graph, Node]]:
    """Yield the datasets of a DCAT catalogue, also of the pages that it leads on to."""
    seen: set[str] = set()
    count = 0
    while address and address not in seen and count < MOST_RECORDS:
        seen.add(address)
        graph = harvesting.read_graph(fetch(address, accept=GRAPHS), address)
        described = harvesting.list_described(graph)
        yield from described
        count += max(1, len(described))
        address = harvesting.find_next(graph)


def _page_through(address: str) -> Iterator[Any]:
    """Yield the packages of a CKAN site, page by page, in the order of their names."""
    at = 0
    while at < MOST_RECORDS:
        asked = urlencode({"rows": PAGE, "start": at, "sort": "name asc"})
        packages, count = harvesting.read_ckan_page(
            fetch(f"{address.rstrip('/')}/api/3/action/package_search?{asked}", accept=JSON)
        )
        yield from packages
        at += len(packages)
        if not packages or at >= count:
            return
