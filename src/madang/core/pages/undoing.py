"""For a minute after a form was saved, what it showed before can be brought back."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from django.http import HttpRequest

from madang.core.base.interface import BadInput, Conflict, Text, now

from .entries import Entries

KEY = "undo"
KEPT = timedelta(minutes=1)


class Saved(msgspec.Struct, frozen=True):
    """One saved form: its title, its address, and how it stood before and after."""

    title: Text
    path: str
    until: datetime
    before: Entries
    after: Entries

    @property
    def left_ms(self) -> int:
        """How long it can still be taken back, in milliseconds."""
        return int((self.until - now()).total_seconds() * 1000)


def offer(request: HttpRequest, title: Text, before: Entries, after: Entries) -> None:
    """Let the person take back what the form of `request` changed."""
    request.session[KEY] = msgspec.to_builtins(Saved(title, request.path, now() + KEPT, before, after))


def find_offer(request: HttpRequest) -> Saved | None:
    """Return what this person can take back now."""
    kept = request.session.get(KEY)
    saved = msgspec.convert(kept, Saved) if kept else None
    return saved if saved and saved.until > now() else None


def take_back(request: HttpRequest, present: Entries) -> Entries:
    """Return how the form of `request`, which stands as `present`, stood before; it is taken back once.

    Raises
    ------
    BadInput
        the minute is over, or there is nothing to take back here
    Conflict
        somebody changed it meanwhile
    """
    saved = find_offer(request)
    if saved is None or saved.path != request.path:
        raise BadInput(
            "pages.undo_is_over",
            "되돌릴 수 있는 1분이 지났습니다. 저장한 그대로 두었습니다",
            "the minute for taking it back is over; it stays as saved",
        )
    del request.session[KEY]
    if saved.after != present:
        raise Conflict(
            "pages.changed_meanwhile",
            "그사이 다시 바뀌어 되돌리지 않았습니다",
            "it was changed again meanwhile, so it wasn't taken back",
        )
    return saved.before
