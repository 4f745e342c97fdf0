"""Form pages: errors beside the field and listed on top, consequences named, destructive work confirmed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import lazy
from django.utils.translation import get_language

from madang.core.base.interface import Actor, MadangError, Text, now

from .crumbs import list_crumbs
from .entries import Entries, read_entries, type_in
from .history import list_changes, record_change
from .undoing import offer, take_back
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
    `initial(actor=, **address)` fills the form. Where to save what that gave before brings everything back, `is_undoable`
    lets people do that for a minute. One with `has_history` shows who changed what (not for forms whose address
    shows each person their own). With `must_equal(actor=, **address)` the person types
    that name before the button works; `more(request, **address)` gives its `template` more to draw
    (a `back` there leads back instead of the form's own); `consequence` says what will happen.
    `subject(**address)` returns (name, address) of what is acted on: it stands above the title by that name, and who cancels
    goes back to it.
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
    is_undoable: bool = False
    has_history: bool = False
    back: str = ""
    subject: Callable[..., tuple[Text, str]] | None = None
    is_upload: bool = False
    template: str = "madang/form.html"
    more: Callable[..., dict[str, Any]] | None = None

    def as_view(self) -> View:
        """Return the Django view."""

        @page(self.permission, self.title, ("GET", "POST"), declared_by=self)
        def show_form(request: HttpRequest, **address: Any) -> HttpResponse:
            form_class = self.build_form(request.actor, address)
            if request.method != "POST":
                return self._draw(request, form_class(initial=self._fill(request, address)), address)
            if self.is_undoable and "undo" in request.POST:
                return self._take_back(request, form_class, address)
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
                return self._act(request, form, form_class, address)
            return self._draw(request, form, address)

        return show_form

    def build_form(self, actor: Actor, address: dict[str, Any]) -> Any:
        """Return the class of the form that `actor` fills in at `address`."""
        return self.form if isinstance(self.form, type) else self.form(actor, **address)

    def _is_name_wrong(self, request: HttpRequest, address: dict[str, Any]) -> bool:
        if self.must_equal is None:
            return False
        return request.POST.get("must_equal", "").strip() != self.must_equal(actor=request.actor, **address)

    def _fill(self, request: HttpRequest, address: dict[str, Any]) -> dict[str, Any] | None:
        return self.initial(actor=request.actor, **address) if self.initial else None

    def _take_back(self, request: HttpRequest, form_class: Any, address: dict[str, Any]) -> HttpResponse:
        """Save what stood here before the last change."""
        present = form_class(initial=self._fill(request, address))
        form = type_in(form_class, present, take_back(request, read_entries(present)))
        if not form.is_valid():
            return self._draw(request, form, address)
        next_address = self.run(actor=request.actor, now=now(), data=form.cleaned_data, **address)
        self._note(request, form_class, address, read_entries(present), is_new=False)
        messages.success(request, _say("되돌렸습니다.", "Taken back: it is as it was before."))
        return HttpResponseRedirect(next_address)

    def _act(
        self, request: HttpRequest, form: forms.Form, form_class: Any, address: dict[str, Any]
    ) -> HttpResponse:
        is_watched = self.is_undoable or self.has_history
        before = read_entries(form_class(initial=self._fill(request, address))) if is_watched else {}
        try:
            next_address = self.run(actor=request.actor, now=now(), data=form.cleaned_data, **address)
        except MadangError as error:
            field = str(error.details.get("field", ""))
            form.add_error(field if field in form.fields else None, error.text.say(request.language))
            return self._draw(request, form, address)
        if is_watched:
            self._note(request, form_class, address, before)
        return HttpResponseRedirect(next_address)

    def _note(
        self,
        request: HttpRequest,
        form_class: Any,
        address: dict[str, Any],
        before: Entries,
        *,
        is_new: bool = True,
    ) -> None:
        """Keep what was changed, and offer to take it back where the form would take it again."""
        present = form_class(initial=self._fill(request, address))
        after = read_entries(present)
        if before == after:
            return
        if self.has_history:
            record_change(actor=request.actor, now=now(), path=request.path, before=before, after=after)
        if self.is_undoable and is_new and type_in(form_class, present, before).is_valid():
            offer(request, self.title, before, after)

    def _draw(self, request: HttpRequest, form: forms.Form, address: dict[str, Any]) -> HttpResponse:
        context: dict[str, Any] = {
            "page": self,
            "form": form,
            "wanted_name": "",
            "crumbs": list_crumbs(request),
        }
        if self.has_history:
            context["changes"] = list_changes(request.path, form)
        if self.must_equal is not None:
            context["wanted_name"] = self.must_equal(actor=request.actor, **address)
        if self.subject is not None:
            name, context["back"] = self.subject(**address)
            above = [one for one in context["crumbs"] if one[1] != context["back"].partition("#")[0]]
            context["crumbs"] = [*above, (name, context["back"])]
        if self.more is not None:
            context |= self.more(request, **address)
        status = 422 if form.errors else 200
        return render(request, self.template, context, status=status)
