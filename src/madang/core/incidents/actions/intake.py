"""Findings become incidents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import numpy as np
from django.db import IntegrityError, transaction
from django.db.models import F, Max

from madang.core.base.interface import HOUSE, Actor, Finding, box_around, measure_m
from madang.core.incidents.methods import choose_rule, digest_finding, rank_severity
from madang.core.incidents.models import ClockRow, IncidentRow, MuteRow, SightingRow
from madang.core.incidents.queries import list_rules
from madang.core.incidents.records import (
    ACTIVE,
    SEVERITIES,
    Event,
    IncidentState,
    IntakeReport,
    Resolution,
    Rule,
)
from madang.core.people.interface import require
from madang.core.places.interface import locate_points
from madang.core.things.interface import get_things

from .clocks import fire_due_clocks, make_clocks, stop_clocks
from .ledger import CHUNK, Ledger, take_numbers

TRIES = 5
UPDATED = [
    field.name for field in IncidentRow._meta.concrete_fields if field.name not in {"id", "number", "key"}
]


def prepare_intake() -> None:
    """Read what only the first intake of a process must read (outlines of districts); later ones do nothing.

    Who opens incidents within a transaction of their own calls it before: others would wait for the registers.
    """
    locate_points(np.empty(0), np.empty(0))


def open_or_update(
    *, findings: Iterable[Finding], now: datetime, actor: Actor = HOUSE, source: str = ""
) -> IntakeReport:
    """Open, update or reopen incidents from a batch of findings, in one transaction.

    Findings with one key are one incident while it isn't closed. The result doesn't depend on the
    order, and the same finding again changes nothing. A finding from before the last closing belongs to
    the closed incident; a newer one reopens it within its rule's time, else opens a new one. `cleared`
    says the cause is gone: a person closes, unless the rule says that this closes.
    """
    require(actor, "incidents.report")
    batch = {digest_finding(clean): clean for clean in map(_clean, findings)}
    prepare_intake()
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                return _Intake(batch, actor=actor, now=now, source=source).run()
        except IntegrityError:  # another process opened the same key in this moment
            if attempt == TRIES - 1:
                raise
    raise AssertionError


class _Intake:
    """One batch, inside its transaction."""

    def __init__(self, batch: dict[str, Finding], *, actor: Actor, now: datetime, source: str) -> None:
        self.batch, self.actor, self.now, self.source = batch, actor, now, source
        self.ledger = Ledger(actor, now)
        self.active: dict[str, IncidentRow] = {}
        self.closed: dict[str, IncidentRow] = {}
        self.by_pk: dict[int, IncidentRow] = {}
        self.new: list[IncidentRow] = []
        self.touched: dict[int, IncidentRow] = {}
        self.reopened: list[IncidentRow] = []
        self.sightings: list[SightingRow] = []
        self.mutes = list(MuteRow.objects.filter(until__gt=now, created_at__lte=now))
        self.suppressed: dict[int, int] = {}
        self.due: set[int] = set()
        self.repeated = 0

    def run(self) -> IntakeReport:
        self._load()
        self._require_agencies()
        known = self._list_known_digests()
        ordered = sorted(self.batch.items(), key=lambda item: (item[1].key, item[1].found_at, item[0]))
        for digest, finding in ordered:
            if digest in known:
                self.repeated += 1
            else:
                self._take(finding, digest)
        self._settle()
        return IntakeReport(
            opened=len(self.new),
            updated=len(self.touched) - len(self.reopened),
            reopened=len(self.reopened),
            repeated=self.repeated,
            muted=sum(self.suppressed.values()),
            numbers=tuple(sorted({row.number for row in (*self.new, *self.touched.values())})),
        )

    def _require_agencies(self) -> None:
        """Refuse a batch that would touch another agency's incidents, or open one in its name."""
        if self.actor.may("incidents.report", "*"):
            return
        owners = {row.agency_code for row in (*self.active.values(), *self.closed.values())}
        for agency_code in owners | {finding.agency_code for finding in self.batch.values()}:
            require(self.actor, "incidents.report", agency_code or None)

    def _load(self) -> None:
        """Lock what the batch may change: active incidents, and the last closed of each key."""
        states = [state.value for state in ACTIVE]
        for keys in _chunks(sorted({finding.key for finding in self.batch.values()})):
            rows = IncidentRow.objects.filter(key__in=keys)
            last = rows.exclude(state__in=states).values("key").annotate(last=Max("number"))
            numbers = [row["last"] for row in last]
            numbers += rows.filter(state__in=states).values_list("number", flat=True)
            for row in IncidentRow.objects.select_for_update().filter(number__in=numbers).order_by("number"):
                row = self.by_pk.setdefault(row.pk, row)
                (self.closed if row.state == IncidentState.CLOSED else self.active)[row.key] = row
        due = ClockRow.objects.filter(fired_at__isnull=True, stopped_at__isnull=True, due_at__lte=self.now)
        self.due = set(due.values_list("incident_id", flat=True))
        for key, row in list(self.closed.items()):
            if row.merged_into_id is not None:
                self._follow(key, row)

    def _follow(self, key: str, row: IncidentRow) -> None:
        """Let findings of a merged incident go where it was merged into."""
        while row.merged_into_id is not None:
            if row.merged_into_id not in self.by_pk:
                found = IncidentRow.objects.select_for_update().get(pk=row.merged_into_id)
                self.by_pk[found.pk] = found
            row = self.by_pk[row.merged_into_id]
        del self.closed[key]
        (self.closed if row.state == IncidentState.CLOSED else self.active).setdefault(key, row)

    def _list_known_digests(self) -> set[str]:
        known: set[str] = set()
        for digests in _chunks(list(self.batch)):
            known.update(SightingRow.objects.filter(pk__in=digests).values_list("pk", flat=True))
        return known

    def _take(self, finding: Finding, digest: str) -> None:
        row, closed = self.active.get(finding.key), self.closed.get(finding.key)
        if closed is not None and closed.closed_at is not None and finding.found_at <= closed.closed_at:
            if not finding.cleared:
                closed.count += 1
                self._touch(closed)
        elif row is not None and finding.cleared and row.key != finding.key:
            pass  # of what was joined or merged one cause is gone: the incident's own may be there still
        elif row is not None:
            self._merge(row, finding, digest)
        elif not finding.cleared:
            if self._is_muted(finding):
                return
            self._merge(self._reopen(closed, finding) or self._open(finding), finding, digest)
        self.sightings.append(
            SightingRow(digest=digest, key=finding.key, found_at=finding.found_at, cleared=finding.cleared)
        )

    def _merge(self, row: IncidentRow, finding: Finding, digest: str) -> None:
        self._touch(row)
        if finding.cleared:
            if (
                finding.found_at >= row.last_seen_at
                and (row.cleared_at or finding.found_at) <= finding.found_at
            ):
                if row.cleared_at is None:
                    self.ledger.note(row, Event.CLEARED, details={"at": finding.found_at.isoformat()})
                row.cleared_at = finding.found_at
            return
        row.count += 1
        row.opened_at = min(row.opened_at, finding.found_at)
        rank = rank_severity(finding.severity)
        if rank > row.severity_rank:
            row.severity_rank = rank
            if row.pk is not None:
                self.ledger.note(row, Event.SEVERITY_RAISED, details={"severity": finding.severity.value})
        if (finding.found_at, digest) >= (row.last_seen_at, row.newest_digest):
            row.last_seen_at, row.newest_digest = finding.found_at, digest
            _put_finding(row, finding)
        if row.cleared_at is not None and finding.found_at > row.cleared_at:
            row.cleared_at = None
            self.ledger.note(row, Event.SEEN_AGAIN, details={"at": finding.found_at.isoformat()})

    def _open(self, finding: Finding) -> IncidentRow:
        row = IncidentRow(
            key=finding.key,
            kind=finding.kind,
            severity_rank=0,
            opened_at=finding.found_at,
            last_seen_at=finding.found_at,
            received_at=self.now,
            source=self.source[:100],
            updated_at=self.now,
        )
        self.new.append(row)
        self.active[finding.key] = row
        self.ledger.note(row, Event.OPENED)
        return row

    def _reopen(self, closed: IncidentRow | None, finding: Finding) -> IncidentRow | None:
        if closed is None or closed.closed_at is None:
            return None
        if finding.found_at - closed.closed_at > timedelta(seconds=closed.reopen_within_s):
            return None
        reopen_row(closed, self.now)
        self.ledger.note(closed, Event.REOPENED, details={"at": finding.found_at.isoformat()})
        self.reopened.append(closed)
        for key in [key for key, row in self.closed.items() if row is closed]:
            self.active[key] = self.closed.pop(key)
        return closed

    def _is_muted(self, finding: Finding) -> bool:
        for mute in self.mutes:
            if mute.kind == finding.kind and mute.thing_id in {"", finding.thing_id}:
                self.suppressed[mute.pk] = self.suppressed.get(mute.pk, 0) + 1
                return True
        return False

    def _touch(self, row: IncidentRow) -> None:
        if row.pk is not None and row.pk not in self.touched:
            self.touched[row.pk] = row
            if row.pk in self.due:
                fire_due_clocks(row, self.ledger)

    def _settle(self) -> None:
        """Place, assign, number, save, then write down what happened."""
        rules = list_rules() if self.new or self.reopened else ()
        self._fill_places()
        clocks = [clock for row in self.new for clock in self._assign(row, rules)]
        for row in self.reopened:
            clocks += make_clocks(row, match_rule(row, rules, self.now), self.now)
        SightingRow.objects.bulk_create(self.sightings, batch_size=CHUNK)
        self._fill_clearings()
        self._number()
        IncidentRow.objects.bulk_create(self.new, batch_size=CHUNK)
        ClockRow.objects.bulk_create(clocks, batch_size=CHUNK)
        joined = [one for row in self.new for one in self._join_near(row, rules)]
        for row in (*self.new, *self.touched.values()):
            self._close_cleared(row)
            row.updated_at = self.now
        closed = [row for row in self.new if row.state == IncidentState.CLOSED]
        saved = {row.pk: row for row in (*self.touched.values(), *closed, *joined)}.values()
        # An upsert: `bulk_update` takes 12 ms a row for as many columns.
        IncidentRow.objects.bulk_create(
            saved, batch_size=CHUNK, update_conflicts=True, unique_fields=["id"], update_fields=UPDATED
        )
        for pk, count in self.suppressed.items():
            MuteRow.objects.filter(pk=pk).update(suppressed=F("suppressed") + count)
        if self.new or self.touched:
            self.ledger.flush()

    def _join_near(self, row: IncidentRow, rules: tuple[Rule, ...]) -> list[IncidentRow]:
        """Join a new incident with the nearest one that its rule takes for the same; return both, or nothing."""
        rule = match_rule(row, rules, self.now)
        if rule is None or rule.join_within_m is None or row.lon is None or row.lat is None:
            return []
        west, south, east, north = box_around(row.lon, row.lat, rule.join_within_m)
        around = timedelta(seconds=rule.join_within_s)
        found = IncidentRow.objects.select_for_update().filter(
            state__in=[state.value for state in ACTIVE],
            kind__in=rule.kinds or [row.kind],
            agency_code=row.agency_code,
            number__lt=row.number,
            lon__range=(west, east),
            lat__range=(south, north),
            last_seen_at__gte=row.opened_at - around,
            opened_at__lte=row.last_seen_at + around,
        )
        near = [(measure_m(row.lon, row.lat, one.lon, one.lat), one) for one in found]
        # One that somebody has seen already must not hide a worse one.
        near = [
            pair
            for pair in near
            if pair[0] <= rule.join_within_m
            and (pair[1].state == IncidentState.OPEN or pair[1].severity_rank >= row.severity_rank)
        ]
        if not near:
            return []
        metres, target = min(near, key=lambda pair: (pair[0], pair[1].number))
        mine = {one.pk: one for one in (*self.new, *self.touched.values())}
        target = mine.get(target.pk, target)
        if target.state == IncidentState.CLOSED:
            return []
        is_worse = row.severity_rank > target.severity_rank
        absorb(target, row)
        close_row(row, self.now, Resolution.MERGED, "")
        row.merged_into = target
        details = {"metres": round(metres)}
        self.ledger.note(row, Event.MERGED, details={"into": target.number, **details})
        self.ledger.note(target, Event.MERGED, details={"from": row.number, **details})
        if is_worse:
            severity = SEVERITIES[row.severity_rank].value
            self.ledger.note(target, Event.SEVERITY_RAISED, details={"severity": severity})
        self.touched.setdefault(target.pk, target)
        return [target, row]

    def _fill_places(self) -> None:
        things = get_things(row.thing_id for row in self.new if row.thing_id)
        for row in self.new:
            thing = things.get(row.thing_id or "")
            if thing is None:
                continue
            row.agency_code = row.agency_code or thing.agency_code
            if row.lon is None:
                row.lon, row.lat = thing.lon, thing.lat
        placed = [row for row in self.new if row.lon is not None]
        if placed:
            areas = locate_points(
                np.array([row.lon for row in placed]), np.array([row.lat for row in placed])
            )
            for row, district in zip(placed, areas.district_code, strict=True):
                row.district_code = str(district)

    def _assign(self, row: IncidentRow, rules: tuple[Rule, ...]) -> list[ClockRow]:
        rule = match_rule(row, rules, self.now)
        if rule is not None:
            row.agency_code = rule.assign_agency_code or row.agency_code
            row.role = rule.assign_role
            row.reopen_within_s, row.close_when_cleared = rule.reopen_within_s, rule.close_when_cleared
        return make_clocks(row, rule, self.now)

    def _fill_clearings(self) -> None:
        """Remember that a clearing may have come before the finding it clears."""
        by_key = {row.key: row for row in (*self.new, *self.reopened)}
        for keys in _chunks(list(by_key)):
            clearings = SightingRow.objects.filter(key__in=keys, cleared=True).values("key")
            for found in clearings.annotate(last=Max("found_at")):
                row = by_key[found["key"]]
                if found["last"] >= row.last_seen_at:
                    row.cleared_at = found["last"]

    def _number(self) -> None:
        if self.new:
            first = take_numbers("incident", len(self.new)) - len(self.new) + 1
            for number, row in enumerate(self.new, start=first):
                row.number = number

    def _close_cleared(self, row: IncidentRow) -> None:
        if row.cleared_at is None or not row.close_when_cleared or row.state == IncidentState.CLOSED:
            return
        close_row(row, self.now, Resolution.CLEARED, "")
        self.ledger.note(row, Event.CLOSED, details={"resolution": Resolution.CLEARED.value})


def match_rule(row: IncidentRow, rules: Iterable[Rule], now: datetime) -> Rule | None:
    """Return the rule that fits `row` at `now`."""
    return choose_rule(
        rules,
        kind=row.kind,
        severity=SEVERITIES[row.severity_rank],
        agency_code=row.agency_code,
        district_code=row.district_code,
        now=now,
    )


def absorb(target: IncidentRow, row: IncidentRow) -> None:
    """Let one incident take over what another one knew; the caller saves both."""
    target.count += row.count
    target.severity_rank = max(target.severity_rank, row.severity_rank)
    target.opened_at = min(target.opened_at, row.opened_at)
    target.last_seen_at = max(target.last_seen_at, row.last_seen_at)
    clearings = (target.cleared_at, row.cleared_at)
    target.cleared_at = None if None in clearings else max(filter(None, clearings))


def close_row(row: IncidentRow, now: datetime, resolution: Resolution, reason: str) -> None:
    """Set a saved row to closed and stop its clocks; the caller saves it."""
    row.state, row.closed_at = IncidentState.CLOSED.value, now
    row.resolution, row.close_reason = resolution.value, reason
    stop_clocks(row, now)


def reopen_row(row: IncidentRow, now: datetime) -> None:
    """Set a closed row to open; the caller saves it and starts its clocks."""
    row.state, row.received_at = IncidentState.OPEN.value, now
    row.closed_at = row.acknowledged_at = row.cleared_at = row.merged_into = None
    row.resolution = row.close_reason = ""


def _put_finding(row: IncidentRow, finding: Finding) -> None:
    row.reason_ko, row.reason_en = finding.reason.ko, finding.reason.en
    row.evidence = finding.evidence
    row.thing_id = finding.thing_id or row.thing_id
    row.agency_code = row.agency_code or finding.agency_code or ""
    if finding.lon is not None and finding.lat is not None:
        row.lon, row.lat = finding.lon, finding.lat


def _clean(finding: Finding) -> Finding:
    """Return `finding` as every database can keep it; one odd finding must not stop a batch."""
    plain: dict[str, Any] = msgspec.to_builtins(finding, enc_hook=str)
    plain = msgspec.json.decode(msgspec.json.encode(plain).replace(b"\\u0000", b"\\ufffd"))
    if len(plain["key"]) > 300:
        plain["key"] = f"{plain['key'][:260]}#{digest_finding(finding)}"
    clean = msgspec.convert(plain, Finding)
    is_placed = _is_within(clean.lon, 180) and _is_within(clean.lat, 90)
    found_at = clean.found_at if clean.found_at.tzinfo else clean.found_at.replace(tzinfo=UTC)
    return msgspec.structs.replace(
        clean,
        found_at=found_at,
        lon=clean.lon if is_placed else None,
        lat=clean.lat if is_placed else None,
        kind=clean.kind[:64],
        thing_id=clean.thing_id[:64] if clean.thing_id else None,
        agency_code=clean.agency_code[:40] if clean.agency_code else None,
    )


def _is_within(degrees: float | None, limit: float) -> bool:
    return degrees is not None and -limit <= degrees <= limit


def _chunks(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
