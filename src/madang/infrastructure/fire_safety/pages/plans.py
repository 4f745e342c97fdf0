"""A floor's plan as a picture: uploading it, and saying by a click where detectors hang."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import urlencode

from madang.core.base.interface import Actor, MadangError, Text, now
from madang.core.pages.interface import FormPage, page, say_lazily
from madang.infrastructure.fire_safety.actions import place_detector, remove_plan, save_plan
from madang.infrastructure.fire_safety.methods.naming import say_floor, say_place
from madang.infrastructure.fire_safety.queries import (
    find_plan,
    get_facility,
    list_detectors,
    list_plan_floors,
    read_plan_picture,
)
from madang.infrastructure.fire_safety.records import KIND_NAMES

from .drawing import draw_plan, list_floors
from .facilities import CHANGE, FACILITIES, name_facility

TITLE = Text(ko="감지기 자리", en="Where detectors hang")


@page("fire_safety.view", title=TITLE)
def show_picture(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Send a plan's picture."""
    response = HttpResponse(read_plan_picture(request.actor, plan_id), content_type="image/png")
    response["Cache-Control"] = "private, no-cache"
    return response


class PlanForm(forms.Form):
    """A picture of a floor."""

    floor = forms.CharField(label=say_lazily("층", "Floor"), max_length=100)
    width_m = forms.FloatField(
        label=say_lazily("그림의 너비 (m)", "How wide the picture is (m)"), min_value=1, max_value=1000
    )
    file = forms.FileField(
        label=say_lazily("평면도 그림", "Picture of the plan"),
        widget=forms.ClearableFileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )


def _save(*, actor: Actor, now: datetime, data: dict[str, Any], code: str) -> str:
    save_plan(
        actor=actor,
        now=now,
        code=code,
        floor=data["floor"],
        content=data["file"].read(),
        width_m=data["width_m"],
    )
    return f"{FACILITIES}{code}/place/?{urlencode({'floor': data['floor'].strip()})}"


PLAN_FORM = FormPage(
    title=Text(ko="평면도 올리기", en="Upload a floor plan"),
    permission=CHANGE,
    form=PlanForm,
    run=_save,
    consequence=Text(
        ko="이 층의 화면과 상황판에 이 그림이 보입니다. 이미 있는 그림은 바뀝니다.",
        en="This floor is shown with the picture, on the wall too. One that is there is replaced.",
    ),
    back=FACILITIES,
    subject=name_facility,
    is_upload=True,
)


def _choose_pictured(_actor: Actor, code: str) -> type[forms.Form]:
    """Return the form that asks which of the floors with a picture."""
    floors = [
        (one, say_lazily(name.ko, name.en)) for one in list_plan_floors(code) for name in [say_floor(one)]
    ]
    return type(
        "RemoveForm",
        (forms.Form,),
        {"floor": forms.ChoiceField(label=say_lazily("층", "Floor"), choices=floors)},
    )


def _remove(*, actor: Actor, now: datetime, data: dict[str, Any], code: str) -> str:
    remove_plan(actor=actor, now=now, code=code, floor=data["floor"])
    return f"{FACILITIES}{code}/"


REMOVE_PLAN = FormPage(
    title=Text(ko="평면도 그림 지우기", en="Remove a floor plan"),
    permission=CHANGE,
    form=_choose_pictured,
    run=_remove,
    button=Text(ko="지우기", en="Remove"),
    is_destructive=True,
    consequence=Text(
        ko="층은 다시 방의 치수로 그려집니다.", en="The floor is drawn again from the measures of its rooms."
    ),
    back=FACILITIES,
    subject=name_facility,
)


@page(CHANGE, title=TITLE, methods=("GET", "POST"))
def place(request: HttpRequest, code: str) -> HttpResponse:
    """Show a floor on which a click says where the chosen detector hangs; take what was said."""
    actor = request.actor
    facility, detectors = get_facility(actor, code), list_detectors(actor, code)
    floors = list_floors(facility, detectors, list_plan_floors(code))
    floor = request.POST.get("floor") or request.GET.get("floor") or (floors[0] if floors else "")
    if request.method == "POST":
        try:
            x, y = float(request.POST.get("x", "")), float(request.POST.get("y", ""))
            chosen = request.POST.get("detector", "")
            place_detector(actor=actor, now=now(), code=code, detector=chosen, floor=floor, place=(x, y))
            messages.success(
                request,
                Text(ko=f"{chosen}의 자리를 옮겼습니다.", en=f"{chosen} has its place.").say(
                    request.language
                ),
            )
        except ValueError:
            messages.error(
                request,
                Text(ko="자리를 숫자로 적어 주십시오", en="say the place in numbers").say(request.language),
            )
        except MadangError as error:
            messages.error(request, error.text.say(request.language))
        return HttpResponseRedirect(f"{FACILITIES}{code}/place/?{urlencode({'floor': floor})}")
    picture = find_plan(actor, code, floor)
    context = {
        "title": TITLE,
        "facility": facility,
        "floors": [(one, say_floor(one)) for one in floors],
        "floor": floor,
        "plan": draw_plan(facility, detectors, floor, now(), picture=picture),
        "has_picture": picture is not None,
        "detectors": [
            (one, KIND_NAMES[one.kind], say_place(one.floor, one.room))
            for one in sorted(detectors, key=lambda one: one.floor != floor)
        ],
    }
    return render(request, "fire_safety/place.html", context)
