"""Test cases that a declared page inherits: subclass in a room's tests and say which page."""

# ruff: noqa: D102 - the names of tests say what they check
from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from openpyxl import load_workbook

from .lists import ListPage


@pytest.mark.django_db
class PageCases:
    """What holds for every page at `path`."""

    path: str
    is_public = False

    @pytest.fixture
    def reader(self) -> Client:
        """Return a client signed in as somebody who may do everything."""
        client = Client()
        account = get_user_model().objects.create_superuser(username="reader", password="only for tests")
        client.force_login(account)
        return client

    @pytest.mark.parametrize("language", ["ko", "en"])
    def test_it_opens_in_both_languages_without_inline_script_or_style(
        self, reader: Client, language: str
    ) -> None:
        reader.cookies["language"] = language
        reply = reader.get(self.path)
        page = b"".join(reply).decode()
        assert reply.status_code == 200
        assert f'<html lang="{language}"' in page
        assert ' style="' not in page
        assert " onclick=" not in page
        assert page.count("<h1") == 1

    def test_a_stranger_reads_what_is_public_and_nothing_else(self) -> None:
        assert Client().get(self.path).status_code == (200 if self.is_public else 302)


class ListPageCases(PageCases):
    """What holds for every declared list: `list_page` at `path`, with at least one row laid out.

    Override the fixture `rows` to lay rows out.
    """

    list_page: ListPage

    @pytest.fixture(autouse=True)
    def rows(self) -> Any:
        """Lay out rows before each test."""

    def test_every_column_sorts_both_ways(self, reader: Client) -> None:
        for column in self.list_page.columns:
            if column.sortable:
                for sign in ("", "-"):
                    assert reader.get(self.path, {"sort": sign + column.name}).status_code == 200

    def test_a_search_for_nonsense_teaches_how_to_go_on(self, reader: Client) -> None:
        if self.list_page.searchable:
            page = reader.get(self.path, {"q": "zqxj-없는-말"}).content.decode()
            assert "맞는 것이 없" in page

    def test_every_filter_choice_answers(self, reader: Client) -> None:
        for one in self.list_page.filters:
            choices = () if callable(one.choices) else one.choices
            for choice in [*choices[:10], ("nonsense", "")]:
                assert reader.get(self.path, {one.name: choice[0]}).status_code == 200

    def test_anything_in_the_address_is_taken_or_ignored(self, reader: Client) -> None:
        odd = ("0", "-1", "9" * 30, "x", "\0", "%", "'", "'; drop", "🧨")
        names = ("page", "size", "sort", "columns", "density", "q", "format", "unknown")
        for value in odd:
            assert reader.get(self.path, dict.fromkeys(names, value)).status_code == 200, value

    def test_the_pages_hold_exactly_the_total(self, reader: Client) -> None:
        context = reader.get(self.path).context
        total, size = context["total"], context["state"].page_size
        last = reader.get(self.path, {"page": -(-total // size)}).context
        assert total > 0, "lay out at least one row"
        assert len(last["rows"]) == total - (last["state"].page - 1) * size

    def test_every_export_holds_every_row(self, reader: Client) -> None:
        total = reader.get(self.path).context["total"]
        text = b"".join(reader.get(self.path, {"format": "csv"})).decode("utf-8-sig")
        assert len(list(csv.reader(io.StringIO(text)))) == total + 1
        assert len(json.loads(b"".join(reader.get(self.path, {"format": "json"})))) == total
        book = load_workbook(io.BytesIO(b"".join(reader.get(self.path, {"format": "xlsx"}))))
        assert book.active.max_row == total + 1

    def test_every_link_of_the_first_row_leads_somewhere(self, reader: Client) -> None:
        context = reader.get(self.path).context
        rows, _ = self.list_page.ask(context["actor"], context["state"], 0, 1)
        for column in self.list_page.columns:
            if column.href is not None:
                assert reader.get(column.href(rows[0])).status_code in {200, 302}

    def test_actions_say_their_consequence_before_they_act(self, reader: Client) -> None:
        for action in self.list_page.actions:
            reply = reader.post(self.path, {"action": action.name, "ids": ["a", "b"]})
            assert action.consequence.fill(count=2).say("ko") in reply.content.decode()
