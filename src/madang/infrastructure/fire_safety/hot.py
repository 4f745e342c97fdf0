"""Detectors and gateways that speak HTTP: ChirpStack's integration, SenML, plain JSON."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request

from madang.core.base.interface import BadInput, Text, now
from madang.core.pages.interface import Route

from .actions import take_messages
from .records import Taken


def take(_request: Request, _query: None, body: dict[str, Any] | list[dict[str, Any]]) -> Taken:
    """Take one message in: when it is answered it is kept."""
    taken = take_messages(now=now(), messages=[msgspec.json.encode(body)], via="http")
    if taken.refused and not (taken.signals or taken.repeated):
        raise BadInput(
            "fire_safety.message",
            "읽을 수 있는 신호가 아닙니다. 까닭과 함께 보관했습니다.",
            "this is no message that can be read; it is kept with its reason",
        )
    return taken


ROUTES = [
    Route(
        "POST",
        "/api/fire-safety/messages",
        take,
        "fire_safety.send",
        Text(
            ko="감지기와 게이트웨이의 신호 받기 (ChirpStack, SenML, JSON)",
            en="Take in signals of detectors and gateways (ChirpStack, SenML, JSON)",
        ),
        body=dict[str, Any] | list[dict[str, Any]],
        returns=Taken,
        tags=("fire_safety",),
    ),
]
