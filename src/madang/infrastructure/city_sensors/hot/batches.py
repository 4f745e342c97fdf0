"""SensorThings `$batch`: many requests in one, change sets all or none."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from django.db import close_old_connections, transaction
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from madang.core.base.interface import BadInput, MadangError, Text, new_id
from madang.core.pages.interface import Route
from madang.infrastructure.city_sensors.actions.sensorthings.observations import keep_together
from madang.infrastructure.city_sensors.methods.sensorthings.batches import (
    Answered,
    Asked,
    put_references,
    read_json,
    read_multipart,
    write_json,
    write_multipart,
)
from madang.infrastructure.city_sensors.methods.sensorthings.wrong import refuse

from .sensorthings import ROOT, delete, patch, post, put, read, refuse_call

LARGEST = 16 * 2**20
ORIGIN = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://[^/?]*")
ESCAPED = re.compile(rb"%([0-9A-Fa-f]{2})")
WORK: dict[str, Callable[..., Response]] = {
    "GET": read,
    "POST": post,
    "PATCH": patch,
    "PUT": put,
    "DELETE": delete,
}


class _Undone(Exception):  # noqa: N818 - no error of ours: a change set that is taken back
    def __init__(self, answer: Answered) -> None:
        super().__init__()
        self.answer = answer


async def take_batch(request: Request, _query: None, _body: None) -> Response:
    """Answer POST $batch, as multipart/mixed or JSON; each request is answered as it would be alone."""
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > LARGEST:
            raise BadInput(
                "sensorthings.batch", "한 번에 16 MB까지 받습니다", "at most 16 MB are taken at once"
            )
    return await run_in_threadpool(_serve, request, bytes(raw))


def _serve(request: Request, raw: bytes) -> Response:
    close_old_connections()
    try:
        return _answer(request, raw)
    finally:
        close_old_connections()


def _answer(request: Request, raw: bytes) -> Response:
    kind = request.headers.get("content-type", "")
    is_json = not kind.lower().startswith("multipart/")
    asked = read_json(_decode(raw)) if is_json else read_multipart(kind, raw)
    answers = _do_all(request, asked)
    if is_json:
        return Response(write_json(answers), media_type="application/json")
    boundary = f"batch-{new_id()}"
    return Response(write_multipart(answers, boundary), media_type=f"multipart/mixed; boundary={boundary}")


def _decode(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise refuse("batch", "JSON이 아닙니다", "this is no JSON") from error


def _do_all(request: Request, asked: Sequence[Asked]) -> list[Answered]:
    made: dict[str, tuple[str, Any]] = {}
    answers: list[Answered] = []
    place = 0
    while place < len(asked):
        group = asked[place].group
        end = place + 1
        while group and end < len(asked) and asked[end].group == group:
            end += 1
        answers += _do_set(request, asked[place:end], made) if group else [_do(request, asked[place], made)]
        place = end
    return answers


def _do_set(request: Request, asked: Sequence[Asked], made: dict[str, tuple[str, Any]]) -> list[Answered]:
    """Do a change set: where one of it fails nothing of it was done, and that one is the answer."""
    inside = dict(made)
    answers = []
    try:
        with transaction.atomic(), keep_together():
            for one in asked:
                answer = _do(request, one, inside)
                if answer.status >= 400:  # noqa: PLR2004 - HTTP
                    raise _Undone(answer)
                answers.append(answer)
    except _Undone as undone:
        return [undone.answer]
    except MadangError as error:
        return [_refuse(asked[-1], error)]
    made.update(inside)
    return answers


def _do(request: Request, asked: Asked, made: dict[str, tuple[str, Any]]) -> Answered:
    asked = put_references(asked, made)
    path, query = _locate(asked.url)
    scope = request.scope | {
        "method": asked.method,
        "path_params": {"path": path},
        "query_string": query,
    }
    one = Request(scope)
    if any("\0" in text for text in (path, *one.query_params.values(), *one.query_params.keys())):
        return _refuse(
            asked, refuse("batch", "주소에 NUL 문자가 있습니다", "the address has a NUL character")
        )
    answer = WORK[asked.method](one, None, asked.body)
    body = bytes(answer.body)
    location = answer.headers.get("location", "")
    if location:
        made[asked.id] = (location.partition(f"{ROOT}/")[2], msgspec.json.decode(body)["@iot.id"])
    return Answered(id=asked.id, status=answer.status_code, body=body, location=location, group=asked.group)


def _refuse(asked: Asked, error: MadangError) -> Answered:
    answer = refuse_call(error)
    return Answered(id=asked.id, status=answer.status_code, body=bytes(answer.body), group=asked.group)


def _locate(url: str) -> tuple[str, bytes]:
    """Return path below the service and query of an address: whole, from the root, or relative."""
    path, _, query = ORIGIN.sub("", url).lstrip("/").partition("?")
    whole = ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), path.encode("utf-8", "replace")).decode(
        "utf-8", "replace"
    )
    for start in (f"{ROOT[1:]}/", f"{ROOT.rpartition('/')[2]}/"):
        whole = whole.removeprefix(start)
    return whole, query.encode("utf-8", "replace")


ROUTES = [
    Route(
        "POST",
        f"{ROOT}/$batch",
        take_batch,
        "public",
        Text(ko="SensorThings 묶음", en="SensorThings: batch"),
        tags=("sensorthings",),
        upload=True,
        refuse=lambda _, error: refuse_call(error),
    )
]
