"""Changes of public datasets as feeds: Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree as ET

from madang.citizens.open_data.methods.elements import clean_text
from madang.citizens.open_data.records.changes import CHANGE_NAMES, Change, ChangeKind
from madang.core.base.interface import to_city_time

ATOM = "http://www.w3.org/2005/Atom"
ET.register_namespace("", ATOM)


def write_atom(
    changes: Sequence[Change], *, home: str, here: str, after: str, title: str, began: str
) -> bytes:
    """Return a page of an Atom feed; `after` is the next page's address or empty, `began` a moment for an empty feed."""
    feed = ET.Element(f"{{{ATOM}}}feed")
    _add(feed, "id", f"{home}/open_data/changes.atom")
    _add(feed, "title", title)
    _add(feed, "updated", max((one.at.isoformat() for one in changes), default=began))
    ET.SubElement(_add(feed, "author"), f"{{{ATOM}}}name").text = title
    _add(feed, "link", rel="self", href=here)
    if after:
        _add(feed, "link", rel="next", href=after)
    for one in changes:
        entry = _add(feed, "entry")
        _add(entry, "id", _name(one, home))
        _add(entry, "title", say_change(one))
        _add(entry, "updated", one.at.isoformat())
        _add(entry, "link", rel="alternate", href=f"{home}/open_data/{one.dataset}/")
        _add(entry, "category", term=one.kind.value, label=CHANGE_NAMES[one.kind].ko)
        _add(entry, "summary", _summarize(one))
    return ET.tostring(feed, "utf-8", xml_declaration=True)


def write_json_feed(
    changes: Sequence[Change], *, home: str, here: str, after: str, title: str
) -> dict[str, Any]:
    """Return a page of a JSON feed."""
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "home_page_url": f"{home}/open_data/",
        "feed_url": here,
        "language": "ko",
        **({"next_url": after} if after else {}),
        "items": [
            {
                "id": _name(one, home),
                "url": f"{home}/open_data/{one.dataset}/",
                "title": say_change(one),
                "content_text": _summarize(one),
                "date_published": one.at.isoformat(),
                "tags": [one.kind.value],
                "_madang": {
                    "dataset": one.dataset,
                    "kind": one.kind.value,
                    "version": one.version,
                    "rows": one.rows,
                },
            }
            for one in changes
        ],
    }


def say_change(one: Change) -> str:
    """Return a change in a line."""
    return f"{one.title.ko}: {CHANGE_NAMES[one.kind].ko}"


def _summarize(one: Change) -> str:
    at = f"{to_city_time(one.at):%Y-%m-%d %H:%M}"
    if one.kind is ChangeKind.VERSION:
        return f"{at}, {one.version}번 판, {one.rows:,}행"
    return f"{at}, {CHANGE_NAMES[one.kind].ko}"


def _name(one: Change, home: str) -> str:
    return f"{home}/open_data/changes/{one.id}"


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    element.text = clean_text(text) or None
    return element
