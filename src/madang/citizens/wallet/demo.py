"""Made-up people in the registers of the demonstration city, who come to the counter; every entry says so."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model

from madang.core.base.interface import HOUSE, Actor

from .actions.printing import print_certificate
from .actions.registers import save_entry
from .actions.statuses import change_state
from .actions.transfers import give_transfer_consent, receive_bundle
from .queries.certificates import count_certificates, list_subjects
from .records import CertificateState

SOURCE = "시뮬레이션 · simulated"
PEOPLE = (
    ("sim-0001", "김가상", "2004-02-29", "마포구", 1),
    ("sim-0002", "이모의", "1988-07-14", "성동구", 2),
    ("sim-0003", "박연습", "1957-11-03", "도봉구", 0),
)
CLERK = Actor(id="simulated", name="창구 담당 (시뮬레이션)", kind="house", is_superuser=True)
COUNTER = (
    ("sim-0001", "resident_extract"),
    ("sim-0002", "multi_child_card"),
    ("sim-0003", "local_tax"),
    ("sim-0001", "tuition"),
    ("sim-0002", "health_insurance"),
    ("sim-0003", "volunteer_hours"),
    ("sim-0002", "reservation"),
    ("sim-0001", "resident_register"),
    ("sim-0003", "water_charges"),
)
"""Who asks for which certificate on paper, one after the other."""
EVERY_S = 1800
BORN_AFTER = "1980"
"""Who is older has sat no examination lately."""


def lay_out(now: datetime) -> None:
    """Fill the registers once, for three made-up people and the demonstration's citizen."""
    if list_subjects():
        return
    for person in (*PEOPLE, *_find_citizen()):
        for kind, content in _describe(*person).items():
            save_entry(actor=HOUSE, now=now, kind=kind, subject=person[0], content=content, source=SOURCE)


def feed(since: datetime, now: datetime) -> None:
    """Print a certificate now and then, as the counter does; at first, those of a morning."""
    if not any(count_certificates().values()):
        _open_counter(now)
    elif now.timestamp() // EVERY_S > since.timestamp() // EVERY_S:
        _print(int(now.timestamp() // EVERY_S) % len(COUNTER), now)


def _open_counter(now: datetime) -> None:
    printed = [_print(number, now) for number in range(len(COUNTER))]
    change_state(
        actor=CLERK,
        now=now,
        certificate_id=printed[0],
        state=CertificateState.SUSPENDED,
        reason="잃어버렸다고 알려 옴 (시뮬레이션)",
    )
    citizen = Actor(id=PEOPLE[0][0], name=f"{PEOPLE[0][1]} (시뮬레이션)")
    consent = give_transfer_consent(actor=citizen, now=now, bundle="youth_rent", days=7)
    receive_bundle(actor=CLERK, now=now, consent_id=consent.id, issuer=_find_issuer())


def _print(number: int, now: datetime) -> str:
    """Print what is asked for at the counter and return its id."""
    subject, kind = COUNTER[number]
    printed = print_certificate(actor=CLERK, now=now, kind=kind, subject=subject, issuer=_find_issuer())
    return printed.certificate.id


def _find_issuer() -> str:
    address = settings.MADANG.public_url.rstrip("/") or f"http://localhost:{settings.MADANG.port}"
    return f"{address}/wallet"


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
        "resident_register": {**named, "head": name, "members": 2 + children, "address": address},
        "insurance_history": {
            **named,
            "insured_as": "직장가입자",
            "insured_since": "2020-03-01",
            "insured_until": "",
        },
        "course_completion": {**named, "course": "모의 목공 교실", "completed_on": "2026-06-30", "hours": 16},
        "tax_assessment": {**named, "year": 2025, "tax": "재산세", "assessed_krw": 312_000},
        "water_charges": {**named, "address": {"district": district}, "year": 2025, "paid_krw": 186_400},
    }
    if birth > BORN_AFTER:
        found["exam_passed"] = {**named, "examination": "모의 9급 공개채용", "passed_on": "2026-09-18"}
    if children:
        found["multi_child_card"] = {**named, "children": children, "youngest_birth_date": "2019-09-09"}
    return found
