"""Questions, requests and gallery entries: citizens write, staff see to it, the owner answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import IntegrityError, transaction

from madang.citizens.open_data import models
from madang.citizens.open_data.methods.naming import mask_name
from madang.citizens.open_data.queries.talk import find_row, may_handle
from madang.citizens.open_data.records.talk import MOST_WAITING, PUBLIC, State
from madang.core.base.interface import ANONYMOUS, Actor, BadInput, Conflict, NotAllowed, NotFound, new_id
from madang.core.lake.interface import get_dataset
from madang.core.people.interface import get_agency, record_audit, refuse_personal, require

LONGEST = 2000
WEB = URLValidator(schemes=["http", "https"])


def ask_question(*, actor: Actor, now: datetime, dataset: str, text: str, parent_id: str = "") -> str:
    """Ask about a public dataset, or add a word under a question; return its id. It waits until staff show it."""
    require(actor, "signed-in")
    record = get_dataset(actor=ANONYMOUS, name=dataset)
    parents = models.QuestionRow.objects.filter(id=parent_id, dataset=dataset, parent_id="", state__in=PUBLIC)
    if parent_id and not parents.exists():
        raise NotFound("open_data.question_unknown", "그런 질문이 없습니다", "there is no such question")
    with transaction.atomic():
        _check_waiting(models.QuestionRow, actor)
        row = models.QuestionRow.objects.create(
            **_begin(actor, now),
            dataset=dataset,
            parent_id=parent_id,
            agency_code=record.table.owner_agency,
            text=_take(text, "text"),
        )
        record_audit(
            actor=actor, action="open_data.ask", subject=row.id, now=now, details={"dataset": dataset}
        )
    return row.id


def request_data(
    *, actor: Actor, now: datetime, title: str, wanted: str, purpose: str, agency_code: str = ""
) -> str:
    """Ask the city to open some data; return the request's id."""
    require(actor, "signed-in")
    if agency_code:
        get_agency(agency_code)
    refuse_personal(purpose, "purpose")
    with transaction.atomic():
        _check_waiting(models.RequestRow, actor)
        row = models.RequestRow.objects.create(
            **_begin(actor, now),
            title=_take(title, "title")[:120],
            wanted=_take(wanted, "wanted"),
            purpose=purpose.strip()[:LONGEST],
            agency_code=agency_code,
        )
        record_audit(actor=actor, action="open_data.request", subject=row.id, now=now)
    return row.id


def support_request(*, actor: Actor, now: datetime, request_id: str) -> None:
    """Say that one wants the same data; once is as often as many times."""
    require(actor, "signed-in")
    row = models.RequestRow.objects.filter(id=request_id, state__in=PUBLIC).first()
    if row is None:
        raise NotFound("open_data.request_unknown", "그런 요청이 없습니다", "there is no such request")
    try:
        with transaction.atomic():
            models.SupportRow.objects.create(request=row, account_id=actor.id)
            record_audit(actor=actor, action="open_data.support", subject=request_id, now=now)
    except IntegrityError:
        return


def enter_app(
    *, actor: Actor, now: datetime, title: str, address: str, about: str, datasets: Sequence[str]
) -> str:
    """Enter something made with the city's data for the gallery; return its id."""
    require(actor, "signed-in")
    try:
        WEB(address)
    except ValidationError as error:
        raise BadInput(
            "open_data.address", "https://로 시작하는 주소를 적어 주세요", "write an address", field="address"
        ) from error
    for name in datasets:
        get_dataset(actor=ANONYMOUS, name=name)
    with transaction.atomic():
        _check_waiting(models.AppRow, actor)
        row = models.AppRow.objects.create(
            **_begin(actor, now),
            title=_take(title, "title")[:120],
            address=address,
            about=_take(about, "about"),
            datasets=sorted(set(datasets)),
        )
        record_audit(actor=actor, action="open_data.enter_app", subject=row.id, now=now)
    return row.id


def show_entry(*, actor: Actor, now: datetime, kind: str, entry_id: str) -> None:
    """Let everyone see a question or request, or accept an entry into the gallery."""
    _decide(actor, now, kind, entry_id, state=State.SHOWN)


def hide_entry(*, actor: Actor, now: datetime, kind: str, entry_id: str, reason: str) -> None:
    """Keep an entry from everyone but its author, who reads the reason."""
    words = _clean(reason, "text")
    fields = {"answer": words} if kind == "request" else {"reason": words}
    _decide(actor, now, kind, entry_id, state=State.HIDDEN, **fields)


def answer_entry(
    *,
    actor: Actor,
    now: datetime,
    kind: str,
    entry_id: str,
    text: str,
    dataset: str = "",
    declines: bool = False,
) -> None:
    """Answer a question or request for its agency, and show it. Where it `declines`, the answer says why."""
    if kind == "app":
        raise BadInput("open_data.kind", "갤러리 글에는 답하지 않습니다", "gallery entries aren't answered")
    fields = {
        "answer": _clean(text, "text"),
        "answered_by": actor.agency_code or actor.name,
        "answered_at": now,
    }
    if kind == "request" and dataset:
        get_dataset(actor=ANONYMOUS, name=dataset)
        fields["dataset"] = dataset
    state = State.DECLINED if declines else State.ANSWERED
    _decide(actor, now, kind, entry_id, state=state, **fields)


def _decide(actor: Actor, now: datetime, kind: str, entry_id: str, **fields: object) -> None:
    require(actor, "open_data.answer")
    with transaction.atomic():
        row = find_row(kind, entry_id)
        agency = "" if isinstance(row, models.AppRow) else row.agency_code
        if not may_handle(actor, agency):
            raise NotAllowed(
                "open_data.not_owner",
                "이 글은 데이터를 가진 기관이나 데이터 담당자가 다룹니다",
                "the owner agency or a data officer sees to this",
            )
        for name, value in fields.items():
            setattr(row, name, value)
        row.decided_at = now
        row.save()
        details = {"state": str(fields["state"])}
        record_audit(
            actor=actor, action=f"open_data.decide_{kind}", subject=entry_id, now=now, details=details
        )


def _begin(actor: Actor, now: datetime) -> dict[str, object]:
    return {"id": new_id(), "account_id": actor.id, "author": mask_name(actor.name), "at": now}


def _check_waiting(model: type[models.TalkRow], actor: Actor) -> None:
    if model.objects.filter(account_id=actor.id, state=State.WAITING).count() >= MOST_WAITING:
        raise Conflict(
            "open_data.waiting_full",
            f"확인을 기다리는 글이 {MOST_WAITING}개예요. 먼저 쓴 글을 확인한 뒤에 써 주세요.",
            f"{MOST_WAITING} of your entries wait; please wait until they were seen",
        )


def _clean(text: str, field: str) -> str:
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise BadInput(
            "open_data.text",
            f"1자부터 {LONGEST}자까지 적어 주세요",
            f"write 1 to {LONGEST} letters",
            field=field,
        )
    return text


def _take(text: str, field: str) -> str:
    """Return what a citizen wrote; personal data isn't taken."""
    refuse_personal(text, field)
    return _clean(text, field)
