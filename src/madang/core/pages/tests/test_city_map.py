"""The city's map shows what rooms bring, one view at a time, and stands when a room's part does not."""

from __future__ import annotations

from datetime import UTC, datetime

from django.template.loader import render_to_string
from django.test import RequestFactory

from madang.core.base.interface import ANONYMOUS, Text
from madang.core.pages.city_map import QUIET_MAP, CityMap, draw_city_map
from madang.core.pages.interface import CityLayer, CityPicture, CityView, MapClass, MapLayer


def paint() -> CityPicture:
    layer = MapLayer(
        id="areas",
        shape="areas",
        tiles="/tiles/districts/{z}/{x}/{y}.mvt",
        source_layer="districts",
        classes=(
            MapClass(value="0", title=Text(ko="0–10 미만", en="0 to under 10"), count=1),
            MapClass(value="", title=Text(ko="자료 없음", en="no data"), count=1),
        ),
        is_ramp=True,
        joined={"11110": {"class": "0", "label": "7"}, "11140": {"class": ""}},
    )
    return CityPicture(
        layer=layer,
        summary=Text(ko="지금 소음이에요.", en="Noise at present."),
        href="/datasets/noise/",
        as_of=datetime(2026, 1, 1, tzinfo=UTC),
        unit="dB",
        rows=((Text(ko="종로구", en="Jongno-gu"), 7.0), (Text(ko="중구", en="Jung-gu"), None)),
    )


def fail(*_asked: object) -> CityPicture:
    raise RuntimeError("no such file")


def layer_of(*views: CityView, permission: str = "public") -> CityLayer:
    title = Text(ko="자료", en="Data")
    return CityLayer(title=title, order=1, permission=permission, build=lambda actor, language: views)


NOISE = CityView(name="noise", title=Text(ko="소음", en="Noise"), draw=paint)
TREES = CityView(name="trees", title=Text(ko="나무", en="Trees"), draw=paint)
BROKEN = CityView(name="broken", title=Text(ko="고장", en="Broken"), draw=fail)


def draw(*layers: CityLayer, wanted: str = "") -> CityMap:
    return draw_city_map(layers, wanted, ANONYMOUS, "ko")


def show(city_map: CityMap, language: str = "ko") -> str:
    context = {"city_map": city_map, "language": language, "request": RequestFactory().get("/")}
    return render_to_string("madang/partials/city_map.html", context)


def test_the_first_view_is_drawn_and_another_by_its_name() -> None:
    assert draw(layer_of(NOISE, TREES)).chosen == NOISE
    assert draw(layer_of(NOISE, TREES), wanted="trees").chosen == TREES
    assert draw(layer_of(NOISE, TREES), wanted="<script>").chosen == NOISE


def test_views_are_links_that_work_without_javascript_and_say_which_is_shown() -> None:
    page = show(draw(layer_of(NOISE, TREES), wanted="trees"))
    assert 'href="?layer=noise"' in page
    assert 'href="?layer=trees" aria-current="true"' in page


def test_what_is_shown_is_said_with_its_moment_source_unit_and_table() -> None:
    page = show(draw(layer_of(NOISE)), "en")
    for words in ("Noise at present.", "as of 1 Jan 2026", "not said", "/datasets/noise/", "dB", "no data"):
        assert words in page


def test_a_layer_that_fails_leaves_the_others_and_the_map_standing() -> None:
    failing = CityLayer(title=Text(ko="고장", en="Broken"), order=0, permission="public", build=fail)
    assert draw(failing, layer_of(NOISE)).chosen == NOISE
    city_map = draw(layer_of(BROKEN, NOISE))
    assert city_map.block == QUIET_MAP
    assert "그릴 수 없어요" in show(city_map)
    assert "layer=noise" in show(city_map)


def test_a_layer_is_for_those_who_may_see_it() -> None:
    assert draw(layer_of(NOISE, permission="lake.import")).views == ()


def test_an_empty_city_has_the_quiet_map_and_a_sentence_that_teaches() -> None:
    city_map = draw()
    assert city_map.block == QUIET_MAP
    assert "appear on this map once they are published" in show(city_map, "en")


def test_steps_of_one_colour_and_what_is_missing_have_colours_of_their_own() -> None:
    (layer,) = draw(layer_of(NOISE)).block.configure("ko")["layers"]
    assert [one["colour"] for one in layer["classes"]] == ["ramp-5", "map-missing"]
    assert layer["joined"]["11110"]["label"] == "7"
