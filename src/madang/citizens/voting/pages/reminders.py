"""Mails before polls close: wanted on the first page, stopped there or by the address in each mail."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from madang.citizens.voting.actions.polls.reminding import read_person, subscribe, unsubscribe
from madang.core.base.interface import Text, now
from madang.core.pages.interface import page

from .words import TITLE

HOME = "/voting/"


@page("signed-in", title=TITLE, methods=("POST",))
def choose(request: HttpRequest) -> HttpResponse:
    """Have mails sent before polls close, or none any more."""
    if request.POST.get("wanted") == "yes":
        subscribe(actor=request.actor, now=now())
    else:
        unsubscribe(person_id=request.actor.id)
    return HttpResponseRedirect(f"{HOME}#reminders")


@page("public", title=Text(ko="투표 메일 그만 받기", en="Stop mails about polls"), methods=("GET", "POST"))
def stop(request: HttpRequest) -> HttpResponse:
    """Stop the mails of whoever holds the address in one of them, without signing in."""
    of = request.GET.get("of", "")
    person = read_person(of)
    if request.method == "POST":
        unsubscribe(person_id=person)
    return render(request, "voting/stop.html", {"is_done": request.method == "POST", "of": of})
