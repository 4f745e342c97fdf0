"""Form pages: errors beside the field and listed on top, consequences named, destructive work confirmed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import lazy
from django.utils.translation import get_language

from madang.core.base.interface import MadangError, Text, now

from .views import View, page


def _say(ko: str, en: str) -> str:
    return Text(ko=ko, en=en).say(get_language() or "ko")


say_lazily = lazy(_say, str)
say_lazily.__doc__ = "Return a sentence that is said in the language of the page it ends on: for form labels."


class FormPage(msgspec.Struct, frozen=True, kw_only=True):
    """A form and the action behind it.

    `form` is a Django form class, or a function of (actor, **address) that returns one.
    `run(actor=, now=, data=, **address)` acts with the cleaned data and returns the address to go on
    to; a MadangError it raises stands beside the field that `details["field"]` names, or on top.
    `initial(actor=, **address)` fills the form. With `must_equal(actor=, **address)` the person types
    that name before the button works; `more(request, **address)` gives its `template` more to draw; `consequence` says what will happen.
    """

    title: Text
    permission: str
    form: Any
    run: Callable[..., str]
    button: Text = Text(ko="저장", en="Save")
    about: Text = Text(ko="", en="")
    consequence: Text | None = None
    is_destructive: bool = False
    must_equal: Callable[..., str] | None = None
    initial: Callable[..., dict[str, Any]] | None = None
    back: str = ""
    is_upload: bool = False
    template: str = "madang/form.html"
    more: Callable[..., dict[str, Any]] | None = None

    def as_view(self) -> View:
        """Return the Django view."""

        @page(self.permission, self.title, ("GET", "POST"))
        def show_form(request: HttpRequest, **address: Any) -> HttpResponse:
            form_class = self._choose_form(request, address)
            if request.method != "POST":
                initial = self.initial(actor=request.actor, **address) if self.initial else None
                return self._draw(request, form_class(initial=initial), address)
            form = form_class(request.POST, request.FILES)
            if self._is_name_wrong(request, address):
                form.full_clean()
                form.add_error(
                    None,
                    _say(
                        "적은 이름이 다릅니다. 아무것도 바뀌지 않았습니다.",
                        "The name differs. Nothing was changed.",
                    ),
                )
            if form.is_valid():
                return self._act(request, form, address)
            return self._draw(request, form, address)

        return show_form

    def _choose_form(self, request: HttpRequest, address: dict[str, Any]) -> Any:
        if isinstance(self.form, type):
            return self.form
        return self.form(request.actor, **address)

    def _is_name_wrong(self, request: HttpRequest, address: dict[str, Any]) -> bool:
        if self.must_equal is None:
            return False
        return request.POST.get("must_equal", "").strip() != self.must_equal(actor=request.actor, **address)

    def _act(self, request: HttpRequest, form: forms.Form, address: dict[str, Any]) -> HttpResponse:
        try:
            next_address = self.run(actor=request.actor, now=now(), data=form.cleaned_data, **address)
        except MadangError as error:
            field = str(error.details.get("field", ""))
            form.add_error(field if field in form.fields else None, error.text.say(request.language))
            return self._draw(request, form, address)
        return HttpResponseRedirect(next_address)

    def _draw(self, request: HttpRequest, form: forms.Form, address: dict[str, Any]) -> HttpResponse:
        context = {"page": self, "form": form, "wanted_name": ""}
        if self.must_equal is not None:
            context["wanted_name"] = self.must_equal(actor=request.actor, **address)
        if self.more is not None:
            context |= self.more(request, **address)
        status = 422 if form.errors else 200
        return render(request, self.template, context, status=status)
