"""Lists of cameras as cities publish them: their headings, and each row as a thing of the register."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from madang.core.base.interface import find_headings
from madang.infrastructure.cctv.records import CAMERA_KIND

HEADINGS = {
    "province": ("시도명",),
    "district": ("자치구", "관리기관명", "구"),
    "address": ("주소", "소재지도로명주소", "안심 주소", "소재지지번주소"),
    "lat": ("위도", "WGS84위도"),
    "lon": ("경도", "WGS84경도"),
    "units": ("수량", "카메라대수"),
    "purpose": ("설치목적구분", "설치목적", "목적"),
    "retention_days": ("보관일수",),
    "view": ("촬영방면정보",),
    "installed_on": ("설치연월", "설치년월", "설치년도"),
}
"""What is read, and the headings under which it stands: Seoul's list and the national standard (전국CCTV표준데이터)."""
NEEDED = ("district", "address", "lat", "lon")
BEARINGS = {"북": 0, "북동": 45, "동": 90, "남동": 135, "남": 180, "남서": 225, "서": 270, "북서": 315}
DIGITS = 12


def read_rows(
    rows: Iterable[Mapping[str, Any]], find_district: Callable[[str, str], str]
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a published list as rows of the register of things.

    `find_district` gives the code of a province's district. A row has no number of its own, so that its number is made
    of what it says: the same list again changes nothing. What a row doesn't say (purpose, view, retention)
    stays unknown. A row of no known district is passed on without an agency, and the register refuses it.
    """
    seen: Counter[str] = Counter()
    columns: dict[str, str] = {}
    for raw in rows:
        columns = columns or find_headings(raw, HEADINGS, NEEDED)
        row = {what: str(raw.get(name) or "").strip() for what, name in columns.items()}
        place = "|".join(row[what] for what in NEEDED)
        number = hashlib.sha256(place.encode()).hexdigest()[:DIGITS]
        seen[number] += 1
        again = f"-{seen[number]}" if seen[number] > 1 else ""
        code = find_district(row.get("province", ""), row["district"])
        yield {
            "id": f"CCTV-{number}{again}",
            "kind": CAMERA_KIND,
            "name": row["address"][:200] or row["district"],
            "agency_code": code,
            "lon": row["lon"],
            "lat": row["lat"],
            "address": row["address"][:300],
            "installed_on": _read_month(row.get("installed_on", "")),
            "state": "active",
            "attributes": _read_attributes(row, code),
        }


def _read_attributes(row: Mapping[str, str], code: str) -> dict[str, Any]:
    found: dict[str, Any] = {"declared_district": code}
    for name in ("units", "retention_days"):
        if row.get(name, "").isdigit():
            found[name] = int(row[name])
    if row.get("purpose"):
        found["purpose"] = row["purpose"][:100]
    way = re.sub(r"[쪽향방면\s]", "", row.get("view", ""))
    if way in BEARINGS:
        found["bearing_deg"] = BEARINGS[way]
    return found


def _read_month(text: str) -> str | None:
    """Return the first day of a month or year, None where there is none."""
    found = re.match(r"(\d{4})[-./]?(\d{2})?", text)
    month = (found[2] or "01") if found else ""
    return f"{found[1]}-{month}-01" if found and "01" <= month <= "12" else None
