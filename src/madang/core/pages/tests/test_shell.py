"""A visitor meets the four doors in Korean or English, drawn the way they asked, and errors that help."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.test import Client

from madang.core.base.interface import Text
from madang.core.pages.formats import format_number, format_relative
from madang.core.pages.interface import ChartBlock, ChartKind, Fact, ListColumn, MapBlock, MapLayer, Series
from madang.core.pages.lists import write_cell


def draw(source: str, **context: object) -> str:
    return Template("{% load madang %}" + source).render(Context({"language": "ko", **context}))


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/search/?q=x", "/build/", "/help/"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_public_doors_open_in_both_languages(client: Client, path: str, language: str) -> None:
    client.cookies["language"] = language
    reply = client.get(path)
    assert reply.status_code == 200
    assert f'<html lang="{language}"' in reply.content.decode()
    assert "unsafe-inline" not in reply["Content-Security-Policy"]
    assert "<script>" not in reply.content.decode()
    assert ' style="' not in reply.content.decode()


@pytest.mark.django_db
def test_the_desk_asks_a_stranger_to_sign_in(client: Client) -> None:
    assert client.get("/desk/").status_code == 302
    assert client.get("/desk/status/").status_code == 302


@pytest.mark.django_db
def test_a_missing_page_says_what_to_do_next(client: Client) -> None:
    reply = client.get("/nowhere/", headers={"cookie": "language=en"})
    assert reply.status_code == 404
    assert "There is no such page" in reply.content.decode()


@pytest.mark.django_db
def test_a_chosen_display_is_kept_and_never_leads_elsewhere(client: Client) -> None:
    reply = client.get("/display/?mode=dark&text=large&next=https://elsewhere.example/")
    assert reply["Location"] == "/"
    assert client.cookies["display"].value == "dark.large.off"
    page = client.get("/help/").content.decode()
    assert 'data-mode="dark" data-text="large"' in page
    assert client.get("/display/?mode=<script>").status_code == 302
    assert client.cookies["display"].value == "auto.large.off"


def test_sentences_follow_the_language_and_easy_korean() -> None:
    assert draw('{% say "복잡" "Complex" %}', language="en") == "Complex"
    display = type("Display", (), {"easy": "on"})
    assert draw('{% say "복잡" "Complex" easy="쉬움" %}', display=display) == "쉬움"
    assert draw("{% text title %}", title=Text(ko="<b>", en="")) == "&lt;b&gt;"


def test_numbers_say_their_unit_and_missing_is_missing() -> None:
    assert format_number(1234567) == "1,234,567"
    assert format_number(0.5) == "0.5"
    assert [format_number(one) for one in (0.0042, -0.05, 0.1049, 0.00001)] == ["0.0042", "-0.05", "0.1", "0"]
    assert "자료 없음" in draw("{% number value %}", value=None)
    assert '<span class="unit">명</span>' in draw('{% number 3 "person" %}')


def test_times_are_relative_up_to_a_month() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    assert format_relative(at - timedelta(minutes=3), "ko", at) == "3분 전"
    assert format_relative(at + timedelta(hours=1), "en", at) == "in 1 hour"
    assert format_relative(at - timedelta(days=40), "ko", at) == "2026. 1. 20."


def test_days_and_moments_are_written_in_one_way() -> None:
    at = datetime(2026, 3, 1, 20, 5, 9, tzinfo=UTC)
    said = {"at": at, "on": at.date()}
    korean = draw("{% day on %}|{% day at %}|{% moment at %}|{% moment at to_second=True %}", **said)
    assert re.sub("<[^>]+>", "", korean) == "2026. 3. 1.|2026. 3. 2.|2026. 3. 2. 05:05|2026. 3. 2. 05:05:09"
    english = draw("{% day on %}|{% moment at %}", language="en", **said)
    assert re.sub("<[^>]+>", "", english) == "1 Mar 2026|2 Mar 2026, 05:05"
    assert draw("{% day on %}", on=None) == ""
    fact = Fact(title=Text(ko="날", en="Day"), value=at.date())
    assert "2026. 3. 1." in draw("{% fact_value fact %}", fact=fact)
    column = ListColumn(name="on", title=fact.title)
    assert write_cell(column, said, "en") == "1 Mar 2026"
    series = Series(name=fact.title, values=(1.0, 2.0, 3.0))
    chart = ChartBlock(title=fact.title, kind=ChartKind.BAR, x=(at.date(), at, fact.title), series=(series,))
    assert chart.list_labels("ko") == ["3. 1.", "3. 2. 05:05", "날"]
    assert [x for x, _, _ in chart.list_rows("en")] == ["1 Mar", "2 Mar, 05:05", "Day"]


def test_a_chart_has_its_table_behind_it() -> None:
    series = Series(name=Text(ko="대여", en="Rentals"), values=(10, None))
    block = ChartBlock(
        title=Text(ko="월별", en="Monthly"),
        kind=ChartKind.BAR,
        x=("1월", "2월"),
        series=(series,),
        unit="ug/m3",
    )
    page = draw("{% chart block %}", block=block)
    assert "swatch" not in page
    assert "대여 (µg/m³)" in page
    assert '<th scope="row">2월</th>' in page
    assert "자료 없음" in page


@pytest.mark.parametrize(
    ("kind", "count"), [(ChartKind.BAR, 2), (ChartKind.BARS_ACROSS, 2), (ChartKind.LINE, 0)]
)
def test_the_colours_of_bars_are_named(kind, count) -> None:
    series = tuple(Series(name=Text(ko=name, en=name), values=(1.0,)) for name in ("계획", "구축"))
    page = draw(
        "{% chart block %}", block=ChartBlock(title=series[0].name, kind=kind, x=("1월",), series=series)
    )
    assert page.count('class="swatch chart-') == count


def test_what_a_dataset_holds_never_ends_a_data_block() -> None:
    layer = MapLayer(id="x", data={"type": "FeatureCollection", "note": "</script><script>"})
    page = draw("{% map_block block %}", block=MapBlock(title=Text(ko="지도", en="Map"), layers=(layer,)))
    assert page.count("</script>") == 1


@pytest.mark.django_db
def test_a_form_whose_token_is_old_leads_back_to_its_page() -> None:
    strict = Client(enforce_csrf_checks=True)
    came_from = {"Referer": "http://testserver/help/?q=1", "Cookie": "language=ko"}
    reply = strict.post("/display/", {"mode": "dark"}, headers=came_from)
    page = reply.content.decode()
    assert reply.status_code == 403
    assert "저장한 것은 없어요" in page
    assert 'href="/help/?q=1"' in page
    reply = strict.post("/display/", headers={"Referer": "https://elsewhere.example/x/"})
    assert "elsewhere" not in reply.content.decode()


@pytest.mark.django_db
def test_a_page_asked_in_another_way_says_so_as_a_page(client: Client) -> None:
    reply = client.delete("/help/", headers={"Cookie": "language=en"})
    assert (reply.status_code, reply["Allow"]) == (405, "GET, HEAD")
    assert "This address can&#x27;t be opened like this" in reply.content.decode()


@pytest.mark.django_db
@pytest.mark.urls("madang.core.pages.tests.sample")
def test_help_tells_of_the_page_somebody_comes_from(client: Client) -> None:
    client.cookies["language"] = "en"
    page = client.get("/sensors/").content.decode()
    assert 'href="/help/?of=%2Fsensors%2F"' in page or 'href="/help/?of=/sensors/"' in page
    register = client.get("/help/", {"of": "/sensors/"}).content.decode()
    for said in ("Where fine dust is measured", "N stations will be moved.", "District", "Mobile"):
        assert said in register
    form = client.get("/help/", {"of": "/sensors/new/"}).content.decode()
    assert "As it is written on the street" in form
    assert "<dt>Needed</dt><dd>Name</dd>" in form
    assert "<dt>May be left empty</dt><dd>Height (m), It is mobile</dd>" in form
    assert (
        "Past readings are kept." in client.get("/help/", {"of": "/sensors/S-001/remove/"}).content.decode()
    )
    for hidden in ("/desk/", "/desk/status/", "/nowhere/", "", "https://elsewhere.example/"):
        assert client.get("/help/", {"of": hidden}).context["screen"] is None
