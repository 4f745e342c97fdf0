"""What is wrong with a request, in words that its sender can use."""

from __future__ import annotations

from madang.core.base.interface import BadInput, NotFound


def refuse(what: str, ko: str, en: str) -> BadInput:
    """Return the refusal of `what` (a part of the request)."""
    return BadInput(f"sensorthings.{what}", ko, en, field=what)


def miss(what: str) -> NotFound:
    """Return the answer to an address that leads nowhere."""
    return NotFound("sensorthings.unknown", f"찾는 것이 없습니다: {what}", f"there is no {what}")
