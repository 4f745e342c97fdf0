"""Made-up people in the registers of the demonstration city; every entry says that it is simulated."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model

from madang.core.base.interface import HOUSE

from .actions.registers import save_entry
from .queries.certificates import list_subjects

SOURCE = "시뮬레이션 · simulated"
PEOPLE = (
    ("sim-0001", "김가상", "2004-02-29", "마포구", 1),
    ("sim-0002", "이모의", "1988-07-14", "성동구", 2),
    ("sim-0003", "박연습", "1957-11-03", "도봉구", 0),
)


def lay_out(now: datetime) -> None:
    """Fill the registers once, for three made-up people and the demonstration's citizen."""
    if list_subjects():
        return
    for person in (*PEOPLE, *_find_citizen()):
        for kind, content in _describe(*person).items():
            save_entry(actor=HOUSE, now=now, kind=kind, subject=person[0], content=content, source=SOURCE)


def _find_citizen() -> list[tuple[str, str, str, str, int]]:
    numbers = (
        get_user_model().objects.filter(username="citizen", is_demo=True).values_list("public_id", flat=True)
    )
    return [(number, "최시민", "1995-05-05", "중구", 2) for number in numbers]


def _describe(subject: str, name: str, birth: str, district: str, children: int) -> dict[str, dict[str, Any]]:
    del subject
    named: dict[str, Any] = {"name": name}
    address = {"region_code": "11", "district": district, "street": f"{district} 모의로 1"}
    found: dict[str, dict[str, Any]] = {
        "resident_extract": {**named, "birth_date": birth, "address": address},
        "health_insurance": {**named, "insured_as": "직장가입자", "insured_since": "2020-03-01"},
        "tuition": {**named, "school": "모의대학교", "year": 2025, "paid_krw": 4_120_000},
        "local_tax": {**named, "overdue_krw": 0},
        "reservation": {**named, "facility": f"{district} 모의체육관", "date": "2026-12-20"},
        "volunteer_hours": {**named, "year": 2025, "hours": 24},
    }
    if children:
        found["multi_child_card"] = {**named, "children": children, "youngest_birth_date": "2019-09-09"}
    return found
