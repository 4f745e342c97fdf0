"""Resource paths: `Things(1)/Datastreams(2)/Observations`, `Things(1)/properties/names[0]/$value`, `Things(1)/Locations/$ref`."""

from __future__ import annotations

import re

import msgspec

from .wrong import miss

_SEGMENT = re.compile(r"([^/()']{1,200})(?:\((?:(\d{1,18})|'((?:[^']|'')*)')\))?")


class Segment(msgspec.Struct, frozen=True):
    """One step of a path: a name, and the id in parentheses if there is one."""

    name: str
    id: int | str | None = None


def read_path(path: str) -> tuple[Segment, ...]:
    """Return the steps of a resource path; raise NotFound where it isn't one."""
    segments, position = [], 0
    path = path.strip("/")
    while position < len(path):
        match = _SEGMENT.match(path, position)
        if match is None or path[match.end() : match.end() + 1] not in {"", "/"}:
            raise miss(path[position:][:100])
        number, text = match[2], match[3]
        identity = int(number) if number else None if text is None else text.replace("''", "'")
        segments.append(Segment(match[1], identity))
        position = match.end() + 1
    if not segments:
        raise miss("nothing")
    return tuple(segments)


def write_id(identity: int | str) -> str:
    """Return an id as it stands in an address."""
    return str(identity) if isinstance(identity, int) else "'" + identity.replace("'", "''") + "'"
