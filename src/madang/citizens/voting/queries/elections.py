"""Every read of elections."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec
from django.db.models import Exists, OuterRef

from madang.citizens.voting.detectors.reading import Archive, Event, read_archive
from madang.citizens.voting.detectors.setups import Setup, read_setup
from madang.citizens.voting.methods.archives import write_archive
from madang.citizens.voting.models import elections as models
from madang.citizens.voting.records.elections import BoardLine, Election, ElectionState, Question
from madang.core.base.interface import NotFound


class _Signature(msgspec.Struct):
    hash: str


class _Ballot(msgspec.Struct):
    signature: _Signature


def list_elections(*, search: str = "", offset: int = 0, limit: int = 50) -> tuple[list[Election], int]:
    """Return a page of the elections, newest first, and how many there are."""
    rows = models.ElectionRow.objects.filter(name__icontains=search).order_by("-opened_at", "uuid")
    return [_describe(row) for row in rows[offset : offset + limit]], rows.count()


def get_election(uuid: str) -> Election:
    """Return one election; raise NotFound where there is none."""
    return _describe(find_row(uuid))


def find_row(uuid: str) -> models.ElectionRow:
    """Return the register's row of an election; raise NotFound where there is none."""
    row = models.ElectionRow.objects.filter(uuid=uuid).first()
    if row is None:
        raise NotFound("voting.unknown", "그런 투표가 없습니다", "there is no such election")
    return row


def get_archive(uuid: str) -> bytes:
    """Return the public archive of an election as it is now."""
    row = find_row(uuid)
    entries = models.EntryRow.objects.filter(election=row).order_by("number")
    pairs = entries.values_list("suffix", "content")
    return write_archive(((suffix, content.encode()) for suffix, content in pairs), row.opened_at)


def get_text(uuid: str) -> str:
    """Return the election's own text, which voters encrypt for."""
    return models.EntryRow.objects.get(election_id=uuid, kind="election").content


@lru_cache(maxsize=64)
def get_setup(uuid: str) -> Setup:
    """Return the checked setup of an election; it never changes."""
    row = find_row(uuid)
    first = models.EntryRow.objects.filter(election=row, number__lt=5).order_by("number")
    pairs = first.values_list("suffix", "content")
    content = write_archive(((suffix, content.encode()) for suffix, content in pairs), row.opened_at)
    return read_setup(read_archive(content))


def list_board(
    uuid: str, *, search: str = "", offset: int = 0, limit: int = 50
) -> tuple[list[BoardLine], int]:
    """Return a page of the tracking numbers that count now, newest first, and how many there are."""
    ballots = models.EntryRow.objects.filter(election_id=uuid, kind="ballot")
    later = ballots.filter(credential=OuterRef("credential"), number__gt=OuterRef("number"))
    rows = ballots.filter(~Exists(later), tracker__contains=search).order_by("-number")
    page = rows.values_list("tracker", "number", "content")[offset : offset + limit]
    lines = [
        BoardLine(
            tracker=tracker, seal=msgspec.json.decode(content, type=_Ballot).signature.hash, height=number
        )
        for tracker, number, content in page
    ]
    return lines, rows.count()


def read_entries(uuid: str) -> Archive:
    """Return the board as the verifier sees it, without writing the archive first."""
    rows = models.EntryRow.objects.filter(election_id=uuid).order_by("number")
    data, events = {}, []
    for suffix, name, content in rows.values_list("suffix", "name", "content"):
        if suffix == "data":
            data[name] = content
        else:
            event: dict[str, Any] = msgspec.json.decode(content)
            events.append(Event(name, event["type"], event.get("payload", "")))
    return Archive(data, tuple(events))


def read_tally(uuid: str) -> list[list[dict[str, str]]]:
    """Return the encrypted tally that stands on the board of a closed election."""
    board = read_entries(uuid)
    sized = board.read(board.list_payloads("EncryptedTally")[0], "tally")
    return board.read(sized["encrypted_tally"], "tally")


def _describe(row: models.ElectionRow) -> Election:
    text = get_text(row.uuid)
    election = msgspec.json.decode(text)
    result = None
    if row.state == ElectionState.TALLIED:
        content = models.EntryRow.objects.get(election=row, kind="result").content
        result = msgspec.convert(msgspec.json.decode(content)["result"], tuple[tuple[int, ...], ...])
    return Election(
        uuid=row.uuid,
        name=row.name,
        description=election["description"],
        questions=tuple(msgspec.convert(one, Question) for one in election["questions"]),
        state=ElectionState(row.state),
        fingerprint=get_setup(row.uuid).fingerprint,
        voters=row.voters,
        ballots=row.ballots,
        opened_at=row.opened_at,
        result=result,
    )
