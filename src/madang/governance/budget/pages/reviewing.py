"""The review of IT projects: the list, a request, and one step after the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from madang.core.base.interface import Actor, ColumnType, Text, now, read_pair
from madang.core.pages.interface import (
    Detail,
    DetailPage,
    Fact,
    FormPage,
    Happening,
    ListFilter,
    ListPage,
    RecordAction,
    Tab,
    page,
    say_lazily,
)
from madang.core.people.interface import list_agencies, require
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
from madang.governance.budget.queries.names import read_names
from madang.governance.budget.queries.reviews import get_review, list_reviews
from madang.governance.budget.records.reviews import (
    ANSWER_NAMES,
    CHECKLIST,
    DECISIONS,
    REVIEW_NAMES,
    Answer,
    Review,
    ReviewState,
    ReviewStep,
)

from .forms import won_field
from .words import HOME, VIEW, find_today, text_column, won, write_percent

REVIEWS = Text(ko="정보화사업 심사", en="Review of IT projects")
HERE = f"{HOME}reviews/"
NOTHING = Text(ko="아직 하지 않음", en="Not yet")


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Any], int]:
    del sort
    require(actor, VIEW)
    found, total = list_reviews(search=search, state=filters.get("state", ""), offset=offset, limit=limit)
    agencies = _name_agencies()
    return [
        {
            "id": one.id,
            "href": f"{HERE}{one.id}/",
            "title": read_pair(one.title),
            "agency": agencies.get(one.agency_code, one.agency_name),
            "fiscal_year": f"{one.fiscal_year}",
            "amount_krw": one.amount_krw,
            "state": REVIEW_NAMES[one.state],
            "matches": len(one.matches),
            "requested_at": one.requested_at,
        }
        for one in found
    ], total


def _name_agencies() -> dict[str, Text]:
    return {one.code: one.name for one in list_agencies()}


REVIEW_LIST = ListPage(
    title=REVIEWS,
    permission=VIEW,
    about=Text(
        ko="요청 → 점검표 → 중복 검토 → 의견 → 결정. 요청한 사람은 결정하지 못합니다.",
        en="Request → checklist → duplicate check → opinion → decision. Who asks doesn't decide.",
    ),
    columns=(
        text_column("title", "사업", "Project", href=lambda row: row["href"]),
        text_column("agency", "부서", "Division"),
        text_column("fiscal_year", "예산 연도", "Year"),
        won("amount_krw", Text(ko="요청 금액", en="Asked for"), sortable=False),
        text_column("state", "단계", "Step"),
        text_column("matches", "비슷한 것", "Alike", type=ColumnType.INTEGER),
        text_column("requested_at", "요청한 때", "Asked", type=ColumnType.TIME),
    ),
    query=_query,
    filters=(
        ListFilter(
            name="state",
            title=Text(ko="단계", en="Step"),
            choices=tuple((one.value, name) for one, name in REVIEW_NAMES.items()),
        ),
    ),
    empty=Text(
        ko="아직 심사 요청이 없습니다. 정보화사업을 예산에 올리기 전에 심사를 요청합니다.",
        en="No review was asked for yet. IT projects are reviewed before they go into a budget.",
    ),
    create=(f"{HERE}new/", Text(ko="심사 요청", en="Ask for a review"), REQUEST),
)


def _build_request(actor: Actor) -> type[forms.Form]:
    agencies = [
        (one.code, say_lazily(one.name.ko, one.name.en))
        for one in list_agencies()
        if actor.may(REQUEST, one.code)
    ]
    return type(
        "RequestForm",
        (forms.Form,),
        {
            "title": forms.CharField(label=say_lazily("사업명", "Project"), max_length=200),
            "purpose": forms.CharField(
                label=say_lazily("목적과 내용", "Purpose and content"),
                max_length=5000,
                widget=forms.Textarea(attrs={"rows": 5}),
            ),
            "agency_code": forms.ChoiceField(label=say_lazily("부서", "Division"), choices=agencies),
            "fiscal_year": forms.IntegerField(
                label=say_lazily("예산 연도", "Fiscal year"), min_value=2000, max_value=2200
            ),
            "amount_krw": won_field("요청 금액 (원)", "Amount asked for (won)"),
        },
    )


def _request(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    return f"{HERE}{request_review(actor=actor, now=now, **data)}/"


REQUEST_FORM = FormPage(
    title=Text(ko="심사 요청", en="Ask for a review"),
    permission=REQUEST,
    form=_build_request,
    run=_request,
    initial=lambda actor: {"fiscal_year": find_today().year + 1, "agency_code": actor.agency_code},
    button=Text(ko="요청", en="Ask"),
    back=HERE,
)


class ChecklistForm(forms.Form):
    """Every point of the checklist."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.value, say_lazily(name.ko, name.en)) for one, name in ANSWER_NAMES.items()]
        for point, question in CHECKLIST.items():
            self.fields[point] = forms.ChoiceField(
                label=say_lazily(question.ko, question.en), choices=choices, widget=forms.RadioSelect
            )


def _answer(*, actor: Actor, now: datetime, data: dict[str, Any], review_id: int) -> str:
    answers = {point: Answer(value) for point, value in data.items()}
    answer_checklist(actor=actor, now=now, review_id=review_id, answers=answers)
    return f"{HERE}{review_id}/?tab=checklist"


def _fill_checklist(*, actor: Actor, review_id: int) -> dict[str, Any]:
    require(actor, REQUEST)
    return {point: answer.value for point, answer in get_review(review_id).answers.items()}


CHECKLIST_FORM = FormPage(
    title=Text(ko="점검표", en="Checklist"),
    permission=REQUEST,
    form=ChecklistForm,
    run=_answer,
    initial=_fill_checklist,
    back=HERE,
)


class OpinionForm(forms.Form):
    """The reviewers' opinion."""

    duplicate_note = forms.CharField(
        label=say_lazily("중복 여부와 까닭", "Whether it is a duplicate, and why"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=say_lazily(
            "비슷한 것이 찾아졌으면 꼭 적습니다.", "Needed where something alike was found."
        ),
    )
    opinion = forms.CharField(
        label=say_lazily("심사 의견", "Opinion"), max_length=5000, widget=forms.Textarea(attrs={"rows": 5})
    )
    advised_krw = won_field("권고 금액 (원)", "Advised amount (won)", least=0)


def _advise(*, actor: Actor, now: datetime, data: dict[str, Any], review_id: int) -> str:
    give_opinion(actor=actor, now=now, review_id=review_id, **data)
    return f"{HERE}{review_id}/?tab=opinion"


def _fill_opinion(*, actor: Actor, review_id: int) -> dict[str, Any]:
    require(actor, REVIEW)
    review = get_review(review_id)
    advised = review.amount_krw if review.advised_krw is None else review.advised_krw
    return {"duplicate_note": review.duplicate_note, "opinion": review.opinion, "advised_krw": advised}


OPINION_FORM = FormPage(
    title=Text(ko="심사 의견", en="Opinion"),
    permission=REVIEW,
    form=OpinionForm,
    run=_advise,
    initial=_fill_opinion,
    back=HERE,
)


class DecisionForm(forms.Form):
    """The decision."""

    state = forms.ChoiceField(
        label=say_lazily("결정", "Decision"),
        choices=[(one.value, say_lazily(REVIEW_NAMES[one].ko, REVIEW_NAMES[one].en)) for one in DECISIONS],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=say_lazily("까닭과 조건", "Reason and conditions"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _decide(*, actor: Actor, now: datetime, data: dict[str, Any], review_id: int) -> str:
    state = ReviewState(data["state"])
    decide_review(actor=actor, now=now, review_id=review_id, state=state, note=data["note"])
    return f"{HERE}{review_id}/"


DECISION_FORM = FormPage(
    title=Text(ko="결정", en="Decision"),
    permission=REVIEW,
    form=DecisionForm,
    run=_decide,
    consequence=Text(ko="결정한 뒤에는 바꿀 수 없습니다.", en="A decision can't be changed."),
    back=HERE,
)


class WithdrawalForm(forms.Form):
    """Why a request is taken back."""

    note = forms.CharField(
        label=say_lazily("까닭", "Why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


def _withdraw(*, actor: Actor, now: datetime, data: dict[str, Any], review_id: int) -> str:
    withdraw_review(actor=actor, now=now, review_id=review_id, **data)
    return f"{HERE}{review_id}/"


WITHDRAWAL_FORM = FormPage(
    title=Text(ko="요청 거두기", en="Withdraw the request"),
    permission=REQUEST,
    form=WithdrawalForm,
    run=_withdraw,
    button=Text(ko="거두기", en="Withdraw"),
    is_destructive=True,
    consequence=Text(
        ko="심사가 끝납니다. 다시 하려면 새로 요청합니다.", en="The review ends; to go on, ask anew."
    ),
    back=HERE,
)


@page(REVIEW, title=REVIEWS, methods=("POST",))
def compare(request: HttpRequest, review_id: int) -> HttpResponse:
    """Look for what is alike, and show it."""
    compare_request(actor=request.actor, now=now(), review_id=review_id)
    return HttpResponseRedirect(f"{HERE}{review_id}/?tab=matches")


def _describe(*, actor: Actor, language: str, review_id: int) -> Detail:
    del language
    require(actor, VIEW)
    review = get_review(review_id)
    return Detail(
        title=read_pair(review.title),
        about=read_pair(review.purpose),
        crumbs=((REVIEWS, HERE),),
        summary=(
            Fact(title=Text(ko="단계", en="Step"), value=REVIEW_NAMES[review.state]),
            Fact(title=Text(ko="요청 금액", en="Asked for"), value=review.amount_krw, unit="krw"),
            Fact(title=Text(ko="권고 금액", en="Advised"), value=review.advised_krw, unit="krw"),
            Fact(
                title=Text(ko="부서", en="Division"),
                value=_name_agencies().get(review.agency_code, review.agency_name),
            ),
        ),
        tabs=_list_tabs(review),
        timeline=tuple(
            Happening(at=one.at, what=_tell_step(one), who=one.who) for one in reversed(review.steps)
        ),
        actions=_list_actions(review),
    )


def _tell_step(step: ReviewStep) -> Text:
    """Return a step with what was said at it; what was found is told in its tab."""
    name = REVIEW_NAMES[step.state]
    if not step.note or step.state is ReviewState.COMPARED:
        return name
    note = read_pair(step.note)
    return Text(ko=f"{name.ko}: {note.ko}", en=f"{name.en}: {note.en}")


def _say(words: str) -> Text:
    return read_pair(words) if words else NOTHING


def _list_tabs(review: Review) -> tuple[Tab, ...]:
    names = read_names()
    return (
        Tab(
            name="checklist",
            title=Text(ko="점검표", en="Checklist"),
            facts=tuple(
                Fact(
                    title=question,
                    value=ANSWER_NAMES[review.answers[point]] if point in review.answers else NOTHING,
                )
                for point, question in CHECKLIST.items()
            ),
        ),
        Tab(
            name="matches",
            title=Text(ko=f"비슷한 것 {len(review.matches)}", en=f"Alike {len(review.matches)}"),
            template="budget/matches.html",
            context={
                "matches": [
                    (
                        one,
                        names.say(one.title) if one.kind == "project" else read_pair(one.title),
                        write_percent(one.score_ratio),
                    )
                    for one in review.matches
                ],
                "is_compared": review.state not in {ReviewState.REQUESTED, ReviewState.CHECKED},
            },
        ),
        Tab(
            name="opinion",
            title=Text(ko="의견과 결정", en="Opinion and decision"),
            facts=(
                Fact(title=Text(ko="중복 여부", en="Duplicate?"), value=_say(review.duplicate_note)),
                Fact(title=Text(ko="심사 의견", en="Opinion"), value=_say(review.opinion)),
                Fact(
                    title=Text(ko="결정의 까닭", en="Reason of the decision"),
                    value=_say(review.decision_note),
                ),
            ),
        ),
    )


STEPS = {
    ReviewState.REQUESTED: (
        "checklist", Text(ko="점검표 작성", en="Answer the checklist"), REQUEST, False,
        Text(ko="모든 항목에 답해야 심사가 이어집니다.", en="The review goes on once every point is answered."),
    ),
    ReviewState.CHECKED: (
        "compare", Text(ko="중복 검토", en="Look for duplicates"), REVIEW, True,
        Text(
            ko="진행 중인 사업, 다른 심사 요청, 시설물 대장에서 비슷한 것을 찾습니다.",
            en="Running projects, other requests and registered things that are alike are looked for.",
        ),
    ),
    ReviewState.COMPARED: (
        "opinion", Text(ko="의견 내기", en="Give the opinion"), REVIEW, False,
        Text(ko="중복 여부, 의견, 권고 금액을 적습니다.", en="Duplicates, opinion and the advised amount."),
    ),
    ReviewState.ADVISED: (
        "decision", Text(ko="결정", en="Decide"), REVIEW, False,
        Text(ko="요청한 사람은 결정할 수 없습니다.", en="Who asked can't decide."),
    ),
}  # fmt: skip
"""The step that comes next: (address, title, permission, acts at once, consequence)."""


def _list_actions(review: Review) -> tuple[RecordAction, ...]:
    step = STEPS.get(review.state)
    if step is None:
        return ()
    address, title, permission, is_post, consequence = step
    return (
        RecordAction(
            title=title,
            href=f"{HERE}{review.id}/{address}/",
            consequence=consequence,
            permission=permission,
            is_post=is_post,
        ),
        RecordAction(
            title=WITHDRAWAL_FORM.title,
            href=f"{HERE}{review.id}/withdrawal/",
            consequence=Text(
                ko="결정 전에는 요청한 부서가 거둘 수 있습니다.",
                en="Until it is decided, the division that asked may.",
            ),
            permission=REQUEST,
            is_destructive=True,
        ),
    )


REVIEW_DETAIL = DetailPage(title=REVIEWS, permission=VIEW, describe=_describe)
