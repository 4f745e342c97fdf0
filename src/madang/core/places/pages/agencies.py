"""The city's districts as agencies, in one step."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from madang.core.base.interface import Actor, Text
from madang.core.pages.interface import FormPage
from madang.core.places.actions import register_district_agencies

HOME = "/desk/people/agencies/"


def _register(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    del data
    register_district_agencies(actor=actor, now=now)
    return HOME


DISTRICT_AGENCIES = FormPage(
    title=Text(ko="자치구를 기관으로", en="Districts as agencies"),
    permission="people.change_agencies",
    form=forms.Form,
    run=_register,
    button=Text(ko="기관으로 등록", en="Register them"),
    about=Text(
        ko="도시와 그 자치구를 기관으로 등록합니다. 담당자의 역할과 시설물이 기관에 속합니다.",
        en="Registers the city and its districts as agencies, to which officers’ roles and the ownership of things belong.",
    ),
    consequence=Text(
        ko="이미 있는 기관은 그대로 둡니다. 실·국·과는 기관 목록에서 더하거나 madang lay-out-agencies 명령으로 불러옵니다.",
        en="Agencies that are there stay as they are. Add offices and divisions in the list of agencies, or by "
        "madang lay-out-agencies FILE.",
    ),
    back=HOME,
)
