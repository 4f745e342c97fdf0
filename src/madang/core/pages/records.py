"""Records that services declare: routes of the JSON API and the hot paths."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from madang.core.base.interface import Text


class Route(msgspec.Struct, frozen=True):
    """One address of the JSON API or of a hot path.

    `endpoint(request, query, body)` is sync (it runs in a thread, with Django's database) or async
    (no database), and returns a record (→ JSON), None (→ 204) or a Starlette Response. `query` and
    `body` are msgspec Structs, `returns` any type msgspec can describe; None: the endpoint answers
    with a Response of its own. With `upload` the endpoint reads `request.stream()` itself.
    `permission` is "public", "signed-in" or one that a manifest declares.
    """

    method: str
    path: str
    endpoint: Callable[..., Any]
    permission: str
    summary: Text
    query: Any = None
    body: Any = None
    returns: Any = None
    tags: tuple[str, ...] = ()
    upload: bool = False


class ErrorRecord(msgspec.Struct, frozen=True):
    """What every refused request is answered with."""

    code: str
    message: str
    details: dict[str, Any] = {}
