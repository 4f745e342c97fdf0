"""Places of a theme: one by a form, many by a file."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.db import transaction

from madang.citizens.city_map import models
from madang.citizens.city_map.methods.fields import read_values
from madang.citizens.city_map.methods.outlines import read_outline
from madang.citizens.city_map.queries.themes import get_place, get_theme, list_places
from madang.citizens.city_map.records import ImportResult, Outline, PlaceValues, Theme
from madang.core.base.interface import (
    HOUSE,
    Actor,
    BadInput,
    Conflict,
    MadangError,
    Text,
    box_around,
    measure_m,
    new_id,
)
from madang.core.lake.interface import (
    ImportChoice,
    Reader,
    authorize,
    drop_table,
    find_shape_column,
    import_file,
    read_shapes,
)
from madang.core.people.interface import record_audit, require
from madang.core.places.interface import locate_points

from .mirroring import mirror_theme, touch

EDIT = "city_map.edit"
MOST_PLACES, SAME_M, TOLD = 50_000, 30.0, 200
SHAPE = "\0shape"
NAMES = re.compile(r"^name$|^이름$|(명|명칭|이름|상호|시설명)$", re.IGNORECASE)
ADDRESSES = re.compile(r"주소|소재지|address", re.IGNORECASE)


def save_place(*, actor: Actor, now: datetime, code: str, values: PlaceValues, place_id: str = "") -> str:
    """Write a place of a theme, a new one without `place_id`, and return its id."""
    with transaction.atomic():
        place_id = put_place(
            actor=actor, now=now, code=code, values=values, place_id=place_id, permission=EDIT
        )
    mirror_theme(code, now=now)
    return place_id


def save_places(*, actor: Actor, now: datetime, code: str, places: Sequence[PlaceValues]) -> None:
    """Write many new places of a theme at once; all of them or none."""
    theme = _open(actor, code, EDIT)
    checked = [(new_id(), check_place(theme, one)) for one in places]
    if theme.places + len(checked) > MOST_PLACES:
        raise _full()
    with transaction.atomic():
        write_places(theme, checked, now)
        touch(code)
        details = {"places": len(checked)}
        record_audit(actor=actor, now=now, action="city_map.save_places", subject=code, details=details)
    mirror_theme(code, now=now)


def remove_places(*, actor: Actor, now: datetime, code: str, place_ids: Sequence[str]) -> None:
    """Take places out of a theme; all of them or none."""
    with transaction.atomic():
        for place_id in place_ids:
            take_place(actor=actor, now=now, code=code, place_id=place_id, permission=EDIT)
    mirror_theme(code, now=now)


def put_place(
    *, actor: Actor, now: datetime, code: str, values: PlaceValues, place_id: str, permission: str
) -> str:
    """Write a place in the caller's transaction, after which the theme must be mirrored."""
    theme = _open(actor, code, permission)
    checked = check_place(theme, values)
    if place_id:
        get_place(code, place_id)
    elif theme.places >= MOST_PLACES:
        raise _full()
    place_id = place_id or new_id()
    write_places(theme, [(place_id, checked)], now)
    touch(code)
    record_audit(actor=actor, now=now, action="city_map.save_place", subject=f"{code} {place_id}")
    return place_id


def take_place(*, actor: Actor, now: datetime, code: str, place_id: str, permission: str) -> None:
    """Delete a place in the caller's transaction, after which the theme must be mirrored."""
    _open(actor, code, permission)
    get_place(code, place_id)
    models.PlaceRow.objects.filter(theme_id=code, pk=place_id).delete()
    touch(code)
    record_audit(actor=actor, now=now, action="city_map.remove_place", subject=f"{code} {place_id}")


def import_places(
    *, actor: Actor, now: datetime, code: str, path: Path, file_name: str, is_whole: bool = False
) -> ImportResult:
    """Read a file as cities publish them and write its rows as places of a theme.

    A row of the same name within 30 m of a place changes it; with `is_whole` what isn't in the file goes.
    Rows that don't fit are told with the reason and leave the others alone. Raises BadInput for a file
    without a place or a name.
    """
    theme = _open(actor, code, EDIT)
    scratch = f"map_in_{new_id().replace('-', '_')}"
    try:
        choice = ImportChoice(table_name=scratch)
        outcome = import_file(actor=HOUSE, now=now, path=path, file_name=file_name, choice=choice)
        reader = authorize(HOUSE, scratch)
        if reader.snapshot.rows > MOST_PLACES:
            raise _full()
        lon, lat = reader.table.lon, reader.table.lat
        titles = {column.name: column.title.ko for column in reader.columns}
        if lon is None or lat is None:
            raise BadInput(
                "city_map.no_place", "파일에서 좌표를 찾지 못했습니다", "no coordinates were found in the file",
                field="file",
            )  # fmt: skip
        rows = _list_rows(reader, lon, lat)
    finally:
        _forget_scratch(scratch, now)
    columns = _match_columns(theme, titles, lon, lat)
    result = _merge(actor, now, theme, rows, columns, file_name, is_whole=is_whole)
    used = set(columns.values())
    unused = tuple(title for name, title in titles.items() if name not in used)
    refused = sum(outcome.report.rejected.values())
    unread = ((0, Text(ko=f"읽지 못한 행 {refused}개", en=f"{refused} unreadable rows")),) if refused else ()
    return ImportResult(
        read=outcome.report.rows_read,
        added=result[0],
        changed=result[1],
        removed=result[2],
        rejected=(*unread, *result[3]),
        unused_columns=unused,
    )


def _list_rows(reader: Reader, lon: str, lat: str) -> list[dict[str, Any]]:
    """Return the rows of a file; under SHAPE each has its line or area in degrees, as GeoJSON text."""
    rows = []
    shape = find_shape_column(reader.table, reader.columns)
    for batch in reader.iter_batches():
        shapes, _ = read_shapes(batch, lon, lat, shape)
        texts = shapely.to_geojson(shapes).tolist()
        rows += [row | {SHAPE: text} for row, text in zip(batch.to_pylist(), texts, strict=True)]
    return rows


def check_place(theme: Theme, values: PlaceValues) -> PlaceValues:
    """Return a place's values in their types, or raise BadInput that names the field."""
    name = values.name.strip()
    if not name or len(name) > 200 or len(values.address) > 300:
        raise BadInput(
            "city_map.name", "이름을 200자 안으로 적어 주세요", "a name of at most 200 letters", field="name"
        )
    shape, lon, lat = "", values.lon, values.lat
    if theme.values.outline is not Outline.POINT:
        shape, lon, lat = read_outline(values.shape, theme.values.outline)
    is_degrees = math.isfinite(lon) and math.isfinite(lat)
    if not is_degrees or not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise BadInput("city_map.position", "자리가 잘못되었어요", "this is no position", field="lon")
    return PlaceValues(
        name=name,
        lon=round(lon, 6),
        lat=round(lat, 6),
        shape=shape,
        address=values.address.strip(),
        values=read_values(theme.values.fields, values.values),
        source=values.source.strip()[:200],
    )


def write_places(theme: Theme, places: list[tuple[str, PlaceValues]], now: datetime) -> None:
    """Write places by their ids, with the district each lies in."""
    lon, lat = (np.array([getattr(one, axis) for _, one in places]) for axis in ("lon", "lat"))
    districts = locate_points(lon, lat).district_code.tolist()
    rows = [
        models.PlaceRow(
            id=place_id, theme_id=theme.code, name=one.name, address=one.address, district_code=district,
            lon=one.lon, lat=one.lat, values=dict(one.values), source=one.source, changed_at=now,
            shape=one.shape,
        )
        for (place_id, one), district in zip(places, districts, strict=True)
    ]  # fmt: skip
    changed = ["name", "address", "district_code", "lon", "lat", "values", "source", "changed_at", "shape"]
    models.PlaceRow.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=changed, batch_size=500
    )


def _open(actor: Actor, code: str, permission: str) -> Theme:
    theme = get_theme(code)
    require(actor, permission, theme.values.agency_code)
    if theme.values.dataset:
        raise Conflict(
            "city_map.of_dataset",
            "이 주제의 장소는 데이터셋에서 옵니다. 데이터셋을 고쳐 주십시오.",
            "the places of this theme are a dataset's: change that",
        )
    return theme


def _forget_scratch(name: str, now: datetime) -> None:
    try:
        drop_table(name, actor=HOUSE, now=now)
    except MadangError:  # the file couldn't be read, so there is none
        return


def _match_columns(theme: Theme, titles: Mapping[str, str], lon: str, lat: str) -> dict[str, str]:
    """Return the file's column of each thing a place has: by its name, by its title, or by what names do."""

    def find(fits: Callable[[str], object]) -> str:
        return next((name for name, title in titles.items() if fits(name) or fits(title)), "")

    columns = {"lon": lon, "lat": lat, "name": find(NAMES.search), "address": find(ADDRESSES.search)}
    for one in theme.values.fields:
        said = {one.name.lower(), one.title.ko.strip().lower(), one.title.en.strip().lower()} - {""}
        columns[one.name] = find(lambda word, said=said: word.strip().lower() in said)  # type: ignore[misc]
    if not columns["name"]:
        raise BadInput(
            "city_map.no_name",
            "이름이 있는 열(이름, 시설명 …)이 필요합니다",
            "a column with names is needed",
            field="file",
        )
    return {name: column for name, column in columns.items() if column}


def _merge(
    actor: Actor,
    now: datetime,
    theme: Theme,
    rows: list[dict[str, Any]],
    columns: Mapping[str, str],
    file_name: str,
    *,
    is_whole: bool,
) -> tuple[int, int, int, tuple[tuple[int, Text], ...]]:
    """Write rows and return how many were added, changed and removed, and (row, why) of those refused."""
    rejected: list[tuple[int, Text]] = []
    with transaction.atomic():
        models.ThemeRow.objects.select_for_update().get(pk=theme.code)
        standing = _Standing(theme.code)
        writing: dict[str, PlaceValues] = {}
        for number, values in _read_rows(theme, rows, columns, rejected):
            place_id = standing.find(values) or new_id()
            if place_id in writing:
                rejected.append(
                    (number, Text(ko="같은 곳이 파일에 두 번 있습니다", en="stands in the file twice"))
                )
                continue
            writing[place_id] = values
        known = standing.ids
        gone = known - writing.keys() if is_whole else set()
        if len(known | writing.keys()) - len(gone) > MOST_PLACES:
            raise _full()
        for place_id in gone:
            models.PlaceRow.objects.filter(pk=place_id).delete()
        if writing:
            write_places(theme, list(writing.items()), now)
        touch(theme.code)
        added = len(writing.keys() - known)
        details = {"file": file_name, "added": added, "changed": len(writing) - added, "removed": len(gone)}
        record_audit(
            actor=actor, now=now, action="city_map.import_places", subject=theme.code, details=details
        )
    mirror_theme(theme.code, now=now)
    return added, len(writing) - added, len(gone), tuple(rejected[:TOLD])


def _read_rows(
    theme: Theme, rows: list[dict[str, Any]], columns: Mapping[str, str], rejected: list[tuple[int, Text]]
) -> Iterator[tuple[int, PlaceValues]]:
    for number, row in enumerate(rows, start=1):
        said = {name: row[column] for name, column in columns.items()}
        if said["lon"] is None or said["lat"] is None:
            rejected.append((number, Text(ko="좌표가 없습니다", en="it has no coordinates")))
            continue
        values = PlaceValues(
            name=str(said["name"] or ""),
            lon=float(said["lon"]),
            lat=float(said["lat"]),
            address=str(said.get("address") or ""),
            shape=row[SHAPE] or "",
            values={one.name: said.get(one.name) for one in theme.values.fields},
        )
        try:
            yield number, check_place(theme, values)
        except BadInput as error:
            rejected.append((number, error.text))


class _Standing:
    """The places a theme has, found by name and nearness."""

    def __init__(self, code: str) -> None:
        self.ids: set[str] = set()
        self._by_name: dict[str, list[tuple[str, float, float]]] = {}
        for one in list_places(code)[0]:
            self.ids.add(one.id)
            said = one.values
            self._by_name.setdefault(said.name, []).append((one.id, said.lon, said.lat))

    def find(self, values: PlaceValues) -> str:
        """Return the id of the nearest place of that name within 30 m, "" where there is none."""
        west, south, east, north = box_around(values.lon, values.lat, SAME_M)
        near = [
            (measure_m(values.lon, values.lat, lon, lat), place_id)
            for place_id, lon, lat in self._by_name.get(values.name, ())
            if west <= lon <= east and south <= lat <= north
        ]
        return min(near)[1] if near else ""


def _full() -> BadInput:
    return BadInput(
        "city_map.full",
        f"한 주제에는 {MOST_PLACES:,}곳까지입니다. 더 많으면 데이터셋으로 올려 주십시오.",
        f"a theme holds {MOST_PLACES:,} places; bring more as a dataset",
        field="file",
    )
