"""Where people save the present view of a register, and keep those they saved in order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.urls import Resolver404, path, resolve

from madang.core.base.interface import Actor, BadInput, ColumnType, Text, read_pair

from .context import is_staff
from .forms import FormPage, say_lazily
from .lists import ListAction, ListColumn, ListPage
from .models import SavedView
from .saved_views import change_view, get_own, list_own, remove_views, save_view

VIEWS = "/views/"


class ViewForm(forms.Form):
    """What is said of a view."""

    name = forms.CharField(label=say_lazily("이름", "Name"), max_length=60)
    is_default = forms.BooleanField(
        label=say_lazily("이 목록을 열 때 먼저 보이기", "Open the list with this view"), required=False
    )


class SharedViewForm(ViewForm):
    """What an officer says of a view."""

    is_shared = forms.BooleanField(
        label=say_lazily("동료와 함께 쓰기", "Share with colleagues"), required=False
    )


class NewViewForm(SharedViewForm):
    """A view with what it shows, as the register wrote it."""

    path = forms.CharField(max_length=200, widget=forms.HiddenInput)
    query = forms.CharField(max_length=2000, widget=forms.HiddenInput)


def _choose_form(actor: Actor, **_address: Any) -> type[ViewForm]:
    return SharedViewForm if is_staff(actor) else ViewForm


def _save(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:  # noqa: ARG001
    view = _find_register(data["path"])
    if view is None or not actor.may(view.permission):
        raise BadInput("pages.no_register", "보기를 저장할 목록이 없습니다", "there is no such list")
    return save_view(actor=actor, data=data).address


def _change(*, actor: Actor, now: datetime, data: dict[str, Any], view_id: int) -> str:  # noqa: ARG001
    change_view(actor=actor, view_id=view_id, data=data)
    return VIEWS


def _remove(*, actor: Actor, now: datetime, ids: list[str]) -> Text:  # noqa: ARG001
    count = remove_views(actor=actor, view_ids=ids)
    return Text(ko=f"보기 {count}개를 지웠어요.", en=f"{count} views removed.")


def _fill(*, actor: Actor, view_id: int) -> dict[str, Any]:
    view = get_own(actor, view_id)
    return {"name": view.name, "is_shared": view.is_shared, "is_default": view.is_default}


def _find_register(address: str) -> Any:
    """Return the view of the register at `address`; None where there is none."""
    try:
        found: Any = resolve(address).func
    except Resolver404:
        return None
    return found if isinstance(getattr(found, "declared_by", None), ListPage) else None


def _name_register(view: SavedView) -> Text:
    found = _find_register(view.path)
    return found.title if found else Text(ko=view.path, en=view.path)


def _list_rows(*, actor: Actor, search: str, filters: dict[str, str]) -> Iterable[SavedView]:  # noqa: ARG001
    return list_own(actor).filter(name__icontains=search)


OWN_VIEWS = ListPage(
    title=Text(ko="저장한 보기", en="Saved views"),
    about=Text(
        ko="목록을 찾고 거르고 정렬한 모양을 이름 붙여 저장한 거예요.",
        en="Lists as you searched, filtered and sorted them, each under a name.",
    ),
    permission="signed-in",
    rows=_list_rows,
    columns=(
        ListColumn(name="name", title=Text(ko="이름", en="Name"), href=lambda view: view.address),
        ListColumn(name="path", title=Text(ko="목록", en="List"), value=_name_register),
        ListColumn(name="is_default", title=Text(ko="먼저 보임", en="Opens first"), type=ColumnType.BOOLEAN),
        ListColumn(name="is_shared", title=Text(ko="함께 씀", en="Shared"), type=ColumnType.BOOLEAN),
        ListColumn(
            name="owner_name",
            title=Text(ko="저장한 사람", en="Saved by"),
            value=lambda row: read_pair(row.owner_name),
            shown=False,
        ),
        ListColumn(
            name="change",
            title=Text(ko="바꾸기", en="Change"),
            value=lambda _: Text(ko="이름과 쓰임", en="Name and use"),
            href=lambda view: f"{VIEWS}{view.pk}/",
            sortable=False,
        ),
    ),
    sort="name",
    actions=(
        ListAction(
            name="remove",
            title=Text(ko="지우기", en="Remove"),
            permission="signed-in",
            consequence=Text(
                ko="보기 {count}개를 지워요. 함께 쓰던 것은 동료에게서도 사라져요. 목록의 자료는 그대로예요.",
                en="{count} views are removed, shared ones for your colleagues too. What the lists hold stays.",
            ),
            run=_remove,
            is_destructive=True,
        ),
    ),
    empty=Text(
        ko="저장한 보기가 없어요. 목록을 찾거나 거르고 ‘보기 저장’을 누르면 여기에 모여요.",
        en="No views yet. Search or filter a list and press “Save view”; it is kept here.",
    ),
)
NEW_VIEW = FormPage(
    title=Text(ko="보기 저장", en="Save view"),
    permission="signed-in",
    form=NewViewForm,
    run=_save,
    back=VIEWS,
)
VIEW = FormPage(
    title=Text(ko="보기 바꾸기", en="Change a view"),
    permission="signed-in",
    form=_choose_form,
    run=_change,
    initial=_fill,
    is_undoable=True,
    back=VIEWS,
)
urlpatterns = [
    path("", OWN_VIEWS.as_view()),
    path("new/", NEW_VIEW.as_view()),
    path("<int:view_id>/", VIEW.as_view()),
]
