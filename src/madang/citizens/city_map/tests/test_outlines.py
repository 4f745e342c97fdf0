"""Lines and areas that people draw: read as they write them, kept with the place, and at every door of the city."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from madang.citizens.city_map import models
from madang.citizens.city_map.actions import mirroring, places, proposals, themes
from madang.citizens.city_map.methods.outlines import read_outline, write_outline
from madang.citizens.city_map.pages.fields import build_place_form, read_place
from madang.citizens.city_map.queries import features
from madang.citizens.city_map.queries.themes import get_theme, list_places
from madang.citizens.city_map.records import Outline, PlaceValues, ProposalKind, ThemeValues
from madang.core.base.interface import HOUSE, BadInput, Conflict, Text

NOW = datetime(2026, 7, 1, 3, tzinfo=UTC)
WAY = "126.97, 37.57\n126.98, 37.57\n126.98, 37.58"
ZONE = json.dumps(
    {"type": "Polygon", "coordinates": [[[127, 37.5], [127.01, 37.5], [127.01, 37.51], [127, 37.5]]]}
)


@pytest.mark.parametrize(
    ("text", "outline", "corners"),
    [
        (WAY, Outline.LINE, [(126.97, 37.57), (126.98, 37.57), (126.98, 37.58)]),
        ("37.57 126.97; (37.57, 126.98)", Outline.LINE, [(126.97, 37.57), (126.98, 37.57)]),  # latitude first
        (WAY, Outline.AREA, [(126.97, 37.57), (126.98, 37.57), (126.98, 37.58), (126.97, 37.57)]),
        (ZONE, Outline.AREA, [(127, 37.5), (127.01, 37.5), (127.01, 37.51), (127, 37.5)]),
        (json.dumps({"type": "Feature", "properties": {}, "geometry": {"type": "LineString",
                     "coordinates": [[127, 37.5, 9], [127.0123456789, 37.5, 9]]}}), Outline.LINE,
         [(127, 37.5), (127.012346, 37.5)]),
    ],
)  # fmt: skip
def test_what_people_write_or_paste_is_read(text, outline, corners):
    written, lon, lat = read_outline(text, outline)
    shape = shapely.from_geojson(written)
    assert shapely.get_coordinates(shape).tolist() == [list(one) for one in corners]
    assert shape.distance(shapely.Point(lon, lat)) < 1e-6
    assert read_outline(write_outline(written), outline)[0] == written


@pytest.mark.parametrize(
    "text",
    ["", "126.97, 37.57", "126.97, 37.57\n126.97, 37.57", "종로에서 중구까지", "{", "{}", '{"type": "Point", "coordinates": [127, 37]}',
     '{"type": "FeatureCollection", "features": []}', "200, 37\n201, 37", ZONE, '{"type": "LineString", "coordinates": []}',
     "[" * 5000, '{"type":' * 5000, "\n".join(f"127, {n / 1e6:.6f}" for n in range(10_001))],
)  # fmt: skip
def test_what_is_no_line_is_refused_at_its_field(text):
    with pytest.raises(BadInput) as refused:
        read_outline(text, Outline.LINE)
    assert refused.value.details["field"] == "shape"


def test_a_border_that_crosses_itself_is_refused():
    with pytest.raises(BadInput):
        read_outline("127, 37\n127.01, 37.01\n127.01, 37\n127, 37.01", Outline.AREA)


@given(st.text(alphabet='0123456789.,- \n{}[]":;e', max_size=60))
def test_anything_is_read_or_refused(text):
    for outline in (Outline.LINE, Outline.AREA):
        try:
            read_outline(text, outline)
        except BadInput as error:
            assert error.details["field"] == "shape"


@pytest.fixture
def walks(db):
    """A public theme of lines with one place."""
    features.forget()
    values = ThemeValues(
        title=Text(ko="산책길", en="Walks"), agency_code="11110", outline=Outline.LINE, licence="KOGL-1"
    )
    themes.create_theme(actor=HOUSE, now=NOW, code="walks", values=values)
    form = build_place_form(get_theme("walks"))({"name": "궁 둘레길", "address": "", "shape": WAY})
    assert form.is_valid(), form.errors
    said = read_place(get_theme("walks"), form.cleaned_data)
    places.save_place(actor=HOUSE, now=NOW, code="walks", values=said)
    themes.submit_theme(actor=HOUSE, now=NOW, code="walks")
    themes.publish_theme(actor=HOUSE, now=NOW, code="walks")
    features.forget()
    yield features.get_collection("map_walks")
    for row in models.ThemeRow.objects.all():
        mirroring._drop(get_theme(row.pk), NOW)  # the lake isn't rolled back with the database


def test_a_drawn_line_is_a_feature_of_the_theme_s_collection(walks):
    (place,), _ = list_places("walks")
    page = features.read_one(walks, place.id)
    assert page.shapes[0].geom_type == "LineString"
    assert shapely.get_coordinates(page.shapes[0]).tolist() == [
        [126.97, 37.57],
        [126.98, 37.57],
        [126.98, 37.58],
    ]
    assert "geometry" not in {one.name for one in walks.properties}
    assert page.shapes[0].distance(shapely.Point(place.values.lon, place.values.lat)) < 1e-6


def test_a_theme_with_places_stays_what_it_is(walks):
    values = get_theme("walks").values
    with pytest.raises(Conflict):
        themes.change_theme(
            actor=HOUSE, now=NOW, code="walks",
            values=ThemeValues(title=values.title, agency_code="11110", outline=Outline.POINT),
        )  # fmt: skip
    themes.change_theme(actor=HOUSE, now=NOW, code="walks", values=values)


def test_lines_come_from_a_file_and_others_are_told_why(walks, tmp_path):
    shapes = [
        {
            "type": "MultiLineString",
            "coordinates": [[[126.9, 37.5], [126.91, 37.5]], [[126.92, 37.5], [126.93, 37.51]]],
        },
        {"type": "Point", "coordinates": [126.95, 37.52]},
    ]
    rows = [
        {"type": "Feature", "properties": {"이름": f"길 {n}"}, "geometry": one}
        for n, one in enumerate(shapes)
    ]
    path = tmp_path / "walks.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}), "utf-8")
    done = places.import_places(actor=HOUSE, now=NOW, code="walks", path=path, file_name="walks.geojson")
    assert (done.added, [row for row, _ in done.rejected]) == (1, [2])
    kept = {one.values.name: one.values.shape for one in list_places("walks")[0]}
    assert shapely.from_geojson(kept["길 0"]).equals(shapely.from_geojson(json.dumps(shapes[0])))


def test_a_citizen_s_line_is_moderated_like_a_point(walks):
    (place,), _ = list_places("walks")
    longer = PlaceValues(name="궁 둘레길", lon=0, lat=0, shape=WAY + "\n126.99, 37.58")
    sent = proposals.propose(
        now=NOW,
        sender="203.0.113.7",
        code="walks",
        kind=ProposalKind.CORRECT,
        values=longer,
        place_id=place.id,
    )
    assert [(before, after) for title, before, after in sent.changes if title.en == "Corners as drawn"] == [
        (3, 4)
    ]
    proposals.accept_proposal(actor=HOUSE, now=NOW, proposal_id=sent.id)
    (place,), _ = list_places("walks")
    assert shapely.get_num_coordinates(shapely.from_geojson(place.values.shape)) == 4
