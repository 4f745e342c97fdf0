"""Where the menu and the search lead to the budget."""

from __future__ import annotations

from madang.core.base.interface import Actor, Text
from madang.core.pages.interface import MenuLink, SearchHit, SearchSource

from .pages.words import HOME, TITLE, choose_book, link_node
from .queries.names import read_names
from .queries.nodes import list_books, list_items


def search(actor: Actor, query: str, limit: int) -> list[SearchHit]:
    """Return items of the budget in force whose place has these words."""
    if not list_books(public_only=True):
        return []
    base = HOME if actor.may("budget.view") else "/budget/"
    names = read_names()
    found, _ = list_items(choose_book(public_only=True).id, search=query, limit=limit)
    return [
        SearchHit(
            title=names.join(one.path[-2:], " "),
            href=link_node(one, base),
            about=names.join(one.path[:-1]),
        )
        for one in found
        if one.depth > 1
    ]


SEARCH = [SearchSource(title=TITLE, search=search, order=80)]
MENU = [
    MenuLink(title=TITLE, href="/budget/", order=70),
    MenuLink(title=TITLE, href=HOME, door="desk", order=610, permission="budget.view"),
    MenuLink(
        title=Text(ko="정보화사업 심사", en="Review of IT projects"),
        href=f"{HOME}reviews/",
        door="desk",
        order=611,
        permission="budget.view",
    ),
]
