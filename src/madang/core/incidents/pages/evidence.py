"""What a detector gives as its reasons, in words: titles, codes, moments, lengths of time and links."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from madang.core.base.interface import NotFound, Text
from madang.core.incidents.records import Incident
from madang.core.incidents.wording import say_evidence
from madang.core.lake.interface import get_table
from madang.core.pages.interface import Fact

OPEN = Text(ko="열기", en="Open")
YES_NO = {True: Text(ko="예", en="Yes"), False: Text(ko="아니요", en="No")}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def list_evidence(incident: Incident) -> tuple[Fact, ...]:
    """Return an incident's evidence as facts; what no manifest and no table has a word for stays as it came."""
    words = dict(say_evidence(incident.kind))
    titles: dict[str, Text] = {}
    table = incident.evidence.get("table")
    if isinstance(table, str):
        try:
            declared = get_table(table)
        except NotFound:
            pass
        else:
            titles = {column.name: column.title for column in declared.columns}
            words[table] = declared.title
    return tuple(
        _to_fact(words.get(name) or titles.get(name) or Text(ko=name, en=name), name, value, words)
        for name, value in incident.evidence.items()
    )


def _to_fact(title: Text, name: str, value: Any, words: dict[str, Text]) -> Fact:
    if isinstance(value, bool):
        return Fact(title=title, value=YES_NO[value])
    if isinstance(value, int | float):
        if name.endswith("_us"):
            return Fact(title=title, value=_read_moment(value))
        return Fact(title=title, value=value, unit="s" if name.endswith("_s") else "")
    if not isinstance(value, str):
        return Fact(title=title, value=str(value) if value is not None else None)
    if value.startswith(("/desk/", "/api/")):
        return Fact(title=title, value=OPEN, href=value)
    return Fact(title=title, value=words.get(value) or _read_moment(value, name) or None)


def _read_moment(value: float | str, name: str = "") -> datetime | str:
    """Return the moment that an ISO time of a name in _at or a number of microseconds is, or `value` as it stands."""
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value) if name.endswith("_at") else None
            return moment if moment is not None and moment.tzinfo else value
        return EPOCH + timedelta(microseconds=value)
    except (ValueError, OverflowError):
        return str(value)
