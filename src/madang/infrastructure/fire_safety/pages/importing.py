"""Bringing lists of facilities, rooms and detectors: first what it would do, line by line, then doing it."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from madang.core.base.interface import BadInput, MadangError, Text, now
from madang.core.pages.interface import page, say_lazily
from madang.core.things.interface import read_table
from madang.infrastructure.fire_safety.actions import Brought, import_list
from madang.infrastructure.fire_safety.methods.lists import HEADINGS, LISTED_NAMES, NEEDED, Listed

from .facilities import CHANGE, FACILITIES

TITLE = Text(ko="시설 목록 가져오기", en="Bring a list of facilities")
LARGEST = 1_500_000
REFUSED_SHOWN = 500


class ListForm(forms.Form):
    """A file, and what it is a list of; once it was looked at, `kept` is its content."""

    what = forms.ChoiceField(
        label=say_lazily("무엇의 목록인가요", "What it lists"),
        choices=[(one.value, say_lazily(name.ko, name.en)) for one, name in LISTED_NAMES.items()],
    )
    file = forms.FileField(
        label=say_lazily("파일 (CSV, XLSX)", "File (CSV, XLSX)"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.gz,.xlsx,.xls"}),
    )
    name = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    kept = forms.CharField(required=False, widget=forms.HiddenInput)

    def read(self) -> tuple[str, bytes]:
        """Return the file's name and content; raise BadInput where there is none, or it is too large."""
        file = self.cleaned_data["file"]
        if file is not None and file.size > LARGEST:
            raise BadInput(
                "list.size", "1.5 MB까지 올릴 수 있습니다. 나누어 올려 주십시오.", "at most 1.5 MB: send it in parts",
                field="file",
            )  # fmt: skip
        if file is not None:
            return file.name[:200], file.read()
        try:
            content = base64.b64decode(self.cleaned_data["kept"], validate=True)
        except (binascii.Error, ValueError):
            content = b""
        if not content:
            raise BadInput("list.file", "파일을 고르십시오.", "choose a file", field="file")
        return self.cleaned_data["name"], content


@page(CHANGE, title=TITLE, methods=("GET", "POST"))
def bring_list(request: HttpRequest) -> HttpResponse:
    """Show what a list would do; with `do=bring` do it."""
    form = ListForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"title": TITLE, "form": form, "columns": _say_columns()}
    if request.method == "POST" and form.is_valid():
        is_trial = request.POST.get("do") != "bring"
        try:
            name, content = form.read()
            what = Listed(form.cleaned_data["what"])
            brought = import_list(
                actor=request.actor, now=now(), what=what, table=read_table(content, name), source=name,
                is_trial=is_trial,
            )  # fmt: skip
        except MadangError as error:
            form.add_error("file", error.text.say(request.language))
        else:
            if not is_trial and not brought.refused:
                messages.success(request, _say_done(brought).say(request.language))
                return HttpResponseRedirect(FACILITIES)
            context |= {
                "brought": brought,
                "is_trial": is_trial,
                "what": LISTED_NAMES[what],
                "refused": brought.refused[:REFUSED_SHOWN],
                "count": brought.new + brought.changed,
                "kept": base64.b64encode(content).decode(),
                "file_name": name,
            }
    status = 422 if form.errors else 200
    return render(request, "fire_safety/importing.html", context, status=status)


def _say_done(brought: Brought) -> Text:
    return Text(
        ko=f"가져왔습니다. 새로 {brought.new:,} · 바뀜 {brought.changed:,} · 그대로 {brought.same:,}",
        en=f"Brought: {brought.new:,} new, {brought.changed:,} changed, {brought.same:,} as they were",
    )


def _say_columns() -> list[tuple[Text, list[tuple[str, bool]]]]:
    """Return the headings of each kind of list, and which of them it needs."""
    return [
        (LISTED_NAMES[what], [(", ".join(names), key in NEEDED[what]) for key, names in headings.items()])
        for what, headings in HEADINGS.items()
    ]
