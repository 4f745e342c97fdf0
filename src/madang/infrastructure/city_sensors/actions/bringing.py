"""Readings that come as a file, through the lake's own gateway for files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec
import pyarrow as pa
from django.db import transaction

from madang.core.base.interface import CITY_TIMEZONE, HOUSE, Actor
from madang.core.lake.interface import append, open_file
from madang.core.people.interface import record_audit, require
from madang.infrastructure.city_sensors.methods.files import Fault, melt, plan_columns, sort_out
from madang.infrastructure.city_sensors.methods.messages import AHEAD
from madang.infrastructure.city_sensors.methods.packets import GOOD
from madang.infrastructure.city_sensors.queries.senders import may_change
from madang.infrastructure.city_sensors.queries.stations import list_stations
from madang.infrastructure.city_sensors.records import PROPERTY_BY_CODE
from madang.infrastructure.city_sensors.tables import READINGS

from .completing import complete
from .receiving import append_refused

PERMISSION = "city_sensors.change_receiver"
MOST_FAULTS = 1_000


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How many readings of a file were taken, and how many weren't."""

    taken: int
    refused: int


def bring_readings(*, actor: Actor, now: datetime, path: Path, file_name: str) -> Outcome:
    """Take the readings of a file (CSV, XLSX, JSON, Parquet …); what can't be taken is kept with its reason.

    So are those of stations that are neither themselves nor by their source of an agency that the actor works for.

    Everything that is taken survives a power cut when this returns. Raises BadInput for what can't be read as a
    whole, and Unavailable where nothing can be stored: bring the file again, nothing is doubled.
    """
    require(actor, PERMISSION)
    stations = list_stations()
    foreign = [one.id for one in stations.values() if not may_change(actor, PERMISSION, one)]
    taken = refused = 0
    faults: list[Fault] = []
    with open_file(path) as reading:
        plan = plan_columns(reading.source_names)
        for batch in reading.batches():
            readings = melt(pa.Table.from_batches([batch]), plan, CITY_TIMEZONE)
            good, found = sort_out(readings, stations, PROPERTY_BY_CODE, now + AHEAD, foreign=foreign)
            if good.num_rows:
                append(READINGS.name, complete(_describe(good)), actor=HOUSE)
            taken += good.num_rows
            refused += sum(one.count for one in found)
            faults += found[: MOST_FAULTS - len(faults)]
        unread = list(reading.rejected_rows())
    refused += len(unread)
    lines = [(one.serial, f"{one.reason} ({one.count:,})", one.example) for one in faults]
    lines += [("?", one.reason, one.text) for one in unread[:MOST_FAULTS]]
    append_refused(
        [
            {
                "serial": serial,
                "data_no": "file",
                "pk_seq": f"{now.timestamp():.6f}-{number}",
                "status": "E",
                "code": "ERROR-300",
                "reason": reason,
                "sender": f"{actor.name}: {file_name}",
                "packet": text,
            }
            for number, (serial, reason, text) in enumerate(lines)
        ],
        now,
    )
    with transaction.atomic():
        details = {"taken": taken, "refused": refused}
        record_audit(
            actor=actor,
            now=now,
            action="city_sensors.bring_readings",
            subject=file_name[:200],
            details=details,
        )
    return Outcome(taken=taken, refused=refused)


def _describe(readings: pa.Table) -> pa.Table:
    """Return readings with their quality; of two of one moment the later in the file counts."""
    count = readings.num_rows
    rows = readings.append_column("quality", pa.repeat(pa.scalar(GOOD, pa.string()), count))
    rows = rows.append_column("raw", pa.nulls(count, pa.string()))
    return rows.append_column("revision", pa.nulls(count, pa.int64()))
