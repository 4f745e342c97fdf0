"""Forms: register, change, move, retire."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms

from madang.core.base.interface import Actor, BadInput, Text
from madang.core.pages.interface import FormPage, say_lazily
from madang.core.people.interface import require
from madang.core.things.actions import change_thing, move_thing, register_thing, retire_thing
from madang.core.things.queries import get_thing
from madang.core.things.records import STATE_NAMES
from madang.core.things.wording import FIELDS, say_agencies, say_kinds

from .listing import HOME, address_of

TEXTS = ("address", "maker", "model", "serial", "source")


def _label(name: str) -> Any:
    return say_lazily(FIELDS[name].ko, FIELDS[name].en)


def _choices(names: dict[str, Text]) -> list[tuple[str, Any]]:
    return [("", "–"), *((code, say_lazily(name.ko, name.en)) for code, name in names.items())]


def _why() -> forms.CharField:
    return forms.CharField(label=say_lazily("까닭", "Why"), max_length=500, required=False)


def _build_form(actor: Actor, **address: Any) -> type[forms.Form]:
    """Return the form for registering (no address) or changing a thing."""
    own = {code: name for code, name in say_agencies().items() if actor.may("things.change", code)}
    fields: dict[str, forms.Field] = {}
    if not address:
        fields["thing_id"] = forms.CharField(
            label=say_lazily("번호", "Id"),
            max_length=64,
            help_text=say_lazily("공백과 빗금 없이 64자까지", "Up to 64 characters, no space, no slash"),
        )
    fields["kind"] = forms.ChoiceField(label=_label("kind"), choices=_choices(say_kinds()))
    fields["name"] = forms.CharField(label=_label("name"), max_length=200)
    fields["agency_code"] = forms.ChoiceField(label=_label("agency_code"), choices=_choices(own))
    fields["state"] = forms.ChoiceField(
        label=_label("state"),
        choices=_choices({s.value: name for s, name in STATE_NAMES.items()}),
        required=False,
    )
    if not address:
        fields |= _build_place()
    day = forms.DateInput(attrs={"type": "date"})
    fields["installed_on"] = forms.DateField(label=_label("installed_on"), widget=day, required=False)
    fields["service_life_years"] = forms.IntegerField(
        label=say_lazily("내용연수 (년)", "Service life (years)"), min_value=1, max_value=200, required=False
    )
    for name in TEXTS:
        if name != "address" or not address:
            fields[name] = forms.CharField(label=_label(name), max_length=200, required=False)
    fields["parent_id"] = forms.CharField(label=_label("parent_id"), max_length=64, required=False)
    fields["attributes"] = forms.CharField(
        label=say_lazily("속성 (JSON)", "Attributes (JSON)"),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
    )
    fields["why"] = _why()
    return type("ThingForm", (forms.Form,), fields)


def _build_place() -> dict[str, forms.Field]:
    return {
        "lon": forms.FloatField(label=_label("lon"), min_value=-180, max_value=180, required=False),
        "lat": forms.FloatField(label=_label("lat"), min_value=-90, max_value=90, required=False),
    }


class MoveForm(forms.Form):
    """A new place."""

    lon = forms.FloatField(label=_label("lon"), min_value=-180, max_value=180)
    lat = forms.FloatField(label=_label("lat"), min_value=-90, max_value=90)
    address = forms.CharField(label=_label("address"), max_length=300, required=False)
    why = _why()


class RetireForm(forms.Form):
    """Why a thing is retired."""

    why = forms.CharField(label=say_lazily("까닭", "Why"), max_length=500)


def _read(data: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of `ThingValues` in a cleaned form; an empty one empties what is there."""
    values = {name: value for name, value in data.items() if name not in {"thing_id", "why"}}
    if values.get("state") == "":
        del values["state"]
    values["parent_id"] = values["parent_id"] or None
    if values["installed_on"] is not None:
        values["installed_on"] = values["installed_on"].isoformat()
    try:
        values["attributes"] = json.loads(values["attributes"] or "{}")
    except ValueError as error:
        raise BadInput(
            "thing.attributes", f"JSON이 아닙니다: {error}", f"this isn't JSON: {error}", field="attributes"
        ) from error
    return values


def _register(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    values = {name: value for name, value in _read(data).items() if value is not None}
    thing = register_thing(actor=actor, now=now, thing_id=data["thing_id"], values=values, why=data["why"])
    return address_of(thing.id)


def _change(*, actor: Actor, now: datetime, data: dict[str, Any], thing_id: str) -> str:
    change_thing(actor=actor, now=now, thing_id=thing_id, values=_read(data), why=data["why"])
    return address_of(thing_id)


def _fill(*, actor: Actor, thing_id: str) -> dict[str, Any]:
    require(actor, "things.view")
    thing = get_thing(thing_id)
    names = (
        "kind",
        "name",
        "agency_code",
        "installed_on",
        "service_life_years",
        *TEXTS,
        "parent_id",
        "lon",
        "lat",
    )
    values = {name: getattr(thing, name) for name in names}
    attributes = json.dumps(thing.attributes, ensure_ascii=False, indent=1) if thing.attributes else ""
    return values | {"state": thing.state.value, "attributes": attributes}


def _move(*, actor: Actor, now: datetime, data: dict[str, Any], thing_id: str) -> str:
    move_thing(actor=actor, now=now, thing_id=thing_id, **data)
    return address_of(thing_id)


def _retire(*, actor: Actor, now: datetime, data: dict[str, Any], thing_id: str) -> str:
    retire_thing(actor=actor, now=now, thing_id=thing_id, why=data["why"])
    return address_of(thing_id)


def _page(ko: str, en: str, form: Any, run: Callable[..., str], **more: Any) -> FormPage:
    return FormPage(
        title=Text(ko=ko, en=en), permission="things.change", form=form, run=run, back=HOME, **more
    )


REGISTER = _page(
    "시설물 등록", "Register a thing", _build_form, _register, button=Text(ko="등록", en="Register")
)
CHANGE = _page("시설물 정보 고치기", "Change a thing", _build_form, _change, initial=_fill, is_undoable=True)
MOVE = _page("시설물 위치 옮기기", "Move a thing", MoveForm, _move, initial=_fill, is_undoable=True)
RETIRE = _page(
    "시설물 폐기",
    "Retire a thing",
    RetireForm,
    _retire,
    button=Text(ko="폐기", en="Retire"),
    is_destructive=True,
    consequence=Text(
        ko="이 시설물은 대장에 남지만 교체 계획과 가동 목록에서 빠집니다. 다시 설치하면 되살릴 수 있습니다.",
        en="It stays in the register but leaves the replacement plan and active lists. Installing it brings it back.",
    ),
)
