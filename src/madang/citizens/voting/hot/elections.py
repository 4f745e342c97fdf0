"""What a voter's device and an auditor's program need: the election, its archive, casting a ballot."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from madang.citizens.voting.actions.elections import LONGEST_BALLOT, cast_ballot
from madang.citizens.voting.queries.elections import find_row, get_archive, get_text, list_board
from madang.citizens.voting.records.elections import BoardLine
from madang.core.base.interface import Text
from madang.core.pages.interface import Route

_TAGS = ("voting",)


class BallotBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An encrypted ballot as its voter's device wrote it."""

    ballot: Annotated[str, Meta(max_length=LONGEST_BALLOT)]


class Tracker(msgspec.Struct, frozen=True):
    """Where the voter finds the ballot on the board."""

    tracker: str


class BoardQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of the board."""

    search: Annotated[str, Meta(max_length=43)] = ""
    offset: Annotated[int, Meta(ge=0, le=10**7)] = 0
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100


class Board(msgspec.Struct, frozen=True):
    """Tracking numbers that count now, and how many there are."""

    total: int
    ballots: list[BoardLine]


def send_archive(request: Request, _query: None, _body: None) -> Response:
    """Answer the public archive as it is now."""
    uuid = request.path_params["uuid"]
    headers = {"Content-Disposition": f'attachment; filename="{find_row(uuid).uuid}.bel"'}
    return Response(get_archive(uuid), headers=headers, media_type="application/x-tar")


def send_election(request: Request, _query: None, _body: None) -> Response:
    """Answer the election's text, byte for byte as every ballot names its hash."""
    uuid = find_row(request.path_params["uuid"]).uuid
    return Response(get_text(uuid), media_type="application/json")


def cast(request: Request, _query: None, body: BallotBody) -> Tracker:
    """Put a ballot on the board; whoever holds a credential may, and nobody learns who that is."""
    return Tracker(cast_ballot(uuid=request.path_params["uuid"], ballot=body.ballot))


def send_board(request: Request, query: BoardQuery, _body: None) -> Board:
    """Answer the tracking numbers that count now, newest first."""
    uuid = find_row(request.path_params["uuid"]).uuid
    lines, total = list_board(uuid, search=query.search, offset=query.offset, limit=query.limit)
    return Board(total, lines)


ROUTES = [
    Route(
        "GET", "/voting/{uuid}.bel", send_archive, "public",
        Text(ko="투표의 공개 기록", en="Public archive of an election"), tags=_TAGS,
    ),
    Route(
        "GET", "/api/voting/{uuid}", send_election, "public",
        Text(ko="투표의 질문과 공개키", en="Questions and public key of an election"), tags=_TAGS,
    ),
    Route(
        "POST", "/api/voting/{uuid}/ballots", cast, "public",
        Text(ko="암호화된 표 내기", en="Cast an encrypted ballot"), body=BallotBody, returns=Tracker, tags=_TAGS,
    ),
    Route(
        "GET", "/api/voting/{uuid}/board", send_board, "public",
        Text(ko="지금 세는 표의 확인 번호", en="Tracking numbers that count now"),
        query=BoardQuery, returns=Board, tags=_TAGS,
    ),
]  # fmt: skip
