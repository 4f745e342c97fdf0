"""A form whose result is shown once and kept nowhere: a password or a token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import MadangError, now
from madang.core.pages.interface import FormPage, page


def show_result_once(form_page: FormPage, template: str) -> Callable[..., HttpResponse]:
    """Return the view of `form_page` that draws what its `run` returns with `template` as `made`."""

    @page(form_page.permission, form_page.title, ("GET", "POST"))
    def show(request: HttpRequest, **address: Any) -> HttpResponse:
        form = form_page.form(request.actor)(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            try:
                made = form_page.run(actor=request.actor, now=now(), data=form.cleaned_data, **address)
            except MadangError as error:
                form.add_error(None, error.text.say(request.language))
            else:
                answer = render(request, template, {"made": made})
                answer.headers["Cache-Control"] = "no-store"
                return answer
        context = {"page": form_page, "form": form, "wanted_name": ""}
        return render(request, form_page.template, context, status=422 if form.errors else 200)

    return show
