"""Registers as people like to see them: kept under a name, chosen, shared, opened by themselves, removed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from madang.core.base.interface import Actor, BadInput, Conflict, NotFound

from .context import is_staff
from .models import SavedView

MOST_VIEWS = 50
"""Of one person in one register: more than anybody chooses among."""


def list_views(actor: Actor, path: str) -> list[SavedView]:
    """Return the views of the register at `path` that `actor` may choose: the own ones first, then shared ones."""
    if actor.kind == "anonymous":
        return []
    shown = Q(owner=actor.id)
    if is_staff(actor):
        shown |= Q(is_shared=True, agency_code__in=("", actor.agency_code))
    found = SavedView.objects.filter(shown, path=path)
    return sorted(found, key=lambda view: view.owner != actor.id)


def list_own(actor: Actor) -> QuerySet[SavedView]:
    """Return what `actor` may rename and remove: the own views and, for an administrator, shared ones."""
    return SavedView.objects.filter(
        Q(owner=actor.id) | (Q(is_shared=True) if actor.is_superuser else Q(pk=None))
    )


def get_own(actor: Actor, view_id: int) -> SavedView:
    """Return one of `list_own`; raise NotFound where it isn't among them."""
    found = list_own(actor).filter(pk=view_id).first()
    if found is None:
        raise NotFound("pages.unknown_view", "그런 보기가 없습니다", "there is no such view")
    return found


@transaction.atomic
def save_view(*, actor: Actor, data: dict[str, Any]) -> SavedView:
    """Keep `data` (path, query, name, is_shared, is_default); a view that has the name is replaced."""
    own = SavedView.objects.filter(owner=actor.id, path=data["path"])
    found = own.filter(name=data["name"]).first()
    if found is None and own.count() >= MOST_VIEWS:
        raise BadInput(
            "pages.too_many_views",
            f"한 목록에 보기를 {MOST_VIEWS}개까지 저장할 수 있습니다. 쓰지 않는 것을 지워 주십시오",
            f"a list keeps at most {MOST_VIEWS} views; remove some that you don't use",
        )
    view = found or SavedView(owner=actor.id, owner_name=actor.name, agency_code=actor.agency_code)
    return _write(view, actor, data)


@transaction.atomic
def change_view(*, actor: Actor, view_id: int, data: dict[str, Any]) -> SavedView:
    """Give a view another name, share it or not, let it open by itself or not.

    Raises
    ------
    Conflict
        another view of the same register has the name
    """
    view = get_own(actor, view_id)
    same = SavedView.objects.filter(owner=view.owner, path=view.path, name=data["name"])
    if same.exclude(pk=view_id).exists():
        raise Conflict(
            "pages.view_name_taken",
            "이 목록에 같은 이름의 보기가 있습니다",
            "the name is taken",
            field="name",
        )
    return _write(view, actor, data)


def remove_views(*, actor: Actor, view_ids: Sequence[str]) -> int:
    """Remove those of `view_ids` that `actor` may remove; return how many."""
    numbers = [int(one) for one in view_ids if one.isascii() and one.isdigit() and len(one) < 19]
    return list_own(actor).filter(pk__in=numbers).delete()[0]


def _write(view: SavedView, actor: Actor, data: dict[str, Any]) -> SavedView:
    for name, value in data.items():
        setattr(view, name, value)
    view.is_shared = view.is_shared and is_staff(actor)
    if view.is_default:
        SavedView.objects.filter(owner=view.owner, path=view.path).update(is_default=False)
    view.save()
    return view
