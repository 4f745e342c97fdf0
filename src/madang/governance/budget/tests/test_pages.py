"""Pages on a small made-up budget: both languages, lists with exports, forms that write into the ledger."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from madang.core.base.interface import HOUSE, now
from madang.core.pages.testing import ListPageCases, PageCases
from madang.governance.budget import doors, indicators, registers
from madang.governance.budget.actions.changing import transfer_money
from madang.governance.budget.actions.reviewing import request_review
from madang.governance.budget.actions.spending import commit_money
from madang.governance.budget.models import BookRow, EntryRow, ImportRow, NodeRow
from madang.governance.budget.pages.importing import IMPORT_LIST
from madang.governance.budget.pages.lists import build_items, build_ledger, build_risks, build_transfers
from madang.governance.budget.pages.reviewing import REVIEW_LIST
from madang.governance.budget.pages.words import find_today
from madang.governance.budget.queries.nodes import get_book, get_node
from madang.governance.budget.records.ledger import Side

from .small_budget import NOW, find, open_small

SQUARE = ("가과", "일반회계", "광장 운영", "시설비")
WRITTEN = {
    "name": "손 예산",
    "series": "hand",
    "fiscal_year": "2021",
    "side": "expenditure",
    "items": "가과 > 일반회계 > 광장 >\t시설비 = 5,000\n\n가과 > 일반회계 > 광장 > 사무관리비 = 0\n",
}
TABLE = "소관명,세부사업명,당초예산(천원)\n가과,광장,100\n가과,합계,90\n나과,꽃,열\n"


def lay_out() -> str:
    """Lay out this year's budget with a commitment and a transfer, and return its id."""
    today = find_today()
    book_id = open_small(today.year)
    commit_money(
        actor=HOUSE,
        now=now(),
        node_id=find(book_id, *SQUARE),
        amount_krw=700,
        booked_on=today,
        note="시험 계약",
    )
    transfer_money(
        actor=HOUSE, now=NOW,
        between=(find(book_id, *SQUARE), find(book_id, "나과", "일반회계", "센터 운영", "민간위탁금")), amount_krw=100, booked_on=today, legal_ground="시험 조례",
    )  # fmt: skip
    return book_id


class Laid:
    """A page of the small budget; `path` has a place for its id."""

    pattern = ""

    @pytest.fixture(autouse=True)
    def rows(self, db):
        del db
        self.book_id = lay_out()
        self.path = self.pattern.format(self.book_id)
        self.build()

    def build(self) -> None:
        """Build what is special of the page."""


class TestPublic(Laid, PageCases):
    pattern = "/budget/"
    is_public = True

    def test_the_table_is_there_without_a_script(self):
        page = Client().get(f"/budget/{self.book_id}/").content.decode()
        assert "가과" in page
        assert "26,300" in Client().get("/budget/", {"unit": "won"}).content.decode()
        assert f"/budget/{self.book_id}/0001/" in page

    def test_a_budget_that_is_not_public_is_shown_to_nobody_outside(self):
        BookRow.objects.update(is_public=False)
        for address in (f"/budget/{self.book_id}/", f"/budget/{self.book_id}/fiscal-package.zip"):
            assert Client().get(address).status_code == 404
        assert "아직 공개된 예산이 없어요" in Client().get("/budget/").content.decode()

    def test_the_fiscal_package_holds_every_item(self):
        reply = Client().get(f"/budget/{self.book_id}/fiscal-package.zip")
        archive = zipfile.ZipFile(io.BytesIO(reply.content))
        descriptor = json.loads(archive.read("datapackage.json"))
        table = archive.read(descriptor["resources"][0]["path"]).decode().splitlines()
        assert len(table) == 5
        assert "700" in archive.read("data/budget.csv").decode()


class TestDesk(Laid, PageCases):
    pattern = "/desk/budget/"


class TestNode(Laid, PageCases):
    pattern = "/desk/budget/{}/0001.0001/"


class TestItem(Laid, PageCases):
    pattern = "/desk/budget/{}/0001.0001.0001.0002/"


class TestUpload(PageCases):
    path = "/desk/budget/imports/new/"


class TestRequest(PageCases):
    path = "/desk/budget/reviews/new/"


class TestItems(Laid, ListPageCases):
    pattern = "/desk/budget/{}/items/"

    def build(self):
        self.list_page = build_items(get_book(self.book_id))


class TestLedger(Laid, ListPageCases):
    pattern = "/desk/budget/{}/ledger/"

    def build(self):
        self.list_page = build_ledger(get_book(self.book_id), "")

    def test_a_node_s_ledger_has_its_lines_only(self, reader):
        rows = json.loads(
            b"".join(reader.get(f"/desk/budget/{self.book_id}/0002/ledger/", {"format": "json"}))
        )
        assert {row["item"]["ko"].split(" › ")[0] for row in rows} == {"나과"}


class TestTransfers(Laid, ListPageCases):
    pattern = "/desk/budget/{}/transfers/"

    def build(self):
        self.list_page = build_transfers(get_book(self.book_id))

    def test_it_says_from_where_to_where_and_why(self, reader):
        page = reader.get(self.path).content.decode()
        assert "시험 조례" in page
        assert page.index("가과 › 광장 운영") < page.index("나과 › 센터 운영")


class TestReviews(ListPageCases):
    path = "/desk/budget/reviews/"
    list_page = REVIEW_LIST

    @pytest.fixture(autouse=True)
    def rows(self, db):
        del db
        request_review(
            actor=HOUSE,
            now=NOW,
            title="시험 사업",
            purpose="시험",
            agency_code="city",
            fiscal_year=2027,
            amount_krw=5,
        )


class TestImports(ListPageCases):
    path = "/desk/budget/imports/"
    list_page = IMPORT_LIST

    @pytest.fixture(autouse=True)
    def rows(self, db, reader):
        del db
        form = {"name": "시험", "series": "test", "side": "expenditure", "fiscal_year": "2026"}
        self.form = form | {"file": SimpleUploadedFile("예산.csv", TABLE.encode())}
        self.done = reader.post("/desk/budget/imports/new/", self.form)

    @pytest.mark.parametrize("language", ["ko", "en"])
    def test_what_was_refused_and_what_differs_is_shown(self, reader, language):
        reader.cookies["language"] = language
        page = reader.get(self.done["Location"]).content.decode()
        assert ("100,000" in page, "90,000" in page, "열" in page) == (True, True, True)
        assert reader.get(f"{self.done['Location']}rejects/").status_code == 200
        assert ImportRow.objects.count() == 1

    def test_a_second_time_it_is_refused_beside_the_field(self, reader):
        self.form["file"] = SimpleUploadedFile("예산.csv", TABLE.encode())
        assert reader.post("/desk/budget/imports/new/", self.form).status_code == 422


@pytest.fixture
def reader(db):
    del db
    return PageCases.reader.__wrapped__(PageCases())


@pytest.mark.django_db
def test_from_commitment_to_payment_to_reversal(reader):
    book_id = lay_out()
    here = f"/desk/budget/{book_id}/0001.0001.0001.0002/"
    today = find_today().isoformat()
    assert "장부에 적기" in reader.get(f"{here}commit/").content.decode()
    refused = reader.post(f"{here}commit/", {"amount_krw": "99999", "booked_on": today, "note": "많음"})
    assert refused.status_code == 422
    assert "남은 금액은 4,200원" in refused.content.decode()
    done = reader.post(f"{here}commit/", {"amount_krw": "4200", "booked_on": today, "note": "나머지"})
    entry = done["Location"]
    assert "4,200" in reader.get(entry).content.decode()
    paid = reader.post(f"{entry}pay/", {"amount_krw": "200", "booked_on": today, "note": "선금"})["Location"]
    assert get_node(book_id).balance.disbursed_krw == 200
    undone = reader.post(f"{paid}reverse/", {"booked_on": today, "reason": "착오"})["Location"]
    assert get_node(book_id).balance.disbursed_krw == 0
    assert reader.get(undone, {"tab": "facts"}).status_code == 200
    assert reader.post(f"{paid}reverse/", {"booked_on": today, "reason": "또"}).status_code == 422
    other = f"/desk/budget/{book_id}/0002.0001.0001.0001/"
    ground = {"booked_on": today, "legal_ground": "시험 추경"}
    assert reader.post(f"{other}supplement/", ground | {"amount_krw": "50"}).status_code == 302
    move = ground | {"amount_krw": "50", "to_id": str(find(book_id, *SQUARE))}
    assert reader.post(f"{other}transfer/", move).status_code == 302
    assert EntryRow.objects.filter(book_id=book_id, kind="transfer").count() == 2
    for missing in ("entries/99999/", "reviews/999/", "imports/none/", f"{book_id}/0009/"):
        assert reader.get(f"/desk/budget/{missing}").status_code == 404


@pytest.mark.django_db
def test_risks_are_listed(reader):
    book_id = lay_out()
    risks = build_risks(get_book(book_id)).rows(actor=HOUSE, search="", filters={})
    page = reader.get(f"/desk/budget/{book_id}/risks/")
    assert page.context["total"] == len(list(risks))


@pytest.mark.django_db
def test_open_data_search_and_indicators_come_from_public_budgets():
    book_id = lay_out()
    open_small(find_today().year, side=Side.REVENUE, series="income")
    (taken, given) = registers.list_moves()
    assert sorted([taken["amount_krw"], given["amount_krw"]]) == [-100, 100]
    rows = list(registers.list_expenditure())
    assert sum(row["current_budget_krw"] for row in rows) == 26_300
    assert {row["project"] for row in rows} == {"광장 운영", "망 구축", "센터 운영"}
    assert len(list(registers.list_revenue())) == 4
    hits = doors.search(HOUSE, "센터", 5)
    assert [hit.href for hit in hits] == [f"/desk/budget/{book_id}/0002.0001.0001.0001/"]
    measured = {one.name: one.measure() for one in indicators.INDICATORS}
    assert measured == {
        "budget.committed": round(100 * 700 / 26_300, 2), "budget.disbursed": 0.0, "budget.received": 0.0,
        "budget.forecast": None, "budget.reviews_waiting": 0,
    }  # fmt: skip
    BookRow.objects.update(is_public=False)
    assert [*registers.list_expenditure(), *registers.list_moves(), *doors.search(HOUSE, "센터", 5)] == []


@pytest.mark.django_db
def test_a_budget_is_opened_by_hand_and_planned(reader):
    assert "예산 열기" in reader.get("/desk/budget/open/").content.decode()
    home = reader.post("/desk/budget/open/", WRITTEN)["Location"]
    book_id = home.split("/")[-2]
    assert get_node(book_id).balance.original_krw == 5_000
    assert reader.post("/desk/budget/open/", WRITTEN).status_code == 422, "the year has that budget already"
    office = f"{home}0001.0001.0001.0002/"
    assert reader.post(f"{office}original/", {"amount_krw": "700"}).status_code == 302
    assert reader.post(f"{office}original/", {"amount_krw": "700"}).status_code == 422
    site = f"{home}0001.0001.0001.0001/"
    assert 'value="5000"' in reader.get(f"{site}plan/").content.decode(), "an even plan is proposed"
    months = {f"month_{at:02d}": str(at * 100) for at in range(1, 13)}
    assert reader.post(f"{site}plan/", months).status_code == 302
    assert reader.post(f"{site}plan/", months | {"month_12": "1"}).status_code == 422
    assert "carry-over/" not in reader.get(site).content.decode(), "there is no next year yet"


@pytest.mark.django_db
def test_money_goes_into_the_next_year_and_the_old_one_is_closed(reader):
    home = reader.post("/desk/budget/open/", WRITTEN)["Location"]
    site = f"{home}0001.0001.0001.0001/"
    spent = {"amount_krw": "3000", "booked_on": "2021-05-01", "note": "공사"}
    contract = reader.post(f"{site}commit/", spent)["Location"].split("/")[-2]
    coming = reader.post(f"{home}next/")["Location"]
    assert get_node(coming.split("/")[-2]).balance.current_budget_krw == 0
    page = reader.get(f"{site}carry-over/").content.decode()
    assert "명시이월: 잔액 2,000원" in page
    assert f"사고이월: 원인행위 {contract}" in page
    ground = {"legal_ground": "지방재정법 제50조"}
    assert (
        reader.post(f"{site}carry-over/", ground | {"source": "available", "amount_krw": "2001"}).status_code
        == 422
    )
    for source, amount in (("available", "2000"), (contract, "1000")):
        done = reader.post(f"{site}carry-over/", ground | {"source": source, "amount_krw": amount})
        assert done.status_code == 302
        left = done["Location"]
        assert "reverse/" not in reader.get(left).content.decode()
        undone = reader.post(f"{left}reverse/", {"booked_on": "2021-12-31", "reason": "착오"})
        assert undone.status_code == 422, "half of a carry-over would double the money"
    assert get_node(coming.split("/")[-2]).balance.carried_in_krw == 3_000
    assert reader.post(f"{home}close/", {"must_equal": "다른 예산"}).status_code == 422
    late = reader.post(f"{site}supplement/", ground | {"amount_krw": "50", "booked_on": "2021-12-01"})
    assert late.status_code == 302
    assert reader.post(f"{site}commit/", spent | {"amount_krw": "50"}).status_code == 302
    named = {"must_equal": "2021년 손 예산"}
    assert "원인행위 2,050원을 불용으로" in reader.get(f"{home}close/").content.decode()
    assert reader.post(f"{home}close/", named).status_code == 422, "what lapses is to be said"
    assert reader.post(f"{home}close/", named | {"lapses": "on"}).status_code == 302
    assert reader.post(f"{site}commit/", spent | {"amount_krw": "1"}).status_code == 422


@pytest.mark.django_db
def test_a_project_decided_on_in_the_middle_of_the_year_gets_its_place_and_money(reader):
    home = reader.post("/desk/budget/open/", WRITTEN)["Location"]
    new = {
        "name_organization": "나과",
        "name_account": "일반회계",
        "name_project": "샘터",
        "name_item": "시설비",
    }
    assert f"{home}items/new/" in reader.get(home).content.decode()
    made = reader.post(f"{home}items/new/", new)["Location"]
    assert made == f"{home}0002.0001.0001.0001/"
    assert reader.post(f"{home}items/new/", new).status_code == 422, "it is there already"
    below = f"{home}0001.0001.0001/items/new/"
    assert 'name="name_item"' in reader.get(below).content.decode()
    assert reader.post(below, {"name_item": "감리비"})["Location"] == f"{home}0001.0001.0001.0003/"
    assert reader.post(f"{home}0001.0001.0001.0001/items/new/", {}).status_code == 422, (
        "nothing goes below an item"
    )
    money = {"amount_krw": "40", "booked_on": "2021-06-01", "legal_ground": "제1회 추경"}
    assert reader.post(f"{made}supplement/", money).status_code == 302
    assert get_node(home.split("/")[-2]).balance.current_budget_krw == 5_040


@pytest.mark.parametrize(
    "line",
    [
        "가 > 나 > 다 = 1",
        "가 > 나 > 다 > 라",
        "가 > 나 > 다 > 라 = 열",
        "가 >  > 다 > 라 = 1",
        "가 > 나 > 다 > 라 = △1",
    ],
)
@pytest.mark.django_db
def test_a_line_that_is_no_item_is_refused_by_its_number(reader, line):
    reply = reader.post("/desk/budget/open/", WRITTEN | {"items": f"가 > 나 > 다 > 마 = 1\n{line}"})
    assert reply.status_code == 422
    assert "2번째 줄" in reply.content.decode()
    assert not BookRow.objects.exists()


@pytest.mark.django_db
def test_a_desk_without_any_budget_opens_no_next_year(admin_client):
    page = admin_client.get("/desk/budget/").content.decode()
    assert "아직 예산이 없습니다" in page
    assert 'href="next/"' not in page


@pytest.mark.parametrize("form", ["commit", "supplement", "transfer", "original", "plan", "carry-over"])
def test_a_form_says_which_item_it_is_about_and_what_that_has_left(reader, form):
    book_id = lay_out()
    node = NodeRow.objects.get(pk=find(book_id, *SQUARE))
    own = f"/desk/budget/{book_id}/{node.code}/"
    page = reader.get(f"{own}{form}/").content.decode()
    assert "시설비</a>" in page
    assert f"{node.available_krw:,}" in page
    assert f'href="{own}">그만두기' in page


@pytest.mark.parametrize("form", ["pay", "reverse"])
def test_a_form_says_which_entry_it_is_about(reader, form):
    book_id = lay_out()
    entry = EntryRow.objects.get(book_id=book_id, kind="commitment")
    own = f"/desk/budget/entries/{entry.pk}/"
    page = reader.get(f"{own}{form}/").content.decode()
    assert f"원인행위 {entry.pk}</a>" in page
    assert " › ".join(SQUARE) in page
    assert f'href="{own}">그만두기' in page
