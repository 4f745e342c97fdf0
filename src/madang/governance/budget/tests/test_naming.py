"""English names of the budgets: written one by one or as a file, and said on every English page."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from madang.core.base.interface import HOUSE, BadInput
from madang.core.pages.testing import ListPageCases, PageCases
from madang.governance.budget import doors
from madang.governance.budget.actions.naming import save_names
from madang.governance.budget.models import BookRow, NameRow, NodeRow
from madang.governance.budget.pages.naming import NAME_LIST
from madang.governance.budget.queries.ledger import list_lines
from madang.governance.budget.queries.names import list_names, read_names

from .small_budget import NOW, open_small

HOME = "/desk/budget/"
ADDRESS = f"{HOME}names/"
PAIRS = [
    ("시험 예산", "Trial budget"),
    ("가과", "Division A"),
    ("나과", "Division B"),
    ("일반회계", "General account"),
    ("특별회계", "Special account"),
    ("광장 운영", "The square"),
    ("망 구축", "The network"),
    ("센터 운영", "The centre"),
    ("사무관리비", "Office costs"),
    ("시설비", "Facilities"),
    ("민간위탁금", "Entrusted work"),
]
HANGUL = re.compile("[가-힣]+")

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(db: None) -> Client:
    del db
    return PageCases.reader.__wrapped__(PageCases())


class TestNames(ListPageCases):
    path = ADDRESS
    list_page = NAME_LIST

    @pytest.fixture(autouse=True)
    def rows(self, db: None) -> None:
        del db
        open_small()
        save_names(actor=HOUSE, now=NOW, pairs=PAIRS[:2])


def test_names_without_english_come_first_and_one_is_written_on_its_page(reader: Client):
    open_small()
    left = {one.ko: one for one in list_names()}
    assert left.keys() == {ko for ko, _ in PAIRS}
    address = f"{ADDRESS}{left['가과'].key}/"
    assert "‘가과’의 영어 이름" in reader.get(address).content.decode()
    assert reader.post(address, {"en": "  Division   A "}).status_code == 302
    assert [(one.ko, one.en) for one in list_names()][-1] == ("가과", "Division A")
    assert read_names().join(["가과", "나과"]).en == "Division A › 나과"
    assert reader.get(f"{ADDRESS}unknown/").status_code == 404


def test_the_list_filled_in_is_brought_back(reader: Client):
    open_small()
    sent = reader.get(f"{ADDRESS}?format=csv")
    filled = b"".join(sent).decode("utf-8-sig").replace("가과,", '가과,"Division A"', 1).encode()
    reader.post(f"{ADDRESS}file/", {"file": SimpleUploadedFile("names.csv", filled)})
    assert dict(NameRow.objects.values_list("ko", "en")) == {"가과": "Division A"}
    refused = reader.post(f"{ADDRESS}file/", {"file": SimpleUploadedFile("names.csv", b"\xff\xfe")})
    assert "첫 칸에 한국어" in refused.content.decode()


def test_an_empty_or_endless_name_is_refused():
    for en in ("", "x" * 301):
        with pytest.raises(BadInput):
            save_names(actor=HOUSE, now=NOW, pairs=[("가과", en)])


@pytest.mark.parametrize("part", ["", "items/", "ledger/", "transfers/", "risks/"])
def test_english_pages_say_english_names(reader: Client, part):
    book_id = open_small()
    NodeRow.objects.update(purpose="쓰임 · what for")
    save_names(actor=HOUSE, now=NOW, pairs=PAIRS)
    reader.cookies["language"] = "en"
    said = reader.get(f"{HOME}{book_id}/{part}").content.decode()
    assert "Trial budget, 2026" in said
    known = {word for ko, _ in PAIRS for word in HANGUL.findall(ko)}
    assert not known & set(HANGUL.findall(said.partition("<main")[2].partition("</main")[0]))


def test_the_public_page_of_a_part_is_english_with_its_purpose(client: Client):
    book_id = open_small()
    NodeRow.objects.update(purpose="쓰임 · what for")
    save_names(actor=HOUSE, now=NOW, pairs=PAIRS)
    client.cookies["language"] = "en"
    said = (
        client.get(f"/budget/{book_id}/0001/").content.decode().partition("<main")[2].partition("</main")[0]
    )
    assert "what for" in said
    assert not {"쓰임", "가과", "일반회계"} & set(HANGUL.findall(said))


def test_who_reads_english_closes_a_year_by_its_english_name(reader: Client):
    book_id = open_small()
    save_names(actor=HOUSE, now=NOW, pairs=PAIRS)
    address = f"{HOME}{book_id}/close/"
    reader.cookies["language"] = "en"
    assert 'data-must-equal="Trial budget, 2026"' in reader.get(address).content.decode()
    assert reader.post(address, {"must_equal": "2026년 시험 예산"}).status_code == 422
    assert reader.post(address, {"must_equal": "Trial budget, 2026"}).status_code == 302


def test_items_are_found_by_their_english_names():
    open_small()
    save_names(actor=HOUSE, now=NOW, pairs=PAIRS)
    (hit,) = doors.search(HOUSE, "entrusted", 5)
    assert (hit.title.ko, hit.title.en) == ("센터 운영 민간위탁금", "The centre Entrusted work")
    assert doors.search(HOUSE, "nothing like it", 5) == []
    lines, total = list_lines(BookRow.objects.get().pk, search="the square")
    assert (total, {one.node_path[2] for one in lines}) == (2, {"광장 운영"})
