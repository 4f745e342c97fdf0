"""What every page's shell needs."""

from __future__ import annotations

from typing import Any

import msgspec
from django.conf import settings
from django.http import HttpRequest

from madang.core.base.interface import ANONYMOUS, Actor, Text

from .menu import list_chapters, list_desk, list_links
from .undoing import find_offer

MODES = {
    "auto": Text(ko="기기 설정대로", en="As my device"),
    "light": Text(ko="밝게", en="Light"),
    "dark": Text(ko="어둡게", en="Dark"),
    "high-contrast": Text(ko="고대비", en="High contrast"),
}


class Display(msgspec.Struct, frozen=True):
    """How a person wants pages drawn; kept in the cookie `display` as "mode.text.easy"."""

    mode: str = "auto"
    text: str = "normal"
    easy: str = "off"

    def __str__(self) -> str:
        return f"{self.mode}.{self.text}.{self.easy}"


def read_display(cookie: str) -> Display:
    """Return what the cookie says; anything else is the default."""
    mode, _, rest = cookie.partition(".")
    text, _, easy = rest.partition(".")
    return Display(
        mode=mode if mode in MODES else "auto",
        text="large" if text == "large" else "normal",
        easy="on" if easy == "on" else "off",
    )


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the city's name, whether it is simulated, the doors and the menu of this reader."""
    actor = getattr(request, "actor", ANONYMOUS)
    path = request.path
    return {
        "actor": actor,
        "city_name": Text(ko=settings.MADANG.city_name_ko, en=settings.MADANG.city_name_en),
        "is_simulated_city": settings.MADANG.demo,
        "language": getattr(request, "language", "ko"),
        "other_language": "ko" if getattr(request, "language", "ko") == "en" else "en",
        "display_modes": [(value, title.ko, title.en) for value, title in MODES.items()],
        "display": read_display(request.COOKIES.get("display", "")),
        "door": next((door for door in ("desk", "build", "wall") if path.startswith(f"/{door}/")), "city"),
        "chapters": list_chapters(),
        "links": list_links(actor),
        "room_links": list_links(actor, of_rooms=True),
        "desk": list_desk(actor),
        "is_staff": is_staff(actor),
        "undo": find_offer(request) if actor.kind == "person" and hasattr(request, "session") else None,
    }


def is_staff(actor: Actor) -> bool:
    """Return whether the desk is this actor's door."""
    return actor.is_superuser or bool(actor.grants)
