"""A theme's fields as the fields of a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from madang.citizens.city_map.methods.outlines import write_outline
from madang.citizens.city_map.records import FieldType, Outline, PlaceValues, Theme, ThemeField
from madang.core.pages.interface import say_lazily

OWN = ("name", "address", "lon", "lat")


def build_place_form(theme: Theme) -> type[forms.Form]:
    """Return the form of a place of a theme."""
    fields: dict[str, forms.Field] = {
        "name": forms.CharField(label=say_lazily("이름", "Name"), max_length=200),
        "address": forms.CharField(label=say_lazily("주소", "Address"), max_length=300, required=False),
        **_build_position(theme.values.outline),
    }
    fields |= {one.name: _build(one) for one in theme.values.fields}
    return type("PlaceForm", (forms.Form,), fields)


def read_place(theme: Theme, data: Mapping[str, Any]) -> PlaceValues:
    """Return what a person wrote into that form."""
    return PlaceValues(
        name=data["name"],
        lon=data.get("lon", 0.0),
        lat=data.get("lat", 0.0),
        shape=data.get("shape", ""),
        address=data["address"],
        values={one.name: data.get(one.name) for one in theme.values.fields},
    )


def fill_place(values: PlaceValues) -> dict[str, Any]:
    """Return the form's initial content for a place that stands; yes and no as the form's choices."""
    said = {
        name: _WORDS.get(value, value) if isinstance(value, bool) else value
        for name, value in values.values.items()
    }
    shape = {"shape": write_outline(values.shape)} if values.shape else {}
    return {name: getattr(values, name) for name in OWN} | shape | said


_WORDS = {True: "true", False: "false"}


def _build_position(outline: Outline) -> dict[str, forms.Field]:
    """Return the fields of where a place is: a point's degrees, or the corners of a line or an area."""
    if outline is Outline.POINT:
        return {"lon": _degree("경도", "Longitude", 180), "lat": _degree("위도", "Latitude", 90)}
    labels = {
        Outline.LINE: say_lazily("선이 지나는 곳", "Where the line runs"),
        Outline.AREA: say_lazily("면의 테두리", "Border of the area"),
    }
    shape = forms.CharField(
        label=labels[outline],
        widget=forms.Textarea(attrs={"rows": 6, "data-outline": outline, "spellcheck": "false"}),
        max_length=500_000,
        help_text=say_lazily(
            "한 줄에 한 곳씩 ‘경도, 위도’로 적거나 GeoJSON 도형을 붙여 넣습니다. 지도를 눌러도 됩니다.",
            "One place a line as “longitude, latitude”, or paste a GeoJSON geometry. Clicking the map writes here, too.",
        ),
        error_messages={
            "required": say_lazily(
                "지도에서 그리거나 좌표를 적어 주세요", "Draw it on the map or write its coordinates"
            )
        },
    )
    return {"shape": shape}


def _degree(ko: str, en: str, most: float) -> forms.FloatField:
    return forms.FloatField(
        label=say_lazily(ko, en),
        min_value=-most,
        max_value=most,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        error_messages={
            "required": say_lazily(
                "지도에서 자리를 누르거나 주소로 찾아 주세요",
                "Click the place on the map or find its address",
            )
        },
    )


def _build(one: ThemeField) -> forms.Field:
    common: dict[str, Any] = {
        "label": say_lazily(one.title.ko, one.title.en or one.title.ko),
        "required": one.required,
    }
    if one.type is FieldType.CHOICE:
        return forms.ChoiceField(choices=[("", "–"), *((word, word) for word in one.choices)], **common)
    if one.type is FieldType.BOOLEAN:
        words = [("", "–"), ("true", say_lazily("예", "yes")), ("false", say_lazily("아니요", "no"))]
        return forms.ChoiceField(choices=words, **common)
    if one.type is FieldType.INTEGER:
        return forms.IntegerField(**common)
    if one.type is FieldType.NUMBER:
        return forms.FloatField(**common)
    if one.type is FieldType.DATE:
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **common)
    if one.type is FieldType.HOURS:
        common["help_text"] = say_lazily(
            "예: 월–금 09:00–18:00, 토 10:00–15:00", "For example: Mon–Fri 09:00–18:00, Sat 10:00–15:00"
        )
    return forms.CharField(max_length=500, **common)
