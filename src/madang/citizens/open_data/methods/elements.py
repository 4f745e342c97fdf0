"""What XML takes: names of its elements (also as identifiers of linked data), and letters of its text."""

from __future__ import annotations

import re
from collections.abc import Iterable

ODD = re.compile(r"[^A-Za-z0-9_.\-À-ÖØ-öø-ÿ一-龥가-힣]")
"""What no element's name may hold; of what it may, just the letters that all editions of XML take."""
UNREADABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean_text(text: str) -> str:
    """Return a text with a space for each character that no XML may hold: one of them makes a document unreadable."""
    return UNREADABLE.sub(" ", text)


def name_elements(names: Iterable[str]) -> dict[str, str]:
    """Return a name of its own for each column: its own, with an underscore where XML takes no such letter."""
    elements: dict[str, str] = {}
    for name in names:
        plain = ODD.sub("_", name)
        if not plain or plain[0] in "-.0123456789":
            plain = f"_{plain}"
        element, number = plain, 2
        while element in elements.values():
            element, number = f"{plain}_{number}", number + 1
        elements[name] = element
    return elements
