"""Lists of hydrants as fire services publish them: their headings, and each row as a thing of the register."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from madang.core.base.interface import Text, find_headings, read_pair

HYDRANT_KIND = "hydrant"
HEADINGS = {
    "id": ("시설번호", "관리번호", "소화전번호"),
    "kind": ("시설유형코드", "시설유형", "소방용수시설유형", "구분"),
    "province": ("시도명",),
    "district": ("시군구명", "자치구"),
    "address": ("소재지도로명주소", "소재지지번주소", "주소", "소재지"),
    "lat": ("위도", "WGS84위도"),
    "lon": ("경도", "WGS84경도"),
    "place": ("상세위치",),
    "is_usable": ("사용가능여부",),
    "pressure": ("출수압력",),
    "pipe": ("배관깊이",),
    "station": ("안전센터명",),
}
"""What is read, and the headings under which it stands: the national standard (전국소방용수시설표준데이터) and others."""
NEEDED = ("lat", "lon", "district")
KINDS = {
    "1": "지상식소화전",
    "2": "지하식소화전",
    "3": "급수탑",
    "4": "저수조",
    "5": "승하강식소화전",
    "6": "비상소화장치",
}
SAID = {
    "지상식소화전": "above-ground hydrant",
    "지하식소화전": "underground hydrant",
    "급수탑": "water tower",
    "저수조": "water tank",
    "승하강식소화전": "pop-up hydrant",
    "비상소화장치": "emergency fire hose",
    "소화전": "hydrant",
}
DIGITS = 12


def say_kind(kind: str) -> Text:
    """Return what kind of hydrant it is; a kind of a list's own is called as there."""
    return Text(ko=kind, en=SAID[kind]) if kind in SAID else read_pair(kind)


def read_hydrants(
    rows: Iterable[Mapping[str, Any]], find_district: Callable[[str, str], str]
) -> Iterator[dict[str, Any]]:
    """Yield a published list as rows of the register of things; raise BadInput where a needed column is missing.

    `find_district` gives the code of a province's district. Numbers are a district's own; a row without one gets
    one made of its place, so that the same list again changes nothing.
    """
    columns: dict[str, str] = {}
    for raw in rows:
        columns = columns or find_headings(raw, HEADINGS, NEEDED)
        row = {what: str(raw.get(name) or "").strip() for what, name in columns.items()}
        place = "|".join((row["lat"], row["lon"], row.get("address", "")))
        number = row.get("id") or hashlib.sha256(place.encode()).hexdigest()[:DIGITS]
        kind = KINDS.get(row.get("kind", ""), row.get("kind", "")) or "소화전"
        facts = {name: row[name][:100] for name in ("place", "pressure", "pipe", "station") if row.get(name)}
        district = find_district(row.get("province", ""), row["district"])
        yield {
            "id": f"HYD-{district}-{number}"[:64],
            "kind": HYDRANT_KIND,
            "name": (row.get("place") or row.get("address") or kind)[:200],
            "agency_code": district,
            "lon": row["lon"],
            "lat": row["lat"],
            "address": row.get("address", "")[:300],
            "state": "faulty" if row.get("is_usable", "").upper() == "N" else "active",
            "attributes": {"hydrant": kind[:100], **facts},
        }
