"""Reading an archive as strictly as anyone may: hashes, the chain of events, exact JSON and numbers."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import msgspec

ENTRY = re.compile(r"(?P<hash>[0-9a-f]{64})\.(?P<kind>data|event)\.json")
NUMBER = re.compile(r"0|[1-9][0-9]*")
LONGEST_NUMBER = 1300
SMALL = 2**30
"""The reference program writes whole numbers below this as numbers of JSON, and others as text."""
BLOCK, LONGEST_NAME = 512, 100
OCTAL = re.compile(rb"[0-7]{11}")
NEXT = {
    "": {"Setup"},
    "Setup": {"Ballot", "EndBallots"},
    "Ballot": {"Ballot", "EndBallots"},
    "EndBallots": {"EncryptedTally"},
    "EncryptedTally": {"Shuffle", "EndShuffles", "PartialDecryption"},
    "Shuffle": {"Shuffle", "EndShuffles"},
    "EndShuffles": {"PartialDecryption"},
    "PartialDecryption": {"PartialDecryption", "Result"},
    "Result": set(),
}
FIELDS = ("parent", "height", "type", "payload")
WITHOUT_PAYLOAD = {"EndBallots", "EndShuffles"}
REFERRING = {"Setup", "EncryptedTally", "Shuffle", "PartialDecryption"}
"""Events whose payload names other data."""


class Broken(Exception):
    """An archive fails a check: `check` names it, the message says how."""

    def __init__(self, check: str, reason: str) -> None:
        super().__init__(reason)
        self.check, self.reason = check, reason


class Event(msgspec.Struct, frozen=True):
    """One event with the hash of its own text, and how many data stand before it in the archive."""

    name: str
    kind: str
    payload: str
    place: int = 0


class Archive(msgspec.Struct, frozen=True):
    """What an archive holds: texts by their hash, and events in order."""

    data: dict[str, str]
    events: tuple[Event, ...]

    def list_payloads(self, kind: str) -> list[str]:
        """Return the payload hashes of the events of one kind."""
        return [event.payload for event in self.events if event.kind == kind]

    def read(self, name: str, check: str) -> Any:
        """Return the JSON of one piece of data; it must be there."""
        return read_json(self.find(name, check), check)

    def find(self, name: Any, check: str) -> str:
        """Return the text of one piece of data by its hash; it must be there."""
        if not isinstance(name, str) or name not in self.data:
            raise Broken(check, f"{str(name)[:80]} is not in the archive")
        return self.data[name]


def read_archive(content: bytes) -> Archive:
    """Return the archive, or raise Broken at the first thing that is not as it must be."""
    data: dict[str, str] = {}
    events: list[Event] = []
    for name, raw in _list_entries(content)[1:]:
        text = _decode(name, raw)
        match = ENTRY.fullmatch(name)
        if match is None:
            raise Broken("archive", f"{name!r} is no entry of an archive")
        if hashlib.sha256(raw).hexdigest() != match["hash"]:
            raise Broken("archive", f"{name} does not hold what its name says")
        if match["kind"] == "data":
            if match["hash"] in data:
                raise Broken("archive", f"{name} stands twice")
            data[match["hash"]] = text
        else:
            events.append(_read_event(match["hash"], text, events, data))
    if not events:
        raise Broken("chain", "there is no event")
    return Archive(data, tuple(events))


def _list_entries(content: bytes) -> list[tuple[str, bytes]]:
    """Return (name, content) of the members, of which every other byte is as the reference program writes it."""
    entries: list[tuple[str, bytes]] = []
    place, begun = 0, 0
    while place < len(content):
        header = content[place : place + BLOCK]
        name, size = _read_member(header)
        place, padding = place + BLOCK, -size % BLOCK
        raw, rest = content[place : place + size], content[place + size : place + size + padding]
        if len(raw) + len(rest) < size + padding:
            raise Broken("archive", f"{name} is cut short")
        begun = begun if entries else _read_header(name, raw)
        if header != _write_member(name, size, begun) or any(rest):
            raise Broken("archive", f"{name} is not written as a file of an archive is")
        entries.append((name, raw))
        place += size + padding
    if not entries:
        raise Broken("archive", "the archive is empty")
    return entries


def _read_member(header: bytes) -> tuple[str, int]:
    name, size = header[:LONGEST_NAME].rstrip(b"\0"), header[124:135]
    if not (name.isascii() and OCTAL.fullmatch(size)):
        raise Broken("archive", "this is no archive, or what follows in it can't be read")
    return name.decode("ascii"), int(size, 8)


def _write_member(name: str, size: int, at: int) -> bytes:
    """Return a member's header: of version 7 of tar, in which nothing is free but these."""
    numbers = "\0".join(["0000644", "0000000", "0000000", f"{size:011o}", f"{at:011o}", " " * 8 + "0"])
    header = (name.encode().ljust(LONGEST_NAME, b"\0") + numbers.encode()).ljust(BLOCK, b"\0")
    return header[:148] + b"%06o\0 " % sum(header) + header[156:]


def _read_header(name: str, raw: bytes) -> int:
    """Return when the archive was begun, seconds since 1970, as its first file says."""
    text = _decode(name, raw)
    header = read_json(text, "archive") if name == "BELENIOS" else None
    if not isinstance(header, dict) or type(header.get("version")) is not int or header["version"] != 1:
        raise Broken("archive", "the archive does not begin with a BELENIOS header of version 1")
    begun = header.get("timestamp")
    # The specification has a number here, the reference program writes text.
    if text != write_message({"version": 1, "timestamp": begun}) or not (
        (type(begun) is int and begun >= 0)
        or (isinstance(begun, str) and len(begun) < LONGEST_NAME and NUMBER.fullmatch(begun))
    ):
        raise Broken("archive", "the header has a version and a timestamp, and nothing else")
    return int(begun)


def _decode(name: str, raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Broken("archive", f"{name} is not UTF-8") from None


def refuse_disorder(archive: Archive) -> None:
    """Refuse data that nothing names, and any order but this: what a payload names, the payload, its event."""
    expected: dict[str, None] = {}
    places = []
    for event in archive.events:
        message = archive.read(event.payload, "chain") if event.kind in REFERRING else None
        named = message.values() if isinstance(message, dict) else ()
        expected |= dict.fromkeys(
            name for name in (*named, event.payload) if isinstance(name, str) and name in archive.data
        )
        places.append(len(expected))
    unnamed = [name for name in archive.data if name not in expected]
    if unnamed:
        raise Broken("archive", f"nothing refers to {unnamed[0]}")
    if list(archive.data) != list(expected) or [event.place for event in archive.events] != places:
        raise Broken("archive", "data do not stand right before the event that they belong to")


def _read_event(name: str, text: str, before: list[Event], data: dict[str, str]) -> Event:
    event = read_json(text, "chain")
    if not isinstance(event, dict):
        raise Broken("chain", f"event {name} is no object")
    last = before[-1] if before else None
    if event.keys() - set(FIELDS) or None in event.values():
        raise Broken("chain", f"event {len(before)} has more than a parent, height, type and payload")
    kind, payload = event.get("type"), event.get("payload", "")
    if not (isinstance(kind, str) and isinstance(payload, str)):
        raise Broken("chain", f"type and payload of event {len(before)} are text")
    if event.get("parent") != (last.name if last else None):
        raise Broken("chain", f"event {len(before)} does not follow the one before it")
    if type(event.get("height")) is not int or event["height"] != len(before):
        raise Broken("chain", f"event {len(before)} has height {event.get('height')}")
    if kind not in NEXT[last.kind if last else ""]:
        raise Broken("chain", f"{kind} cannot follow {last.kind if last else 'nothing'}")
    if (kind in WITHOUT_PAYLOAD) == bool(payload):
        raise Broken("chain", f"{kind} has {'a' if payload else 'no'} payload")
    if payload and payload not in data:
        raise Broken("chain", f"the payload of event {len(before)} is not in the archive before it")
    if write_message({field: event[field] for field in FIELDS if field in event}) != text:
        raise Broken("chain", f"event {len(before)} is not written as the specification says")
    return Event(name, kind, payload, len(data))


def write_message(message: Any) -> str:
    """Return a message as the specification writes it."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def read_json(text: str, check: str) -> Any:
    """Return JSON in which no name stands twice in an object, and every text can be written as UTF-8."""
    try:
        found = json.loads(text, object_pairs_hook=_refuse_doubles, parse_constant=_refuse_constant)
        if "\\u" in text:
            json.dumps(found, ensure_ascii=False).encode()
        return found
    except (ValueError, RecursionError) as error:
        raise Broken(check, f"no JSON: {error}") from error


def _refuse_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _refuse_constant(word: str) -> None:
    raise ValueError(word)


def read_fields(message: Any, names: tuple[str, ...], check: str) -> list[Any]:
    """Return the values of an object that has exactly these names, in this order."""
    if not isinstance(message, dict) or tuple(message) != names:
        raise Broken(check, f"an object with {', '.join(names)} was expected")
    return list(message.values())


def read_number(text: Any, below: int, check: str) -> int:
    """Return a number in base 10 without leading zeros, 0 ≤ number < below."""
    if not isinstance(text, str) or len(text) > LONGEST_NUMBER or not NUMBER.fullmatch(text):
        raise Broken(check, "a number in base 10 was expected")
    number = int(text)
    if number >= below:
        raise Broken(check, "a number is out of range")
    return number


def read_whole(value: Any, check: str) -> int:
    """Return a whole number, written as a number of JSON or, where it is large, in base 10."""
    if type(value) is int:
        return value
    if not isinstance(value, str) or len(value) > LONGEST_NUMBER or not NUMBER.fullmatch(value):
        raise Broken(check, "a whole number was expected")
    if int(value) < SMALL:
        raise Broken(check, "a small number stands there as text")
    return int(value)


def read_list(value: Any, length: int | None, check: str) -> list[Any]:
    """Return a list, of `length` where that is given."""
    if not isinstance(value, list) or (length is not None and len(value) != length):
        raise Broken(check, f"a list{'' if length is None else f' of {length}'} was expected")
    return value
