"""Story: maps and open data read the city's districts and places as tables of the lake."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from madang.core.base.interface import HOUSE
from madang.core.places.interface import (
    AreaKind,
    NewAreaLayer,
    NewPlace,
    change_place,
    import_area_layer,
    register_place,
    remove_area_layer,
    remove_place,
)
from madang.core.places.registers import REGISTERS

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
BY_NAME = {register.table.name: register for register in REGISTERS}
pytestmark = pytest.mark.django_db


def bring_zone(tmp_path, code, now=NOW):
    square = [[[127.04, 37.5], [127.06, 37.5], [127.06, 37.52], [127.04, 37.5]]]
    geometry = {"type": "Polygon", "coordinates": square}
    feature = {"type": "Feature", "properties": {"code": code, "name": "가"}, "geometry": geometry}
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    layer = NewAreaLayer(name="zones", kind=AreaKind.OTHER, year=2020)
    import_area_layer(actor=HOUSE, now=now, path=path, layer=layer)


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_rows_have_exactly_the_declared_columns(name, tmp_path, layer_folder):
    bring_zone(tmp_path, "00001")
    register_place(actor=HOUSE, now=NOW, place=NewPlace(name="가", kind="k", lon=127.0, lat=37.5))
    rows = list(BY_NAME[name].rows())
    assert len(rows) == {"districts": 25, "legal_dongs": 467}.get(name, 1)
    for row in rows:
        assert set(row) == {column.name for column in BY_NAME[name].table.columns}
    keys = [tuple(row[column] for column in BY_NAME[name].table.key) for row in rows]
    assert len(set(keys)) == len(keys)


def test_the_districts_are_as_large_as_the_city():
    assert sum(row["area_m2"] for row in BY_NAME["districts"].rows()) == pytest.approx(605e6, rel=0.01)


def test_the_version_of_areas_differs_after_every_change(tmp_path, layer_folder):
    seen = [BY_NAME["areas"].version()]
    for code in ("00001", "00002"):
        bring_zone(tmp_path, code)
        seen.append(BY_NAME["areas"].version())
    bring_zone(tmp_path, "00002", NOW + timedelta(seconds=1))
    seen.append(BY_NAME["areas"].version())
    assert len(set(seen)) == 4
    remove_area_layer(actor=HOUSE, now=NOW, name="zones")
    assert BY_NAME["areas"].version() == seen[0]


def test_the_version_of_places_differs_after_every_change():
    seen = [BY_NAME["places"].version()]
    place = NewPlace(name="가", kind="k", lon=127.0, lat=37.5)
    first = register_place(actor=HOUSE, now=NOW, place=place)
    seen.append(BY_NAME["places"].version())
    change_place(actor=HOUSE, now=NOW + timedelta(seconds=1), place_id=first.id, place=place)
    seen.append(BY_NAME["places"].version())
    register_place(actor=HOUSE, now=NOW + timedelta(seconds=2), place=place)
    seen.append(BY_NAME["places"].version())
    remove_place(actor=HOUSE, now=NOW + timedelta(seconds=3), place_id=first.id)
    seen.append(BY_NAME["places"].version())
    assert len(set(seen)) == 5
