"""List pages that a service gets by declaring columns, filters and one query."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.html import format_html

from madang.core.base.interface import Actor, ColumnType, NotAllowed, Severity, Text, now

from . import formats
from .blocks import MapBlock, points_layer
from .exports import EXPORTS, export_rows
from .saved_views import list_views
from .views import View, page

PAGE_SIZES = (20, 50, 100)
HANGUL = re.compile("[가-힣]")
SEVERITIES = {
    Severity.MINOR: Text(ko="경미", en="Minor"),
    Severity.MODERATE: Text(ko="보통", en="Moderate"),
    Severity.SEVERE: Text(ko="심각", en="Severe"),
    Severity.EXTREME: Text(ko="매우 심각", en="Extreme"),
}


class ListColumn(msgspec.Struct, frozen=True, kw_only=True):
    """One column. `value(row)` reads it (default: the row's attribute or key `name`).

    `href(row)` makes the cell a link; the first column with one is the row's own page. A column that
    is not `shown` at first can be chosen. `unit` stands in the heading.
    """

    name: str
    title: Text
    type: ColumnType = ColumnType.TEXT
    unit: str = ""
    sortable: bool = True
    shown: bool = True
    value: Callable[[Any], Any] | None = None
    href: Callable[[Any], str] | None = None

    def read(self, row: Any) -> Any:
        """Return this column's value in `row`."""
        if self.value is not None:
            return self.value(row)
        return row.get(self.name) if isinstance(row, dict) else getattr(row, self.name)

    @property
    def is_numeric(self) -> bool:
        """Whether values stand to the right."""
        return self.type in {ColumnType.INTEGER, ColumnType.NUMBER}


class ListFilter(msgspec.Struct, frozen=True, kw_only=True):
    """One filter. `choices` are (value, words) or (value, words, count), or a function of the actor.

    Up to eight choices are chips, more a select. One that `is_date` has none: a day is written, and comes as YYYY-MM-DD.
    """

    name: str
    title: Text
    choices: Sequence[tuple[Any, ...]] | Callable[[Actor], Sequence[tuple[Any, ...]]] = ()
    is_date: bool = False

    def accepts(self, text: str) -> bool:
        """Return whether `text` can be asked for: "" filters nothing, and neither does a day that is none."""
        if not self.is_date:
            return bool(text)
        with suppress(ValueError):
            return text == date.fromisoformat(text).isoformat()
        return False


class ListAction(msgspec.Struct, frozen=True, kw_only=True):
    """What can be done with chosen rows: `run(actor=, now=, ids=)` returns the sentence to show.

    `consequence` says, before it is done, what will happen; {count} is filled.
    """

    name: str
    title: Text
    permission: str
    consequence: Text
    run: Callable[..., Text]
    is_destructive: bool = False


class ListState(msgspec.Struct, frozen=True, kw_only=True):
    """What the address asks for."""

    search: str
    filters: dict[str, str]
    sort: str
    page: int
    page_size: int
    density: str
    columns: tuple[str, ...]


class ListPage(msgspec.Struct, frozen=True, kw_only=True):
    """A register: search, filters, sort, paging with the exact total, columns, map, export, actions.

    `query(actor=, search=, filters=, sort=, offset=, limit=)` returns (rows, exact total); rows are
    records or dicts; `sort` is a column's name, with "-" before it for descending; `search` and
    filters come as typed, only declared filters and sortable columns come through. `row_id` names
    the attribute that identifies a row. Where all rows are at hand, `rows(actor=, search=, filters=)` in place of
    `query` returns those that match: they are sorted by what the column holds, missing last. With `lon` and `lat` (attribute names, degrees) a map stands
    beside. `empty` teaches what will be here, `create` leads to the first one.
    """

    title: Text
    permission: str
    columns: tuple[ListColumn, ...]
    query: Callable[..., tuple[Sequence[Any], int]] | None = None
    rows: Callable[..., Iterable[Any]] | None = None
    about: Text = Text(ko="", en="")
    filters: tuple[ListFilter, ...] = ()
    actions: tuple[ListAction, ...] = ()
    row_id: str = "id"
    sort: str = ""
    searchable: bool = True
    lon: str = ""
    lat: str = ""
    empty: Text = Text(ko="아직 아무것도 없어요.", en="Nothing is here yet.")
    create: tuple[str, Text, str] | None = None
    template: str = "madang/list.html"

    def as_view(self) -> View:
        """Return the Django view."""
        methods = ("GET", "POST") if self.actions else ("GET",)

        @page(self.permission, self.title, methods, declared_by=self)
        def show_list(request: HttpRequest, **_kwargs: Any) -> HttpResponseBase:
            if request.method == "POST":
                return self._act(request)
            state = self.read_state(request)
            if request.GET.get("format") in EXPORTS:
                return self._export(request, state)
            views = list_views(request.actor, request.path)
            first = next((one for one in views if one.is_default and one.owner == request.actor.id), None)
            if first and _comes_from_elsewhere(request):
                return HttpResponseRedirect(first.address)
            seen = {"views": views, "query": self.write_query(state)}
            return render(request, self.template, self.build_context(request, state) | seen)

        return show_list

    def read_state(self, request: HttpRequest) -> ListState:
        """Return what the address asks for; anything undeclared is ignored."""
        asked = {name: value.replace("\0", "")[:200] for name, value in request.GET.items()}
        sortable = {column.name for column in self.columns if column.sortable}
        sort = asked.get("sort", "")
        shown = tuple(name for name in asked.get("columns", "").split(",") if name)
        return ListState(
            search=asked.get("q", "").strip(),
            filters={
                one.name: asked[one.name] for one in self.filters if one.accepts(asked.get(one.name, ""))
            },
            sort=sort if sort.removeprefix("-") in sortable else self.sort,
            page=_read_count(asked.get("page", ""), 1, 10**9),
            page_size=_read_size(asked.get("size", "")),
            density="compact" if asked.get("density") == "compact" else "comfortable",
            columns=shown,
        )

    def write_query(self, state: ListState) -> str:
        """Return the shortest address that asks for `state`, from its first page: what a saved view keeps."""
        asked = {
            "q": state.search,
            **dict(sorted(state.filters.items())),
            "sort": state.sort if state.sort != self.sort else "",
            "size": state.page_size if state.page_size != PAGE_SIZES[0] else "",
            "density": state.density if state.density == "compact" else "",
            "columns": ",".join(state.columns),
        }
        return urlencode({name: value for name, value in asked.items() if value})

    def build_context(self, request: HttpRequest, state: ListState) -> dict[str, Any]:
        """Return what the template draws."""
        rows, total = self.ask(request.actor, state, (state.page - 1) * state.page_size, state.page_size)
        last = max(1, -(-total // state.page_size))
        if state.page > last:
            state = msgspec.structs.replace(state, page=last)
            rows, total = self.ask(request.actor, state, (last - 1) * state.page_size, state.page_size)
        columns = self.choose_columns(state)
        return {
            "list": self,
            "state": state,
            "total": total,
            "columns": columns,
            "rows": [self._draw_row(row, columns, request.language) for row in rows],
            "filters": [self._draw_filter(one, state, request) for one in self.filters],
            "actions": [action for action in self.actions if request.actor.may(action.permission)],
            "pages": list_page_numbers(state.page, last),
            "page_sizes": PAGE_SIZES,
            "exports": EXPORTS,
            "map": self._draw_map(rows, columns, request.language),
            "first": (state.page - 1) * state.page_size + 1 if total else 0,
            "last_shown": min(total, state.page * state.page_size),
        }

    def choose_columns(self, state: ListState) -> list[ListColumn]:
        """Return the columns to show."""
        if state.columns:
            chosen = [column for column in self.columns if column.name in state.columns]
            if chosen:
                return chosen
        return [column for column in self.columns if column.shown]

    def ask(self, actor: Actor, state: ListState, offset: int, limit: int) -> tuple[Sequence[Any], int]:
        """Return the rows from `offset` on, at most `limit`, and how many there are."""
        if self.query is not None:
            return self.query(
                actor=actor,
                search=state.search,
                filters=state.filters,
                sort=state.sort,
                offset=offset,
                limit=limit,
            )
        if self.rows is None:
            raise TypeError(f"the list '{self.title.en}' has neither a query nor rows")
        rows = self.rows(actor=actor, search=state.search, filters=state.filters)
        found = self._sort(list(rows), state.sort)
        return found[offset : offset + limit], len(found)

    def _sort(self, rows: list[Any], sort: str) -> list[Any]:
        name = sort.removeprefix("-")
        column = next((one for one in self.columns if one.name == name), None)
        if column is None:
            return rows
        keyed = [(column.read(row), row) for row in rows]
        known = [one for one in keyed if one[0] is not None]
        known.sort(key=lambda one: one[0].ko if isinstance(one[0], Text) else one[0], reverse=sort[:1] == "-")
        return [row for _, row in (*known, *(one for one in keyed if one[0] is None))]

    def _draw_row(self, row: Any, columns: list[ListColumn], language: str) -> dict[str, Any]:
        return {
            "id": read_value(row, self.row_id),
            "lon": read_value(row, self.lon) if self.lon else None,
            "lat": read_value(row, self.lat) if self.lat else None,
            "cells": [(column, draw_cell(column, row, language)) for column in columns],
        }

    def _draw_filter(self, one: ListFilter, state: ListState, request: HttpRequest) -> dict[str, Any]:
        given = one.choices(request.actor) if callable(one.choices) else one.choices
        chosen = state.filters.get(one.name, "")
        choices = [(str(choice[0]), choice[1], choice[2] if len(choice) > 2 else None) for choice in given]
        return {
            "name": one.name,
            "title": one.title,
            "choices": choices,
            "chosen": chosen,
            "is_date": one.is_date,
        }

    def _draw_map(self, rows: Sequence[Any], columns: list[ListColumn], language: str) -> MapBlock | None:
        if not (self.lon and self.lat):
            return None
        linked = next((column for column in self.columns if column.href), None)
        points = [
            {
                "lon": read_value(row, self.lon),
                "lat": read_value(row, self.lat),
                "id": str(read_value(row, self.row_id)),
                "title": write_cell(columns[0], row, language),
                "href": linked.href(row) if linked and linked.href else "",
                **{column.name: write_cell(column, row, language) for column in columns[1:5]},
            }
            for row in rows
        ]
        return MapBlock(
            title=self.title,
            layers=(points_layer(points),),
            list_selector="#rows",
            property_titles={column.name: column.title for column in columns},
        )

    def _export(self, request: HttpRequest, state: ListState) -> HttpResponseBase:
        def fetch(offset: int, limit: int) -> Sequence[Any]:
            return self.ask(request.actor, state, offset, limit)[0]

        return export_rows(
            request.GET["format"], self.choose_columns(state), fetch, request.language, request.path
        )

    def _act(self, request: HttpRequest) -> HttpResponse:
        """Say what will happen; when confirmed, do it."""
        action = next((one for one in self.actions if one.name == request.POST.get("action")), None)
        ids = request.POST.getlist("ids")[:1000]
        if action is None or not ids:
            return HttpResponseRedirect(request.get_full_path())
        if not request.actor.may(action.permission):
            raise NotAllowed(
                "people.not_allowed", "이 일을 할 권한이 없습니다", "you don't have the permission for this"
            )
        if request.POST.get("confirmed") != "yes":
            context = {"list": self, "action": action, "ids": ids, "count": len(ids)}
            return render(request, "madang/list_confirm.html", context)
        done = action.run(actor=request.actor, now=now(), ids=ids)
        messages.success(request, done.say(request.language))
        return HttpResponseRedirect(request.get_full_path())


def read_value(row: Any, name: str) -> Any:
    """Return attribute or key `name` of a row."""
    return row.get(name) if isinstance(row, dict) else getattr(row, name, None)


def write_cell(column: ListColumn, row: Any, language: str) -> str:
    """Return a cell as plain text, as exports and popups have it."""
    value = column.read(row)
    if value is None:
        return ""
    if isinstance(value, bool):
        return {"ko": ("아니요", "예"), "en": ("no", "yes")}[language][value]
    if isinstance(value, Text):
        return value.say(language)
    if isinstance(value, Severity):
        return SEVERITIES[value].say(language)
    if isinstance(value, datetime):
        return formats.format_moment(value, language)
    if isinstance(value, date):
        return formats.format_day(value, language)
    return str(value)


def draw_cell(column: ListColumn, row: Any, language: str) -> Any:
    """Return a cell as HTML."""
    value = column.read(row)
    shown: Any = write_cell(column, row, language)
    if value is None or (isinstance(value, Text) and not value.ko):
        shown = format_html(
            '<span class="missing" title="{}">–</span>', "no data" if language == "en" else "자료 없음"
        )
    elif isinstance(value, Severity):
        shown = format_html('<span class="krds-badge {}">{}</span>', value.value, shown)
    elif isinstance(value, datetime):
        shown = format_html(
            '<time datetime="{}" title="{}" data-relative>{}</time>',
            value.isoformat(),
            shown,
            formats.format_relative(value, language),
        )
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        shown = formats.format_number(value)
    elif language == "en" and HANGUL.search(shown):
        shown = format_html('<span lang="ko">{}</span>', shown)
    if column.href is not None:
        return format_html('<a href="{}">{}</a>', column.href(row), shown)
    return shown


def list_page_numbers(current: int, last: int) -> list[int]:
    """Return the pages to offer: first, last, and two around the current; 0 marks a gap."""
    wanted = sorted({1, last, *range(max(1, current - 2), min(last, current + 2) + 1)})
    numbers: list[int] = []
    for number in wanted:
        if numbers and number - numbers[-1] > 1:
            numbers.append(0)
        numbers.append(number)
    return numbers


def _comes_from_elsewhere(request: HttpRequest) -> bool:
    """Return whether a list is opened as it is, not emptied of its filters by who works in it."""
    return not request.GET and urlsplit(request.headers.get("Referer", "")).path != request.path


def _read_count(value: str, low: int, high: int) -> int:
    return min(max(int(value), low), high) if value.isascii() and value.isdigit() and len(value) < 12 else low


def _read_size(value: str) -> int:
    return int(value) if value in map(str, PAGE_SIZES) else PAGE_SIZES[0]


def columns_of(table_columns: Iterable[Any]) -> tuple[ListColumn, ...]:
    """Return list columns for a table's declared columns (base `Column`)."""
    return tuple(
        ListColumn(name=column.name, title=column.title, type=column.type, unit=column.unit)
        for column in table_columns
    )
