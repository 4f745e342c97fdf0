"""The review of IT projects for other people's programs: each step of it, by the same actions as the pages."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from starlette.requests import Request

from madang.core.base.interface import Text, now
from madang.core.pages.interface import Route
from madang.governance.budget.actions.reviewing import (
    REQUEST,
    REVIEW,
    answer_checklist,
    compare_request,
    decide_review,
    give_opinion,
    request_review,
    withdraw_review,
)
from madang.governance.budget.queries.reviews import get_review, list_reviews
from madang.governance.budget.records.reviews import Answer, Review, ReviewState

from .books import TAGS, VIEW, PageQuery, Won

_Words = Annotated[str, Meta(min_length=1, max_length=5000)]
_Short = Annotated[str, Meta(max_length=1000)]


class ReviewsQuery(PageQuery, frozen=True, kw_only=True):
    """Which reviews, newest first."""

    state: ReviewState | None = None


class Reviews(msgspec.Struct, frozen=True):
    """A page of reviews and how many there are."""

    total: int
    reviews: tuple[Review, ...]


class RequestBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The project a division asks the review of."""

    title: Annotated[str, Meta(min_length=1, max_length=200)]
    purpose: _Words
    agency_code: Annotated[str, Meta(min_length=1, max_length=40)]
    fiscal_year: Annotated[int, Meta(ge=2000, le=2200)]
    amount_krw: Won


class ChecklistBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer to every point of the checklist, by its name."""

    answers: Annotated[dict[str, Answer], Meta(max_length=50)]


class OpinionBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The reviewers' opinion; where something alike was found, `duplicate_note` says whether it is the same."""

    opinion: _Words
    advised_krw: Annotated[int, Meta(ge=0, le=10**16)]
    duplicate_note: _Short = ""


class WithdrawalBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a request is taken back."""

    note: Annotated[str, Meta(min_length=1, max_length=1000)]


class DecisionBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The decision with its reason."""

    state: Literal["approved", "conditional", "refused"]
    note: Annotated[str, Meta(min_length=1, max_length=1000)]


def send_reviews(_request: Request, query: ReviewsQuery, _body: None) -> Reviews:
    """Answer reviews."""
    state = query.state.value if query.state else ""
    found, total = list_reviews(state=state, offset=query.offset, limit=query.limit)
    return Reviews(total, found)


def send_review(request: Request, _query: None, _body: None) -> Review:
    """Answer one review with its steps."""
    return get_review(request.path_params["review_id"])


def ask(request: Request, _query: None, body: RequestBody) -> Review:
    """Ask for the review of a project."""
    said = msgspec.structs.asdict(body)
    return get_review(request_review(actor=request.state.actor, now=now(), **said))


def check(request: Request, _query: None, body: ChecklistBody) -> Review:
    """Answer the checklist."""
    number = request.path_params["review_id"]
    answer_checklist(actor=request.state.actor, now=now(), review_id=number, answers=body.answers)
    return get_review(number)


def compare(request: Request, _query: None, _body: None) -> Review:
    """Look for what is alike."""
    number = request.path_params["review_id"]
    compare_request(actor=request.state.actor, now=now(), review_id=number)
    return get_review(number)


def advise(request: Request, _query: None, body: OpinionBody) -> Review:
    """Give the opinion."""
    number = request.path_params["review_id"]
    said = msgspec.structs.asdict(body)
    give_opinion(actor=request.state.actor, now=now(), review_id=number, **said)
    return get_review(number)


def decide(request: Request, _query: None, body: DecisionBody) -> Review:
    """Decide."""
    number = request.path_params["review_id"]
    state = ReviewState(body.state)
    decide_review(actor=request.state.actor, now=now(), review_id=number, state=state, note=body.note)
    return get_review(number)


def withdraw(request: Request, _query: None, body: WithdrawalBody) -> Review:
    """Take a request back."""
    number = request.path_params["review_id"]
    withdraw_review(actor=request.state.actor, now=now(), review_id=number, note=body.note)
    return get_review(number)


ROUTES = [
    Route(
        "GET", "/api/budget/reviews", send_reviews, VIEW,
        Text(ko="정보화사업 심사", en="Reviews of IT projects"), query=ReviewsQuery, returns=Reviews, tags=TAGS,
    ),
    Route(
        "GET", "/api/budget/reviews/{review_id:int}", send_review, VIEW,
        Text(ko="심사 한 건", en="A review"), returns=Review, tags=TAGS,
    ),
    *(
        Route("POST", f"/api/budget/reviews{path}", endpoint, permission, title, body=body, returns=Review, tags=TAGS)
        for path, endpoint, permission, body, title in (
            ("", ask, REQUEST, RequestBody, Text(ko="심사 요청", en="Ask for a review")),
            ("/{review_id:int}/checklist", check, REQUEST, ChecklistBody, Text(ko="점검표", en="Checklist")),
            ("/{review_id:int}/comparison", compare, REVIEW, None, Text(ko="중복 검토", en="Look for duplicates")),
            ("/{review_id:int}/opinion", advise, REVIEW, OpinionBody, Text(ko="심사 의견", en="Opinion")),
            ("/{review_id:int}/decision", decide, REVIEW, DecisionBody, Text(ko="결정", en="Decide")),
            ("/{review_id:int}/withdrawal", withdraw, REQUEST, WithdrawalBody, Text(ko="요청 거두기", en="Withdraw")),
        )
    ),
]  # fmt: skip
