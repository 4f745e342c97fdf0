"""A whole fiscal year by two officers and a reviewer, from the request of a project to the closed ledger, by API."""

from __future__ import annotations

import pytest

from madang.core.base.interface import Actor
from madang.governance.budget.models import EntryRow, NodeRow
from madang.governance.budget.queries.ledger import find_ledger_faults
from madang.governance.budget.records.reviews import CHECKLIST

from .small_budget import open_small
from .test_api import SQUARE, visit

SPENDS = frozenset((one, "ga") for one in ("budget.view", "budget.request", "budget.spend"))
CHANGES = frozenset((f"budget.{one}", "*") for one in ("view", "change", "import", "review", "request"))
OFFICER = Actor(id="1", name="김담당", agency_code="ga", grants=SPENDS)
MANAGER = Actor(id="2", name="이과장", grants=CHANGES)
REVIEWER = Actor(id="3", name="박심사", grants=CHANGES)
LAW, YEAR = "지방재정법", 2025
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lasting")]


def tell(client, address, want=200, **body):
    """Send a body, assert how it is answered, and return what the answer says."""
    reply = client.post(f"/api/budget/{address}", json=body)
    assert reply.status_code == want, reply.text
    return reply.json() if reply.content else None


def twice(client, address, **body):
    """Send the same body twice, as a program does that heard no answer; it is written once."""
    assert tell(client, address, **body) == tell(client, address, **body)


def test_a_year_from_request_to_settlement():
    book_id = open_small(YEAR)
    NodeRow.objects.filter(book_id=book_id, code__startswith="0001").update(agency_code="ga")
    book, officer, manager = f"books/{book_id}", visit(OFFICER), visit(MANAGER)
    review(officer, visit(REVIEWER))
    code = {"code": appropriate(book, officer, manager)}
    contract = spend(book, code, officer)
    coming = settle(book, code, contract, manager)
    tell(officer, f"{book}/commitments", 409, **code, amount_krw=1, booked_on=f"{YEAR}-12-30", note="뒤늦음")

    shown = officer.get(f"/api/budget/{book}", params=code).json()["node"]["balance"]
    sources = {"original": 500, "carried_in": 0, "transferred": 150, "supplementary": 250}
    uses = {"available": 0, "outstanding": 50, "disbursed": 300, "carried_out": 550}
    assert {name: shown[f"{name}_krw"] for name in sources | uses} == sources | uses
    after = officer.get(f"/api/budget/books/{coming}", params=code).json()["node"]["balance"]
    assert (after["carried_in_krw"], after["available_krw"]) == (550, 550)
    assert find_ledger_faults(book_id) == find_ledger_faults(coming) == ()
    assert EntryRow.objects.filter(kind="transfer").count() == 1
    assert officer.get(f"/api/budget/{book}/forecast").json()["code"] == "budget.forecast"
    assert manager.get(f"/api/budget/{book}/risks").json()["total"] == 5


def review(officer, reviewer):
    """Let the division ask for a project and the reviewer decide."""
    asked = {"title": "광장 운영 시스템", "purpose": "광장 안내", "agency_code": "ga", "fiscal_year": YEAR}
    step = f"reviews/{tell(officer, 'reviews', **asked, amount_krw=900)['id']}"
    tell(officer, f"{step}/checklist", 422, answers={"cost": "perhaps"})
    tell(officer, f"{step}/checklist", answers=dict.fromkeys(CHECKLIST, "yes"))
    tell(officer, f"{step}/comparison", 403)
    alike = tell(reviewer, f"{step}/comparison")["matches"]
    assert [one["title"] for one in alike] == ["광장 운영"]
    tell(reviewer, f"{step}/opinion", 422, opinion="적정", advised_krw=800)
    tell(reviewer, f"{step}/opinion", opinion="적정", advised_krw=800, duplicate_note="안내와 운영은 다름")
    decided = tell(reviewer, f"{step}/decision", state="approved", note="의견대로")
    assert (decided["state"], [one["who"] for one in decided["steps"]][-1]) == ("approved", "박심사")
    tell(reviewer, f"{step}/decision", 409, state="refused", note="다시")
    assert officer.get("/api/budget/reviews", params={"state": "approved"}).json()["total"] == 1


def appropriate(book, officer, manager):
    """Give the project its place and its money, and return its code."""
    names = ["가과", "일반회계", "광장 안내", "전산개발비"]
    tell(officer, f"{book}/items", 403, names=names)
    item = tell(manager, f"{book}/items", names=names)
    assert (item["code"], item["agency_code"]) == ("0001.0001.0002.0001", "ga")
    tell(manager, f"{book}/items", 409, names=names)
    tell(manager, f"{book}/items", 422, names=["다과", *names[1:]], agency_code="nobody")
    tell(manager, f"{book}/items", 422, names=names[1:])
    for unknown in ("items", "close", "next"):
        tell(manager, f"books/none/{unknown}", 404, **({"names": names} if unknown == "items" else {}))
    code = {"code": item["code"]}
    twice(manager, f"{book}/originals", **code, amount_krw=500, reference="O-1")
    tell(manager, f"{book}/originals", 409, **code, amount_krw=500)
    spring = {"booked_on": f"{YEAR}-04-01", "legal_ground": "제1회 추경"}
    twice(manager, f"{book}/supplements", **code, **spring, amount_krw=250, reference="S-1")
    moved = {"code": SQUARE, "to_code": item["code"], "booked_on": f"{YEAR}-05-02", "amount_krw": 150}
    tell(manager, f"{book}/transfers", 422, **moved, legal_ground=" ")
    twice(manager, f"{book}/transfers", **moved, legal_ground=f"{LAW} 제49조", reference="T-1")
    tell(manager, f"{book}/plans", 422, **code, months_krw=[900] * 11)
    assert tell(manager, f"{book}/plans", 204, **code, months_krw=[at * 75 for at in range(1, 13)]) is None
    return item["code"]


def spend(book, code, officer):
    """Commit, pay a part, pay wrongly and undo it; return the commitment's number."""
    signed = {"amount_krw": 850, "booked_on": f"{YEAR}-06-02", "note": "계약"}
    contract = tell(officer, f"{book}/commitments", **code, **signed)["id"]
    here = f"entries/{contract}/payments"
    paid = tell(officer, here, amount_krw=300, booked_on=f"{YEAR}-07-01", note="선금")
    tell(officer, here, 422, amount_krw=1, booked_on=f"{YEAR}-05-30", note="계약 전")
    wrong = tell(officer, here, amount_krw=100, booked_on=f"{YEAR}-08-01", note="잘못")
    undo = {"booked_on": f"{YEAR}-08-02", "reason": "이중 지급", "reference": "R-1"}
    twice(officer, f"entries/{wrong['id']}/reversal", **undo)
    tell(officer, f"entries/{paid['id']}/reversal", 422, booked_on=f"{YEAR}-06-30", reason="앞선 날")
    return contract


def settle(book, code, contract, manager):
    """Carry over what is left, close the year, and return the next year's book."""
    coming = tell(manager, f"{book}/next")
    assert (coming["fiscal_year"], coming["is_open"]) == (YEAR + 1, True)
    over = {**code, "legal_ground": f"{LAW} 제50조"}
    tell(manager, f"{book}/carry-overs", 409, **over, amount_krw=551, commitment_id=contract)
    twice(manager, f"{book}/carry-overs", **over, amount_krw=500, commitment_id=contract, reference="C-1")
    tell(manager, f"{book}/carry-overs", **over, amount_krw=50)
    assert tell(manager, f"{book}/close", 409)["code"] == "budget.open_commitments"
    assert not tell(manager, f"{book}/close", lapses=True)["is_open"]
    return coming["id"]
