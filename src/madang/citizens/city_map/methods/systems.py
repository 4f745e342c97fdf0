"""Coordinate reference systems as OGC API Features Part 2 names them, with the order of their axes."""

from __future__ import annotations

import re

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
# Longitude first only in CRS84: EPSG lays down latitude or northing first in all of these.
SYSTEMS = {
    CRS84: ("EPSG:4326", False),
    f"{EPSG}4326": ("EPSG:4326", True),
    f"{EPSG}5179": ("EPSG:5179", True),
    f"{EPSG}5186": ("EPSG:5186", True),
}
SAFE = re.compile(r"^\[(?P<short>[A-Za-z0-9:]+)\]$|^EPSG:(?P<code>\d+)$", re.IGNORECASE)


def find_system(name: str) -> str | None:
    """Return the address of a system by its address or short name (EPSG:5179), None where it isn't served."""
    if name in SYSTEMS:
        return name
    match = SAFE.match(name)
    if match is None:
        return None
    short = (match["short"] or f"EPSG:{match['code']}").upper()
    if short in {"CRS84", "OGC:CRS84"}:
        return CRS84
    address = EPSG + short.removeprefix("EPSG:")
    return address if address in SYSTEMS else None
