"""The ledger for other people's programs: who may read what, and writing into it."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from madang.core.base.interface import ANONYMOUS, HOUSE, Actor
from madang.core.pages.interface import build_starlette_routes
from madang.governance.budget.actions.naming import save_names
from madang.governance.budget.hot import ROUTES
from madang.governance.budget.models import BookRow
from madang.governance.budget.queries.ledger import get_version
from madang.governance.budget.registers import EXPENDITURE, list_expenditure

from .small_budget import NOW, find, open_small

SQUARE = "0001.0001.0001.0002"
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lasting")]


def visit(actor: Actor) -> TestClient:
    return TestClient(Starlette(routes=build_starlette_routes(ROUTES, lambda request: actor)))


def test_everyone_reads_public_budgets_and_nothing_of_others():
    book_id = open_small()
    anyone = visit(ANONYMOUS)
    assert [one["id"] for one in anyone.get("/api/budget/books").json()["books"]] == [book_id]
    whole = anyone.get(f"/api/budget/books/{book_id}").json()
    assert whole["node"]["balance"]["original_krw"] == 26_300
    assert [one["name"] for one in whole["children"]] == ["가과", "나과"]
    assert anyone.get(f"/api/budget/books/{book_id}/lines").status_code in {401, 403}
    BookRow.objects.update(is_public=False)
    assert anyone.get("/api/budget/books").json() == {"total": 0, "books": []}
    assert anyone.get(f"/api/budget/books/{book_id}").status_code == 404
    assert visit(HOUSE).get(f"/api/budget/books/{book_id}").status_code == 200


def test_programs_get_every_name_in_both_languages():
    book_id = open_small()
    save_names(
        actor=HOUSE,
        now=NOW,
        pairs=[("시험 예산", "Trial budget"), ("가과", "Division A"), ("광장 운영", "The square")],
    )
    house = visit(HOUSE)
    address = f"/api/budget/books/{book_id}"
    assert [one["name_en"] for one in house.get("/api/budget/books").json()["books"]] == ["Trial budget"]
    children = house.get(address).json()["children"]
    assert [(one["name"], one["name_en"]) for one in children] == [("가과", "Division A"), ("나과", "")]
    node = house.get(address, params={"code": SQUARE}).json()["node"]
    assert node["path_en"] == ["Division A", "", "The square", ""]
    (line,) = house.get(f"{address}/lines", params={"code": SQUARE}).json()["lines"]
    assert (line["node_name_en"], line["node_path_en"]) == ("", node["path_en"])
    entry = house.get(f"/api/budget/entries/{line['entry_id']}").json()
    assert entry["lines"][0]["node_path_en"] == node["path_en"]


def test_open_data_has_names_in_both_languages_and_is_written_anew_where_one_changes():
    open_small()
    before = get_version()
    save_names(actor=HOUSE, now=NOW, pairs=[("가과", "Division A"), ("센터 운영", "The centre")])
    assert get_version() != before
    rows = list(list_expenditure())
    assert all(row.keys() == {column.name for column in EXPENDITURE.columns} for row in rows)
    assert {(row["organization"], row["organization_en"], row["project_en"]) for row in rows} == {
        ("가과", "Division A", ""), ("나과", "", "The centre"),
    }  # fmt: skip


def test_a_program_commits_pays_and_is_told_what_is_short():
    book_id = open_small()
    house = visit(HOUSE)
    body = {"code": SQUARE, "amount_krw": 6_000, "booked_on": "2026-06-01", "note": "계약"}
    refused = house.post(f"/api/budget/books/{book_id}/commitments", json=body)
    assert refused.status_code == 409
    assert "5,000" in refused.text
    entry = house.post(f"/api/budget/books/{book_id}/commitments", json=body | {"amount_krw": 400}).json()
    assert entry["lines"][0]["node_id"] == find(book_id, "가과", "일반회계", "광장 운영", "시설비")
    pay = {"amount_krw": 150, "booked_on": "2026-06-02", "note": "대금"}
    assert house.post(f"/api/budget/entries/{entry['id']}/payments", json=pay).json()["amount_krw"] == 150
    assert house.get(f"/api/budget/entries/{entry['id']}").json()["open_krw"] == 250
    lines = house.get(f"/api/budget/books/{book_id}/lines", params={"code": SQUARE}).json()
    assert lines["total"] == 3
    assert house.get("/api/budget/entries/99999999999999999999").status_code == 404


def test_what_is_sent_again_under_its_number_is_written_once():
    book_id = open_small()
    house = visit(HOUSE)
    address = f"/api/budget/books/{book_id}/commitments"
    body = {"code": SQUARE, "amount_krw": 400, "booked_on": "2026-06-01", "note": "계약", "reference": "K-1"}
    first, again = (house.post(address, json=body).json() for _ in range(2))
    assert first == again
    pay = {"amount_krw": 400, "booked_on": "2026-06-02", "note": "대금", "reference": "P-1"}
    paid = [
        house.post(f"/api/budget/entries/{first['id']}/payments", json=pay).json()["id"] for _ in range(2)
    ]
    assert paid[0] == paid[1]
    assert house.get(f"/api/budget/entries/{first['id']}").json()["open_krw"] == 0
    for other in ({"amount_krw": 401}, {"booked_on": "2026-06-03"}, {"reference": "P-1"}):
        refused = house.post(address, json=body | other)
        assert (refused.status_code, refused.json()["code"]) == (409, "budget.reference")


def test_a_program_is_told_why_nothing_was_written():
    book_id = open_small()
    address = f"/api/budget/books/{book_id}/commitments"
    body = {"code": SQUARE, "amount_krw": 400, "booked_on": "2026-06-01", "note": "계약"}
    other_agency = Actor(id="9", name="다른 과", grants=frozenset({("budget.spend", "nowhere")}))
    assert visit(other_agency).post(address, json=body).status_code == 403
    house = visit(HOUSE)
    assert house.post(address, json=body | {"booked_on": "2025-06-01"}).json()["code"] == "budget.year"
    assert house.post(address, json=body | {"code": "없는 곳"}).status_code == 404
    BookRow.objects.update(is_open=False)
    assert house.post(address, json=body).json()["code"] == "budget.closed"
