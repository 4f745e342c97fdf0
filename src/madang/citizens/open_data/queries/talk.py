"""Reads of questions, requests and the gallery."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, Count, F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast

from madang.citizens.open_data import models
from madang.citizens.open_data.records.talk import PUBLIC, App, DataRequest, Question, State, Task
from madang.core.base.interface import Actor, NotFound
from madang.core.people.interface import require

DESK = "/desk/open_data/talk/"
MODELS = {"question": models.QuestionRow, "request": models.RequestRow, "app": models.AppRow}
KINDS = tuple(MODELS)
SORTS = {"title": "words", "kind": "of", "agency_code": "owner", "state": "is_in"}
MOST_SHOWN = 200


def list_questions(*, actor: Actor, dataset: str) -> list[tuple[Question, list[Question]]]:
    """Return the talk about a dataset, newest question first: what is public, and the actor's own that waits."""
    rows = models.QuestionRow.objects.filter(dataset=dataset).filter(_visible(actor)).order_by("-at")
    all_of = [read_question(row) for row in rows[:MOST_SHOWN]]
    replies = [one for one in reversed(all_of) if one.parent_id]
    return [
        (one, [reply for reply in replies if reply.parent_id == one.id])
        for one in all_of
        if not one.parent_id
    ]


def list_requests(
    *, actor: Actor, search: str = "", state: str = "", sort: str = "", offset: int = 0, limit: int = 20
) -> tuple[list[DataRequest], int]:
    """Return a page of the requests that are public or the actor's own."""
    rows = models.RequestRow.objects.filter(_visible(actor)).annotate(supporters=Count("supports"))
    for word in search.split()[:10]:
        rows = rows.filter(Q(title__icontains=word) | Q(wanted__icontains=word))
    rows = rows.filter(state=state) if state else rows
    field = {"title": "title", "supporters": "supporters", "state": "state"}.get(sort.lstrip("-"), "at")
    rows = rows.order_by(("-" if sort.startswith("-") or not sort else "") + field, "id")
    return [read_request(row) for row in rows[offset : offset + limit]], rows.count()


def get_request(*, actor: Actor, request_id: str) -> DataRequest:
    """Return one request; raise NotFound where there is none, or the actor may not see it."""
    rows = models.RequestRow.objects.annotate(supporters=Count("supports")).filter(id=request_id)
    row = rows.filter(_visible(actor)).first()
    if row is None:
        raise NotFound("open_data.request_unknown", "그런 요청이 없습니다", "there is no such request")
    return read_request(row)


def list_apps(*, dataset: str = "") -> list[App]:
    """Return the gallery, newest first; of one dataset where it is named."""
    rows = models.AppRow.objects.filter(state=State.SHOWN).order_by("-at")[:MOST_SHOWN]
    return [one for one in map(read_app, rows) if not dataset or dataset in one.datasets]


def list_tasks(
    *,
    actor: Actor,
    kind: str = "",
    state: str = State.WAITING,
    search: str = "",
    sort: str = "at",
    offset: int = 0,
    limit: int = 50,
) -> tuple[list[Task], int]:
    """Return a page of what staff have to look at, and how much there is: theirs, and all where they moderate."""
    require(actor, "open_data.answer")
    kinds = [_list_of(name, actor, state, search) for name in KINDS if kind in {"", name}]
    if not kinds:
        return [], 0
    rows = kinds[0].union(*kinds[1:], all=True) if len(kinds) > 1 else kinds[0]
    sign, name = ("-", sort[1:]) if sort.startswith("-") else ("", sort)
    order = dict.fromkeys([SORTS.get(name, "at"), "at", "row_id"])
    page = rows.order_by(*(f"{sign}{one}" for one in order))[offset : offset + limit]
    return [_read_task(row) for row in page], rows.count()


def may_handle(actor: Actor, agency_code: str) -> bool:
    """Return whether `actor` sees to words for an agency; those for none are the moderators'."""
    if actor.may("open_data.moderate"):
        return True
    return bool(agency_code) and actor.may("open_data.answer", agency_code)


def find_row(kind: str, row_id: str) -> models.QuestionRow | models.RequestRow | models.AppRow:
    """Return a row of one of KINDS, or raise NotFound."""
    model = MODELS.get(kind)
    row = model.objects.filter(id=row_id).first() if model else None
    if row is None:
        raise NotFound("open_data.talk_unknown", "그런 글이 없습니다", "there is no such entry")
    return row


def read_question(row: models.QuestionRow) -> Question:
    """Return a row as it crosses the border."""
    return Question(
        id=row.id, dataset=row.dataset, parent_id=row.parent_id, text=row.text, author=row.author,
        account_id=row.account_id, agency_code=row.agency_code, state=State(row.state), asked_at=row.at,
        answer=row.answer, answered_by=row.answered_by, answered_at=row.answered_at, reason=row.reason,
    )  # fmt: skip


def read_request(row: models.RequestRow) -> DataRequest:
    """Return a row as it crosses the border."""
    return DataRequest(
        id=row.id, title=row.title, wanted=row.wanted, purpose=row.purpose, author=row.author,
        account_id=row.account_id, agency_code=row.agency_code, state=State(row.state), asked_at=row.at,
        supporters=getattr(row, "supporters", 0), answer=row.answer, answered_by=row.answered_by,
        answered_at=row.answered_at, dataset=row.dataset,
    )  # fmt: skip


def read_app(row: models.AppRow) -> App:
    """Return a row as it crosses the border."""
    return App(
        id=row.id, title=row.title, maker=row.author, address=row.address, about=row.about,
        datasets=tuple(row.datasets), account_id=row.account_id, state=State(row.state), entered_at=row.at,
        reason=row.reason,
    )  # fmt: skip


def _visible(actor: Actor) -> Q:
    public = Q(state__in=PUBLIC)
    return public if actor.kind == "anonymous" else public | Q(account_id=actor.id)


def _list_of(kind: str, actor: Actor, state: str, search: str) -> QuerySet[Any, dict[str, Any]]:
    """Return what `actor` sees to of one of KINDS, as rows that look alike for every kind."""
    model = MODELS[kind]
    rows = model.objects.filter(state=state) if state else model.objects.all()
    words = F("text") if model is models.QuestionRow else F("title")
    agency = Value("") if model is models.AppRow else F("agency_code")
    rows = rows.annotate(
        row_id=F("id"),
        of=Value(kind, CharField()),
        words=Cast(words, TextField()),
        owner=Cast(agency, CharField(max_length=40)),
        is_in=F("state"),
    )
    if not actor.may("open_data.moderate"):
        scopes = {scope for held, scope in actor.grants if held == "open_data.answer"}
        rows = rows.exclude(owner="") if "*" in scopes else rows.filter(owner__in=scopes - {""})
    rows = rows.filter(words__icontains=search) if search else rows
    return rows.values("row_id", "at", "of", "words", "owner", "is_in")  # a union takes them by their place


def _read_task(row: dict[str, Any]) -> Task:
    return Task(
        id=f"{row['of']}:{row['row_id']}",
        kind=row["of"],
        title=row["words"][:80],
        agency_code=row["owner"],
        state=State(row["is_in"]),
        at=row["at"],
        href=f"{DESK}{row['of']}/{row['row_id']}/",
    )
