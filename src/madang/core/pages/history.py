"""Who changed the settings of a form, when, and from what to what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from django import forms

from madang.core.base.interface import Actor, Text

from .entries import Entries
from .models import FormChange

SHOWN = 20
YES, NO = Text(ko="예", en="yes"), Text(ko="아니요", en="no")
Words = list[Text | str]


class Change(msgspec.Struct, frozen=True):
    """One time that somebody saved other values: (field, lines before, lines after) in words."""

    at: datetime
    who: str
    fields: list[tuple[Any, Words, Words]]


def record_change(*, actor: Actor, now: datetime, path: str, before: Entries, after: Entries) -> None:
    """Keep what `actor` changed in the form at `path`."""
    changed = {
        name: [before.get(name, []), after.get(name, [])]
        for name in before | after
        if before.get(name, []) != after.get(name, [])
    }
    if changed:
        FormChange.objects.create(path=path, at=now, actor=actor.id, actor_name=actor.name, fields=changed)


def list_changes(path: str, form: forms.BaseForm) -> list[Change]:
    """Return the newest changes of the form at `path`, in the words of `form`."""
    return [
        Change(
            row.at,
            row.actor_name,
            [
                (form.fields[name].label, *_tell(form.fields[name], before, after))
                for name, (before, after) in row.fields.items()
                if name in form.fields
            ],
        )
        for row in FormChange.objects.filter(path=path)[:SHOWN]
    ]


def _tell(field: forms.Field, before: list[str], after: list[str]) -> tuple[Words, Words]:
    """Return both values in words; of long texts and many choices what differs."""
    if isinstance(field.widget, forms.CheckboxInput):
        return [YES if before else NO], [YES if after else NO]
    if isinstance(field.widget, forms.Textarea):
        before, after = ("\n".join(one).splitlines() for one in (before, after))
    words = {str(value): str(said) for value, said in getattr(field, "choices", ())}
    gone, come = [one for one in before if one not in after], [one for one in after if one not in before]
    return [words.get(one, one) for one in gone if one], [words.get(one, one) for one in come if one]
