"""What changes by the minute, on the map: readings of sensors where they stand, and registers not everyone may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from madang.citizens.city_map.records import LiveLayer, Spot
from madang.core.base.interface import (
    Actor,
    ColumnType,
    Kept,
    MadangError,
    NotFound,
    Table,
    TableKind,
    to_city_time,
)
from madang.core.lake.interface import Filter, Op, Reader, authorize, list_datasets
from madang.core.things.interface import get_things

MOST_TABLES, MOST_SPOTS, MOST_SAID = 10_000, 5_000, 8
THING = "thing_id"
ENDS = ("closed_at", "ended_at", "withdrawn_at")
NAMES = ("name", "title", "reason_ko", "number", "id")
PAGES = {"incidents": "/desk/incidents/{number}/", "things": "/desk/things/{id}/"}
kept = Kept(3.0)


def list_live(actor: Actor) -> list[LiveLayer]:
    """Return what the actor may put on the map live: streams of things, and placed registers that aren't public."""
    records, _ = list_datasets(actor=actor, state="published", limit=MOST_TABLES)
    tables = [one.table for one in records if _is_live(one.table)]
    readable = [table for table in tables if _open(actor, table.name) is not None]
    return [LiveLayer(id=table.name, title=table.title) for table in readable]


def read_live(actor: Actor, name: str) -> list[Spot]:
    """Return the spots of a live layer as they are now, at most 5,000; raise NotFound where the actor sees none."""
    reader = _open(actor, name)
    if reader is None or not _is_live(reader.table):
        raise NotFound("city_map.live", f"{name}이(가) 없습니다", f"there is no live layer {name}")
    read = _read_stream if reader.table.kind is TableKind.STREAM else _read_register
    return kept.get(("spots", reader), lambda: list(read(reader))[:MOST_SPOTS])


def _open(actor: Actor, name: str) -> Reader | None:
    try:
        return authorize(actor, name)
    except MadangError:
        return None


def _is_live(table: Table) -> bool:
    if table.aggregated:
        return False
    if table.kind is TableKind.STREAM:
        is_own = table.time not in table.key  # summaries of hours and days have their period in the key
        return (
            is_own
            and table.key[:1] == (THING,)
            and any(one.type is ColumnType.NUMBER for one in table.columns)
        )
    is_placed = bool(table.lon and table.lat)
    return table.kind is TableKind.REGISTER and is_placed and table.read_permission != "public"


def _read_stream(reader: Reader) -> Iterator[Spot]:
    """Yield one spot a thing that stands somewhere, with its newest values."""
    table = reader.table
    value = next(one.name for one in reader.columns if one.type is ColumnType.NUMBER)
    by_thing: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in reader.latest().to_pylist():
        by_thing[row[THING]].append(row)
    things = get_things(by_thing)
    for thing_id, rows in sorted(by_thing.items()):
        thing = things.get(thing_id)
        if thing is None or thing.lon is None or thing.lat is None:
            continue
        said = [
            f"{' '.join(str(row[part]) for part in table.key[1:])} {row[value]:g}".strip()
            for row in sorted(rows, key=lambda row: [str(row[part]) for part in table.key[1:]])
            if row[value] is not None
        ]
        newest = (
            max((row[table.time] for row in rows if row[table.time]), default=None) if table.time else None
        )
        yield Spot(
            theme=table.name,
            id=f"{table.name} {thing_id}",
            name=thing.name or thing_id,
            address=_join(said[:MOST_SAID], newest),
            lon=thing.lon,
            lat=thing.lat,
            href="",
        )


def _read_register(reader: Reader) -> Iterator[Spot]:
    """Yield the placed rows of a register that haven't ended."""
    table, names = reader.table, {one.name for one in reader.columns}
    lon, lat = table.lon or "", table.lat or ""
    where = [Filter(lon, Op.NOT_NULL), Filter(lat, Op.NOT_NULL)]
    where += [Filter(name, Op.IS_NULL) for name in ENDS if name in names]
    name = next((one for one in NAMES if one in names), table.key[0])
    said = [one for one in ("kind", "severity", "state", "address") if one in names]
    for row in reader.read(None, where, table.key, 0, MOST_SPOTS).to_pylist():
        key = " ".join(str(row[part]) for part in table.key)
        yield Spot(
            theme=table.name,
            id=f"{table.name} {key}",
            name=str(row[name] or key),
            address=_join([str(row[one]) for one in said if row[one]], row.get("last_seen_at")),
            lon=row[lon],
            lat=row[lat],
            href=PAGES[table.name].format(**row) if table.name in PAGES else "",
        )


def _join(said: list[str], at: datetime | None) -> str:
    return " · ".join([*said, *([f"{to_city_time(at):%m-%d %H:%M}"] if at else [])])
