"""What verifiers of others fetch and holders answer: status lists, the issuer's keys, eligibility checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from madang.citizens.wallet.actions.checks import answer_check, note_refusal, open_answer
from madang.citizens.wallet.methods.messages import read_object
from madang.citizens.wallet.methods.metadata import describe_keys, describe_type
from madang.citizens.wallet.methods.refusals import Part, Reason, Refused
from madang.citizens.wallet.queries.certificates import FETCH_AGAIN_S, list_public_keys, publish_list
from madang.citizens.wallet.queries.kinds import get_kind
from madang.citizens.wallet.queries.pseudonyms import find_way_back
from madang.citizens.wallet.queries.trust import publish_trust_list
from madang.core.base.interface import BadInput, MadangError, now

from .answers import find_issuer, read_form, refuse, send_json


def send_keys(request: Request, _query: None, _body: None) -> Response:
    """Answer the issuer's public keys."""
    return send_json(describe_keys(find_issuer(request), list_public_keys(now())))


def send_type(request: Request, _query: None, _body: None) -> Response:
    """Answer what a kind of certificate says, in words."""
    return send_json(describe_type(find_issuer(request), get_kind(request.path_params["name"])))


class NoHistory(MadangError):
    """A status list of another moment is asked for (draft-ietf-oauth-status-list, section 8.4)."""

    status = 501


def send_list(request: Request, _query: None, _body: None) -> Response:
    """Answer a signed status list; it may be kept for five minutes and is confirmed by its ETag."""
    if "time" in request.query_params:
        raise NoHistory(
            "wallet.no_history", "지난 때의 목록은 없습니다", "there are no lists of other moments"
        )
    token, tag = publish_list(find_issuer(request), request.path_params["number"], now())
    return _send_signed(request, token, tag, "application/statuslist+jwt")


def send_trusted(request: Request, _query: None, _body: None) -> Response:
    """Answer the signed list of issuers that the city trusts; kept and confirmed like a status list."""
    token, tag = publish_trust_list(find_issuer(request), now())
    return _send_signed(request, token, tag, "application/jwt")


def _send_signed(request: Request, token: str, tag: str, kind: str) -> Response:
    headers = {"ETag": tag, "Cache-Control": f"public, max-age={FETCH_AGAIN_S}"}
    if _has_tag(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(token, headers=headers, media_type=kind)


def _has_tag(request: Request, tag: str) -> bool:
    """Return whether who asks holds this already, by weak comparison (RFC 9110, section 13.1.2)."""
    held = {
        one.strip().removeprefix("W/")
        for line in request.headers.getlist("if-none-match")
        for one in line.split(",")
    }
    return bool(held & {tag, "*"})


def take_answer(request: Request, _query: None, _body: None) -> Response:
    """Take a holder's answer to an eligibility check, or word that there is none (direct_post, direct_post.jwt)."""
    check_id = request.path_params["check_id"]
    try:
        form = read_form(request)
        said: Mapping[str, Any] = form
        if "response" in form:
            said = open_answer(now=now(), check_id=check_id, response=form["response"])
        elif "error" not in form:
            token = read_object(form.get("vp_token", "").encode(), Part.ANSWER)
            said = {"vp_token": token, "state": form.get("state", "")}
        state, vp_token, error = said.get("state"), said.get("vp_token"), said.get("error")
        if isinstance(state, str) and isinstance(error, str):
            note_refusal(now=now(), check_id=check_id, state=state, error=error)
            return send_json({}, caching="no-store")
        if not isinstance(state, str) or not isinstance(vp_token, dict):
            raise Refused(Part.ANSWER, Reason.MALFORMED, "an answer has a vp_token and a state")
        answer_check(now=now(), check_id=check_id, state=state, vp_token=vp_token)
    except Refused as refused:
        text = f"this answer can't be read: {refused}"
        return refuse(request, BadInput("wallet.answer", f"읽을 수 없는 답입니다 ({refused.code})", text))
    except MadangError as wrong:
        return refuse(request, wrong)
    way_back = find_way_back(check_id)
    return send_json({"redirect_uri": way_back} if way_back else {}, caching="no-store")
