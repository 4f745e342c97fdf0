"""Reviews of IT projects, and what a request is compared with."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from madang.core.base.interface import NotFound, read_pair
from madang.core.people.interface import list_agencies
from madang.core.things.interface import list_things
from madang.governance.budget.methods.similar import index_projects, score_duplicates
from madang.governance.budget.models import NodeRow, ReviewRow
from madang.governance.budget.records import Level, ProjectText
from madang.governance.budget.records.ledger import Side
from madang.governance.budget.records.reviews import Answer, Match, Review, ReviewState, ReviewStep

NUMBERS = re.compile(r"[\d\-_#]+")
MOST_MATCHES = 10


def get_review(review_id: int) -> Review:
    """Return one review with its steps; raises NotFound."""
    row = ReviewRow.objects.filter(pk=review_id).first()
    if row is None:
        raise NotFound("budget.review", "그런 심사가 없습니다", "there is no such review")
    return _read_review(row, {one.code: one.name.ko for one in list_agencies()})


def list_reviews(
    *, search: str = "", state: str = "", offset: int = 0, limit: int = 50
) -> tuple[tuple[Review, ...], int]:
    """Return reviews, newest first, with their number."""
    agencies = {one.code: one.name.ko for one in list_agencies()}
    rows = ReviewRow.objects.order_by("-requested_at", "-pk").prefetch_related("steps")
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(title__icontains=search) if search else rows
    return tuple(_read_review(row, agencies) for row in rows[offset : offset + limit]), rows.count()


def count_waiting() -> int:
    """Return how many reviews aren't decided."""
    waiting = [ReviewState.REQUESTED, ReviewState.CHECKED, ReviewState.COMPARED, ReviewState.ADVISED]
    return ReviewRow.objects.filter(state__in=[one.value for one in waiting]).count()


def find_matches(review: ReviewRow) -> tuple[Match, ...]:
    """Return running projects, other requests and registered things that resemble a request, most alike first."""
    found = [
        match
        for known in (_list_projects(), _list_requests(review), _list_things())
        for match in _match(known, read_pair(review.title).ko, read_pair(review.purpose).ko)
    ]
    return tuple(sorted(found, key=lambda one: -one.score_ratio)[:MOST_MATCHES])


def _match(known: Iterable[Match], title: str, purpose: str) -> list[Match]:
    by_id = {one.id: one for one in known}
    index = index_projects(
        ProjectText(id=one.id, title=read_pair(one.title).ko, purpose=" ".join(one.shared))
        for one in by_id.values()
    )
    return [
        msgspec.structs.replace(by_id[one.id], score_ratio=round(one.score_ratio, 4), shared=one.shared)
        for one in score_duplicates(index, title, purpose, limit=MOST_MATCHES)
    ]


def _list_projects() -> Iterable[Match]:
    """Yield the projects of open budgets; `shared` holds the purpose until they are compared."""
    rows = NodeRow.objects.filter(
        level=Level.PROJECT.value, book__is_open=True, book__side=Side.EXPENDITURE.value
    )
    for row in rows.select_related("parent__parent"):
        yield Match(
            kind="project",
            id=f"{row.book_id}:{row.code}",
            title=row.name,
            href=f"/desk/budget/{row.book_id}/{row.code}/",
            score_ratio=0.0,
            shared=(read_pair(row.purpose).ko,) if row.purpose else (),
        )


def _list_requests(review: ReviewRow) -> Iterable[Match]:
    """Yield what else was asked for, for the same year or a later one, and wasn't refused or withdrawn."""
    rows = ReviewRow.objects.filter(fiscal_year__gte=review.fiscal_year).exclude(pk=review.pk)
    for row in rows.exclude(state__in=[ReviewState.REFUSED.value, ReviewState.WITHDRAWN.value]):
        yield Match(
            kind="request",
            id=f"{row.pk}",
            title=row.title,
            href=f"/desk/budget/reviews/{row.pk}/",
            score_ratio=0.0,
            shared=(read_pair(row.purpose).ko,),
        )


def _list_things() -> Iterable[Match]:
    """Yield one of the things whose names differ only by numbers: a thousand poles are one question."""
    seen: set[str] = set()
    for one in list_things(limit=None):
        kind_of = NUMBERS.sub("", one.name).strip()
        if kind_of and kind_of not in seen:
            seen.add(kind_of)
            yield Match(
                kind="thing", id=one.id, title=kind_of, href=f"/desk/things/{one.id}/", score_ratio=0.0
            )


def _read_review(row: ReviewRow, agencies: dict[str, str]) -> Review:
    return Review(
        id=row.pk,
        title=row.title,
        purpose=row.purpose,
        agency_code=row.agency_code,
        agency_name=agencies.get(row.agency_code, row.agency_code),
        fiscal_year=row.fiscal_year,
        amount_krw=row.amount_krw,
        state=ReviewState(row.state),
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        answers={point: Answer(answer) for point, answer in row.answers.items()},
        matches=msgspec.convert(row.matches, tuple[Match, ...]),
        duplicate_note=row.duplicate_note,
        opinion=row.opinion,
        advised_krw=row.advised_krw,
        decision_note=row.decision_note,
        steps=tuple(
            ReviewStep(at=one.at, who=one.who, state=ReviewState(one.state), note=one.note)
            for one in row.steps.all()
        ),
    )
