"""The places API's documents as pages: the same content for people, with links they can follow."""

from __future__ import annotations

from typing import Any

import msgspec
from django.conf import settings
from django.template.loader import render_to_string

MOST_COLUMNS = 12


def write_page(body: Any, *, language: str) -> str:
    """Return a document as HTML 5: its title, its facts, its features or collections, and its links."""
    said = body if isinstance(body, dict) else {"content": body}
    features = said.get("features") if said.get("type") == "FeatureCollection" else None
    listed = said.get("collections", ())
    left_out = {"title", "description", "links", "features", "collections"}
    context = {
        "language": language,
        "is_simulated": settings.MADANG.demo,
        "title": said.get("title") or said.get("id") or said.get("type") or "OGC API",
        "description": said.get("description", ""),
        "facts": [(name, _say(value)) for name, value in said.items() if name not in left_out],
        "collections": [
            (one, next((way["href"] for way in one["links"] if way["rel"] == "self"), "")) for one in listed
        ],
        "names": list(features[0]["properties"])[:MOST_COLUMNS] if features else [],
        "features": [_describe(one) for one in features or ()],
        "links": said.get("links", ()),
    }
    return render_to_string("city_map/document.html", context)


def _describe(one: dict[str, Any]) -> tuple[str, list[str], str]:
    values = list(one["properties"].values())[:MOST_COLUMNS]
    return str(one["id"]), [_say(value) for value in values], _say_place(one["geometry"])


def _say_place(geometry: Any) -> str:
    """Return a point's coordinates, of another geometry what it is."""
    known = msgspec.json.decode(msgspec.json.encode(geometry))
    if known is None or known["type"] == "Point":
        return ", ".join(map(str, known["coordinates"] if known else ()))
    return str(known["type"])


def _say(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, dict | list | tuple | msgspec.Raw):
        return msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=1).decode()
    return str(value)
