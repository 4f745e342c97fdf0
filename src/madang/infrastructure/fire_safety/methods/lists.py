"""Lists of facilities, rooms and detectors as offices keep them: their headings, and each row as a record's values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from madang.core.base.interface import BadInput, Text, find_headings
from madang.infrastructure.fire_safety.records import (
    ALARMING,
    FACILITY_KINDS,
    KIND_NAMES,
    NEEDS,
    FacilityKind,
    SignalKind,
)

from .wording import KINDS


class Listed(StrEnum):
    """What a list is of."""

    FACILITIES = "facilities"
    ROOMS = "rooms"
    DETECTORS = "detectors"


LISTED_NAMES = {
    Listed.FACILITIES: Text(ko="시설", en="Facilities"),
    Listed.ROOMS: Text(ko="방과 사람", en="Rooms and people"),
    Listed.DETECTORS: Text(ko="감지기", en="Detectors"),
}
HEADINGS: dict[Listed, dict[str, Sequence[str]]] = {
    Listed.FACILITIES: {
        "code": ("코드", "시설코드", "code"),
        "name": ("이름", "시설명", "name"),
        "kind": ("대상", "구분", "종류", "kind"),
        "agency_code": ("기관", "맡은 기관", "자치구", "agency", "agency_code"),
        "address": ("주소", "소재지", "address"),
        "lat": ("위도", "lat", "latitude"),
        "lon": ("경도", "lon", "longitude"),
    },
    Listed.ROOMS: {
        "facility": ("시설코드", "시설", "facility"),
        "floor": ("층", "floor"),
        "name": ("방", "이름", "room", "name"),
        "x": ("가로", "x"),
        "y": ("세로", "y"),
        "width": ("너비", "width"),
        "height": ("높이", "height"),
        "people": ("인원", "사람", "people"),
        **{need: (name.ko, need) for need, name in NEEDS.items()},
    },
    Listed.DETECTORS: {
        "facility": ("시설코드", "시설", "facility"),
        "id": ("번호", "devEui", "id"),
        "kind": ("종류", "kind"),
        "floor": ("층", "floor"),
        "room": ("방", "room"),
        "x": ("가로", "x"),
        "y": ("세로", "y"),
        "expected_every_s": ("신호 간격", "expected_every_s"),
    },
}
NEEDED = {
    Listed.FACILITIES: ("code", "name", "kind", "agency_code", "lat", "lon"),
    Listed.ROOMS: ("facility", "floor", "name"),
    Listed.DETECTORS: ("facility", "id", "kind"),
}
FACILITY_WORDS: Mapping[str, FacilityKind] = {
    word.casefold(): kind
    for kind, name in FACILITY_KINDS.items()
    for word in (kind.value, name.ko, name.en, f"{name.ko}시설")
}
DETECTOR_WORDS: Mapping[str, SignalKind] = {
    **{word: kind for word, kind in KINDS.items() if kind in ALARMING},
    **{word.casefold(): kind for kind, name in KIND_NAMES.items() for word in (name.ko, name.en)},
}
MOST_ROWS = 5000


def read_listed(what: Listed, table: Sequence[tuple[int, Sequence[Any]]]) -> list[tuple[int, dict[str, str]]]:
    """Return (line, values by the record's names) of each row; empty cells are left out.

    `table` are (line, cells), the heading first. Raises BadInput where a needed column isn't there, two have one name,
    or there are more rows than are read at once.
    """
    heading = [str(cell).strip() for cell in table[0][1]]
    columns = find_headings(heading, HEADINGS[what], NEEDED[what])
    twice = next((name for name in columns.values() if heading.count(name) > 1), None)
    if twice is not None:
        raise BadInput(
            "list.heading", f"열 이름이 겹칩니다: {twice}", f"two columns are called {twice}", field="file"
        )
    if len(table) - 1 > MOST_ROWS:
        raise BadInput(
            "list.size",
            f"한 번에 {MOST_ROWS:,}행까지 읽습니다. 나누어 올려 주십시오.",
            f"at most {MOST_ROWS:,} rows are read at once: send it in parts",
            field="file",
        )
    places = {what: heading.index(name) for what, name in columns.items()}
    return [
        (line, {name: text for name, at in places.items() if at < len(cells) and (text := str(cells[at]).strip())})
        for line, cells in table[1:]
    ]  # fmt: skip


def read_word(words: Mapping[str, Any], text: str, known: Text) -> Any:
    """Return what a word of a list means; BadInput says what is `known`."""
    found = words.get(text.casefold())
    if found is None:
        raise BadInput(
            "list.word",
            f"‘{text}’은(는) 모르는 말입니다. 아는 말: {known.ko}",
            f"“{text}” isn't known; known are {known.en}",
        )
    return found


def say_known(names: Mapping[Any, Text]) -> Text:
    """Return the words by which a list may call its kinds."""
    codes = ", ".join(names)
    return Text(
        ko=f"{', '.join(one.ko for one in names.values())} ({codes})",
        en=f"{', '.join(one.en for one in names.values())} ({codes})",
    )
