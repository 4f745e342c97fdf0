"""What holders and moderators do with a poll: reply, end, take down, judge what others wrote."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from madang.citizens.voting.actions.polls.discussion import (
    LONGEST_COMMENT,
    comment,
    decide_statement,
    hide_comment,
    report_comment,
    suggest_statement,
    withdraw_comment,
)
from madang.citizens.voting.actions.polls.making import end_poll, reply_to_poll, take_down_poll
from madang.citizens.voting.queries.polls import get_poll, list_comments
from madang.core.base.interface import Actor, BadInput, Conflict, Text, now, read_pair
from madang.core.pages.interface import FormPage, page, say_lazily

from .words import POLLS, address_of

SAID = Text(ko="의견", en="Comment")
NAMED_BY = 60
"""How many of its characters say which comment is meant."""


class ReplyForm(forms.Form):
    """What the agency does with the outcome."""

    reply = forms.CharField(label=say_lazily("답변", "Reply"), widget=forms.Textarea, max_length=10_000)


class ReasonForm(forms.Form):
    """Why something is taken out of sight."""

    reason = forms.CharField(label=say_lazily("까닭", "Reason"), max_length=300)


class EndForm(forms.Form):
    """Nothing to fill in."""


def _reply(*, actor: Actor, now: datetime, data: dict[str, Any], poll_id: str) -> str:
    reply_to_poll(actor=actor, now=now, poll_id=poll_id, reply=data["reply"])
    return f"{POLLS}{poll_id}/"


def _end(*, actor: Actor, now: datetime, data: dict[str, Any], poll_id: str) -> str:
    del data
    end_poll(actor=actor, now=now, poll_id=poll_id)
    return f"{POLLS}{poll_id}/"


def _take_down(*, actor: Actor, now: datetime, data: dict[str, Any], poll_id: str) -> str:
    take_down_poll(actor=actor, now=now, poll_id=poll_id, reason=data["reason"])
    return f"{POLLS}{poll_id}/"


def _hide(*, actor: Actor, now: datetime, data: dict[str, Any], poll_id: str, comment_id: int) -> str:
    hide_comment(actor=actor, now=now, comment_id=comment_id, reason=data["reason"])
    return f"{POLLS}{poll_id}/#talk"


def _withdraw(*, actor: Actor, now: datetime, data: dict[str, Any], poll_id: str, comment_id: int) -> str:
    del data
    withdraw_comment(actor=actor, now=now, comment_id=comment_id)
    return f"{POLLS}{poll_id}/#talk"


def _name_poll(poll_id: str) -> tuple[Text, str]:
    poll = get_poll(poll_id, now=now())
    return read_pair(poll.question), address_of(poll)


def _name_comment(poll_id: str, comment_id: int) -> tuple[Text, str]:
    said = next((one.text[:NAMED_BY] for one in list_comments(poll_id) if one.id == comment_id), "")
    return Text(ko=said or SAID.ko, en=said or SAID.en), f"{POLLS}{poll_id}/#talk"


REPLY = FormPage(
    title=Text(ko="결과에 답하기", en="Reply to the outcome"),
    subject=_name_poll,
    permission="signed-in",
    form=ReplyForm,
    run=_reply,
    consequence=Text(
        ko="누구나 볼 수 있게 결과 위에 섭니다.", en="It stands above the outcome for everybody to read."
    ),
)
END = FormPage(
    title=Text(ko="지금 마감하기", en="End the poll now"),
    subject=_name_poll,
    permission="signed-in",
    form=EndForm,
    run=_end,
    button=Text(ko="마감하기", en="End it"),
    consequence=Text(
        ko="더는 투표할 수 없고, 곧 결과가 나와요. 되돌릴 수 없어요.",
        en="Nobody can vote any more, and the outcome follows soon. This can’t be undone.",
    ),
    is_destructive=True,
)
TAKE_DOWN = FormPage(
    title=Text(ko="투표 내리기", en="Take the poll down"),
    subject=_name_poll,
    permission="signed-in",
    form=ReasonForm,
    run=_take_down,
    button=Text(ko="내리기", en="Take it down"),
    consequence=Text(
        ko="목록에서 사라지고 투표가 멈춰요. 까닭은 누구나 봐요. 되돌릴 수 없어요.",
        en="It leaves the list and voting stops. Everybody sees the reason. This can’t be undone.",
    ),
    is_destructive=True,
)
HIDE = FormPage(
    title=Text(ko="의견 가리기", en="Hide a comment"),
    subject=_name_comment,
    permission="signed-in",
    form=ReasonForm,
    run=_hide,
    button=Text(ko="가리기", en="Hide it"),
    consequence=Text(
        ko="글은 사라지고, 가렸다는 것과 까닭은 누구나 봅니다.",
        en="Its words go; that it was hidden and why is for everybody to see.",
    ),
    is_destructive=True,
)


WITHDRAW = FormPage(
    title=Text(ko="내 의견 지우기", en="Take my comment back"),
    subject=_name_comment,
    permission="signed-in",
    form=EndForm,
    run=_withdraw,
    button=Text(ko="지우기", en="Take it back"),
    consequence=Text(
        ko="아무것도 남지 않고, 되돌릴 수 없어요.", en="Nothing of it stays. This can’t be undone."
    ),
    is_destructive=True,
)


@page("signed-in", title=SAID, methods=("POST",))
def say(request: HttpRequest, poll_id: str) -> HttpResponse:
    """Add to the discussion."""
    text = request.POST.get("text", "")[: LONGEST_COMMENT + 1]
    return _act(request, poll_id, lambda: comment(actor=request.actor, now=now(), poll_id=poll_id, text=text))


@page("signed-in", title=SAID, methods=("POST",))
def suggest(request: HttpRequest, poll_id: str) -> HttpResponse:
    """Suggest a statement."""
    text = request.POST.get("text", "")

    def act() -> None:
        suggest_statement(actor=request.actor, now=now(), poll_id=poll_id, text=text)
        thanks = Text(
            ko="고마워요. 투표를 맡은 사람이 살펴본 뒤 올라와요.",
            en="Thank you. It appears once it was looked at.",
        )
        messages.success(request, thanks.say(request.language))

    return _act(request, poll_id, act)


@page("signed-in", title=SAID, methods=("POST",))
def report(request: HttpRequest, poll_id: str, comment_id: int) -> HttpResponse:
    """Ask a moderator to look at a comment."""

    def act() -> None:
        report_comment(actor=request.actor, now=now(), comment_id=comment_id)
        told = Text(
            ko="알렸어요. 투표를 맡은 사람이 살펴봐요.", en="Reported. Who holds the poll will look at it."
        )
        messages.success(request, told.say(request.language))

    return _act(request, poll_id, act)


@page("signed-in", title=SAID, methods=("POST",))
def decide(request: HttpRequest, poll_id: str, number: int) -> HttpResponse:
    """Let a suggested statement in or leave it out."""
    is_let_in = request.POST.get("decision") == "in"
    decide_statement(actor=request.actor, now=now(), poll_id=poll_id, number=number, is_let_in=is_let_in)
    return HttpResponseRedirect(f"{POLLS}{poll_id}/#waiting")


def _act(request: HttpRequest, poll_id: str, act: Any) -> HttpResponse:
    """Do it and go back to the poll; what was wrong is said there."""
    try:
        act()
    except (BadInput, Conflict) as refusal:
        messages.error(request, refusal.text.say(request.language))
    return HttpResponseRedirect(f"{POLLS}{poll_id}/#talk")
