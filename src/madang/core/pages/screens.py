"""Help for one screen, from what the screen declares: its columns, filters and fields, and what each action does."""

from __future__ import annotations

from typing import Any

import msgspec
from django.urls import Resolver404, resolve

from madang.core.base.interface import Actor, MadangError, Text

from .details import DetailPage
from .forms import FormPage
from .lists import ListPage

Notes = list[tuple[Any, Text]]
MOST = 12
NEEDED = Text(ko="꼭 적는 것", en="Needed")
OPTIONAL = Text(ko="비워도 되는 것", en="May be left empty")
UNDOABLE = Text(
    ko="저장한 뒤 1분 동안 되돌릴 수 있어요.", en="For a minute after saving you can take it back."
)
PARTS: Notes = [
    (
        Text(ko="위의 띠", en="The strip on top"),
        Text(ko="지금 가장 중요한 값이에요.", en="What matters most now."),
    ),
    (
        Text(ko="할 수 있는 일", en="Actions"),
        Text(
            ko="맡은 일에 따라 다르고, 누르면 어떻게 되는지가 단추 아래에 적혀 있어요.",
            en="Those of your role; what each will do stands below its button.",
        ),
    ),
    (
        Text(ko="있었던 일", en="What happened"),
        Text(ko="누가 언제 무엇을 했는지 남아 있어요.", en="Who did what, and when."),
    ),
]


class ScreenHelp(msgspec.Struct, frozen=True):
    """What a person may know of a screen: what it is for, and its parts under headings."""

    title: Text
    about: Text | None
    sections: list[tuple[Text, Notes]]


def describe_screen(actor: Actor, path: str) -> ScreenHelp | None:
    """Return the help for the page at `path`; None where there is no such page or `actor` may not open it."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    view: Any = match.func
    title = getattr(view, "title", None)
    if title is None or not actor.may(view.permission):
        return None
    screen = view.declared_by
    sections: list[tuple[Text, Notes]] = []
    if isinstance(screen, ListPage):
        sections = _describe_list(screen, actor)
    elif isinstance(screen, FormPage):
        sections = _describe_form(screen, actor, match.kwargs)
    elif isinstance(screen, DetailPage):
        sections = [(Text(ko="이 화면에 있는 것", en="What is here"), PARTS)]
    about = getattr(screen, "about", None)
    about = about if about and about.ko else None
    sections = [one for one in sections if one[1]]
    return ScreenHelp(title, about, sections) if about or sections else None


def _describe_list(screen: ListPage, actor: Actor) -> list[tuple[Text, Notes]]:
    filters: Notes = []
    for one in screen.filters:
        choices = one.choices(actor) if callable(one.choices) else one.choices
        words = [_word(choice[1]) for choice in choices]
        filters.append((one.title, _join(words)))
    shown = [column.title for column in screen.columns if column.shown]
    others = [column.title for column in screen.columns if not column.shown]
    columns: Notes = [(Text(ko="처음에 보이는 열", en="Shown at first"), _join(shown))]
    if others:
        columns.append((Text(ko="더 고를 수 있는 열", en="To choose besides"), _join(others)))
    actions: Notes = [
        (one.title, one.consequence.fill(count="N")) for one in screen.actions if actor.may(one.permission)
    ]
    return [
        (Text(ko="고른 줄에 할 수 있는 일", en="What can be done with chosen rows"), actions),
        (Text(ko="거를 수 있는 것", en="Filters"), filters),
        (Text(ko="열", en="Columns"), columns),
    ]


def _describe_form(screen: FormPage, actor: Actor, address: dict[str, Any]) -> list[tuple[Text, Notes]]:
    try:
        form = screen.build_form(actor, address)()
    except MadangError:
        return []
    needed, optional = (
        [_word(field.label) for field in form.visible_fields() if field.field.required == is_needed]
        for is_needed in (True, False)
    )
    fields: Notes = [
        (title, _join(words, len(words)))
        for title, words in ((NEEDED, needed), (OPTIONAL, optional))
        if words
    ]
    fields += [(field.label, _word(field.help_text)) for field in form.visible_fields() if field.help_text]
    after = [one for one in (screen.consequence, UNDOABLE if screen.is_undoable else None) if one]
    return [
        (Text(ko="적는 것", en="What to fill in"), fields),
        (
            Text(ko="저장하면", en="When you save"),
            [(screen.button, _join(after, len(after), " "))] if after else [],
        ),
    ]


def _word(said: Any) -> Text:
    return said if isinstance(said, Text) else Text(ko=str(said), en=str(said))


def _join(words: list[Text], most: int = MOST, between: str = ", ") -> Text:
    said = Text(
        ko=between.join(one.ko for one in words[:most]), en=between.join(one.en for one in words[:most])
    )
    more = len(words) - most
    return Text(ko=f"{said.ko} 등 {len(words)}가지", en=f"{said.en} and {more} more") if more > 0 else said
