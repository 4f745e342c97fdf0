"""The built front end's manifest → the tags a page needs."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from .static_files import DIST

MANIFEST = DIST / "manifest.json"


def list_entry_files(entry: str) -> tuple[list[str], list[str]]:
    """Return (styles, scripts) of `entry` such as "map", addresses from the root; empty where unbuilt."""
    if not MANIFEST.is_file():
        return [], []
    chunks = _read_manifest(MANIFEST.stat().st_mtime_ns)
    first = chunks.get(f"src/{entry}.ts")
    if first is None:
        raise KeyError(f"the front end has no entry {entry}")
    styles = [f"/static/{css}" for chunk in _walk(chunks, first) for css in chunk.get("css", ())]
    return list(dict.fromkeys(styles)), [f"/static/{first['file']}"]


def _walk(chunks: dict[str, Any], chunk: dict[str, Any]) -> list[dict[str, Any]]:
    imported = [part for name in chunk.get("imports", ()) for part in _walk(chunks, chunks[name])]
    return [*imported, chunk]


@lru_cache(maxsize=1)
def _read_manifest(_changed_ns: int) -> dict[str, Any]:
    return json.loads(MANIFEST.read_text("utf-8"))
