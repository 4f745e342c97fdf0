"""Themes: written, reviewed, published, withdrawn; and what districts ask for."""

from __future__ import annotations

import re
from datetime import datetime

import msgspec
from django.db import transaction

from madang.citizens.city_map import models
from madang.citizens.city_map.methods.fields import LINK, check_fields
from madang.citizens.city_map.queries.features import get_collection
from madang.citizens.city_map.queries.themes import get_request, get_theme
from madang.citizens.city_map.records import COLOURS, Outline, ThemeState, ThemeValues
from madang.core.base.interface import Actor, BadInput, Conflict, Text, new_id
from madang.core.people.interface import record_audit, require

from .mirroring import mirror_theme, touch

EDIT, PUBLISH = "city_map.edit", "city_map.publish"
CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")


def create_theme(*, actor: Actor, now: datetime, code: str, values: ThemeValues) -> None:
    """Begin a theme as a draft. Raises Conflict where the code is taken."""
    require(actor, EDIT, values.agency_code)
    if not CODE.fullmatch(code):
        raise BadInput(
            "city_map.code",
            "영문 소문자로 시작해 소문자, 숫자, 밑줄로 2–40자를 적어 주십시오",
            "2 to 40 lower case letters, digits and underscores, beginning with a letter",
            field="code",
        )
    _check(values)
    with transaction.atomic():
        if models.ThemeRow.objects.filter(pk=code).exists():
            raise Conflict(
                "city_map.taken", f"{code}은(는) 이미 있는 주제입니다", f"{code} is taken", field="code"
            )
        row = models.ThemeRow(code=code, state=ThemeState.DRAFT)
        _save(row, values, now)
        record_audit(actor=actor, now=now, action="city_map.create_theme", subject=code)


def change_theme(*, actor: Actor, now: datetime, code: str, values: ThemeValues) -> None:
    """Change what is said of a theme; of a published one only by who may publish it."""
    _check(values)
    with transaction.atomic():
        row = _lock(code)
        require(actor, EDIT, row.agency_code)
        require(actor, EDIT, values.agency_code)
        if row.state == ThemeState.PUBLISHED:
            require(actor, PUBLISH, row.agency_code)
        is_other = row.values.get("outline", Outline.POINT) != values.outline
        if is_other and models.PlaceRow.objects.filter(theme_id=code).exists():
            raise Conflict(
                "city_map.outline",
                "장소가 있는 주제는 점, 선, 면을 바꿀 수 없습니다. 새 주제를 만들어 주십시오.",
                "a theme that has places stays points, lines or areas; make a new one",
                field="outline",
            )
        _save(row, values, now)
        touch(code)
        details = {"title": values.title.ko, "dataset": values.dataset}
        record_audit(actor=actor, now=now, action="city_map.change_theme", subject=code, details=details)
    mirror_theme(code, now=now)


def submit_theme(*, actor: Actor, now: datetime, code: str) -> None:
    """Hand a draft over for review."""
    _move(actor, now, code, EDIT, {ThemeState.DRAFT, ThemeState.WITHDRAWN}, ThemeState.REVIEW)


def publish_theme(*, actor: Actor, now: datetime, code: str) -> None:
    """Show a reviewed theme to everyone, within its days. Raises Conflict where it has no place yet."""
    if not get_theme(code).values.dataset and not models.PlaceRow.objects.filter(theme_id=code).exists():
        raise Conflict("city_map.empty", "아직 장소가 없어 공개할 수 없습니다", "it has no place yet")
    _move(actor, now, code, PUBLISH, {ThemeState.REVIEW}, ThemeState.PUBLISHED)


def return_theme(*, actor: Actor, now: datetime, code: str, reason: str) -> None:
    """Give a theme in review back to its makers, with the reason."""
    _move(actor, now, code, PUBLISH, {ThemeState.REVIEW}, ThemeState.DRAFT, reason)


def withdraw_theme(*, actor: Actor, now: datetime, code: str, reason: str) -> None:
    """Hide a published theme, with the reason; its places are kept."""
    _move(actor, now, code, PUBLISH, {ThemeState.PUBLISHED}, ThemeState.WITHDRAWN, reason)


def _move(
    actor: Actor,
    now: datetime,
    code: str,
    permission: str,
    origins: set[ThemeState],
    state: ThemeState,
    reason: str | None = None,
) -> None:
    if reason is not None and not reason.strip():
        raise BadInput("city_map.reason", "까닭을 적어 주십시오", "say why", field="reason")
    with transaction.atomic():
        row = _lock(code)
        require(actor, permission, row.agency_code)
        if row.state not in origins:
            raise Conflict(
                "city_map.state", "지금 상태에서는 할 수 없습니다", f"this can't be done from {row.state}"
            )
        row.state, row.note, row.changed_at = state, (reason or "").strip()[:500], now
        row.save(update_fields=["state", "note", "changed_at"])
        touch(code)
        record_audit(
            actor=actor, now=now, action=f"city_map.{state}", subject=code, details={"reason": row.note}
        )
    mirror_theme(code, now=now)


def _check(values: ThemeValues) -> None:
    check_fields(values.fields)
    first, last = values.shown_from, values.shown_until
    if first is not None and last is not None and last < first:
        raise BadInput(
            "city_map.days",
            "공개 마지막 날이 첫날보다 앞섭니다",
            "it would end before it begins",
            field="shown_until",
        )
    if values.source_link and not LINK.fullmatch(values.source_link):
        raise BadInput(
            "city_map.link", "http로 시작하는 주소를 적어 주십시오", "write an address that begins with http",
            field="source_link",
        )  # fmt: skip
    if values.colour and values.colour not in COLOURS:
        raise BadInput("city_map.colour", "그런 색이 없습니다", "there is no such colour", field="colour")
    if values.dataset:
        get_collection(values.dataset)


def _save(row: models.ThemeRow, values: ThemeValues, now: datetime) -> None:
    row.values = msgspec.to_builtins(values)
    row.title_ko, row.agency_code = values.title.ko[:200], values.agency_code
    row.dataset, row.changed_at = values.dataset, now
    row.save()


def _lock(code: str) -> models.ThemeRow:
    get_theme(code)
    return models.ThemeRow.objects.select_for_update().get(pk=code)


def request_theme(*, actor: Actor, now: datetime, agency_code: str, title: str, why: str) -> str:
    """Ask for a theme in the name of a district, and return the request's id."""
    require(actor, "city_map.request", agency_code)
    with transaction.atomic():
        row = models.RequestRow.objects.create(
            id=new_id(), agency_code=agency_code, title=title, why=why, state="open", asked_at=now
        )
        record_audit(actor=actor, now=now, action="city_map.request_theme", subject=row.pk)
    return row.pk


def answer_request(
    *, actor: Actor, now: datetime, request_id: str, is_accepted: bool, reason: str, code: str = ""
) -> None:
    """Answer a district's request: accepted, it becomes a draft of that district under `code`."""
    found = get_request(actor=actor, request_id=request_id)
    require(actor, PUBLISH, found.agency_code)
    if not is_accepted and not reason.strip():
        raise BadInput("city_map.reason", "까닭을 적어 주십시오", "say why", field="reason")
    with transaction.atomic():
        state = "accepted" if is_accepted else "rejected"
        changed = models.RequestRow.objects.filter(pk=request_id, state="open").update(
            state=state, reason=reason.strip()[:500], theme=code if is_accepted else "", decided_at=now
        )
        if not changed:
            raise Conflict("city_map.answered", "이미 답한 요청입니다", "this request is answered already")
        record_audit(actor=actor, now=now, action=f"city_map.request_{state}", subject=request_id)
        if is_accepted:
            title = Text(ko=found.title, en=found.title)
            values = ThemeValues(title=title, about=Text(ko=found.why, en=""), agency_code=found.agency_code)
            create_theme(actor=actor, now=now, code=code, values=values)
