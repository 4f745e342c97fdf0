"""The log: its signed checkpoint, its key and its tiles (C2SP tlog-tiles)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from madang.citizens.wallet.actions.witnesses import take_cosignatures
from madang.citizens.wallet.methods.refusals import Refused
from madang.citizens.wallet.methods.tiles import WIDTH, read_path
from madang.citizens.wallet.methods.verifier_keys import write_key
from madang.citizens.wallet.queries.log import find_witnessed, get_log_verifier, get_tile, make_checkpoint
from madang.core.base.interface import NotFound

from .answers import find_issuer, read_text

FOREVER = "public, max-age=31536000, immutable"
TEXT = "text/plain; charset=utf-8"


def send_checkpoint(request: Request, _query: None, _body: None) -> Response:
    """Answer what the log says of itself now, signed."""
    return Response(
        make_checkpoint(find_issuer(request)),
        headers={"Cache-Control": "no-cache"},
        media_type=TEXT,
    )


def send_witnessed(request: Request, _query: None, _body: None) -> Response:
    """Answer the latest checkpoint that one witness signed, by its key's id."""
    note = find_witnessed(find_issuer(request), request.path_params["key_id"])
    return Response(note, headers={"Cache-Control": "no-cache"}, media_type=TEXT)


def take_cosigned(request: Request, _query: None, _body: None) -> Response:
    """Keep a witness's signature of a checkpoint (C2SP tlog-cosignature)."""
    take_cosignatures(note=read_text(request), address=find_issuer(request))
    return Response(status_code=204)


def send_log_key(request: Request, _query: None, _body: None) -> Response:
    """Answer the key that signs the log's checkpoints, in one line."""
    line = write_key(get_log_verifier(find_issuer(request)))
    return Response(f"{line}\n", headers={"Cache-Control": "no-cache"}, media_type=TEXT)


def send_tile(request: Request, _query: None, _body: None) -> Response:
    """Answer a tile of the log's hashes, or a bundle of its entries."""
    try:
        tile = read_path(f"tile/{request.path_params['place']}")
    except Refused as refused:
        raise NotFound("wallet.tile", "그런 조각이 없습니다", "there is no such tile") from refused
    caching = FOREVER if tile.width == WIDTH else "no-cache"
    return Response(get_tile(tile), headers={"Cache-Control": caching}, media_type="application/octet-stream")
