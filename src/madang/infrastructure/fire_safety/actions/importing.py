"""Lists of facilities, rooms and detectors are brought into the register: what can be is, the rest is told line by line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from madang.core.base.interface import Actor, BadInput, MadangError, Text, find_mismatch, say_mismatch
from madang.core.people.interface import list_agencies, require
from madang.infrastructure.fire_safety.methods.lists import (
    DETECTOR_WORDS,
    FACILITY_WORDS,
    HEADINGS,
    Listed,
    read_listed,
    read_word,
    say_known,
)
from madang.infrastructure.fire_safety.models import DetectorRow, FacilityRow
from madang.infrastructure.fire_safety.queries import describe_detector, describe_facility, find_facility_row
from madang.infrastructure.fire_safety.records import (
    FACILITY_KINDS,
    KIND_NAMES,
    NEEDS,
    Detector,
    Facility,
    Room,
)

from .register import CHANGE, register_facility, save_detectors

AGENCIES = Text(ko="기관의 코드와 이름", en="codes and names of agencies")


class Brought(msgspec.Struct, kw_only=True):
    """What became of a list's rows. `refused` are (line of the file, what it calls itself, why)."""

    new: int = 0
    changed: int = 0
    same: int = 0
    refused: list[tuple[int, str, Text]] = []


def import_list(
    *,
    actor: Actor,
    now: datetime,
    what: Listed,
    table: Sequence[tuple[int, Sequence[Any]]],
    source: str,
    is_trial: bool,
) -> Brought:
    """Bring a list into the register; a row that can't be taken stops no other. A trial changes nothing.

    What is registered and not in a row (rooms, contacts, the policy, absences) stays. Raises BadInput where the
    list as a whole can't be read, NotAllowed.
    """
    require(actor, CHANGE)
    rows = read_listed(what, table)
    take: Callable[..., str] = {
        Listed.FACILITIES: _take_facility,
        Listed.ROOMS: _take_room,
        Listed.DETECTORS: _take_detector,
    }[what]
    agencies = {
        word.casefold(): one.code for one in list_agencies() for word in (one.code, one.name.ko, one.name.en) if word
    }  # fmt: skip
    brought, seen = Brought(), dict[tuple[str, ...], int]()
    with transaction.atomic():
        for line, values in rows:
            name = " ".join(filter(None, _name(what, values)))[:100]
            try:
                with transaction.atomic():
                    key = _name(what, values)
                    _refuse_repeated(values, seen.get(key))
                    became = take(actor, now, values, agencies, source)
            except MadangError as error:
                brought.refused.append((line, name, error.text))
                continue
            except msgspec.ValidationError as error:
                brought.refused.append((line, name, _say_wrong(what, error)))
                continue
            seen[key] = line
            setattr(brought, became, getattr(brought, became) + 1)
        transaction.set_rollback(is_trial)
    return brought


def _say_wrong(what: Listed, error: msgspec.ValidationError) -> Text:
    """Return why a row's value can't be taken, the value named by the list's headings."""
    field, reason = find_mismatch(error)
    names = HEADINGS[what].get(field, (field,))
    return Text(ko=say_mismatch(names[0], reason).ko, en=say_mismatch(names[-1], reason).en)


KEYS = {
    Listed.FACILITIES: ("code",),
    Listed.ROOMS: ("facility", "floor", "name"),
    Listed.DETECTORS: ("id",),
}


def _name(what: Listed, values: dict[str, str]) -> tuple[str, ...]:
    return tuple(values.get(name, "") for name in KEYS[what])


def _refuse_repeated(values: dict[str, str], first: int | None) -> None:
    if "\0" in "".join(values.values()):
        raise BadInput("list.text", "읽을 수 없는 글자가 있습니다", "it holds a character that can't be kept")
    if first is not None:
        raise BadInput(
            "list.twice", f"{first}번째 줄과 같은 것입니다", f"it is the same one as in line {first}"
        )


def _take_facility(
    actor: Actor, now: datetime, values: dict[str, str], agencies: dict[str, str], source: str
) -> str:
    row = FacilityRow.objects.filter(pk=values.get("code", "")).first()
    known = describe_facility(row) if row and row.removed_at is None else None
    named = {
        **values,
        "kind": read_word(FACILITY_WORDS, values.get("kind", ""), say_known(FACILITY_KINDS)),
        "agency_code": read_word(agencies, values.get("agency_code", ""), AGENCIES),
    }
    kept = {name: getattr(known, name) for name in ("rooms", "contacts", "absences", "policy", "source", "address")} if known else {"source": source[:100]}  # fmt: skip
    facility = msgspec.convert({**kept, **named}, Facility, strict=False)
    if facility == known:
        return "same"
    register_facility(actor=actor, now=now, facility=facility)
    return "changed" if known else "new"


def _take_room(
    actor: Actor, now: datetime, values: dict[str, str], agencies: dict[str, str], source: str
) -> str:
    del agencies, source
    facility = describe_facility(find_facility_row(values.pop("facility", "")))
    needs = {name: msgspec.convert(values.pop(name), int, strict=False) for name in NEEDS if name in values}
    key = (values.get("floor", ""), values.get("name", ""))
    known = next((one for one in facility.rooms if (one.floor, one.name) == key), None)
    kept = msgspec.to_builtins(known) if known else {}
    counted = {**kept.pop("needs", {}), **needs}
    room = msgspec.convert(
        {**kept, **values, "needs": {name: count for name, count in counted.items() if count}},
        Room,
        strict=False,
    )
    if room == known:
        return "same"
    rooms = tuple(room if one is known else one for one in facility.rooms) + (() if known else (room,))
    register_facility(actor=actor, now=now, facility=msgspec.structs.replace(facility, rooms=rooms))
    return "changed" if known else "new"


def _take_detector(
    actor: Actor, now: datetime, values: dict[str, str], agencies: dict[str, str], source: str
) -> str:
    del agencies, source
    code = find_facility_row(values.get("facility", "")).pk
    kind = read_word(DETECTOR_WORDS, values.get("kind", ""), say_known(KIND_NAMES))
    row = DetectorRow.objects.filter(pk=values.get("id", "")).first()
    known = row and describe_detector(row)
    kept = (
        {name: getattr(known, name) for name in ("floor", "room", "x", "y", "expected_every_s")}
        if known
        else {}
    )
    one = msgspec.convert({**kept, **values, "kind": kind}, Detector, strict=False)
    if known is not None and all(
        getattr(one, name) == getattr(known, name) for name in ("facility", "kind", *kept)
    ):
        return "same"
    save_detectors(actor=actor, now=now, code=code, detectors=[one])
    return "changed" if known else "new"
