"""What names in the budgets are in English."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_

from django.db.models import Count, Max, Q

from madang.core.base.interface import Text, Translation
from madang.core.people.interface import list_agencies
from madang.governance.budget.models import BookRow, NameRow, NodeRow
from madang.governance.budget.records.ledger import Book, Node

HANGUL = re.compile("[가-힣]")
MOST_FOUND = 50


class Names:
    """Says names in both languages; one that nobody wrote in English stays as it is."""

    def __init__(self, english: Mapping[str, str]) -> None:
        self._english = english

    def find(self, name: str) -> str:
        """Return a name in English; "" where it is Korean and nobody wrote it."""
        return self._english.get(name, "" if HANGUL.search(name) else name)

    def say(self, name: str) -> Text:
        """Return one name."""
        return Text(ko=name, en=self._english.get(name, name))

    def join(self, names: Iterable[str], between: str = " › ") -> Text:
        """Return names in a row, such as those along a path."""
        said = [self.say(one) for one in names]
        return Text(ko=between.join(one.ko for one in said), en=between.join(one.en for one in said))

    def say_book(self, book: Book) -> Text:
        """Return a budget's name with its year."""
        return Text(
            ko=f"{book.fiscal_year}년 {book.name}", en=f"{self.say(book.name).en}, {book.fiscal_year}"
        )

    def say_node(self, node: Node, book: Book) -> Text:
        """Return a node's name, the root's with its year."""
        return self.say(node.name) if node.code else self.say_book(book)


def read_names() -> Names:
    """Return all names that are written in English; divisions are called as in their own register."""
    agencies = {one.name.ko: one.name.en for one in list_agencies()}
    return Names(agencies | dict(NameRow.objects.values_list("ko", "en")))


def get_names_version() -> object:
    """Return what differs after every change of an English name."""
    written = NameRow.objects.aggregate(Count("pk"), Max("entered_at"))
    return *written.values(), *((one.name.ko, one.name.en) for one in list_agencies())


def list_names() -> list[Translation]:
    """Return the names of all budgets that are only Korean, in their order, then those written in English."""
    written = {row.ko: row for row in NameRow.objects.order_by("ko")}
    known = written.keys() | {one.name.ko for one in list_agencies()}
    said = [
        *BookRow.objects.values_list("name", flat=True),
        *NodeRow.objects.order_by("pk").values_list("name", flat=True),
    ]
    left = (name for name in dict.fromkeys(said) if name not in known and HANGUL.search(name))
    return [
        *(Translation(ko=name) for name in left),
        *(
            Translation(ko=row.ko, en=row.en, entered_by=row.entered_by, entered_at=row.entered_at)
            for row in written.values()
        ),
    ]


def find_in_path(search: str, field: str = "path") -> Q:
    """Return the condition that a path has these words, in Korean or in English."""
    named = (Q(**{f"{field}__contains": f":{name}"}) for name in _find_korean(search))
    return reduce(or_, named, Q(**{f"{field}__icontains": search}))


def _find_korean(search: str) -> list[str]:
    agencies = [one.name.ko for one in list_agencies() if search.casefold() in one.name.en.casefold()]
    return [
        *agencies,
        *NameRow.objects.filter(en__icontains=search).values_list("ko", flat=True)[:MOST_FOUND],
    ]
