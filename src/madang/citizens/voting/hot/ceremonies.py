"""Trustees' own machines ask what they have to do, and send it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.requests import Request

from madang.citizens.voting.actions.ceremonies import accuse, take_message
from madang.citizens.voting.actions.elections import LONGEST_BALLOT
from madang.citizens.voting.queries.ceremonies import get_ceremony, get_task
from madang.citizens.voting.records.ceremonies import Ceremony, Step, Task
from madang.core.base.interface import Text, now
from madang.core.pages.interface import Route

_TAGS = ("voting",)
_Code = Annotated[str, Meta(max_length=40)]


class CodeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A trustee's code, which was given to it alone."""

    code: _Code


class MessageBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a trustee sends at one step, as the Belenios specification writes it."""

    code: _Code
    step: Step
    message: Annotated[str, Meta(max_length=LONGEST_BALLOT)]


class AccusationBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which trustee, from 1, dealt a secret that doesn't fit what it committed to."""

    code: _Code
    dealer: int


def send_ceremony(request: Request, _query: None, _body: None) -> Ceremony:
    """Answer who still has to do what."""
    return get_ceremony(request.path_params["uuid"])


def send_task(request: Request, _query: None, body: CodeBody) -> Task:
    """Answer what one trustee has to do now."""
    return get_task(request.path_params["uuid"], body.code)


def take(request: Request, _query: None, body: MessageBody) -> Ceremony:
    """Take a trustee's message."""
    uuid = request.path_params["uuid"]
    take_message(now=now(), uuid=uuid, code=body.code, step=body.step, message=body.message)
    return get_ceremony(uuid)


def take_accusation(request: Request, _query: None, body: AccusationBody) -> Ceremony:
    """Note that a trustee was dealt a false secret."""
    uuid = request.path_params["uuid"]
    accuse(now=now(), uuid=uuid, code=body.code, dealer=body.dealer)
    return get_ceremony(uuid)


ROUTES = [
    Route(
        "GET", "/api/voting/{uuid}/trustees", send_ceremony, "public",
        Text(ko="수탁자들이 할 일", en="What the trustees have to do"), returns=Ceremony, tags=_TAGS,
    ),
    Route(
        "POST", "/api/voting/{uuid}/trustees/task", send_task, "public",
        Text(ko="수탁자 한 사람이 지금 할 일", en="What one trustee has to do now"),
        body=CodeBody, returns=Task, tags=_TAGS,
    ),
    Route(
        "POST", "/api/voting/{uuid}/trustees/messages", take, "public",
        Text(ko="수탁자의 메시지 받기", en="Take a trustee's message"),
        body=MessageBody, returns=Ceremony, tags=_TAGS,
    ),
    Route(
        "POST", "/api/voting/{uuid}/trustees/accusations", take_accusation, "public",
        Text(ko="거짓 조각을 받았다는 알림", en="Note that a false secret was dealt"),
        body=AccusationBody, returns=Ceremony, tags=_TAGS,
    ),
]  # fmt: skip
