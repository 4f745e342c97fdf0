"""What a browser sends of a form: how a form stands is kept, compared and typed in again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

Entries = dict[str, list[str]]


def read_entries(form: forms.BaseForm) -> Entries:
    """Return what is sent of an unbound `form` that nobody typed in, without hidden fields, files and passwords.

    Of several chosen values the order says nothing.
    """
    entries: Entries = {}
    for field in form.visible_fields():
        widget, value = field.field.widget, field.value()
        if isinstance(widget, forms.CheckboxInput):
            entries[field.html_name] = ["on"] if widget.check_test(value) else []
        elif not isinstance(widget, forms.FileInput | forms.PasswordInput):
            written = widget.format_value(value)
            many = sorted(map(str, written)) if isinstance(written, list | tuple) else [written]
            entries[field.html_name] = [str(one) for one in many if one is not None]
    return entries


def type_in(form_class: Any, present: forms.BaseForm, entries: Entries) -> forms.Form:
    """Return the form as if somebody had typed `entries` over what is `present`."""
    data = QueryDict(mutable=True)
    for field in present.hidden_fields():
        data[field.html_name] = field.value()
    for name, values in entries.items():
        data.setlist(name, values)
    form: forms.Form = form_class(data, initial=present.initial)
    return form
