"""Pages of this service."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import Text
from madang.core.pages.interface import page

TITLE = Text(ko="업무보고", en="Work report")


@page("public", title=TITLE)
def show_public(request: HttpRequest) -> HttpResponse:
    """Show what the service is for."""
    return render(request, "briefing/public.html", {"title": TITLE})


@page("briefing.work", title=TITLE)
def show_desk(request: HttpRequest) -> HttpResponse:
    """Show the workspace."""
    return render(request, "briefing/desk.html", {"title": TITLE})
