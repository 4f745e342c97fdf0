"""What wallets and verifiers of others speak: metadata, tokens, nonces, status lists, answers, the log's tiles."""

from __future__ import annotations

from typing import Any

import anyio.from_thread
import msgspec
from django.conf import settings
from django.http import QueryDict
from starlette.requests import Request
from starlette.responses import Response

from madang.core.base.interface import BadInput, MadangError, NotFound, Text, now
from madang.core.pages.interface import Route, find_address, read_language

from .actions.checks import answer_check
from .actions.issuing import make_nonce, redeem_code
from .methods.messages import read_object
from .methods.metadata import (
    PRE_AUTHORIZED,
    describe_authorization,
    describe_issuer,
    describe_keys,
    describe_type,
)
from .methods.refusals import Part, Refused
from .methods.tiles import WIDTH, read_path
from .methods.verifier_keys import write_key
from .queries.certificates import FETCH_AGAIN_S, list_public_keys, publish_list
from .queries.kinds import get_kind, list_kinds
from .queries.log import get_log_verifier, get_tile, make_checkpoint

_TAGS = ("wallet",)
LONGEST_FORM = 512 * 1024
FOREVER = "public, max-age=31536000, immutable"


def find_issuer(request: Request) -> str:
    """Return this issuer's URL as others reach it."""
    return f"{find_address(request)}/wallet"


def send_issuer(request: Request, _query: None, _body: None) -> Response:
    """Answer what can be issued, and where."""
    city = Text(ko=settings.MADANG.city_name_ko, en=settings.MADANG.city_name_en)
    return _send_json(describe_issuer(find_issuer(request), list_kinds().values(), city))


def send_authorization(request: Request, _query: None, _body: None) -> Response:
    """Answer where tokens are had."""
    return _send_json(describe_authorization(find_issuer(request)))


def send_keys(request: Request, _query: None, _body: None) -> Response:
    """Answer the issuer's public keys."""
    return _send_json(describe_keys(find_issuer(request), list_public_keys()))


def send_type(request: Request, _query: None, _body: None) -> Response:
    """Answer what a kind of certificate says, in words."""
    return _send_json(describe_type(find_issuer(request), get_kind(request.path_params["name"])))


def send_token(request: Request, _query: None, _body: None) -> Response:
    """Give a token for an offer's code and PIN."""
    form = _read_form(request)
    try:
        if form.get("grant_type") != PRE_AUTHORIZED:
            raise BadInput(
                "wallet.grant",
                "미리 승인된 코드만 받습니다",
                "only pre-authorised codes are taken",
                error="unsupported_grant_type",
            )
        given = redeem_code(now=now(), code=form.get("pre-authorized_code", ""), pin=form.get("tx_code", ""))
    except MadangError as error:
        return refuse(request, error)
    return _send_json(
        {"access_token": given.token, "token_type": "Bearer", "expires_in": given.lasts_s},
        caching="no-store",
    )


def send_nonce(_request: Request, _query: None, _body: None) -> Response:
    """Give a nonce for a holder's proof of a key."""
    return _send_json({"c_nonce": make_nonce(now())}, caching="no-store")


def send_list(request: Request, _query: None, _body: None) -> Response:
    """Answer a signed status list; it may be kept for five minutes and is confirmed by its ETag."""
    token, tag = publish_list(find_issuer(request), request.path_params["number"], now())
    headers = {"ETag": tag, "Cache-Control": f"public, max-age={FETCH_AGAIN_S}"}
    if tag in [one.strip() for one in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(token, headers=headers, media_type="application/statuslist+jwt")


def take_answer(request: Request, _query: None, _body: None) -> Response:
    """Take a holder's answer to an eligibility check (direct_post)."""
    form = _read_form(request)
    try:
        vp_token = read_object(form.get("vp_token", "").encode(), Part.ANSWER)
        answer_check(
            now=now(),
            check_id=request.path_params["check_id"],
            state=form.get("state", ""),
            vp_token=vp_token,
        )
    except Refused as refused:
        text = f"this answer can't be read: {refused}"
        return refuse(request, BadInput("wallet.answer", f"읽을 수 없는 답입니다 ({refused.code})", text))
    except MadangError as error:
        return refuse(request, error)
    return _send_json({}, caching="no-store")


def send_checkpoint(request: Request, _query: None, _body: None) -> Response:
    """Answer what the log says of itself now, signed."""
    return Response(
        make_checkpoint(find_issuer(request)),
        headers={"Cache-Control": "no-cache"},
        media_type="text/plain; charset=utf-8",
    )


def send_log_key(request: Request, _query: None, _body: None) -> Response:
    """Answer the key that signs the log's checkpoints, in one line."""
    line = write_key(get_log_verifier(find_issuer(request)))
    return Response(
        f"{line}\n", headers={"Cache-Control": "no-cache"}, media_type="text/plain; charset=utf-8"
    )


def send_tile(request: Request, _query: None, _body: None) -> Response:
    """Answer a tile of the log's hashes, or a bundle of its entries."""
    try:
        tile = read_path(f"tile/{request.path_params['place']}")
    except Refused as refused:
        raise NotFound("wallet.tile", "그런 조각이 없습니다", "there is no such tile") from refused
    caching = FOREVER if tile.width == WIDTH else "no-cache"
    return Response(get_tile(tile), headers={"Cache-Control": caching}, media_type="application/octet-stream")


def refuse(request: Request, error: MadangError) -> Response:
    """Return a refusal as OAuth 2.0 says it, with the house's own code and sentence beside."""
    said = {
        "error": error.details.get("error", "invalid_request"),
        "error_description": error.text.en,
        "code": error.code,
        "message": error.text.say(read_language(request)),
    }
    return _send_json(
        said, status=error.status if error.status == NotFound.status else 400, caching="no-store"
    )


def _read_form(request: Request) -> QueryDict:
    """Return a form's fields; one that is too long, or no form, has none."""
    return anyio.from_thread.run(_receive_form, request)


async def _receive_form(request: Request) -> QueryDict:
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > LONGEST_FORM:
            return QueryDict()
    if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
        return QueryDict()
    return QueryDict(bytes(raw))


def _send_json(value: Any, *, status: int = 200, caching: str = "no-cache") -> Response:
    return Response(
        msgspec.json.encode(value),
        status,
        headers={"Cache-Control": caching},
        media_type="application/json",
    )


ROUTES = [
    Route(
        "GET", "/.well-known/openid-credential-issuer/wallet", send_issuer, "public",
        Text(ko="발급하는 증명서", en="What is issued (OpenID4VCI)"), tags=_TAGS,
    ),
    Route(
        "GET", "/.well-known/oauth-authorization-server/wallet", send_authorization, "public",
        Text(ko="토큰을 받는 곳", en="Where tokens are had (RFC 8414)"), tags=_TAGS,
    ),
    Route(
        "GET", "/.well-known/jwt-vc-issuer/wallet", send_keys, "public",
        Text(ko="발급자의 공개키", en="The issuer's public keys"), tags=_TAGS,
    ),
    Route(
        "GET", "/wallet/kinds/{name}", send_type, "public",
        Text(ko="증명서 종류의 설명", en="What a kind of certificate says"), tags=_TAGS,
    ),
    Route(
        "POST", "/wallet/token", send_token, "public",
        Text(ko="발급 토큰 받기", en="A token for an offer's code"), tags=_TAGS,
    ),
    Route(
        "POST", "/wallet/nonce", send_nonce, "public",
        Text(ko="열쇠 증명에 쓸 nonce", en="A nonce for the proof of a key"), tags=_TAGS,
    ),
    Route(
        "GET", "/wallet/status/{number:int}", send_list, "public",
        Text(ko="증명서 상태 목록", en="Status list of certificates"), tags=_TAGS,
    ),
    Route(
        "POST", "/wallet/checks/{check_id}/response", take_answer, "public",
        Text(ko="자격 확인에 답하기", en="Answer an eligibility check (OpenID4VP)"), tags=_TAGS,
    ),
    Route(
        "GET", "/wallet/log/checkpoint", send_checkpoint, "public",
        Text(ko="발급 기록의 서명된 요약", en="The log's signed checkpoint"), tags=_TAGS,
    ),
    Route(
        "GET", "/wallet/log/key", send_log_key, "public",
        Text(ko="발급 기록의 공개키", en="The log's public key"), tags=_TAGS,
    ),
    Route(
        "GET", "/wallet/log/tile/{place:path}", send_tile, "public",
        Text(ko="발급 기록의 조각", en="Tiles of the log"), tags=_TAGS,
    ),
]  # fmt: skip
