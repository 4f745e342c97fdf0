"""The making of a shared key as records."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Step(StrEnum):
    """What a trustee is waited for."""

    CERTIFICATE = "certificate"
    POLYNOMIAL = "polynomial"
    OUTPUT = "output"
    DECRYPTION = "decryption"
    NOTHING = "nothing"


class Trustee(msgspec.Struct, frozen=True, kw_only=True):
    """One trustee as anyone may see it. `has_to` is what it still has to do now, `accused` whom it refused (or 0)."""

    number: int
    name: str
    has_to: Step
    is_done: bool
    accused: int = 0


class Ceremony(msgspec.Struct, frozen=True, kw_only=True):
    """The making of one election's key, and later its tally's opening. `step` is what everybody is at."""

    uuid: str
    title: str
    group: str
    threshold: int
    step: Step
    trustees: tuple[Trustee, ...]


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What one trustee has to do now and what it needs for that; `dealt` is sealed for it."""

    number: int
    group: str
    threshold: int
    step: Step
    waiting_for: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    dealt: str = ""
