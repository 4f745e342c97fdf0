"""Errors that say what happened, what was kept and what to do next."""

from __future__ import annotations

from .text import Text


class MadangError(Exception):
    """A refusal with a code the log knows, a sentence for people and an HTTP status."""

    status = 400

    def __init__(self, code: str, ko: str, en: str, **details: object) -> None:
        self.code = code
        self.text = Text(ko=ko, en=en)
        self.details = details
        super().__init__(f"{code}: {en}")


class BadInput(MadangError):
    """What was sent can't be taken as it is."""

    status = 422


class NotAllowed(MadangError):
    """The actor may not do this."""

    status = 403


class NotFound(MadangError):
    """There is no such record, or the actor may not know of it."""

    status = 404


class Gone(NotFound):
    """There was such a record and everybody could see it; it has been taken back, and links to it needn't be tried again."""

    status = 410


class Conflict(MadangError):
    """Somebody else changed the same thing, or it exists already."""

    status = 409


class Unavailable(MadangError):
    """A part of the house can't answer now; nothing was lost."""

    status = 503
