"""How this service's hot paths read forms and JSON, and answer as OAuth 2.0 says it."""

from __future__ import annotations

from typing import Any

import anyio.from_thread
import msgspec
from django.core.exceptions import TooManyFieldsSent
from django.http import QueryDict
from starlette.requests import Request
from starlette.responses import Response

from madang.citizens.wallet.methods.authorizing import refuse as make_refusal
from madang.core.base.interface import BadInput, MadangError, NotFound
from madang.core.pages.interface import find_address, read_language

LONGEST_BODY = 512 * 1024
BEARER = "bearer"
UNKNOWN_TOKEN = "invalid_token"  # noqa: S105 - a name of RFC 6750


class NoToken(MadangError):
    """A request carries no token, and its address asks for one (RFC 6750)."""

    status = 401


class UnknownProgram(MadangError):
    """A program doesn't show who it is, where it must (RFC 6749, section 5.2)."""

    status = 401


def find_issuer(request: Request) -> str:
    """Return this issuer's URL as others reach it."""
    return f"{find_address(request)}/wallet"


def read_token(request: Request) -> str:
    """Return the token that a request carries (RFC 6750); raise NoToken where it carries none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != BEARER or not token.strip():
        raise NoToken("wallet.no_token", "토큰이 필요합니다", "a token is needed")
    return token.strip()


def read_form(request: Request) -> dict[str, str]:
    """Return a form's fields; one that is too long, or no form, has none.

    Raises BadInput where one stands there twice: it could be read in two ways (RFC 6749, section 3.2).
    """
    body = anyio.from_thread.run(_receive, request)
    if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
        return {}
    try:
        form = QueryDict(body)
    except TooManyFieldsSent:
        return {}
    if any(len(values) > 1 for _, values in form.lists()):
        raise make_refusal("invalid_request", "두 번 적은 값이 있습니다", "a parameter is there twice")
    return form.dict()


def read_text(request: Request) -> str:
    """Return a body that is text; raise BadInput for anything else."""
    try:
        return anyio.from_thread.run(_receive, request).decode()
    except UnicodeDecodeError as error:
        raise BadInput("wallet.body", "글이 아닙니다", "this isn't text") from error


def read_json(request: Request, kind: Any, error: str) -> Any:
    """Return a body of JSON as `kind`; raise BadInput with OAuth's `error` for anything else."""
    try:
        return msgspec.json.decode(anyio.from_thread.run(_receive, request), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise BadInput("wallet.body", f"읽을 수 없습니다: {wrong}", str(wrong), error=error) from wrong


async def _receive(request: Request) -> bytes:
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > LONGEST_BODY:
            return b""
    return bytes(raw)


def refuse(request: Request, error: MadangError) -> Response:
    """Return a refusal as OAuth 2.0 says it, with the house's own code and sentence beside."""
    name = str(error.details.get("error", "invalid_request"))
    own = {"code": error.code, "message": error.text.say(read_language(request))}
    if isinstance(error, NoToken):
        return _ask_for_token(own, "Bearer")
    said = {"error": name, "error_description": error.text.en, **own}
    if isinstance(error, UnknownProgram):
        return _ask_for_token(said, 'Basic realm="madang"')
    if name == UNKNOWN_TOKEN:
        return _ask_for_token(said, f'Bearer error="{name}"')
    status = error.status if error.status == NotFound.status else 400
    return send_json(said, status=status, caching="no-store")


def _ask_for_token(said: dict[str, str], challenge: str) -> Response:
    answer = send_json(said, status=NoToken.status, caching="no-store")
    answer.headers["WWW-Authenticate"] = challenge
    return answer


def send_json(value: Any, *, status: int = 200, caching: str = "no-cache") -> Response:
    """Return a value as JSON."""
    return send_written(msgspec.json.encode(value), status=status, caching=caching)


def send_written(value: bytes, *, status: int = 200, caching: str = "no-cache") -> Response:
    """Return a value that is JSON already."""
    return Response(value, status, headers={"Cache-Control": caching}, media_type="application/json")
