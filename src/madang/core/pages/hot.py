"""Hot routes of this room: the API's description, and live updates."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Literal

import msgspec
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from madang.core.base.interface import (
    Actor,
    BadInput,
    NotAllowed,
    Text,
    collect,
    find_broker_url,
    read_run_state,
    subscribe_live,
)

from .openapi import build_openapi
from .records import Route, Topic

KEEP_ALIVE_S = 15
TopicName = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_-]+(\.[a-zA-Z0-9_-]+)*$", max_length=100)]


class DescriptionQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Language of the summaries."""

    language: Literal["ko", "en"] = "en"


class LiveQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Topics to follow."""

    topic: Annotated[list[TopicName], msgspec.Meta(min_length=1, max_length=20)]


def describe_api(_request: Request, query: DescriptionQuery, _body: None) -> Response:
    """Return the OpenAPI 3.1 document of every route of the house."""
    routes = [route for part in ("api", "hot") for _, route in collect(part, "ROUTES")]
    title = settings.MADANG.city_name_ko if query.language == "ko" else settings.MADANG.city_name_en
    document = build_openapi(routes, language=query.language, title=title)
    return Response(msgspec.json.encode(document), media_type="application/json")


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How the house is: `pass`, `warn` (it answers, but some of its processes don't run) or `fail` (503)."""

    status: Literal["pass", "warn", "fail"]
    not_running: tuple[str, ...] = ()


def tell_health(_request: Request, _query: None, _body: None) -> Response:
    """Return how the house is, for who watches it from outside."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return _answer_health(Health(status="fail"))
    state = read_run_state(settings.MADANG.data_path / "run")
    away = tuple(one.name for one in state.processes if one.state != "running") if state else ()
    return _answer_health(Health(status="warn" if away else "pass", not_running=away))


def _answer_health(health: Health) -> Response:
    status = 503 if health.status == "fail" else 200
    return Response(
        msgspec.json.encode(health),
        status,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


async def follow_live(request: Request, query: LiveQuery, _body: None) -> Response:
    """Stream news of topics as server-sent events; each is an event `news` with topic and payload."""
    await run_in_threadpool(_require_topics, request.state.actor, query.topic)
    url = find_broker_url()
    return StreamingResponse(
        _stream(request, url, list(query.topic)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _stream(request: Request, url: str, topics: list[str]) -> AsyncIterator[bytes]:
    yield b"retry: 2000\n\n"
    async with subscribe_live(url, topics) as queue:
        while not await request.is_disconnected():
            try:
                message = await asyncio.wait_for(queue.get(), KEEP_ALIVE_S)
            except TimeoutError:
                yield b": still here\n\n"
                continue
            topic = message.subject.partition(".")[2]
            yield _write_event(topic, message.data)


def _write_event(topic: str, payload: bytes) -> bytes:
    body = msgspec.json.encode({"topic": topic, "payload": msgspec.Raw(payload)})
    return b"event: news\ndata: " + body + b"\n\n"


def _require_topics(actor: Actor, topics: list[str]) -> None:
    """Refuse a topic that no room declares in `doors.py` TOPICS, and one the actor may not follow."""
    declared: dict[str, Topic] = {item.name: item for _, item in collect("doors", "TOPICS")}
    close_old_connections()
    try:
        for topic in topics:
            _require_topic(actor, topic, declared.get(topic) or declared.get(topic.split(".")[0]))
    finally:
        close_old_connections()


def _require_topic(actor: Actor, topic: str, declared: Topic | None) -> None:
    if declared is None:
        raise BadInput(
            "live.unknown", f"{topic}(이)라는 소식은 없습니다", f"there is no topic {topic}", topic=topic
        )
    allowed = actor.may(declared.permission) and (declared.allows is None or declared.allows(actor, topic))
    if not allowed:
        raise NotAllowed(
            "live.not_allowed", f"{topic} 소식을 볼 권한이 없습니다", f"you may not follow {topic}"
        )


ROUTES = [
    Route(
        "GET",
        "/openapi.json",
        describe_api,
        "public",
        Text(ko="이 API의 설명 (OpenAPI 3.1)", en="This API's description (OpenAPI 3.1)"),
        query=DescriptionQuery,
        tags=("house",),
    ),
    Route(
        "GET",
        "/health",
        tell_health,
        "public",
        Text(ko="서비스가 살아 있는지 (감시 시스템용)", en="Whether the house is well (for monitoring)"),
        returns=Health,
        tags=("house",),
    ),
    Route(
        "GET",
        "/live",
        follow_live,
        "public",
        Text(ko="실시간 소식 (server-sent events)", en="Live updates (server-sent events)"),
        query=LiveQuery,
        tags=("house",),
    ),
]
