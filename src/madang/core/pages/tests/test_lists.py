"""A service declares its register; an officer searches, sorts, exports and acts on it."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from django.template import Context
from django.test import Client
from lxml import html

from madang.core.base.interface import ColumnType, Text
from madang.core.pages.exports import export_rows
from madang.core.pages.lists import ListColumn, draw_cell, list_page_numbers
from madang.core.pages.templatetags.madang import in_unit
from madang.core.pages.testing import ListPageCases, PageCases
from madang.core.pages.tests.sample import LIST

pytestmark = pytest.mark.urls("madang.core.pages.tests.sample")


class TestSampleList(ListPageCases):
    path = "/sensors/"
    list_page = LIST
    is_public = True


class TestSampleDetail(PageCases):
    path = "/sensors/S-007/"
    is_public = True


class TestSampleForm(PageCases):
    path = "/sensors/new/"
    is_public = True


@pytest.mark.django_db
def test_filters_narrow_the_total_and_stay_in_every_link(client: Client) -> None:
    reply = client.get("/sensors/?district=11680&q=station")
    page = reply.content.decode()
    assert reply.context["total"] == 30
    assert "district=11680&amp;q=station&amp;page=2" in page.replace("&amp;amp;", "&amp;") or "page=2" in page
    assert 'aria-current="true"' in page


@pytest.mark.django_db
def test_a_search_keeps_how_the_list_is_shown(client: Client) -> None:
    asked = {"size": "50", "columns": "id,name", "density": "compact", "sort": "-id", "district": "11680"}
    form = (
        html.fromstring(client.get("/sensors/", asked).content).get_element_by_id("list-search").getparent()
    )
    while form.tag != "form":
        form = form.getparent()
    assert dict(form.form_values()) == {**asked, "q": ""}


@pytest.mark.django_db
def test_a_confirmed_action_is_done_once_and_said(client: Client) -> None:
    reply = client.post(
        "/sensors/", {"action": "move", "ids": ["S-001", "S-002"], "confirmed": "yes"}, follow=True
    )
    assert "2곳을 옮겼습니다" in reply.content.decode()


@pytest.mark.django_db
def test_an_unknown_record_is_a_page_that_says_so(client: Client) -> None:
    reply = client.get("/sensors/none/")
    assert reply.status_code == 404
    assert "그런 측정소가 없어요" in reply.content.decode()


@pytest.mark.django_db
def test_errors_stand_beside_the_field_and_on_top(client: Client) -> None:
    reply = client.post("/sensors/new/", {"name": "taken", "height_m": "-1"})
    assert reply.status_code == 422
    reply = client.post("/sensors/new/", {"name": "taken"}, headers={"cookie": "language=en"})
    page = reply.content.decode()
    assert page.count("the name is taken") == 2
    assert 'aria-invalid="true"' in page
    assert client.post("/sensors/new/", {"name": "new"}).status_code == 302


@pytest.mark.django_db
def test_destructive_work_needs_the_name(client: Client) -> None:
    assert client.post("/sensors/S-001/remove/", {"must_equal": "S-002"}).status_code == 422
    assert client.post("/sensors/S-001/remove/", {"must_equal": "S-001"}).status_code == 302


def test_page_numbers_show_both_ends_and_the_gaps() -> None:
    assert list_page_numbers(1, 1) == [1]
    assert list_page_numbers(5, 9) == [1, 0, 3, 4, 5, 6, 7, 0, 9]


def test_every_kind_of_number_is_written_as_people_read_it() -> None:
    column = ListColumn(name="value", title=Text(ko="값", en="Value"), type=ColumnType.NUMBER)
    values = [4530, 4530.0, Decimal("4530.00"), Decimal("0.25")]
    assert [draw_cell(column, {"value": one}, "ko") for one in values] == ["4,530", "4,530", "4,530", "0.25"]


def test_a_unit_without_a_word_leaves_no_empty_brackets() -> None:
    assert [in_unit(Context({"language": "ko"}), unit) for unit in ("person", "{index}", "")] == [
        " (명)",
        "",
        "",
    ]


def test_an_export_never_carries_a_formula_into_a_spreadsheet() -> None:
    rows = [{"id": "=1+1", "name": None, "pm25_ugm3": -3.5, "severity": "@x", "seen_at": None}]
    columns = [column for column in LIST.columns if column.shown]
    reply = export_rows("csv", columns, lambda offset, limit: rows if offset == 0 else [], "ko", "/x/")
    row = list(csv.reader(io.StringIO(b"".join(reply).decode("utf-8-sig"))))[1]
    assert row == ["'=1+1", "", "-3.5", "'@x", ""]
